#include "identity/match_cluster.h"

#include "identity/sort_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many records of a group speak for it; so many may be written wrongly alike. */
enum { SPEAKERS = 24, STRAY = 3 };
/* A book that lacks more than this is no book of nearly everybody; and none is trusted to lack less
 * than that. */
static const double most_missing = 0.3, least_missing = 1.0 / 64;
/* Of the records of a book in which nearly everybody has several. */
static const double most_alone = 0.1;

/* Two groups that were not one person, as they were then: they are asked about again and again, and
 * the answer only changes when one of them grows. */
typedef struct Refusal {
    uint32_t x, y, size_x, size_y;
} Refusal;
enum { LEAST_REFUSALS = 4096, EDGES_A_REFUSAL = 8 };

typedef struct Joining {
    const Comparer *comparer;
    const MatchModel *model;
    double (
        *root)[MATCH_COMPARISONS][MATCH_LEVELS]; /* by class: square roots of likelihood ratios */
    CompareSide *side;
    Refusal *refusals;
    size_t refusal_count;                 /* a power of two */
    uint32_t *first, *next, *last, *size; /* groups as lists; `first` is right for every member */
    uint8_t *books; /* of the first of a group: those it stands in, a bit each */
    const MatchRules *rules;
    double join;
    const MatchEdges *edges;
    const double *rivals; /* by edge: bits taken off */
    bool unique;
    size_t divided;
} Joining;

enum { EDGE_BITS = 32 };
_Static_assert(MATCH_SOURCES <= 8, "books of a group are the bits of a byte");

/* The place of a pair below its weight, so that sorting puts the heaviest first. */
static uint64_t order_of(const MatchEdges *edges, size_t i)
{
    static const double most = 2048, steps = 1 << 20;
    double weight = fmax(1 - most, fmin(edges->items[i].weight, most - 1));
    return (uint64_t)((most - weight) * steps) << EDGE_BITS | i;
}

/* What the pairs between two groups say of each thing: sums of roots over those that say something.
 * Of their books the least: one book that would name a person twice is told by one pair alone. */
typedef struct Sayings {
    double roots[MATCH_CLASSES][MATCH_COMPARISONS], rare[MATCH_COMPARISONS], books[MATCH_CLASSES],
        older[MATCH_CLASSES];
    int n[MATCH_COMPARISONS], told;
} Sayings;

static void hear_pair(const Joining *j, uint32_t a, uint32_t b, Sayings *s)
{
    const MatchBook *book = j->comparer->book;
    Compared pair;
    if (a > b) {
        hear_pair(j, b, a, s);
        return;
    }
    j->side->row = match_row(book, a);
    const uint32_t *other = match_row(book, b);
    match_compare_rarity(j->comparer, j->side, other, match_pattern(j->comparer, j->side, other),
                         &pair);
    for (int c = 0; c < MATCH_CLASSES; c++)
        s->books[c] = fmin(s->books[c], j->model->book_bits[c][pair.books % BOOK_PAIRS]);
    s->told += pair.books >= OLDER_FIRST;
    for (int c = 0; c < MATCH_CLASSES; c++)
        s->older[c] += match_older_bits(j->model, (MatchClass)c, pair.books);
    for (size_t k = 0; k < book->comparison_count; k++) {
        unsigned level = pattern_level(pair.pattern, k);
        if (level == LEVEL_MISSING)
            continue;
        s->n[k]++;
        s->rare[k] += pair.rare[k];
        for (int c = 0; c < MATCH_CLASSES; c++)
            s->roots[c][k] += j->root[c][k][level];
    }
}

/* What the pairs of two groups that tell a thing say of it. One record may be written wrongly, and
 * its pairs with all others then disagree; where groups of more than three each hardly ever agree,
 * it is two persons that differ (father and son of one name), and weighs as more than one pair. */
static double said(double roots, int n)
{
    double mean = n ? roots / n : 1;
    return mean < 1 && n > STRAY * STRAY ? pow(mean, sqrt(n) / STRAY) : mean;
}

