#include "identity/clk_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A tile of the second list that stays in the first-level cache while rows of the first pass by. */
enum { TILE = 128, ROWS = 256 };

/* Bits in both of `row` and each of `n` CLKs. */
typedef void CountRow(const Clk *row, const Clk *tile, size_t n, uint16_t *ret);

static void count_plain(const Clk *row, const Clk *tile, size_t n, uint16_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        int bits = 0;
        for (int w = 0; w < CLK_WORDS; w++)
            bits += __builtin_popcountll(row->words[w] & tile[i].words[w]);
        ret[i] = (uint16_t)bits;
    }
}

#if defined(__x86_64__)
/* Counts of 4-bit halves by table look-up (Mula, Kurz, Lemire 2018, "Faster population counts using
 * AVX2 instructions"), after one carry-save step that makes three look-ups of four. */
__attribute__((target("avx2"))) static inline __m256i nibble_counts(__m256i v)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    __m256i lower = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
    __m256i upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
    return _mm256_add_epi8(lower, upper);
}

__attribute__((target("avx2"))) static void count_avx2(const Clk *row, const Clk *tile, size_t n,
                                                       uint16_t *ret)
{
    const __m256i *r = (const __m256i *)row->words;
    __m256i r0 = _mm256_loadu_si256(r), r1 = _mm256_loadu_si256(r + 1);
    __m256i r2 = _mm256_loadu_si256(r + 2), r3 = _mm256_loadu_si256(r + 3);
    for (size_t i = 0; i < n; i++) {
        const __m256i *t = (const __m256i *)tile[i].words;
        __m256i a = _mm256_and_si256(r0, _mm256_loadu_si256(t));
        __m256i b = _mm256_and_si256(r1, _mm256_loadu_si256(t + 1));
        __m256i c = _mm256_and_si256(r2, _mm256_loadu_si256(t + 2));
        __m256i d = _mm256_and_si256(r3, _mm256_loadu_si256(t + 3));
        __m256i odd = _mm256_xor_si256(a, b);
        __m256i ones = _mm256_xor_si256(odd, c);
        __m256i twos = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(odd, c));
        __m256i two_counts = nibble_counts(twos);
        __m256i bytes = _mm256_add_epi8(_mm256_add_epi8(two_counts, two_counts),
                                        _mm256_add_epi8(nibble_counts(ones), nibble_counts(d)));
        __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
        __m128i half =
            _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        ret[i] = (uint16_t)(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
    }
}
#endif

static CountRow *counter(ClkCount how)
{
#if defined(__x86_64__)
    if (how != CLK_COUNT_PLAIN && __builtin_cpu_supports("avx2"))
        return count_avx2;
#endif
    (void)how;
    return count_plain;
}

static uint16_t *fills(Arena *arena, const Clk *c, size_t n)
{
    uint16_t *ret = ARENA_ARRAY(arena, n + 1, uint16_t);
    for (size_t i = 0; i < n; i++)
        ret[i] = (uint16_t)clk_fill(&c[i]);
    return ret;
}

/* For each sum of two fills, the smallest number of common bits that reaches the threshold: no
 * division in the inner loop, and no rounding that differs between ways of counting. */
static uint16_t *bits_needed(Arena *arena, double threshold)
{
    uint16_t *need = ARENA_ARRAY(arena, 2 * CLK_BITS + 1, uint16_t);
    need[0] = UINT16_MAX;
    for (int sum = 1; sum <= 2 * CLK_BITS; sum++) {
        double least = ceil(threshold * sum / 2 - 1e-9);
        need[sum] = (uint16_t)(least < 1 ? 1 : least);
    }
    return need;
}

typedef struct Comparison {
    Arena *arena;
    const Clk *a, *b;
    const uint16_t *fill_a, *fill_b, *need;
    size_t max;
    CountRow *count;
    ClkPairs *found;
} Comparison;

static bool compare_row(Comparison *c, size_t i, size_t from, size_t n)
{
    uint16_t common[TILE];
    c->count(&c->a[i], &c->b[from], n, common);
    for (size_t k = 0; k < n; k++) {
        unsigned sum = (unsigned)c->fill_a[i] + c->fill_b[from + k];
        if (common[k] < c->need[sum])
            continue;
        if (c->found->n == c->max)
            return false;
        *ARENA_PUSH(c->arena, *c->found) =
            (ClkPair){(uint32_t)i, (uint32_t)(from + k), 2.0f * common[k] / (float)sum};
    }
    return true;
}

static bool compare_block(Comparison *c, size_t row, size_t rows, size_t nb)
{
    for (size_t from = 0; from < nb; from += TILE) {
        size_t n = nb - from < TILE ? nb - from : TILE;
        for (size_t i = row; i < row + rows; i++)
            if (!compare_row(c, i, from, n))
                return false;
    }
    return true;
}

static int by_index(const void *x, const void *y)
{
    const ClkPair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

bool clk_compare(Arena *arena, const Clk *a, size_t na, const Clk *b, size_t nb, double threshold,
                 size_t max, ClkCount how, ClkPairs *ret)
{
    *ret = (ClkPairs){0};
    Comparison c = {arena,
                    a,
                    b,
                    fills(arena, a, na),
                    fills(arena, b, nb),
                    bits_needed(arena, threshold),
                    max,
                    counter(how),
                    ret};
    bool all = true;
    for (size_t row = 0; all && row < na; row += ROWS)
        all = compare_block(&c, row, na - row < ROWS ? na - row : ROWS, nb);
    if (ret->n > 1)
        qsort(ret->items, ret->n, sizeof *ret->items, by_index);
    return all;
}

static int by_dice(const void *x, const void *y)
{
    const ClkPair *p = x, *q = y;
    if (p->dice > q->dice)
        return -1;
    return p->dice < q->dice ? 1 : by_index(x, y);
}

void clk_one_to_one(Arena *arena, size_t na, size_t nb, ClkPairs *pairs)
{
    bool *taken_a = ARENA_ARRAY(arena, na + 1, bool), *taken_b = ARENA_ARRAY(arena, nb + 1, bool);
    size_t kept = 0;
    if (pairs->n > 1)
        qsort(pairs->items, pairs->n, sizeof *pairs->items, by_dice);
    for (size_t i = 0; i < pairs->n; i++) {
        ClkPair p = pairs->items[i];
        if (taken_a[p.a] || taken_b[p.b])
            continue;
        taken_a[p.a] = taken_b[p.b] = true;
        pairs->items[kept++] = p;
    }
    pairs->n = kept;
}
