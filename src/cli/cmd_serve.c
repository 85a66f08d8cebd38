#include "cli/command.h"

#include "engine/clock_db.h"
#include "engine/disk_room.h"
#include "engine/erasure_db.h"
#include "guard/letterbox.h"
#include "engine/population_book.h"
#include "guard/session.h"
#include "web/intake.h"
#include "web/sealed.h"
#include "web/server.h"

#include <string.h>
#include <unistd.h>

static void ready(const Listen *at)
{
    const char *address = at->address ? at->address : "127.0.0.1";
    printf(strchr(address, ':') ? "%s://[%s]:%d\n" : "%s://%s:%d\n",
           listen_secure(at) ? "https" : "http", address, at->port);
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

/* What programs send meanwhile goes into the letterbox of the data. */
static Err wait_at_door(Cli *cli, Listen *at, bool *ret_opened)
{
    Str check;
    Installation in;
    SealedDoor door = {.open = try_passphrase, .ctx = cli, .ready = ready};
    TRY(installation_identity(cli->arena, cli->data, &in, &check));
    installation_clock(&in);
    TRY(db_open(in.data_db, DB_WRITE, &door.db));
    Err e = sealed_wait(&door, at, ret_opened);
    db_close(door.db);
    return e;
}

/* With nobody at the terminal and no passphrase given, the server starts sealed: it listens, and
 * reads nothing until the passphrase comes through its page. */
static Err wait_sealed(Cli *cli, Listen *at, bool *ret_opened)
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
    return wait_at_door(cli, at, ret_opened);
}

static Err end_sessions(WriteTx *tx, void *arg)
{
    (void)arg;
    return session_close_all(tx);
}

static Err publish_letterbox(WriteTx *tx, void *arg)
{
    const Store *s = arg;
    return letterbox_publish(tx->db, tx->arena, s->in->keyring);
}

/* The letters that came before the key: put in before anybody comes in. */
static Err open_letterbox(Cli *cli)
{
    TRY(writer_run(cli->store.writer, NULL, publish_letterbox, &cli->store));
    return intake_put_in(&cli->store, &cli->conn);
}

static bool read_port(const char *text, int unset, int *ret)
{
    int64_t port = unset;
    bool good = !text || (str_i64(str_of(text), &port) && port >= 0 && port <= 65535);
    *ret = (int)port;
    return good;
}

/* A certificate that holds its key as well needs no --tls-key. */
static Err read_listen(Cli *cli, Listen *ret)
{
    *ret = (Listen){
        .address = cli->listen, .cert = cli->tls, .key = cli->tls_key ? cli->tls_key : cli->tls};
    if (!read_port(cli->port, 8080, &ret->port) || !read_port(cli->redirect, 0, &ret->redirect) ||
        (cli->tls_key && !cli->tls))
        return E_USAGE;
    Err e = listen_try(ret);
    if (e == E_USAGE)
        cli_say(cli, M_LISTEN_BAD, str_of(ret->address));
    else if (e != ERR_OK)
        cli_say(cli, M_TLS_BAD, str_of(ret->cert), str_of(ret->key));
    return e;
}

Err cmd_serve(Cli *cli)
{
    Listen at;
    bool opened;
    TRY(read_listen(cli, &at));
    arena_settle();
    room_make_way(cli->data);
    TRY(wait_sealed(cli, &at, &opened));
    if (!opened)
        return ERR_OK;
    TRY(cli_open(cli));
    TRY(erasure_finish(&cli->store, cli->arena)); /* what a power cut left undone */
    if (cli->in.sealed_file) /* whoever took the machine may have taken a cookie with it */
        TRY(writer_run(cli->store.writer, NULL, end_sessions, NULL));
    TRY(open_letterbox(cli));
    population_open(cli->arena, &cli->store, &cli->store.population);
    Err e = serve_run(&cli->store, &at, ready, clocks_tick, &cli->store);
    population_stop(cli->store.population); /* before the keys are closed */
    return e;
}
