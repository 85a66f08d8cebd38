#include "engine/suppression.h"

#include <string.h>

/* What is shown leaves room for changes that add up to nothing in every row and every column; a
 * change is a circulation between rows and columns, in which a total counts the other way round. */
typedef struct Search {
    SuppressionGrid *g;
    int64_t *moved; /* by cell: from its row to its column */
    size_t *from;   /* by node: where it was reached from; rows first, then columns */
    size_t *queue;
    size_t apart; /* the cell that must not be used */
    size_t hub;   /* where other totals stand: the one that may move beside that cell */
} Search;
static const int64_t boundless = INT64_MAX / 4;

static bool is_total(const SuppressionGrid *g, size_t cell)
{
    return (cell / g->columns + 1 == g->rows) != (cell % g->columns + 1 == g->columns);
}

/* By how much a cell with this mark may grow or shrink. */
static int64_t room(const SuppressionGrid *g, size_t cell, CellMark mark, bool grow)
{
    int64_t most = mark == CELL_SMALL ? g->k - 1 : boundless;
    return grow != is_total(g, cell) ? most - g->n[cell] : g->n[cell] - 1;
}

/* The largest count seen that a total is made of; of any other its own. */
static int64_t largest_part(const SuppressionGrid *g, size_t cell)
{
    size_t row = cell / g->columns, column = cell % g->columns;
    int64_t ret = 0;
    for (size_t i = 0; i < (g->rows - 1) * g->columns; i++) {
        bool of_row = row + 1 == g->rows || i / g->columns == row;
        bool of_column =
            column + 1 == g->columns ? i % g->columns + 1 < g->columns : i % g->columns == column;
        if (of_row && of_column && g->n[i] != SUPPRESSION_UNSEEN && g->n[i] > ret)
            ret = g->n[i];
    }
    return ret ? ret : g->n[cell];
}

/* How far below k a count stays for all that its small totals say. */
static int64_t headroom(const SuppressionGrid *g, size_t cell)
{
    size_t end = g->rows * g->columns - 1, row_end = cell - cell % g->columns + g->columns - 1;
    size_t totals[] = {row_end, end - end % g->columns + cell % g->columns, end};
    int64_t ret = g->k - 1 - g->n[cell];
    for (size_t i = 0; i < 3; i++)
        if (g->marks[totals[i]] == CELL_SMALL && g->k - 1 - g->n[totals[i]] < ret)
            ret = g->k - 1 - g->n[totals[i]];
    return ret;
}

/* Whether it is hidden for its own sake. */
static bool is_guarded(CellMark mark)
{
    return mark == CELL_SMALL || mark == CELL_HELD;
}

/* By how much a guarded cell must be able to: a held one in all by as much as a small one. */
static int64_t need(const SuppressionGrid *g, size_t cell, bool grow)
{
    if (g->marks[cell] == CELL_HELD)
        return g->k / 2;
    return grow != is_total(g, cell) ? headroom(g, cell) : largest_part(g, cell) - 1;
}

static bool is_side(const SuppressionGrid *g, size_t cell)
{
    return cell / g->columns + 1 == g->rows || cell % g->columns + 1 == g->columns;
}

/* Whether the figure may not move: a total that stands still in other tables. */
static bool is_still(const Search *s, size_t cell)
{
    return s->g->stands && s->g->stands[cell] && cell != s->hub;
}

static int64_t room_left(const Search *s, size_t cell, bool grow)
{
    CellMark mark = s->g->marks[cell];
    if (mark == CELL_SHOWN || cell == s->apart || is_still(s, cell))
        return 0;
    int64_t all = room(s->g, cell, mark, grow);
    return grow ? all - s->moved[cell] : all + s->moved[cell];
}

static size_t cell_between(const SuppressionGrid *g, size_t x, size_t y)
{
    return x < g->rows ? x * g->columns + y - g->rows : y * g->columns + x - g->rows;
}

/* Breadth first; whether `to` was reached. */
static bool find_way(Search *s, size_t start, size_t to)
{
    const SuppressionGrid *g = s->g;
    size_t nodes = g->rows + g->columns, head = 0, tail = 0;
    for (size_t i = 0; i < nodes; i++)
        s->from[i] = SIZE_MAX;
    s->from[start] = start;
    for (s->queue[tail++] = start; head < tail && s->from[to] == SIZE_MAX; head++) {
        size_t x = s->queue[head];
        bool row = x < g->rows;
        for (size_t y = row ? g->rows : 0; y < (row ? nodes : g->rows); y++)
            if (s->from[y] == SIZE_MAX && room_left(s, cell_between(g, x, y), row) > 0) {
                s->from[y] = x;
                s->queue[tail++] = y;
            }
    }
    return s->from[to] != SIZE_MAX;
}

