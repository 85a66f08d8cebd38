#include "cli/match_evaluate.h"

#include "base/csv.h"
#include "identity/match_column.h"

#include <math.h>
#include <stdlib.h>

/* ---- how well pairs or persons fit a truth ---- */

/* Pairs of records: said to be one person, rightly, and truly. */
typedef struct MatchQuality {
    uint64_t found, right, truth;
} MatchQuality;

typedef struct Labelled {
    Str said, truth;
    bool marked;
} Labelled;

typedef int (*Order)(const void *, const void *);

static int by_said(const void *x, const void *y)
{
    return str_cmp(((const Labelled *)x)->said, ((const Labelled *)y)->said);
}

static int by_truth(const void *x, const void *y)
{
    return str_cmp(((const Labelled *)x)->truth, ((const Labelled *)y)->truth);
}

static int by_both(const void *x, const void *y)
{
    int c = by_said(x, y);
    return c ? c : by_truth(x, y);
}

/* Pairs within runs of equal things; of a marked and an unmarked one where only those count. */
static uint64_t run_pairs(const Labelled *items, size_t n, bool mixed, Order by)
{
    uint64_t sum = 0;
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t marked = 0;
        for (end = i; end < n && by(&items[i], &items[end]) == 0; end++)
            marked += items[end].marked;
        uint64_t all = end - i;
        sum += mixed ? marked * (all - marked) : all * (all - 1) / 2;
    }
    return sum;
}

/* `mixed`: only pairs of which one is marked and one is not. */
static MatchQuality quality_of(Labelled *items, size_t n, bool mixed)
{
    MatchQuality q = {0};
    qsort(items, n, sizeof *items, by_both);
    q.found = run_pairs(items, n, mixed, by_said);
    q.right = run_pairs(items, n, mixed, by_both);
    qsort(items, n, sizeof *items, by_truth);
    q.truth = run_pairs(items, n, mixed, by_truth);
    return q;
}

/* ---- what was said, and the truth ---- */

typedef struct Named {
    Str id, person, mark;
} Named;

typedef ARENA_LIST(Named) NamedList;

typedef struct Evaluation {
    Cli *cli;
    Problems problems;
    NamedList truth;
    bool tells_forged, sampled;
    MatchQuality all, forged;
} Evaluation;

static int by_id(const void *x, const void *y)
{
    const Named *p = x, *q = y;
    return str_cmp(p->id, q->id);
}

static bool forged_row(const Named *n)
{
    return str_is(n->mark, "1");
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
    TRY(cli_read(e->cli, e->cli->arena, path, (size_t)4 << 30, &text));
    *ret = csv_reader(e->cli->arena, text);
    TRY(csv_next(ret, ret_head, &more));
    if (!more)
        complain(e, path, 0, M_MATCH_EMPTY, STR_NONE);
    return e->problems.errors ? E_INVALID : ERR_OK;
}

/* Rows of two columns, and of a third (-1: none) that marks some of them. */
static Err read_rows(Evaluation *e, const char *path, CsvReader *csv, const int columns[3],
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
        if ((int)row.n > columns[0] && (int)row.n > columns[1] && (int)row.n > columns[2])
            *ARENA_PUSH(e->cli->arena, *ret) =
                (Named){str_trim(row.cells[columns[0]]), str_trim(row.cells[columns[1]]),
                        columns[2] >= 0 ? str_trim(row.cells[columns[2]]) : STR_NONE};
    }
}

static void sort_truth(Evaluation *e)
{
    if (e->truth.n > 1)
        qsort(e->truth.items, e->truth.n, sizeof *e->truth.items, by_id);
}

