/* New persons one by one against a book, and all at once, for bench/identity/search --batch:
 *   match_one DOMAIN BOOK.csv NEW.csv PERSONS.txt MOST ..
 * At once: blocks, edges and groups of `match link`. One by one: so many of the search index, weighed by
 * the same weights; the heaviest is the link when it weighs even odds or more, or else when it is the likeliest home by the
 * share of persons that the book lacks (learned at once too, as in match_cluster.c). Prints how many decide
 * alike, why the others do not, how often either is right by PERSONS.txt, and the processor time of one; a row for each MOST. */
#include "base/csv.h"
#include "base/file.h"
#include "identity/match_cluster.h"
#include "identity/match_search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_BYTES = 2000000000, MOST_COLUMNS = 64, NOBODY = UINT32_MAX };

typedef enum Outcome {
    BOTH_ALIKE,
    BOTH_NOBODY,
    NOT_FOUND,  /* only at once: weighs even odds, and was not among those of the search */
    LIGHT,      /* only at once: joined by its group, or as the likeliest home */
    HELD_APART, /* only alone: held apart by its group */
    NO_BLOCK,   /* only alone: in no block with it */
    SAME_GROUP, /* another record of the same person */
    OTHER_PERSON,
    OUTCOMES
} Outcome;

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
    uint32_t *behind, most_person; /* by record: the person it was written of */
    bool *known;                   /* by person: the book has her */
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

static double weight_of(const One *o, uint32_t old, uint32_t new)
{
    Compared pair;
    match_compare(&o->comparer, match_row(o->book, old), match_row(o->book, new), &pair);
    return match_weight(&o->model, &pair, o->book->comparison_count);
}

static uint32_t alone(const One *o, uint32_t new, size_t among)
{
    SearchAnswer found;
    uint32_t best = NOBODY;
    double most = -INFINITY, all = exp2(o->absent);
    search_find(o->index, &o->asked[new - o->first], among, &found);
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

/* As share_missing of match_cluster.c, of the new ones: those that no pair of even odds joins. */
static void learn_absent(One *o, const MatchEdges *edges)
{
    static const double most = 0.3, least = 1.0 / 64;
    uint32_t n = o->book->n, lacking = n - o->first;
    bool *in = ARENA_WIDE(o->arena, n, bool);
    for (size_t i = 0; i < edges->n; i++)
        in[edges->items[i].b] |= edges->items[i].weight >= 0;
    for (uint32_t i = o->first; i < n; i++)
        lacking -= in[i];
    double share = (double)lacking / (n - o->first);
    o->absent = share > 0 && share <= most ? log2(fmax(share, least)) : 0;
}

static void at_once(One *o)
{
    MatchRun run = {.comparer = &o->comparer, .threads = 1};
    comparer_init(o->arena, o->book, &o->comparer);
    run.blocks = o->blocks = match_blocks_new(o->arena, o->book, true, 0);
    Patterns patterns = match_count_patterns(o->arena, &run);
    match_model_learn(&o->comparer, &patterns, true, &o->model);
    MatchEdges edges = match_find_edges(o->arena, &run, &o->model, WEAKEST_EDGE);
    o->clusters = match_clusters_make(o->arena, &o->comparer, &o->model, &edges, 0, false, &(MatchRules){0});
    learn_absent(o, &edges);
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

/* Whether a record of the book, or none, is what was written of the person. */
static bool is_right(const One *o, uint32_t new, uint32_t said)
{
    uint32_t person = o->behind[new];
    return said == NOBODY ? person > o->most_person || !o->known[person] : o->behind[said] == person;
}

static Outcome outcome_of(const One *o, uint32_t new, uint32_t one, uint32_t all)
{
    if (one == all)
        return one == NOBODY ? BOTH_NOBODY : BOTH_ALIKE;
    if (one == NOBODY)
        return weight_of(o, all, new) >= 0 ? NOT_FOUND : LIGHT;
    if (all == NOBODY)
        return is_candidate(o, one, new) ? HELD_APART : NO_BLOCK;
    return o->clusters.of[one] == o->clusters.of[all] ? SAME_GROUP : OTHER_PERSON;
}

/* A row of the table: each of the new ones alone, by so many of the search. */
static void compare_all(One *o, size_t among, const uint32_t *next)
{
    uint32_t n = o->book->n - o->first, counts[OUTCOMES] = {0}, right_alone = 0, right_all = 0;
    for (uint32_t new = o->first; new < o->book->n; new ++) {
        double begin = cpu_ms();
        uint32_t one = alone(o, new, among), all;
        o->ms[new - o->first] = cpu_ms() - begin;
        all = together(o, new, next);
        counts[outcome_of(o, new, one, all)]++;
        right_alone += is_right(o, new, one);
        right_all += is_right(o, new, all);
    }
    uint32_t alike = counts[BOTH_ALIKE] + counts[BOTH_NOBODY];
    qsort(o->ms, n, sizeof *o->ms, ascending);
    printf("| %zu | %.2f | %.2f |", among, 100.0 * alike / n, 100.0 * (alike + counts[SAME_GROUP]) / n);
    for (int i = BOTH_NOBODY; i < OUTCOMES; i++)
        printf(" %u |", counts[i]);
    printf(" %.2f | %.2f | %.2f | %.2f | %.2f |\n", 100.0 * right_alone / n, 100.0 * right_all / n, o->ms[n / 2],
           o->ms[n * 99 / 100], o->ms[n - 1]);
    fflush(stdout);
}

/* The person behind each record: numbers, a line each. */
static void read_persons_behind(One *o, const char *path)
{
    FILE *f = fopen(path, "r");
    o->behind = ARENA_WIDE(o->arena, o->book->n, uint32_t);
    for (uint32_t i = 0; i < o->book->n; i++)
        if (!f || fscanf(f, "%u", &o->behind[i]) != 1)
            exit(1);
    for (uint32_t i = 0; i < o->first; i++)
        o->most_person = o->behind[i] > o->most_person ? o->behind[i] : o->most_person;
    o->known = ARENA_WIDE(o->arena, o->most_person + 1, bool);
    for (uint32_t i = 0; i < o->first; i++)
        o->known[o->behind[i]] = true;
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc < 6)
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
    read_persons_behind(o, argv[4]);
    const uint32_t *next = list_groups(o);
    for (int i = 5; i < argc; i++)
        compare_all(o, strtoul(argv[i], NULL, 10), next);
    return 0;
}
