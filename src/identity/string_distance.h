/* How far two texts are apart, in code points; bytes where both are ASCII, which is the fast way.
 * Texts longer than DISTANCE_MAX code points are compared by their first DISTANCE_MAX. */
#pragma once

#include "base/str.h"

enum { DISTANCE_MAX = 512 };

/* Insertions, deletions, replacements and two neighbours changing places, no part edited twice
 * (optimal string alignment, restricted Damerau; bit-parallel after Hyyro 2003). */
int osa_distance(Str a, Str b);
/* Letters in common within half the longer text, less those out of order: 0 to 1 (Jaro 1989). Two
 * empty texts are alike. */
double jaro_similarity(Str a, Str b);
/* Jaro above 0.7 raised by a tenth of the rest for each of up to four equal first letters (Winkler
 * 1990). */
double jaro_winkler_similarity(Str a, Str b);
