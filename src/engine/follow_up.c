#include "engine/follow_up.h"

#include "engine/candidate_db.h"
#include "engine/clock_db.h"
#include "engine/figure_read.h"
#include "engine/paper_truth.h"
#include "engine/question_db.h"
#include "engine/release_db.h"
#include "engine/repeat_db.h"
#include "engine/rule_db.h"
#include "model/equal_names.h"

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

bool trigger_fires(const Trigger *t, const Change *change, const Record *before,
                   const Record *after)
{
    switch (t->kind) {
    case ON_NONE:
        return false;
    case ON_CREATE:
        return change->kind == CHANGE_CREATE;
    case ON_MOVE:
        return change->kind == CHANGE_MOVE && str_eq(change->move, t->name);
    case ON_STATE:
        return str_eq(after->state, t->name) && (!before || !str_eq(before->state, t->name));
    case ON_FIELD: {
        const Value *now = &after->vals[t->field->index];
        return change->set[t->field->index] && (now->text.ptr || now->blob.ptr);
    }
    }
    BUG("unknown trigger");
}

Err follow_up_after_change(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                           const Record *after)
{
    if (after->reg->role == REG_ROLE_CANDIDATE)
        TRY(candidate_decided(tx, batch, change, before, after));
    if (after->reg->role == REG_ROLE_QUESTION && change->kind == CHANGE_CREATE)
        TRY(question_asked(tx, batch, after));
    if (after->reg->role == REG_ROLE_INQUIRY && change->kind == CHANGE_MOVE)
        TRY(inquiry_answered(tx, after));
    if (after->reg->role == REG_ROLE_EQUAL_NAMES)
        TRY(equal_names_changed(tx, after->reg->model));
    if (after->reg->role == REG_ROLE_MATCH_WEIGHTS)
        TRY(likeness_changed(tx, after->reg->model));
    if (after->reg->role == REG_ROLE_RELEASE)
        TRY(release_changed(tx, batch, after));
    TRY(rules_run(tx, batch, after));
    return clocks_run(tx, batch, change, before, after);
}

Err follow_up_advise(Reader *rd, const Batch *batch, const Change *change, const Record *before,
                     Problems *problems)
{
    if (!rd->actor->subject->system) {
        TRY(papers_advise(rd, change, before, problems));
        TRY(question_advise(rd, change));
        TRY(checks_advise(rd, batch, change, problems));
    }
    return figures_advise(rd, batch, change, before, problems);
}
