/* Where pairs behind forged papers are lost, for bench/identity/strangers:
 *   match_losses DOMAIN TRUTH.csv CLUSTERS.csv BOOK.csv ..
 * TRUTH: id,person,forged. Counts true pairs of a forged and another record by what became of them, and
 * by what they have in common; then the false pairs of the clusters likewise. */
#include "base/csv.h"
#include "base/file.h"
#include "identity/match_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 2000000000, KINDS = 512, SHOWN = 24 };

typedef enum Fate { JOINED, NO_CANDIDATE, BELOW, DOUBTED, CUT, FALSELY, FATES } Fate;
static const char *const fate_names[FATES] = {"joined", "no candidate", "below -7 bits", "below even odds",
                                              "heavy, cut by clusters", "false"};

typedef struct Named {
    Str id, person, cluster;
    bool forged;
    uint32_t record;
} Named;

typedef struct Losses {
    Arena *arena;
    const MatchBook *book;
    Comparer comparer;
    MatchModel model;
    BlockBook *blocks;
    Named *all;
    uint64_t counts[FATES], kinds[FATES][KINDS];
} Losses;

static Str read_whole(Arena *a, const char *path)
{
    Str text;
    if (file_read(a, path, MOST_BYTES, &text) != ERR_OK)
        exit(1);
    return text;
}

static int by_id(const void *x, const void *y)
{
    return str_cmp(((const Named *)x)->id, ((const Named *)y)->id);
}

static int by_person(const void *x, const void *y)
{
    return str_cmp(((const Named *)x)->person, ((const Named *)y)->person);
}

static int by_cluster(const void *x, const void *y)
{
    return str_cmp(((const Named *)x)->cluster, ((const Named *)y)->cluster);
}

/* Puts what a table says of each id. */
static void read_said(Losses *l, const char *path, bool truth)
{
    CsvReader csv = csv_reader(l->arena, read_whole(l->arena, path));
    CsvRow row;
    bool more;
    while (csv_next(&csv, &row, &more) == ERR_OK && more) {
        Named key = {.id = row.cells[0]};
        Named *n = bsearch(&key, l->all, l->book->n, sizeof *n, by_id);
        if (!n)
            continue;
        if (truth) {
            n->person = row.cells[1];
            n->forged = str_is(row.cells[2], "1");
        } else
            n->cluster = row.cells[1];
    }
}

static bool share_block(const BlockBook *b, uint32_t x, uint32_t y)
{
    uint64_t i = b->record_starts[x], j = b->record_starts[y];
    while (i < b->record_starts[x + 1] && j < b->record_starts[y + 1]) {
        if (b->record_blocks[i] == b->record_blocks[j])
            return true;
        if (b->record_blocks[i] < b->record_blocks[j])
            i++;
        else
            j++;
    }
    return false;
}

/* What a pair agrees in: a bit each of name, whole name, day and month, year near, village, mother,
 * telephone; and whether a mother or a telephone are compared at all. */
static unsigned kind_of(const Losses *l, uint64_t pattern)
{
    unsigned kind = 0;
    for (size_t k = 0; k < l->book->comparison_count; k++) {
        const Comparison *c = &l->book->comparisons[k];
        unsigned v = pattern_level(pattern, k);
        bool word = v > WORD_LEVELS + 3 || (v <= WORD_LEVELS && v > 1 + WORD_INITIAL);
        if (c->kind == COMPARE_NAME && c->role == COLUMN_NAME)
            kind |= word | (v >= NAME_TWO(WORD_FAR, WORD_FAR) && v != NAME_TWO(WORD_NEAR, WORD_DIFFERENT) &&
                                    v != NAME_TWO(WORD_ALIKE, WORD_DIFFERENT) &&
                                    v != NAME_TWO(WORD_SAME, WORD_DIFFERENT) && v != NAME_TWO(WORD_SAME, WORD_INITIAL)
                                ? 2u
                                : 0);
        else if (c->kind == COMPARE_NAME)
            kind |= (word ? 32u : 0) | (v ? 128u : 0);
        else if (c->kind == COMPARE_BIRTH)
            kind |= v >= BIRTH_RAISED && v <= BIRTH_SAME ? 4u : v == BIRTH_AGE_NEAR || v >= YEAR_SAME ? 8u : 0;
        else if (c->role == COLUMN_PLACE)
            kind |= v >= TEXT_MOST ? 16u : 0;
        else if (c->role == COLUMN_PHONE)
            kind |= (v >= NUMBER_NEAR ? 64u : 0) | (v ? 256u : 0);
    }
    return kind;
}

