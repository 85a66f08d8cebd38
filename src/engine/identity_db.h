/* Who may be whom: the matching of src/identity joined to the register of persons. */
#pragma once

#include "model/likeness.h"

/* A person on file who may be the one asked about. */
typedef struct Alike {
    Record person; /* clear fields only */
    Likeness like;
} Alike;

/* The people on file that a new person (change of the register that is `person`) may be, the
 * likeliest first; at most `max`. Only people the reader may list and whose name she may open, by
 * what she may open of them: nothing is said of anybody else, and nobody else is opened. None for a
 * change of another register. Waits for the persons on file; the errors of person_index_ready. */
MUST_CHECK Err identity_alike(Reader *rd, const Change *c, Alike *ret, size_t max, size_t *ret_n);
/* People of a name like the one typed, under the same rules. */
size_t identity_named(Reader *rd, Str name, Alike *ret, size_t max);
/* What speaks for it, in words: "Full name same, Date of birth similar". */
Str identity_reasons(Arena *a, const Model *m, Lang lang, const Likeness *like);
/* The word of an agreement. */
Msg identity_agreement(Agreement agreement);
