#include "guard/token.h"

#include "base/rand.h"
#include "clock.h"
#include "guard/crypto.h"
#include "guard/seen.h"
#include "guard/session.h"
#include "guard/subject.h"

enum { TOKEN_SIZE = 32 };

Err token_make(WriteTx *tx, Arena *a, Str user_uid, Str name, int64_t until, Str *ret_text)
{
    unsigned char bytes[TOKEN_SIZE];
    int64_t n, now = clock_now();
    /* The last day counts to its end, hence one day more. */
    if (until <= now || until > now + (TOKEN_DAYS_MAX + 1) * DAY_MS)
        return E_INVALID;
    TRY(token_drop_ended(tx->db, now));
    TRY(db_number(tx->db, "SELECT count(*) FROM token_api WHERE user_uid=:p", &n,
                  BIND(":p", user_uid)));
    if (n >= TOKENS_A_USER)
        return E_LIMIT;
    crypto_random(bytes, sizeof bytes);
    *ret_text = hex_of(a, bytes, sizeof bytes);
    crypto_wipe(bytes, sizeof bytes);
    return db_run(tx->db,
                  "INSERT INTO token_api(hash,uid,user_uid,name,made_at,until_at)"
                  " VALUES(:hash,:uid,:user,:name,:now,:until)",
                  BIND(":hash", plain_hash(a, *ret_text)), BIND(":uid", rand_uid(a)),
                  BIND(":user", user_uid), BIND(":name", name), BIND(":now", now),
                  BIND(":until", until));
}

Err token_revoke(WriteTx *tx, Str user_uid, Str uid)
{
    int64_t n;
    TRY(db_number(tx->db, "SELECT count(*) FROM token_api WHERE uid=:uid AND user_uid=:user", &n,
                  BIND(":uid", uid), BIND(":user", user_uid)));
    if (!n)
        return E_NOT_FOUND;
    return db_run(tx->db, "DELETE FROM token_api WHERE uid=:uid", BIND(":uid", uid));
}

Err token_revoke_all(WriteTx *tx, Str user_uid)
{
    return db_run(tx->db, "DELETE FROM token_api WHERE user_uid=:user", BIND(":user", user_uid));
}

Err token_list(Db *db, Arena *a, Str user_uid, int64_t now, Tokens *ret)
{
    *ret = (Tokens){0};
    Stmt *st;
    Err e;
    TRY(db_stmt(db,
                "SELECT hash,uid,name,made_at,until_at,used_at FROM token_api"
                " WHERE user_uid=:user AND until_at>:now ORDER BY made_at DESC, uid DESC",
                &st, BIND(":user", user_uid), BIND(":now", now)));
    while (stmt_next(st, &e)) {
        int64_t stored = row_int(st, 5), seen = seen_get(row_text(a, st, 0));
        *ARENA_PUSH(a, *ret) = (Token){.uid = row_text(a, st, 1),
                                       .name = row_text(a, st, 2),
                                       .made_at = row_int(st, 3),
                                       .until = row_int(st, 4),
                                       .used_at = seen > stored ? seen : stored};
    }
    return e;
}

Err token_user(Db *db, Arena *a, Str text, int64_t now, Str *ret_user, Str *ret_hash)
{
    unsigned char bytes[TOKEN_SIZE];
    Stmt *st;
    if (!hex_read(text, bytes, sizeof bytes))
        return E_LOGIN;
    crypto_wipe(bytes, sizeof bytes);
    *ret_hash = plain_hash(a, text);
    TRY(db_first(db, "SELECT user_uid FROM token_api WHERE hash=:hash AND until_at>:now", &st,
                 BIND(":hash", *ret_hash), BIND(":now", now)));
    if (!st)
        return E_LOGIN;
    *ret_user = row_text(a, st, 0);
    stmt_done(st);
    return ERR_OK;
}

Err token_subject(Db *db, Arena *a, Str text, int64_t now, const StrList *roles, Subject *ret)
{
    Subject s;
    Str uid, hash;
    TRY(token_user(db, a, text, now, &uid, &hash));
    TRY(uid_subject(db, a, uid, now, roles, &s));
    s.session = hash;
    *ret = s;
    return ERR_OK;
}

Err token_seen(Db *db, Str hash, int64_t at)
{
    return db_run(db, "UPDATE token_api SET used_at=:at WHERE hash=:hash AND used_at<:at",
                  BIND(":at", at), BIND(":hash", hash));
}

Err token_drop_ended(Db *db, int64_t now)
{
    return db_run(db, "DELETE FROM token_api WHERE until_at<=:now", BIND(":now", now));
}
