/* Audit chain: every write and every opening of protected fields, in the same
 * transaction, each row bound to the one before by a keyed hash. */
#pragma once

#include "db/writer.h"
#include "guard/keys.h"

typedef struct AuditRow {
    Str actor; /* uid of the user, or "sistem:..." */
    int64_t agency;
    Str session;  /* hash of the session, absent for the command line */
    Str action;   /* e.g. "create", "read", "refused:read", "login" */
    Str reg, uid; /* record, may be absent */
    unsigned classes;
    Str purpose; /* code and words given for opening a file */
    Str result;  /* "ok" or an error code */
    int64_t tx;  /* 0 = none */
    Str grant;   /* uid of the grant that opened the record, may be absent */
} AuditRow;

MUST_CHECK Err audit_schema(Db *db);
/* This machine in the chain. */
enum { AUDIT_NODE = 1 };
/* Appends to the chain of AUDIT_NODE by the newest key, inside the command's savepoint: what is
 * rolled back leaves no gap.
 */
MUST_CHECK Err audit_append(WriteTx *tx, const Keyring *k, const AuditRow *row);

enum { AUDIT_MAC = 32 };
/* The last row of the chain and its mac, by a connection that reads: what it sees is on disk.
 * `*ret_seq` 0: the chain is empty. */
MUST_CHECK Err audit_head(Db *db, Arena *a, int64_t *ret_seq, Str *ret_mac);
/* The mac of one row; E_NOT_FOUND when the chain has no such row. */
MUST_CHECK Err audit_mac_at(Db *db, Arena *a, int64_t seq, Str *ret_mac);

typedef struct AuditCheck {
    int64_t rows;    /* rows read, up to and with the bad one */
    int64_t bad_seq; /* first row that does not fit, 0 = all fit */
} AuditCheck;
/* Recomputes the whole chain, each row by the key of its epoch; gaps in seq count as bad, and a
 * chain that does not stand where an exchange of keys left it. Rows cut off the end behind the last
 * exchange are not seen here: only an anchor outside knows how long the chain was. */
MUST_CHECK Err audit_verify(Db *db, const Keyring *k, AuditCheck *ret);
