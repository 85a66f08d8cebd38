/* Suppression against an attacker who tries every table that fits what is shown. */
#include "test_kit.h"

#include "engine/suppression.h"

enum { MOST = 16, K = 5, SPAN = 2 * K };

typedef struct Attack {
    const SuppressionGrid *g;
    int64_t x[MOST];
    size_t wanted; /* the cell that is to have this number */
    int64_t number;
    int64_t span; /* how far from what it is a hidden cell is tried */
    bool noughts; /* what is hidden beside may be one */
} Attack;

static int64_t sum_of(const Attack *t, size_t from, size_t step, size_t n)
{
    int64_t ret = 0;
    for (size_t i = 0; i < n; i++)
        ret += t->x[from + i * step];
    return ret;
}

/* Whether the cell may be that, by what is shown of it alone. */
static bool fits(const Attack *t, size_t cell, int64_t number)
{
    const SuppressionGrid *g = t->g;
    if (cell == t->wanted && number != t->number)
        return false;
    if (g->marks[cell] == CELL_SHOWN)
        return number == g->n[cell];
    if (g->marks[cell] != CELL_SMALL && t->noughts)
        return number >= 0;
    return number >= 1 && (g->marks[cell] != CELL_SMALL || number < g->k);
}

static bool take(Attack *t, size_t cell, int64_t number);

/* The next cell, in rows from the left; a total is what its line adds up to. */
static bool go_on(Attack *t, size_t cell)
{
    const SuppressionGrid *g = t->g;
    size_t row = cell / g->columns, column = cell % g->columns;
    if (cell == g->rows * g->columns)
        return true;
    if (column + 1 == g->columns)
        return take(t, cell, sum_of(t, row * g->columns, 1, column));
    if (row + 1 == g->rows)
        return take(t, cell, sum_of(t, column, g->columns, row));
    if (g->marks[cell] == CELL_SHOWN)
        return take(t, cell, g->n[cell]);
    for (int64_t off = 0; off <= t->span; off++)
        if (take(t, cell, g->n[cell] + off) || (off && take(t, cell, g->n[cell] - off)))
            return true;
    return false;
}

static bool take(Attack *t, size_t cell, int64_t number)
{
    t->x[cell] = number;
    return fits(t, cell, number) && go_on(t, cell + 1);
}

/* What a cell may be at least: a total may lack all but one of its largest part. */
static int64_t least_of(const SuppressionGrid *g, size_t cell)
{
    int64_t largest = 0;
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        bool inner = i / g->columns + 1 < g->rows && i % g->columns + 1 < g->columns;
        bool of_row = cell / g->columns + 1 == g->rows || i / g->columns == cell / g->columns;
        bool of_column = cell % g->columns + 1 == g->columns || i % g->columns == cell % g->columns;
        if (inner && of_row && of_column && g->n[i] > largest)
            largest = g->n[i];
    }
    return g->n[cell] - largest + 1;
}

/* How large a cell may be at most for its totals that are said to be small. */
static int64_t most_of(const SuppressionGrid *g, size_t cell)
{
    int64_t ret = K - 1;
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        bool of_row = i / g->columns + 1 == g->rows || i / g->columns == cell / g->columns;
        bool of_column = i % g->columns + 1 == g->columns || i % g->columns == cell % g->columns;
        bool larger = of_row && of_column && i != cell && g->marks[i] == CELL_SMALL;
        if (larger && g->n[cell] + K - 1 - g->n[i] < ret)
            ret = g->n[cell] + K - 1 - g->n[i];
    }
    return ret;
}

/* Whether each small cell may still be anything small, and each held one as much and as little as
 * half of k from what it is. */
static bool nothing_is_known(const SuppressionGrid *g)
{
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        bool is_held = g->marks[i] == CELL_HELD, guarded = is_held || g->marks[i] == CELL_SMALL;
        int64_t most = is_held ? g->n[i] + K / 2 : most_of(g, i);
        for (int64_t n = is_held ? g->n[i] - K / 2 : least_of(g, i); guarded && n <= most; n++) {
            Attack t = {.g = g, .wanted = i, .number = n, .span = SPAN};
            if (!go_on(&t, 0))
                return false;
        }
    }
    return true;
}

static void add_up(SuppressionGrid *g)
{
    Attack t = {.g = g};
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        size_t row = i / g->columns, column = i % g->columns;
        bool side = column + 1 == g->columns;
        t.x[i] = side                 ? sum_of(&t, row * g->columns, 1, column)
                 : row + 1 == g->rows ? sum_of(&t, column, g->columns, row)
                                      : g->n[i];
        g->n[i] = t.x[i];
        g->marks[i] = g->n[i] > 0 && g->n[i] < g->k ? CELL_SMALL : CELL_SHOWN;
    }
}

