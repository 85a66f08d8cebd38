#include "model/audit_readers.h"

#include "model/key_chain.h"

/* What stands under the record's own key, however far down, is part of its file. */
static void put_about(Buf *sql, const Register *reg)
{
    const Model *m = reg->model;
    buf_printf(sql, "a.uid IN (SELECT uid FROM %.*s WHERE id=:id", STR_ARG(reg->name));
    for (size_t i = 0; i < m->reg_count; i++) {
        size_t before = sql->len;
        buf_printf(sql, " UNION ALL SELECT t.uid FROM %.*s t WHERE ", STR_ARG(m->regs[i]->name));
        if (m->regs[i] == reg || !m->regs[i]->has_sealed ||
            !key_chain_put(sql, m->regs[i], "t", reg, "=:id"))
            sql->len = before;
    }
    buf_lit(sql, ") AND a.action='read' AND a.classes<>0 AND a.result='ok'");
}

static Err begin(Reader *rd, const Record *r, const char *columns, const char *tail, Stmt **ret)
{
    const Register *agency = role_reg(rd->store->model, REG_ROLE_INSTITUTION);
    Buf sql = buf_new(rd->arena, 1024);
    buf_printf(&sql,
               "SELECT %s FROM audit a LEFT JOIN fakta_pengguna p ON p.uid=a.actor"
               " LEFT JOIN %.*s i ON i.id=a.agency WHERE ",
               columns, STR_ARG(agency->name));
    put_about(&sql, r->reg);
    buf_put(&sql, str_of(tail));
    TRY(db_stmt(rd->db, buf_z(&sql), ret));
    stmt_int(*ret, ":id", r->id);
    return ERR_OK;
}

Err audit_reading_offices(Reader *rd, const Record *r, ReadingOffice *ret, size_t max,
                          size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    Buf columns = buf_new(rd->arena, 256);
    *ret_n = 0;
    buf_lit(&columns, "i.tajuk,count(*),count(DISTINCT a.actor),min(a.at),max(a.at),"
                      "replace(replace(group_concat(DISTINCT replace(a.purpose,',',char(31))),"
                      "',',char(10)),char(31),','),0");
    for (DataClass c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        buf_printf(&columns, "|max(a.classes&%u)", CLASS_BIT(c));
    TRY(begin(rd, r, str_z(rd->arena, buf_str(&columns)), " GROUP BY a.agency ORDER BY 2 DESC, 1",
              &st));
    while (*ret_n < max && stmt_next(st, &e))
        ret[(*ret_n)++] = (ReadingOffice){.agency = row_text(rd->arena, st, 0),
                                          .times = row_int(st, 1),
                                          .officers = row_int(st, 2),
                                          .first = row_int(st, 3),
                                          .last = row_int(st, 4),
                                          .purposes = row_text(rd->arena, st, 5),
                                          .classes = (unsigned)row_int(st, 6) & CLASSES_ALL};
    stmt_done(st);
    return e;
}

Err audit_openings(Reader *rd, const Record *r, AuditLine *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(begin(rd, r, AUDIT_LINE, " ORDER BY a.node DESC, a.seq DESC", &st));
    while (*ret_n < max && stmt_next(st, &e))
        ret[(*ret_n)++] = audit_line(rd, st);
    stmt_done(st);
    return e;
}
