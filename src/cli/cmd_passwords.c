/* sigap passwords load FILE ..: which passwords nobody may take. The server need not stand still:
 * it looks into the list at each new password. */
#include "cli/command.h"

#include "guard/leaked.h"

Err cmd_passwords(Cli *cli)
{
    int64_t n;
    if (cli->argc < 2 || !str_is(str_of(cli->argv[0]), "load"))
        return E_USAGE;
    TRY(cli_open(cli));
    TRY(cli_note(cli, S("passwords:load"), S("ok")));
    TRY(leaked_load(cli->data, cli->argv + 1, (size_t)cli->argc - 1, &n));
    cli_say(cli, M_LEAKED_LOADED, str_int(cli->arena, n));
    return ERR_OK;
}
