#include "guard/account.h"

#include "clock.h"

enum { FREE_FAILURES = 2, WAIT_MAX_SECONDS = 15 * 60 };

Err account_schema(Db *db)
{
    return db_exec(db,
                   "CREATE TABLE IF NOT EXISTS akun(user_uid " DB_TEXT " PRIMARY KEY,"
                   "login " DB_TEXT " NOT NULL UNIQUE, hash " DB_TEXT " NOT NULL,"
                   "failed " DB_INTEGER " NOT NULL DEFAULT 0,"
                   "wait_until " DB_INTEGER " NOT NULL DEFAULT 0,"
                   "change_due " DB_INTEGER " NOT NULL DEFAULT 0);"
                   "CREATE TABLE IF NOT EXISTS fakta_pengguna(user_id " DB_INTEGER " PRIMARY KEY,"
                   "uid " DB_TEXT " NOT NULL UNIQUE, login " DB_TEXT " NOT NULL UNIQUE,"
                   "name " DB_TEXT ", roles " DB_TEXT ", active " DB_INTEGER " NOT NULL,"
                   "valid_until " DB_TEXT ", area " DB_TEXT ", agency " DB_INTEGER " NOT NULL);"
                   "CREATE TABLE IF NOT EXISTS fakta_anggota(membership " DB_INTEGER " PRIMARY KEY,"
                   "user_id " DB_INTEGER " NOT NULL, agency " DB_INTEGER " NOT NULL,"
                   "start_on " DB_TEXT ", end_on " DB_TEXT ");"
                   "CREATE INDEX IF NOT EXISTS fakta_anggota_user ON fakta_anggota(user_id);");
}

Str login_fold(Arena *a, Str login)
{
    return str_lower(a, str_trim(login));
}

/* ---- secrets ---- */

Err account_put(WriteTx *tx, Str user_uid, Str login, Str hash)
{
    Stmt *st;
    TRY(db_stmt(tx->db,
                "INSERT INTO akun(user_uid,login,hash,failed,wait_until)"
                " VALUES(:uid,:login,:hash,0,0) ON CONFLICT(user_uid) DO UPDATE SET"
                " login=excluded.login, hash=excluded.hash, failed=0, wait_until=0, change_due=0",
                &st));
    stmt_text(st, ":uid", user_uid);
    stmt_text(st, ":login", login_fold(tx->arena, login));
    stmt_text(st, ":hash", hash);
    return stmt_run(st);
}

Err account_change_due(WriteTx *tx, Str user_uid)
{
    Stmt *st;
    TRY(db_stmt(tx->db, "UPDATE akun SET change_due=1 WHERE user_uid=:uid", &st));
    stmt_text(st, ":uid", user_uid);
    return stmt_run(st);
}

Err account_find(Db *db, Arena *a, Str login, Account *ret)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(db,
                "SELECT user_uid,login,hash,failed,wait_until FROM akun"
                " WHERE login=:login",
                &st));
    stmt_text(st, ":login", login_fold(a, login));
    TRY(stmt_step(st, &row));
    if (!row)
        return E_NOT_FOUND;
    *ret = (Account){.user_uid = row_text(a, st, 0),
                     .login = row_text(a, st, 1),
                     .hash = row_text(a, st, 2),
                     .failed = row_int(st, 3),
                     .wait_until = row_int(st, 4)};
    stmt_done(st);
    return ERR_OK;
}

Err account_check(Db *db, Arena *a, Str login, Str password, Account *ret)
{
    Account account;
    Err e = account_find(db, a, login, &account);
    if (e == E_NOT_FOUND) {
        password_dummy(password);
        return E_LOGIN;
    }
    TRY(e);
    bool matches = password_matches(account.hash, password);
    *ret = account;
    if (clock_now() < account.wait_until)
        return E_LIMIT;
    return matches ? ERR_OK : E_LOGIN;
}

/* 8 s after the third failure, doubled at each further one. */
static int64_t wait_after(int64_t failed)
{
    if (failed <= FREE_FAILURES)
        return 0;
    int64_t seconds = failed < 10 ? (int64_t)1 << failed : WAIT_MAX_SECONDS;
    return (seconds < WAIT_MAX_SECONDS ? seconds : WAIT_MAX_SECONDS) * 1000;
}

