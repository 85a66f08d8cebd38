/* Numbers as people in Indonesia write them. Canonical text is a decimal integer: the value times
 * ten to the power of the field's scale. */
#pragma once

#include "messages.h"

/* Reads 1.234,5 / 1234,5 / 1234.5 / 12jt / 12 ribu / Rp12.000; a dot followed by exactly three
 * digits is a thousand mark. More decimals than `scale` or overflow: false. */
bool number_parse(Str s, int scale, int64_t *ret_scaled);
/* "1.234,5" in Indonesian, "1,234.5" in English; all `scale` decimals only if they are not zero. */
Str number_format(Arena *a, Lang lang, int64_t scaled, int scale);
/* Canonical text of a decimal of JSON or of an expression: "12.5" with scale 1 is "125". False for
 * more decimals than `scale`, overflow, and what is no number. */
bool number_canonical(Arena *a, Str decimal, int scale, Str *ret);
/* Machine form with a decimal point: "1234.5". */
Str number_plain(Arena *a, int64_t scaled, int scale);
