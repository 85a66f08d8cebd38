#include "model/query.h"

#include "base/utf8.h"
#include "guard/reach.h"
#include "model/expr.h"
#include "model/plan.h"
#include "model/row.h"

enum { COUNT_CAP = 201, EACH_PAGE = 1000 };
/* What one question may hold: the database takes expressions of a bounded depth only. */
enum { SEARCH_WORDS_MAX = 16, VALUES_MAX = 200, FILTERS_MAX = 64 };
/* Of more principals than this each record is asked instead of each principal walked. */
enum { WALKS_MAX = 12 };

Query query_new(const Register *reg)
{
    return (Query){.reg = reg, .limit = 50, .descending = true, .verb = VERB_LIST};
}

void query_filter(Query *q, Arena *a, const Field *f, Str name, FilterOp op, Str values)
{
    Filter filter = {.field = f, .name = name, .op = op};
    Str word;
    while (str_word(&values, &word))
        *ARENA_PUSH(a, filter.values) = word;
    *ARENA_PUSH(a, q->filters) = filter;
}

/* ---- building ---- */

/* A SELECT in the making: its text, and the texts and numbers to bind to ":b0", ":b1", .. */
typedef struct Built {
    Buf sql;
    Arena *arena;
    struct {
        struct Bind {
            Str text;
            int64_t number;
            bool is_number;
        } * items;
        size_t n, cap;
    } binds;
    unsigned scopes;
    size_t walks; /* of principals; 0: each record is asked */
} Built;

/* Rows in order of their ids, beyond one of them, as many as are asked for. */
typedef struct Stretch {
    bool descending, beyond;
    int64_t past; /* with `beyond` */
    int limit;    /* 0: all there are */
} Stretch;

static void put_text(Built *b, Str text)
{
    buf_printf(&b->sql, ":b%zu", b->binds.n);
    *ARENA_PUSH(b->arena, b->binds) = (struct Bind){.text = text};
}

static void put_number(Built *b, int64_t n)
{
    buf_printf(&b->sql, ":b%zu", b->binds.n);
    *ARENA_PUSH(b->arena, b->binds) = (struct Bind){.number = n, .is_number = true};
}

static bool is_numeric(const Field *f)
{
    return f->kind == FK_NUMBER || f->kind == FK_INSTANT;
}

/* A filter value as it is stored: refs are ids. */
static void put_value(Reader *rd, Built *b, const Field *f, Str v)
{
    const Register *reg;
    int64_t n = 0;
    if (f->kind == FK_REF) {
        if (row_resolve(rd->db, f, v, &reg, &n) != ERR_OK)
            n = -1;
        put_number(b, n);
    } else if (is_numeric(f) && str_i64(v, &n)) {
        put_number(b, n);
    } else {
        put_text(b, v);
    }
}

static void put_in(Reader *rd, Built *b, const Field *f, const StrList *values)
{
    buf_lit(&b->sql, " IN (");
    for (size_t i = 0; i < values->n; i++) {
        if (i)
            buf_char(&b->sql, ',');
        put_value(rd, b, f, values->items[i]);
    }
    buf_char(&b->sql, ')');
}

/* A reference to a tag is the id together with its register: ids of two registers may be equal. */
static void put_tagged(Reader *rd, Built *b, const Field *f, const char *column,
                       const char *column_reg, const StrList *values)
{
    buf_lit(&b->sql, "(");
    for (size_t i = 0; i < values->n; i++) {
        const Register *reg = NULL;
        int64_t id = -1;
        Err e = row_resolve(rd->db, f, values->items[i], &reg, &id);
        buf_printf(&b->sql, "%s(%s=", i ? " OR " : "", column);
        put_number(b, e == ERR_OK ? id : -1);
        buf_printf(&b->sql, " AND %s=", column_reg);
        put_text(b, e == ERR_OK ? reg->name : S(""));
        buf_lit(&b->sql, ")");
    }
    buf_lit(&b->sql, ")");
}

/* The place itself and everything below: "53.03" and "53.03.%". */
static void put_under(Built *b, const char *column, const StrList *values)
{
    buf_lit(&b->sql, "(");
    for (size_t i = 0; i < values->n; i++) {
        if (i)
            buf_lit(&b->sql, " OR ");
        buf_printf(&b->sql, "%s=", column);
        put_text(b, values->items[i]);
        buf_printf(&b->sql, " OR %s LIKE ", column);
        put_text(b, str_printf(b->arena, "%.*s.%%", STR_ARG(values->items[i])));
    }
    buf_lit(&b->sql, ")");
}

