#include "engine/retention_db.h"

#include "base/clock.h"
#include "model/key_chain.h"
#include "model/limit.h"
#include "model/row.h"

/* A question in the making. Each register that has a period of its own asks for the last moment of
 * change by which its records are over, bound as ":c" with its index. */
typedef struct Question {
    Buf sql;
    bool *asks; /* by index of the register */
} Question;

static Question question(const Model *m, Arena *a)
{
    return (Question){buf_new(a, 8192), ARENA_ARRAY(a, m->reg_count, bool)};
}

const Limit *retention_law(const Model *m, const Register *reg)
{
    return reg->retention.after ? model_limit(m, reg->retention.limit_code, clock_today()) : NULL;
}

/* ---- what holds ---- */

static void put_states(Buf *sql, const Register *matter)
{
    bool any = false;
    for (size_t i = 0; i < matter->state_count; i++) {
        const State *s = &matter->states[i];
        if (!s->holds && !s->restricts)
            continue;
        buf_printf(sql, "%sm.status='%.*s'", any ? " OR " : "", STR_ARG(s->name));
        any = true;
    }
    if (!any)
        buf_lit(sql, "1=0");
}

/* Holds for rows of `reg` that a matter names, themselves or the file they stand in. */
static void put_named(Buf *sql, const Register *reg, const char *alias)
{
    const Field *person = role_field(reg->model, FIELD_ROLE_MATTER_PERSON);
    const Field *file = role_field(reg->model, FIELD_ROLE_MATTER_FILE);
    if (!person || !file) {
        buf_lit(sql, "1=0");
        return;
    }
    buf_printf(sql, "EXISTS (SELECT 1 FROM %.*s m WHERE m.batal=0 AND (",
               STR_ARG(person->reg->name));
    put_states(sql, person->reg);
    buf_printf(sql, ") AND ((m.%.*s=%s.id AND m.%.*s__reg='%.*s')", STR_ARG(file->name), alias,
               STR_ARG(file->name), STR_ARG(reg->name));
    if (person->target == reg)
        buf_printf(sql, " OR m.%.*s=%s.id", STR_ARG(person->name), alias);
    if (reg->has_parent)
        buf_printf(sql, " OR (m.%.*s=%s.induk AND m.%.*s__reg=%s.induk_reg)", STR_ARG(file->name),
                   alias, STR_ARG(file->name), alias);
    buf_lit(sql, "))");
}

/* Holds for what a matter names, and for a file on which the hold is ticked, with all under it. */
static void put_held(Buf *sql, const Register *reg, const char *alias)
{
    const Field *hold = role_field(reg->model, FIELD_ROLE_CASE_HOLD);
    buf_lit(sql, "(");
    put_named(sql, reg, alias);
    if (hold && hold->reg == reg)
        buf_printf(sql, " OR COALESCE(%s.%.*s,'')='ya'", alias, STR_ARG(hold->name));
    if (hold && reg_accepts_parent(reg, hold->reg))
        buf_printf(sql,
                   " OR (%s.induk_reg='%.*s' AND EXISTS (SELECT 1 FROM %.*s h WHERE h.id=%s.induk"
                   " AND h.%.*s='ya'))",
                   alias, STR_ARG(hold->reg->name), STR_ARG(hold->reg->name), alias,
                   STR_ARG(hold->name));
    buf_lit(sql, ")");
}

/* ---- whose time is over ---- */

static void put_closed(Buf *sql, const Register *reg, const char *alias)
{
    buf_printf(sql, " AND (%s.batal<>0", alias);
    for (size_t i = 0; i < reg->state_count; i++)
        if (reg->states[i].closed)
            buf_printf(sql, " OR %s.status='%.*s'", alias, STR_ARG(reg->states[i].name));
    buf_lit(sql, ")");
}

/* `file`: the register whose period holds where `reg` has none. */
static void put_over(Question *q, const Register *reg, const char *alias, const Register *file)
{
    const Register *says = reg->retention.after ? reg : file;
    q->asks[says->index] = true;
    buf_printf(&q->sql, "%s.ubah_at<=:c%zu", alias, says->index);
    if (reg->retention.after == RETAIN_CLOSED)
        put_closed(&q->sql, reg, alias);
    buf_lit(&q->sql, " AND NOT ");
    put_held(&q->sql, reg, alias);
}

/* " AND NOT EXISTS .." or " OR EXISTS ..": parts of the file that are not over, or that are held.
 */
