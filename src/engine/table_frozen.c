/* Figures frozen: every row of a half-year that counts, as the text of its dimensions, and tables
 * counted from such texts. No row says which record it was. Lines of a text:
 *   #REGISTER  DIMENSION..  +SUM..    begins a register
 *   =DIMENSION CODE NAME              how an owner or record referred to is called
 *   .1 VALUE..                        a row; '!' counted apart, '0' a person's that counts
 * elsewhere
 */
#include "engine/release_db.h"
#include "engine/table_collect.h"

#include <stdlib.h>

enum { FREEZING_MAX = 512 * 1024 * 1024 }; /* of one register */

/* ---- freezing ---- */

/* Marks of the text are never part of a value. */
static void put_value(Buf *out, Str value)
{
    buf_char(out, '\t');
    for (size_t i = 0; i < value.len; i++)
        buf_char(out, (unsigned char)value.ptr[i] < ' ' ? ' ' : value.ptr[i]);
}

typedef ARENA_LIST(Cut) Cuts;

/* One cut a dimension and always one of offices, then one an amount that some table adds up. */
static Cuts cuts_of(Arena *a, const Register *reg)
{
    Cuts cuts = {0};
    bool offices = false;
    for (size_t i = 0; i < reg->stats.dims.n; i++) {
        Cut cut = {.column = {.none = true}};
        if (dim_of(reg, reg->stats.dims.items[i], &cut.row) && !dim_names(&cut.row))
            *ARENA_PUSH(a, cuts) = cut;
        offices |= cut.row.owner;
    }
    if (!offices)
        *ARENA_PUSH(a, cuts) =
            (Cut){.row = {.name = DIM_OFFICE, .owner = true}, .column = {.none = true}};
    for (size_t i = 0; i < reg->model->table_count; i++) {
        const TableDef *t = &reg->model->tables[i];
        if (t->reg == reg && t->sum)
            *ARENA_PUSH(a, cuts) =
                (Cut){.row = {.none = true}, .column = {.none = true}, .sum = t->sum};
    }
    return cuts;
}

static void put_head(Buf *out, const Register *reg, const Cuts *cuts)
{
    buf_printf(out, "#%.*s", STR_ARG(reg->name));
    for (size_t k = 0; k < cuts->n; k++) {
        const Cut *cut = &cuts->items[k];
        Str name = cut->sum ? cut->sum->name : cut->row.name;
        buf_printf(out, "\t%s%.*s", cut->sum ? "+" : "", STR_ARG(name));
    }
    buf_char(out, '\n');
}

static void put_names(Buf *out, const Cut *cut)
{
    for (size_t i = 0; i < cut->rows.met.n; i++) {
        const Word *w = &cut->rows.met.items[i];
        if (str_empty(w->name))
            continue;
        buf_printf(out, "=%.*s", STR_ARG(cut->row.name));
        put_value(out, w->text);
        put_value(out, w->name);
        buf_char(out, '\n');
    }
}

static void put_row(Buf *out, const Collected *c, const Cuts *cuts, const Hit *h, bool counts)
{
    buf_char(out, h->apart ? '!' : '.');
    buf_char(out, counts ? '1' : '0');
    for (size_t k = 0; k < cuts->n; k++) {
        const Mark *m = collected_mark(c, h, k);
        const Cut *cut = &cuts->items[k];
        if (!cut->sum)
            put_value(out, cut->rows.met.items[m->row].text);
        else
            put_value(out, m->valued ? str_int(c->arena, m->value) : S(""));
    }
    buf_char(out, '\n');
}