/* A stored partial date counts as its first day, as everywhere; its year narrows by the index. */
static void put_from(Reader *rd, Built *b, const Field *f, const char *column, Str first)
{
    if (f->kind != FK_DATE) {
        buf_printf(&b->sql, "%s>=", column);
        put_value(rd, b, f, first);
        return;
    }
    buf_printf(&b->sql, "%s>=", column);
    put_text(b, str_head(first, 4));
    buf_printf(&b->sql, " AND substr(%s||'-01-01',1,10)>=", column);
    put_text(b, first);
}

static void put_condition(Reader *rd, Built *b, const Filter *f, const char *column,
                          const char *column_reg)
{
    Str first = f->values.n ? f->values.items[0] : S("");
    switch (f->op) {
    case FILTER_EQ:
    case FILTER_IN:
        if (f->field->kind == FK_REF && f->field->tag.ptr) {
            put_tagged(rd, b, f->field, column, column_reg, &f->values);
            return;
        }
        buf_put(&b->sql, str_of(column));
        put_in(rd, b, f->field, &f->values);
        return;
    case FILTER_UNDER:
        put_under(b, column, &f->values);
        return;
    case FILTER_FROM:
        put_from(rd, b, f->field, column, first);
        return;
    case FILTER_TO: /* a partial upper bound takes its whole year or month in */
        buf_printf(&b->sql, "%s<=", column);
        put_value(rd, b, f->field,
                  is_numeric(f->field) ? first : str_printf(b->arena, "%.*s~", STR_ARG(first)));
        return;
    case FILTER_EMPTY:
        buf_printf(&b->sql, "%s IS NULL", column);
        return;
    }
}

static void put_field_filter(Reader *rd, Built *b, const Filter *f)
{
    Arena *a = b->arena;
    if (field_storage(f->field) == STORE_COLUMN) {
        const char *column = str_printf(a, "r.%.*s", STR_ARG(f->field->name)).ptr;
        put_condition(rd, b, f, column, str_printf(a, "%s__reg", column).ptr);
        return;
    }
    Str table = field_link_table(a, f->field);
    if (f->op == FILTER_EMPTY) {
        buf_printf(&b->sql, "NOT EXISTS (SELECT 1 FROM %.*s l WHERE l.rec=r.id)", STR_ARG(table));
        return;
    }
    buf_printf(&b->sql, "r.id IN (SELECT l.rec FROM %.*s l WHERE ", STR_ARG(table));
    put_condition(rd, b, f, "l.val", "l.reg");
    buf_lit(&b->sql, ")");
}

/* Records that refer to the uid by any of their fields. */
static void put_refers(Reader *rd, Built *b, const Query *q)
{
    buf_lit(&b->sql, " AND (1=0");
    for (size_t i = 0; i < q->reg->field_count; i++) {
        const Field *f = q->reg->fields[i];
        Filter filter = {.field = f, .op = FILTER_EQ};
        if (f->kind != FK_REF || f->class_ || !field_accepts(f, q->refers_to_reg))
            continue;
        *ARENA_PUSH(b->arena, filter.values) = q->refers_to;
        buf_lit(&b->sql, " OR ");
        put_field_filter(rd, b, &filter);
    }
    buf_lit(&b->sql, ")");
}

static void put_texts(Built *b, const StrList *values)
{
    buf_lit(&b->sql, " IN (");
    for (size_t i = 0; i < values->n; i++) {
        if (i)
            buf_char(&b->sql, ',');
        put_text(b, values->items[i]);
    }
    buf_char(&b->sql, ')');
}

static void put_parent_is(Built *b, const Record *parent)
{
    buf_lit(&b->sql, " AND r.induk=");
    put_number(b, parent->id);
    buf_lit(&b->sql, " AND r.induk_reg=");
    put_text(b, parent->reg->name);
}

