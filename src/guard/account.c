#include "guard/account.h"

#include "clock.h"
#include "guard/subject.h"

enum { FREE_FAILURES = 2, WAIT_MAX_MS = 16 * 60 * 1000 };

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

/* ---- secrets ---- */

Err account_put(WriteTx *tx, Str user_uid, Str login, Str hash)
{
    return db_run(tx->db,
                  "INSERT INTO akun(user_uid,login,hash,failed,wait_until)"
                  " VALUES(:uid,:login,:hash,0,0) ON CONFLICT(user_uid) DO UPDATE SET"
                  " login=excluded.login, hash=excluded.hash, failed=0, wait_until=0, change_due=0",
                  BIND(":uid", user_uid), BIND(":login", login_fold(tx->arena, login)),
                  BIND(":hash", hash));
}

Err account_change_due(WriteTx *tx, Str user_uid)
{
    return db_run(tx->db, "UPDATE akun SET change_due=:now WHERE user_uid=:uid",
                  BIND(":now", clock_now()), BIND(":uid", user_uid));
}

Err account_find(Db *db, Arena *a, Str login, Account *ret)
{
    Stmt *st;
    TRY(db_first(db,
                 "SELECT user_uid,login,hash,failed,wait_until,change_due FROM akun"
                 " WHERE login=:login",
                 &st, BIND(":login", login_fold(a, login))));
    if (!st)
        return E_NOT_FOUND;
    *ret = (Account){.user_uid = row_text(a, st, 0),
                     .login = row_text(a, st, 1),
                     .hash = row_text(a, st, 2),
                     .failed = row_int(st, 3),
                     .wait_until = row_int(st, 4),
                     .given_at = row_int(st, 5)};
    stmt_done(st);
    return ERR_OK;
}

/* 8 s after the third failure, doubled at each further one. */
static int64_t wait_after(int64_t failed)
{
    if (failed <= FREE_FAILURES)
        return 0;
    return failed < 10 ? ((int64_t)1 << failed) * 1000 : WAIT_MAX_MS;
}

/* As much for the disk as a try that counts: the time of an answer must not tell which it was. */
static Err count_nothing(Db *db)
{
    return db_run(db, "UPDATE akun SET failed=failed WHERE rowid=(SELECT min(rowid) FROM akun)");
}

/* What is not forgotten yet of earlier failures. */
static int64_t remembered(const Account *account, int64_t now)
{
    int64_t forgotten = (now - account->wait_until) / WAIT_MAX_MS;
    return account->failed > forgotten ? account->failed - forgotten : 0;
}

Err account_try(WriteTx *tx, Arena *a, Str login, AccountTry *ret)
{
    int64_t now = clock_now();
    *ret = (AccountTry){.err = ERR_OK};
    Err e = account_find(tx->db, a, login, &ret->account);
    if (e == E_NOT_FOUND)
        ret->err = E_LOGIN;
    else if (e != ERR_OK)
        return e;
    else if (now < ret->account.wait_until)
        ret->err = E_LIMIT;
    if (ret->err != ERR_OK)
        return count_nothing(tx->db);
    ret->counted = remembered(&ret->account, now) + 1;
    return db_run(tx->db, "UPDATE akun SET failed=:n, wait_until=:w WHERE user_uid=:uid",
                  BIND(":n", ret->counted), BIND(":w", now + wait_after(ret->counted)),
                  BIND(":uid", ret->account.user_uid));
}

void account_judge(AccountTry *t, Str password)
{
    if (str_empty(t->account.user_uid))
        password_dummy(password);
    else if (!password_matches(t->account.hash, password) && t->err == ERR_OK)
        t->err = E_LOGIN;
}

/* Others who failed meanwhile keep their count and their wait. */
Err account_right(WriteTx *tx, const AccountTry *t)
{
    return db_run(tx->db,
                  "UPDATE akun SET wait_until=CASE WHEN failed=:n THEN :before ELSE wait_until END,"
                  " failed=CASE WHEN failed=:n THEN :had ELSE failed-1 END"
                  " WHERE user_uid=:uid AND failed>0",
                  BIND(":n", t->counted), BIND(":before", t->account.wait_until),
                  BIND(":had", t->account.failed), BIND(":uid", t->account.user_uid));
}
