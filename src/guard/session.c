#include "guard/session.h"

#include "clock.h"
#include "guard/account.h"
#include "guard/crypto.h"
#include "guard/second_factor.h"
#include "guard/seen.h"
#include "guard/subject.h"
#include "guard/token.h"

enum { TOKEN_SIZE = 32 };

#define LIFE_MS ((int64_t)SESSION_HOURS * 3600 * 1000)
#define IDLE_MS ((int64_t)SESSION_IDLE_MINUTES * 60 * 1000)

Err session_schema(Db *db)
{
    return db_exec(db,
                   "CREATE TABLE IF NOT EXISTS sesi(hash " DB_TEXT " PRIMARY KEY,"
                   "user_uid " DB_TEXT " NOT NULL, opened_at " DB_INTEGER " NOT NULL,"
                   "seen_at " DB_INTEGER " NOT NULL, locked " DB_INTEGER " NOT NULL DEFAULT 0,"
                   "code_due " DB_INTEGER " NOT NULL DEFAULT 0,"
                   "proven_at " DB_INTEGER " NOT NULL DEFAULT 0);"
                   "CREATE INDEX IF NOT EXISTS sesi_user ON sesi(user_uid);"
                   "CREATE TABLE IF NOT EXISTS tujuan_buka(session " DB_TEXT " NOT NULL,"
                   "file_uid " DB_TEXT " NOT NULL, purpose " DB_TEXT " NOT NULL, reason " DB_TEXT
                   ", at " DB_INTEGER " NOT NULL, PRIMARY KEY(session, file_uid));");
}

/* ---- life of a session ---- */

Err session_open(WriteTx *tx, Arena *a, Str user_uid, Str *ret_token)
{
    unsigned char bytes[TOKEN_SIZE];
    crypto_random(bytes, sizeof bytes);
    Str token = hex_of(a, bytes, sizeof bytes);
    crypto_wipe(bytes, sizeof bytes);
    TRY(db_run(tx->db,
               "INSERT INTO sesi(hash,user_uid,opened_at,seen_at,proven_at,code_due)"
               " VALUES(:hash,:uid,:now,:now,:now,EXISTS(SELECT 1 FROM kode_kedua k"
               " WHERE k.user_uid=:uid AND k.confirmed_at>0))",
               BIND(":hash", plain_hash(a, token)), BIND(":uid", user_uid),
               BIND(":now", clock_now())));
    *ret_token = token;
    return ERR_OK;
}

Err session_lock(WriteTx *tx, Str session, bool locked)
{
    return db_run(tx->db, "UPDATE sesi SET locked=:locked WHERE hash=:hash",
                  BIND(":locked", locked), BIND(":hash", session));
}

Err session_prove(WriteTx *tx, Str session)
{
    return db_run(tx->db, "UPDATE sesi SET code_due=0, proven_at=:now WHERE hash=:hash",
                  BIND(":now", clock_now()), BIND(":hash", session));
}

static Err drop_loose_purposes(Db *db)
{
    return db_run(db, "DELETE FROM tujuan_buka WHERE session NOT IN (SELECT hash FROM sesi)");
}

Err session_close_user(WriteTx *tx, Str user_uid, Str except)
{
    TRY(db_run(tx->db, "DELETE FROM sesi WHERE user_uid=:uid AND hash<>:except",
               BIND(":uid", user_uid), BIND(":except", except.ptr ? except : S(""))));
    TRY(token_revoke_all(tx, user_uid));
    return drop_loose_purposes(tx->db);
}

Err session_close_all(WriteTx *tx)
{
    return db_exec(tx->db, "DELETE FROM sesi; DELETE FROM tujuan_buka;");
}

Err session_list(Db *db, Arena *a, Str user_uid, SessionRow *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(db_stmt(db,
                "SELECT hash,opened_at,seen_at FROM sesi WHERE user_uid=:uid"
                " ORDER BY opened_at DESC",
                &st, BIND(":uid", user_uid)));
    while (*ret_n < max && stmt_next(st, &e)) {
        SessionRow s = {row_text(a, st, 0), row_int(st, 1), row_int(st, 2)};
        int64_t touched = seen_get(s.session);
        s.seen_at = touched > s.seen_at ? touched : s.seen_at;
        ret[(*ret_n)++] = s;
    }
    stmt_done(st);
    return e;
}

Err session_close(WriteTx *tx, Str user_uid, Str session)
{
    TRY(db_run(tx->db, "DELETE FROM sesi WHERE hash=:hash AND user_uid=:uid",
               BIND(":hash", session), BIND(":uid", user_uid)));
    return drop_loose_purposes(tx->db);
}

void session_touch(Str session, int64_t now)
{
    seen_put(session, now);
}

