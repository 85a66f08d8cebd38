#include "identity/match_cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this many pairs between two groups the heaviest one decides alone. */
enum { MOST_CROSS = 4096 };
/* What one pair may add to or take from the average. */
static const float most_bits = 20, least_bits = -12;

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

static float pair_bits(const Joining *j, uint32_t x, uint32_t y)
{
    const MatchBook *book = j->comparer->book;
    Compared pair;
    if (x > y)
        return pair_bits(j, y, x);
    match_compare(j->comparer, match_row(book, x), match_row(book, y), &pair);
    float w = match_weight(j->model, &pair, book->comparison_count);
    return fminf(most_bits, fmaxf(least_bits, w));
}

/* The average over all pairs between two groups, also those that no block proposed. */
static bool agrees(const Joining *j, uint32_t x, uint32_t y)
{
    double sum = 0;
    size_t n = (size_t)j->size[x] * j->size[y];
    if (n == 1 || n > MOST_CROSS)
        return true;
    for (uint32_t p = x; p != UINT32_MAX; p = j->next[p])
        for (uint32_t q = y; q != UINT32_MAX; q = j->next[q])
            sum += pair_bits(j, p, q);
    return sum / (double)n >= 0;
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
    if (e->weight < j->join || x == y || forbidden(j, x, y))
        return;
    if (agrees(j, x, y))
        merge(j, x, y);
    else
        j->divided++;
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
