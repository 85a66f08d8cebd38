#include "model/derive.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "guard/reach.h"
#include "model/env.h"
#include "model/follow.h"
#include "model/plan.h"
#include "model/row.h"
#include "model/value.h"

enum { PASSES_MAX = 8, DEPTH_MAX = 4 };

/* A value as a heading shows it: a code or place by its name, a day in figures, since a heading is
 * stored once for readers of both languages. */
static Str shown(RecordEnv *env, const Field *f, Str value)
{
    Value v = {.text = value};
    if (f->kind == FK_DATE)
        return value_edit(f, env->arena, LANG_ID, value);
    return (f->kind == FK_CODE || f->kind == FK_PLACE) && value.len
               ? value_show(f, env->arena, LANG_ID, &v)
               : value;
}

/* One name of a heading template: a field, `nomor`, or FIELD.tajuk / FIELD.field through a ref. */
static Str heading_part(RecordEnv *env, Str name)
{
    const Record *r = env->rec;
    ptrdiff_t dot = str_find(name, '.');
    if (str_is(name, "nomor"))
        return r->number;
    if (dot < 0) {
        const Field *f = reg_field(r->reg, name);
        return f ? shown(env, f, env_value(env, f)) : STR_NONE;
    }
    const Field *via = reg_field(r->reg, str_head(name, (size_t)dot));
    Str of = str_from(name, (size_t)dot + 1);
    if (!via)
        return STR_NONE;
    if (str_is(of, "tajuk"))
        return r->vals[via->index].heading;
    const Field *f = via->target ? reg_field(via->target, of) : NULL;
    ExprEnv e = env_expr(env);
    return f ? shown(env, f, e.hop(env, via, f)) : STR_NONE;
}

static Str make_heading(RecordEnv *env)
{
    Str t = env->rec->reg->heading;
    Buf b = buf_new(env->arena, 128);
    while (t.len) {
        ptrdiff_t open = str_find(t, '{'), close = str_find(t, '}');
        if (open < 0 || close < open) {
            buf_put(&b, t);
            break;
        }
        buf_put(&b, str_head(t, (size_t)open));
        buf_put(&b, heading_part(env, (Str){t.ptr + open + 1, (size_t)(close - open - 1)}));
        t = str_from(t, (size_t)close + 1);
    }
    Str made = str_trim(buf_str(&b));
    return made.len ? made : env->rec->number;
}

static Str make_search(RecordEnv *env, Str heading)
{
    const Register *reg = env->rec->reg;
    Buf b = buf_new(env->arena, 256);
    buf_put(&b, env->rec->number);
    buf_char(&b, ' ');
    buf_put(&b, heading);
    for (size_t i = 0; i < reg->field_count; i++) {
        if (!reg->fields[i]->search)
            continue;
        buf_char(&b, ' ');
        buf_put(&b, env_value(env, reg->fields[i]));
    }
    return utf8_fold(env->arena, buf_str(&b));
}

/* Calc fields may read each other; the linker excludes cycles, so a few passes settle them. */
static void calculate(RecordEnv *env, Str *derived)
{
    const Register *reg = env->rec->reg;
    ExprEnv e = env_expr(env);
    for (size_t i = 0; i < reg->field_count; i++)
        derived[i] = env->rec->vals[i].text;
    env->derived = derived;
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        bool moved = false;
        for (size_t i = 0; i < reg->field_count; i++) {
            if (!reg->fields[i]->calc)
                continue;
            Str now = expr_text(reg->fields[i]->calc, &e);
            if (str_empty(now))
                now = STR_NONE;
            moved |= !str_eq(now, derived[i]);
            derived[i] = now;
        }
        if (!moved)
            return;
    }
}

static Err stmt_derived(WriteTx *tx, const Register *reg, Stmt **ret)
{
    *ret = db_known(tx->db, reg, FORM_DERIVED);
    if (*ret)
        return ERR_OK;
    Buf sql = buf_new(tx->arena, 512);
    buf_printf(&sql, "UPDATE %.*s SET tajuk=:tajuk,cari=:cari", STR_ARG(reg->name));
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (f->calc && field_storage(f) == STORE_COLUMN)
            buf_printf(&sql, ",%.*s=:f%zu", STR_ARG(f->name), i);
    }
    buf_put(&sql, S(" WHERE id=:id"));
    TRY(db_stmt(tx->db, buf_z(&sql), ret));
    db_know(*ret, reg, FORM_DERIVED);
    return ERR_OK;
}

