#include "guard/reach.h"

#include <stdio.h>

enum { EVERYTHING = SCOPE_BIT(SCOPE_ALL) | SCOPE_BIT(SCOPE_OVERSIGHT) };
enum { KIND_SHIFT = 56, PRINCIPALS_MAX = 3 * AGENCIES_MAX + 2, WIDE = 5000 };

int64_t principal_of(PrincipalKind kind, int64_t id)
{
    if (id < 0 || id >> KIND_SHIFT)
        BUG("id out of range for a principal");
    return (int64_t)kind << KIND_SHIFT | id;
}

int64_t area_id(Str code)
{
    int64_t id = 0;
    for (size_t i = 0; i < code.len && id < (int64_t)1 << 50; i++)
        if (code.ptr[i] >= '0' && code.ptr[i] <= '9')
            id = id * 10 + (code.ptr[i] - '0');
    return id;
}

Err reach_schema(Db *db)
{
    return db_exec(db, REACH_TABLE);
}

Err reach_next_change(Db *db, int64_t now, int64_t *ret)
{
    TRY(db_number(db,
                  "SELECT min(at) FROM (SELECT min(since) AS at FROM jangkau WHERE since>0"
                  " AND since>:now UNION ALL SELECT min(until) FROM jangkau"
                  " WHERE until<9223372036854775807 AND until>:now) t",
                  ret, BIND(":now", now)));
    *ret = *ret ? *ret : REACH_FOREVER; /* what is at hand lies after the epoch */
    return ERR_OK;
}

Err reach_put(Db *db, Str reg, int64_t rec, int64_t principal, unsigned classes, int64_t until,
              Str source)
{
    return reach_put_from(db, reg, rec, principal, classes, 0, until, source);
}

Err reach_put_from(Db *db, Str reg, int64_t rec, int64_t principal, unsigned classes, int64_t since,
                   int64_t until, Str source)
{
    return db_run(db,
                  "INSERT INTO jangkau(reg,principal,rec,source,classes,since,until)"
                  " VALUES(:reg,:pr,:rec,:source,:classes,:since,:until)"
                  " ON CONFLICT(reg,principal,rec,source) DO UPDATE SET classes=excluded.classes,"
                  " since=excluded.since,until=excluded.until",
                  BIND(":reg", reg), BIND(":pr", principal), BIND(":rec", rec),
                  BIND(":source", source), BIND(":classes", classes), BIND(":since", since),
                  BIND(":until", until));
}

Err reach_drop(Db *db, Str reg, int64_t rec, Str source)
{
    if (!source.ptr)
        return db_run(db, "DELETE FROM jangkau WHERE reg=:reg AND rec=:rec", BIND(":reg", reg),
                      BIND(":rec", rec));
    return db_run(db,
                  "DELETE FROM jangkau WHERE reg=:reg AND rec=:rec AND (source=:source"
                  " OR substr(source,1,length(:source)+1)=:source||'<')",
                  BIND(":reg", reg), BIND(":rec", rec), BIND(":source", source));
}

Err reach_copy(Db *db, Str from_reg, int64_t from_rec, Str reg, int64_t rec, Str source)
{
    return db_run(
        db,
        "INSERT INTO jangkau(reg,principal,rec,source,classes,since,until)"
        " SELECT :reg,principal,:rec,:source||'<'||source,classes,since,until FROM jangkau"
        " WHERE reg=:from_reg AND rec=:from_rec"
        " ON CONFLICT(reg,principal,rec,source) DO UPDATE SET classes=excluded.classes,"
        " since=excluded.since,until=excluded.until",
        BIND(":from_reg", from_reg), BIND(":from_rec", from_rec), BIND(":reg", reg),
        BIND(":rec", rec), BIND(":source", source));
}

/* ---- one record ---- */

static void add_relation(Relation *rel, const Subject *s, int64_t principal, unsigned classes,
                         bool ends)
{
    int64_t kind = principal >> KIND_SHIFT;
    int64_t id = principal & (((int64_t)1 << KIND_SHIFT) - 1);
    if (kind == PRINCIPAL_OWNER && is_of_agency(s, id)) {
        rel->own = true;
        rel->own_classes |= classes;
        rel->lasting |= classes != 0;
    } else if ((kind == PRINCIPAL_USER && s->user && id == s->user) ||
               (kind == PRINCIPAL_TEAM && is_of_agency(s, id))) {
        rel->assigned = true;
        rel->assigned_classes |= classes;
        rel->lasting |= classes == CLASSES_ALL && !ends;
    } else if (kind == PRINCIPAL_AREA && id && id == area_id(s->area)) {
        rel->area = true;
        rel->area_classes |= classes;
    } else if (kind == PRINCIPAL_ADDRESSED && is_of_agency(s, id)) {
        rel->addressed = true;
        rel->addressed_classes |= classes;
    } else if ((kind == PRINCIPAL_BARRED && s->user && id == s->user) ||
               (kind == PRINCIPAL_BARRED_TEAM && is_of_agency(s, id))) {
        rel->excluded = true;
    }
}

