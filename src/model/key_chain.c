#include "model/key_chain.h"

/* One register that may be the parent; its rows are asked the same under its own name. */
static bool put_parent(Buf *sql, const Register *reg, const char *alias, const Register *parent,
                       const Register *subject, const char *test, bool first)
{
    size_t before = sql->len;
    const char *name = str_z(sql->arena, parent->name);
    if (!reg_accepts_parent(reg, parent))
        return false;
    buf_printf(sql, "%s(%s.induk_reg='%s' AND %s.induk IN (SELECT %s.id FROM %s WHERE ",
               first ? "" : " OR ", alias, name, alias, name, name);
    if (!key_chain_put(sql, parent, name, subject, test)) {
        sql->len = before;
        return false;
    }
    buf_lit(sql, "))");
    return true;
}

static bool put_parents(Buf *sql, const Register *reg, const char *alias, const Register *subject,
                        const char *test)
{
    const Model *m = reg->model;
    size_t before = sql->len;
    bool any = false;
    buf_lit(sql, "(");
    for (size_t i = 0; i < m->reg_count; i++)
        any |= put_parent(sql, reg, alias, m->regs[i], subject, test, !any);
    if (any)
        buf_lit(sql, ")");
    else
        sql->len = before;
    return any;
}

bool key_chain_put(Buf *sql, const Register *reg, const char *alias, const Register *subject,
                   const char *test)
{
    if (reg == subject) {
        buf_printf(sql, "%s.id%s", alias, test);
        return true;
    }
    if (reg->key == KEY_REF && reg->key_ref->target == subject) {
        buf_printf(sql, "%s.%.*s%s", alias, STR_ARG(reg->key_ref->name), test);
        return true;
    }
    return reg->key == KEY_PARENT && put_parents(sql, reg, alias, subject, test);
}

Err key_chain_rows(Db *db, Arena *a, const Register *reg, const Register *subject, int64_t id,
                   IdList *ret)
{
    Buf sql = buf_new(a, 512);
    *ret = (IdList){0};
    buf_printf(&sql, "SELECT t.id FROM %.*s t WHERE ", STR_ARG(reg->name));
    if (!key_chain_put(&sql, reg, "t", subject, "=:id"))
        return ERR_OK;
    return db_ids(db, buf_z(&sql), a, ret, BIND(":id", id));
}

static bool put_parent_ids(Buf *sql, const Register *reg, const char *alias,
                           const Register *subject)
{
    const Model *m = reg->model;
    bool any = false;
    buf_printf(sql, "CASE %s.induk_reg", alias);
    for (size_t i = 0; i < m->reg_count; i++) {
        const char *name = str_z(sql->arena, m->regs[i]->name);
        size_t before = sql->len;
        buf_printf(sql, " WHEN '%s' THEN (SELECT ", name);
        if (reg_accepts_parent(reg, m->regs[i]) &&
            key_chain_put_id(sql, m->regs[i], name, subject)) {
            buf_printf(sql, " FROM %s WHERE %s.id=%s.induk)", name, name, alias);
            any = true;
        } else {
            sql->len = before;
        }
    }
    buf_lit(sql, " END");
    return any;
}

bool key_chain_put_id(Buf *sql, const Register *reg, const char *alias, const Register *subject)
{
    size_t before = sql->len;
    if (reg != subject && reg->key == KEY_PARENT) {
        bool any = put_parent_ids(sql, reg, alias, subject);
        if (!any)
            sql->len = before;
        return any;
    }
    return key_chain_put(sql, reg, alias, subject, ""); /* the column, of which nothing is asked */
}
