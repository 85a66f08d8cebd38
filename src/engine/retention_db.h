/* How long what is protected is kept: files whose time is over or nearly so, and what holds them. A
 * file is a record with a key of its own and all that stands under it; its time is over when that
 * of every part is (`retention:` of the registers). */
#pragma once

#include "model/store.h"

enum { RETENTION_AHEAD_DAYS = 30, RETENTION_LISTED = 2000 };

typedef struct RetentionRow {
    Record rec; /* clear fields only */
    const Limit *law;
    bool over; /* now; else within the days ahead */
} RetentionRow;

/* The row of law in force that says how long records of the register are kept; NULL: nothing does.
 */
const Limit *retention_law(const Model *m, const Register *reg);
/* Files due within RETENTION_AHEAD_DAYS, of all registers, at most `max`; erased ones are not. The
 * caller has checked the duty. */
MUST_CHECK Err retention_due(Reader *rd, RetentionRow *ret, size_t max, size_t *ret_n);
/* Whether the time of this one file is over now. */
MUST_CHECK Err retention_over(Reader *rd, const Record *r, bool *ret);
/* Whether a matter keeps the file, or a part of it, from being destroyed. */
MUST_CHECK Err retention_held(Db *db, Arena *a, const Record *r, bool *ret);
