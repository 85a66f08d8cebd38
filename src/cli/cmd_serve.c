#include "cli/command.h"

#include "engine/clock_db.h"
#include "engine/disk_room.h"
#include "engine/erasure_db.h"
#include "guard/session.h"
#include "web/sealed.h"
#include "web/server.h"

#include <unistd.h>

static void ready(int port)
{
    printf("http://127.0.0.1:%d\n", port);
    fflush(stdout);
}

/* A passphrase typed at the sealed door. */
static Err try_passphrase(void *arg, Str typed)
{
    Cli *cli = arg;
    Installation in;
    TRY(installation_unseal(cli->arena, cli->data, typed, &in));
    installation_close(&in);
    cli->passphrase = str_copy(cli->arena, typed);
    return ERR_OK;
}

/* With nobody at the terminal and no passphrase given, the server starts sealed: it listens, and
 * reads nothing until the passphrase comes through its page. */
static Err wait_sealed(Cli *cli, int *port, bool *ret_opened)
{
    Installation in;
    cli->passphrase = cli_given_passphrase(cli);
    Err e = installation_unseal(cli->arena, cli->data, cli->passphrase, &in);
    *ret_opened = true;
    if (e == ERR_OK)
        installation_close(&in);
    if (e != E_SEALED || isatty(STDIN_FILENO))
        return e == E_SEALED ? ERR_OK : e;
    cli_say(cli, M_SEALED_WAITS, STR_NONE);
    SealedDoor door = {try_passphrase, cli, ready};
    return sealed_wait(&door, port, ret_opened);
}

static Err end_sessions(WriteTx *tx, void *arg)
{
    (void)arg;
    return session_close_all(tx);
}

Err cmd_serve(Cli *cli)
{
    int64_t port = 8080;
    bool opened;
    if (cli->port && (!str_i64(str_of(cli->port), &port) || port < 0 || port > 65535))
        return E_USAGE;
    arena_settle();
    int listening = (int)port;
    room_make_way(cli->data);
    TRY(wait_sealed(cli, &listening, &opened));
    if (!opened)
        return ERR_OK;
    TRY(cli_open(cli));
    TRY(erasure_finish(&cli->store, cli->arena)); /* what a power cut left undone */
    if (cli->in.sealed_file) /* whoever took the machine may have taken a cookie with it */
        TRY(writer_run(cli->store.writer, NULL, end_sessions, NULL));
    return serve_run(&cli->store, listening, ready, clocks_tick, &cli->store);
}
