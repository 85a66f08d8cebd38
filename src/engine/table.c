#include "engine/release_db.h"
#include "engine/table_collect.h"

#include <stdlib.h>

enum { SHOW_ALL_MAX = 12 }; /* lists up to this length show every code, longer ones what occurs */
enum { COUNTING_MAX = 512 * 1024 * 1024 }; /* beside the page: 50 bytes a row and table */

/* ---- dimensions ---- */

bool dim_of(const Register *reg, Str name, Dim *ret)
{
    *ret = (Dim){.name = name, .none = str_empty(name)};
    if (ret->none)
        return true;
    for (size_t i = 0; i < reg->stats.dims.n; i++) {
        if (!str_eq(reg->stats.dims.items[i], name))
            continue;
        ret->field = reg_field(reg, name);
        ret->owner = !ret->field && str_eq(name, DIM_OFFICE);
        ret->state = !ret->field && str_is(name, "status");
        return true;
    }
    return false;
}

bool dim_names(const Dim *d)
{
    return d->field && d->field->kind == FK_REF &&
           (!d->field->target || d->field->target->role != REG_ROLE_INSTITUTION);
}

bool dim_below_district(const Dim *d)
{
    return d->field && d->field->kind == FK_PLACE &&
           (d->field->level == PLACE_ANY || d->field->level > PLACE_DISTRICT);
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
    return msg_label(str_eq(dim, DIM_OFFICE) ? M_FIELD_OWNER : M_FIELD_STATE);
}

/* ---- heads ---- */

typedef ARENA_LIST(TableHead) Heads;

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
        return msg_label(M_NOT_STATED);
    if (d->none)
        return msg_label(M_TOTAL);
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

/* A dimension of one table while it is filled. */
typedef struct Axis {
    const Register *reg;
    const Dim *dim;
    const Words *words;
    const bool *used; /* words of rows that are counted */
    Heads heads;
} Axis;

/* The heads that occur, each code of a word by itself; whether some row has none. */
static bool heads_found(Arena *a, const Axis *x, Heads *found)
{
    bool unknown = false;
    for (size_t i = 0; i < x->words->met.n; i++) {
        const Word *word = &x->words->met.items[i];
        Str codes = word->text, code;
        if (!x->used[i])
            continue;
        unknown |= str_empty(codes);
        codes = str_copy(a, codes); /* the words go when the table is filled */
        Str name = str_copy(a, word->name);
        while (str_word(&codes, &code))
            add_head(a, found, code, dim_code_label(a, x->reg, x->dim, code, name));
    }
    return unknown;
}

/* Codes in the order of their list; records by what they are called; everything else by code; the
 * unknown last. */
static Heads make_heads(Arena *a, const Axis *x)
{
    Heads all = {0}, found = {0};
    const Dim *d = x->dim;
    bool unknown = heads_found(a, x, &found);
    const CodeList *list = d->field && d->field->kind == FK_CODE ? d->field->codes : NULL;
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
        add_head(a, &all, S(""), dim_code_label(a, x->reg, d, S(""), S("")));
    if (d->none && !all.n)
        add_head(a, &all, S("*"), dim_code_label(a, x->reg, d, S("*"), S("")));
    return all;
}

/* ---- counting ---- */

/* The heads that one word counts under: those of its codes, or that of the unknown. */
typedef struct Spread {
    size_t *at;
    size_t n;
} Spread;

static Spread spread_of(Arena *a, const Heads *heads, Str codes)
{
    Spread s = {.at = ARENA_ARRAY(a, codes.len / 2 + 1, size_t)};
    Str code;
    while (str_word(&codes, &code))
        s.at[s.n++] = head_index(heads, code);
    if (!s.n)
        s.at[s.n++] = head_index(heads, S(""));
    return s;
}

static Spread *spreads(Arena *a, const Axis *x)
{
    Spread *all = ARENA_ARRAY(a, x->words->met.n + 1, Spread);
    for (size_t i = 0; i < x->words->met.n; i++)
        if (x->used[i])
            all[i] = spread_of(a, &x->heads, x->words->met.items[i].text);
    return all;
}

static void add_mark(Count *c, const Mark *m)
{
    c->n++;
    c->sum += m->value;
    c->unknown += !m->valued;
}

