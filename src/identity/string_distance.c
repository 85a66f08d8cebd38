#include "identity/string_distance.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64, PREFIX_MAX = 4 };
static const double WINKLER_FROM = 0.7, WINKLER_SHARE = 0.1;

typedef struct Symbols {
    uint32_t at[DISTANCE_MAX];
    int n;
} Symbols;

/* Short enough for one machine word, so that a column of the table is one number. */
static bool is_plain(Str a, Str b)
{
    return a.len <= WORD_BITS && b.len <= DISTANCE_MAX && str_ascii(a) && str_ascii(b);
}

/* The bits of a code point behind its first byte; a stray byte stands for itself. */
static size_t read_symbol(Str s, size_t i, uint32_t *ret)
{
    unsigned char first = (unsigned char)s.ptr[i];
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    *ret = first;
    if (i + more >= s.len)
        return 1;
    for (size_t k = 1; k <= more; k++)
        *ret = *ret << 6 | ((unsigned char)s.ptr[i + k] & 63u);
    return more + 1;
}

static void read_symbols(Str s, Symbols *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < s.len && ret->n < DISTANCE_MAX;)
        i += read_symbol(s, i, &ret->at[ret->n++]);
}

/* Where each letter stands in the pattern. Only the pattern's letters are cleared afterwards: that
 * is cheaper than clearing the table. */
static _Thread_local uint64_t places[128];

static void mark_pattern(Str pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        places[(unsigned char)pattern.ptr[i]] |= UINT64_C(1) << i;
}

static void unmark_pattern(Str pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        places[(unsigned char)pattern.ptr[i]] = 0;
}

/* Hyyro's column update: VP and VN are where the column rises and falls against the one above. */
static int edits_by_bits(Str a, Str b)
{
    uint64_t vp = ~UINT64_C(0), vn = 0, d0 = 0, last = 0;
    uint64_t bottom = UINT64_C(1) << (a.len - 1);
    int distance = (int)a.len;
    for (size_t j = 0; j < b.len; j++) {
        uint64_t here = places[(unsigned char)b.ptr[j]];
        uint64_t swap = ((~d0 & here) << 1) & last;
        d0 = (((here & vp) + vp) ^ vp) | here | vn | swap;
        uint64_t hp = vn | ~(d0 | vp), hn = d0 & vp;
        distance += (hp & bottom) != 0;
        distance -= (hn & bottom) != 0;
        hp = hp << 1 | 1;
        hn <<= 1;
        vp = hn | ~(d0 | hp);
        vn = hp & d0;
        last = here;
    }
    return distance;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int edits_by_table(const Symbols *a, const Symbols *b)
{
    int rows[3][DISTANCE_MAX + 1];
    for (int j = 0; j <= b->n; j++)
        rows[0][j] = j;
    for (int i = 1; i <= a->n; i++) {
        int *now = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= b->n; j++) {
            int best = up[j - 1] + (a->at[i - 1] != b->at[j - 1]);
            best = least(best, least(up[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] && a->at[i - 2] == b->at[j - 1])
                best = least(best, upper[j - 2] + 1);
            now[j] = best;
        }
    }
    return rows[a->n % 3][b->n];
}

int osa_distance(Str a, Str b)
{
    if (a.len == 0 || b.len == 0) {
        Symbols rest;
        read_symbols(a.len ? a : b, &rest);
        return rest.n;
    }
    if (a.len > b.len) {
        Str other = a;
        a = b;
        b = other;
    }
    if (is_plain(a, b)) {
        mark_pattern(a);
        int distance = edits_by_bits(a, b);
        unmark_pattern(a);
        return distance;
    }
    Symbols x, y;
    read_symbols(a, &x);
    read_symbols(b, &y);
    return edits_by_table(&x, &y);
}

/* ---- Jaro ---- */

static double jaro_of(int common, int moved, int na, int nb)
{
    if (common == 0)
        return 0;
    double m = common;
    int exchanged = moved / 2;
    return (m / na + m / nb + (m - exchanged) / m) / 3;
}

static int jaro_window(int na, int nb)
{
    int longest = na > nb ? na : nb;
    return longest > 3 ? longest / 2 - 1 : 0;
}

static uint64_t low_bits(unsigned n)
{
    return n >= WORD_BITS ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* Letters of `b` from the left take the first free equal letter of `a` within the window. */
static double jaro_by_bits(Str a, Str b)
{
    int na = (int)a.len, nb = (int)b.len, window = jaro_window(na, nb), common = 0, moved = 0;
    uint64_t taken_a = 0, taken_b = 0;
    for (int j = 0; j < nb; j++) {
        int from = j > window ? j - window : 0;
        uint64_t near = low_bits((unsigned)(j + window + 1));
        near &= from < WORD_BITS ? ~low_bits((unsigned)from) : 0;
        uint64_t free = places[(unsigned char)b.ptr[j]] & near & ~taken_a;
        taken_a |= free & (~free + 1);
        taken_b |= (uint64_t)(free != 0) << j;
        common += free != 0;
    }
    for (; taken_b; taken_b &= taken_b - 1, taken_a &= taken_a - 1) {
        uint64_t first = taken_a & (~taken_a + 1);
        moved += !(places[(unsigned char)b.ptr[__builtin_ctzll(taken_b)]] & first);
    }
    return jaro_of(common, moved, na, nb);
}

/* Marks what `b` takes of `a`; how many. */
static int take_common(const Symbols *a, const Symbols *b, bool *taken_a, bool *taken_b)
{
    int window = jaro_window(a->n, b->n), common = 0;
    for (int j = 0; j < b->n; j++) {
        int from = j > window ? j - window : 0, to = least(a->n - 1, j + window);
        for (int i = from; i <= to; i++)
            if (!taken_a[i] && a->at[i] == b->at[j]) {
                taken_a[i] = taken_b[j] = true;
                common++;
                break;
            }
    }
    return common;
}

static double jaro_by_table(const Symbols *a, const Symbols *b)
{
    bool taken_a[DISTANCE_MAX] = {false}, taken_b[DISTANCE_MAX] = {false};
    int common = take_common(a, b, taken_a, taken_b), moved = 0;
    for (int i = 0, j = 0; i < a->n; i++) {
        if (!taken_a[i])
            continue;
        while (!taken_b[j])
            j++;
        moved += a->at[i] != b->at[j++];
    }
    return jaro_of(common, moved, a->n, b->n);
}

double jaro_similarity(Str a, Str b)
{
    if (a.len == 0 || b.len == 0)
        return a.len == b.len;
    if (is_plain(a, b) && b.len <= WORD_BITS) {
        mark_pattern(a);
        double similarity = jaro_by_bits(a, b);
        unmark_pattern(a);
        return similarity;
    }
    Symbols x, y;
    read_symbols(a, &x);
    read_symbols(b, &y);
    return jaro_by_table(&x, &y);
}

static int equal_start(Str a, Str b)
{
    size_t i = 0;
    int n = 0;
    while (n < PREFIX_MAX && i < a.len && i < b.len) {
        uint32_t x, y;
        size_t step = read_symbol(a, i, &x);
        read_symbol(b, i, &y);
        if (x != y)
            break;
        i += step;
        n++;
    }
    return n;
}

double jaro_winkler_similarity(Str a, Str b)
{
    double jaro = jaro_similarity(a, b);
    if (jaro <= WINKLER_FROM)
        return jaro;
    double raised = jaro + equal_start(a, b) * WINKLER_SHARE * (1 - jaro);
    return raised < 1 ? raised : 1;
}
