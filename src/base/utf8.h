/* Unicode at the doors: validated on entry once, NFC, and a folded form for search and matching. */
#pragma once

#include "str.h"

/* Whether `s` is well-formed UTF-8 without NUL and without control characters other than
 * tab, line feed and carriage return. */
bool utf8_valid(Str s);
/* NFC form in the arena; `s` must be valid. */
Str utf8_nfc(Arena *a, Str s);
/* Folded for search: case folded, accents dropped, white space runs to one blank, trimmed.
 * The same on every database, because SQL's lower() is not. */
Str utf8_fold(Arena *a, Str s);
/* Number of code points. */
size_t utf8_count(Str s);
/* Length in bytes of the first code point (1 for a stray byte). */
size_t utf8_first(Str s);
