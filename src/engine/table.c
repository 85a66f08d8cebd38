#include "engine/table.h"

#include "model/env.h"

#include <stdlib.h>
#include <string.h>

enum { SHOW_ALL_MAX = 12 }; /* lists up to this length show every code, longer ones what occurs */

int audience_k(Audience a)
{
    static const int k[] = {
        [AUDIENCE_INTERNAL] = 0, [AUDIENCE_TASK_FORCE] = 5, [AUDIENCE_PUBLIC] = 10};
    return k[a];
}

bool audience_of(Str word, Audience *ret)
{
    static const char *const words[] = {"internal", "task-force", "public"};
    for (int i = 0; i < 3; i++)
        if (str_is(word, words[i])) {
            *ret = (Audience)i;
            return true;
        }
    return false;
}

Msg audience_msg(Audience a)
{
    static const Msg of[] = {[AUDIENCE_INTERNAL] = M_AUDIENCE_INTERNAL,
                             [AUDIENCE_TASK_FORCE] = M_AUDIENCE_TASK_FORCE,
                             [AUDIENCE_PUBLIC] = M_AUDIENCE_PUBLIC};
    return of[a];
}

/* ---- dimensions ---- */

typedef struct Dim {
    Str name;
    const Field *field; /* NULL: owner or state */
    bool owner, state, none;
} Dim;

static bool dim_of(const Register *reg, Str name, Dim *ret)
{
    *ret = (Dim){.name = name, .none = str_empty(name)};
    if (ret->none)
        return true;
    for (size_t i = 0; i < reg->stats.dims.n; i++) {
        if (!str_eq(reg->stats.dims.items[i], name))
            continue;
        ret->field = reg_field(reg, name);
        ret->owner = !ret->field && str_is(name, "pemilik");
        ret->state = !ret->field && str_is(name, "status");
        return true;
    }
    return false;
}

/* Whether the dimension calls records by their headings. */
static bool dim_names(const Dim *d)
{
    return d->field && d->field->kind == FK_REF &&
           (!d->field->target || d->field->target->role != REG_ROLE_INSTITUTION);
}

Verb table_verb(const TableDef *def, Str rows, Str columns, Str parent)
{
    Dim row, column;
    bool names = dim_of(def->reg, str_empty(rows) ? def->rows : rows, &row) && dim_names(&row);
    names |= dim_of(def->reg, columns, &column) && dim_names(&column);
    return names || !str_empty(parent) ? VERB_READ : VERB_COUNT;
}

StrList table_dims(Arena *a, const TableDef *def)
{
    StrList dims = {0};
    if (def->free_dims)
        return def->reg->stats.dims;
    if (!str_empty(def->rows))
        *ARENA_PUSH(a, dims) = def->rows;
    if (!str_empty(def->columns))
        *ARENA_PUSH(a, dims) = def->columns;
    return dims;
}

Label table_dim_label(const Register *reg, Str dim)
{
    Dim d;
    if (dim_of(reg, dim, &d) && d.field)
        return d.field->label;
    Msg m = str_is(dim, "pemilik") ? M_FIELD_OWNER : M_FIELD_STATE;
    return (Label){{tr(LANG_ID, m), tr(LANG_EN, m)}};
}

/* ---- collecting ---- */

typedef struct Hit {
    Str date;
    int64_t id, person;
    Str row, column;           /* code words; several for multi-valued dimensions */
    Str row_name, column_name; /* of owners and of records referred to */
    bool apart, valued;
    int64_t value; /* in a table of sums */
} Hit;

typedef struct Collect {
    Reader *rd;
    Arena *arena;
    const Register *reg;
    Dim row, column;
    const Field *sum;
    Str parent;
    Verb verb;
    const Record *now;
    struct {
        Hit *items;
        size_t n, cap;
    } hits;
} Collect;

static Str dim_value(const Collect *c, const Dim *d, Str *ret_name)
{
    if (d->none)
        return S("*");
    if (d->owner) {
        *ret_name = c->now->owner_name;
        return str_int(c->arena, c->now->owner);
    }
    if (d->field && d->field->kind == FK_REF && !d->field->multi)
        *ret_name = c->now->vals[d->field->index].heading;
    return d->state ? c->now->state : c->now->vals[d->field->index].text;
}

