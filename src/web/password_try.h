/* A password typed on a page: its try is counted by the writer, then judged on the worker. */
#pragma once

#include "guard/account.h"
#include "web/req.h"

/* First member of what the page carries between its steps. */
typedef struct PasswordTry {
    Arena *arena; /* of the request */
    AccountTry try;
    Str login, password;
    ThenFn then;
} PasswordTry;

/* Asks for the count; `then` runs with req->next.arg = t, t->try.err saying what came of it, and
 * asks for the write that puts it on record. */
void password_try(Req *req, PasswordTry *t, Str login, Str password, ThenFn then);
