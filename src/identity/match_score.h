/* Goes through the blocks with several threads. What comes out is the same for any number. */
#pragma once

#include "identity/match_model.h"

typedef struct MatchEdge {
    uint32_t a, b; /* a < b */
    uint64_t pattern;
    double weight; /* bits */
} MatchEdge;

typedef struct MatchEdges {
    MatchEdge *items; /* ascending by a */
    size_t n;
    unsigned register_at;         /* BlockBook.register_at */
    uint64_t compared;            /* candidate pairs, each once */
    uint64_t owned[MATCH_PASSES]; /* of them by pass */
} MatchEdges;

typedef struct MatchRun {
    const Comparer *comparer;
    const BlockBook *blocks;
    const MatchRules *rules; /* what people decided; may be NULL */
    int threads;
    /* Told now and then how far the work is; may be NULL. Called by one thread at a time. */
    void (*progress)(void *ctx, uint64_t done, uint64_t all);
    void *ctx;
} MatchRun;

/* Counts the kinds of agreement among candidate pairs, of very many pairs a fixed sample, and all
 * decided pairs apart. */
Patterns match_count_patterns(Arena *a, const MatchRun *run);
/* Weaker pairs do not even propose that two groups are one person. */
#define WEAKEST_EDGE (-7.0)
/* All candidate pairs that weigh at least `least` bits. */
MatchEdges match_find_edges(Arena *a, const MatchRun *run, const MatchModel *model, double least);