#define ITS_OFFICES                                                                                \
    " WHERE reg=:reg AND rec=:rec AND (principal>=:owner AND principal<:user"                      \
    " OR principal>=:area AND principal<:barred)"

#define BIND_OFFICES(reg, rec)                                                                     \
    BIND(":reg", reg), BIND(":rec", rec), BIND(":owner", principal_of(PRINCIPAL_OWNER, 0)),        \
        BIND(":user", principal_of(PRINCIPAL_USER, 0)),                                            \
        BIND(":area", principal_of(PRINCIPAL_AREA, 0)),                                            \
        BIND(":barred", principal_of(PRINCIPAL_BARRED, 0))

Err reach_shut(Db *db, Str reg, int64_t rec)
{
    return db_run(db, "UPDATE jangkau SET classes=0" ITS_OFFICES, BIND_OFFICES(reg, rec));
}

Err reach_is_shut(Db *db, Str reg, int64_t rec, bool *ret)
{
    return db_any(db, "SELECT 1 FROM jangkau" ITS_OFFICES " AND classes=0 LIMIT 1", ret,
                  BIND_OFFICES(reg, rec));
}

Err reach_relation(Db *db, const Subject *s, Str reg, int64_t rec, int64_t now, Relation *ret)
{
    Stmt *st;
    Err e;
    *ret = (Relation){0};
    if (s->system)
        return ERR_OK;
    TRY(db_stmt(db,
                "SELECT principal,classes,until<9223372036854775807 FROM jangkau"
                " WHERE reg=:reg AND rec=:rec AND since<=:now AND until>:now",
                &st, BIND(":reg", reg), BIND(":rec", rec), BIND(":now", now)));
    while (stmt_next(st, &e))
        add_relation(ret, s, row_int(st, 0), (unsigned)row_int(st, 1), row_int(st, 2));
    return e;
}

/* ---- a list of records ---- */

/* Each with the name of its parameter, which is the same whatever the scopes: several questions of
 * one subject may stand in one statement. */
typedef struct Principals {
    struct {
        int64_t id;
        char name[8];
    } items[PRINCIPALS_MAX];
    size_t n;
} Principals;

static void add(Principals *p, PrincipalKind kind, size_t number, int64_t id)
{
    static const char letter[] = {
        [PRINCIPAL_OWNER] = 'o',    [PRINCIPAL_USER] = 'u',   [PRINCIPAL_TEAM] = 't',
        [PRINCIPAL_AREA] = 'a',     [PRINCIPAL_BARRED] = 'x', [PRINCIPAL_BARRED_TEAM] = 'y',
        [PRINCIPAL_ADDRESSED] = 'd'};
    if (!id)
        return;
    p->items[p->n].id = principal_of(kind, id);
    snprintf(p->items[p->n].name, sizeof p->items->name, ":%c%u", letter[kind],
             (unsigned)number % 100);
    p->n++;
}

/* The principals through which the scopes reach, the mirror of policy_decide. */
static Principals principals_of(unsigned scopes, const Subject *s)
{
    Principals p = {.n = 0};
    bool own = scopes & (SCOPE_BIT(SCOPE_OWN) | SCOPE_BIT(SCOPE_AREA));
    bool assigned = own || (scopes & SCOPE_BIT(SCOPE_ASSIGNED));
    for (size_t i = 0; i < s->agency_count && i < AGENCIES_MAX; i++) {
        if (own)
            add(&p, PRINCIPAL_OWNER, i, s->agencies[i]);
        if (assigned)
            add(&p, PRINCIPAL_TEAM, i, s->agencies[i]);
        if (scopes & SCOPE_BIT(SCOPE_ADDRESSED))
            add(&p, PRINCIPAL_ADDRESSED, i, s->agencies[i]);
    }
    if (assigned)
        add(&p, PRINCIPAL_USER, 0, s->user);
    if (scopes & SCOPE_BIT(SCOPE_AREA))
        add(&p, PRINCIPAL_AREA, 0, area_id(s->area));
    return p;
}

