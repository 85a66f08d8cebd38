/* sigap second-factor require | free | reset --login L: for who has the machine, when nobody can
 * log in any more or the telephones are late. On record like any other act. */
#include "cli/command.h"
#include "guard/account.h"
#include "guard/second_factor.h"
#include "guard/session.h"

#include <string.h>

typedef struct Order {
    const Cli *cli;
    const char *verb;
    Str user_uid;
} Order;

static Err obey(WriteTx *tx, const Order *o)
{
    if (strcmp(o->verb, "require") == 0)
        return meta_put(tx->db, META_SECOND_FACTOR, S("wajib"));
    if (strcmp(o->verb, "free") == 0)
        return meta_put(tx->db, META_SECOND_FACTOR, S(SECOND_FACTOR_FREE));
    TRY(second_factor_remove(tx, o->user_uid));
    return session_close_user(tx, o->user_uid, STR_NONE);
}

static Err write_order(WriteTx *tx, void *arg)
{
    const Order *o = arg;
    AuditAct act = {.store = &o->cli->store,
                    .actor = &o->cli->actor,
                    .action = str_printf(tx->arena, "factor:%s", o->verb),
                    .uid = o->user_uid,
                    .result = S("ok"),
                    .reg = role_reg(o->cli->model, REG_ROLE_USER)};
    TRY(obey(tx, o));
    return store_audit_act(tx, &act);
}

Err cmd_second_factor(Cli *cli)
{
    static const char *const verbs[] = {"require", "free", "reset"};
    Order o = {.cli = cli, .user_uid = STR_NONE};
    for (size_t i = 0; cli->argc == 1 && i < COUNT(verbs); i++)
        if (strcmp(cli->argv[0], verbs[i]) == 0)
            o.verb = verbs[i];
    if (!o.verb || (strcmp(o.verb, "reset") == 0) != (cli->login != NULL))
        return E_USAGE;
    TRY(cli_open(cli));
    if (cli->login) {
        Account account;
        TRY(account_find(cli->conn.db, cli->arena, str_of(cli->login), &account));
        o.user_uid = account.user_uid;
    }
    TRY(writer_run(cli->store.writer, NULL, write_order, &o));
    cli_say(cli, M_FACTOR_ORDER, str_of(o.verb));
    return ERR_OK;
}
