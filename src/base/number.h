/* Numbers as people in Indonesia write them. Canonical text is a decimal integer: the value times
 * ten to the power of the field's scale. */
#pragma once

#include "messages.h"

/* Reads 1.234,5 / 1234,5 / 1234.5 / 12jt / 12 ribu / Rp12.000; a dot followed by exactly three
 * digits is a thousand mark. More decimals than `scale` or overflow: false. */
bool number_parse(Str s, int scale, int64_t *ret_scaled);
/* "1.234,5" in Indonesian, "1,234.5" in English; all `scale` decimals only if they are not zero. */
Str number_format(Arena *a, Lang lang, int64_t scaled, int scale);
/* Machine form with a decimal point: "1234.5". */
Str number_plain(Arena *a, int64_t scaled, int scale);
