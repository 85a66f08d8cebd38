#include "identity/clk_compare.h"

#include "identity/sort_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A tile of the second list that stays in the first-level cache while rows of the first pass by. */
enum { TILE = 128, ROWS = 256, PLACE_BITS = 32 };

/* Counts the bits in both of `row` and each of `n` CLKs; returns the largest count. */
typedef unsigned CountRow(const Clk *row, const Clk *tile, size_t n, uint16_t *ret);

static unsigned count_plain(const Clk *row, const Clk *tile, size_t n, uint16_t *ret)
{
    unsigned most = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned bits = 0;
        for (int w = 0; w < CLK_WORDS; w++)
            bits += (unsigned)__builtin_popcountll(row->words[w] & tile[i].words[w]);
        ret[i] = (uint16_t)bits;
        most = bits > most ? bits : most;
    }
    return most;
}

#if defined(__x86_64__)
/* Counts of 4-bit halves by table look-up, after Mula, Kurz, Lemire 2018, "Faster population counts
 * using AVX2 instructions". */
__attribute__((target("avx2"))) static inline __m256i nibble_counts(__m256i v, __m256i table)
{
    const __m256i low = _mm256_set1_epi8(15);
    __m256i lower = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
    __m256i upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
    return _mm256_add_epi8(lower, upper);
}

/* Bits in both of `row` and `other`, or in three quarters, as four partial sums. One carry-save
 * step makes three look-ups of four; what it carries counts double by a table of its own. */
__attribute__((target("avx2"))) static inline __m256i common_bits(const __m256i row[4],
                                                                  const Clk *other, bool all)
{
    const __m256i single = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                            2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i twice = _mm256_add_epi8(single, single);
    const __m256i *t = (const __m256i *)other->words;
    __m256i a = _mm256_and_si256(row[0], _mm256_loadu_si256(t));
    __m256i b = _mm256_and_si256(row[1], _mm256_loadu_si256(t + 1));
    __m256i c = _mm256_and_si256(row[2], _mm256_loadu_si256(t + 2));
    __m256i odd = _mm256_xor_si256(a, b);
    __m256i carried = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(odd, c));
    __m256i bytes = _mm256_add_epi8(nibble_counts(_mm256_xor_si256(odd, c), single),
                                    nibble_counts(carried, twice));
    if (all) {
        __m256i d = _mm256_and_si256(row[3], _mm256_loadu_si256(t + 3));
        bytes = _mm256_add_epi8(bytes, nibble_counts(d, single));
    }
    return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

/* Sums over the lanes of four counts at once: each is below 2^16, so they share 64-bit lanes. */
__attribute__((target("avx2"))) static inline __m128i four_counts(const __m256i sums[4])
{
    __m256i low = _mm256_or_si256(sums[0], _mm256_slli_epi64(sums[1], 16));
    __m256i high = _mm256_or_si256(_mm256_slli_epi64(sums[2], 32), _mm256_slli_epi64(sums[3], 48));
    __m256i all = _mm256_or_si256(low, high);
    __m128i half = _mm_add_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    return _mm_add_epi16(half, _mm_unpackhi_epi64(half, half));
}

static unsigned largest_of_four(__m128i counts)
{
    uint16_t four[8];
    unsigned most = 0;
    _mm_storeu_si128((__m128i *)four, counts);
    for (int i = 0; i < 4; i++)
        most = four[i] > most ? four[i] : most;
    return most;
}

/* Where not all bits are asked, CLKs beyond the last group of four are left out. */
__attribute__((target("avx2"), always_inline)) static inline unsigned
count_lanes(const Clk *row, const Clk *tile, size_t n, bool all, uint16_t *ret)
{
    const __m256i *words = (const __m256i *)row->words;
    const __m256i r[4] = {_mm256_loadu_si256(words), _mm256_loadu_si256(words + 1),
                          _mm256_loadu_si256(words + 2), _mm256_loadu_si256(words + 3)};
    __m128i most = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m256i sums[4] = {common_bits(r, &tile[i], all), common_bits(r, &tile[i + 1], all),
                                 common_bits(r, &tile[i + 2], all),
                                 common_bits(r, &tile[i + 3], all)};
        __m128i counts = four_counts(sums);
        most = _mm_max_epi16(most, counts);
        _mm_storel_epi64((__m128i *)&ret[i], counts);
    }
    unsigned rest = all ? count_plain(row, tile + i, n - i, ret + i) : 0,
             whole = largest_of_four(most);
    return rest > whole ? rest : whole;
}

__attribute__((target("avx2"))) static unsigned count_avx2(const Clk *row, const Clk *tile,
                                                           size_t n, uint16_t *ret)
{
    return count_lanes(row, tile, n, true, ret);
}

__attribute__((target("avx2"))) static unsigned count_first(const Clk *row, const Clk *tile,
                                                            size_t n, uint16_t *ret)
{
    return count_lanes(row, tile, n, false, ret);
}

/* The processor counts by itself (VPOPCNTDQ); the rest is as above with lanes twice as wide. */
__attribute__((target("avx512f,avx512vpopcntdq,avx2"))) static inline __m256i
counted_bits(const __m512i row[2], const Clk *other)
{
    __m512i a = _mm512_and_si512(row[0], _mm512_loadu_si512(other->words));
    __m512i b = _mm512_and_si512(row[1], _mm512_loadu_si512(other->words + CLK_WORDS / 2));
    __m512i n = _mm512_add_epi64(_mm512_popcnt_epi64(a), _mm512_popcnt_epi64(b));
    return _mm256_add_epi64(_mm512_castsi512_si256(n), _mm512_extracti64x4_epi64(n, 1));
}

