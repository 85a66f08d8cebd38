/* Comparing two lists of CLKs: every pair at or above a Dice similarity, and the one-to-one choice
 * among them. Dice of A and B is 2 * bits in both / (bits of A + bits of B). */
#pragma once

#include "identity/clk.h"

typedef struct ClkPair {
    uint32_t a, b; /* indexes into the two lists */
    float dice;    /* 0 to 1 */
} ClkPair;

typedef ARENA_LIST(ClkPair) ClkPairs;

/* How the bits are counted; all give the same pairs. AUTO takes the widest the processor has. */
typedef enum ClkCount {
    CLK_COUNT_AUTO,
    CLK_COUNT_PLAIN,
    CLK_COUNT_AVX2,
    CLK_COUNT_AVX512
} ClkCount;

/* All pairs with dice >= threshold (0 < threshold <= 1), ordered by a, then b. At most `max` pairs
 * are kept in `a`; returns false, with those found so far, when there are more: the threshold is
 * too low. What the processor does not have falls back to the next narrower way. */
bool clk_compare(Arena *arena, const Clk *a, size_t na, const Clk *b, size_t nb, double threshold,
                 size_t max, ClkCount how, ClkPairs *ret);
/* Keeps each index of either list in at most one pair: the most similar first, ties by index. The
 * pairs left stand at the front of `pairs`, most similar first. `na`, `nb`: lengths of the lists.
 */
void clk_one_to_one(Arena *arena, size_t na, size_t nb, ClkPairs *pairs);
