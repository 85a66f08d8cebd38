#include "identity/match_cluster.h"

#include <stdlib.h>
#include <string.h>

/* So many records of a group speak for it. */
enum { SPEAKERS = 24 };

typedef struct Joining {
    const Comparer *comparer;
    const MatchModel *model;
    uint32_t *first, *next, *last, *size; /* groups as lists; `first` is right for every member */
    const MatchRule *rules;
    size_t rule_count;
    float join;
    bool unique;
    size_t divided;
} Joining;

static int by_weight(const void *x, const void *y)
{
    const MatchEdge *p = x, *q = y;
    if (p->weight != q->weight)
        return p->weight > q->weight ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* What the pairs between two groups say of each thing: sums of bits over those that say something.
 */
typedef struct Sayings {
    float bits[MATCH_CLASSES][MATCH_COMPARISONS], rare[MATCH_COMPARISONS];
    int n[MATCH_COMPARISONS];
} Sayings;

static void hear_pair(const Joining *j, uint32_t a, uint32_t b, Sayings *s)
{
    const MatchBook *book = j->comparer->book;
    Compared pair;
    if (a > b) {
        hear_pair(j, b, a, s);
        return;
    }
    match_compare(j->comparer, match_row(book, a), match_row(book, b), &pair);
    for (size_t k = 0; k < book->comparison_count; k++) {
        unsigned level = pattern_level(pair.pattern, k);
        if (level == LEVEL_MISSING)
            continue;
        s->n[k]++;
        s->rare[k] += pair.rare[k];
        for (int c = 0; c < MATCH_CLASSES; c++)
            s->bits[c][k] += j->model->bits[c][k][level];
    }
}

/* Whether two groups are one person by all that their records say together: of each thing the mean
 * of the pairs that tell it, so that what one record leaves out another tells. */
static bool agrees(const Joining *j, uint32_t x, uint32_t y)
{
    Sayings s = {0};
    float bits[MATCH_CLASSES], rare = 0;
    int n = 0;
    for (uint32_t p = x; p != UINT32_MAX && n < SPEAKERS; p = j->next[p], n++) {
        int m = 0;
        for (uint32_t q = y; q != UINT32_MAX && m < SPEAKERS; q = j->next[q], m++)
            hear_pair(j, p, q, &s);
    }
    for (int c = 0; c < MATCH_CLASSES; c++) {
        bits[c] = j->model->share_bits[c];
        for (size_t k = 0; k < j->comparer->book->comparison_count; k++)
            bits[c] += s.n[k] ? s.bits[c][k] / (float)s.n[k] : 0;
    }
    for (size_t k = 0; k < j->comparer->book->comparison_count; k++)
        rare += s.n[k] ? s.rare[k] / (float)s.n[k] : 0;
    return match_odds(bits, rare) >= j->join;
}

static bool share_source(const Joining *j, uint32_t x, uint32_t y)
{
    unsigned in_x = 0, in_y = 0;
    for (uint32_t p = x; p != UINT32_MAX; p = j->next[p])
        in_x |= 1u << j->comparer->book->sources[p];
    for (uint32_t q = y; q != UINT32_MAX; q = j->next[q])
        in_y |= 1u << j->comparer->book->sources[q];
    return (in_x & in_y) != 0;
}

static bool forbidden(const Joining *j, uint32_t x, uint32_t y)
{
    for (size_t i = 0; i < j->rule_count; i++) {
        const MatchRule *r = &j->rules[i];
        uint32_t p = j->first[r->a], q = j->first[r->b];
        if (!r->same && ((p == x && q == y) || (p == y && q == x)))
            return true;
    }
    return j->unique && share_source(j, x, y);
}

/* Appends the group of the later first record to the other. */
static void merge(Joining *j, uint32_t x, uint32_t y)
{
    if (x > y) {
        merge(j, y, x);
        return;
    }
    for (uint32_t q = y; q != UINT32_MAX; q = j->next[q])
        j->first[q] = x;
    j->next[j->last[x]] = y;
    j->last[x] = j->last[y];
    j->size[x] += j->size[y];
}

static void try_edge(Joining *j, const MatchEdge *e)
{
    uint32_t x = j->first[e->a], y = j->first[e->b];
    if (x == y || forbidden(j, x, y))
        return;
    bool one_pair = j->size[x] == 1 && j->size[y] == 1;
    if (one_pair ? e->weight >= j->join : agrees(j, x, y))
        merge(j, x, y);
    else
        j->divided += e->weight >= j->join;
}

MatchClusters match_clusters_make(Arena *a, const Comparer *c, const MatchModel *model,
                                  const MatchEdges *edges, float join, bool unique,
                                  const MatchRule *rules, size_t rule_count)
{
    uint32_t n = c->book->n;
    Joining j = {.comparer = c,
                 .model = model,
                 .rules = rules,
                 .rule_count = rule_count,
                 .join = join,
                 .unique = unique};
    j.first = ARENA_ARRAY(a, n + 1, uint32_t);
    j.next = ARENA_ARRAY(a, n + 1, uint32_t);
    j.last = ARENA_ARRAY(a, n + 1, uint32_t);
    j.size = ARENA_ARRAY(a, n + 1, uint32_t);
    for (uint32_t i = 0; i < n; i++) {
        j.first[i] = j.last[i] = i;
        j.next[i] = UINT32_MAX;
        j.size[i] = 1;
    }
    for (size_t i = 0; i < rule_count; i++)
        if (rules[i].same && j.first[rules[i].a] != j.first[rules[i].b])
            merge(&j, j.first[rules[i].a], j.first[rules[i].b]);
    MatchEdge *sorted = ARENA_ARRAY(a, edges->n + 1, MatchEdge);
    memcpy(sorted, edges->items, edges->n * sizeof *sorted);
    if (edges->n > 1)
        qsort(sorted, edges->n, sizeof *sorted, by_weight);
    for (size_t i = 0; i < edges->n; i++)
        try_edge(&j, &sorted[i]);
    MatchClusters ret = {.of = j.first, .divided = j.divided};
    for (uint32_t i = 0; i < n; i++)
        ret.persons += j.first[i] == i;
    return ret;
}
