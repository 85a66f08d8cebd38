#include "model/query.h"

#include "guard/reach.h"
#include "model/counted.h"
#include "model/expr.h"
#include "model/query_where.h"
#include "model/reason.h"
#include "model/row.h"

#include <string.h>

enum { COUNT_CAP = 201, EACH_PAGE = 1000 };

Query query_new(const Register *reg)
{
    return (Query){.reg = reg, .limit = 50, .descending = true, .verb = VERB_LIST};
}

void query_filter(Query *q, Arena *a, const Field *f, Str name, FilterOp op, Str values)
{
    Filter filter = {.field = f, .name = name, .op = op};
    Str word;
    if (f && f->kind == FK_TEXT) /* is asked for as it stands, blanks and all */
        *ARENA_PUSH(a, filter.values) = values;
    else
        while (str_word(&values, &word))
            *ARENA_PUSH(a, filter.values) = word;
    *ARENA_PUSH(a, q->filters) = filter;
}

/* ---- pages ---- */

static const char *sort_column(Arena *a, const Query *q)
{
    if (q->sort)
        return z_printf(a, "r.%.*s", STR_ARG(q->sort->name));
    if (str_is(q->sort_system, "nomor") || str_is(q->sort_system, "status"))
        return z_printf(a, "r.%.*s", STR_ARG(q->sort_system));
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
/* The fields that the conditions of the statistics read. */
static void want_conditions(Arena *a, const Stats *stats, bool *field)
{
    const Expr *conditions[] = {stats->where, stats->apart};
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
    }
}

static void want_basis(const Stats *stats, bool *field)
{
    const Field *basis[] = {stats->date, stats->person};
    for (size_t i = 0; i < 2; i++)
        if (basis[i])
            field[basis[i]->index] = true;
}

/* What a count needs of a row, and no more. */
static RowWant count_fields(Arena *a, const Query *q)
{
    size_t n = q->reg->field_count;
    bool *named = ARENA_ARRAY(a, n, bool), *field = ARENA_ARRAY(a, n, bool);
    memcpy(named, q->only, n * sizeof *named);
    want_conditions(a, &q->reg->stats, named);
    memcpy(field, named, n * sizeof *field);
    want_basis(&q->reg->stats, field);
    return (RowWant){.field = field, .named = named, .counted = true};
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
    if (q->verb == VERB_COUNT && q->reg->stats.on) {
        want_conditions(a, &q->reg->stats, field);
        want_basis(&q->reg->stats, field);
    }
    return (RowWant){.field = field};
}

/* Ids in the order asked for: rows are fetched for those alone that are shown. */
static Err read_ids(Reader *rd, Built *b, IdList *ret)
{
    Stmt *st;
    TRY(built_start(rd, b, &st));
    return stmt_ids(st, rd->arena, ret);
}

static Err count_newest(Reader *rd, Built *b, IdList *ret, Counted **ret_counted)
{
    Str key = counted_key(rd, b);
    *ret_counted = counted_find(rd, key);
    if (*ret_counted) {
        ret->items = counted_ids(rd, *ret_counted, &ret->n);
        ret->cap = ret->n;
        return ERR_OK;
    }
    TRY(read_ids(rd, b, ret));
    return counted_put(rd, key, ret->items, ret->n, ret_counted);
}

/* The newest matching records: what is counted, what facets stand on, and mostly the page itself.
 */
static Err newest_ids(Reader *rd, const Query *q, int limit, IdList *ret, Counted **ret_counted)
{
    Built b;
    TRY(built_begin(rd, q, true, &b));
    buf_printf(&b.sql, "SELECT r.id FROM %.*s r", STR_ARG(q->reg->name));
    put_where(rd, q, &b, (Stretch){.descending = true, .limit = limit});
    put_order(&b, true, NULL);
    buf_printf(&b.sql, " LIMIT %d", limit);
    *ret_counted = NULL;
    return q->facets ? count_newest(rd, &b, ret, ret_counted) : read_ids(rd, &b, ret);
}

static Err sorted_ids(Reader *rd, const Query *q, const char *column, int limit, IdList *ret)
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
    Err e;
    row_select(&sql, q->reg, want);
    buf_lit(&sql, " WHERE r.id IN " DB_EACH_NUMBER(":ids"));
    TRY(db_stmt(rd->db, buf_z(&sql), &st, BIND(":ids", row_id_list(a, ids, n))));
    while (stmt_next(st, &e)) {
        size_t at = 0;
        while (at < n && ids[at] != row_int(st, 0))
            at++;
        if (at < n)
            row_read(a, st, q->reg, want, &ret[at]);
    }
    return e;
}