static void nobody_works_one_out(void **state)
{
    Dice d = {7};
    int known_before = 0, small = 0;
    for (int round = 0; round < 600; round++) {
        int64_t n[MOST] = {0};
        CellMark marks[MOST];
        SuppressionGrid g = {2 + dice(&d, 3), 2 + dice(&d, 3), n, marks, K};
        for (size_t i = 0; i < g.rows * g.columns; i++)
            n[i] = dice(&d, 3) ? dice(&d, 12) : 0;
        add_up(&g);
        known_before += !nothing_is_known(&g);
        suppress(*state, &g);
        if (!nothing_is_known(&g))
            fail_msg("table %d, %zu x %zu", round, g.rows, g.columns);
        for (size_t i = 0; i < g.rows * g.columns; i++) {
            assert_false(marks[i] != CELL_SHOWN && n[i] == 0);
            small += marks[i] != CELL_SHOWN;
        }
    }
    assert_true(known_before > 100 && small > 0);
}

/* One figure in `of` that is not small, nor a nought, is made up by too few offices. */
static size_t hold_some(SuppressionGrid *g, Dice *d, uint32_t of)
{
    size_t ret = 0;
    for (size_t i = 0; i + 1 < g->rows * g->columns; i++)
        if (g->marks[i] == CELL_SHOWN && g->n[i] && dice(d, of) == 0) {
            g->marks[i] = CELL_HELD;
            ret++;
        }
    return ret;
}

static void nobody_works_out_what_one_office_has(void **state)
{
    Dice d = {13};
    size_t known_before = 0, was_held = 0;
    for (int round = 0; round < 400; round++) {
        int64_t n[MOST] = {0};
        CellMark marks[MOST];
        SuppressionGrid g = {3 + dice(&d, 2), 3 + dice(&d, 2), n, marks, K};
        for (size_t i = 0; i < g.rows * g.columns; i++)
            n[i] = 3 + dice(&d, 14);
        add_up(&g);
        was_held += hold_some(&g, &d, 4);
        known_before += !nothing_is_known(&g);
        suppress(*state, &g);
        if (!nothing_is_known(&g))
            fail_msg("table %d, %zu x %zu", round, g.rows, g.columns);
    }
    assert_true(known_before > 100 && was_held > 400);
}

/* Held totals of a side stand in every table alike; nothing is shown where the total of all is. */
static void a_held_total_of_all_leaves_nothing(void **state)
{
    int64_t n[] = {20, 0, 20, 1, 9, 10, 21, 9, 30};
    CellMark marks[9] = {[3] = CELL_SMALL, [8] = CELL_HELD};
    const CellMark want[9] = {CELL_BESIDE, CELL_BESIDE, CELL_BESIDE, CELL_BESIDE, CELL_BESIDE,
                              CELL_BESIDE, CELL_BESIDE, CELL_BESIDE, CELL_HELD};
    SuppressionGrid g = {3, 3, n, marks, K};
    suppress_linked(*state, &g);
    assert_memory_equal(marks, want, sizeof want);
}

/* A held total that is the largest hidden one moves against the next; where the parts of either
 * give no room for it nothing within is shown. */
static void the_largest_held_total_moves_too(void **state)
{
    enum { ROWS = 4, COLUMNS = 8, LAST = COLUMNS - 1 };
    for (int64_t room = 0; room < 3; room += 2) {
        int64_t n[ROWS * COLUMNS] = {0};
        CellMark marks[ROWS * COLUMNS] = {0};
        SuppressionGrid g = {ROWS, COLUMNS, n, marks, K};
        for (size_t i = 0; i < LAST; i++) {
            n[i] = 1 + room;
            n[COLUMNS + i] = i + 1 < LAST ? 1 + room : 0;
            n[2 * COLUMNS + i] = 20;
        }
        for (size_t i = 0; i < (ROWS - 1) * COLUMNS; i++)
            if (i % COLUMNS != LAST) {
                n[i / COLUMNS * COLUMNS + LAST] += n[i];
                n[(ROWS - 1) * COLUMNS + i % COLUMNS] += n[i];
                n[ROWS * COLUMNS - 1] += n[i];
            }
        marks[LAST] = CELL_HELD;
        suppress_linked(*state, &g);
        assert_int_equal(marks[LAST], CELL_HELD);
        assert_int_equal(marks[COLUMNS + LAST], CELL_BESIDE);
        assert_int_equal(marks[2 * COLUMNS + LAST], CELL_SHOWN);
        assert_int_equal(marks[2 * COLUMNS], room ? CELL_SHOWN : CELL_BESIDE);
    }
}

