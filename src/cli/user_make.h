/* Making a user: record, membership and account in one transaction. */
#pragma once

#include "model/store.h"

typedef struct NewUser {
    Str login, name, roles, institution_uid, password;
    bool practice; /* cheap hash: the password is printed anyway */
} NewUser;

MUST_CHECK Err user_make(Reader *rd, const NewUser *u, Problems *problems);