/* The weight of two groups being one person by all that their records say together: of each thing
 * the power mean, of exponent 1/2, of the likelihood ratios of the pairs that tell it. What one
 * record leaves out another tells, and a thing that a person's papers write in two ways speaks for
 * whoever has either. Exponent 0, the mean of the bits, lets one misspelt paper keep a person
 * apart; exponent 1 lets one strange paper bridge two persons. */
static double group_odds(const Joining *j, uint32_t x, uint32_t y)
{
    Sayings s = {0};
    for (int c = 0; c < MATCH_CLASSES; c++)
        s.books[c] = INFINITY;
    double bits[MATCH_CLASSES], rare = 0;
    int n = 0;
    for (uint32_t p = x; p != UINT32_MAX && n < SPEAKERS; p = j->next[p], n++) {
        int m = 0;
        for (uint32_t q = y; q != UINT32_MAX && m < SPEAKERS; q = j->next[q], m++)
            hear_pair(j, p, q, &s);
    }
    for (int c = 0; c < MATCH_CLASSES; c++) {
        bits[c] = j->model->share_bits[c] + s.books[c];
        bits[c] += s.told ? s.older[c] / s.told : 0;
        double product = 1; /* of twelve roots at most: far from what a double does not hold */
        for (size_t k = 0; k < j->comparer->book->comparison_count; k++)
            product *= said(s.roots[c][k], s.n[k]);
        bits[c] += 2 * log2(product);
    }
    for (size_t k = 0; k < j->comparer->book->comparison_count; k++)
        rare += s.n[k] ? s.rare[k] / s.n[k] : 0;
    return match_odds(match_odds_bits(bits), rare);
}

static bool forbidden(const Joining *j, uint32_t x, uint32_t y)
{
    for (size_t i = 0; i < j->rules->n; i++) {
        const MatchRule *r = &j->rules->items[i];
        uint32_t p = j->first[r->a], q = j->first[r->b];
        if (!r->same && ((p == x && q == y) || (p == y && q == x)))
            return true;
    }
    return j->unique && (j->books[x] & j->books[y]);
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
    j->books[x] |= j->books[y];
}

/* Whether two groups of which one has several records are one person. */
static bool groups_join(Joining *j, uint32_t x, uint32_t y, double rivals)
{
    if (x > y)
        return groups_join(j, y, x, rivals);
    Refusal asked = {x, y, j->size[x], j->size[y]},
            *place = &j->refusals[match_mix(x, y) & (j->refusal_count - 1)];
    if (memcmp(place, &asked, sizeof asked) == 0)
        return false;
    bool join = group_odds(j, x, y) - rivals >= j->join;
    if (!join)
        *place = asked;
    return join;
}

static void try_edge(Joining *j, const MatchEdge *e)
{
    uint32_t x = j->first[e->a], y = j->first[e->b];
    if (x == y || forbidden(j, x, y))
        return;
    bool one_pair = j->size[x] == 1 && j->size[y] == 1;
    double rivals = j->rivals[e - j->edges->items];
    if (one_pair ? e->weight - rivals >= j->join : groups_join(j, x, y, rivals))
        merge(j, x, y);
    else
        j->divided += e->weight >= j->join;
}

/* A register names a person once: of its records that a record of another book may be, each speaks
 * against the others. Who is surely both stands in it twice. */
static const double *find_rivals(Arena *a, const MatchBook *book, const MatchEdges *edges)
{
    static const double sure = 12, most = 60;
    double *sums = ARENA_WIDE(a, (size_t)book->n + 1, double),
           *ret = ARENA_WIDE(a, edges->n + 1, double);
    for (int round = 0; round < 2 && edges->register_at; round++)
        for (size_t i = 0; i < edges->n; i++) {
            const MatchEdge *e = &edges->items[i];
            bool in = match_source(book, e->a) + 1 == edges->register_at;
            double odds = exp2(fmin(e->weight, most)), *sum = &sums[in ? e->b : e->a];
            if (in == (match_source(book, e->b) + 1 == edges->register_at))
                continue;
            if (round == 0)
                *sum += odds;
            else if (e->weight < sure)
                ret[i] = log2(1 + fmax(0, *sum - odds));
        }
    return ret;
}