static void count_mark(Table *t, const Spread *row, const Spread *column, const Mark *m)
{
    for (size_t k = 0; k < column->n; k++)
        add_mark(&t->column_totals[column->at[k]], m);
    for (size_t i = 0; i < row->n; i++) {
        add_mark(&t->row_totals[row->at[i]], m);
        for (size_t k = 0; k < column->n; k++)
            add_mark(&t->cells[row->at[i] * t->column_count + column->at[k]], m);
    }
    add_mark(&t->total, m);
}

static void make_room(Arena *a, Table *t)
{
    t->cells = ARENA_ARRAY(a, t->row_count * t->column_count, Count);
    t->row_totals = ARENA_ARRAY(a, t->row_count, Count);
    t->column_totals = ARENA_ARRAY(a, t->column_count, Count);
}

/* How the words of a cut's two dimensions spread over the heads of its table. */
typedef struct Spreads {
    Spread *rows, *columns;
} Spreads;

enum { ANY_OFFICE = -1 };

static const AudienceRule exact;

static void count_hits(Table *t, const Collected *c, const Hits *hits, size_t k, Spreads s,
                       int64_t office)
{
    for (size_t i = 0; i < hits->n; i++) {
        const Mark *m = collected_mark(c, &hits->items[i], k);
        if (office != ANY_OFFICE && hits->items[i].office != office)
            continue;
        if (hits->items[i].apart)
            add_mark(&t->apart, m);
        else
            count_mark(t, &s.rows[m->row], &s.columns[m->column], m);
    }
}

static void take_part(Count *c, int64_t part)
{
    if (part > c->first) {
        c->second = c->first;
        c->first = part;
    } else if (part > c->second) {
        c->second = part;
    }
}

static void empty(Table *t)
{
    for (size_t i = 0; i <= t->row_count; i++)
        for (size_t j = 0; j <= t->column_count; j++)
            *table_at(t, i, j) = (Count){0};
    t->apart = (Count){0};
}

/* Counts the hits, and where the rule asks for it what single offices have of each figure. */
static void count_all(Arena *a, Table *t, const Collected *c, const Hits *hits, size_t k, Spreads s,
                      const AudienceRule *rule)
{
    Table part = *t;
    bool asked = rule->one_office || rule->two_offices;
    count_hits(t, c, hits, k, s, ANY_OFFICE);
    if (asked)
        make_room(a, &part);
    for (size_t office = 0; asked && office < c->offices.met.n; office++) {
        empty(&part);
        count_hits(&part, c, hits, k, s, (int64_t)office);
        for (size_t i = 0; i <= t->row_count; i++)
            for (size_t j = 0; j <= t->column_count; j++)
                take_part(table_at(t, i, j), table_weight(t, table_at(&part, i, j)));
        take_part(&t->apart, table_weight(t, &part.apart));
    }
}

static void use_words(const Collected *c, const Hits *hits, size_t k, bool *rows, bool *columns)
{
    for (size_t i = 0; i < hits->n; i++) {
        const Mark *m = collected_mark(c, &hits->items[i], k);
        rows[m->row] = columns[m->column] = true;
    }
}

/* The table of each stage, under the heads of this one. What changed is no figure that is shown:
 * whose it is is not asked. */
static Table *count_stages(const Collected *c, const Cut *cut, size_t k, const Table *t, Spreads s)
{
    Table *ret = ARENA_ARRAY(c->arena, c->stages.n, Table);
    for (size_t i = 0; i < c->stages.n; i++) {
        ret[i] = *t;
        make_room(c->arena, &ret[i]);
        count_all(c->arena, &ret[i], c, stage_hits(&c->stages.items[i], cut), k, s,
                  c->stages.items[i].change ? &exact : table_rule(&t->ask));
    }
    return ret;
}

static void make_both_heads(Arena *a, const Collected *c, const Cut *cut, size_t k, Table *t,
                            Spreads *ret)
{
    const Register *reg = t->ask.def->reg;
    bool *row_used = ARENA_ARRAY(c->arena, cut->rows.met.n + 1, bool);
    bool *column_used = ARENA_ARRAY(c->arena, cut->columns.met.n + 1, bool);
    use_words(c, collected_hits(c, cut), k, row_used, column_used);
    for (size_t i = 0; i < c->stages.n; i++)
        use_words(c, stage_hits(&c->stages.items[i], cut), k, row_used, column_used);
    Axis rows = {reg, &cut->row, &cut->rows, row_used, {0}};
    Axis columns = {reg, &cut->column, &cut->columns, column_used, {0}};
    rows.heads = make_heads(a, &rows);
    columns.heads = make_heads(a, &columns);
    t->rows = rows.heads.items;
    t->row_count = rows.heads.n;
    t->columns = columns.heads.items;
    t->column_count = columns.heads.n;
    *ret = (Spreads){spreads(c->arena, &rows), spreads(c->arena, &columns)};
}

