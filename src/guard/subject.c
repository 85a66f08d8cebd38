#include "guard/subject.h"

#include "base/clock.h"

Str login_fold(Arena *a, Str login)
{
    return str_lower(a, str_trim(login));
}

static Err follow_login(Db *db, Str user_uid, Str login)
{
    return db_run(db, "UPDATE akun SET login=:login WHERE user_uid=:uid AND login<>:login",
                  BIND(":uid", user_uid), BIND(":login", login));
}

Err user_fact_put(WriteTx *tx, const UserFact *f)
{
    Str login = login_fold(tx->arena, f->login);
    TRY(db_run(tx->db,
               "INSERT INTO fakta_pengguna(user_id,uid,login,name,roles,active,valid_until,area,"
               "agency) VALUES(:id,:uid,:login,:name,:roles,:active,:until,:area,:agency)"
               " ON CONFLICT(user_id) DO UPDATE SET uid=excluded.uid, login=excluded.login,"
               " name=excluded.name, roles=excluded.roles, active=excluded.active,"
               " valid_until=excluded.valid_until, area=excluded.area, agency=excluded.agency",
               BIND(":id", f->user), BIND(":uid", f->uid), BIND(":login", login),
               BIND(":name", f->name), BIND(":roles", f->roles), BIND(":active", f->active),
               BIND(":until", f->until), BIND(":area", f->area), BIND(":agency", f->agency)));
    return follow_login(tx->db, f->uid, login);
}

Err member_fact_covered(Db *db, const MemberFact *f, bool *ret)
{
    return db_any(db,
                  "SELECT 1 FROM fakta_anggota WHERE user_id=:user AND agency=:agency"
                  " AND start_on<=:start AND (end_on IS NULL OR end_on>=:end)",
                  ret, BIND(":user", f->user), BIND(":agency", f->agency), BIND(":start", f->start),
                  BIND(":end", f->end));
}

Err member_fact_put(WriteTx *tx, const MemberFact *f)
{
    return db_run(tx->db,
                  "INSERT INTO fakta_anggota(membership,user_id,agency,start_on,end_on)"
                  " VALUES(:id,:user,:agency,:start,:end) ON CONFLICT(membership) DO UPDATE SET"
                  " user_id=excluded.user_id, agency=excluded.agency, start_on=excluded.start_on,"
                  " end_on=excluded.end_on",
                  BIND(":id", f->membership), BIND(":user", f->user), BIND(":agency", f->agency),
                  BIND(":start", f->start), BIND(":end", f->end));
}

Err member_fact_drop(WriteTx *tx, int64_t membership)
{
    return db_run(tx->db, "DELETE FROM fakta_anggota WHERE membership=:id",
                  BIND(":id", membership));
}

static uint64_t role_bits(Str words, const StrList *names)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < names->n && i < 64; i++)
        if (str_has_word(words, names->items[i]))
            bits |= (uint64_t)1 << i;
    return bits;
}

static bool user_valid(const UserFact *f, Str today)
{
    return f->active && (!f->until.ptr || str_cmp(today, f->until) <= 0);
}

#define USER_COLUMNS "user_id,uid,login,name,roles,active,valid_until,area,agency"

static Err read_user(Stmt *st, Arena *a, UserFact *ret)
{
    if (!st)
        return E_LOGIN;
    *ret = (UserFact){.user = row_int(st, 0),
                      .uid = row_text(a, st, 1),
                      .login = row_text(a, st, 2),
                      .name = row_text(a, st, 3),
                      .roles = row_text(a, st, 4),
                      .active = row_int(st, 5) != 0,
                      .until = row_text(a, st, 6),
                      .area = row_text(a, st, 7),
                      .agency = row_int(st, 8)};
    stmt_done(st);
    return ERR_OK;
}

static Err live_agencies(Db *db, const UserFact *f, Str today, Subject *s)
{
    Stmt *st;
    Err e = ERR_OK;
    TRY(db_stmt(db,
                "SELECT agency FROM fakta_anggota WHERE user_id=:user AND start_on<=:today"
                " AND (end_on IS NULL OR end_on>=:today) GROUP BY agency"
                " ORDER BY CASE WHEN agency=:home THEN 0 ELSE 1 END, agency",
                &st, BIND(":user", f->user), BIND(":today", today), BIND(":home", f->agency)));
    while (s->agency_count < AGENCIES_MAX && stmt_next(st, &e))
        s->agencies[s->agency_count++] = row_int(st, 0);
    stmt_done(st);
    return e;
}

/* The first administrator of an empty installation stands under no institution yet. */
static Err needs_membership(Db *db, const UserFact *f, bool *ret)
{
    *ret = true;
    if (f->agency != 0)
        return ERR_OK;
    return db_any(db, "SELECT 1 FROM fakta_anggota WHERE user_id=:user LIMIT 1", ret,
                  BIND(":user", f->user));
}

/* Of the user at whose row the statement stands. */
static Err subject_of(Db *db, Arena *a, Stmt *st, int64_t now, const StrList *roles, Subject *ret)
{
    bool needs;
    UserFact f;
    TRY(read_user(st, a, &f));
    Str today = date_iso(a, clock_date_of(now, NULL));
    Subject s = {.user = f.user,
                 .uid = f.uid,
                 .login = f.login,
                 .name = f.name,
                 .roles = role_bits(f.roles, roles),
                 .area = f.area};
    if (!user_valid(&f, today))
        return E_LOGIN;
    TRY(live_agencies(db, &f, today, &s));
    if (!s.agency_count) {
        TRY(needs_membership(db, &f, &needs));
        if (needs)
            return E_LOGIN;
    }
    *ret = s;
    return ERR_OK;
}

Err user_subject(Db *db, Arena *a, Str login, int64_t now, const StrList *roles, Subject *ret)
{
    Stmt *st;
    TRY(db_first(db, "SELECT " USER_COLUMNS " FROM fakta_pengguna WHERE login=:login", &st,
                 BIND(":login", login_fold(a, login))));
    return subject_of(db, a, st, now, roles, ret);
}

Err uid_subject(Db *db, Arena *a, Str uid, int64_t now, const StrList *roles, Subject *ret)
{
    Stmt *st;
    TRY(db_first(db, "SELECT " USER_COLUMNS " FROM fakta_pengguna WHERE uid=:uid", &st,
                 BIND(":uid", uid)));
    return subject_of(db, a, st, now, roles, ret);
}
