/* Fellegi and Sunter 1969, "A theory for record linkage": each level of agreement weighs
 * log2(m / u), m and u being its frequency among pairs of one person and among all pairs. */
#pragma once

#include "identity/match_block.h"
#include "identity/match_compare.h"
#include "identity/match_rule.h"

/* Pairs are of these classes: one person; one person behind forged papers (number, date and part of
 * the name changed together, so that each is no evidence of its own; the day and month stay) or
 * with another birth date as well, while home and mother stay; kin (names,
 * places, mother and telephone in common, the person different); neighbours (places only); and
 * strangers, whose frequencies are u. Without the middle ones this is the plain theory. */
typedef enum MatchClass {
    CLASS_SAME,
    CLASS_FORGED,
    CLASS_RENAMED,
    CLASS_KIN,
    CLASS_NEIGHBOUR,
    MATCH_CLASSES
} MatchClass;

typedef struct MatchModel {
    double m[MATCH_CLASSES][MATCH_COMPARISONS][MATCH_LEVELS], u[MATCH_COMPARISONS][MATCH_LEVELS];
    double bits[MATCH_CLASSES][MATCH_COMPARISONS][MATCH_LEVELS];
    double share[MATCH_CLASSES];      /* of all pairs */
    double share_bits[MATCH_CLASSES]; /* odds against strangers */
    double book_bits[MATCH_CLASSES]
                    [BOOK_PAIRS];     /* how much likelier between two books than usual */
    double older_bits[2][BOOK_PAIRS]; /* the same of forged pairs, by who says the earlier year */
    int rounds;                       /* of the EM algorithm */
    uint64_t sampled;                 /* random pairs behind u */
    uint64_t learned_on;              /* candidate pairs behind m */
} MatchModel;

/* How a weight comes about: the sum of all parts is the weight. */
typedef struct MatchParts {
    double prior, level[MATCH_COMPARISONS], rare[MATCH_COMPARISONS];
    double forged; /* added: it may be one person behind forged papers */
    double kin;    /* taken off: relatives and neighbours agree in this too */
    double weight;
} MatchParts;

/* One kind of agreement and how many candidate pairs show it: of those nobody decided, or of those
 * that were decided alike. */
typedef struct PatternCount {
    uint64_t pattern;
    uint8_t books;
    enum { UNDECIDED, DECIDED_SAME, DECIDED_DIFFERENT } decided;
    double count;
} PatternCount;

typedef struct Patterns {
    PatternCount *items; /* ascending by pattern, books, decision */
    size_t n;
    double scale; /* one undecided pair counted stands for so many */
} Patterns;

/* Learns u from random pairs (fixed seed) and m from the candidate patterns by EM; what was decided
 * is known of its pairs, whatever the weights say. */
void match_model_learn(const Comparer *c, const Patterns *patterns, bool across, MatchModel *ret);
/* Fixed weights instead; levels that are not named count nothing. */
void match_model_fixed(const Comparer *c, const MatchSettings *settings, MatchModel *ret,
                       Problems *problems);
/* The weight of a compared pair in bits: log2 of the odds that it is one person. */
double match_weight(const MatchModel *m, const Compared *pair, size_t comparisons);
MatchParts match_parts(const MatchModel *m, const Compared *pair, size_t comparisons);
/* What the levels of a pair say of its being one person, and of its being relatives or neighbours,
 * before rarity: one `person` bit less is one bit less of the weight. */
typedef struct PatternBits {
    double person, near;
} PatternBits;
PatternBits match_pattern_bits(const MatchModel *m, uint64_t pattern, uint8_t books,
                               size_t comparisons);
/* The same from the bits of each class, shares and all. */
PatternBits match_odds_bits(const double bits[MATCH_CLASSES]);
/* The weight when rarity adds `rare` to the pattern; never above the sum of `person` and it. */
double match_odds(PatternBits bits, double rare);
/* All that rarity adds to a pair. */
double match_rare_bits(const Compared *pair, size_t comparisons);
double match_probability(double weight);
/* What is added for whose record says the earlier year of birth (Compared.books). */
double match_older_bits(const MatchModel *m, MatchClass class, uint8_t books);
