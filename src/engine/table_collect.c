#include "engine/table_collect.h"

#include "engine/candidate_db.h"
#include "model/env.h"

enum { FRESH_EVERY = 4096, SCRATCH_MAX = 64 * 1024 * 1024, WORDS_FIRST = 64 };

/* ---- words ---- */

static uint64_t hash(Str s)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static uint32_t *place_of(const Words *w, Str text)
{
    size_t at = hash(text) & (w->room - 1);
    while (w->slots[at] && !str_eq(w->met.items[w->slots[at] - 1].text, text))
        at = (at + 1) & (w->room - 1);
    return &w->slots[at];
}

static void make_room(Arena *a, Words *w)
{
    if (w->met.n * 2 < w->room)
        return;
    w->room = w->room ? w->room * 4 : WORDS_FIRST;
    w->slots = ARENA_ARRAY(a, w->room, uint32_t);
    for (size_t i = 0; i < w->met.n; i++)
        *place_of(w, w->met.items[i].text) = (uint32_t)i + 1;
}

static uint32_t number_of(Arena *a, Words *w, Str text, Str name)
{
    make_room(a, w);
    uint32_t *place = place_of(w, text);
    if (!*place) {
        *ARENA_PUSH(a, w->met) = (Word){str_copy(a, text), str_copy(a, name)};
        *place = (uint32_t)w->met.n;
    }
    return *place - 1;
}

/* ---- rows ---- */

typedef struct Walk {
    Collected *to;
    const Stats *stats;
    Cut *cuts;
    RecordEnv record, fresh; /* of the row, and as every row begins */
    ExprEnv env;
    Arena *scratch; /* of conditions, renewed now and then */
    size_t seen;
} Walk;

static void renew(Walk *w)
{
    if (w->seen++ % FRESH_EVERY)
        return;
    arena_free(w->scratch);
    w->scratch = w->fresh.arena = w->env.arena = arena_new(SCRATCH_MAX);
}

static Str dim_value(const Walk *w, const Dim *d, const Record *r, Str *ret_name)
{
    *ret_name = S("");
    if (d->none)
        return S("*");
    if (d->owner) {
        *ret_name = r->owner_name;
        return str_int(w->scratch, r->owner);
    }
    if (d->field && d->field->kind == FK_REF && !d->field->multi)
        *ret_name = r->vals[d->field->index].heading;
    return d->state ? r->state : r->vals[d->field->index].text;
}

void collected_put(Collected *c, Cut *cut, Str row, Str row_name, Str column, Str column_name,
                   Str value)
{
    Mark m = {.row = number_of(c->arena, &cut->rows, row, row_name),
              .column = number_of(c->arena, &cut->columns, column, column_name)};
    m.valued = cut->sum && str_i64(value, &m.value);
    *ARENA_PUSH(c->arena, c->marks) = m;
}

uint32_t collected_office(Collected *c, Str id)
{
    return number_of(c->arena, &c->offices, id, S(""));
}

static void put_mark(const Walk *w, Cut *cut, const Record *r)
{
    Str row_name, column_name;
    Str row = dim_value(w, &cut->row, r, &row_name),
        column = dim_value(w, &cut->column, r, &column_name);
    collected_put(w->to, cut, row, row_name, column, column_name,
                  cut->sum ? r->vals[cut->sum->index].text : STR_NONE);
}

static Err take_row(void *ctx, const Record *r)
{
    Walk *w = ctx;
    Collected *to = w->to;
    renew(w);
    w->record = w->fresh;
    w->record.rec = r;
    bool counts = !w->stats->where || expr_true(w->stats->where, &w->env);
    Hit h = {.id = r->id,
             .at = (uint32_t)to->rows.n,
             .office = collected_office(to, str_int(w->scratch, r->owner)),
             .apart = counts && w->stats->apart && expr_true(w->stats->apart, &w->env)};
    env_wipe(&w->record);
    if (!counts)
        return ERR_OK;
    if (w->stats->person) {
        h.person = r->vals[w->stats->person->index].id;
        h.date = number_of(to->arena, &to->dates, r->vals[w->stats->date->index].text, S(""));
    }
    *ARENA_PUSH(to->arena, to->rows) = h;
    for (size_t k = 0; k < to->cuts; k++)
        put_mark(w, &w->cuts[k], r);
    return ERR_OK;
}

