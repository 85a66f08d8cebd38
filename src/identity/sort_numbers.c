#include "identity/sort_numbers.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT = 11, DIGITS = 1 << DIGIT, FEW = 4 * DIGITS, BITS = 64 };

static int ascending(const void *x, const void *y)
{
    const uint64_t *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

/* One round by one digit; false when all have the same, and nothing is done. */
static bool round_of(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
    size_t at[DIGITS] = {0}, before = 0;
    for (size_t i = 0; i < n; i++)
        at[from[i] >> shift & (DIGITS - 1)]++;
    if (at[from[0] >> shift & (DIGITS - 1)] == n)
        return false;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t here = at[d];
        at[d] = before;
        before += here;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & (DIGITS - 1)]++] = from[i];
    return true;
}

uint64_t *sort_numbers(Arena *a, uint64_t *items, size_t n, unsigned low)
{
    if (n < FEW) {
        if (n > 1)
            qsort(items, n, sizeof *items, ascending);
        return items;
    }
    uint64_t *from = items, *to = ARENA_WIDE(a, n, uint64_t);
    for (unsigned shift = low; shift < BITS; shift += DIGIT)
        if (round_of(from, to, n, shift)) {
            uint64_t *swap = from;
            from = to;
            to = swap;
        }
    return from;
}