/* Owner and parent are given by uid, state and number by their text. */
static void put_system_filter(Reader *rd, Built *b, const Register *reg, const Filter *f)
{
    Str first = f->values.n ? f->values.items[0] : S("");
    const Register *inst = role_reg(reg->model, REG_ROLE_INSTITUTION);
    int64_t id = -1;
    if (str_is(f->name, "pemilik")) {
        Err e = inst ? row_id(rd->db, inst, first, &id) : E_NOT_FOUND;
        buf_lit(&b->sql, " AND r.pemilik=");
        put_number(b, e == ERR_OK ? id : -1);
    } else if (str_is(f->name, "induk")) {
        const Register *parent = NULL;
        for (size_t i = 0; i < reg->model->reg_count && !parent; i++)
            if (reg_accepts_parent(reg, reg->model->regs[i]) &&
                row_id(rd->db, reg->model->regs[i], first, &id) == ERR_OK)
                parent = reg->model->regs[i];
        buf_lit(&b->sql, " AND r.induk=");
        put_number(b, parent ? id : -1);
        buf_lit(&b->sql, " AND r.induk_reg=");
        put_text(b, parent ? parent->name : S(""));
    } else if (str_is(f->name, "status") || str_is(f->name, "nomor")) {
        buf_printf(&b->sql, " AND r.%.*s", STR_ARG(f->name));
        put_texts(b, &f->values);
    }
}

static void put_search(Built *b, Str text)
{
    Str folded = utf8_fold(b->arena, text), word;
    for (int n = 0; n < SEARCH_WORDS_MAX && str_word(&folded, &word); n++) {
        buf_lit(&b->sql, " AND r.cari LIKE ");
        Buf like = buf_new(b->arena, word.len + 8);
        buf_char(&like, '%');
        for (size_t i = 0; i < word.len; i++) {
            if (word.ptr[i] == '%' || word.ptr[i] == '_' || word.ptr[i] == '\\')
                buf_char(&like, '\\');
            buf_char(&like, word.ptr[i]);
        }
        buf_char(&like, '%');
        put_text(b, buf_str(&like));
        buf_lit(&b->sql, " ESCAPE '\\'");
    }
}

static void put_lookup(Reader *rd, Built *b, const Query *q)
{
    const Field *f = q->lookup_field;
    Arena *a = b->arena;
    Problems ignored = {.arena = a}; /* what is no value of the field is found nowhere */
    Str typed = q->lookup;
    (void)value_parse(f, a, q->lookup, clock_today(), &typed, &ignored);
    Str normal = value_normalise(f, a, typed);
    buf_lit(&b->sql, " AND r.id IN (SELECT rec FROM sidik WHERE field=");
    put_text(b, str_printf(a, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(f->name)));
    buf_lit(&b->sql, " AND hash=");
    put_text(b, blind_index(rd->store->in->keyring, a, f->reg->name, f->name, normal));
    buf_lit(&b->sql, ")");
}

static bool too_many(const Query *q)
{
    size_t values = 0;
    for (size_t i = 0; i < q->filters.n; i++)
        values += q->filters.items[i].values.n;
    return q->filters.n > FILTERS_MAX || values > VALUES_MAX;
}

/* " AND .." with filters and search: what holds for a record whoever asks. */
static void put_conditions(Reader *rd, const Query *q, Built *b)
{
    if (!q->include_void)
        buf_lit(&b->sql, " AND r.batal=0");
    for (size_t i = 0; i < q->filters.n; i++) {
        const Filter *f = &q->filters.items[i];
        if (f->field) {
            buf_lit(&b->sql, " AND ");
            put_field_filter(rd, b, f);
        } else
            put_system_filter(rd, b, q->reg, f);
    }
    if (q->parent)
        put_parent_is(b, q->parent);
    if (q->refers_to_reg)
        put_refers(rd, b, q);
    if (!str_empty(q->text))
        put_search(b, q->text);
    if (q->lookup_field && !str_empty(q->lookup))
        put_lookup(rd, b, q);
}

/* Whether a condition leaves so few records that each is better asked for its reach. */
static bool is_narrow(const Query *q)
{
    bool narrow = q->parent || q->refers_to_reg || (q->lookup_field && !str_empty(q->lookup));
    for (size_t i = 0; i < q->filters.n; i++) {
        const Filter *f = &q->filters.items[i];
        narrow |= f->field ? f->field->kind == FK_REF && f->op == FILTER_IN
                           : str_is(f->name, "induk") || str_is(f->name, "nomor");
    }
    return narrow;
}

static void put_beyond(Built *b, const char *id, Stretch w)
{
    if (!w.beyond)
        return;
    buf_printf(&b->sql, " AND %s%s", id, w.descending ? "<" : ">");
    put_number(b, w.past);
}

