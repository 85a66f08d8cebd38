#include "cli/command.h"

#include "engine/clock_db.h"
#include "web/server.h"

static void ready(int port)
{
    printf("http://127.0.0.1:%d\n", port);
    fflush(stdout);
}

Err cmd_serve(Cli *cli)
{
    int64_t port = 8080;
    if (cli->port && (!str_i64(str_of(cli->port), &port) || port < 0 || port > 65535))
        return E_USAGE;
    TRY(cli_open(cli));
    return serve_run(&cli->store, (int)port, ready, clocks_tick, &cli->store);
}
