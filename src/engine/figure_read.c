#include "engine/figure_read.h"

#include <stdlib.h>

static const Field *fact(const Register *reg, FieldRole role)
{
    const Field *f = role_field(reg->model, role);
    return f && f->reg == reg ? f : NULL;
}

int figures_scale(const Model *m)
{
    const Field *value = role_field(m, FIELD_ROLE_FIGURE_VALUE);
    return value ? value->scale : 0;
}

/* ---- one record as a figure ---- */

/* Where values come from: a record, with a change over it, either may be NULL. */
typedef struct Source {
    Arena *arena;
    const Register *reg;
    const Record *rec;
    const Change *change;
} Source;

static Str text_of(const Source *s, FieldRole role)
{
    const Field *f = fact(s->reg, role);
    if (!f || f->class_)
        return STR_NONE;
    if (s->change && s->change->set[f->index])
        return s->change->vals[f->index];
    return s->rec ? str_copy(s->arena, s->rec->vals[f->index].text) : STR_NONE;
}

static bool unit_is(const Register *reg, Str unit, const char *what)
{
    const Field *f = fact(reg, FIELD_ROLE_FIGURE_UNIT);
    const Code *c = f && f->codes ? code_find(f->codes, unit) : NULL;
    return c && str_has_word(c->mapping, str_of(what));
}

static Figure figure_from(const Source *s)
{
    Figure f = {.series = text_of(s, FIELD_ROLE_FIGURE_SERIES),
                .dimension = text_of(s, FIELD_ROLE_FIGURE_DIMENSION),
                .place = text_of(s, FIELD_ROLE_FIGURE_PLACE),
                .unit = text_of(s, FIELD_ROLE_FIGURE_UNIT),
                .source = text_of(s, FIELD_ROLE_FIGURE_SOURCE),
                .printed = text_of(s, FIELD_ROLE_FIGURE_PERIOD),
                .note = text_of(s, FIELD_ROLE_FIGURE_NOTE)};
    Date from = {0}, to = {0};
    f.uid = s->rec ? str_copy(s->arena, s->rec->uid) : s->change->uid;
    f.valued = str_i64(text_of(s, FIELD_ROLE_FIGURE_VALUE), &f.value);
    if (date_parse_iso(text_of(s, FIELD_ROLE_FIGURE_START), &from) &&
        date_parse_iso(text_of(s, FIELD_ROLE_FIGURE_END), &to)) {
        f.from = date_from_days(date_days(from));
        f.to = date_last(to);
    }
    f.percent = unit_is(s->reg, f.unit, FIGURE_UNIT_PERCENT);
    f.unclear = unit_is(s->reg, f.unit, FIGURE_UNIT_UNCLEAR);
    f.doubt = str_is(text_of(s, FIELD_ROLE_FIGURE_DOUBT), "ya");
    return f;
}

/* ---- reading ---- */

typedef struct Collect {
    Arena *arena;
    Figures *into;
    bool beside; /* keep counts for percentages of what was read before */
} Collect;

static bool stands_beside(const Figures *all, const Figure *f)
{
    for (size_t i = 0; i < all->beside; i++)
        if (!str_eq(all->items[i].series, f->series) && figure_counts_for(&all->items[i], f))
            return true;
    return false;
}

static Err collect(void *ctx, const Record *r)
{
    Collect *c = ctx;
    Source s = {.arena = c->arena, .reg = r->reg, .rec = r};
    Figure f = figure_from(&s);
    if (c->beside && !stands_beside(c->into, &f))
        return ERR_OK;
    c->into->capped |= c->into->n >= 2 * FIGURES_MAX;
    if (!c->into->capped)
        *ARENA_PUSH(c->arena, *c->into) = f;
    return ERR_OK;
}

Err figures_all(Reader *rd, Figures *ret)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_FIGURE);
    Collect c = {.arena = rd->arena, .into = ret};
    *ret = (Figures){0};
    if (!reg)
        return E_NOT_FOUND;
    Query q = query_new(reg);
    return query_each(rd, &q, collect, &c);
}

static int in_order(const void *x, const void *y)
{
    const Figure *a = x, *b = y;
    int c = str_cmp(a->unit, b->unit);
    c = c ? c : str_cmp(a->place, b->place);
    c = c ? c : date_cmp(a->from, b->from);
    c = c ? c : date_cmp(a->to, b->to);
    c = c ? c : str_cmp(a->printed, b->printed);
    c = c ? c : str_cmp(a->dimension, b->dimension);
    return c ? c : str_cmp(a->uid, b->uid);
}