static void put_parts(Question *q, const Register *file, bool held)
{
    const Model *m = file->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *part = m->regs[i];
        size_t before = q->sql.len;
        buf_printf(&q->sql, " %s EXISTS (SELECT 1 FROM %.*s c WHERE ", held ? "OR" : "AND NOT",
                   STR_ARG(part->name));
        if (part == file || !key_chain_put(&q->sql, part, "c", file, "=r.id")) {
            q->sql.len = before;
            continue;
        }
        buf_put(&q->sql, held ? S(" AND ") : S(" AND NOT ("));
        if (held)
            put_held(&q->sql, part, "c");
        else
            put_over(q, part, "c", file);
        buf_put(&q->sql, held ? S(")") : S("))"));
    }
}

/* The office's own shorter period goes before the law's. */
static Err last_change(Reader *rd, const Register *reg, int64_t at, int64_t *ret)
{
    const Model *m = rd->store->model;
    const Limit *law = retention_law(m, reg);
    LocalLimit own;
    *ret = 0; /* no law in force today: nothing is over */
    if (!law)
        return ERR_OK;
    TRY(local_limit_get(rd->db, rd->arena, law->code, &own));
    Duration back = own.code.ptr ? own.period : law->period;
    back.n = -back.n;
    *ret = duration_end(m, at, back, false);
    return ERR_OK;
}

/* Ids of the files of one register that are over at the moment; `only`: asked of this one, 0: all.
 */
static Err over_at(Reader *rd, const Register *reg, int64_t at, int64_t only, IdList *ret)
{
    const Model *m = rd->store->model;
    Question q = question(m, rd->arena);
    Stmt *st;
    *ret = (IdList){0};
    buf_printf(&q.sql, "SELECT r.id FROM %.*s r WHERE (:only=0 OR r.id=:only) AND ",
               STR_ARG(reg->name));
    put_over(&q, reg, "r", reg);
    buf_lit(&q.sql, " AND NOT EXISTS (SELECT 1 FROM hapus h WHERE h.uid=r.uid AND h.done_at<>0)");
    put_parts(&q, reg, false);
    buf_lit(&q.sql, " ORDER BY r.ubah_at LIMIT :max");
    TRY(db_stmt(rd->db, str_z(rd->arena, buf_str(&q.sql)), &st, BIND(":only", only),
                BIND(":max", RETENTION_LISTED)));
    for (size_t i = 0; i < m->reg_count; i++) {
        int64_t last;
        if (!q.asks[i])
            continue;
        TRY(last_change(rd, m->regs[i], at, &last));
        stmt_int(st, z_printf(rd->arena, ":c%zu", i), last);
    }
    return stmt_ids(st, rd->arena, ret);
}

static bool is_file(const Register *reg)
{
    return reg->key == KEY_OWN && reg->retention.after;
}

static bool among(const IdList *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

Err retention_due(Reader *rd, RetentionRow *ret, size_t max, size_t *ret_n)
{
    const Model *m = rd->store->model;
    int64_t now = clock_now(), ahead = now + RETENTION_AHEAD_DAYS * DAY_MS;
    *ret_n = 0;
    for (size_t i = 0; i < m->reg_count && *ret_n < max; i++) {
        IdList soon, over = {0};
        if (!is_file(m->regs[i]))
            continue;
        TRY(over_at(rd, m->regs[i], ahead, 0, &soon));
        if (soon.n)
            TRY(over_at(rd, m->regs[i], now, 0, &over));
        for (size_t k = 0; k < soon.n && *ret_n < max; k++) {
            RetentionRow *row = &ret[(*ret_n)++];
            *row = (RetentionRow){.law = retention_law(m, m->regs[i]),
                                  .over = among(&over, soon.items[k])};
            TRY(row_by_id(rd->db, rd->arena, m->regs[i], soon.items[k], &row->rec));
        }
    }
    return ERR_OK;
}

Err retention_over(Reader *rd, const Record *r, bool *ret)
{
    IdList ids;
    *ret = false;
    if (!is_file(r->reg))
        return ERR_OK;
    TRY(over_at(rd, r->reg, clock_now(), r->id, &ids));
    *ret = ids.n > 0;
    return ERR_OK;
}

Err retention_held(Db *db, Arena *a, const Record *r, bool *ret)
{
    Question q = question(r->reg->model, a);
    buf_printf(&q.sql, "SELECT 1 FROM %.*s r WHERE r.id=:id AND (", STR_ARG(r->reg->name));
    put_held(&q.sql, r->reg, "r");
    put_parts(&q, r->reg, true);
    buf_lit(&q.sql, ")");
    return db_any(db, str_z(a, buf_str(&q.sql)), ret, BIND(":id", r->id));
}