/* The ids in reach that meet the conditions: the walks of all principals, merged in order. */
static void put_walks(const Query *q, const Subject *s, Built *b, Str conditions, Stretch w)
{
    buf_lit(&b->sql, " WHERE r.id IN (");
    for (size_t i = 0; i < b->walks; i++) {
        if (i)
            buf_lit(&b->sql, " UNION ");
        reach_walk(&b->sql, q->reg->name, "r", i, b->scopes, s);
        buf_put(&b->sql, conditions);
        put_beyond(b, "w.rec", w);
    }
    if (w.limit)
        buf_printf(&b->sql, " ORDER BY 1 %s LIMIT %d", w.descending ? "DESC" : "ASC", w.limit);
    buf_char(&b->sql, ')');
}

/* Whether to walk what the principals reach, or to ask each record that meets the conditions.
 * Walking a large set for few hits costs as much as the set; asking costs as much as the register.
 */
static Err choose_way(Reader *rd, const Query *q, bool in_order, Built *b)
{
    const Subject *s = rd->actor->subject;
    bool wide = false, filtered = q->filters.n || !str_empty(q->text) || !in_order;
    b->walks = reach_walks(b->scopes, s);
    if (b->walks > WALKS_MAX || is_narrow(q))
        b->walks = 0;
    if (b->walks && filtered)
        TRY(reach_is_wide(rd->db, rd->arena, q->reg->name, b->scopes, s, &wide));
    if (wide)
        b->walks = 0;
    return ERR_OK;
}

/* Decides what the subject may see of it; refuses before any row is touched. */
static Err built_begin(Reader *rd, const Query *q, bool in_order, Built *ret)
{
    const Subject *s = rd->actor->subject;
    Built b = {.sql = buf_new(rd->arena, 2048), .arena = rd->arena};
    b.scopes = s->system ? SCOPE_BIT(SCOPE_ALL) : policy_scopes(s, q->verb, q->reg->rights);
    const Field *asked = str_empty(q->lookup) ? NULL : q->lookup_field;
    if (asked && asked->class_) /* to find by a protected value is to learn it */
        b.scopes &= policy_class_scopes(s, q->verb, q->reg->rights, CLASS_BIT(asked->class_));
    if (!b.scopes)
        return E_DENIED;
    if (too_many(q))
        return E_TOO_LARGE;
    TRY(choose_way(rd, q, in_order, &b));
    *ret = b;
    return ERR_OK;
}

/* " WHERE .." with scope, filters and search. Every SELECT on a register passes here. */
static void put_where(Reader *rd, const Query *q, Built *b, Stretch w)
{
    const Subject *s = rd->actor->subject;
    Buf before = b->sql;
    b->sql = buf_new(b->arena, 512);
    put_conditions(rd, q, b);
    Str conditions = buf_str(&b->sql);
    b->sql = before;
    if (b->walks) {
        put_walks(q, s, b, conditions, w);
        return;
    }
    buf_lit(&b->sql, " WHERE 1=1");
    buf_put(&b->sql, conditions);
    reach_predicate(&b->sql, q->reg->name, "r", b->scopes, s);
    put_beyond(b, "r.id", w);
}

static void bind_all(Reader *rd, const Built *b, Stmt *st)
{
    for (size_t i = 0; i < b->binds.n; i++) {
        const char *name = str_printf(b->arena, ":b%zu", i).ptr;
        if (b->binds.items[i].is_number)
            stmt_int(st, name, b->binds.items[i].number);
        else
            stmt_text(st, name, b->binds.items[i].text);
    }
    reach_bind(st, b->scopes, rd->actor->subject, clock_now());
}

static Err start(Reader *rd, Built *b, Stmt **ret)
{
    buf_char(&b->sql, '\0');
    TRY(db_stmt(rd->db, b->sql.ptr, ret));
    bind_all(rd, b, *ret);
    return ERR_OK;
}

/* ---- pages ---- */

static const char *sort_column(Arena *a, const Query *q)
{
    if (q->sort)
        return str_printf(a, "r.%.*s", STR_ARG(q->sort->name)).ptr;
    if (str_is(q->sort_system, "nomor") || str_is(q->sort_system, "status"))
        return str_printf(a, "r.%.*s", STR_ARG(q->sort_system)).ptr;
    return str_is(q->sort_system, "diubah") ? "r.ubah_at" : NULL;
}

