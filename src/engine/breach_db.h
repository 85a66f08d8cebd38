/* Whom a breach affects: the persons whose protected values were opened in the time, by the account
 * or office, that a matter names; out of the record of access. */
#pragma once

#include "model/store.h"

typedef struct Affected {
    Str uid; /* of the key subject */
    const Register *reg;
    Str number, heading;
    unsigned classes; /* opened */
    int64_t times, first, last;
} Affected;

typedef struct Breach {
    int64_t persons, files; /* files were opened too, and are of no single person: cases, reports */
    int64_t sent; /* exports and copies in that time: what they held, each file sent says */
} Breach;

/* How many. Both ends of the time must be known (E_FLOW); the caller has checked duty and right. */
MUST_CHECK Err breach_count(Reader *rd, const Record *matter, Breach *ret);
/* At most `max` persons, or files of nobody, after the one whose uid is `after` (absent: the first),
 * in an order that stays. */
MUST_CHECK Err breach_page(Reader *rd, const Record *matter, bool persons, Str after, size_t max,
                           Affected *ret, size_t *ret_n);