static void take_edges(Joining *j, const MatchEdges *edges)
{
    Arena *scratch = arena_new(SIZE_MAX);
    j->edges = edges;
    j->rivals = find_rivals(scratch, j->comparer->book, edges);
    uint64_t *order = ARENA_WIDE(scratch, edges->n + 1, uint64_t);
    for (size_t i = 0; i < edges->n; i++)
        order[i] = order_of(edges, i);
    order = sort_numbers(scratch, order, edges->n, EDGE_BITS);
    for (size_t i = 0; i < edges->n; i++)
        try_edge(j, &edges->items[(uint32_t)order[i]]);
    arena_free(scratch);
}

/* ---- who is missing in a book of nearly everybody ---- */

/* A group that lacks the book, and one that has it and may be the same person. */
typedef struct Homing {
    uint32_t missing, home;
    double odds;
} Homing;

typedef ARENA_LIST(Homing) Homings;

static int by_missing(const void *x, const void *y)
{
    const Homing *p = x, *q = y;
    if (p->missing != q->missing)
        return p->missing < q->missing ? -1 : 1;
    return (p->home > q->home) - (p->home < q->home);
}

static int by_odds(const void *x, const void *y)
{
    const Homing *p = x, *q = y;
    if (p->odds != q->odds)
        return p->odds > q->odds ? -1 : 1;
    return by_missing(x, y);
}

/* The share of all groups seen elsewhere that the book lacks. */
static double share_missing(const Joining *j, unsigned book)
{
    size_t elsewhere = 0, missing = 0;
    for (uint32_t i = 0; i < j->comparer->book->n; i++) {
        unsigned in = j->first[i] == i ? j->books[i] : 0;
        elsewhere += (in & ~book) != 0;
        missing += in && !(in & book);
    }
    return elsewhere ? (double)missing / (double)elsewhere : 1;
}

/* Of records that stand alone the share that truly does: where nearly everybody has several, about
 * as many as stand in twos; else all. */
static double share_single(const Joining *j)
{
    double ones = 0, twos = 0, n = j->comparer->book->n;
    for (uint32_t i = 0; i < j->comparer->book->n; i++) {
        ones += j->first[i] == i && j->size[i] == 1;
        twos += j->first[i] == i && j->size[i] == 2;
    }
    return ones > 0 && ones < most_alone * n ? twos / ones : 1;
}

/* Without a book: whether the record stands alone. */
static bool lacks(const Joining *j, uint32_t group, unsigned book)
{
    return book ? !(j->books[group] & book) : j->size[group] == 1;
}

static Homings find_homings(Arena *a, const Joining *j, const MatchEdges *edges, unsigned book)
{
    Homings all = {0};
    size_t kept = 0;
    for (size_t i = 0; i < edges->n; i++) {
        uint32_t x = j->first[edges->items[i].a], y = j->first[edges->items[i].b];
        bool in_x = !lacks(j, x, book), in_y = !lacks(j, y, book);
        if (in_x != in_y)
            *ARENA_PUSH(a, all) = in_y ? (Homing){x, y, 0} : (Homing){y, x, 0};
    }
    if (all.n > 1)
        qsort(all.items, all.n, sizeof *all.items, by_missing);
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || by_missing(&all.items[i], &all.items[i - 1]) != 0)
            all.items[kept++] = all.items[i];
    all.n = kept;
    return all;
}

/* Of the homes of one missing group the likeliest, against the others and against there being none.
 */