/* Whether the column sorted by holds numbers: references are ids. */
static bool sorts_numbers(const Query *q)
{
    return q->sort ? is_numeric(q->sort) || q->sort->kind == FK_REF
                   : str_is(q->sort_system, "diubah");
}

/* A cursor is "ID:VALUE" of the last row seen. By id alone, the stretch that is left of the list.
 */
static Stretch page_stretch(const Query *q, const char *column, int limit)
{
    Stretch w = {.descending = q->descending, .limit = column ? 0 : limit};
    Str rest = q->cursor, id_text;
    w.beyond = !column && str_cut(&rest, ':', &id_text) && str_i64(id_text, &w.past);
    return w;
}

/* Empty values sort first ascending. */
static void put_keyset(Built *b, const Query *q, const char *column)
{
    Str rest = q->cursor, id_text;
    int64_t id, n = 0;
    if (!column || !str_cut(&rest, ':', &id_text) || !str_i64(id_text, &id))
        return;
    bool numeric = sorts_numbers(q);
    const char *null = numeric ? "-9223372036854775807" : "''";
    buf_printf(&b->sql, " AND (COALESCE(%s,%s),r.id)%s(", column, null, q->descending ? "<" : ">");
    if (numeric)
        put_number(b, str_i64(rest, &n) ? n : INT64_MIN + 1);
    else
        put_text(b, rest.ptr ? rest : S(""));
    buf_char(&b->sql, ',');
    put_number(b, id);
    buf_char(&b->sql, ')');
}

/* By the column alone, so that its index serves: an empty value comes first ascending there too. */
static void put_order(Built *b, bool descending, const char *column)
{
    const char *way = descending ? "DESC" : "ASC";
    if (column)
        buf_printf(&b->sql, " ORDER BY %s %s,r.id %s", column, way, way);
    else
        buf_printf(&b->sql, " ORDER BY r.id %s", way);
}

static Str cursor_of(Arena *a, const Query *q, const Record *r)
{
    Str value = STR_NONE;
    if (q->sort)
        value = q->sort->kind != FK_REF || !r->vals[q->sort->index].id
                    ? r->vals[q->sort->index].text
                    : str_int(a, r->vals[q->sort->index].id);
    else if (str_is(q->sort_system, "nomor"))
        value = r->number;
    else if (str_is(q->sort_system, "status"))
        value = r->state;
    else if (str_is(q->sort_system, "diubah"))
        value = str_int(a, r->changed_at);
    return str_printf(a, "%lld:%.*s", (long long)r->id, STR_ARG(value));
}

/* Counting also reads what the statistics of the register stand on. */
static void want_stats(Arena *a, const Stats *stats, bool *field)
{
    const Expr *conditions[] = {stats->where, stats->apart};
    const Field *basis[] = {stats->date, stats->person};
    for (size_t i = 0; i < 2; i++) {
        ExprUses uses = {0};
        if (conditions[i])
            expr_uses(conditions[i], a, &uses);
        for (size_t k = 0; k < uses.n; k++) {
            const ExprUse *u = &uses.items[k];
            const Field *own = u->via ? u->via : u->parent || u->child ? NULL : u->field;
            if (own && !own->system)
                field[own->index] = true;
        }
        if (basis[i])
            field[basis[i]->index] = true;
    }
}

static RowWant list_fields(Arena *a, const Query *q)
{
    bool *field = ARENA_ARRAY(a, q->reg->field_count, bool);
    for (size_t i = 0; i < q->reg->field_count; i++) {
        const Field *f = q->reg->fields[i];
        field[i] = (f->list || f == q->sort || f->role != FIELD_ROLE_NONE || f->stat || f->facet ||
                    (f->kind == FK_NUMBER && q->verb == VERB_COUNT)) &&
                   !f->class_; /* a table may add up any number */
    }
    if (q->verb == VERB_COUNT && q->reg->stats.on)
        want_stats(a, &q->reg->stats, field);
    return (RowWant){.field = field};
}

/* Ids in the order asked for: rows are fetched for those alone that are shown. */
typedef struct Ids {
    int64_t *items;
    size_t n, cap;
} Ids;