static void move_one(Search *s, size_t start, size_t to)
{
    for (size_t y = to; y != start; y = s->from[y])
        s->moved[cell_between(s->g, s->from[y], y)] += s->from[y] < s->g->rows ? 1 : -1;
}

/* Whether the cell may grow, or shrink, by so much. */
static bool can_move(Search *s, size_t cell, bool grow, int64_t by)
{
    const SuppressionGrid *g = s->g;
    size_t row = cell / g->columns, column = g->rows + cell % g->columns;
    size_t start = grow ? column : row, to = grow ? row : column;
    s->apart = cell;
    memset(s->moved, 0, g->rows * g->columns * sizeof *s->moved);
    while (by > 0 && find_way(s, start, to)) {
        move_one(s, start, to);
        by--;
    }
    return by <= 0;
}

static bool is_safe(Search *s, size_t cell)
{
    return can_move(s, cell, true, need(s->g, cell, true)) &&
           can_move(s, cell, false, need(s->g, cell, false));
}

static bool follows(const SuppressionGrid *g, size_t cell, CellMark mark, size_t of, bool same_way)
{
    return room(g, cell, mark, same_way) >= need(g, of, true) &&
           room(g, cell, mark, !same_way) >= need(g, of, false);
}

/* What it costs that this cell follows the other; boundless when it cannot. */
static int64_t cost(const Search *s, size_t cell, size_t of, bool same_way)
{
    const SuppressionGrid *g = s->g;
    CellMark mark = g->marks[cell];
    if (mark != CELL_SHOWN && follows(g, cell, mark, of, same_way))
        return 0;
    if ((g->stands && g->stands[cell]) ||
        !follows(g, cell, CELL_BESIDE, of, same_way)) /* a nought never can */
        return boundless;
    return mark == CELL_SMALL ? 1 : g->n[cell] + 1;
}

/* Hides the cheapest three cells that make a rectangle with this one and can follow all its range;
 * none when there are none. */
static void hide_rectangle(const Search *s, size_t cell)
{
    const SuppressionGrid *g = s->g;
    size_t row = cell / g->columns, column = cell % g->columns, best[3] = {0};
    int64_t least = boundless;
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        size_t three[3] = {row * g->columns + i % g->columns, i - i % g->columns + column, i};
        if (i / g->columns == row || i % g->columns == column)
            continue;
        int64_t all = cost(s, three[0], cell, false);
        all = all < least ? all + cost(s, three[1], cell, false) : all;
        all = all < least ? all + cost(s, three[2], cell, true) : all;
        if (all < least) {
            least = all;
            memcpy(best, three, sizeof best);
        }
    }
    for (size_t i = 0; i < 3 && least < boundless; i++)
        if (g->marks[best[i]] == CELL_SHOWN ||
            !follows(g, best[i], g->marks[best[i]], cell, i == 2))
            g->marks[best[i]] = CELL_BESIDE;
}

static Search search_of(Arena *a, SuppressionGrid *g)
{
    size_t nodes = g->rows + g->columns;
    return (Search){.g = g,
                    .moved = ARENA_ARRAY(a, g->rows * g->columns, int64_t),
                    .from = ARENA_ARRAY(a, nodes, size_t),
                    .queue = ARENA_ARRAY(a, nodes, size_t),
                    .hub = SIZE_MAX};
}

void suppress(Arena *a, SuppressionGrid *g)
{
    Search s = search_of(a, g);
    for (size_t i = 0; g->columns && i < g->rows * g->columns; i++)
        if (is_guarded(g->marks[i]) && !is_safe(&s, i))
            hide_rectangle(&s, i);
}

/* ---- tables that share totals ---- */

/* The totals along one side of a table; behind the last stands what they add up to. */
typedef struct Side {
    size_t first, step, n;
} Side;

/* Hides figures of a side for each other's sake, as if nothing were known of what they are made of.
 */
