#include "model/query_where.h"

#include "base/utf8.h"
#include "guard/reach.h"
#include "model/plan.h"
#include "model/restriction.h"
#include "model/row.h"

/* What one question may hold: the database takes expressions of a bounded depth only. */
enum { SEARCH_WORDS_MAX = 16, VALUES_MAX = 200, FILTERS_MAX = 64 };
/* Of more principals than this each record is asked instead of each principal walked. */
enum { WALKS_MAX = 12 };

void put_text(Built *b, Str text)
{
    buf_printf(&b->sql, ":b%zu", b->binds.n);
    *ARENA_PUSH(b->arena, b->binds) = (struct Bind){.text = text};
}

void put_number(Built *b, int64_t n)
{
    buf_printf(&b->sql, ":b%zu", b->binds.n);
    *ARENA_PUSH(b->arena, b->binds) = (struct Bind){.number = n, .is_number = true};
}

bool is_numeric(const Field *f)
{
    return f->kind == FK_NUMBER || f->kind == FK_INSTANT;
}

/* Whether what a condition names is there; that nobody could look is no answer. */
static bool found(Built *b, Err e)
{
    if (e != ERR_OK && e != E_NOT_FOUND)
        b->err = e;
    return e == ERR_OK;
}

/* A filter value as it is stored: refs are ids. */
static void put_value(Reader *rd, Built *b, const Field *f, Str v)
{
    const Register *reg;
    int64_t n = 0;
    if (f->kind == FK_REF) {
        put_number(b, found(b, row_resolve(rd->db, f, v, &reg, &n)) ? n : -1);
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
        bool is = found(b, row_resolve(rd->db, f, values->items[i], &reg, &id));
        buf_printf(&b->sql, "%s(%s=", i ? " OR " : "", column);
        put_number(b, is ? id : -1);
        buf_printf(&b->sql, " AND %s=", column_reg);
        put_text(b, is ? reg->name : S(""));
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
        const char *column = z_printf(a, "r.%.*s", STR_ARG(f->field->name));
        put_condition(rd, b, f, column, z_printf(a, "%s__reg", column));
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
        bool is = inst && found(b, row_id(rd->db, inst, first, &id));
        buf_lit(&b->sql, " AND r.pemilik=");
        put_number(b, is ? id : -1);
    } else if (str_is(f->name, "induk")) {
        const Register *parent = NULL;
        for (size_t i = 0; i < reg->model->reg_count && !parent; i++)
            if (reg_accepts_parent(reg, reg->model->regs[i]) &&
                found(b, row_id(rd->db, reg->model->regs[i], first, &id)))
                parent = reg->model->regs[i];
        buf_lit(&b->sql, " AND r.induk=");
        put_number(b, parent ? id : -1);
        buf_lit(&b->sql, " AND r.induk_reg=");
        put_text(b, parent ? parent->name : S(""));
    } else if (str_is(f->name, "status") || str_is(f->name, "nomor") || str_is(f->name, "uid")) {
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
    Str normal = value_normalise(f, a, typed), name = field_first_name(f);
    buf_lit(&b->sql, " AND r.id IN (SELECT rec FROM sidik WHERE field=");
    put_text(b, str_printf(a, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(name)));
    buf_lit(&b->sql, " AND hash=");
    put_text(b, blind_index(rd->store->in->keyring, a, f->reg->name, name, normal));
    buf_lit(&b->sql, ")");
}

static bool too_many(const Query *q)
{
    size_t values = 0;
    for (size_t i = 0; i < q->filters.n; i++)
        values += q->filters.items[i].values.n;
    return q->filters.n > FILTERS_MAX || values > VALUES_MAX;
}

static void put_conditions(Reader *rd, const Query *q, Built *b);

/* The ids, or places, that records of the other register name, or more than `over` of them. They
 * are asked for under the reader's scope like any list: what one may not list is not told by what
 * is missing either. */
static void put_absence(Reader *rd, const Query *q, Built *b)
{
    const Query *w = q->without;
    const Field *by = q->without_by;
    Str none = S(""), on = q->without_on ? q->without_on->name : S("id");
    bool linked = by && field_storage(by) == STORE_LINK;
    Str link = linked ? field_link_table(b->arena, by) : none;
    b->absent_scopes = policy_scopes(rd->actor->subject, w->verb, w->reg->rights);
    buf_printf(&b->sql, " AND r.%.*s %sIN (SELECT %s%.*s FROM %.*s r", STR_ARG(on),
               q->over ? "" : "NOT ", linked ? "l." : "r.",
               STR_ARG(linked ? S("val") : (by ? by->name : S("induk"))), STR_ARG(w->reg->name));
    if (linked)
        buf_printf(&b->sql, " JOIN %.*s l ON l.rec=r.id WHERE 1=1", STR_ARG(link));
    else
        buf_printf(&b->sql, " WHERE r.%.*s IS NOT NULL", STR_ARG(by ? by->name : S("induk")));
    if (!by) {
        buf_lit(&b->sql, " AND r.induk_reg=");
        put_text(b, q->reg->name);
    }
    put_conditions(rd, w, b);
    reach_predicate(&b->sql, w->reg->name, "r", b->absent_scopes, rd->actor->subject);
    if (q->over)
        buf_printf(&b->sql, " GROUP BY 1 HAVING count(*)>%lld", (long long)q->over);
    buf_char(&b->sql, ')');
}

/* What is restricted is not sent out. */
static void put_unrestricted(Built *b, const Register *reg)
{
    size_t before = b->sql.len;
    buf_lit(&b->sql, " AND NOT COALESCE(");
    if (restriction_put(&b->sql, reg, "r"))
        buf_lit(&b->sql, ",0)");
    else
        b->sql.len = before;
}

/* " AND .." with filters and search: what holds for a record whoever asks. */
static void put_conditions(Reader *rd, const Query *q, Built *b)
{
    if (!q->include_void)
        buf_lit(&b->sql, " AND r.batal=0");
    if (q->verb == VERB_EXPORT)
        put_unrestricted(b, q->reg);
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
    if (q->without)
        put_absence(rd, q, b);
    if (!str_empty(q->text))
        put_search(b, q->text);
    if (q->lookup_field && !str_empty(q->lookup))
        put_lookup(rd, b, q);
}

bool is_narrow(const Query *q)
{
    bool narrow = q->parent || q->refers_to_reg || (q->lookup_field && !str_empty(q->lookup));
    for (size_t i = 0; i < q->filters.n; i++) {
        const Filter *f = &q->filters.items[i];
        narrow |= f->field ? (f->field->kind == FK_REF || f->field->unique || f->field->matched) &&
                                 (f->op == FILTER_IN || f->op == FILTER_EQ)
                           : str_is(f->name, "induk") || str_is(f->name, "nomor") ||
                                 str_is(f->name, "uid");
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

Err built_begin(Reader *rd, const Query *q, bool in_order, Built *ret)
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

void put_where(Reader *rd, const Query *q, Built *b, Stretch w)
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

void built_bind_reach(Reader *rd, const Built *b, Stmt *st)
{
    reach_bind(st, b->scopes, rd->actor->subject, clock_now());
    if (b->absent_scopes)
        reach_bind(st, b->absent_scopes, rd->actor->subject, clock_now());
}

static void bind_all(Reader *rd, const Built *b, Stmt *st)
{
    for (size_t i = 0; i < b->binds.n; i++) {
        const char *name = z_printf(b->arena, ":b%zu", i);
        if (b->binds.items[i].is_number)
            stmt_int(st, name, b->binds.items[i].number);
        else
            stmt_text(st, name, b->binds.items[i].text);
    }
    built_bind_reach(rd, b, st);
}

Err built_start(Reader *rd, Built *b, Stmt **ret)
{
    TRY(b->err);
    TRY(db_stmt(rd->db, buf_z(&b->sql), ret));
    bind_all(rd, b, *ret);
    return ERR_OK;
}