static void as_little_as_will_do(void **state)
{
    int64_t n[] = {1, 10, 30, 41, 20, 12, 9, 41, 21, 22, 39, 82};
    CellMark marks[12] = {CELL_SMALL};
    const CellMark want[12] = {CELL_SMALL, CELL_BESIDE, CELL_SHOWN,
                               CELL_SHOWN, CELL_BESIDE, CELL_BESIDE};
    SuppressionGrid g = {3, 4, n, marks, K};
    suppress(*state, &g);
    assert_memory_equal(marks, want, sizeof want);
}

static void one_line_of_figures(void **state)
{
    int64_t n[] = {SUPPRESSION_UNSEEN, 3,  SUPPRESSION_UNSEEN, 9,
                   SUPPRESSION_UNSEEN, 40, SUPPRESSION_UNSEEN, 52};
    CellMark marks[] = {CELL_BESIDE, CELL_SMALL, CELL_BESIDE, CELL_SHOWN,
                        CELL_BESIDE, CELL_SHOWN, CELL_BESIDE, CELL_SHOWN};
    SuppressionGrid g = {4, 2, n, marks, K};
    suppress(*state, &g);
    assert_int_equal(marks[3], CELL_BESIDE);
    assert_int_equal(marks[5], CELL_SHOWN);
    assert_int_equal(marks[7], CELL_SHOWN);
}

/* "S" small, "b" hidden beside, "." shown: neither more nor dearer cells than it takes. */
static void neither_more_nor_dearer(void **state)
{
    enum { U = -1 }; /* unseen */
    static const struct {
        size_t rows, columns;
        int64_t n[12];
        const char *want;
    } cases[] = {
        {4, 2, {U, 1, U, 3, U, 3, U, 7}, "bSbSbSb."}, /* three that make up for each other */
        {4, 2, {U, 0, U, 3, U, 3, U, 6}, "b.bSbbb."}, /* two that could be 2 and 4 at most */
        {3, 4, {0, 0, 1, 1, 0, 1, 1, 2, 0, 1, 2, 3}, "..SS.SSS.SSS"}, /* a small sum of all */
        {3, 3, {2, 1, 3, 4, 10, 14, 6, 11, 17}, "SSSbbb..."},         /* a small sum of a row */
        {4, 2, {0, 0, 3, 3, 4, 4, 7, 7}, "..SSbb.."},
        {3, 3, {0, 1, 1, 3, 4, 7, 3, 5, 8}, ".SSSbbSb."},
        {2, 2, {0, 3, 0, 3}, ".S.S"}, /* no part of the sum is there: nothing helps */
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        SuppressionGrid g = {cases[c].rows, cases[c].columns, (int64_t[12]){0}, (CellMark[12]){0},
                             K};
        char got[13] = "";
        for (size_t i = 0; i < g.rows * g.columns; i++) {
            int64_t n = cases[c].n[i];
            g.n[i] = n == U ? SUPPRESSION_UNSEEN : n;
            g.marks[i] = n == U ? CELL_BESIDE : n > 0 && n < K ? CELL_SMALL : CELL_SHOWN;
        }
        suppress(*state, &g);
        for (size_t i = 0; i < g.rows * g.columns; i++)
            got[i] = ".Sb"[g.marks[i]];
        assert_string_equal(got, cases[c].want);
    }
}

/* ---- three tables over one population ---- */

enum { EACH = 3, SIDE = EACH + 1, CELLS = SIDE * SIDE, MOVES = EACH * EACH };

typedef struct Crossed {
    int64_t n[CELLS], part[CELLS];
    CellMark marks[CELLS];
    SuppressionGrid g;
} Crossed;

/* One counted more at `up`, one less at `down` of a side; the same for none. */
typedef struct Move {
    size_t up, down;
} Move;

static bool moves(const Crossed *t, bool rows, size_t i, Move *ret)
{
    *ret = (Move){i / EACH, i % EACH};
    size_t step = rows ? SIDE : 1, first = rows ? EACH : EACH * SIDE;
    return ret->up == ret->down ? i == 0
                                : t->marks[first + ret->up * step] != CELL_SHOWN &&
                                      t->marks[first + ret->down * step] != CELL_SHOWN;
}

