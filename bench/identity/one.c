/* New persons one by one against a book, and all at once, for bench/identity/search --batch:
 *   match_one DOMAIN BOOK.csv NEW.csv
 * At once: blocks, edges and groups of `match link`. One by one: the ten of the search index, weighed by
 * the same weights; the heaviest is the link when it weighs even odds or more, or else when it is the likeliest home by the
 * share of persons that the book lacks (learned at once too, as in match_cluster.c). Prints how many decide
 * alike, why the others do not, and the processor time of one. */
#include "base/csv.h"
#include "base/file.h"
#include "identity/match_cluster.h"
#include "identity/match_search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_BYTES = 2000000000, MOST_COLUMNS = 64, NOBODY = UINT32_MAX };

typedef struct One {
    Arena *arena;
    NameRules *rules;
    MatchSource files[2];
    const MatchBook *book;
    Comparer comparer;
    MatchModel model;
    BlockBook *blocks;
    MatchClusters clusters;
    SearchIndex *index;
    double absent;  /* log2 of the share that the book lacks; 0: no book of nearly everybody */
    uint32_t first; /* of the new ones */
    double *ms;
    SearchPerson *asked;
} One;

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Persons of a file; those of the book go into the index by the number of their record. */
static void read_persons(One *o, const MatchSource *file, SearchPerson *asked)
{
    Problems problems = {.arena = o->arena};
    MatchSettings settings = match_settings_default();
    MatchColumn columns[MOST_COLUMNS];
    CsvReader csv = csv_reader(o->arena, file->text);
    CsvRow row;
    bool more;
    SearchPerson *one = ARENA_NEW(o->arena, SearchPerson);
    if (csv_next(&csv, &row, &more) != ERR_OK || !more || row.n > MOST_COLUMNS)
        exit(1);
    match_columns_assign(&settings, o->rules, row.cells, row.n, file->place, columns, &problems);
    for (uint32_t i = 0; csv_next(&csv, &row, &more) == ERR_OK && more; i++) {
        search_person(o->rules, o->arena, columns, row.cells, row.n, asked ? asked + i : one);
        if (!asked)
            search_index_add(o->index, one, i);
    }
}

static void at_once(One *o)
{
    MatchRun run = {.comparer = &o->comparer, .threads = 1};
    comparer_init(o->arena, o->book, &o->comparer);
    run.blocks = o->blocks = match_blocks_new(o->arena, o->book, true);
    Patterns patterns = match_count_patterns(o->arena, &run);
    match_model_learn(&o->comparer, &patterns, true, &o->model);
    MatchEdges edges = match_find_edges(o->arena, &run, &o->model, WEAKEST_EDGE);
    o->clusters = match_clusters_make(o->arena, &o->comparer, &o->model, &edges, 0, false, NULL, 0);
}

static double weight_of(const One *o, uint32_t old, uint32_t new)
{
    Compared pair;
    match_compare(&o->comparer, match_row(o->book, old), match_row(o->book, new), &pair);
    return match_weight(&o->model, &pair, o->book->comparison_count);
}

static uint32_t alone(const One *o, uint32_t new)
{
    SearchAnswer found;
    uint32_t best = NOBODY;
    double most = -INFINITY, all = exp2(o->absent);
    search_find(o->index, &o->asked[new - o->first], &found);
    for (size_t i = 0; i < found.n; i++) {
        double weight = weight_of(o, (uint32_t)found.hits[i].place, new);
        all += weight >= WEAKEST_EDGE ? exp2(weight) : 0;
        if (weight > most) {
            most = weight;
            best = (uint32_t)found.hits[i].place;
        }
    }
    bool home = o->absent < 0 && most >= WEAKEST_EDGE && most >= log2(all - exp2(most));
    return most >= 0 || home ? best : NOBODY;
}

/* As share_missing of match_cluster.c, of the new ones. */
static void learn_absent(One *o)
{
    static const double most = 0.3, least = 1.0 / 64;
    uint32_t n = o->book->n, lacking = 0;
    bool *in = ARENA_WIDE(o->arena, n, bool);
    for (uint32_t i = 0; i < o->first; i++)
        in[o->clusters.of[i]] = true;
    for (uint32_t i = o->first; i < n; i++)
        lacking += !in[o->clusters.of[i]];
    double share = (double)lacking / (n - o->first);
    o->absent = share > 0 && share <= most ? log2(fmax(share, least)) : 0;
}

