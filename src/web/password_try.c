#include "web/password_try.h"

static Err write_try(WriteTx *tx, void *arg)
{
    PasswordTry *t = arg;
    return account_try(tx, t->arena, t->login, &t->try);
}

static Err judge(Req *req, Err err)
{
    PasswordTry *t = req->next.arg;
    TRY(err);
    account_judge(&t->try, t->password);
    return t->then(req, ERR_OK);
}

void password_try(Req *req, PasswordTry *t, Str login, Str password, ThenFn then)
{
    t->arena = req->arena;
    t->login = login;
    t->password = password;
    t->then = then;
    req_write(req, NULL, write_try, t, judge);
}
