#include "model/subject_file.h"

#include "base/clock.h"
#include "guard/reach.h"
#include "model/give_reach.h"
#include "model/key_chain.h"
#include "model/plan.h"
#include "model/row.h"

Err subject_of_matter(Reader *rd, const Record *matter, Record *ret)
{
    const Store *s = rd->store;
    const State *state = reg_state(matter->reg, matter->state);
    int64_t person = role_id(s, matter, FIELD_ROLE_MATTER_PERSON);
    if (matter->reg->role != REG_ROLE_DATA_MATTER || matter->void_tx || !state || !state->opens ||
        !person)
        return E_FLOW;
    return row_by_id(rd->db, rd->arena, role_reg(s->model, REG_ROLE_PERSON), person, ret);
}

/* Her own record, and those found to be of the same person. */
static Str same_person(Arena *a, const Model *m)
{
    const Field *merged = role_field(m, FIELD_ROLE_PERSON_MERGED);
    return merged ? str_printf(a, " IN (SELECT :id UNION SELECT id FROM %.*s WHERE %.*s=:id)",
                               STR_ARG(merged->reg->name), STR_ARG(merged->name))
                  : S("=:id");
}

static Err add_register(Reader *rd, const Record *person, const Register *reg, unsigned classes,
                        SubjectFile *ret)
{
    Buf sql = buf_new(rd->arena, 512);
    IdList ids = {0};
    buf_printf(&sql, "SELECT t.id FROM %.*s t WHERE ", STR_ARG(reg->name));
    if (!key_chain_put(&sql, reg, "t", person->reg,
                       str_z(rd->arena, same_person(rd->arena, reg->model))))
        return ERR_OK;
    buf_lit(&sql, " ORDER BY t.id");
    TRY(db_ids(rd->db, buf_z(&sql), rd->arena, &ids, BIND(":id", person->id)));
    for (size_t i = 0; i < ids.n; i++) {
        Record r;
        TRY(row_by_id(rd->db, rd->arena, reg, ids.items[i], &r));
        TRY(store_unseal(rd, &r, classes));
        *ARENA_PUSH(rd->arena, *ret) = r;
    }
    return ERR_OK;
}

Err subject_file(Reader *rd, const Record *person, unsigned classes, SubjectFile *ret)
{
    const Model *m = rd->store->model;
    *ret = (SubjectFile){0};
    TRY(add_register(rd, person, person->reg, classes, ret));
    for (size_t i = 0; i < m->reg_count; i++)
        if (m->regs[i] != person->reg)
            TRY(add_register(rd, person, m->regs[i], classes, ret));
    return ERR_OK;
}

/* Records that name her in this field, unless they stand under her key and are in the file. */
static Err mentions_by(Reader *rd, const Record *person, const Field *f, SubjectMentions *ret)
{
    Arena *a = rd->arena;
    Str she = same_person(a, f->reg->model);
    Buf ignored = buf_new(a, 512);
    bool link = field_storage(f) == STORE_LINK;
    Stmt *st;
    Err e;
    if (key_chain_put(&ignored, f->reg, "t", person->reg, str_z(a, she)))
        return ERR_OK;
    Str column = link ? S("l.val") : str_printf(a, "t.%.*s", STR_ARG(f->name));
    Str of_reg = f->target ? S("")
                 : link    ? S(" AND l.reg=:reg")
                           : str_printf(a, " AND t.%.*s__reg=:reg", STR_ARG(f->name));
    Str join =
        link ? str_printf(a, " JOIN %.*s l ON l.rec=t.id", STR_ARG(field_link_table(a, f))) : S("");
    TRY(db_stmt(rd->db,
                z_printf(a,
                         "SELECT x.at FROM %.*s t JOIN tx x ON x.id=t.dibuat_tx%.*s"
                         " WHERE t.batal=0 AND %.*s%.*s%.*s ORDER BY x.at",
                         STR_ARG(f->reg->name), STR_ARG(join), STR_ARG(column), STR_ARG(she),
                         STR_ARG(of_reg)),
                &st, BIND(":id", person->id)));
    if (!f->target)
        stmt_text(st, ":reg", person->reg->name);
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) = (SubjectMention){f->reg, row_int(st, 0)};
    return e;
}

Err subject_mentions(Reader *rd, const Record *person, SubjectMentions *ret)
{
    *ret = (SubjectMentions){0};
    for (size_t i = 0; i < person->reg->referrer_count; i++)
        TRY(mentions_by(rd, person, person->reg->referrers[i], ret));
    return ERR_OK;
}

/* The institutions behind the rows of `jangkau` from one kind of principal on up to the next. */
static void put_offices(Buf *sql, const char *office, const char *join, const char *from,
                        const char *to)
{
    buf_printf(sql,
               "SELECT %s AS office,j.until,j.classes FROM jangkau j%s WHERE j.reg=:reg AND"
               " j.rec=:rec AND j.principal>=%s AND j.principal<%s AND j.since<=:now"
               " AND j.until>:now",
               office, join, from, to);
}

static Err receivers_stmt(Reader *rd, const Record *person, Stmt **ret)
{
    const Register *office = role_reg(rd->store->model, REG_ROLE_INSTITUTION);
    Buf sql = buf_new(rd->arena, 1024);
    buf_lit(&sql, "SELECT i.tajuk,max(q.until)");
    for (DataClass c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        buf_printf(&sql, "%smax(q.classes&%u)", c == CLASS_NONE + 1 ? "," : "|", CLASS_BIT(c));
    buf_lit(&sql, " FROM (");
    put_offices(&sql, "j.principal-:owner", "", ":owner", ":user");
    buf_lit(&sql, " UNION ALL ");
    put_offices(&sql, "f.agency", " JOIN fakta_pengguna f ON f.user_id=j.principal-:user", ":user",
                ":team");
    buf_lit(&sql, " UNION ALL ");
    put_offices(&sql, "j.principal-:team", "", ":team", ":area");
    buf_printf(&sql, ") q JOIN %.*s i ON i.id=q.office GROUP BY i.id,i.tajuk ORDER BY i.tajuk",
               STR_ARG(office->name));
    TRY(db_stmt(rd->db, buf_z(&sql), ret));
    stmt_text(*ret, ":reg", person->reg->name);
    stmt_int(*ret, ":rec", person->id);
    stmt_int(*ret, ":owner", principal_of(PRINCIPAL_OWNER, 0));
    stmt_int(*ret, ":user", principal_of(PRINCIPAL_USER, 0));
    stmt_int(*ret, ":team", principal_of(PRINCIPAL_TEAM, 0));
    stmt_int(*ret, ":area", principal_of(PRINCIPAL_AREA, 0));
    stmt_int(*ret, ":now", clock_now());
    return ERR_OK;
}

Err subject_receivers(Reader *rd, const Record *person, SubjectReceiver *ret, size_t max,
                      size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(receivers_stmt(rd, person, &st));
    while (*ret_n < max && stmt_next(st, &e))
        ret[(*ret_n)++] = (SubjectReceiver){.office = row_text(rd->arena, st, 0),
                                            .until = row_int(st, 1),
                                            .classes = (unsigned)row_int(st, 2) & CLASSES_ALL};
    stmt_done(st);
    return e;
}
