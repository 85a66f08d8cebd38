/* How far two texts are apart, in code points; bytes where both are ASCII, which is the fast way.
 * Texts longer than DISTANCE_MAX code points are compared by their first DISTANCE_MAX. */
#pragma once

#include "base/str.h"

enum { DISTANCE_MAX = 512 };

/* Insertions, deletions and replacements (Levenshtein 1966; bit-parallel after Hyyro 2003). */
int levenshtein_distance(Str a, Str b);
/* The same, where two neighbours changing places are one edit and no part is edited twice (optimal
 * string alignment, restricted Damerau). */
int osa_distance(Str a, Str b);
/* Letters in common within half the longer text, less those out of order: 0 to 1 (Jaro 1989). Two
 * empty texts are alike. */
double jaro_similarity(Str a, Str b);
/* Jaro above 0.7 raised by a tenth of the rest for each of up to four equal first letters (Winkler
 * 1990). */
double jaro_winkler_similarity(Str a, Str b);