/* Whether what one table shows allows for sides that moved so, and that number in a cell. */
static bool allows(const Crossed *t, Move rows, Move columns, size_t wanted, int64_t number)
{
    Crossed c = *t;
    c.g.n = c.n;
    c.g.marks = c.marks;
    c.n[rows.up * SIDE + EACH]++;
    c.n[rows.down * SIDE + EACH]--;
    c.n[EACH * SIDE + columns.up]++;
    c.n[EACH * SIDE + columns.down]--;
    for (size_t i = 0; i < CELLS; i++) {
        bool side = i / SIDE == EACH || i % SIDE == EACH;
        if (side && c.marks[i] == CELL_SMALL && (c.n[i] < 1 || c.n[i] >= c.g.k))
            return false;
        if (side && c.marks[i] != CELL_SHOWN && c.n[i] < 1)
            return false;
        c.marks[i] = side ? CELL_SHOWN : c.marks[i];
    }
    Attack a = {.g = &c.g, .wanted = wanted, .number = number, .span = 2, .noughts = true};
    return go_on(&a, 0);
}

/* Whether a hidden cell of tables x (rows, columns), y (rows, other) and z (columns, other) may be
 * another number for all that the three show. */
static bool stays_hidden(const Crossed *x, const Crossed *y, bool y_turned, const Crossed *z,
                         bool z_turned, size_t cell)
{
    Move rows, columns, still = {0};
    for (size_t i = 0; i < MOVES; i++)
        for (size_t k = 0; moves(x, true, i, &rows) && k < MOVES; k++) {
            if (!moves(x, false, k, &columns))
                continue;
            bool others =
                allows(y, y_turned ? still : rows, y_turned ? rows : still, SIZE_MAX, 0) &&
                allows(z, z_turned ? still : columns, z_turned ? columns : still, SIZE_MAX, 0);
            if (others && (allows(x, rows, columns, cell, x->n[cell] + 1) ||
                           allows(x, rows, columns, cell, x->n[cell] - 1)))
                return true;
        }
    return false;
}

/* Whether one of two offices has more than four fifths of it. */
static bool of_one_office(int64_t n, int64_t part)
{
    return n >= K - 1 && (part * 5 > n * 4 || (n - part) * 5 > n * 4);
}

/* Counts x, and of it the part of one office; where there is no part, offices do not matter. */
static void cross(Arena *a, Crossed *t, int64_t x[EACH][EACH][EACH], int left_out,
                  int64_t part[EACH][EACH][EACH])
{
    *t = (Crossed){.g = {.rows = SIDE, .columns = SIDE, .k = K - 1}};
    for (int i = 0; i < EACH * EACH * EACH; i++) {
        int at[] = {i / 9, i / 3 % 3, i % 3};
        size_t row = (size_t)at[left_out == 0], column = (size_t)at[left_out == 2 ? 1 : 2];
        size_t to[] = {row * SIDE + column, row * SIDE + EACH, EACH * SIDE + column, CELLS - 1};
        for (int k = 0; k < 4; k++) {
            t->n[to[k]] += x[at[0]][at[1]][at[2]];
            t->part[to[k]] += part ? part[at[0]][at[1]][at[2]] : 0;
        }
    }
    t->g.n = t->n;
    t->g.marks = t->marks;
    for (size_t i = 0; i < CELLS; i++)
        t->marks[i] = t->n[i] > 0 && t->n[i] < t->g.k              ? CELL_SMALL
                      : part && of_one_office(t->n[i], t->part[i]) ? CELL_HELD
                                                                   : CELL_SHOWN;
    suppress_linked(a, &t->g);
}

