/* From pairs to persons. */
#pragma once

#include "identity/match_score.h"

typedef struct MatchRule {
    uint32_t a, b;
    bool same; /* must be one person; else must not be */
} MatchRule;

typedef struct MatchClusters {
    uint32_t *of; /* by record: the first record of its person */
    size_t persons;
    size_t divided; /* groups that chains of pairs held together and averages did not */
} MatchClusters;

/* Joins pairs of at least `join` bits, the heaviest first; a group of more than two joins only if
 * its pairs weigh enough on average, so that one doubtful bridge does not join two persons. Rules
 * of reviewers win; with `unique`, two records of one source are never one person. */
MatchClusters match_clusters_make(Arena *a, const Comparer *c, const MatchModel *model,
                                  const MatchEdges *edges, float join, bool unique,
                                  const MatchRule *rules, size_t rule_count);
