/* What a NIK says: AABBCC DDMMYY NNNN, region of first registration, birth date (women: day + 40),
 * serial. It proposes, it never overrules: corrected dates and moved people keep their number. */
#pragma once

#include "base/date.h"

/* The 16 digits without blanks, dots and dashes; STR_NONE when it is anything else. */
Str nik_digits(Arena *a, Str typed);
/* Birth date; of the two centuries the later one that is not after today. False when the digits are
 * no date. */
bool nik_birth(Str nik, Date today, Date *ret);
/* "L" or "P"; STR_NONE when it is no NIK. */
Str nik_sex(Str nik);
/* Whether `sex` is the other of the two that a number can say. False when either is not known. */
bool nik_other_sex(Str nik, Str sex);