static void nobody_works_one_out_of_three_tables(void **state)
{
    Dice d = {11};
    size_t tried = 0, shown = 0;
    for (int round = 0; round < 150; round++) {
        int64_t x[EACH][EACH][EACH];
        Crossed ab, ac, bc;
        for (int i = 0; i < EACH * EACH * EACH; i++)
            x[i / 9][i / 3 % 3][i % 3] = dice(&d, 3) ? 0 : dice(&d, (uint32_t)(3 + round % 9));
        cross(*state, &ab, x, 2, NULL);
        cross(*state, &ac, x, 1, NULL);
        cross(*state, &bc, x, 0, NULL);
        for (size_t i = 0; i < EACH; i++) { /* hidden in one table, hidden in each */
            assert_int_equal(ab.marks[i * SIDE + EACH], ac.marks[i * SIDE + EACH]);
            assert_int_equal(ab.marks[EACH * SIDE + i], bc.marks[i * SIDE + EACH]);
            assert_int_equal(ac.marks[EACH * SIDE + i], bc.marks[EACH * SIDE + i]);
        }
        for (size_t i = 0; i < CELLS && ab.n[CELLS - 1] >= ab.g.k; i++) {
            shown += ab.marks[i] == CELL_SHOWN && ab.n[i] > 0;
            bool hidden = ab.marks[i] != CELL_SHOWN && ab.n[i] > 0 && ab.n[i] < ab.g.k;
            tried += hidden;
            if (hidden && i / SIDE != EACH && i % SIDE != EACH &&
                !stays_hidden(&ab, &ac, false, &bc, false, i))
                fail_msg("round %d: cell %zu is told", round, i);
            if (ac.marks[i] != CELL_SHOWN && ac.n[i] > 0 && ac.n[i] < ac.g.k && i / SIDE != EACH &&
                i % SIDE != EACH && !stays_hidden(&ac, &ab, false, &bc, true, i))
                fail_msg("round %d: cell %zu of the second is told", round, i);
        }
    }
    assert_true(tried > 200 && shown > 200);
}

/* The same where two offices have the figures: what one has nearly alone is hidden, and may be more
 * and less by half of k while all totals stand still. */
static void nobody_works_an_office_out_of_three_tables(void **state)
{
    Dice d = {17};
    Move still = {0};
    size_t tried = 0, shown = 0, nothing = 0;
    for (int round = 0; round < 200; round++) {
        int64_t x[EACH][EACH][EACH], part[EACH][EACH][EACH];
        Crossed ab, ac, bc;
        for (int i = 0; i < EACH * EACH * EACH; i++) {
            int64_t *all = &x[i / 9][i / 3 % 3][i % 3], *one = &part[i / 9][i / 3 % 3][i % 3];
            *all = dice(&d, 4) ? dice(&d, 12) : 0;
            *one = dice(&d, 4) ? *all / 2 : *all;
        }
        cross(*state, &ab, x, 2, part);
        cross(*state, &ac, x, 1, part);
        cross(*state, &bc, x, 0, part);
        nothing += ab.marks[CELLS - 1] != CELL_SHOWN;
        for (size_t i = 0; i < EACH; i++) {
            assert_int_equal(ab.marks[i * SIDE + EACH], ac.marks[i * SIDE + EACH]);
            assert_int_equal(ab.marks[EACH * SIDE + i], bc.marks[i * SIDE + EACH]);
            assert_int_equal(ac.marks[EACH * SIDE + i], bc.marks[EACH * SIDE + i]);
        }
        for (size_t i = 0; i < CELLS && ab.marks[CELLS - 1] == CELL_SHOWN; i++) {
            bool one = of_one_office(ab.n[i], ab.part[i]);
            shown += ab.marks[i] == CELL_SHOWN && ab.n[i] > 0;
            assert_false(one && ab.marks[i] == CELL_SHOWN);
            if (i / SIDE == EACH || i % SIDE == EACH || !one)
                continue;
            tried++;
            if (!stays_hidden(&ab, &ac, false, &bc, false, i))
                fail_msg("round %d: cell %zu is told", round, i);
            assert_true(ab.marks[i] != CELL_HELD || (allows(&ab, still, still, i, ab.n[i] + 2) &&
                                                     allows(&ab, still, still, i, ab.n[i] - 2)));
        }
    }
    assert_true(tried > 200 && shown > 200);
    assert_true(nothing < 20);
}

/* A table by itself, filled by dice; room for rows times columns in n and marks. */
static void fill(Arena *a, SuppressionGrid *g, Dice *d, uint32_t most)
{
    size_t end = g->columns - 1, bottom = (g->rows - 1) * g->columns;
    memset(g->n, 0, g->rows * g->columns * sizeof *g->n);
    for (size_t i = 0; i < bottom; i++) {
        size_t row = i / g->columns * g->columns, column = i % g->columns;
        if (column == end)
            continue;
        g->n[i] = dice(d, 3) ? dice(d, most) : 0;
        g->n[row + end] += g->n[i];
        g->n[bottom + column] += g->n[i];
        g->n[bottom + end] += g->n[i];
    }
    for (size_t i = 0; i <= bottom + end; i++)
        g->marks[i] = g->n[i] > 0 && g->n[i] < g->k ? CELL_SMALL : CELL_SHOWN;
    suppress_linked(a, g);
}

