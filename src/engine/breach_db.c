#include "engine/breach_db.h"

#include "model/give_reach.h"
#include "model/key_chain.h"
#include "model/row.h"

/* What all questions have in common: the time, the account, the office. */
#define IN_QUESTION                                                                                \
    " FROM audit a WHERE at>=:since AND at<=:until AND result='ok'"                                \
    " AND (:user='' OR actor=:user) AND (:office=0 OR agency=:office)"
#define OPENED IN_QUESTION " AND action='read' AND classes<>0"

typedef struct Time {
    int64_t since, until;
} Time;

static bool time_of(Reader *rd, const Record *matter, Time *ret)
{
    return str_i64(role_text(rd->store, matter, FIELD_ROLE_MATTER_SINCE), &ret->since) &&
           str_i64(role_text(rd->store, matter, FIELD_ROLE_MATTER_UNTIL), &ret->until);
}

static Err ask(Reader *rd, const Record *matter, const char *sql, Stmt **ret)
{
    Time time;
    Str user = role_text(rd->store, matter, FIELD_ROLE_MATTER_USER);
    if (!time_of(rd, matter, &time))
        return E_FLOW;
    TRY(db_stmt(rd->db, sql, ret));
    stmt_int(*ret, ":since", time.since);
    stmt_int(*ret, ":until", time.until);
    stmt_text(*ret, ":user", user.ptr ? user : S(""));
    stmt_int(*ret, ":office", role_id(rd->store, matter, FIELD_ROLE_MATTER_INSTITUTION));
    return ERR_OK;
}

/* The id of the person whose key protects what a row of the audit opened; NULL: of nobody. */
static const char *person_of(Reader *rd)
{
    const Model *m = rd->store->model;
    const Register *persons = role_reg(m, REG_ROLE_PERSON);
    Buf sql = buf_new(rd->arena, 4096);
    buf_lit(&sql, "CASE reg WHEN '' THEN NULL");
    for (size_t i = 0; persons && i < m->reg_count; i++) {
        size_t before = sql.len;
        const char *name = str_z(rd->arena, m->regs[i]->name);
        buf_printf(&sql, " WHEN '%s' THEN (SELECT ", name);
        if (key_chain_put_id(&sql, m->regs[i], "t", persons))
            buf_printf(&sql, " FROM %s t WHERE t.uid=a.uid)", name);
        else
            sql.len = before;
    }
    buf_lit(&sql, " END");
    return str_z(rd->arena, buf_str(&sql));
}

/* Whose turn it is, and what was opened of it. One pass finds the ids that fill a page, one what
 * they stand for: what is kept meanwhile does not grow with what was opened. */
static Err ask_page(Reader *rd, const Record *matter, bool persons, Str after, size_t max,
                    Stmt **ret)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_PERSON);
    const char *person = person_of(rd), *key = persons ? "person" : "uid";
    const char *of = z_printf(rd->arena, "(SELECT *,%s person" OPENED ")", person);
    const char *next = z_printf(rd->arena,
                                persons ? "person>COALESCE((SELECT id FROM %.*s"
                                          " WHERE uid=:after),0)"
                                        : "person IS NULL AND uid>:after",
                                STR_ARG(reg ? reg->name : S("")));
    Buf sql = buf_new(rd->arena, 8192);
    buf_printf(&sql, "SELECT %s,max(reg),count(*),min(at),max(at)", key);
    for (DataClass c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        buf_printf(&sql, "%smax(classes&%u)", c == CLASS_NONE + 1 ? "," : "|", CLASS_BIT(c));
    buf_printf(&sql,
               " FROM %s WHERE %s IN (SELECT DISTINCT %s FROM %s WHERE %s ORDER BY 1 LIMIT :max)"
               " GROUP BY 1 ORDER BY 1",
               of, key, key, of, next);
    TRY(ask(rd, matter, str_z(rd->arena, buf_str(&sql)), ret));
    stmt_text(*ret, ":after", after.ptr ? after : S(""));
    stmt_int(*ret, ":max", (int64_t)max);
    return ERR_OK;
}

/* The words for one row; a record whose register is gone stays its uid. */
static Err read_affected(Reader *rd, Stmt *st, bool person, Affected *ret)
{
    Record r;
    *ret = (Affected){.times = row_int(st, 2),
                      .first = row_int(st, 3),
                      .last = row_int(st, 4),
                      .classes = (unsigned)row_int(st, 5) & CLASSES_ALL};
    ret->reg = person ? role_reg(rd->store->model, REG_ROLE_PERSON)
                      : model_reg(rd->store->model, row_text(rd->arena, st, 1));
    ret->uid = person ? STR_NONE : row_text(rd->arena, st, 0);
    Err e = person     ? row_by_id(rd->db, rd->arena, ret->reg, row_int(st, 0), &r)
            : ret->reg ? row_by_uid(rd->db, rd->arena, ret->reg, ret->uid, &r)
                       : E_NOT_FOUND;
    if (e != ERR_OK)
        return e == E_NOT_FOUND ? ERR_OK : e;
    ret->uid = r.uid;
    ret->number = r.number;
    ret->heading = r.heading;
    return ERR_OK;
}

Err breach_page(Reader *rd, const Record *matter, bool persons, Str after, size_t max,
                Affected *ret, size_t *ret_n)
{
    Stmt *st;
    Err e;
    *ret_n = 0;
    if (persons && !role_reg(rd->store->model, REG_ROLE_PERSON))
        return ERR_OK;
    TRY(ask_page(rd, matter, persons, after, max, &st));
    while (stmt_next(st, &e)) {
        e = read_affected(rd, st, persons, &ret[(*ret_n)++]);
        if (e != ERR_OK)
            break;
    }
    stmt_done(st);
    return e;
}

Err breach_count(Reader *rd, const Record *matter, Breach *ret)
{
    Stmt *st;
    bool row;
    const char *sql = z_printf(rd->arena,
                               "SELECT count(DISTINCT person),"
                               "count(DISTINCT CASE WHEN person IS NULL THEN uid END)"
                               " FROM (SELECT uid,%s person" OPENED ")",
                               person_of(rd));
    TRY(ask(rd, matter, sql, &st));
    TRY(stmt_step(st, &row));
    *ret = (Breach){.persons = row_int(st, 0), .files = row_int(st, 1)};
    stmt_done(st);
    TRY(ask(rd, matter, "SELECT count(*)" IN_QUESTION " AND action IN ('export','copy')", &st));
    TRY(stmt_step(st, &row));
    ret->sent = row_int(st, 0);
    stmt_done(st);
    return ERR_OK;
}
