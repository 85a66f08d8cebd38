#include "model/limit.h"

#include "base/clock.h"

#include <stdlib.h>

enum { MONTH_LONG = 31, MONTH_SHORT = 28 };

/* ---- periods ---- */

static const char *const unit_words[] = {
    [DURATION_HOURS] = "jam", [DURATION_DAYS] = "hari", [DURATION_MONTHS] = "bulan"};

Str duration_unit_word(DurationUnit unit)
{
    return str_of(unit_words[unit]);
}

bool duration_unit_of(Str word, DurationUnit *ret)
{
    for (size_t i = 0; i < COUNT(unit_words); i++)
        if (str_is(word, unit_words[i])) {
            *ret = (DurationUnit)i;
            return true;
        }
    return false;
}

Str duration_words(Arena *a, Lang lang, Duration p)
{
    static const Msg words[] = {[DURATION_HOURS] = M_DURATION_HOURS,
                                [DURATION_DAYS] = M_DURATION_DAYS,
                                [DURATION_MONTHS] = M_DURATION_MONTHS};
    return tr_args(a, lang, words[p.unit], str_int(a, p.n));
}

static int64_t hours(Duration p, int month_days)
{
    return p.n * (p.unit == DURATION_HOURS ? 1 : p.unit == DURATION_DAYS ? 24 : 24 * month_days);
}

bool duration_may_exceed(Duration own, Duration law)
{
    if (own.unit == law.unit)
        return own.n > law.n;
    return hours(own, MONTH_LONG) > hours(law, MONTH_SHORT);
}

/* ---- when they end ---- */

static int cmp_text(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

static bool day_off(const Model *m, Arena *a, Date d)
{
    int64_t weekday = (date_days(d) + 4) % 7; /* 0 = Sunday: 1970-01-01 was a Thursday */
    Str iso = date_iso(a, d);
    return weekday == 0 || weekday == 6 ||
           (m->holiday_count && bsearch(&iso, m->holidays, m->holiday_count, sizeof iso, cmp_text));
}

/* The same day and time of a later month, or its last day when it is shorter. */
static int64_t months_later(int64_t from, int64_t months)
{
    int minute;
    Date d = clock_date_of(from, &minute);
    return clock_instant(date_add_months(d, (int)months), minute);
}

static int64_t work_days_later(const Model *m, int64_t from, int64_t ms)
{
    Arena *a = arena_new(1 << 20);
    int64_t at = from;
    while (ms > 0) {
        Date d = clock_date_of(at, NULL);
        int64_t midnight = clock_instant(date_add_days(d, 1), 0);
        int64_t rest = midnight - at;
        if (day_off(m, a, d)) {
            at = midnight;
        } else {
            int64_t used = rest < ms ? rest : ms;
            at += used;
            ms -= used;
        }
    }
    arena_free(a);
    return at;
}

int64_t duration_end(const Model *m, int64_t from, Duration p, bool work_days)
{
    if (p.unit == DURATION_MONTHS)
        return months_later(from, p.n);
    int64_t ms = p.n * (p.unit == DURATION_DAYS ? DAY_MS : HOUR_MS);
    return work_days ? work_days_later(m, from, ms) : from + ms;
}

/* ---- own periods ---- */

static Err read_rows(Arena *a, Stmt *st, LocalLimits *ret)
{
    Err e;
    *ret = (LocalLimits){0};
    while (stmt_next(st, &e)) {
        LocalLimit own = {0};
        own.code = row_text(a, st, 0);
        own.period.n = row_int(st, 1);
        if (!duration_unit_of(row_text(a, st, 2), &own.period.unit) ||
            !date_parse_iso(row_text(a, st, 4), &own.since))
            return E_CORRUPT;
        own.reason = row_text(a, st, 3);
        *ARENA_PUSH(a, *ret) = own;
    }
    return e;
}

Err local_limits(Db *db, Arena *a, LocalLimits *ret)
{
    Stmt *st;
    TRY(db_stmt(db, "SELECT code,n,unit,reason,since FROM batas_lokal ORDER BY code", &st));
    return read_rows(a, st, ret);
}

Err local_limit_get(Db *db, Arena *a, Str code, LocalLimit *ret)
{
    LocalLimits rows;
    Stmt *st;
    *ret = (LocalLimit){0};
    TRY(db_stmt(db, "SELECT code,n,unit,reason,since FROM batas_lokal WHERE code=:code", &st,
                BIND(":code", code)));
    TRY(read_rows(a, st, &rows));
    if (rows.n)
        *ret = rows.items[0];
    return ERR_OK;
}

Err local_limit_put(WriteTx *tx, const LocalLimit *own)
{
    return db_run(tx->db,
                  "INSERT INTO batas_lokal(code,n,unit,reason,since)"
                  " VALUES(:code,:n,:unit,:reason,:since) ON CONFLICT(code) DO UPDATE SET"
                  " n=excluded.n, unit=excluded.unit, reason=excluded.reason, since=excluded.since",
                  BIND(":code", own->code), BIND(":n", own->period.n),
                  BIND(":unit", duration_unit_word(own->period.unit)), BIND(":reason", own->reason),
                  BIND(":since", date_iso(tx->arena, own->since)));
}

Err local_limit_remove(WriteTx *tx, Str code)
{
    LocalLimit there;
    TRY(local_limit_get(tx->db, tx->arena, code, &there));
    if (str_empty(there.code))
        return E_NOT_FOUND;
    return db_run(tx->db, "DELETE FROM batas_lokal WHERE code=:code", BIND(":code", code));
}
