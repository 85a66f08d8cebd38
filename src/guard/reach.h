/* Reach: the materialised scope. Table jangkau(principal, reg, rec, classes, since,
 * until, source); kept by model/store in the transaction that changes what it follows from. */
#pragma once

#include "db/db.h"
#include "guard/policy.h"

typedef enum PrincipalKind {
    PRINCIPAL_OWNER = 1,  /* institution that owns the record */
    PRINCIPAL_USER = 2,   /* user by assignment or grant */
    PRINCIPAL_TEAM = 3,   /* institution by assignment or grant */
    PRINCIPAL_AREA = 4,   /* region of the owner, one row a level */
    PRINCIPAL_BARRED = 5, /* user on the conflict-of-interest list: sees nothing of the record */
    PRINCIPAL_BARRED_TEAM = 6, /* institution on it: none of its members does */
    PRINCIPAL_ADDRESSED = 7,   /* institution the record is addressed to */
} PrincipalKind;

#define REACH_FOREVER INT64_MAX

/* One number for kind and id; ids stay below 2^56. */
int64_t principal_of(PrincipalKind kind, int64_t id);
/* Region code "53.03.12.2001" as an id: its digits. 0 when there are none. */
int64_t area_id(Str code);

#define REACH_TIMES                                                                                \
    "CREATE INDEX IF NOT EXISTS jangkau_since ON jangkau(since) WHERE since>0;"                    \
    "CREATE INDEX IF NOT EXISTS jangkau_until ON jangkau(until) WHERE until<9223372036854775807;"
/* A row is found by principal in the table itself, by record in its index, which holds all columns:
 * without that the planner deletes and joins by `reg` alone. */
#define REACH_TABLE                                                                                \
    "CREATE TABLE IF NOT EXISTS jangkau(reg " DB_TEXT " NOT NULL, principal " DB_INTEGER           \
    " NOT NULL, rec " DB_INTEGER " NOT NULL, source " DB_TEXT " NOT NULL, classes " DB_INTEGER     \
    " NOT NULL, since " DB_INTEGER " NOT NULL, until " DB_INTEGER " NOT NULL,"                     \
    " PRIMARY KEY(reg, principal, rec, source))" DB_CLUSTERED ";"                                  \
    "CREATE INDEX IF NOT EXISTS jangkau_rec"                                                       \
    " ON jangkau(reg, rec, source, principal, since, until, classes);" REACH_TIMES
MUST_CHECK Err reach_schema(Db *db);
/* The next instant after `now` at which any reach begins or ends by itself. */
MUST_CHECK Err reach_next_change(Db *db, int64_t now, int64_t *ret);
/* Grants the principal the record until an instant (which is no longer in it). A second call with
 * the same source replaces classes and end. */
MUST_CHECK Err reach_put(Db *db, Str reg, int64_t rec, int64_t principal, unsigned classes,
                         int64_t until, Str source);
/* The same for reach that begins at an instant to come. */
MUST_CHECK Err reach_put_from(Db *db, Str reg, int64_t rec, int64_t principal, unsigned classes,
                              int64_t since, int64_t until, Str source);
/* Drops the rows of one record that come from `source`, put or copied; absent source drops all. */
MUST_CHECK Err reach_drop(Db *db, Str reg, int64_t rec, Str source);
/* Copies every row of (from_reg, from_rec) to (reg, rec) with `source`. The copy of a row keeps
 * that row's own source behind it ("source<own"): two grants to one principal with different
 * classes and ends stay two rows and never add up to more than either gave. */
MUST_CHECK Err reach_copy(Db *db, Str from_reg, int64_t from_rec, Str reg, int64_t rec, Str source);
/* Leaves the record on the lists of the institutions and areas it belongs to, and closes it to
 * them: whoever is named by assignment, grant or as its recorder opens it as before. */
MUST_CHECK Err reach_shut(Db *db, Str reg, int64_t rec);
/* Whether reach_shut was the last word on the record. */
MUST_CHECK Err reach_is_shut(Db *db, Str reg, int64_t rec, bool *ret);
/* How the record stands to the subject now: the union of the live rows of its principals. Empty for
 * the system, which asks no one. */
MUST_CHECK Err reach_relation(Db *db, const Subject *s, Str reg, int64_t rec, int64_t now,
                              Relation *ret);

/* Two ways to hold a list of `reg` to its scopes, which show the same records; the values of both
 * are bound by reach_bind on the prepared statement, with the same scopes and subject. Names used:
 * :reach_now, and a letter with a number for each principal (:o0, :t0, :u0, :a0).
 *
 * A question asked of each record: for lists that something else makes short. Appends
 * " AND EXISTS (SELECT 1 FROM jangkau ..)", a predicate that is never true when no scope or
 * principal is left, or nothing but the bar for SCOPE_ALL. */
void reach_predicate(Buf *sql, Str reg, const char *alias, unsigned scopes, const Subject *s);
/* A walk over what one principal reaches, in order of id by the index, so that a page of a large
 * set stops early. There are reach_walks of them (0: no walk, use the predicate); their UNION is
 * the scope. reach_walk appends "SELECT w.rec FROM jangkau w CROSS JOIN <reg> <alias> .. WHERE ..",
 * to which conditions on <alias> and w.rec may be added. */
size_t reach_walks(unsigned scopes, const Subject *s);
void reach_walk(Buf *sql, Str reg, const char *alias, size_t i, unsigned scopes, const Subject *s);
/* Whether the scopes reach so many records that a search had better start elsewhere: counts a few
 * thousand rows of the index at most, whether or not they are in effect today. */
MUST_CHECK Err reach_is_wide(Db *db, Arena *a, Str reg, unsigned scopes, const Subject *s,
                             bool *ret);
void reach_bind(Stmt *st, unsigned scopes, const Subject *s, int64_t now);
