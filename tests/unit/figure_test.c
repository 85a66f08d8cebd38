/* The judge of published figures on the facts of domain/seed/angka.csv. */
#include "base/csv.h"
#include "base/file.h"
#include "base/number.h"
#include "engine/figure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the headers above first. */
#include <cmocka.h>

enum { SCALE = 2 };

typedef struct Kit {
    Arena *arena;
    Figure *items;
    size_t n, cap;
} Kit;

static const char *root;

static Str cell(const CsvRow *head, const CsvRow *row, const char *name)
{
    for (size_t i = 0; i < head->n && i < row->n; i++)
        if (str_is(head->cells[i], name))
            return row->cells[i];
    return STR_NONE;
}

static Figure figure_of(const CsvRow *head, const CsvRow *row)
{
    Figure f = {.series = cell(head, row, "seri"),
                .dimension = cell(head, row, "dimensi"),
                .place = cell(head, row, "wilayah"),
                .unit = cell(head, row, "satuan"),
                .source = cell(head, row, "sumber"),
                .printed = cell(head, row, "periode_teks")};
    Date to = {0};
    f.valued = number_parse(cell(head, row, "nilai"), SCALE, &f.value);
    if (date_parse_iso(cell(head, row, "mulai"), &f.from) &&
        date_parse_iso(cell(head, row, "selesai"), &to))
        f.to = date_last(to);
    f.percent = str_is(f.unit, "persen");
    f.unclear = str_is(f.unit, "tidak_jelas");
    return f;
}

static int load(void **state)
{
    Kit *k = test_malloc(sizeof *k);
    Str text;
    CsvReader csv;
    CsvRow head, row;
    bool more;
    *k = (Kit){.arena = arena_new(64 << 20)};
    assert_int_equal(file_read(k->arena, str_printf(k->arena, "%s/domain/seed/angka.csv", root).ptr,
                               1 << 20, &text),
                     ERR_OK);
    csv = csv_reader(k->arena, text);
    assert_int_equal(csv_next(&csv, &head, &more), ERR_OK);
    while (csv_next(&csv, &row, &more) == ERR_OK && more)
        *ARENA_PUSH(k->arena, *k) = figure_of(&head, &row);
    assert_int_equal(k->n, 99);
    *state = k;
    return 0;
}

static int unload(void **state)
{
    Kit *k = *state;
    arena_free(k->arena);
    test_free(k);
    return 0;
}

/* The findings of a kind, and the last of them. */
static size_t count(const Findings *all, FindingKind kind, Finding *last)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].kind == kind) {
            *last = all->items[i];
            n++;
        }
    return n;
}

static void unclear_units_are_told(void **state)
{
    Kit *k = *state;
    Finding last = {0};
    Findings f = figures_judge(k->arena, k->items, k->n, SCALE);
    bool found = false;
    assert_int_equal(count(&f, FINDING_UNCLEAR, &last), 3);
    for (size_t i = 0; i < f.n; i++)
        found |= f.items[i].kind == FINDING_UNCLEAR && k->items[f.items[i].a].value == 42700;
    assert_true(found);
}

static void only_the_overlapping_refusals_overlap(void **state)
{
    Kit *k = *state;
    Finding last = {0};
    Findings f = figures_judge(k->arena, k->items, k->n, SCALE);
    assert_int_equal(count(&f, FINDING_OVERLAP, &last), 1);
    assert_true(str_is(k->items[last.a].dimension, "Maumere"));
    assert_true(str_is(k->items[last.b].dimension, "Maumere"));
}

static void only_the_mixed_total_does_not_agree(void **state)
{
    Kit *k = *state;
    Finding last = {0};
    Findings f = figures_judge(k->arena, k->items, k->n, SCALE);
    assert_int_equal(count(&f, FINDING_TOTAL, &last), 1);
    assert_int_equal(k->items[last.a].value, 31200);
    assert_int_equal(last.found, 7700);
}

static void percentages_are_recalculated(void **state)
{
    static const int64_t want[] = {5322, 1193, 2153, 1332};
    Kit *k = *state;
    Finding last = {0};
    Findings f = figures_judge(k->arena, k->items, k->n, SCALE);
    size_t n = 0;
    assert_int_equal(count(&f, FINDING_PERCENT_SUM, &last), 1);
    assert_int_equal(last.found, 9982);
    for (size_t i = 0; i < f.n; i++)
        if (f.items[i].kind == FINDING_PERCENT) {
            assert_true(n < 4);
            assert_int_equal(f.items[i].found, want[n]);
            assert_int_equal(f.items[i].whole, 253737700);
            assert_int_equal(f.items[i].differs, want[n] != k->items[f.items[i].a].value);
            n++;
        }
    assert_int_equal(n, 4);
}

static void two_sources_of_one_time_are_told(void **state)
{
    Kit *k = *state;
    Finding last = {0};
    Findings f = figures_judge(k->arena, k->items, k->n, SCALE);
    bool found = false;
    assert_true(count(&f, FINDING_SOURCES, &last) > 0);
    for (size_t i = 0; i < f.n; i++) {
        const Finding *x = &f.items[i];
        if (x->kind != FINDING_SOURCES)
            continue;
        assert_false(str_eq(k->items[x->a].source, k->items[x->b].source));
        found |= k->items[x->a].value == 3700 && k->items[x->b].value == 4900;
    }
    assert_true(found);
}

static void part_years_are_known(void **state)
{
    Kit *k = *state;
    size_t part = 0, unknown = 0;
    for (size_t i = 0; i < k->n; i++) {
        FigureSpan span = figure_span(&k->items[i]);
        part += span == SPAN_PART;
        unknown += span == SPAN_UNKNOWN;
        assert_int_equal(span == SPAN_UNKNOWN, k->items[i].from.year == 0);
        if (span == SPAN_PART || span == SPAN_YEAR)
            assert_int_equal(figure_is_part(&k->items[i]), span == SPAN_PART);
    }
    assert_true(part > 20);
    assert_true(unknown > 10);
}

static void rounded_shares_are_no_fault(void **state)
{
    Kit *k = *state;
    Finding last = {0};
    Figure thirds[3];
    for (size_t i = 0; i < 3; i++)
        thirds[i] = (Figure){.series = S("s"),
                             .dimension = str_int(k->arena, (int64_t)i),
                             .printed = S("2020"),
                             .valued = true,
                             .value = 3300,
                             .percent = true};
    Findings f = figures_judge(k->arena, thirds, 3, SCALE);
    assert_int_equal(count(&f, FINDING_PERCENT_SUM, &last), 0);
    thirds[0].value = 3333; /* printed to two decimals: 99,33 is no rounding */
    f = figures_judge(k->arena, thirds, 3, SCALE);
    assert_int_equal(count(&f, FINDING_PERCENT_SUM, &last), 1);
}

int main(int argc, char **argv)
{
    root = argc > 1 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unclear_units_are_told, load, unload),
        cmocka_unit_test_setup_teardown(only_the_overlapping_refusals_overlap, load, unload),
        cmocka_unit_test_setup_teardown(only_the_mixed_total_does_not_agree, load, unload),
        cmocka_unit_test_setup_teardown(percentages_are_recalculated, load, unload),
        cmocka_unit_test_setup_teardown(two_sources_of_one_time_are_told, load, unload),
        cmocka_unit_test_setup_teardown(part_years_are_known, load, unload),
        cmocka_unit_test_setup_teardown(rounded_shares_are_no_fault, load, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
