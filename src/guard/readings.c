#include "guard/readings.h"

Err readings_note(WriteTx *tx, Str actor, Str day, Str uid)
{
    return db_run(
        tx->db, "INSERT INTO bacaan(day,actor,uid) VALUES(:day,:actor,:uid) ON CONFLICT DO NOTHING",
        BIND(":day", day), BIND(":actor", actor), BIND(":uid", uid));
}

Err readings_allow(Db *db, Str actor, Str day, Str uid, int64_t budget)
{
    Stmt *st;
    if (!budget)
        return ERR_OK;
    TRY(db_first(db,
                 "SELECT count(*), coalesce(sum(uid=:uid),0) FROM bacaan"
                 " WHERE day=:day AND actor=:actor",
                 &st, BIND(":uid", uid), BIND(":day", day), BIND(":actor", actor)));
    bool allowed = row_int(st, 1) > 0 || row_int(st, 0) < budget;
    stmt_done(st);
    return allowed ? ERR_OK : E_BUDGET;
}

Err acts_allow(Db *db, Str actor, Str action, int64_t since, int64_t most)
{
    int64_t n = 0;
    TRY(db_number(db,
                  "SELECT count(*) FROM (SELECT action,result,at FROM audit WHERE actor=:actor"
                  " ORDER BY seq DESC LIMIT 10000)"
                  " WHERE action=:action AND result='ok' AND at>:since",
                  &n, BIND(":actor", actor), BIND(":action", action), BIND(":since", since)));
    return n < most ? ERR_OK : E_LIMIT;
}

Err readings_high(Db *db, Arena *a, Str day, int64_t from, ReadingRow *ret, size_t max,
                  size_t *ret_n)
{
    Stmt *st;
    Err e;
    *ret_n = 0;
    TRY(db_stmt(db,
                "SELECT f.name, count(*) n FROM bacaan b JOIN fakta_pengguna f ON f.uid=b.actor"
                " WHERE b.day=:day GROUP BY b.actor, f.name HAVING count(*)>=:from"
                " ORDER BY n DESC, f.name LIMIT :max",
                &st, BIND(":day", day), BIND(":from", from), BIND(":max", (int64_t)max)));
    while (stmt_next(st, &e))
        ret[(*ret_n)++] = (ReadingRow){row_text(a, st, 0), row_int(st, 1)};
    return e;
}

Err readings_sweep(WriteTx *tx, Str day)
{
    return db_run(tx->db, "DELETE FROM bacaan WHERE day<:day", BIND(":day", day));
}
