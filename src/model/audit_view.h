/* The audit chain as people read it: who, what, which record, when, from which agency. */
#pragma once

#include "model/store.h"

typedef struct AuditFilter {
    Str login;        /* log-in name of the user; absent: anybody */
    Str action;       /* exact word; absent: any */
    Str number;       /* record number; absent: any record */
    Str agency;       /* part of the name of the institution; absent: any */
    int64_t from, to; /* instants, `to` not included; 0: open */
    bool refused;     /* only what did not succeed */
    int64_t before;   /* rows older than this seq; 0: from the newest */
} AuditFilter;

typedef struct AuditLine {
    int64_t seq, at;
    Str actor;                        /* display name, or "sistem:.." */
    Str agency;                       /* heading of the institution, may be absent */
    Str action, purpose, result, uid; /* result: "ok" or an error code */
    const Register *reg;              /* NULL: no record, or its register is gone */
    Str number;                       /* of the record; absent when it has none */
    unsigned classes;                 /* protected classes that were opened */
} AuditLine;

/* A line of a statement that asks for these of audit a, fakta_pengguna p and institution i. */
#define AUDIT_LINE                                                                                 \
    "a.seq,a.at,COALESCE(p.name,a.actor),i.tajuk,a.action,a.reg,a.uid,a.purpose,a.result,a."       \
    "classes"
AuditLine audit_line(Reader *rd, Stmt *st);
/* What happened to a user's own account, newest first, at most `max`: log-ins, also failed ones,
 * passwords, second factors, tokens, roles. Hers to read; `actor` absent where it was herself. */
MUST_CHECK Err audit_of_account(Reader *rd, Str user_uid, AuditLine *ret, size_t max,
                                size_t *ret_n);
/* Newest first, at most `max` rows, none of a record that excludes the reader. The caller has
 * checked the duty and puts the reading on record. */
MUST_CHECK Err audit_view(Reader *rd, const AuditFilter *f, AuditLine *ret, size_t max,
                          size_t *ret_n);
