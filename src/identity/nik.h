/* What the sixteen digits of a NIK say: AABBCC region,
 * DDMMYY birth (women: day + 40), NNNN serial. */
#pragma once

#include "base/date.h"

typedef enum NikFault {
    NIK_FINE = 0,
    NIK_SHAPE = 1,  /* not sixteen digits */
    NIK_REGION = 2, /* no region starts so */
    NIK_DATE = 4,   /* no such day or month */
    NIK_SERIAL = 8, /* serial 0000 */
} NikFault;

typedef struct NikFacts {
    char digits[16];
    int region; /* six digits */
    int day, month, year_two;
    bool woman;
    int serial;
} NikFacts;

/* Decodes digits with blanks, dots or hyphens between; the faults of the number alone. Nothing but
 * NIK_SHAPE is set when `ret` could not be filled. */
unsigned nik_decode(Str typed, NikFacts *ret);
/* The year, by what else is known: the one of 1900 to 2099 nearest to `near`, or 0 when near is 0
 * and `today` decides nothing. */
int nik_year(const NikFacts *nik, int near, Date today);
