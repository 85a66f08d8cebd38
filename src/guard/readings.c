#include "guard/readings.h"

#define COUNTED "count(*), count(DISTINCT orang), count(DISTINCT CASE WHEN luar THEN orang END)"

Err readings_note(WriteTx *tx, Str actor, Str day, const ReadingMark *r)
{
    return db_run(tx->db,
                  "INSERT INTO bacaan(day,actor,uid,orang,luar)"
                  " VALUES(:day,:actor,:uid,:person,:lent) ON CONFLICT DO NOTHING",
                  BIND(":day", day), BIND(":actor", actor), BIND(":uid", r->uid),
                  BIND(":person", r->person), BIND(":lent", (int64_t)r->lent));
}

Err readings_allow(Db *db, Str actor, Str day, const ReadingMark *r, const ReadingBudget *most)
{
    Stmt *st;
    TRY(db_first(db,
                 "SELECT " COUNTED ", coalesce(max(uid=:uid OR orang IS :person AND orang IS NOT"
                 " NULL),0) FROM bacaan WHERE day=:day AND actor=:actor",
                 &st, BIND(":uid", r->uid), BIND(":person", r->person), BIND(":day", day),
                 BIND(":actor", actor)));
    bool person = !str_empty(r->person), seen = row_int(st, 3);
    bool allowed =
        seen || (row_int(st, 0) < most->records && (!person || row_int(st, 1) < most->persons) &&
                 (!person || !r->lent || row_int(st, 2) < most->lent));
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

/* The least number that is an alarm. */
static int64_t alarm(int64_t most)
{
    enum { ALARM_PERCENT = 75 };
    return (most * ALARM_PERCENT + 99) / 100;
}

Err readings_high(Db *db, Arena *a, const ReadingAsk *ask, ReadingRow *ret, size_t max,
                  size_t *ret_n)
{
    Stmt *st;
    Err e;
    *ret_n = 0;
    TRY(db_stmt(db,
                "SELECT f.name, max(b.day), " COUNTED " FROM bacaan b JOIN fakta_pengguna f"
                " ON f.uid=b.actor WHERE b.day>=:since AND (:agency=0 OR f.agency=:agency)"
                " GROUP BY b.actor, f.name, CASE WHEN :daily=1 THEN b.day END"
                " HAVING count(*)>=:records OR count(DISTINCT orang)>=:persons"
                " OR count(DISTINCT CASE WHEN luar THEN orang END)>=:lent"
                " ORDER BY 2 DESC, 4 DESC, f.name LIMIT :max",
                &st, BIND(":since", ask->since), BIND(":agency", ask->agency),
                BIND(":daily", (int64_t)ask->daily), BIND(":records", alarm(ask->most.records)),
                BIND(":persons", alarm(ask->most.persons)), BIND(":lent", alarm(ask->most.lent)),
                BIND(":max", (int64_t)max)));
    while (stmt_next(st, &e))
        ret[(*ret_n)++] = (ReadingRow){row_text(a, st, 0),
                                       row_text(a, st, 1),
                                       {row_int(st, 2), row_int(st, 3), row_int(st, 4)}};
    return e;
}

Err readings_sweep(WriteTx *tx, Str day)
{
    return db_run(tx->db, "DELETE FROM bacaan WHERE day<:day", BIND(":day", day));
}