__attribute__((target("avx512f,avx512vpopcntdq,avx2"))) static unsigned
count_avx512(const Clk *row, const Clk *tile, size_t n, uint16_t *ret)
{
    const __m512i r[2] = {_mm512_loadu_si512(row->words),
                          _mm512_loadu_si512(row->words + CLK_WORDS / 2)};
    __m128i most = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m256i sums[4] = {counted_bits(r, &tile[i]), counted_bits(r, &tile[i + 1]),
                                 counted_bits(r, &tile[i + 2]), counted_bits(r, &tile[i + 3])};
        __m128i counts = four_counts(sums);
        most = _mm_max_epi16(most, counts);
        _mm_storel_epi64((__m128i *)&ret[i], counts);
    }
    unsigned rest = count_plain(row, tile + i, n - i, ret + i), whole = largest_of_four(most);
    return rest > whole ? rest : whole;
}
#endif

/* Of the first three quarters; NULL where counting all takes no longer. */
static CountRow *counter(ClkCount how, bool first)
{
#if defined(__x86_64__)
    bool may_count = __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512f");
    if ((how == CLK_COUNT_AUTO || how == CLK_COUNT_AVX512) && may_count)
        return first ? NULL : count_avx512;
    if (how != CLK_COUNT_PLAIN && __builtin_cpu_supports("avx2"))
        return first ? count_first : count_avx2;
#endif
    (void)how;
    return first ? NULL : count_plain;
}

/* Bits of each, from a word on. */
static uint16_t *fills(Arena *arena, const Clk *c, size_t n, int from)
{
    uint16_t *ret = ARENA_ARRAY(arena, n + 1, uint16_t);
    for (size_t i = 0; i < n; i++)
        for (int w = from; w < CLK_WORDS; w++)
            ret[i] = (uint16_t)(ret[i] + __builtin_popcountll(c[i].words[w]));
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

/* The second list with the thinnest first, so that the CLKs of a tile need about the same. */
static uint64_t *order_by_fill(Arena *arena, const Clk *b, size_t n, Clk **ret)
{
    uint64_t *order = ARENA_ARRAY(arena, n + 1, uint64_t);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint64_t)clk_fill(&b[i]) << PLACE_BITS | i;
    order = sort_numbers(arena, order, n, PLACE_BITS);
    *ret = ARENA_ARRAY(arena, n + 1, Clk);
    for (size_t i = 0; i < n; i++)
        (*ret)[i] = b[(uint32_t)order[i]];
    return order;
}

typedef struct Comparison {
    Arena *arena;
    const uint64_t *order; /* PLACE_BITS of it: the place of each of b in its list */
    const Clk *a, *b;
    const uint16_t *fill_a, *fill_b, *need;
    size_t max;
    CountRow *count, *first; /* first: NULL where counting all takes no longer */
    const uint16_t *last_a;
    size_t tried, reached; /* tiles whose first bits were counted; and were not enough to tell */
    ClkPairs *found;
} Comparison;

/* Whether a row may reach some of a tile, were all its last bits common; asked while it pays. */
static bool reach_first(Comparison *c, size_t i, size_t from, size_t n, unsigned need)
{
    enum { OFTEN = 4, PATIENCE = 16 * ROWS, LANES = 4 };
    uint16_t unused[TILE];
    if (!c->first || n % LANES || c->reached * OFTEN > c->tried + PATIENCE)
        return true;
    bool reach = c->first(&c->a[i], &c->b[from], n, unused) + c->last_a[i] >= need;
    c->tried++;
    c->reached += reach;
    return reach;
}

static bool compare_row(Comparison *c, size_t i, size_t from, size_t n)
{
    uint16_t common[TILE];
    unsigned least = c->need[c->fill_a[i] + c->fill_b[from]];
    if (!reach_first(c, i, from, n, least) || c->count(&c->a[i], &c->b[from], n, common) < least)
        return true; /* not even against the thinnest of the tile */
    for (size_t k = 0; k < n; k++) {
        unsigned sum = (unsigned)c->fill_a[i] + c->fill_b[from + k];
        if (common[k] < c->need[sum])
            continue;
        if (c->found->n == c->max)
            return false;
        *ARENA_PUSH(c->arena, *c->found) =
            (ClkPair){(uint32_t)i, (uint32_t)c->order[from + k], 2.0f * common[k] / (float)sum};
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
    Clk *thin;
    const uint64_t *order = order_by_fill(arena, b, nb, &thin);
    const uint16_t *fill_b = fills(arena, thin, nb, 0);
    Comparison c = {.arena = arena,
                    .order = order,
                    .a = a,
                    .b = thin,
                    .fill_a = fills(arena, a, na, 0),
                    .fill_b = fill_b,
                    .need = bits_needed(arena, threshold),
                    .max = max,
                    .count = counter(how, false),
                    .first = counter(how, true),
                    .last_a = fills(arena, a, na, CLK_WORDS / 4 * 3),
                    .found = ret};
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