Err figures_of_series(Reader *rd, Str series, Figures *ret)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_FIGURE);
    const Field *f = reg ? fact(reg, FIELD_ROLE_FIGURE_SERIES) : NULL;
    Collect c = {.arena = rd->arena, .into = ret};
    bool percent = false;
    *ret = (Figures){0};
    if (!f)
        return E_NOT_FOUND;
    Query q = query_new(reg);
    query_filter(&q, rd->arena, f, STR_NONE, FILTER_EQ, series);
    TRY(query_each(rd, &q, collect, &c));
    if (ret->n > FIGURES_MAX) {
        ret->n = FIGURES_MAX;
        ret->capped = true;
    }
    if (ret->n)
        qsort(ret->items, ret->n, sizeof *ret->items, in_order);
    ret->beside = ret->n;
    for (size_t i = 0; i < ret->n; i++)
        percent |= ret->items[i].percent;
    if (!percent)
        return ERR_OK;
    Query all = query_new(reg);
    c.beside = true;
    return query_each(rd, &all, collect, &c);
}

/* ---- advice before saving ---- */

static bool speaks_of(const Register *reg, const Change *c)
{
    static const FieldRole roles[] = {FIELD_ROLE_FIGURE_SERIES, FIELD_ROLE_FIGURE_DIMENSION,
                                      FIELD_ROLE_FIGURE_PLACE,  FIELD_ROLE_FIGURE_START,
                                      FIELD_ROLE_FIGURE_END,    FIELD_ROLE_FIGURE_SOURCE};
    bool any = c->kind == CHANGE_CREATE;
    for (size_t i = 0; i < COUNT(roles); i++) {
        const Field *f = fact(reg, roles[i]);
        any |= f && c->set[f->index];
    }
    return any && (c->kind == CHANGE_CREATE || c->kind == CHANGE_UPDATE);
}

static void warn(Reader *rd, const Register *reg, const Figure *other, Problems *problems)
{
    const Field *start = fact(reg, FIELD_ROLE_FIGURE_START);
    Lang lang = rd->actor->lang;
    Str period = other->printed;
    if (str_empty(period) && other->from.year)
        period =
            str_printf(rd->arena, "%.*s – %.*s", STR_ARG(date_short(rd->arena, lang, other->from)),
                       STR_ARG(date_short(rd->arena, lang, other->to)));
    problem_add(problems, (Problem){.field = start ? start->name : STR_NONE,
                                    .label = start ? &start->label : NULL,
                                    .msg = M_FIGURE_OVERLAP_SAVE,
                                    .args = {period, other->dimension, other->source},
                                    .warning = true});
}

/* Filters on the whole text, blanks and all. */
static void same_text(Reader *rd, Query *q, FieldRole role, Str text)
{
    const Field *f = fact(q->reg, role);
    Filter filter = {.field = f, .op = str_empty(text) ? FILTER_EMPTY : FILTER_EQ};
    if (!f || f->class_)
        return;
    *ARENA_PUSH(rd->arena, filter.values) = text;
    *ARENA_PUSH(rd->arena, q->filters) = filter;
}

/* Figures on file of the same series, dimension, place and source. */
static Err read_alike(Reader *rd, const Register *reg, const Figure *f, Figures *ret)
{
    Collect c = {.arena = rd->arena, .into = ret};
    Query q = query_new(reg);
    *ret = (Figures){0};
    same_text(rd, &q, FIELD_ROLE_FIGURE_SERIES, f->series);
    same_text(rd, &q, FIELD_ROLE_FIGURE_DIMENSION, f->dimension);
    same_text(rd, &q, FIELD_ROLE_FIGURE_PLACE, f->place);
    same_text(rd, &q, FIELD_ROLE_FIGURE_SOURCE, f->source);
    return query_each(rd, &q, collect, &c);
}

/* The same among what the batch will make: a file that names a figure twice. */
static void read_batch(Reader *rd, const Register *reg, const Batch *b, const Figure *f,
                       Figures *ret)
{
    const Field *dimension = fact(reg, FIELD_ROLE_FIGURE_DIMENSION);
    for (size_t i = 0; i < b->n; i++) {
        const Change *c = b->items[i];
        Source s = {.arena = rd->arena, .reg = reg, .change = c};
        if (c->reg != reg || c->kind != CHANGE_CREATE ||
            (dimension && !str_eq(c->vals[dimension->index], f->dimension)))
            continue;
        *ARENA_PUSH(rd->arena, *ret) = figure_from(&s);
    }
}

Err figures_advise(Reader *rd, const Batch *b, const Change *c, const Record *before,
                   Problems *problems)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_FIGURE);
    const Subject *s = rd->actor->subject;
    Source mine = {.arena = rd->arena, .reg = reg, .rec = before, .change = c};
    Figures others;
    if (!reg || c->reg != reg || s->system || !speaks_of(reg, c) ||
        !policy_scopes(s, VERB_LIST, reg->rights))
        return ERR_OK;
    Figure f = figure_from(&mine);
    TRY(read_alike(rd, reg, &f, &others));
    read_batch(rd, reg, b, &f, &others);
    for (size_t i = 0; i < others.n; i++)
        if (!str_eq(others.items[i].uid, f.uid) && figure_overlaps(&f, &others.items[i])) {
            warn(rd, reg, &others.items[i], problems);
            return ERR_OK; /* one is enough to look */
        }
    return ERR_OK;
}
