#include "cli/command.h"
#include "guard/account.h"
#include "intake/ref_key.h"
#include "intake/user_make.h"

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
        Err e = password_acceptable(cli->data, typed, login);
        if (e == ERR_OK) {
            *ret = typed;
            return ERR_OK;
        }
        cli_say(cli, e == E_LEAKED ? M_E_LEAKED : M_PASSWORD_WEAK,
                str_int(cli->arena, PASSWORD_MIN));
    }
    return E_INVALID;
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
    if (!roles_known(cli->model, u.roles)) {
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
