#include "cli/user_make.h"

#include "cli/command.h"
#include "guard/account.h"
#include "intake/ref_key.h"

static void give(Change *c, FieldRole role, Str value)
{
    const Field *f = role_field(c->reg->model, role);
    if (f && f->reg == c->reg)
        change_set(c, f, value);
}

typedef struct PutAccount {
    Str uid, login, hash;
} PutAccount;

static Err put_account(WriteTx *tx, void *arg)
{
    const PutAccount *p = arg;
    return account_put(tx, p->uid, p->login, p->hash);
}

static Err prepare_user(Reader *rd, Batch *b, const NewUser *u, Problems *problems, Str *ret_uid)
{
    const Model *m = rd->store->model;
    const Register *user = role_reg(m, REG_ROLE_USER), *member = role_reg(m, REG_ROLE_MEMBERSHIP);
    Change *c = store_change(rd->arena, CHANGE_CREATE, user, STR_NONE, 0);
    c->parent_reg = role_reg(m, REG_ROLE_INSTITUTION);
    c->parent_uid = u->institution_uid;
    c->owner_uid = u->institution_uid;
    give(c, FIELD_ROLE_USER_LOGIN, u->login);
    give(c, FIELD_ROLE_USER_NAME, u->name);
    give(c, FIELD_ROLE_USER_ROLES, u->roles);
    give(c, FIELD_ROLE_USER_ACTIVE, S("ya"));
    for (size_t i = 0; i < user->field_count; i++) {
        const Field *f = user->fields[i]; /* kind of account: the list's first code is a person */
        if (f->required && f->kind == FK_CODE && !c->set[i] && f->codes->n)
            change_set(c, f, f->codes->items[0].code);
    }
    TRY(store_prepare(rd, b, c, problems));
    *ret_uid = c->uid;
    Change *k = store_change(rd->arena, CHANGE_CREATE, member, STR_NONE, 0);
    k->parent_reg = c->parent_reg;
    k->parent_uid = u->institution_uid;
    k->owner_uid = u->institution_uid;
    give(k, FIELD_ROLE_MEMBERSHIP_USER, c->uid);
    give(k, FIELD_ROLE_MEMBERSHIP_START, date_iso(rd->arena, clock_today()));
    for (size_t i = 0; i < member->field_count; i++) {
        const Field *f = member->fields[i];
        if (f->required && f->kind == FK_TEXT && !k->set[i])
            change_set(k, f, u->name);
    }
    return store_prepare(rd, b, k, problems);
}

Err user_make(Reader *rd, const NewUser *u, Problems *problems)
{
    Batch *b = store_batch(rd);
    PutAccount put = {.login = u->login};
    TRY(u->practice ? password_hash_practice(rd->arena, u->password, &put.hash)
                    : password_hash(rd->arena, u->password, &put.hash));
    TRY(prepare_user(rd, b, u, problems, &put.uid));
    b->also = put_account;
    b->also_arg = &put;
    return store_run(b);
}

static Str option_or_ask(Cli *cli, const char *option, Msg prompt)
{
    return option ? str_of(option) : cli_ask(cli, prompt, false);
}

/* Asks until the password is good enough, three times at most; a pipe gives one line a time. */
static Err ask_password(Cli *cli, Str login, Str *ret)
{
    for (int tries = 0; tries < 3; tries++) {
        Str typed = cli_ask(cli, M_ASK_PASSWORD, true);
        if (!typed.ptr)
            return E_INVALID;
        if (password_acceptable(typed, login) == ERR_OK) {
            *ret = typed;
            return ERR_OK;
        }
        cli_say(cli, M_PASSWORD_WEAK, str_int(cli->arena, PASSWORD_MIN));
    }
    return E_INVALID;
}

static bool roles_known(Cli *cli, Str roles)
{
    Str word;
    bool all = !str_empty(roles);
    while (str_word(&roles, &word))
        all &= model_role(cli->model, word) >= 0;
    return all;
}

/* sigap user --login L --name N --roles R --institution CODE: password on standard input. */
Err cmd_user(Cli *cli)
{
    Problems problems = {.arena = cli->arena};
    NewUser u = {.practice = false};
    Reader rd;
    if (!cli->model)
        TRY(cli_open(cli));
    u.login = option_or_ask(cli, cli->login, M_ASK_LOGIN);
    u.name = option_or_ask(cli, cli->name, M_ASK_NAME);
    u.roles = option_or_ask(cli, cli->roles, M_ASK_ROLES);
    Str institution = option_or_ask(cli, cli->institution, M_ASK_INSTITUTION);
    if (!roles_known(cli, u.roles)) {
        cli_say(cli, M_ROLE_UNKNOWN, u.roles);
        return E_INVALID;
    }
    TRY(ask_password(cli, u.login, &u.password));
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    u.institution_uid = record_by_key(&rd, role_reg(cli->model, REG_ROLE_INSTITUTION), institution);
    Err e = E_NOT_FOUND;
    if (u.institution_uid.ptr)
        e = user_make(&rd, &u, &problems);
    else
        cli_say(cli, M_INSTITUTION_UNKNOWN, institution);
    reader_end(&rd);
    cli_problems(cli, &problems);
    if (e == ERR_OK)
        cli_say(cli, M_USER_MADE, u.login);
    return e;
}