static Err read_ids(Reader *rd, Built *b, Ids *ret)
{
    Stmt *st;
    bool row = false;
    TRY(start(rd, b, &st));
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            return ERR_OK;
        *ARENA_PUSH(rd->arena, *ret) = row_int(st, 0);
    }
}

/* The newest matching records: what is counted, what facets stand on, and mostly the page itself.
 */
static Err newest_ids(Reader *rd, const Query *q, int limit, Ids *ret)
{
    Built b;
    TRY(built_begin(rd, q, true, &b));
    buf_printf(&b.sql, "SELECT r.id FROM %.*s r", STR_ARG(q->reg->name));
    put_where(rd, q, &b, (Stretch){.descending = true, .limit = limit});
    put_order(&b, true, NULL);
    buf_printf(&b.sql, " LIMIT %d", limit);
    return read_ids(rd, &b, ret);
}

static Err sorted_ids(Reader *rd, const Query *q, const char *column, int limit, Ids *ret)
{
    Built b;
    TRY(built_begin(rd, q, !column, &b));
    buf_printf(&b.sql, "SELECT r.id FROM %.*s r", STR_ARG(q->reg->name));
    put_where(rd, q, &b, page_stretch(q, column, limit));
    put_keyset(&b, q, column);
    put_order(&b, q->descending, column);
    buf_printf(&b.sql, " LIMIT %d", limit);
    return read_ids(rd, &b, ret);
}

/* Rows of ids that passed put_where in this snapshot, in their order. */
static Err rows_of(Reader *rd, const Query *q, const int64_t *ids, size_t n, Record *ret)
{
    Arena *a = rd->arena;
    RowWant want = list_fields(a, q);
    Buf sql = buf_new(a, 2048);
    Stmt *st;
    bool row = false;
    row_select(&sql, q->reg, want);
    buf_lit(&sql, " WHERE r.id IN " DB_EACH_NUMBER(":ids"));
    buf_char(&sql, '\0');
    TRY(db_stmt(rd->db, sql.ptr, &st));
    stmt_text(st, ":ids", row_id_list(a, ids, n));
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            return ERR_OK;
        size_t at = 0;
        while (at < n && ids[at] != row_int(st, 0))
            at++;
        if (at < n)
            row_read(a, st, q->reg, want, &ret[at]);
    }
}

/* A page by ids, in three statements: what is counted, what is shown, then the rows shown. */
static Err page_by_ids(Reader *rd, const Query *q, const char *column, int limit, QueryPage *ret)
{
    int newest = q->facets ? QUERY_FACET_ROWS : COUNT_CAP;
    Ids counted = {0}, sorted = {0}, shown;
    TRY(newest_ids(rd, q, newest > limit + 1 ? newest : limit + 1, &counted));
    if (column || !q->descending || !str_empty(q->cursor))
        TRY(sorted_ids(rd, q, column, limit + 1, &sorted));
    else
        sorted = counted;
    shown = sorted;
    if (shown.n > (size_t)limit)
        shown.n = (size_t)limit;
    QueryPage page = {.items = ARENA_ARRAY(rd->arena, shown.n + 1, Record),
                      .n = shown.n,
                      .total = counted.n < COUNT_CAP ? (int64_t)counted.n : COUNT_CAP,
                      .newest = counted.items,
                      .newest_n = counted.n};
    if (shown.n)
        TRY(rows_of(rd, q, shown.items, shown.n, page.items));
    if (sorted.n > shown.n)
        page.next = cursor_of(rd->arena, q, &page.items[page.n - 1]);
    *ret = page;
    return ERR_OK;
}

/* "SELECT .., total FROM ..": one statement for all there is to say. */
static void put_page_and_total(Reader *rd, const Query *q, const char *column, int limit,
                               RowWant want, Built *b)
{
    row_put_columns(&b->sql, q->reg, want);
    buf_printf(&b->sql, ",(SELECT COUNT(*) FROM (SELECT 1 FROM %.*s r", STR_ARG(q->reg->name));
    put_where(rd, q, b, (Stretch){0});
    buf_printf(&b->sql, " LIMIT %d) g) FROM %.*s r", COUNT_CAP, STR_ARG(q->reg->name));
    put_where(rd, q, b, page_stretch(q, column, limit));
    put_keyset(b, q, column);
    put_order(b, q->descending, column);
    buf_printf(&b->sql, " LIMIT %d", limit + 1);
}