/* The principals through which the subject may be barred; oversight is not. */
static Principals barred_of(unsigned scopes, const Subject *s)
{
    Principals p = {.n = 0};
    if (scopes & SCOPE_BIT(SCOPE_OVERSIGHT))
        return p;
    add(&p, PRINCIPAL_BARRED, 0, s->user);
    for (size_t i = 0; i < s->agency_count && i < AGENCIES_MAX; i++)
        add(&p, PRINCIPAL_BARRED_TEAM, i, s->agencies[i]);
    return p;
}

static void bind_principals(Stmt *st, const Principals *p)
{
    for (size_t i = 0; i < p->n; i++)
        stmt_int(st, p->items[i].name, p->items[i].id);
}

static void put_principals(Buf *sql, const Principals *p)
{
    for (size_t i = 0; i < p->n; i++)
        buf_printf(sql, i ? ",%s" : "%s", p->items[i].name);
}

#define LIVE " AND w.since<=:reach_now AND w.until>:reach_now"

static void put_barred(Buf *sql, Str reg, const char *id, unsigned scopes, const Subject *s)
{
    Principals p = barred_of(scopes, s);
    if (!p.n)
        return;
    buf_printf(sql,
               " AND %s NOT IN (SELECT w.rec FROM jangkau w WHERE w.reg='%.*s'"
               " AND w.principal IN (",
               id, STR_ARG(reg));
    put_principals(sql, &p);
    buf_lit(sql, ")" LIVE ")");
}

/* The plus keeps the planner on the few rows of the record instead of a search a principal. */
void reach_predicate(Buf *sql, Str reg, const char *alias, unsigned scopes, const Subject *s)
{
    Principals p = principals_of(scopes, s);
    bool all = scopes & EVERYTHING;
    if (s->system)
        return;
    if (!all && !p.n) {
        buf_lit(sql, " AND 1=0");
        return;
    }
    if (!all) {
        buf_printf(sql,
                   " AND EXISTS (SELECT 1 FROM jangkau w WHERE w.reg='%.*s' AND w.rec=%s.id" LIVE
                   " AND +w.principal IN (",
                   STR_ARG(reg), alias);
        put_principals(sql, &p);
        buf_lit(sql, "))");
    }
    put_barred(sql, reg, z_printf(sql->arena, "%s.id", alias), scopes, s);
}

size_t reach_walks(unsigned scopes, const Subject *s)
{
    bool all = s->system || (scopes & EVERYTHING);
    return all ? 0 : principals_of(scopes, s).n;
}

void reach_walk(Buf *sql, Str reg, const char *alias, size_t i, unsigned scopes, const Subject *s)
{
    Principals p = principals_of(scopes, s);
    /* Several rows may reach one record; where no other walk joins this one, no UNION folds them.
     */
    buf_printf(sql,
               "SELECT %sw.rec FROM jangkau w CROSS JOIN %.*s %s ON %s.id=w.rec"
               " WHERE w.reg='%.*s' AND w.principal=%s" LIVE,
               p.n == 1 ? "DISTINCT " : "", STR_ARG(reg), alias, alias, STR_ARG(reg),
               p.items[i].name);
    put_barred(sql, reg, "w.rec", scopes, s);
}

Err reach_is_wide(Db *db, Arena *a, Str reg, unsigned scopes, const Subject *s, bool *ret)
{
    Principals p = principals_of(scopes, s);
    Buf sql = buf_new(a, 256);
    Stmt *st;
    Err e;
    buf_lit(&sql, "SELECT COUNT(*) FROM (SELECT 1 FROM jangkau WHERE reg=:reg AND principal IN (");
    put_principals(&sql, &p);
    buf_printf(&sql, ") LIMIT %d) g", WIDE + 1);
    TRY(db_stmt(db, buf_z(&sql), &st, BIND(":reg", reg)));
    bind_principals(st, &p);
    *ret = stmt_next(st, &e) && row_int(st, 0) > WIDE;
    stmt_done(st);
    return e;
}

void reach_bind(Stmt *st, unsigned scopes, const Subject *s, int64_t now)
{
    Principals p = principals_of(scopes, s), barred = barred_of(scopes, s);
    bool all = scopes & EVERYTHING;
    if (s->system || (!all && !p.n) || (all && !barred.n))
        return;
    stmt_int(st, ":reach_now", now);
    if (!all)
        bind_principals(st, &p);
    bind_principals(st, &barred);
}
