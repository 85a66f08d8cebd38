/* What the sixteen digits of a NIK say, and whether that fits what else is said: AABBCC region,
 * DDMMYY birth (women: day + 40), NNNN serial. A disagreement is a sign of forged papers, not proof
 * that two records are two people. */
#pragma once

#include "base/date.h"

typedef enum NikFault {
    NIK_FINE = 0,
    NIK_SHAPE = 1,       /* not sixteen digits */
    NIK_REGION = 2,      /* no region starts so */
    NIK_DATE = 4,        /* no such day or month */
    NIK_SERIAL = 8,      /* serial 0000 */
    NIK_OTHER_SEX = 16,  /* than stated */
    NIK_OTHER_DAY = 32,  /* day or month than stated */
    NIK_OTHER_YEAR = 64, /* year than stated */
} NikFault;

typedef struct NikFacts {
    char digits[16];
    int region; /* six digits */
    int day, month, year_two;
    bool woman;
    int serial;
} NikFacts;

typedef enum NikLevel {
    NIK_LEVEL_MISSING,
    NIK_LEVEL_DIFFERENT,
    NIK_LEVEL_REGION, /* first six digits */
    NIK_LEVEL_BIRTH,  /* first twelve */
    NIK_LEVEL_NEAR,   /* one digit, or two neighbours changed places */
    NIK_LEVEL_SAME,
    NIK_LEVELS
} NikLevel;

/* Decodes digits with blanks, dots or hyphens between; the faults of the number alone. Nothing but
 * NIK_SHAPE is set when `ret` could not be filled. */
unsigned nik_decode(Str typed, NikFacts *ret);
/* The year, by what else is known: the one of 1900 to 2099 nearest to `near`, or 0 when near is 0
 * and `today` decides nothing. */
int nik_year(const NikFacts *nik, int near, Date today);
/* Where the number disagrees with a stated birth date (partial or none) and sex ('L', 'P' or 0). */
unsigned nik_disagrees(const NikFacts *nik, Date birth, char sex);
NikLevel nik_compare(Str a, Str b);