static void count(Losses *l, const Named *x, const Named *y, bool falsely)
{
    Compared pair;
    uint32_t a = x->record < y->record ? x->record : y->record, b = x->record ^ y->record ^ a;
    match_compare(&l->comparer, match_row(l->book, a), match_row(l->book, b), &pair);
    double weight = match_weight(&l->model, &pair, l->book->comparison_count);
    Fate fate = falsely                                  ? FALSELY
                : str_eq(x->cluster, y->cluster)         ? JOINED
                : !share_block(l->blocks, a, b)          ? NO_CANDIDATE
                : weight < WEAKEST_EDGE                  ? BELOW
                : weight < 0                             ? DOUBTED
                                                         : CUT;
    l->counts[fate]++;
    l->kinds[fate][kind_of(l, pair.pattern)]++;
    if (getenv("SHOW") && fate == (Fate)atoi(getenv("SHOW")))
        printf("%.*s %.*s %.1f\n", STR_ARG(x->id), STR_ARG(y->id), weight);
}

static void walk(Losses *l, bool falsely)
{
    uint32_t n = l->book->n;
    qsort(l->all, n, sizeof *l->all, falsely ? by_cluster : by_person);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n; k++) {
            const Named *x = &l->all[i], *y = &l->all[k];
            if (!str_eq(falsely ? x->cluster : x->person, falsely ? y->cluster : y->person))
                break;
            if (falsely ? !str_eq(x->person, y->person) : x->forged != y->forged)
                count(l, x, y, falsely);
        }
}

static void print_kinds(const Losses *l, Fate fate)
{
    static const char *const bits[] = {"a word", "whole name", "day+month", "age near", "village",
                                       "mother", "telephone", "(mothers)", "(telephones)"};
    bool shown[KINDS] = {0};
    for (int n = 0; n < SHOWN; n++) {
        unsigned best = KINDS;
        for (unsigned k = 0; k < KINDS; k++)
            if (!shown[k] && l->kinds[fate][k] && (best == KINDS || l->kinds[fate][k] > l->kinds[fate][best]))
                best = k;
        if (best == KINDS)
            return;
        shown[best] = true;
        printf("    %7llu of %7llu ", (unsigned long long)l->kinds[fate][best],
               (unsigned long long)(l->kinds[fate][best] + (fate != JOINED ? l->kinds[JOINED][best] : 0)));
        for (unsigned b = 0; b < 9; b++)
            printf("%s", best >> b & 1 ? bits[b] : ""), printf("%s", best >> b & 1 ? ", " : "");
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    MatchSource files[MATCH_SOURCES];
    size_t n = 0;
    if (argc < 5)
        return 2;
    Losses *l = ARENA_NEW(arena_new(SIZE_MAX), Losses);
    Arena *a = l->arena = arena_new(SIZE_MAX);
    Problems problems = {.arena = a};
    NameRules *rules;
    MatchSettings settings = match_settings_default();
    for (; (int)n < argc - 4 && n < MATCH_SOURCES; n++)
        files[n] = (MatchSource){str_of(argv[n + 4]), read_whole(a, argv[n + 4])};
    if (name_rules_load(a, str_printf(a, "%s/names", argv[1]).ptr, &problems, &rules) != ERR_OK)
        return 1;
    l->book = match_book_read(a, files, n, rules, &settings, &problems);
    comparer_init(a, l->book, &l->comparer);
    l->blocks = match_blocks_new(a, l->book, false, 0);
    MatchRun run = {.comparer = &l->comparer, .blocks = l->blocks, .threads = 1};
    Patterns patterns = match_count_patterns(a, &run);
    match_model_learn(&l->comparer, &patterns, false, &l->model);
    l->all = ARENA_WIDE(a, l->book->n, Named);
    for (uint32_t i = 0; i < l->book->n; i++)
        l->all[i] = (Named){.id = l->book->ids[i], .record = i};
    qsort(l->all, l->book->n, sizeof *l->all, by_id);
    read_said(l, argv[2], true);
    read_said(l, argv[3], false);
    walk(l, false);
    walk(l, true);
    for (int f = 0; f < FATES; f++) {
        printf("%s: %llu\n", fate_names[f], (unsigned long long)l->counts[f]);
        print_kinds(l, (Fate)f);
    }
    return 0;
}