static Err freeze_register(Reader *rd, Arena *a, const Register *reg, Period period, Buf *out)
{
    CollectAsk ask = {.reg = reg, .verb = VERB_COUNT, .period = period};
    Cuts cuts = cuts_of(a, reg);
    Collected c;
    TRY(table_collect(rd, a, &ask, cuts.items, cuts.n, &c));
    bool *counts = ARENA_ARRAY(a, c.rows.n + 1, bool);
    for (size_t i = 0; i < c.persons.n; i++)
        counts[c.persons.items[i].at] = true;
    put_head(out, reg, &cuts);
    for (size_t k = 0; k < cuts.n; k++)
        put_names(out, &cuts.items[k]);
    for (size_t i = 0; i < c.rows.n; i++)
        put_row(out, &c, &cuts, &c.rows.items[i], counts[i]);
    return arena_over(a) ? E_TOO_LARGE : ERR_OK;
}

Err table_freeze(Reader *rd, Period period, Buf *out)
{
    const Model *m = rd->store->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        if (!m->regs[i]->stats.on)
            continue;
        Arena *a = arena_new(FREEZING_MAX);
        Err e = freeze_register(rd, a, m->regs[i], period, out);
        arena_free(a);
        TRY(e);
    }
    return ERR_OK;
}

/* ---- reading ---- */

enum { PLACES = 3 }; /* of a cut: row, column, sum */

/* A register as one version froze it. */
typedef struct Frozen {
    Str head;
    StrList names, rows; /* lines */
    size_t (*at)[PLACES], office;
} Frozen;

static bool find_head(Str text, Str reg, Str *ret_head, Str *ret_rest)
{
    Str line, name;
    while (str_cut(&text, '\n', &line)) {
        Str head = str_from(line, 1);
        if (!str_starts(line, S("#")))
            continue;
        *ret_head = head;
        *ret_rest = text;
        if (str_cut(&head, '\t', &name) && str_eq(name, reg))
            return true;
    }
    return false;
}

static bool read_frozen(Arena *a, Str text, Str reg, Frozen *ret)
{
    Str rest, line;
    *ret = (Frozen){0};
    if (!find_head(text, reg, &ret->head, &rest))
        return false;
    while (str_cut(&rest, '\n', &line) && !str_starts(line, S("#"))) {
        if (str_starts(line, S("=")))
            *ARENA_PUSH(a, ret->names) = str_from(line, 1);
        else if (line.len > 1)
            *ARENA_PUSH(a, ret->rows) = line;
    }
    return true;
}

/* Place 0 is the name of the register, or the marks of a row. */
static Str piece(Str line, size_t at)
{
    Str ret = STR_NONE;
    for (size_t i = 0; i <= at; i++)
        if (!str_cut(&line, '\t', &ret))
            return STR_NONE;
    return ret;
}

static size_t place_in(Str head, Str name, bool sum)
{
    Str word;
    for (size_t i = 0; str_cut(&head, '\t', &word); i++)
        if (i && str_starts(word, S("+")) == sum && str_eq(str_from(word, sum), name))
            return i;
    return 0;
}

static bool find_places(Arena *a, Frozen *f, const Cut *cuts, size_t n)
{
    bool ret = true;
    f->at = arena_array(a, n, sizeof *f->at);
    f->office = place_in(f->head, DIM_OFFICE, false);
    for (size_t k = 0; k < n; k++) {
        const Cut *c = &cuts[k];
        f->at[k][0] = c->row.none ? 0 : place_in(f->head, c->row.name, false);
        f->at[k][1] = c->column.none ? 0 : place_in(f->head, c->column.name, false);
        f->at[k][2] = c->sum ? place_in(f->head, c->sum->name, true) : 0;
        ret &= (c->row.none || f->at[k][0]) && (c->column.none || f->at[k][1]) &&
               (!c->sum || f->at[k][2]);
    }
    return ret;
}

static Str name_of(const Frozen *f, const Dim *d, Str text)
{
    bool named = d->owner || (d->field && d->field->kind == FK_REF);
    for (size_t i = 0; named && i < f->names.n; i++)
        if (str_eq(piece(f->names.items[i], 0), d->name) &&
            str_eq(piece(f->names.items[i], 1), text))
            return piece(f->names.items[i], 2);
    return S("");
}

static Str value_at(const Dim *d, Str line, size_t at)
{
    return d->none ? S("*") : piece(line, at);
}