static Homing best_home(const Joining *j, Homing *run, size_t n, double absent)
{
    double all = exp2(absent);
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        run[i].odds = group_odds(j, run[i].missing, run[i].home);
        all += exp2(run[i].odds);
        if (run[i].odds > run[best].odds)
            best = i;
    }
    double others = all - exp2(run[best].odds);
    run[best].odds -= log2(others > 0 ? others : exp2(absent));
    return run[best];
}

/* Who is seen elsewhere, and not in a book that names nearly everybody, most likely stands in it in
 * other words: the chance that she does not is only the share the book lacks. Without a book the
 * same of a record that stands alone where nearly everybody has several. */
static void find_missing(Arena *a, Joining *j, const MatchEdges *edges, unsigned book)
{
    double share = book ? share_missing(j, book) : share_single(j);
    Homings all, best = {0};
    if (share <= 0 || share > most_missing)
        return;
    double absent = log2(fmax(share, least_missing));
    all = find_homings(a, j, edges, book);
    for (size_t i = 0, end; i < all.n; i = end) {
        for (end = i + 1; end < all.n && all.items[end].missing == all.items[i].missing;)
            end++;
        Homing one = best_home(j, all.items + i, end - i, absent);
        if (one.odds >= j->join)
            *ARENA_PUSH(a, best) = one;
    }
    if (best.n > 1)
        qsort(best.items, best.n, sizeof *best.items, by_odds);
    for (size_t i = 0; i < best.n; i++) {
        uint32_t x = j->first[best.items[i].missing], y = j->first[best.items[i].home];
        if (x != y && !forbidden(j, x, y) && group_odds(j, x, y) - absent >= j->join)
            merge(j, x, y);
    }
}

static void take_roots(Arena *a, Joining *j)
{
    j->root = arena_alloc(a, MATCH_CLASSES * sizeof *j->root);
    for (int c = 0; c < MATCH_CLASSES; c++)
        for (size_t k = 0; k < MATCH_COMPARISONS; k++)
            for (int level = 0; level < MATCH_LEVELS; level++)
                j->root[c][k][level] = exp2(j->model->bits[c][k][level] / 2);
}

MatchClusters match_clusters_make(Arena *a, const Comparer *c, const MatchModel *model,
                                  const MatchEdges *edges, double join, bool unique,
                                  const MatchRules *rules)
{
    uint32_t n = c->book->n;
    Joining j = {.comparer = c, .model = model, .rules = rules, .join = join, .unique = unique};
    CompareSide side;
    match_side_init(a, &side);
    j.side = &side;
    j.refusal_count = LEAST_REFUSALS;
    while (j.refusal_count < edges->n / EDGES_A_REFUSAL)
        j.refusal_count *= 2;
    j.refusals = ARENA_WIDE(a, j.refusal_count, Refusal);
    take_roots(a, &j);
    j.first = ARENA_ARRAY(a, n + 1, uint32_t);
    j.next = ARENA_ARRAY(a, n + 1, uint32_t);
    j.last = ARENA_ARRAY(a, n + 1, uint32_t);
    j.size = ARENA_ARRAY(a, n + 1, uint32_t);
    j.books = ARENA_ARRAY(a, n + 1, uint8_t);
    for (uint32_t i = 0; i < n; i++) {
        j.first[i] = j.last[i] = i;
        j.next[i] = UINT32_MAX;
        j.size[i] = 1;
        j.books[i] = (uint8_t)(1u << match_source(c->book, i));
    }
    for (const MatchRule *r = rules->items; r < rules->items + rules->n; r++)
        if (r->same && j.first[r->a] != j.first[r->b])
            merge(&j, j.first[r->a], j.first[r->b]);
    take_edges(&j, edges);
    for (unsigned s = 0; s < c->book->book_count && c->book->book_count > 1; s++)
        find_missing(a, &j, edges, 1u << s);
    if (c->book->book_count == 1)
        find_missing(a, &j, edges, 0);
    MatchClusters ret = {.of = j.first, .divided = j.divided};
    for (uint32_t i = 0; i < n; i++)
        ret.persons += j.first[i] == i;
    return ret;
}
