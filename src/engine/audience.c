#include "engine/audience.h"

bool audience_of(Str word, Audience *ret)
{
    static const char *const words[] = {"internal", "task-force", "public"};
    for (int i = 0; i < 3; i++)
        if (str_is(word, words[i])) {
            *ret = (Audience)i;
            return true;
        }
    return false;
}

Msg audience_msg(Audience a)
{
    static const Msg of[] = {[AUDIENCE_INTERNAL] = M_AUDIENCE_INTERNAL,
                             [AUDIENCE_TASK_FORCE] = M_AUDIENCE_TASK_FORCE,
                             [AUDIENCE_PUBLIC] = M_AUDIENCE_PUBLIC};
    return of[a];
}

bool audience_may(const Model *m, const Subject *s, Audience asked)
{
    if (s->system)
        return true;
    for (size_t i = 0; i < m->role_count; i++)
        if ((s->roles & (1ull << i)) && m->roles[i].audience <= (int)asked)
            return true;
    return false;
}
