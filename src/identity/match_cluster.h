/* From pairs to persons. */
#pragma once

#include "identity/match_score.h"

typedef struct MatchClusters {
    uint32_t *of; /* by record: the first record of its person */
    size_t persons;
    size_t divided; /* groups that chains of pairs held together and all that is said together did
                       not */
} MatchClusters;

/* Goes through the pairs, the heaviest first. Two groups become one when all that their records say
 * together, of each thing a mean of those that tell it, weighs `join` bits: one record with
 * little in it is then no bridge between two persons, nor keeps one person apart. Rules of
 * reviewers win; with `unique`, two records of one source are never one person. */
MatchClusters match_clusters_make(Arena *a, const Comparer *c, const MatchModel *model,
                                  const MatchEdges *edges, double join, bool unique,
                                  const MatchRules *rules);
