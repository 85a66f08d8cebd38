/* Whom figures are for, from who sees them exact to everybody. */
#pragma once

#include "model/model.h"

typedef enum Audience { AUDIENCE_INTERNAL, AUDIENCE_TASK_FORCE, AUDIENCE_PUBLIC } Audience;

/* "internal", "task-force", "public"; false for anything else. */
bool audience_of(Str word, Audience *ret);
Str audience_word(Audience a);
Msg audience_msg(Audience a);
/* Whether some role of the subject may see figures as exact as those for that audience. */
bool audience_may(const Model *m, const Subject *s, Audience asked);