/* ---- persons ---- */

/* A person confirmed in the period is not counted among the possible ones as well. */
static bool counts_before(const Collected *c, const Hit *x, const Hit *y)
{
    if (x->apart != y->apart)
        return !x->apart;
    int by_date = str_cmp(c->dates.met.items[x->date].text, c->dates.met.items[y->date].text);
    return by_date ? by_date < 0 : x->id < y->id;
}

static void once_a_person(Collected *c)
{
    size_t room = WORDS_FIRST;
    while (room < c->rows.n * 2)
        room *= 2;
    uint32_t *slots = ARENA_ARRAY(c->arena, room, uint32_t);
    for (size_t i = 0; i < c->rows.n; i++) {
        const Hit *h = &c->rows.items[i];
        size_t at = ((uint64_t)h->person * 11400714819323198485u >> 32) & (room - 1);
        while (slots[at] && c->persons.items[slots[at] - 1].person != h->person)
            at = (at + 1) & (room - 1);
        if (!slots[at]) {
            *ARENA_PUSH(c->arena, c->persons) = *h;
            slots[at] = (uint32_t)c->persons.n;
        } else if (counts_before(c, h, &c->persons.items[slots[at] - 1])) {
            c->persons.items[slots[at] - 1] = *h;
        }
    }
}

/* ---- the walk ---- */

static void within(Reader *rd, Query *q, const Field *date, Period period)
{
    bool instant = date->kind == FK_INSTANT;
    Str from = instant ? str_int(rd->arena, clock_instant(period.from, 0))
                       : date_iso(rd->arena, period.from);
    Str to = instant ? str_int(rd->arena, clock_instant(date_add_days(period.to, 1), 0) - 1)
                     : date_iso(rd->arena, period.to);
    query_filter(q, rd->arena, date, STR_NONE, FILTER_FROM, from);
    query_filter(q, rd->arena, date, STR_NONE, FILTER_TO, to);
}

/* Fields the tables show; none when one names owners, who then come with every row. */
static const bool *fields_shown(Arena *a, const Register *reg, const Cut *cuts, size_t n)
{
    bool *only = ARENA_ARRAY(a, reg->field_count, bool);
    for (size_t k = 0; k < n; k++) {
        const Field *shown[] = {cuts[k].row.field, cuts[k].column.field, cuts[k].sum};
        if (cuts[k].row.owner || cuts[k].column.owner)
            return NULL;
        for (size_t i = 0; i < COUNT(shown); i++)
            if (shown[i])
                only[shown[i]->index] = true;
    }
    return only;
}

Err table_collect(Reader *rd, Arena *a, const CollectAsk *ask, Cut *cuts, size_t n, Collected *ret)
{
    Collected c = {.arena = a, .cuts = n};
    Query q = query_new(ask->reg);
    Walk w = {.to = &c, .stats = &ask->reg->stats, .cuts = cuts};
    w.fresh = (RecordEnv){.store = rd->store, .db = rd->db, .keys = rd->keys, .reg = ask->reg};
    w.env = env_expr(&w.record);
    q.verb = ask->verb;
    if (ask->period.from.year)
        within(rd, &q, ask->reg->stats.date, ask->period);
    if (!str_empty(ask->parent))
        query_filter(&q, rd->arena, NULL, S("induk"), FILTER_EQ, ask->parent);
    q.only = fields_shown(a, ask->reg, cuts, n);
    Err e = query_each(rd, &q, take_row, &w);
    arena_free(w.scratch);
    TRY(e);
    if (ask->reg->stats.person) {
        MergedPersons merged;
        TRY(merged_persons(rd->db, a, rd->store->model, &merged));
        for (size_t i = 0; i < c.rows.n; i++)
            c.rows.items[i].person = merged_root(&merged, c.rows.items[i].person);
        once_a_person(&c);
    } else {
        c.persons = c.rows;
    }
    *ret = c;
    return ERR_OK;
}

const Hits *collected_hits(const Collected *c, const Cut *cut)
{
    return cut->sum ? &c->rows : &c->persons;
}

const Hits *stage_hits(const Stage *s, const Cut *cut)
{
    return cut->sum ? &s->rows : &s->persons;
}

const Mark *collected_mark(const Collected *c, const Hit *h, size_t k)
{
    return &c->marks.items[h->at * c->cuts + k];
}