/* A page by ids, in three statements: what is counted, what is shown, then the rows shown. */
static Err page_by_ids(Reader *rd, const Query *q, const char *column, int limit, QueryPage *ret)
{
    int newest = q->facets ? QUERY_FACET_ROWS : COUNT_CAP;
    IdList counted = {0}, sorted = {0}, shown;
    Counted *remembered;
    TRY(newest_ids(rd, q, newest > limit + 1 ? newest : limit + 1, &counted, &remembered));
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
                      .newest_n = counted.n,
                      .counted = remembered};
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
    put_where(rd, q, b, (Stretch){.descending = true, .limit = COUNT_CAP});
    buf_printf(&b->sql, " LIMIT %d) g) FROM %.*s r", COUNT_CAP, STR_ARG(q->reg->name));
    put_where(rd, q, b, page_stretch(q, column, limit + 1));
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
    Err e;
    TRY(built_begin(rd, q, !column, &b));
    put_page_and_total(rd, q, column, limit, want, &b);
    TRY(built_start(rd, &b, &st));
    while (stmt_next(st, &e)) {
        page.total = row_int(st, row_columns(st) - 1);
        row_read(rd->arena, st, q->reg, want, &page.items[page.n++]);
    }
    TRY(e);
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
        TRY(one_statement_page(rd, q, column, limit, ret));
    else
        TRY(page_by_ids(rd, q, column, limit, ret));
    for (size_t i = 0; i < ret->n; i++)
        reason_open_fields(rd, &ret->items[i]);
    return ERR_OK;
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
        TRY(each[i].err);
        all = each[i];
    }
    if (!n)
        return ERR_OK;
    TRY(built_start(rd, &all, &st));
    for (size_t i = 0; i < n; i++)
        built_bind_reach(rd, &each[i], st);
    TRY(stmt_step(st, &row));
    for (size_t i = 0; i < n; i++)
        ret[i] = row_int(st, (int)i);
    stmt_done(st);
    return ERR_OK;
}

/* Every matching id in order: 16 bytes each, where paging would ask and sort again for each page.
 */
static Err all_ids(Reader *rd, const Query *q, IdList *ret)
{
    Built b;
    TRY(built_begin(rd, q, true, &b));
    buf_printf(&b.sql, "SELECT r.id FROM %.*s r", STR_ARG(q->reg->name));
    put_where(rd, q, &b, (Stretch){.limit = 0});
    buf_lit(&b.sql, " ORDER BY r.id");
    return read_ids(rd, &b, ret);
}

typedef struct Walk {
    RowWant want;
    Err (*fn)(void *ctx, const Record *r);
    void *ctx;
} Walk;

/* Rows of ids that passed put_where in this snapshot; `a` is freed after them. */
static Err walk_rows(Reader *rd, const Query *q, Arena *a, const int64_t *ids, size_t n, Walk w)
{
    Buf sql = buf_new(a, 2048);
    Stmt *st;
    Err e;
    row_select(&sql, q->reg, w.want);
    buf_lit(&sql, " WHERE r.id IN " DB_EACH_NUMBER(":ids") " ORDER BY r.id");
    TRY(db_stmt(rd->db, buf_z(&sql), &st, BIND(":ids", row_id_list(a, ids, n))));
    while (stmt_next(st, &e)) {
        Record r;
        row_read(a, st, q->reg, w.want, &r);
        e = w.fn(w.ctx, &r);
        if (e != ERR_OK)
            stmt_done(st);
        TRY(e);
    }
    return e;
}

/* What is only counted is read once, as it comes, and nothing of it is kept. */
static Err walk_counted(Reader *rd, const Query *q, Err (*fn)(void *ctx, const Record *r),
                        void *ctx)
{
    RowWant want = count_fields(rd->arena, q);
    Record r = {.vals = ARENA_ARRAY(rd->arena, q->reg->field_count, Value)};
    Built b;
    Stmt *st;
    Err e;
    TRY(built_begin(rd, q, false, &b));
    row_select(&b.sql, q->reg, want);
    put_where(rd, q, &b, (Stretch){.limit = 0});
    TRY(built_start(rd, &b, &st));
    while (stmt_next(st, &e)) {
        row_glance(st, q->reg, want, &r);
        e = fn(ctx, &r);
        if (e != ERR_OK)
            stmt_done(st);
        TRY(e);
    }
    return e;
}

Err query_each(Reader *rd, const Query *q, Err (*fn)(void *ctx, const Record *r), void *ctx)
{
    Walk w = {.want = {.all = true}, .fn = fn, .ctx = ctx};
    IdList ids = {0};
    if (q->verb == VERB_COUNT && q->only)
        return walk_counted(rd, q, fn, ctx);
    if (q->verb == VERB_COUNT)
        w.want = list_fields(rd->arena, q);
    TRY(all_ids(rd, q, &ids));
    for (size_t at = 0; at < ids.n; at += EACH_PAGE) {
        size_t n = ids.n - at < EACH_PAGE ? ids.n - at : EACH_PAGE;
        Arena *a = arena_new(64 * 1024 * 1024);
        Err e = walk_rows(rd, q, a, ids.items + at, n, w);
        arena_free(a);
        TRY(e);
    }
    return ERR_OK;
}
