#include "engine/breach_db.h"

#include "model/give_reach.h"
#include "model/row.h"

#include <stdlib.h>

/* What both questions have in common: the time, the account, the office. */
#define IN_QUESTION                                                                                \
    " FROM audit WHERE at>=:since AND at<=:until AND result='ok'"                                  \
    " AND (:user='' OR actor=:user) AND (:office=0 OR agency=:office)"

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

/* Records opened, with how often and which classes. */
static Err opened_records(Reader *rd, const Record *matter, Affected *ret, size_t *ret_n)
{
    Buf sql = buf_new(rd->arena, 512);
    Stmt *st;
    Err e;
    buf_lit(&sql, "SELECT reg,uid,count(*),min(at),max(at)");
    for (DataClass c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        buf_printf(&sql, "%smax(classes&%u)", c == CLASS_NONE + 1 ? "," : "|", CLASS_BIT(c));
    buf_lit(&sql, IN_QUESTION " AND action='read' AND classes<>0 GROUP BY reg,uid");
    TRY(ask(rd, matter, str_z(rd->arena, buf_str(&sql)), &st));
    *ret_n = 0;
    while (stmt_next(st, &e)) {
        if (*ret_n == BREACH_RECORDS_MAX) {
            stmt_done(st);
            return E_TOO_LARGE;
        }
        ret[(*ret_n)++] = (Affected){.reg = model_reg(rd->store->model, row_text(rd->arena, st, 0)),
                                     .uid = row_text(rd->arena, st, 1),
                                     .times = row_int(st, 2),
                                     .first = row_int(st, 3),
                                     .last = row_int(st, 4),
                                     .classes = (unsigned)row_int(st, 5) & CLASSES_ALL};
    }
    return e;
}

/* Puts the person whose key protects the record in its place; a record of nobody stays itself. */
static Err name_subject(Reader *rd, Affected *a)
{
    const Register *persons = role_reg(rd->store->model, REG_ROLE_PERSON);
    Record r, person;
    Str subject;
    Err found = a->reg ? row_by_uid(rd->db, rd->arena, a->reg, a->uid, &r) : E_NOT_FOUND;
    if (found != ERR_OK)
        return found == E_NOT_FOUND ? ERR_OK : found; /* its register is gone */
    TRY(row_key_subject(rd->db, rd->arena, &r, &subject));
    Err e = persons ? row_by_uid(rd->db, rd->arena, persons, subject, &person) : E_NOT_FOUND;
    if (e != ERR_OK && e != E_NOT_FOUND)
        return e;
    const Record *named = e == ERR_OK ? &person : &r;
    a->reg = named->reg;
    a->uid = named->uid;
    a->number = named->number;
    a->heading = named->heading;
    return ERR_OK;
}

static int by_subject(const void *x, const void *y)
{
    const Affected *p = x, *q = y;
    return str_cmp(p->uid, q->uid);
}

static void join(Affected *to, const Affected *a)
{
    to->classes |= a->classes;
    to->times += a->times;
    to->first = a->first < to->first ? a->first : to->first;
    to->last = a->last > to->last ? a->last : to->last;
}

static void sort_out(Reader *rd, Affected *all, size_t n, Breach *ret)
{
    const Register *persons = role_reg(rd->store->model, REG_ROLE_PERSON);
    ret->persons = ARENA_ARRAY(rd->arena, n, Affected);
    ret->files = ARENA_ARRAY(rd->arena, n, Affected);
    if (n)
        qsort(all, n, sizeof *all, by_subject);
    for (size_t i = 0; i < n; i++) {
        bool person = all[i].reg == persons;
        Affected *list = person ? ret->persons : ret->files;
        size_t *count = person ? &ret->n : &ret->file_n;
        if (*count && str_eq(list[*count - 1].uid, all[i].uid))
            join(&list[*count - 1], &all[i]);
        else
            list[(*count)++] = all[i];
    }
}

Err breach_affected(Reader *rd, const Record *matter, Breach *ret)
{
    Affected *all = ARENA_ARRAY(rd->arena, BREACH_RECORDS_MAX, Affected);
    Stmt *st;
    bool row;
    size_t n;
    *ret = (Breach){0};
    TRY(opened_records(rd, matter, all, &n));
    for (size_t i = 0; i < n; i++)
        TRY(name_subject(rd, &all[i]));
    sort_out(rd, all, n, ret);
    TRY(ask(rd, matter, "SELECT count(*)" IN_QUESTION " AND action IN ('export','copy')", &st));
    TRY(stmt_step(st, &row));
    ret->sent = row_int(st, 0);
    stmt_done(st);
    return ERR_OK;
}