static void take_line(Collected *c, const Frozen *f, Str line, Cut *cuts, Stage *to)
{
    Hit h = {.at = (uint32_t)(c->marks.n / c->cuts),
             .office = collected_office(c, piece(line, f->office)),
             .apart = line.ptr[0] == '!'};
    *ARENA_PUSH(c->arena, to->rows) = h;
    if (line.ptr[1] == '1')
        *ARENA_PUSH(c->arena, to->persons) = h;
    for (size_t k = 0; k < c->cuts; k++) {
        Str row = value_at(&cuts[k].row, line, f->at[k][0]),
            column = value_at(&cuts[k].column, line, f->at[k][1]);
        collected_put(c, &cuts[k], row, name_of(f, &cuts[k].row, row), column,
                      name_of(f, &cuts[k].column, column), piece(line, f->at[k][2]));
    }
}

static void take_all(Collected *c, const Frozen *f, const StrList *lines, Cut *cuts, Stage *to)
{
    for (size_t i = 0; i < lines->n; i++)
        take_line(c, f, lines->items[i], cuts, to);
}

/* ---- what changed from one version to the next ---- */

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

static void sort(StrList *lines)
{
    if (lines->n)
        qsort(lines->items, lines->n, sizeof *lines->items, by_text);
}

/* Rows of one that the other has not; both sorted. */
static StrList only_in(Arena *a, const StrList *one, const StrList *other)
{
    StrList ret = {0};
    size_t k = 0;
    for (size_t i = 0; i < one->n; i++) {
        while (k < other->n && str_cmp(other->items[k], one->items[i]) < 0)
            k++;
        if (k < other->n && str_eq(other->items[k], one->items[i]))
            k++;
        else
            *ARENA_PUSH(a, ret) = one->items[i];
    }
    return ret;
}

static size_t not_apart(const StrList *lines)
{
    size_t n = 0;
    for (size_t i = 0; i < lines->n; i++)
        n += lines->items[i].ptr[0] != '!';
    return n;
}

/* Takes the next version, and before it what changed, if that is enough. */
static void take_version(Collected *c, const Frozen *last, Frozen *f, Cut *cuts, size_t least,
                         bool *ret_taken)
{
    sort(&f->rows);
    *ret_taken = true;
    if (last) {
        bool other = !str_eq(last->head, f->head); /* rows cannot be compared: all changed */
        StrList gone = other ? last->rows : only_in(c->arena, &last->rows, &f->rows);
        StrList come = other ? f->rows : only_in(c->arena, &f->rows, &last->rows);
        *ret_taken = not_apart(&gone) + not_apart(&come) >= least;
        if (*ret_taken) {
            Stage *changed = ARENA_PUSH(c->arena, c->stages);
            changed->change = true;
            take_all(c, last, &gone, cuts, changed);
            take_all(c, f, &come, cuts, changed);
        }
    }
    if (*ret_taken)
        take_all(c, f, &f->rows, cuts, ARENA_PUSH(c->arena, c->stages));
}

Err table_thaw(Arena *a, const Register *reg, const StrList *texts, Cut *cuts, size_t n,
               Collected *ret)
{
    Collected c = {.arena = a, .cuts = n};
    Frozen *versions = ARENA_ARRAY(a, texts->n, Frozen), *last = NULL;
    bool holds = false;
    for (size_t i = 0; i < texts->n; i++) {
        Frozen *f = &versions[i];
        bool taken;
        holds = read_frozen(a, texts->items[i], reg->name, f) && find_places(a, f, cuts, n);
        if (!holds)
            continue;
        take_version(&c, last, f, cuts, (size_t)reg->model->audiences[AUDIENCE_PUBLIC].least,
                     &taken);
        last = taken ? f : last;
    }
    if (!holds)
        return E_NOT_FOUND;
    c.rows = c.stages.items[c.stages.n - 1].rows;
    c.persons = c.stages.items[c.stages.n - 1].persons;
    *ret = c;
    return ERR_OK;
}
