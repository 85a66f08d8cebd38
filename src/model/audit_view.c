#include "model/audit_view.h"

#include "base/rand.h"
#include "base/utf8.h"

static Err number_of(Reader *rd, const Register *reg, Str uid, Str *ret)
{
    Str sql = str_printf(rd->arena, "SELECT nomor FROM %.*s WHERE uid=:p", STR_ARG(reg->name));
    return db_text(rd->db, sql.ptr, rd->arena, ret, BIND(":p", uid));
}

/* The record that carries the number, whichever register it stands in. */
static Err uid_of_number(Reader *rd, Str number, Str *ret)
{
    const Model *m = rd->store->model;
    *ret = STR_NONE;
    for (size_t i = 0; i < m->reg_count && !ret->ptr; i++)
        if (!str_empty(m->regs[i]->number))
            TRY(db_text(rd->db,
                        z_printf(rd->arena, "SELECT uid FROM %.*s WHERE nomor=:p",
                                 STR_ARG(m->regs[i]->name)),
                        rd->arena, ret, BIND(":p", number)));
    if (!ret->ptr)
        *ret = S("-"); /* no such record: nothing is found, not everything */
    return ERR_OK;
}

static Str agency_sql(Reader *rd)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_INSTITUTION);
    return str_printf(rd->arena,
                      "SELECT " AUDIT_LINE " FROM audit a"
                      " LEFT JOIN fakta_pengguna p ON p.uid=a.actor"
                      " LEFT JOIN %.*s i ON i.id=a.agency"
                      " WHERE (:login IS NULL OR p.login=:login)"
                      " AND (:action IS NULL OR a.action=:action)"
                      " AND (:uid IS NULL OR a.uid=:uid)"
                      " AND (:agency IS NULL OR i.cari LIKE :agency)"
                      " AND (:from=0 OR a.at>=:from) AND (:to=0 OR a.at<:to)"
                      " AND (:refused=0 OR a.result<>'ok')"
                      " AND (:before=0 OR a.seq<:before)"
                      " ORDER BY a.node DESC, a.seq DESC",
                      STR_ARG(reg->name));
}

static Str absent(Str s)
{
    return s.len ? s : STR_NONE;
}

/* "%part%"; the wild cards of LIKE stand in no name. */
static Str part_of_name(Arena *a, Str typed)
{
    Str folded = utf8_fold(a, typed);
    Buf b = buf_new(a, folded.len + 2);
    if (str_empty(folded))
        return STR_NONE;
    buf_char(&b, '%');
    for (size_t i = 0; i < folded.len; i++)
        if (folded.ptr[i] != '%' && folded.ptr[i] != '_')
            buf_char(&b, folded.ptr[i]);
    buf_char(&b, '%');
    return buf_str(&b);
}

static Err begin(Reader *rd, const AuditFilter *f, Stmt **ret)
{
    Str uid = uid_shape(f->number) ? f->number : STR_NONE; /* of a file that was taken */
    if (!str_empty(f->number) && !uid.ptr)
        TRY(uid_of_number(rd, f->number, &uid));
    TRY(db_stmt(rd->db, agency_sql(rd).ptr, ret));
    stmt_text(*ret, ":login", absent(f->login));
    stmt_text(*ret, ":action", absent(f->action));
    stmt_text(*ret, ":uid", uid);
    stmt_text(*ret, ":agency", part_of_name(rd->arena, f->agency));
    stmt_int(*ret, ":from", f->from);
    stmt_int(*ret, ":to", f->to);
    stmt_int(*ret, ":refused", f->refused);
    stmt_int(*ret, ":before", f->before);
    return ERR_OK;
}

AuditLine audit_line(Reader *rd, Stmt *st)
{
    Arena *a = rd->arena;
    Str reg = row_text(a, st, 5);
    return (AuditLine){.seq = row_int(st, 0),
                       .at = row_int(st, 1),
                       .actor = row_text(a, st, 2),
                       .agency = row_text(a, st, 3),
                       .action = row_text(a, st, 4),
                       .reg = reg.ptr ? model_reg(rd->store->model, reg) : NULL,
                       .uid = row_text(a, st, 6),
                       .purpose = row_text(a, st, 7),
                       .result = row_text(a, st, 8),
                       .classes = (unsigned)row_int(st, 9) & CLASSES_ALL};
}

/* To whom a conflict of interest shuts a file there is none, here neither. */
static bool is_open(Reader *rd, const AuditLine *line)
{
    return !line->reg || !uid_shape(line->uid) || !store_excluded(rd, line->reg, line->uid);
}

Err audit_view(Reader *rd, const AuditFilter *f, AuditLine *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    size_t n = 0;
    TRY(begin(rd, f, &st));
    while (n < max && stmt_next(st, &e)) {
        ret[n] = audit_line(rd, st);
        n += is_open(rd, &ret[n]);
    }
    stmt_done(st);
    TRY(e);
    for (size_t i = 0; i < n; i++)
        if (ret[i].reg && uid_shape(ret[i].uid))
            TRY(number_of(rd, ret[i].reg, ret[i].uid, &ret[i].number));
    *ret_n = n;
    return ERR_OK;
}

Err audit_of_account(Reader *rd, Str user_uid, AuditLine *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(db_stmt(rd->db,
                "SELECT a.seq,a.at,CASE WHEN a.actor<>:uid THEN COALESCE(p.name,a.actor) END,NULL,"
                "a.action,a.reg,a.uid,NULL,a.result,0 FROM audit a"
                " LEFT JOIN fakta_pengguna p ON p.uid=a.actor WHERE a.uid=:uid AND"
                " (a.action IN "
                "('login','login:new','password','factor:confirm','factor:remove','factor:reset',"
                "'token:make') OR substr(a.action,1,6)='roles:') ORDER BY a.seq DESC",
                &st, BIND(":uid", user_uid)));
    while (*ret_n < max && stmt_next(st, &e))
        ret[(*ret_n)++] = audit_line(rd, st);
    stmt_done(st);
    return e;
}