/* Tables of all sizes show what they did: other numbers mean more or less of it. */
static void as_much_is_shown_as_was(void **state)
{
    enum { LONGEST = 9 };
    int64_t n[LONGEST * LONGEST];
    CellMark marks[LONGEST * LONGEST];
    Dice d = {23};
    size_t small = 0, beside = 0, place = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        SuppressionGrid g = {2 + dice(&d, LONGEST - 1), 2 + dice(&d, LONGEST - 1), n, marks,
                             round % 2 ? K : 2 * K};
        fill(*state, &g, &d, 2 + round % 20);
        for (size_t i = 0; i < g.rows * g.columns; i++) {
            small += marks[i] == CELL_SMALL;
            beside += marks[i] == CELL_BESIDE;
            place += i * (size_t)marks[i];
        }
    }
    assert_int_equal(small, 12951);
    assert_int_equal(beside, 40021);
    assert_int_equal(place, 1645856);
}

static bool may_be(const Crossed *t, size_t cell, int64_t n)
{
    return n > 0 && (t->marks[cell] == CELL_BESIDE || (t->marks[cell] == CELL_SMALL && n < K));
}

/* Each hidden total of a side moves up and down against the largest alone, nothing else of a side.
 */
static size_t totals_move(const Crossed *t, bool rows)
{
    size_t first = rows ? EACH : EACH * SIDE, step = rows ? SIDE : 1, hub = 0, moved = 0;
    Move still = {0};
    for (size_t i = 0; i < EACH; i++) {
        size_t cell = first + i * step, top = first + hub * step;
        if (t->marks[cell] != CELL_SHOWN && (t->marks[top] == CELL_SHOWN || t->n[cell] > t->n[top]))
            hub = i;
    }
    for (size_t i = 0; i < EACH; i++) {
        size_t cell = first + i * step, top = first + hub * step;
        Move up = {i, hub}, down = {hub, i};
        if (i == hub || t->marks[cell] != CELL_SMALL)
            continue;
        if (may_be(t, cell, t->n[cell] + 1) && may_be(t, top, t->n[top] - 1)) {
            assert_true(allows(t, rows ? up : still, rows ? still : up, SIZE_MAX, 0));
            moved++;
        }
        if (may_be(t, cell, t->n[cell] - 1) && may_be(t, top, t->n[top] + 1)) {
            assert_true(allows(t, rows ? down : still, rows ? still : down, SIZE_MAX, 0));
            moved++;
        }
    }
    return moved;
}

/* While every total stands still, a small figure may be one more and one less. */
static void what_one_table_leaves_open_no_other_closes(void **state)
{
    Dice d = {5};
    size_t moved = 0;
    Move still = {0};
    for (uint32_t round = 0; round < 600; round++) {
        Crossed t = {.g = {.rows = SIDE, .columns = SIDE, .k = K}};
        t.g.n = t.n;
        t.g.marks = t.marks;
        fill(*state, &t.g, &d, 4 + round % 30);
        bool few = t.marks[CELLS - 1] != CELL_SHOWN;
        moved += few ? 0 : totals_move(&t, true) + totals_move(&t, false);
        for (size_t i = 0; i < CELLS; i++) {
            bool within = i / SIDE != EACH && i % SIDE != EACH;
            if (few || !within || t.marks[i] != CELL_SMALL)
                continue;
            assert_true(t.n[i] + 1 == K || allows(&t, still, still, i, t.n[i] + 1));
            assert_true(t.n[i] == 1 || allows(&t, still, still, i, t.n[i] - 1));
        }
    }
    assert_true(moved > 500);
}

static void of_nothing_nothing_is_hidden(void **state)
{
    SuppressionGrid g = {.k = K};
    suppress(*state, &g);
    assert_null(g.marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(nobody_works_one_out),
        ARENA_TEST(nobody_works_out_what_one_office_has),
        ARENA_TEST(a_held_total_of_all_leaves_nothing),
        ARENA_TEST(the_largest_held_total_moves_too),
        ARENA_TEST(as_little_as_will_do),
        ARENA_TEST(one_line_of_figures),
        ARENA_TEST(neither_more_nor_dearer),
        ARENA_TEST(nobody_works_one_out_of_three_tables),
        ARENA_TEST(nobody_works_an_office_out_of_three_tables),
        ARENA_TEST(as_much_is_shown_as_was),
        ARENA_TEST(what_one_table_leaves_open_no_other_closes),
        ARENA_TEST(of_nothing_nothing_is_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
