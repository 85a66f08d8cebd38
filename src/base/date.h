/* Civil dates, possibly partial: year, year-month or full. Canonical text is ISO `YYYY[-MM[-DD]]`.
 */
#pragma once

#include "messages.h"
#include "str.h"

typedef struct Date {
    int year;  /* 0 = no date at all */
    int month; /* 0 = unknown */
    int day;   /* 0 = unknown */
} Date;

/* Days since 1970-01-01; unknown month or day count as the first. */
int64_t date_days(Date d);
Date date_from_days(int64_t days);
bool date_is_full(Date d);
bool date_exists(Date d);
/* Canonical text to date; false when it is not canonical or does not exist. */
bool date_parse_iso(Str s, Date *ret);
/* What people write: 12 Maret 2004, 12/03/2004, 12-3-2004, 2004-03-12, Maret 2004, 03/2004, 2004.
 * Day before month always, as in Indonesia; two-digit years are refused. */
bool date_parse(Arena *a, Str s, Date *ret);
Str date_iso(Arena *a, Date d);
/* "20 November 2026", "November 2026", "2026". */
Str date_long(Arena *a, Lang lang, Date d);
/* "20 Nov 2026". */
Str date_short(Arena *a, Lang lang, Date d);
/* Full years between birth and `at`. A birth known by year (or month) only counts as the last day
 * it may have been, and a partial `at` as its first, so an age is never overstated. -1 when either
 * has no year or birth is certainly later. */
int date_age(Date birth, Date at);
int date_cmp(Date a, Date b);
Date date_add_days(Date d, int days);
/* The same day of a later (earlier) month of a full date, at most that month's last. */
Date date_add_months(Date d, int months);
/* Last day the partial date may be. */
Date date_last(Date d);

/* A period of statistics: a half-year "2026-S1", a year "2026", or "2026-01-15/2026-02-20". */
typedef struct Period {
    Date from, to; /* inclusive, full dates */
} Period;
bool period_parse(Str s, Period *ret);
/* Name of the half-year of a day, or of the one so many before it. */
Str period_half_year(Arena *a, Date d, int before);
Str period_label(Arena *a, Lang lang, Str name);
