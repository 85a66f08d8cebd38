#include "cli/command.h"

#include "base/file.h"
#include "intake/seed.h"

/* Loads domain/seed: institutions and published figures every installation starts with. */
static Err load_seed(Cli *cli)
{
    const char *dir = z_printf(cli->arena, "%s/seed", cli->domain);
    Problems problems = {.arena = cli->arena};
    SeedCounts counts;
    Reader rd;
    if (!file_exists(dir))
        return ERR_OK;
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = seed_load(&rd, dir, &problems, &counts);
    reader_end(&rd);
    cli_problems(cli, &problems);
    if (e == ERR_OK)
        cli_say(cli, M_SEED_LOADED, str_int(cli->arena, (int64_t)counts.created));
    return e;
}

Err cmd_init(Cli *cli)
{
    int64_t zone = 8;
    if (cli->zone && (!str_i64(str_of(cli->zone), &zone) || zone < 7 || zone > 9))
        return E_USAGE;
    TRY(cli_load_domain(cli));
    model_free(cli->model);
    cli->model = NULL;
    TRY(installation_create(cli->data, cli->practice, (int)zone * 60));
    TRY(cli_open(cli));
    TRY(load_seed(cli));
    cli_say(cli, cli->practice ? M_INIT_PRACTICE : M_INIT_DONE, str_of(cli->data));
    if (cli->practice)
        return ERR_OK;
    if (!cli->roles)
        for (size_t i = 0; i < cli->model->role_count; i++)
            if (str_has_word(cli->model->roles[i].may, S("users")))
                cli->roles = str_z(cli->arena, cli->model->roles[i].name);
    return cmd_user(cli);
}