static Err collect_row(void *ctx, const Record *r)
{
    Collect *c = ctx;
    Arena *a = c->arena;
    const Stats *stats = &c->reg->stats;
    RecordEnv record = {.store = c->rd->store,
                        .db = c->rd->db,
                        .keys = c->rd->keys,
                        .arena = a,
                        .reg = c->reg,
                        .rec = r};
    ExprEnv env = env_expr(&record);
    c->now = r;
    bool counts = !stats->where || expr_true(stats->where, &env);
    Hit h = {.id = r->id, .apart = stats->apart && expr_true(stats->apart, &env)};
    env_wipe(&record);
    if (!counts)
        return ERR_OK;
    h.date = str_copy(a, r->vals[stats->date->index].text);
    h.person = stats->person ? r->vals[stats->person->index].id : 0;
    h.row = str_copy(a, dim_value(c, &c->row, &h.row_name));
    h.column = str_copy(a, dim_value(c, &c->column, &h.column_name));
    h.valued = c->sum && str_i64(r->vals[c->sum->index].text, &h.value);
    h.row_name = str_copy(a, h.row_name);
    h.column_name = str_copy(a, h.column_name);
    *ARENA_PUSH(a, c->hits) = h;
    return ERR_OK;
}

static int by_date(const void *x, const void *y)
{
    const Hit *a = x, *b = y;
    int c = str_cmp(a->date, b->date);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static int by_person(const void *x, const void *y)
{
    const Hit *a = x, *b = y;
    if (a->apart != b->apart)
        return a->apart - b->apart;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    return by_date(x, y);
}

/* Keeps the first row of each person, confirmed before possible: a person confirmed in the period
 * is not counted among the possible ones as well. */
static void once_a_person(Collect *c)
{
    Hit *h = c->hits.items;
    size_t n = 0, confirmed;
    if (!c->reg->stats.person || !c->hits.n)
        return;
    qsort(h, c->hits.n, sizeof *h, by_person);
    for (size_t i = 0; i < c->hits.n; i++) {
        bool same = n && h[n - 1].apart == h[i].apart && h[n - 1].person == h[i].person;
        if (!same)
            h[n++] = h[i];
    }
    for (confirmed = 0; confirmed < n && !h[confirmed].apart;)
        confirmed++;
    size_t kept = confirmed, k = 0;
    for (size_t i = confirmed; i < n; i++) {
        while (k < confirmed && h[k].person < h[i].person)
            k++;
        if (k == confirmed || h[k].person != h[i].person)
            h[kept++] = h[i];
    }
    c->hits.n = kept;
}

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

/* Fields the table itself shows; none when it names owners, who then come with every row. */
static const bool *fields_shown(const Collect *c)
{
    bool *only = ARENA_ARRAY(c->arena, c->reg->field_count, bool);
    const Field *shown[] = {c->row.field, c->column.field, c->sum};
    if (c->row.owner || c->column.owner)
        return NULL;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (shown[i])
            only[shown[i]->index] = true;
    return only;
}

/* A period without a year is all time, with what has no date. */
static Err collect(Reader *rd, const Register *reg, Period period, Collect *c)
{
    Query q = query_new(reg);
    q.verb = c->verb;
    if (period.from.year)
        within(rd, &q, reg->stats.date, period);
    if (!str_empty(c->parent))
        query_filter(&q, rd->arena, NULL, S("induk"), FILTER_EQ, c->parent);
    c->rd = rd;
    c->arena = rd->arena;
    c->reg = reg;
    q.only = fields_shown(c);
    TRY(query_each(rd, &q, collect_row, c));
    if (!c->sum) /* every amount counts, whoever it belongs to */
        once_a_person(c);
    return ERR_OK;
}

/* ---- heads ---- */

typedef struct Heads {
    TableHead *items;
    size_t n, cap;
} Heads;

static size_t head_index(const Heads *h, Str code)
{
    for (size_t i = 0; i < h->n; i++)
        if (str_eq(h->items[i].code, code))
            return i;
    return h->n;
}

static Label both(Str text)
{
    return (Label){{text, text}};
}

static void add_head(Arena *a, Heads *h, Str code, Label label)
{
    if (head_index(h, code) == h->n)
        *ARENA_PUSH(a, *h) = (TableHead){.code = code, .label = label};
}

static Label code_both(const CodeList *list, Str code)
{
    const Code *c = code_find(list, code);
    return c ? c->label : both(code);
}

static Label dim_code_label(Arena *a, const Register *reg, const Dim *d, Str code, Str name)
{
    if (str_empty(code))
        return (Label){{tr(LANG_ID, M_NOT_STATED), tr(LANG_EN, M_NOT_STATED)}};
    if (d->none)
        return (Label){{tr(LANG_ID, M_TOTAL), tr(LANG_EN, M_TOTAL)}};
    if (d->owner || !str_empty(name))
        return both(name);
    if (d->state)
        return reg_state(reg, code) ? reg_state(reg, code)->label : both(code);
    if (d->field->kind == FK_CODE)
        return code_both(d->field->codes, code);
    Value v = {.text = code};
    return (Label){{value_show(d->field, a, LANG_ID, &v), value_show(d->field, a, LANG_EN, &v)}};
}

static int by_code(const void *x, const void *y)
{
    return str_cmp(((const TableHead *)x)->code, ((const TableHead *)y)->code);
}

static int by_label(const void *x, const void *y)
{
    return str_cmp(((const TableHead *)x)->label.text[LANG_ID],
                   ((const TableHead *)y)->label.text[LANG_ID]);
}

/* Codes in the order of their list; records by what they are called; everything else by code; the
 * unknown last. */
static Heads make_heads(Collect *c, const Dim *d, bool row)
{
    Arena *a = c->arena;
    Heads all = {0}, found = {0};
    bool unknown = false;
    const CodeList *list = d->field && d->field->kind == FK_CODE ? d->field->codes : NULL;
    for (size_t i = 0; i < c->hits.n; i++) {
        const Hit *h = &c->hits.items[i];
        Str words = row ? h->row : h->column, name = row ? h->row_name : h->column_name, w;
        unknown |= str_empty(words);
        while (str_word(&words, &w))
            add_head(a, &found, w, dim_code_label(a, c->reg, d, w, name));
    }
    CodeRows rows = list ? code_rows(list) : (CodeRows){0};
    for (size_t i = 0; i < rows.n; i++)
        if (rows.n <= SHOW_ALL_MAX || head_index(&found, rows.items[i].code) < found.n)
            add_head(a, &all, rows.items[i].code, rows.items[i].label);
    if (found.n)
        qsort(found.items, found.n, sizeof *found.items,
              d->owner || dim_names(d) ? by_label : by_code);
    for (size_t i = 0; i < found.n; i++)
        add_head(a, &all, found.items[i].code, found.items[i].label);
    if (unknown)
        add_head(a, &all, S(""), dim_code_label(a, c->reg, d, S(""), S("")));
    if (d->none && !all.n)
        add_head(a, &all, S("*"), dim_code_label(a, c->reg, d, S("*"), S("")));
    return all;
}

/* ---- counting ---- */

/* The next value of a dimension; a row without any value gives the empty code once. */
static bool next_value(Str *words, bool *started, Str *ret)
{
    bool more = str_word(words, ret);
    if (!more && !*started) {
        *ret = S("");
        more = true;
    }
    *started = true;
    return more;
}

static void add_hit(Count *c, const Hit *h)
{
    c->n++;
    c->sum += h->value;
    c->unknown += !h->valued;
}

static void count_hit(const Heads *rows, const Heads *columns, const Hit *h, Table *t)
{
    Str row_words = h->row, column_words = h->column, code;
    bool row_started = false, column_started = false;
    while (next_value(&column_words, &column_started, &code))
        add_hit(&t->column_totals[head_index(columns, code)], h);
    while (next_value(&row_words, &row_started, &code)) {
        size_t row = head_index(rows, code);
        add_hit(&t->row_totals[row], h);
        column_words = h->column;
        column_started = false;
        while (next_value(&column_words, &column_started, &code))
            add_hit(&t->cells[row * columns->n + head_index(columns, code)], h);
    }
    add_hit(&t->total, h);
}

static void mask_cell(Count *c, int k)
{
    c->masked = c->n > 0 && c->n < k;
}

static void mask(Table *t)
{
    int k = str_empty(t->ask.parent) ? audience_k(t->ask.audience) : 0;
    for (size_t i = 0; i < t->row_count * t->column_count; i++)
        mask_cell(&t->cells[i], k);
    for (size_t i = 0; i < t->row_count; i++)
        mask_cell(&t->row_totals[i], k);
    for (size_t i = 0; i < t->column_count; i++)
        mask_cell(&t->column_totals[i], k);
    mask_cell(&t->total, k);
    mask_cell(&t->apart, k);
}

static void fill(Collect *c, Table *t)
{
    Arena *a = c->arena;
    Heads rows = make_heads(c, &c->row, true), columns = make_heads(c, &c->column, false);
    t->rows = rows.items;
    t->row_count = rows.n;
    t->columns = columns.items;
    t->column_count = columns.n;
    t->cells = ARENA_ARRAY(a, rows.n * columns.n, Count);
    t->row_totals = ARENA_ARRAY(a, rows.n, Count);
    t->column_totals = ARENA_ARRAY(a, columns.n, Count);
    for (size_t i = 0; i < c->hits.n; i++) {
        if (c->hits.items[i].apart)
            add_hit(&t->apart, &c->hits.items[i]);
        else
            count_hit(&rows, &columns, &c->hits.items[i], t);
    }
    t->multi = (c->row.field && c->row.field->multi) || (c->column.field && c->column.field->multi);
    t->has_apart = c->reg->stats.apart != NULL;
    mask(t);
}

/* The most exact audience any of the subject's roles allows. */
static bool may_see(const Reader *rd, Audience asked)
{
    const Model *m = rd->store->model;
    const Subject *s = rd->actor->subject;
    if (s->system)
        return true;
    for (size_t i = 0; i < m->role_count; i++)
        if ((s->roles & (1ull << i)) && m->roles[i].audience <= (int)asked)
            return true;
    return false;
}

static void wrong(Problems *problems, Msg msg, Str what)
{
    problem_add(problems, (Problem){.msg = msg, .args = {what}});
}

/* The record a table is narrowed to must be within the reader's reach. */
static Err find_parent(Reader *rd, const TableAsk *ask, Table *ret)
{
    const Model *m = rd->store->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        Record r;
        if (!reg_accepts_parent(ask->def->reg, m->regs[i]))
            continue;
        Err e = store_get(rd, m->regs[i], ask->parent, VERB_LIST, &r);
        if (e == ERR_OK) {
            ret->parent_reg = m->regs[i];
            ret->parent_title = str_empty(r.number) ? r.heading : r.number;
            return ERR_OK;
        }
        if (e != E_NOT_FOUND && e != E_DENIED)
            return e;
    }
    return E_NOT_FOUND;
}