static void suppress_side(Arena *a, SuppressionGrid *g, Side side)
{
    size_t cells = (side.n + 1) * 2;
    bool *stands = ARENA_ARRAY(a, cells, bool);
    stands[cells - 1] = true;
    SuppressionGrid line = {
        side.n + 1, 2,     ARENA_ARRAY(a, cells, int64_t), ARENA_ARRAY(a, cells, CellMark),
        g->k,       stands};
    for (size_t i = 0; i <= side.n; i++) {
        line.n[2 * i] = SUPPRESSION_UNSEEN;
        line.marks[2 * i] = CELL_BESIDE;
        line.n[2 * i + 1] = g->n[side.first + i * side.step];
        line.marks[2 * i + 1] = g->marks[side.first + i * side.step];
    }
    suppress(a, &line);
    for (size_t i = 0; i < side.n; i++)
        g->marks[side.first + i * side.step] = line.marks[2 * i + 1];
}

/* The largest hidden total of a side but one, against which the others move. */
static size_t hub_of(const SuppressionGrid *g, Side side, size_t but)
{
    size_t ret = SIZE_MAX;
    for (size_t i = 0; i < side.n; i++) {
        size_t cell = side.first + i * side.step;
        if (cell != but && g->marks[cell] != CELL_SHOWN &&
            (ret == SIZE_MAX || g->n[cell] > g->n[ret]))
            ret = cell;
    }
    return ret;
}

/* Hidden totals are guarded, but for their hub. A small one would be told by how many figures make
 * it up, and each of them by the rest of its other line: so of its line and of the hub's nothing is
 * shown, no nought either. */
static void hide_small_lines(SuppressionGrid *g)
{
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        size_t ends[] = {i - i % g->columns + g->columns - 1,
                         (g->rows - 1) * g->columns + i % g->columns};
        for (int k = 0; k < 2 && !is_side(g, i); k++)
            if (g->marks[ends[k]] != CELL_SHOWN)
                g->marks[i] = CELL_BESIDE;
    }
}

static bool protect(Search *s, size_t cell)
{
    if (!is_safe(s, cell))
        hide_rectangle(s, cell);
    return is_safe(s, cell);
}

static bool protect_side(Search *s, Side side)
{
    bool ret = true;
    size_t hub = hub_of(s->g, side, SIZE_MAX);
    s->hub = hub;
    for (size_t i = 0; i < side.n; i++) {
        size_t cell = side.first + i * side.step;
        if (s->g->marks[cell] != CELL_SHOWN && cell != hub)
            ret &= protect(s, cell);
    }
    if (hub != SIZE_MAX && s->g->marks[hub] == CELL_HELD) { /* it moves against the next */
        s->hub = hub_of(s->g, side, hub);
        ret &= protect(s, hub);
    }
    return ret;
}

/* Where a guarded figure stands both totals are shown. */
static bool protect_within(Search *s)
{
    bool ret = true;
    s->hub = SIZE_MAX;
    for (size_t i = 0; i < s->g->rows * s->g->columns; i++)
        if (!is_side(s->g, i) && is_guarded(s->g->marks[i]))
            ret &= protect(s, i);
    return ret;
}

/* What lies within, or all but the total of all. */
static void hide_all(SuppressionGrid *g, bool sides)
{
    for (size_t i = 0; i + 1 < g->rows * g->columns; i++)
        if (sides || !is_side(g, i))
            g->marks[i] = CELL_BESIDE;
}

void suppress_linked(Arena *a, SuppressionGrid *g)
{
    size_t cells = g->rows * g->columns;
    Side rows = {g->columns - 1, g->columns, g->rows - 1};
    Side columns = {cells - g->columns, 1, g->columns - 1};
    bool *stands = ARENA_ARRAY(a, cells, bool);
    if (g->marks[cells - 1] == CELL_HELD) { /* of every dimension some total is, in every table */
        hide_all(g, true);
        return;
    }
    suppress_side(a, g, rows);
    suppress_side(a, g, columns);
    if (g->marks[cells - 1] != CELL_SHOWN) { /* a few in all: each figure is small */
        suppress(a, g);
        return;
    }
    for (size_t i = 0; i < cells; i++)
        stands[i] = is_side(g, i);
    g->stands = stands;
    Search s = search_of(a, g);
    hide_small_lines(g);
    bool safe = protect_side(&s, rows);
    safe &= protect_side(&s, columns);
    if (!protect_within(&s) || !safe)
        hide_all(g, false);
}