static Err write_columns(WriteTx *tx, const Record *r, const Str *derived, Str heading, Str search)
{
    const Register *reg = r->reg;
    Stmt *st;
    TRY(stmt_derived(tx, reg, &st));
    stmt_int(st, ":id", r->id);
    stmt_text(st, ":tajuk", heading);
    stmt_text(st, ":cari", search);
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (f->calc && field_storage(f) == STORE_COLUMN)
            TRY(row_bind(tx->db, tx->arena, st, f, derived[i], STR_NONE));
    }
    return stmt_run(st);
}

typedef struct Derived {
    Str *vals; /* per field; those that are not calculated as stored */
    Str heading, search;
} Derived;

static Derived work_out(const Store *s, Db *db, Db *keys, Arena *a, const Record *rec)
{
    RecordEnv env = {.store = s, .db = db, .keys = keys, .arena = a, .reg = rec->reg, .rec = rec};
    Derived d = {.vals = ARENA_ARRAY(a, rec->reg->field_count, Str)};
    calculate(&env, d.vals);
    d.heading = make_heading(&env);
    d.search = make_search(&env, d.heading);
    env_wipe(&env);
    return d;
}

/* `*ret_changed`: whether anything but perhaps the search text differs from what is stored; where
 * no entered value changed, that does not either. */
static Err put_derived(WriteTx *tx, const Store *s, Record *rec, bool always, bool *ret_changed)
{
    const Register *reg = rec->reg;
    Derived d = work_out(s, tx->db, s->writer_keys, tx->arena, rec);
    *ret_changed = !str_eq(d.heading, rec->heading);
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (!f->calc || str_eq(d.vals[i], rec->vals[i].text))
            continue;
        *ret_changed = true;
        rec->vals[i].text = d.vals[i];
        if (field_storage(f) == STORE_LINK)
            TRY(row_put_links(tx->db, tx->arena, f, rec->id, d.vals[i]));
    }
    rec->heading = d.heading;
    return always || *ret_changed ? write_columns(tx, rec, d.vals, d.heading, d.search) : ERR_OK;
}

Err derive_record(WriteTx *tx, const Store *s, Record *rec)
{
    bool changed;
    return put_derived(tx, s, rec, true, &changed);
}

static Err stored_search(Db *db, Arena *a, const Record *rec, Str *ret)
{
    Stmt *st;
    TRY(db_first(db, z_printf(a, "SELECT cari FROM %.*s WHERE id=:id", STR_ARG(rec->reg->name)),
                 &st, BIND(":id", rec->id)));
    if (!st)
        return E_NOT_FOUND;
    *ret = row_text(a, st, 0);
    stmt_done(st);
    return ERR_OK;
}

Err derive_check(const Store *s, Db *db, Db *keys, Arena *a, const Record *rec, bool *ret_fits)
{
    Str search;
    Derived d = work_out(s, db, keys, a, rec);
    TRY(stored_search(db, a, rec, &search));
    *ret_fits = str_eq(d.heading, rec->heading) && str_eq(d.search, search);
    for (size_t i = 0; i < rec->reg->field_count; i++)
        if (rec->reg->fields[i]->calc)
            *ret_fits &= str_eq(d.vals[i], rec->vals[i].text);
    return ERR_OK;
}

/* ---- records that read this one ---- */

/* IdList of the records of `reader` whose calc field or heading reads `rec` through `via`. */
static Err readers_by_ref(WriteTx *tx, const Record *rec, const Field *via, IdList *ids)
{
    Arena *a = tx->arena;
    if (field_storage(via) == STORE_LINK)
        return ERR_OK; /* expressions hop through single refs only */
    if (via->target)
        return db_ids(tx->db,
                      z_printf(a, "SELECT id FROM %.*s WHERE %.*s=:id", STR_ARG(via->reg->name),
                               STR_ARG(via->name)),
                      a, ids, BIND(":id", rec->id));
    return db_ids(tx->db,
                  z_printf(a, "SELECT id FROM %.*s WHERE %.*s=:id AND %.*s__reg=:reg",
                           STR_ARG(via->reg->name), STR_ARG(via->name), STR_ARG(via->name)),
                  a, ids, BIND(":id", rec->id), BIND(":reg", rec->reg->name));
}

/* Whose change it follows from, and how many records lie between. */
typedef struct Cause {
    const Subject *subject;
    int depth;
} Cause;

static Err dependents_at(WriteTx *tx, const Store *s, const Record *rec, bool fresh, Cause by);