static Err one_statement_page(Reader *rd, const Query *q, const char *column, int limit,
                              QueryPage *ret)
{
    RowWant want = list_fields(rd->arena, q);
    QueryPage page = {.items = ARENA_ARRAY(rd->arena, (size_t)limit + 1, Record)};
    Built b;
    Stmt *st;
    bool row = false;
    TRY(built_begin(rd, q, !column, &b));
    put_page_and_total(rd, q, column, limit, want, &b);
    TRY(start(rd, &b, &st));
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            break;
        page.total = row_int(st, row_columns(st) - 1);
        row_read(rd->arena, st, q->reg, want, &page.items[page.n++]);
    }
    if (page.n > (size_t)limit) {
        page.n = (size_t)limit;
        page.next = cursor_of(rd->arena, q, &page.items[page.n - 1]);
    }
    *ret = page;
    return ERR_OK;
}

Err query_page(Reader *rd, const Query *q, QueryPage *ret)
{
    const char *column = sort_column(rd->arena, q);
    int limit = q->limit < 1 ? 1 : (q->limit > 500 ? 500 : q->limit);
    /* A costly condition or sort is worked out for ids alone, once for all that stands on them. */
    if (!q->facets && (is_narrow(q) || (!column && str_empty(q->text))))
        return one_statement_page(rd, q, column, limit, ret);
    return page_by_ids(rd, q, column, limit, ret);
}

Err query_any(Reader *rd, const Query *qs, size_t n, bool *ret)
{
    Built all = {.sql = buf_new(rd->arena, 2048), .arena = rd->arena};
    Built *each = ARENA_ARRAY(rd->arena, n, Built);
    Stmt *st;
    bool row;
    for (size_t i = 0; i < n; i++) {
        TRY(built_begin(rd, &qs[i], true, &each[i]));
        each[i].walks = 0;
        each[i].sql = all.sql;
        each[i].binds.items = all.binds.items;
        each[i].binds.n = all.binds.n;
        each[i].binds.cap = all.binds.cap;
        buf_printf(&each[i].sql,
                   i ? ",EXISTS(SELECT 1 FROM %.*s r" : "SELECT EXISTS(SELECT 1 FROM %.*s r",
                   STR_ARG(qs[i].reg->name));
        put_where(rd, &qs[i], &each[i], (Stretch){0});
        buf_char(&each[i].sql, ')');
        all = each[i];
    }
    if (!n)
        return ERR_OK;
    TRY(start(rd, &all, &st));
    for (size_t i = 0; i < n; i++)
        reach_bind(st, each[i].scopes, rd->actor->subject, clock_now());
    TRY(stmt_step(st, &row));
    for (size_t i = 0; i < n; i++)
        ret[i] = row_int(st, (int)i);
    stmt_done(st);
    return ERR_OK;
}

static Err each_page(Reader *rd, const Query *q, const Built *begun, RowWant want, int64_t *last,
                     size_t *ret_n, Err (*fn)(void *ctx, const Record *r), void *ctx)
{
    Arena *a = arena_new(64 * 1024 * 1024);
    Built b = *begun;
    Stmt *st;
    bool row = false;
    size_t n = 0;
    b.arena = a;
    b.sql = buf_new(a, 2048);
    row_select(&b.sql, q->reg, want);
    put_where(rd, q, &b, (Stretch){.beyond = true, .past = *last, .limit = EACH_PAGE});
    buf_printf(&b.sql, " ORDER BY r.id LIMIT %d", EACH_PAGE);
    Err e = start(rd, &b, &st);
    while (e == ERR_OK && (e = stmt_step(st, &row)) == ERR_OK && row) {
        Record r;
        row_read(a, st, q->reg, want, &r);
        *last = r.id;
        n++;
        e = fn(ctx, &r);
        if (e != ERR_OK)
            stmt_done(st);
    }
    arena_free(a);
    *ret_n = n;
    return e;
}

Err query_each(Reader *rd, const Query *q, Err (*fn)(void *ctx, const Record *r), void *ctx)
{
    RowWant all = {.all = true};
    RowWant want = q->verb == VERB_COUNT ? list_fields(rd->arena, q) : all;
    int64_t last = 0;
    size_t n;
    Built b;
    TRY(built_begin(rd, q, true, &b));
    do
        TRY(each_page(rd, q, &b, want, &last, &n, fn, ctx));
    while (n == EACH_PAGE);
    return ERR_OK;
}
