/* One book scored by fixed weights over blocks that a file names, for bench/identity/splink:
 *   match_levels BOOK.csv SETTINGS KEYS.csv DOMAIN EVERY OUT
 * KEYS: a row of keys for each record; records with an equal key in one column are candidates.
 * Prints the candidates and the processor seconds of reading, blocking and scoring on one thread,
 * the peak of memory in kB; OUT gets a (index, index, weight) of every EVERY-th pair. */
#include "base/csv.h"
#include "base/file.h"
#include "identity/match_score.h"
#include "identity/match_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST_BYTES = 2000000000 };
static const double every_pair = -1e6;

typedef struct Entry {
    uint64_t key;
    uint32_t record;
} Entry;

typedef struct Entries {
    Entry *items;
    size_t n, cap;
} Entries;

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static Str read_whole(Arena *a, const char *path)
{
    Str text;
    if (file_read(a, path, MOST_BYTES, &text) != ERR_OK)
        exit(1);
    return text;
}

static MatchBook *read_book(Arena *a, char **argv, MatchSettings *settings)
{
    Problems problems = {.arena = a};
    NameRules *rules;
    MatchSource file = {str_of(argv[0]), read_whole(a, argv[0])};
    *settings = match_settings_default();
    match_settings_read(read_whole(a, argv[1]), str_of(argv[1]), settings, &problems);
    if (name_rules_load(a, str_printf(a, "%s/names", argv[3]).ptr, &problems, &rules) != ERR_OK)
        exit(1);
    MatchBook *b = match_book_read(a, &file, 1, rules, settings, &problems);
    if (problems.errors)
        exit(1);
    return b;
}

static int by_key(const void *x, const void *y)
{
    const Entry *p = x, *q = y;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->record > q->record) - (p->record < q->record);
}

/* Every record under each of its keys. */
static Entries read_keys(Arena *a, const char *path)
{
    CsvReader csv = csv_reader(a, read_whole(a, path));
    Entries all = {0};
    CsvRow row;
    bool more;
    for (uint32_t r = 0; csv_next(&csv, &row, &more) == ERR_OK && more; r++)
        for (size_t k = 0; k < row.n; k++)
            if (row.cells[k].len)
                *ARENA_PUSH(a, all) = (Entry){match_hash(k + 1, row.cells[k]), r};
    if (all.n > 1)
        qsort(all.items, all.n, sizeof *all.items, by_key);
    return all;
}

static void put_blocks(Arena *a, const Entries *all, BlockBook *to)
{
    to->starts = ARENA_ARRAY(a, all->n + 1, uint64_t);
    to->members = ARENA_ARRAY(a, all->n + 1, uint32_t);
    to->pass_of = ARENA_ARRAY(a, all->n + 1, uint8_t);
    uint64_t kept = 0;
    for (size_t i = 0, end; i < all->n; i = end) {
        for (end = i + 1; end < all->n && all->items[end].key == all->items[i].key;)
            end++;
        if (end - i < 2)
            continue;
        to->starts[to->block_count++] = kept;
        for (size_t k = i; k < end; k++)
            to->members[kept++] = all->items[k].record;
    }
    to->starts[to->block_count] = kept;
}

static void list_blocks(Arena *a, BlockBook *to)
{
    uint64_t *at = to->record_starts = ARENA_ARRAY(a, (size_t)to->book->n + 2, uint64_t);
    for (uint64_t m = 0; m < to->starts[to->block_count]; m++)
        at[to->members[m] + 1]++;
    for (uint32_t r = 0; r <= to->book->n; r++)
        at[r + 1] += at[r];
    uint64_t *next = ARENA_ARRAY(a, (size_t)to->book->n + 1, uint64_t);
    memcpy(next, at, to->book->n * sizeof *next);
    to->record_blocks = ARENA_ARRAY(a, to->starts[to->block_count] + 1, uint32_t);
    for (uint32_t g = 0; g < to->block_count; g++)
        for (uint64_t m = to->starts[g]; m < to->starts[g + 1]; m++)
            to->record_blocks[next[to->members[m]]++] = g;
}

static void write_some(const MatchEdges *edges, size_t every, const char *path)
{
    FILE *out = fopen(path, "w");
    for (size_t i = 0; out && i < edges->n; i += every) {
        double one[3] = {edges->items[i].a, edges->items[i].b, edges->items[i].weight};
        fwrite(one, sizeof *one, 3, out);
    }
    if (!out || fclose(out) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 7)
        return 2;
    Arena *a = arena_new(SIZE_MAX);
    MatchSettings settings;
    Problems problems = {.arena = a};
    Comparer comparer;
    double start = cpu_seconds();
    MatchBook *book = read_book(a, argv + 1, &settings);
    comparer_init(a, book, &comparer);
    MatchModel *model = ARENA_NEW(a, MatchModel);
    match_model_fixed(&comparer, &settings, model, &problems);
    double read = cpu_seconds();
    BlockBook blocks = {.book = book, .pass_count = 1};
    Entries keys = read_keys(a, argv[3]);
    put_blocks(a, &keys, &blocks);
    list_blocks(a, &blocks);
    double blocked = cpu_seconds();
    MatchRun run = {.comparer = &comparer, .blocks = &blocks, .threads = 1};
    MatchEdges edges = match_find_edges(a, &run, model, every_pair);
    double scored = cpu_seconds();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu %.3f %.3f %.3f %ld\n", (unsigned long long)edges.compared, read - start,
           blocked - read, scored - blocked, usage.ru_maxrss);
    write_some(&edges, (size_t)atol(argv[5]), argv[6]);
    arena_free(a);
    return problems.errors != 0;
}
