/* How well pairs or persons fit a truth, counted over pairs of records. */
#pragma once

#include "base/problem.h"

typedef struct MatchQuality {
    uint64_t found, right, truth; /* pairs: said to be one person, rightly, and truly */
} MatchQuality;

double quality_precision(MatchQuality q);
double quality_recall(MatchQuality q);
double quality_f1(MatchQuality q);
/* Two labellings of `n` things: `said` and `truth` name the group of each. With `marked`, only
 * pairs of which one is marked and one is not. */
MatchQuality match_quality_groups(Arena *a, const Str *said, const Str *truth, const bool *marked,
                                  size_t n);