Err table_count(Reader *rd, const TableAsk *ask, Problems *problems, Table *ret)
{
    const Register *reg = ask->def->reg;
    Table t = {.ask = *ask, .unit = reg->stats.unit, .counted_at = clock_now()};
    Collect c = {0};
    if (str_empty(t.ask.rows))
        t.ask.rows = ask->def->rows;
    if (!t.ask.columns.ptr)
        t.ask.columns = ask->def->columns;
    if (!dim_of(reg, t.ask.rows, &c.row))
        wrong(problems, M_DIM_UNKNOWN, t.ask.rows);
    if (!dim_of(reg, t.ask.columns, &c.column))
        wrong(problems, M_DIM_UNKNOWN, t.ask.columns);
    bool narrowed = !str_empty(ask->parent);
    if ((!narrowed || !str_empty(ask->period)) && !period_parse(t.ask.period, &t.period))
        wrong(problems, M_PERIOD_BAD, t.ask.period);
    if (!narrowed && ask->audience == AUDIENCE_PUBLIC &&
        (dim_names(&c.row) || dim_names(&c.column)))
        wrong(problems, M_DIM_NAMES, STR_NONE);
    if (problems->errors)
        return E_INVALID;
    if (!narrowed && !may_see(rd, ask->audience))
        return E_DENIED;
    if (narrowed)
        TRY(find_parent(rd, ask, &t));
    c.sum = ask->def->sum;
    c.parent = ask->parent;
    c.verb = table_verb(ask->def, t.ask.rows, t.ask.columns, ask->parent);
    TRY(collect(rd, reg, t.period, &c));
    fill(&c, &t);
    t.row_title = table_dim_label(reg, t.ask.rows);
    t.column_title =
        str_empty(t.ask.columns) ? (Label){{S(""), S("")}} : table_dim_label(reg, t.ask.columns);
    *ret = t;
    return ERR_OK;
}

Err table_total(Reader *rd, const Register *reg, Str period, Audience audience, Count *ret)
{
    Collect c = {0};
    Period p;
    if (!period_parse(period, &p))
        return E_INVALID;
    if (!may_see(rd, audience))
        return E_DENIED;
    c.row.none = c.column.none = true;
    c.verb = VERB_COUNT;
    TRY(collect(rd, reg, p, &c));
    *ret = (Count){0};
    for (size_t i = 0; i < c.hits.n; i++)
        ret->n += !c.hits.items[i].apart;
    mask_cell(ret, audience_k(audience));
    return ERR_OK;
}