/* Table number `k` of those that were collected in one walk. The table lies in `a`. */
static void fill(Arena *a, const Collected *c, const Cut *cut, size_t k, Table *t)
{
    const Register *reg = t->ask.def->reg;
    Spreads s;
    make_both_heads(a, c, cut, k, t, &s);
    Table *stages = count_stages(c, cut, k, t, s);
    make_room(a, t);
    count_all(c->arena, t, c, collected_hits(c, cut), k, s,
              c->stages.n ? &exact : table_rule(&t->ask));
    t->multi = (cut->row.field && cut->row.field->multi) ||
               (cut->column.field && cut->column.field->multi);
    t->has_apart = reg->stats.apart != NULL;
    for (size_t i = 0; reg->stats.person && !cut->sum && i < c->rows.n; i++)
        t->records += !c->rows.items[i].apart;
    table_mask(t, c->stages.n ? stages : t, c->stages.n ? c->stages.n : 1);
}

bool table_period_fits(Str period, Audience audience)
{
    return audience == AUDIENCE_INTERNAL || str_contains(period, S("-S"));
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

/* ---- tables asked for ---- */

/* A table that was judged, and how it looks at its register. */
typedef struct Planned {
    Table table;
    Cut cut;
    Verb verb;
    bool counted, frozen;
} Planned;

static Err judge(Reader *rd, const TableAsk *ask, Problems *problems, Planned *ret)
{
    const Register *reg = ask->def->reg;
    Planned p = {.table = {.ask = *ask, .unit = reg->stats.unit, .counted_at = clock_now()},
                 .cut = {.sum = ask->def->sum}};
    TableAsk *own = &p.table.ask;
    if (str_empty(own->rows))
        own->rows = ask->def->rows;
    if (!own->columns.ptr)
        own->columns = ask->def->columns;
    if (!dim_of(reg, own->rows, &p.cut.row))
        problem_at(problems, STR_NONE, M_DIM_UNKNOWN, own->rows);
    if (!dim_of(reg, own->columns, &p.cut.column))
        problem_at(problems, STR_NONE, M_DIM_UNKNOWN, own->columns);
    bool narrowed = !str_empty(ask->parent);
    if ((!narrowed || !str_empty(ask->period)) && !period_parse(ask->period, &p.table.period))
        problem_at(problems, STR_NONE, M_PERIOD_BAD, ask->period);
    if (!narrowed && ask->audience == AUDIENCE_PUBLIC &&
        (dim_names(&p.cut.row) || dim_names(&p.cut.column)))
        problem_at(problems, STR_NONE, M_DIM_NAMES, STR_NONE);
    if (!narrowed && ask->audience == AUDIENCE_PUBLIC &&
        (dim_below_district(&p.cut.row) || dim_below_district(&p.cut.column)))
        problem_at(problems, STR_NONE, M_DIM_PLACE, STR_NONE);
    if (!narrowed && !table_period_fits(ask->period, ask->audience))
        problem_at(problems, STR_NONE, M_PERIOD_HALF, STR_NONE);
    if (problems->errors)
        return E_INVALID;
    if (!narrowed && !audience_may(rd->store->model, rd->actor->subject,
                                   ask->preview ? AUDIENCE_INTERNAL : ask->audience))
        return E_DENIED;
    if (narrowed)
        TRY(find_parent(rd, ask, &p.table));
    p.verb = table_verb(ask->def, own->rows, own->columns, ask->parent);
    p.frozen = !narrowed && !ask->preview && p.verb == VERB_COUNT &&
               release_needed(rd->store->model, ask->audience);
    p.table.row_title = table_dim_label(reg, own->rows);
    *ret = p;
    return ERR_OK;
}

/* Whether one walk serves both. */
static bool same_walk(const Planned *x, const Planned *y)
{
    const TableAsk *a = &x->table.ask, *b = &y->table.ask;
    return a->def->reg == b->def->reg && x->verb == y->verb && x->frozen == y->frozen &&
           a->audience == b->audience && str_eq(a->period, b->period) &&
           str_eq(a->parent, b->parent);
}

/* Releases that were read: the tables of one question ask for one half-year. */
typedef struct Read {
    Str period;
    Audience audience;
    Releases all;
} Read;

static Err read_releases(Reader *rd, const TableAsk *ask, Read *read)
{
    if (str_eq(read->period, ask->period) && read->audience == ask->audience)
        return ERR_OK;
    read->period = ask->period;
    read->audience = ask->audience;
    return releases_read(rd, rd->arena, ask->period, ask->audience, &read->all);
}

static Err thaw(Arena *a, const Register *reg, const Releases *from, Cut *cut, size_t cuts,
                Collected *ret)
{
    StrList texts = {0};
    for (size_t i = 0; i < from->n; i++)
        *ARENA_PUSH(a, texts) = from->items[i].text;
    return table_thaw(a, reg, &texts, cut, cuts, ret);
}

/* Counts the first of `n` planned tables, and every other that the same walk serves: of what lies
 * in the releases, if given, else of the records. */
static Err count_walk(Reader *rd, Arena *a, Planned *planned, size_t n, const Releases *from)
{
    size_t *which = ARENA_ARRAY(a, n, size_t), cuts = 0;
    Cut *cut = ARENA_ARRAY(a, n, Cut);
    Collected c;
    CollectAsk ask = {.reg = planned->table.ask.def->reg,
                      .verb = planned->verb,
                      .period = planned->table.period,
                      .parent = planned->table.ask.parent};
    for (size_t i = 0; i < n; i++) {
        if (planned[i].counted || !same_walk(planned, &planned[i]))
            continue;
        planned[i].counted = true;
        which[cuts] = i;
        cut[cuts++] = planned[i].cut;
    }
    if (from)
        TRY(thaw(a, ask.reg, from, cut, cuts, &c));
    else
        TRY(table_collect(rd, a, &ask, cut, cuts, &c));
    for (size_t k = 0; k < cuts; k++)
        fill(rd->arena, &c, &cut[k], k, &planned[which[k]].table);
    return arena_over(a) ? E_TOO_LARGE : ERR_OK;
}

/* Says of a walk that found nothing released why. */
static Err count_released(Reader *rd, Arena *a, Planned *planned, size_t n, Read *read,
                          Problems *problems)
{
    const TableAsk *ask = &planned->table.ask;
    TRY(read_releases(rd, ask, read));
    const Release *newest = read->all.n ? &read->all.items[read->all.n - 1] : NULL;
    Err e = newest ? count_walk(rd, a, planned, n, &read->all) : E_NOT_FOUND;
    if (e == E_NOT_FOUND) {
        problem_at(problems, STR_NONE, newest ? M_TABLE_NOT_IN_RELEASE : M_TABLE_NOT_RELEASED,
                   ask->period);
        return E_INVALID;
    }
    for (size_t i = 0; e == ERR_OK && i < n; i++)
        if (same_walk(planned, &planned[i])) {
            planned[i].table.release = newest;
            planned[i].table.counted_at = newest->at;
        }
    return e;
}

Err table_count_set(Reader *rd, const TableAsk *asks, size_t n, Problems *problems, Table *ret)
{
    Planned *planned = ARENA_ARRAY(rd->arena, n, Planned);
    Read read = {0};
    for (size_t i = 0; i < n; i++)
        TRY(judge(rd, &asks[i], problems, &planned[i]));
    for (size_t i = 0; i < n; i++) {
        if (planned[i].counted)
            continue;
        Arena *a = arena_new(COUNTING_MAX);
        Err e = planned[i].frozen ? count_released(rd, a, planned + i, n - i, &read, problems)
                                  : count_walk(rd, a, planned + i, n - i, NULL);
        arena_free(a);
        TRY(e);
    }
    for (size_t i = 0; i < n; i++)
        ret[i] = planned[i].table;
    return ERR_OK;
}

Err table_count(Reader *rd, const TableAsk *ask, Problems *problems, Table *ret)
{
    return table_count_set(rd, ask, 1, problems, ret);
}

Err table_total(Reader *rd, const Register *reg, Str period, Audience audience, Count *ret)
{
    const TableDef def = {.reg = reg};
    Problems problems = {.arena = rd->arena};
    TableAsk ask = {.def = &def, .period = period, .audience = audience};
    Table t = {0};
    Err e = table_count(rd, &ask, &problems, &t);
    *ret = t.total;
    return e;
}
