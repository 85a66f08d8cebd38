/* Making a user: record, membership and account in one transaction. */
#pragma once

#include "model/store.h"

typedef struct NewUser {
    Str login, name, roles, institution_uid, password;
    bool practice;  /* cheap hash: the password is printed anyway */
    bool temporary; /* the password must be changed at the first log-in */
} NewUser;

/* Whether there is a word and each names a role. */
bool roles_known(const Model *m, Str roles);
/* Judges record and membership and hashes the password; `*ret` is ready for the writer. E_INVALID
 * with problems, E_DENIED. */
MUST_CHECK Err user_prepare(Reader *rd, const NewUser *u, Problems *problems, Batch **ret);
/* The same, applied at once: for commands. */
MUST_CHECK Err user_make(Reader *rd, const NewUser *u, Problems *problems);

/* What was asked for the user holds from now on, and stands on record as the actor's act. As
 * roles_approve (guard/role_grant.h); `approver` absent: the recovery sheet stands for her. */
MUST_CHECK Err user_approve_roles(WriteTx *tx, const Store *store, const Actor *actor, Str user_uid,
                                  Str approver, Str *ret_roles);
/* Of somebody whose password another one sets, or whose second code she takes away: what the user's
 * roles opened waits for a second person, since that other could now come in her name. */
MUST_CHECK Err user_ask_roles_again(WriteTx *tx, const Store *store, Str user_uid, Str actor);