/* Who is not of its team makes no child's file another's: it would open to her office. */
static Err may_grow_up(WriteTx *tx, const Record *victim, const Subject *subject)
{
    Relation rel;
    bool shut;
    const Field *child = role_field(victim->reg->model, FIELD_ROLE_VICTIM_CHILD);
    if (!subject || subject->system || !child || str_is(victim->vals[child->index].text, "ya"))
        return ERR_OK;
    TRY(reach_is_shut(tx->db, victim->reg->name, victim->id, &shut));
    TRY(reach_relation(tx->db, subject, victim->reg->name, victim->id, clock_now(), &rel));
    return shut && rel.assigned_classes != CLASSES_ALL ? E_DENIED : ERR_OK;
}

static Err rederive(WriteTx *tx, const Store *s, const Register *reg, const IdList *ids, Cause by)
{
    for (size_t i = 0; i < ids->n; i++) {
        Record r;
        bool changed;
        TRY(row_by_id(tx->db, tx->arena, reg, ids->items[i], &r));
        TRY(put_derived(tx, s, &r, false, &changed));
        if (changed && reg->role == REG_ROLE_VICTIM) { /* perhaps a child now, or none any more */
            TRY(may_grow_up(tx, &r, by.subject));
            TRY(follow_reach(tx, s, &r, false));
        }
        if (changed && by.depth < DEPTH_MAX)
            TRY(dependents_at(tx, s, &r, false, (Cause){by.subject, by.depth + 1}));
    }
    return ERR_OK;
}

static bool heading_hops(const Register *reg, const Field *via)
{
    Arena *a = arena_new(4096);
    Str hop = str_printf(a, "{%.*s.", STR_ARG(via->name));
    bool found = str_contains(reg->heading, hop);
    arena_free(a);
    return found;
}

/* Adds the readers of `rec` through one calc field. */
static Err readers_by_calc(WriteTx *tx, const Record *rec, const Field *f, bool fresh, IdList *ids)
{
    ExprUses uses = {0};
    expr_uses(f->calc, tx->arena, &uses);
    for (size_t i = 0; i < uses.n; i++) {
        const ExprUse *u = &uses.items[i];
        if (u->child == rec->reg && rec->parent_reg == f->reg)
            *ARENA_PUSH(tx->arena, *ids) = rec->parent;
        else if (fresh)
            continue;
        else if (u->via && field_accepts(u->via, rec->reg))
            TRY(readers_by_ref(tx, rec, u->via, ids));
        else if (u->parent && reg_accepts_parent(f->reg, rec->reg))
            TRY(db_ids(tx->db,
                       z_printf(tx->arena, "SELECT id FROM %.*s WHERE induk=:id AND induk_reg=:reg",
                                STR_ARG(f->reg->name)),
                       tx->arena, ids, BIND(":id", rec->id), BIND(":reg", rec->reg->name)));
    }
    return ERR_OK;
}

/* All readers of `rec` in one register, each once. */
static Err readers_in(WriteTx *tx, const Record *rec, const Register *in, bool fresh, IdList *ids)
{
    IdList all = {0};
    for (size_t i = 0; i < rec->reg->dependent_count; i++)
        if (rec->reg->dependents[i]->reg == in)
            TRY(readers_by_calc(tx, rec, rec->reg->dependents[i], fresh, &all));
    for (size_t i = 0; i < rec->reg->referrer_count && !fresh; i++) {
        const Field *via = rec->reg->referrers[i];
        if (via->reg == in && heading_hops(in, via))
            TRY(readers_by_ref(tx, rec, via, &all));
    }
    for (size_t i = 0; i < all.n; i++) {
        bool seen = false;
        for (size_t k = 0; k < ids->n && !seen; k++)
            seen = ids->items[k] == all.items[i];
        if (!seen)
            *ARENA_PUSH(tx->arena, *ids) = all.items[i];
    }
    return ERR_OK;
}

/* Whether a calc field of the register, or its heading, may read such a record. */
static bool may_read(const Register *in, const Record *rec)
{
    for (size_t i = 0; i < rec->reg->dependent_count; i++)
        if (rec->reg->dependents[i]->reg == in)
            return true;
    for (size_t i = 0; i < rec->reg->referrer_count; i++)
        if (rec->reg->referrers[i]->reg == in)
            return true;
    return false;
}

static Err dependents_at(WriteTx *tx, const Store *s, const Record *rec, bool fresh, Cause by)
{
    const Model *m = s->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        IdList ids = {0};
        if (!may_read(m->regs[i], rec))
            continue;
        TRY(readers_in(tx, rec, m->regs[i], fresh, &ids));
        TRY(rederive(tx, s, m->regs[i], &ids, by));
    }
    return ERR_OK;
}

Err derive_dependents(WriteTx *tx, const Store *s, const Record *rec, bool fresh,
                      const Subject *subject)
{
    return dependents_at(tx, s, rec, fresh, (Cause){subject, 0});
}
