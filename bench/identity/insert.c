/* What it takes to put one more person into the index of persons of a running program, and to look for
 * whom she may be, for bench/identity/insert:
 *   match_insert DOMAIN DATA BOOK.csv
 * DATA is an installation; the persons of the book (sigap match synth) are put one by one, in memory only.
 * Prints, for each tenth of the book, persons in the index and p50, p99 and most of both, microseconds of the processor; one
 * person in LOOKED_FOR is looked for. */
#include "base/csv.h"
#include "base/file.h"
#include "base/rand.h"
#include "guard/installation.h"
#include "model/person_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_BYTES = 2000000000, PARTS = 10, NEAR = 40, ROWS_AT_ONCE = 2000, LOOKED_FOR = 50 };

typedef struct Times {
    double *put, *near;
    size_t n, looked;
} Times;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *x, const void *y)
{
    const double *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

static void print_times(double *all, size_t n)
{
    qsort(all, n, sizeof *all, ascending);
    printf(" | %.1f | %.1f | %.1f", all[n / 2], all[n * 99 / 100], all[n - 1]);
}

/* "31-12-1990" as a record says it. */
static Str iso_of(Arena *a, Str date)
{
    return date.len == 10 ? str_printf(a, "%.4s-%.2s-%.2s", date.ptr + 6, date.ptr + 3, date.ptr) : STR_NONE;
}

static void put_row(PersonIndex *ix, Arena *a, const CsvRow *row, Times *to)
{
    Str found[NEAR];
    PersonFacts f = {.name = row->cells[1], .birth = iso_of(a, row->cells[2]), .nik = row->cells[4],
                     .phone = row->cells[8], .passport = row->cells[9]};
    double start = now();
    if (to->n % LOOKED_FOR == 0) {
        person_index_near(ix, a, &f, found, NEAR);
        to->near[to->looked++] = now() - start;
    }
    start = now();
    person_index_put(ix, rand_uid(a), &f);
    to->put[to->n++] = now() - start;
}

static void put_book(PersonIndex *ix, Str text, size_t rows)
{
    Arena *a = arena_new(SIZE_MAX), *scratch = NULL;
    size_t part = rows / PARTS;
    Times t = {ARENA_WIDE(a, part + 1, double), ARENA_WIDE(a, part + 1, double), 0, 0};
    CsvReader csv = csv_reader(a, text);
    CsvRow row;
    bool more;
    for (size_t n = 0; csv_next(&csv, &row, &more) == ERR_OK && more; n++) {
        if (n)
            put_row(ix, csv.arena, &row, &t);
        if (n % ROWS_AT_ONCE == 0) {
            arena_free(scratch);
            csv.arena = scratch = arena_new(SIZE_MAX);
        }
        if (t.n == part) {
            printf("| %zu", person_index_size(ix));
            print_times(t.put, t.n);
            print_times(t.near, t.looked);
            printf(" |\n");
            t.n = t.looked = 0;
        }
    }
}

int main(int argc, char **argv)
{
    Arena *a = arena_new(SIZE_MAX);
    Problems problems = {.arena = a};
    Installation in;
    Store s = {.in = &in};
    Model *model;
    PersonIndex *ix;
    Str text;
    size_t rows = 0;
    if (argc != 4 || model_load(argv[1], &problems, &model) != ERR_OK || installation_open(a, argv[2], &in) != ERR_OK ||
        file_read(a, argv[3], MOST_BYTES, &text) != ERR_OK)
        return 1;
    s.model = model;
    if (person_index_open(a, &s, &ix) != ERR_OK || person_index_ready(ix, 60000) != ERR_OK)
        return 1;
    for (size_t i = 0; i < text.len; i++)
        rows += text.ptr[i] == '\n';
    put_book(ix, text, rows - 1);
    person_index_stop(ix);
    return 0;
}