static Err write_seen(Db *db, const Seen *seen)
{
    TRY(db_run(db, "UPDATE sesi SET seen_at=:at WHERE hash=:hash AND seen_at<:at",
               BIND(":at", seen->at), BIND(":hash", (Str){seen->session, SEEN_KEY})));
    return token_seen(db, (Str){seen->session, SEEN_KEY}, seen->at);
}

static Err drop_ended(Db *db, int64_t now)
{
    TRY(db_run(db, "DELETE FROM sesi WHERE opened_at<=:opened OR seen_at<=:seen",
               BIND(":opened", now - LIFE_MS), BIND(":seen", now - IDLE_MS)));
    TRY(token_drop_ended(db, now));
    return drop_loose_purposes(db);
}

Err session_flush(WriteTx *tx)
{
    Seen changed[64];
    size_t from = 0, n;
    while ((n = seen_take(&from, changed, COUNT(changed))) > 0)
        for (size_t i = 0; i < n; i++)
            TRY(write_seen(tx->db, &changed[i]));
    return drop_ended(tx->db, clock_now());
}

/* ---- whose it is ---- */

typedef struct LiveSession {
    Str user_uid;
    bool change_due, locked, code_due, factor_due;
    int64_t proven_at;
} LiveSession;

#define LIVE_SQL                                                                                   \
    "SELECT s.user_uid,s.opened_at,s.seen_at,COALESCE(a.change_due,0),s.locked,s.code_due,"        \
    "s.proven_at,COALESCE(k.confirmed_at,0)=0 AND COALESCE(m.nilai,'')<>'" SECOND_FACTOR_FREE "'"  \
    " FROM sesi s LEFT JOIN akun a ON a.user_uid=s.user_uid"                                       \
    " LEFT JOIN kode_kedua k ON k.user_uid=s.user_uid"                                             \
    " LEFT JOIN meta m ON m.kunci='" SECOND_FACTOR_WORD "' WHERE s.hash=:hash"

/* A session that is neither past its life nor idle. */
static Err live_session(Db *db, Arena *a, Str session, int64_t now, LiveSession *ret)
{
    Stmt *st;
    TRY(db_first(db, LIVE_SQL, &st, BIND(":hash", session)));
    if (!st)
        return E_LOGIN;
    int64_t opened = row_int(st, 1), seen = row_int(st, 2), touched = seen_get(session);
    *ret = (LiveSession){.user_uid = row_text(a, st, 0),
                         .change_due = row_int(st, 3) != 0,
                         .locked = row_int(st, 4) != 0,
                         .code_due = row_int(st, 5) != 0,
                         .proven_at = row_int(st, 6),
                         .factor_due = row_int(st, 7) != 0};
    stmt_done(st);
    if (touched > seen)
        seen = touched;
    return now - opened >= LIFE_MS || now - seen >= IDLE_MS ? E_LOGIN : ERR_OK;
}

Err session_subject(Db *db, Arena *a, Str token, int64_t now, const StrList *roles, Subject *ret)
{
    LiveSession live;
    Subject s;
    unsigned char bytes[TOKEN_SIZE];
    if (!hex_read(token, bytes, sizeof bytes))
        return E_LOGIN;
    crypto_wipe(bytes, sizeof bytes);
    Str session = plain_hash(a, token);
    TRY(live_session(db, a, session, now, &live));
    TRY(uid_subject(db, a, live.user_uid, now, roles, &s));
    s.session = session;
    s.change_due = live.change_due;
    s.locked = live.locked;
    s.code_due = live.code_due;
    s.factor_due = live.factor_due;
    s.proven_at = live.proven_at;
    *ret = s;
    return ERR_OK;
}

/* ---- why a file is open ---- */

Err purpose_put(WriteTx *tx, Str session, Str file_uid, Str purpose, Str reason)
{
    return db_run(tx->db,
                  "INSERT INTO tujuan_buka(session,file_uid,purpose,reason,at)"
                  " VALUES(:session,:file,:purpose,:reason,:at) ON CONFLICT(session,file_uid)"
                  " DO UPDATE SET purpose=excluded.purpose, reason=excluded.reason, at=excluded.at",
                  BIND(":session", session), BIND(":file", file_uid), BIND(":purpose", purpose),
                  BIND(":reason", reason), BIND(":at", clock_now()));
}

Err purpose_get(Db *db, Arena *a, Str session, Str file_uid, Str *ret_purpose)
{
    Stmt *st;
    TRY(db_first(db,
                 "SELECT purpose,reason FROM tujuan_buka"
                 " WHERE session=:session AND file_uid=:file",
                 &st, BIND(":session", session), BIND(":file", file_uid)));
    Str code = st ? row_text(a, st, 0) : STR_NONE, words = st ? row_text(a, st, 1) : STR_NONE;
    stmt_done(st);
    *ret_purpose =
        str_empty(words) ? code : str_printf(a, "%.*s: %.*s", STR_ARG(code), STR_ARG(words));
    return ERR_OK;
}
