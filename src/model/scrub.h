/* The scrub: reads every record with all its versions and compares them with the keyed hashes that
 * were written beside them, works out again what is derived, and opens every wrapped
 * key. SQLite's own check sees structure, not content. It finds damage and
 * tampering; it mends nothing. */
#pragma once

#include "model/row.h"

enum { SCRUB_TOLD_MAX = 10000 };         /* faults told one by one; all are counted */
enum { PAST_MEMORY = 64 * 1024 * 1024 }; /* for one record with its versions */

typedef struct Scrub {
    int64_t records, versions, keys; /* read */
    int64_t faults;
} Scrub;

/* Each fault becomes a problem that names register, record (its uid) and version. What cannot be
 * read at all is a fault too and the rest is still read; an error is one of the machine. Reads for
 * minutes: not on a connection that pages need. */
/* All of a record, in order. */
MUST_CHECK Err past_versions(Db *db, Arena *a, const Record *r, PastVersions *ret);
/* The records of a register in order of id, each with memory of its own. */
typedef struct PastWalk {
    RowWant want;
    int64_t from, at_most; /* 0: all */
    Err (*fn)(void *ctx, Arena *a, const Record *now);
    void *ctx;
} PastWalk;
MUST_CHECK Err past_each(Db *db, Arena *sql_memory, const Register *reg, PastWalk walk);
/* A record before its first version, and brought forward by one; false when that is not the next
 * one, or damaged. */
Record past_begin(Arena *a, const Record *now);
bool past_step(Arena *a, Record *past, const PastVersion *v);
/* What a version says, with each value as `fn` leaves it. */
typedef Err PastEntry(void *ctx, Str key, Str *value);
MUST_CHECK Err past_rewrite(Arena *a, Str delta, PastEntry *fn, void *ctx, Str *ret);
/* Stores the version, its hash by the newest key. */
MUST_CHECK Err past_put(Db *db, const Keyring *k, Arena *a, const Record *past,
                        const PastVersion *v);

MUST_CHECK Err scrub_run(const Store *s, const ReadConn *c, Problems *problems, Scrub *ret);
/* The same for a few records of each register, from a place taken by chance, and every key: proof
 * that a copy can be read and opened. Without the check of whole files. */
MUST_CHECK Err scrub_sample(const Store *s, const ReadConn *c, int at_most, Problems *problems,
                            Scrub *ret);
