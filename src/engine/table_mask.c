/* What of a table is shown to whom: small figures hidden, and those that too few offices make up,
 * beside them what these could be worked out from; the rest rounded. */
#include "engine/suppression.h"
#include "engine/table_collect.h"

const AudienceRule *table_rule(const TableAsk *ask)
{
    return &ask->def->reg->model
                ->audiences[str_empty(ask->parent) ? ask->audience : AUDIENCE_INTERNAL];
}

size_t table_columns_shown(const Table *t)
{
    return str_empty(t->ask.columns) ? 0 : t->column_count;
}

const Count *table_shown(const Table *t, size_t row, size_t column)
{
    if (row == t->row_count)
        return column == t->column_count ? &t->total : &t->column_totals[column];
    return column == t->column_count ? &t->row_totals[row]
                                     : &t->cells[row * t->column_count + column];
}

Count *table_at(Table *t, size_t row, size_t column)
{
    return (Count *)(uintptr_t)table_shown(t, row, column);
}

int64_t table_weight(const Table *t, const Count *c)
{
    return t->ask.def->sum ? c->sum : c->n;
}

/* Whether too few offices make up the figure. */
static bool is_held(const Table *t, const Count *c, const AudienceRule *rule)
{
    int64_t all = table_weight(t, c);
    return (rule->one_office && c->first * 100 > rule->one_office * all) ||
           (rule->two_offices && (c->first + c->second) * 100 > rule->two_offices * all);
}

/* Whether the dimension that comes first by name crosses: then the grid is the table turned, so
 * that crossed either way it hides the same. */
static bool is_turned(const Table *t)
{
    return !str_empty(t->ask.columns) && str_cmp(t->ask.rows, t->ask.columns) > 0;
}

static Count *grid_cell(Table *t, const SuppressionGrid *g, size_t i)
{
    size_t row = i / g->columns, column = i % g->columns;
    return is_turned(t) ? table_at(t, column, row) : table_at(t, row, column);
}

static bool is_small(int64_t n, int64_t k)
{
    return n > 0 && n < k;
}

/* Hides what is small, what too few offices make up, and beside it; what was hidden before stays
 * so. */
static void suppress_more(Arena *a, Table *t, const AudienceRule *rule, SuppressionGrid *g)
{
    g->k = rule->least;
    g->stands = NULL;
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        if (g->marks[i] == CELL_SHOWN && is_small(g->n[i], g->k))
            g->marks[i] = CELL_SMALL;
        else if (g->n[i] >= g->k && is_held(t, grid_cell(t, g, i), rule))
            g->marks[i] = CELL_HELD;
    }
    suppress_linked(a, g);
}

/* What becomes of a figure that an earlier stage hid. */
static CellMark hidden_still(CellMark before, int64_t n, int64_t k)
{
    return is_small(n, k) ? CELL_SMALL : before == CELL_HELD && n ? CELL_HELD : CELL_BESIDE;
}

/* Marks what an audience is not shown of the newest of `n` stages. What was hidden once stays so,
 * and a wider audience is told nothing that is hidden from a narrower one, who sees both tables:
 * whoever lays all that was ever published side by side works out no small figure of any stage. */
static void mark_stages(Arena *a, Table *stages, size_t n, Audience of, SuppressionGrid *g)
{
    SuppressionGrid before = *g;
    size_t cells = g->rows * g->columns;
    const AudienceRule *rule = &stages->ask.def->reg->model->audiences[of];
    if (!n || of == AUDIENCE_INTERNAL)
        return;
    before.marks = ARENA_ARRAY(a, cells, CellMark);
    mark_stages(a, stages, n - 1, of, &before);
    mark_stages(a, stages, n, (Audience)(of - 1), g);
    for (size_t i = 0; i < cells; i++) {
        g->n[i] = grid_cell(&stages[n - 1], g, i)->n;
        if (g->marks[i] == CELL_SHOWN && before.marks[i] != CELL_SHOWN)
            g->marks[i] = hidden_still(before.marks[i], g->n[i], rule->least);
    }
    suppress_more(a, &stages[n - 1], rule, g);
}

static void mask_beside(Table *t, Table *stages, size_t n)
{
    Arena *a = arena_new(SIZE_MAX);
    size_t rows = t->row_count + 1, columns = t->column_count + 1;
    SuppressionGrid g = {.rows = is_turned(t) ? columns : rows,
                         .columns = is_turned(t) ? rows : columns};
    g.n = ARENA_ARRAY(a, g.rows * g.columns, int64_t);
    g.marks = ARENA_ARRAY(a, g.rows * g.columns, CellMark);
    mark_stages(a, stages, n, t->ask.audience, &g);
    for (size_t i = 0; i < g.rows * g.columns; i++) {
        Count *c = grid_cell(t, &g, i);
        c->beside = g.marks[i] == CELL_BESIDE || g.marks[i] == CELL_HELD;
        c->masked = g.marks[i] != CELL_SHOWN;
    }
    arena_free(a);
}

/* A figure that stands alone: hidden when it is small now, or was, or changed by a few; or too few
 * offices make it up. */
static void mask_apart(Table *t, const AudienceRule *rule, const Table *stages, size_t n)
{
    Count *c = &t->apart;
    c->masked = is_small(c->n, rule->least);
    for (size_t i = 0; i < n; i++)
        if (!c->masked &&
            (is_small(stages[i].apart.n, rule->least) || is_held(t, &stages[i].apart, rule)))
            c->masked = c->beside = true;
}

static void round_count(Count *c, int64_t to)
{
    c->n = (c->n + to / 2) / to * to;
}

/* Each figure by itself, so totals are not the sums of what they are made of. */
static void round_counts(Table *t, int64_t to)
{
    for (size_t i = 0; i <= t->row_count; i++)
        for (size_t j = 0; j <= t->column_count; j++)
            round_count(table_at(t, i, j), to);
    round_count(&t->apart, to);
}

/* The last of the stages is the table itself. */
void table_mask(Table *t, Table *stages, size_t n)
{
    const AudienceRule *rule = table_rule(&t->ask);
    if (!rule->least)
        return;
    mask_apart(t, rule, stages, n);
    mask_beside(t, stages, n);
    if (rule->round_to && !t->ask.def->sum)
        round_counts(t, rule->round_to);
}