static Err set_failures(Db *db, Str user_uid, int64_t failed, int64_t wait_until)
{
    Stmt *st;
    TRY(db_stmt(db, "UPDATE akun SET failed=:n, wait_until=:w WHERE user_uid=:uid", &st));
    stmt_int(st, ":n", failed);
    stmt_int(st, ":w", wait_until);
    stmt_text(st, ":uid", user_uid);
    return stmt_run(st);
}

Err account_attempt(WriteTx *tx, Str user_uid, bool ok)
{
    Stmt *st;
    bool row;
    int64_t now = clock_now();
    if (ok)
        return set_failures(tx->db, user_uid, 0, 0);
    TRY(db_stmt(tx->db, "SELECT failed,wait_until FROM akun WHERE user_uid=:uid", &st));
    stmt_text(st, ":uid", user_uid);
    TRY(stmt_step(st, &row));
    if (!row)
        return E_NOT_FOUND;
    int64_t failed = row_int(st, 0) + 1, waits = row_int(st, 1);
    stmt_done(st);
    if (now < waits)
        return ERR_OK;
    int64_t wait = wait_after(failed);
    return set_failures(tx->db, user_uid, failed, wait ? now + wait : 0);
}

Err account_waits(Db *db, Str user_uid, bool *ret)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(db, "SELECT wait_until>:now FROM akun WHERE user_uid=:uid", &st));
    stmt_int(st, ":now", clock_now());
    stmt_text(st, ":uid", user_uid);
    TRY(stmt_step(st, &row));
    *ret = row && row_int(st, 0) != 0;
    stmt_done(st);
    return ERR_OK;
}

/* ---- facts from the registers ---- */

static Err follow_login(Db *db, Str user_uid, Str login)
{
    Stmt *st;
    TRY(db_stmt(db, "UPDATE akun SET login=:login WHERE user_uid=:uid AND login<>:login", &st));
    stmt_text(st, ":uid", user_uid);
    stmt_text(st, ":login", login);
    return stmt_run(st);
}

Err user_fact_put(WriteTx *tx, const UserFact *f)
{
    Stmt *st;
    Str login = login_fold(tx->arena, f->login);
    TRY(db_stmt(tx->db,
                "INSERT INTO fakta_pengguna(user_id,uid,login,name,roles,active,valid_until,area,"
                "agency) VALUES(:id,:uid,:login,:name,:roles,:active,:until,:area,:agency)"
                " ON CONFLICT(user_id) DO UPDATE SET uid=excluded.uid, login=excluded.login,"
                " name=excluded.name, roles=excluded.roles, active=excluded.active,"
                " valid_until=excluded.valid_until, area=excluded.area, agency=excluded.agency",
                &st));
    stmt_int(st, ":id", f->user);
    stmt_text(st, ":uid", f->uid);
    stmt_text(st, ":login", login);
    stmt_text(st, ":name", f->name);
    stmt_text(st, ":roles", f->roles);
    stmt_int(st, ":active", f->active);
    stmt_text(st, ":until", f->until);
    stmt_text(st, ":area", f->area);
    stmt_int(st, ":agency", f->agency);
    TRY(stmt_run(st));
    return follow_login(tx->db, f->uid, login);
}

Err member_fact_put(WriteTx *tx, const MemberFact *f)
{
    Stmt *st;
    TRY(db_stmt(tx->db,
                "INSERT INTO fakta_anggota(membership,user_id,agency,start_on,end_on)"
                " VALUES(:id,:user,:agency,:start,:end) ON CONFLICT(membership) DO UPDATE SET"
                " user_id=excluded.user_id, agency=excluded.agency, start_on=excluded.start_on,"
                " end_on=excluded.end_on",
                &st));
    stmt_int(st, ":id", f->membership);
    stmt_int(st, ":user", f->user);
    stmt_int(st, ":agency", f->agency);
    stmt_text(st, ":start", f->start);
    stmt_text(st, ":end", f->end);
    return stmt_run(st);
}

Err member_fact_drop(WriteTx *tx, int64_t membership)
{
    Stmt *st;
    TRY(db_stmt(tx->db, "DELETE FROM fakta_anggota WHERE membership=:id", &st));
    stmt_int(st, ":id", membership);
    return stmt_run(st);
}
