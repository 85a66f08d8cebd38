#include "cli/match_evaluate.h"

#include "base/csv.h"
#include "base/file.h"
#include "identity/match_column.h"
#include "identity/match_truth.h"

#include <stdlib.h>

typedef struct Named {
    Str id, person;
} Named;

typedef struct NamedList {
    Named *items;
    size_t n, cap;
} NamedList;

typedef struct Evaluation {
    Cli *cli;
    Problems problems;
    NamedList truth;
} Evaluation;

static int by_id(const void *x, const void *y)
{
    const Named *p = x, *q = y;
    return str_cmp(p->id, q->id);
}

static int column_at(const CsvRow *row, const char *name)
{
    for (size_t i = 0; i < row->n; i++)
        if (str_is(str_trim(row->cells[i]), name))
            return (int)i;
    return -1;
}

static void complain(Evaluation *e, const char *place, int line, Msg msg, Str what)
{
    problem_add(&e->problems,
                (Problem){.place = str_of(place), .line = line, .msg = msg, .args = {what}});
}

static Err open_csv(Evaluation *e, const char *path, CsvReader *ret, CsvRow *ret_head)
{
    Str text;
    bool more;
    TRY(file_read(e->cli->arena, path, (size_t)4 << 30, &text));
    *ret = csv_reader(e->cli->arena, text);
    TRY(csv_next(ret, ret_head, &more));
    if (!more)
        complain(e, path, 0, M_MATCH_EMPTY, STR_NONE);
    return e->problems.errors ? E_INVALID : ERR_OK;
}

/* Rows of two named columns. */
static Err read_two(Evaluation *e, const char *path, CsvReader *csv, int first, int second,
                    NamedList *ret)
{
    for (;;) {
        CsvRow row;
        bool more;
        Err err = csv_next(csv, &row, &more);
        if (err != ERR_OK) {
            complain(e, path, csv->line, M_MATCH_OPEN_QUOTE, STR_NONE);
            return E_INVALID;
        }
        if (!more)
            return ERR_OK;
        if ((int)row.n > first && (int)row.n > second)
            *ARENA_PUSH(e->cli->arena, *ret) =
                (Named){str_trim(row.cells[first]), str_trim(row.cells[second])};
    }
}

static Err read_truth(Evaluation *e, const char *path)
{
    CsvReader csv;
    CsvRow head;
    int id = -1, person = -1;
    TRY(open_csv(e, path, &csv, &head));
    MatchSettings settings = match_settings_default();
    MatchColumn *columns = ARENA_ARRAY(e->cli->arena, head.n, MatchColumn);
    match_columns_assign(&settings, head.cells, head.n, str_of(path), columns, &e->problems);
    for (size_t i = 0; i < head.n; i++) {
        id = columns[i].role == COLUMN_ID ? (int)i : id;
        person = columns[i].role == COLUMN_TRUTH ? (int)i : person;
    }
    if (id < 0 || person < 0) {
        complain(e, path, 1, M_MATCH_NO_COLUMN, id < 0 ? S("id") : S("truth"));
        return E_INVALID;
    }
    TRY(read_two(e, path, &csv, id, person, &e->truth));
    if (e->truth.n > 1)
        qsort(e->truth.items, e->truth.n, sizeof *e->truth.items, by_id);
    return ERR_OK;
}

static const Named *truth_of(Evaluation *e, const char *place, Str id)
{
    Named key = {.id = id};
    const Named *found =
        e->truth.n ? bsearch(&key, e->truth.items, e->truth.n, sizeof key, by_id) : NULL;
    if (!found && e->problems.errors < 20)
        complain(e, place, 0, M_MATCH_UNKNOWN_ID, id);
    return found;
}

static MatchQuality judge_clusters(Evaluation *e, const char *path, const NamedList *said)
{
    Arena *a = e->cli->arena;
    Str *groups = ARENA_ARRAY(a, said->n + 1, Str), *truth = ARENA_ARRAY(a, said->n + 1, Str);
    for (size_t i = 0; i < said->n; i++) {
        const Named *t = truth_of(e, path, said->items[i].id);
        groups[i] = said->items[i].person;
        truth[i] = t ? t->person : STR_NONE;
    }
    return match_quality_groups(a, groups, truth, said->n);
}

static MatchQuality judge_pairs(Evaluation *e, const char *path, const NamedList *said)
{
    Arena *a = e->cli->arena;
    MatchQuality q = {.found = said->n};
    Str *persons = ARENA_ARRAY(a, e->truth.n + 1, Str);
    for (size_t i = 0; i < e->truth.n; i++)
        persons[i] = e->truth.items[i].person;
    q.truth = match_quality_groups(a, persons, persons, e->truth.n).truth;
    for (size_t i = 0; i < said->n; i++) {
        const Named *x = truth_of(e, path, said->items[i].id),
                    *y = truth_of(e, path, said->items[i].person);
        q.right += x && y && str_eq(x->person, y->person);
    }
    return q;
}

Err match_evaluate(Cli *cli)
{
    Evaluation e = {.cli = cli, .problems = {.arena = cli->arena}};
    CsvReader csv;
    CsvRow head;
    NamedList said = {0};
    if (cli->argc != 3)
        return E_USAGE;
    const char *path = cli->argv[1];
    Err err = read_truth(&e, cli->argv[2]);
    if (err == ERR_OK)
        err = open_csv(&e, path, &csv, &head);
    if (err == ERR_OK) {
        bool pairs = column_at(&head, "a") >= 0;
        int first = column_at(&head, pairs ? "a" : "id"),
            second = column_at(&head, pairs ? "b" : "cluster");
        if (first < 0 || second < 0)
            complain(&e, path, 1, M_MATCH_NO_COLUMN, first < 0 ? S("id") : S("cluster"));
        else if ((err = read_two(&e, path, &csv, first, second, &said)) == ERR_OK) {
            MatchQuality q = pairs ? judge_pairs(&e, path, &said) : judge_clusters(&e, path, &said);
            cli_say(cli, M_MATCH_QUALITY, str_printf(cli->arena, "%.4f", quality_precision(q)),
                    str_printf(cli->arena, "%.4f", quality_recall(q)),
                    str_printf(cli->arena, "%.4f", quality_f1(q)));
        }
    }
    cli_problems(cli, &e.problems);
    return err == ERR_OK && e.problems.errors ? E_INVALID : err;
}
