/* sigap retention list --as LOGIN: files whose time is over or will be within thirty days. */
#include "cli/command.h"

#include "engine/retention_db.h"

static void tell(Cli *cli, const RetentionRow *row)
{
    cli_say(cli, row->over ? M_RETENTION_OVER : M_RETENTION_SOON,
            row->rec.reg->label.text[cli->lang],
            str_empty(row->rec.number) ? row->rec.uid : row->rec.number,
            row->law ? row->law->label.text[cli->lang] : S(""), row->rec.uid);
}

Err cmd_retention(Cli *cli)
{
    Reader rd;
    size_t n;
    if (cli->argc != 1 || !str_is(str_of(cli->argv[0]), "list"))
        return E_USAGE;
    TRY(cli_open(cli));
    if (!cli->subject.system && !model_duty(cli->model, cli->subject.roles, "data_rights"))
        return E_DENIED;
    RetentionRow *rows = ARENA_ARRAY(cli->arena, RETENTION_LISTED, RetentionRow);
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = retention_due(&rd, rows, RETENTION_LISTED, &n);
    reader_end(&rd);
    TRY(e);
    for (size_t i = 0; i < n; i++)
        tell(cli, &rows[i]);
    cli_say(cli, M_RETENTION_COUNT, str_int(cli->arena, (int64_t)n));
    return ERR_OK;
}
