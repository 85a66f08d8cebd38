#include "engine/system_actor.h"

static const Subject rules_subject = {.uid = {"sistem:aturan", 13}, .system = true};
static const Subject clock_subject = {.uid = {"sistem:ticker", 13}, .system = true};
static const Actor rules_actor = {.subject = &rules_subject, .via = {"sistem", 6}};
static const Actor clock_actor = {.subject = &clock_subject, .via = {"sistem", 6}};

const Actor *system_actor_rules(void)
{
    return &rules_actor;
}

const Actor *system_actor_clock(void)
{
    return &clock_actor;
}
