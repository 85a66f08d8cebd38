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
    Affected *persons;
    size_t n;
    Affected *files; /* opened too, and of no single person: cases, reports */
    size_t file_n;
    int64_t sent; /* exports and copies in that time: what they held, each file sent says */
} Breach;

enum { BREACH_RECORDS_MAX = 20000 };

/* Both ends of the time must be known (E_FLOW); the caller has checked duty and right.
 * E_TOO_LARGE: more records were opened than can be told apart; the time must be cut. */
MUST_CHECK Err breach_affected(Reader *rd, const Record *matter, Breach *ret);