static bool is_candidate(const One *o, uint32_t old, uint32_t new)
{
    for (uint64_t i = o->blocks->record_starts[old]; i < o->blocks->record_starts[old + 1]; i++)
        for (uint64_t k = o->blocks->record_starts[new]; k < o->blocks->record_starts[new + 1]; k++)
            if (o->blocks->record_blocks[i] == o->blocks->record_blocks[k])
                return true;
    return false;
}

static int ascending(const void *x, const void *y)
{
    double p = *(const double *)x, q = *(const double *)y;
    return (p > q) - (p < q);
}

/* The heaviest record of the book in the group of a new one; NOBODY when there is none. */
static uint32_t together(const One *o, uint32_t new, const uint32_t *next)
{
    uint32_t best = NOBODY;
    double most = -1e9;
    for (uint32_t r = o->clusters.of[new]; r != NOBODY; r = next[r])
        if (r < o->first && weight_of(o, r, new) > most) {
            most = weight_of(o, r, new);
            best = r;
        }
    return best;
}

static uint32_t *list_groups(const One *o)
{
    uint32_t n = o->book->n, *next = ARENA_WIDE(o->arena, n, uint32_t), *last = ARENA_WIDE(o->arena, n, uint32_t);
    for (uint32_t i = 0; i < n; i++) {
        next[i] = NOBODY;
        last[i] = i;
    }
    for (uint32_t i = 0; i < n; i++)
        if (o->clusters.of[i] != i) {
            next[last[o->clusters.of[i]]] = i;
            last[o->clusters.of[i]] = i;
        }
    return next;
}

static void compare_all(One *o)
{
    uint32_t n = o->book->n - o->first, same = 0, none = 0, among = 0, unseen = 0, group = 0, blocked = 0, other = 0, home = 0;
    const uint32_t *next = list_groups(o);
    for (uint32_t new = o->first; new < o->book->n; new ++) {
        double begin = cpu_ms();
        uint32_t one = alone(o, new), all;
        o->ms[new - o->first] = cpu_ms() - begin;
        all = together(o, new, next);
        if (one == all) {
            same++;
            none += one == NOBODY;
        } else if (all != NOBODY && one == NOBODY)
            weight_of(o, all, new) >= 0 ? unseen++ : home++;
        else if (all == NOBODY)
            is_candidate(o, one, new) ? group++ : blocked++;
        else if (o->clusters.of[one] == o->clusters.of[all])
            among++;
        else
            other++;
    }
    qsort(o->ms, n, sizeof *o->ms, ascending);
    printf("%u new against %u: alike %u (%.2f %%), of them nobody's %u; not alike: only at once: heavy but not among the ten %u, light "
           "and joined by its group or as the likeliest home %u; only alone: held apart by its group %u, no candidate of a block %u; "
           "another of the same group %u; another person %u. CPU ms of one: p50 %.2f p99 %.2f most %.2f\n",
           n, o->first, same, 100.0 * same / n, none, unseen, home, group, blocked, among, other, o->ms[n / 2], o->ms[n * 99 / 100], o->ms[n - 1]);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    One *o = ARENA_NEW(arena_new(SIZE_MAX), One);
    Arena *a = o->arena = arena_new(SIZE_MAX);
    Problems problems = {.arena = a};
    MatchSettings settings = match_settings_default();
    for (int i = 0; i < 2; i++) {
        o->files[i].place = str_of(argv[i + 2]);
        if (file_read(a, argv[i + 2], MOST_BYTES, &o->files[i].text) != ERR_OK)
            return 1;
    }
    if (name_rules_load(a, str_printf(a, "%s/names", argv[1]).ptr, &problems, &o->rules) != ERR_OK)
        return 1;
    o->book = match_book_read(a, o->files, 2, o->rules, &settings, &problems);
    if (problems.errors)
        return 1;
    while (o->first < o->book->n && match_source(o->book, o->first) == 0)
        o->first++;
    o->ms = ARENA_WIDE(a, o->book->n - o->first + 1, double);
    o->asked = ARENA_WIDE(a, o->book->n - o->first + 1, SearchPerson);
    o->index = search_index_new(a, o->rules);
    read_persons(o, &o->files[0], NULL);
    read_persons(o, &o->files[1], o->asked);
    search_index_finish(o->index);
    at_once(o);
    learn_absent(o);
    compare_all(o);
    return 0;
}
