/* One cell of a book as numbers. */
#pragma once

#include "base/str.h"

/* A date packed as year, month, day; parts may be 0 (unknown) or impossible as written. */
#define PACKED_DATE(y, m, d) ((uint32_t)(y) << 14 | (uint32_t)(m) << 7 | (uint32_t)(d))
#define DATE_YEAR(p)         ((int)((p) >> 14))
#define DATE_MONTH(p)        ((int)((p) >> 7 & 127))
#define DATE_DAY(p)          ((int)((p)&127))

uint32_t match_sex(Str s);
/* Digits, four bits each, of numbers up to 16 digits; other symbols six bits each, the last ten.
 * 0 when there are fewer than `least` symbols. */
uint64_t match_number(Str s, size_t least, bool digits_only);
/* Lower case letters and digits without accents; apostrophes and hyphens are dropped, all else
 * becomes one blank. */
Str match_plain(Arena *a, Str s);
