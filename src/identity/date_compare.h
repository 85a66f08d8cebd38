/* Two birth dates, perhaps partial, perhaps impossible as written: a slip of the pen is evidence
 * too. */
#pragma once

#include "base/date.h"

typedef enum DateLevel {
    DATE_MISSING, /* one of them has no year */
    DATE_DIFFERENT,
    DATE_YEAR_NEAR,    /* a year apart at most */
    DATE_TWO_PARTS,    /* same year, and same month or day */
    DATE_OTHER_YEAR,   /* same day and month, more than twelve years apart */
    DATE_FIRST_OLDER,  /* same day and month, the first 1 to 12 years earlier */
    DATE_SECOND_OLDER, /* the same, the second earlier: an age raised in its papers */
    DATE_SLIP,         /* one digit, or two neighbours changed places */
    DATE_SWAPPED,      /* day and month changed places */
    DATE_SAME_DEFAULT, /* equal, but a date written for want of a better one */
    DATE_SAME_YEAR,    /* all that both know is equal, which is the year */
    DATE_SAME_MONTH,   /* the year and the month */
    DATE_SAME,
    DATE_LEVELS
} DateLevel;

enum { AGE_FORGED_MAX = 12 };

DateLevel date_compare(Date a, Date b);
/* 1 January, 31 December, 1 July: what clerks write when only the year is known. */
bool date_is_default(Date d);
/* Reads what is written in books: everything date_parse reads, also of years from 1200 on and with
 * a time behind it, eight digits YYYYMMDD or DDMMYYYY, and two-digit years, taken as the latest that
 * is not after `today`. Parts that do not exist (31-02) are kept as written; false when nothing can
 * be read. */
bool date_read_loose(Arena *a, Str text, Date today, Date *ret);
