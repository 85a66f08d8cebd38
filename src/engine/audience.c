#include "engine/audience.h"

Str audience_word(Audience a)
{
    static const char *const words[] = {"internal", "task-force", "public"};
    return str_of(words[a]);
}

bool audience_of(Str word, Audience *ret)
{
    for (Audience a = AUDIENCE_INTERNAL; a <= AUDIENCE_PUBLIC; a++)
        if (str_eq(word, audience_word(a))) {
            *ret = a;
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
