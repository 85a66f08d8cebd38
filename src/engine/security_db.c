#include "engine/security.h"

/* The last trace of an account is a row it caused, or the first one about it: a new account is not
 * a dormant one. */
#define LAST_TRACE                                                                                 \
    "COALESCE((SELECT at FROM audit WHERE actor=f.uid ORDER BY seq DESC LIMIT 1),"                 \
    "(SELECT at FROM audit WHERE uid=f.uid ORDER BY seq DESC LIMIT 1),0)"

Err security_accounts(Db *db, Arena *a, AccountFacts *ret)
{
    Stmt *st;
    Err e;
    *ret = (AccountFacts){0};
    TRY(db_stmt(db,
                "SELECT f.roles, a.change_due<>0, " LAST_TRACE "<:since,"
                " NOT EXISTS(SELECT 1 FROM kode_kedua k WHERE k.user_uid=f.uid"
                " AND k.confirmed_at>0)"
                " FROM fakta_pengguna f JOIN akun a ON a.user_uid=f.uid"
                " WHERE f.active=1 AND COALESCE(f.valid_until,:today)>=:today",
                &st, BIND(":since", clock_now() - DORMANT_DAYS * DAY_MS),
                BIND(":today", date_iso(a, clock_today()))));
    while (stmt_next(st, &e)) {
        ret->count++;
        *ARENA_PUSH(a, ret->roles) = row_text(a, st, 0);
        ret->temporary += row_int(st, 1);
        ret->dormant += row_int(st, 2);
        ret->no_factor += row_int(st, 3);
    }
    return e;
}

Err security_idle_tokens(Db *db, int64_t *ret)
{
    return db_number(db,
                     "SELECT count(*) FROM token_api"
                     " WHERE until_at>:now AND made_at<:since AND used_at<:since",
                     ret, BIND(":now", clock_now()),
                     BIND(":since", clock_now() - TOKEN_IDLE_DAYS * DAY_MS));
}

Err security_last_row(Db *db, int64_t *ret)
{
    *ret = 0;
    return db_number(db, "SELECT at FROM audit ORDER BY node DESC, seq DESC LIMIT 1", ret);
}

Err security_anchor_taken(WriteTx *tx, void *arg)
{
    (void)arg;
    return meta_put(tx->db, META_ANCHOR, str_int(tx->arena, clock_now()));
}
