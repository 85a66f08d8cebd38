#include "identity/match_truth.h"

#include <stdlib.h>

typedef struct Labelled {
    Str said, truth;
    bool marked;
} Labelled;

static int by_said(const void *x, const void *y)
{
    const Labelled *p = x, *q = y;
    int c = str_cmp(p->said, q->said);
    return c ? c : str_cmp(p->truth, q->truth);
}

static int by_truth(const void *x, const void *y)
{
    const Labelled *p = x, *q = y;
    return str_cmp(p->truth, q->truth);
}

static bool same_said(const Labelled *p, const Labelled *q)
{
    return str_eq(p->said, q->said);
}

static bool same_truth(const Labelled *p, const Labelled *q)
{
    return str_eq(p->truth, q->truth);
}

static bool same_both(const Labelled *p, const Labelled *q)
{
    return same_said(p, q) && same_truth(p, q);
}

/* Pairs within runs of equal things; of a marked and an unmarked one where only those count. */
static uint64_t run_pairs(const Labelled *items, size_t n, bool mixed,
                          bool (*same)(const Labelled *, const Labelled *))
{
    uint64_t sum = 0;
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t marked = 0;
        for (end = i; end < n && same(&items[i], &items[end]); end++)
            marked += items[end].marked;
        uint64_t all = end - i;
        sum += mixed ? marked * (all - marked) : all * (all - 1) / 2;
    }
    return sum;
}

MatchQuality match_quality_groups(Arena *a, const Str *said, const Str *truth, const bool *marked,
                                  size_t n)
{
    MatchQuality q = {0};
    Labelled *items = ARENA_ARRAY(a, n + 1, Labelled);
    for (size_t i = 0; i < n; i++)
        items[i] = (Labelled){said[i], truth[i], marked && marked[i]};
    if (n > 1)
        qsort(items, n, sizeof *items, by_said);
    q.found = run_pairs(items, n, marked, same_said);
    q.right = run_pairs(items, n, marked, same_both);
    if (n > 1)
        qsort(items, n, sizeof *items, by_truth);
    q.truth = run_pairs(items, n, marked, same_truth);
    return q;
}

double quality_precision(MatchQuality q)
{
    return q.found ? (double)q.right / (double)q.found : 0;
}

double quality_recall(MatchQuality q)
{
    return q.truth ? (double)q.right / (double)q.truth : 0;
}

double quality_f1(MatchQuality q)
{
    return q.found + q.truth ? 2.0 * (double)q.right / (double)(q.found + q.truth) : 0;
}
