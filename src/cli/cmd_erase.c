/* sigap erase REGISTER UID --as LOGIN, twice, by two people: the first puts the wish on record, the
 * second destroys the key. With the server at rest, since it holds names in memory. */
#include "cli/command.h"

#include "base/file.h"
#include "engine/erasure_db.h"
#include "guard/account.h"

typedef struct Proof {
    const Cli *cli;
    AccountTry try;
} Proof;

static Err write_try(WriteTx *tx, void *arg)
{
    Proof *p = arg;
    return account_try(tx, p->cli->arena, str_of(p->cli->as), &p->try);
}

static Err write_right(WriteTx *tx, void *arg)
{
    const Proof *p = arg;
    return account_right(tx, &p->try);
}

Err cli_prove(Cli *cli)
{
    Proof p = {.cli = cli};
    Str typed = cli_ask(cli, M_ASK_PASSWORD, true);
    if (!typed.ptr)
        return E_LOGIN;
    TRY(writer_run(cli->store.writer, NULL, write_try, &p));
    account_judge(&p.try, typed);
    TRY(p.try.err);
    return writer_run(cli->store.writer, NULL, write_right, &p);
}

static Err find(Cli *cli, Erasure *e)
{
    Reader rd;
    Record rec;
    const Register *reg = model_reg(cli->model, str_of(cli->argv[0]));
    if (!reg)
        return E_NOT_FOUND;
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err found = erasure_find(&rd, reg, str_of(cli->argv[1]), &rec);
    reader_end(&rd);
    if (found == E_FLOW)
        cli_say(cli, M_ERASE_NO_KEY, reg->label.text[cli->lang]);
    TRY(found);
    *e = (Erasure){.store = &cli->store, .actor = &cli->actor, .reg = reg, .uid = rec.uid};
    return ERR_OK;
}

static Err second(Cli *cli, Erasure *e)
{
    TRY(writer_run(cli->store.writer, NULL, erasure_note, e));
    TRY(erasure_finish(&cli->store, cli->arena));
    cli_say(cli, M_ERASED, e->uid);
    return ERR_OK;
}

Err cmd_erase(Cli *cli)
{
    Erasure e;
    Str asked_by;
    if (cli->argc != 2 || !cli->as)
        return E_USAGE;
    TRY(cli_open(cli));
    if (!file_lock(cli->in.lock, true)) {
        cli_say(cli, M_KEY_IN_USE, str_of(cli->data));
        return E_BUSY;
    }
    TRY(cli_prove(cli));
    TRY(find(cli, &e));
    TRY(erasure_asked(cli->conn.db, cli->arena, e.uid, &asked_by));
    if (asked_by.ptr && !str_eq(asked_by, cli->subject.uid))
        return second(cli, &e);
    TRY(writer_run(cli->store.writer, NULL, erasure_ask, &e));
    cli_say(cli, M_ERASE_ASKED, e.uid, str_int(cli->arena, ERASURE_WISH_DAYS));
    return ERR_OK;
}
