/* Fellegi and Sunter 1969, "A theory for record linkage": each level of agreement weighs
 * log2(m / u), m and u being its frequency among pairs of one person and among all pairs. */
#pragma once

#include "identity/match_block.h"
#include "identity/match_compare.h"

typedef struct MatchModel {
    double m[MATCH_COMPARISONS][MATCH_LEVELS], u[MATCH_COMPARISONS][MATCH_LEVELS];
    float bits[MATCH_COMPARISONS][MATCH_LEVELS];
    double prior;
    float prior_bits;
    int rounds;          /* of the EM algorithm */
    uint64_t sampled;    /* random pairs behind u */
    uint64_t learned_on; /* candidate pairs behind m */
} MatchModel;

/* One kind of agreement and how many candidate pairs show it. */
typedef struct PatternCount {
    uint64_t pattern;
    double count;
} PatternCount;

typedef struct Patterns {
    PatternCount *items; /* ascending by pattern */
    size_t n;
    double scale; /* one pair counted stands for so many */
} Patterns;

/* Learns u from random pairs (fixed seed) and m from the candidate patterns by EM. */
void match_model_learn(const Comparer *c, const Patterns *patterns, bool across, MatchModel *ret);
/* Fixed weights instead; levels that are not named count nothing. */
void match_model_fixed(const Comparer *c, const MatchSettings *settings, MatchModel *ret,
                       Problems *problems);
/* Adds up the bits of a compared pair, always in the same order. */
float match_weight(const MatchModel *m, const Compared *pair, size_t comparisons);
double match_probability(float weight);
/* The weights as lines of a settings file. */
void match_model_write(Arena *a, const MatchBook *book, const MatchModel *m, Buf *to);