static Err read_truth(Evaluation *e, const char *path)
{
    CsvReader csv;
    CsvRow head;
    int at[3] = {-1, -1, -1}; /* id, person, forged */
    NameRules *rules;
    TRY(open_csv(e, path, &csv, &head));
    const int sample[] = {column_at(&head, "a"), column_at(&head, "b"),
                          column_at(&head, "decision")};
    e->sampled = sample[0] >= 0 && sample[1] >= 0 && sample[2] >= 0;
    if (e->sampled)
        return read_rows(e, path, &csv, sample, &e->truth);
    TRY(cli_name_rules(e->cli, &rules, &e->problems));
    MatchSettings settings = match_settings_default();
    MatchColumn *columns = ARENA_ARRAY(e->cli->arena, head.n, MatchColumn);
    match_columns_assign(&settings, rules, head.cells, head.n, str_of(path), columns, &e->problems);
    for (size_t i = 0; i < head.n; i++) {
        at[0] = columns[i].role == COLUMN_ID ? (int)i : at[0];
        at[1] = columns[i].role == COLUMN_TRUTH ? (int)i : at[1];
        at[2] = columns[i].role == COLUMN_FORGED ? (int)i : at[2];
    }
    if (at[0] < 0 || at[1] < 0) {
        complain(e, path, 1, M_MATCH_NO_COLUMN, at[0] < 0 ? S("id") : S("truth"));
        return E_INVALID;
    }
    e->tells_forged = at[2] >= 0;
    TRY(read_rows(e, path, &csv, at, &e->truth));
    sort_truth(e);
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

static void judge_clusters(Evaluation *e, const char *path, const NamedList *said)
{
    Labelled *items = ARENA_ARRAY(e->cli->arena, said->n + 1, Labelled);
    for (size_t i = 0; i < said->n; i++) {
        const Named *t = truth_of(e, path, said->items[i].id);
        items[i] = (Labelled){said->items[i].person, t ? t->person : STR_NONE, t && forged_row(t)};
    }
    e->all = quality_of(items, said->n, false);
    e->forged = quality_of(items, said->n, true);
}

static void judge_pairs(Evaluation *e, const char *path, const NamedList *said)
{
    size_t n = e->truth.n;
    Labelled *items = ARENA_ARRAY(e->cli->arena, n + 1, Labelled);
    for (size_t i = 0; i < n; i++) {
        const Named *t = &e->truth.items[i];
        items[i] = (Labelled){t->person, t->person, forged_row(t)};
    }
    e->all = (MatchQuality){.found = said->n, .truth = quality_of(items, n, false).truth};
    e->forged.truth = quality_of(items, n, true).truth;
    for (size_t i = 0; i < said->n; i++) {
        const Named *x = truth_of(e, path, said->items[i].id),
                    *y = truth_of(e, path, said->items[i].person);
        bool right = x && y && str_eq(x->person, y->person),
             mixed = x && y && forged_row(x) != forged_row(y);
        e->all.right += right;
        e->forged.found += mixed;
        e->forged.right += mixed && right;
    }
}

static Str share(const Evaluation *e, uint64_t some, uint64_t all)
{
    return str_printf(e->cli->arena, "%.4f", all ? (double)some / (double)all : 0);
}

static void say_quality(const Evaluation *e)
{
    const MatchQuality *q = &e->all, *f = &e->forged;
    cli_say(e->cli, M_MATCH_QUALITY, share(e, q->right, q->found), share(e, q->right, q->truth),
            share(e, 2 * q->right, q->found + q->truth)); /* F1 */
    if (e->tells_forged)
        cli_say(e->cli, M_MATCH_FORGED_QUALITY, share(e, f->right, f->found),
                share(e, f->right, f->truth), str_int(e->cli->arena, (int64_t)f->truth));
}

/* The share and its 95 % interval after Wilson 1927. */
static Str share_between(const Evaluation *e, uint64_t some, uint64_t all)
{
    const double z = 1.959964, n = all ? (double)all : 1, p = (double)some / n, w = 1 + z * z / n,
                 mid = (p + z * z / (2 * n)) / w,
                 half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / w;
    return str_printf(e->cli->arena, "%.4f (%.4f..%.4f)", p, fmax(0, mid - half),
                      fmin(1, mid + half));
}

/* What people said of pairs that match_write_sample took: of those joined, and of the others. */
static void judge_by_sample(Evaluation *e, const char *path, const NamedList *said)
{
    uint64_t judged[2] = {0}, same[2] = {0};
    NamedList pairs = e->truth;
    e->truth = *said;
    sort_truth(e);
    for (const Named *p = pairs.items; p < pairs.items + pairs.n; p++) {
        const Named *x = truth_of(e, path, p->id), *y = truth_of(e, path, p->person);
        bool is = str_is(p->mark, "same"), known = is || str_is(p->mark, "different");
        bool joined = x && y && str_eq(x->person, y->person);
        judged[joined] += known && x && y;
        same[joined] += is && x && y;
    }
    cli_say(e->cli, M_MATCH_QUALITY, share_between(e, same[1], judged[1]),
            share_between(e, same[1], same[0] + same[1]),
            share(e, 2 * same[1], judged[1] + same[0] + same[1]));
}

static Err judge(Evaluation *e, const char *path)
{
    CsvReader csv;
    CsvRow head;
    NamedList said = {0};
    TRY(open_csv(e, path, &csv, &head));
    bool pairs = column_at(&head, "a") >= 0;
    int at[3] = {column_at(&head, pairs ? "a" : "id"), column_at(&head, pairs ? "b" : "cluster"),
                 -1};
    if (at[0] < 0 || at[1] < 0) {
        complain(e, path, 1, M_MATCH_NO_COLUMN, at[0] < 0 ? S("id") : S("cluster"));
        return E_INVALID;
    }
    TRY(read_rows(e, path, &csv, at, &said));
    if (e->sampled) {
        judge_by_sample(e, path, &said);
        return ERR_OK;
    }
    if (pairs)
        judge_pairs(e, path, &said);
    else
        judge_clusters(e, path, &said);
    say_quality(e);
    return ERR_OK;
}

Err match_evaluate(Cli *cli)
{
    Evaluation e = {.cli = cli, .problems = {.arena = cli->arena}};
    if (cli->argc != 3)
        return E_USAGE;
    Err err = read_truth(&e, cli->argv[2]);
    if (err == ERR_OK)
        err = judge(&e, cli->argv[1]);
    cli_problems(cli, &e.problems);
    return err == ERR_OK && e.problems.errors ? E_INVALID : err;
}
