#include "cli/match_rules.h"

#include "base/csv.h"

#include <stdlib.h>

typedef struct Named {
    Str id;
    uint32_t record;
} Named;

static int by_id(const void *x, const void *y)
{
    const Named *p = x, *q = y;
    return str_cmp(p->id, q->id);
}

static bool record_of(const Named *all, size_t n, Str id, uint32_t *ret)
{
    Named key = {.id = str_trim(id)};
    const Named *found = n ? bsearch(&key, all, n, sizeof *all, by_id) : NULL;
    if (found)
        *ret = found->record;
    return found != NULL;
}

static bool read_rule(const CsvRow *row, const Named *all, size_t n, MatchRule *ret)
{
    if (row->n != 3)
        return false;
    Str decision = str_trim(row->cells[2]);
    ret->same = str_is(decision, "same");
    return (ret->same || str_is(decision, "different")) &&
           record_of(all, n, row->cells[0], &ret->a) && record_of(all, n, row->cells[1], &ret->b) &&
           ret->a != ret->b;
}

Err match_rules_read(const Cli *cli, const char *path, const MatchBook *book, MatchRules *ret,
                     Problems *problems)
{
    Arena *a = cli->arena;
    Str text;
    CsvRow row;
    bool more;
    TRY(cli_read(cli, a, path, 64u << 20, &text));
    Named *all = ARENA_ARRAY(a, (size_t)book->n + 1, Named);
    for (uint32_t i = 0; i < book->n; i++)
        all[i] = (Named){book->ids[i], i};
    qsort(all, book->n, sizeof *all, by_id);
    CsvReader csv = csv_reader(a, text);
    for (size_t n = 0; csv_next(&csv, &row, &more) == ERR_OK && more; n++) {
        MatchRule rule = {0};
        if (n == 0 || (row.n == 3 && str_empty(str_trim(row.cells[2])))) /* nobody decided */
            continue;
        if (read_rule(&row, all, book->n, &rule))
            *ARENA_PUSH(a, *ret) = rule;
        else
            problem_add(
                problems,
                (Problem){.place = str_of(path), .line = row.line, .msg = M_MATCH_BAD_RULE});
    }
    return ERR_OK;
}
