/* sigap match book: the population book of an installation, made from a list of residents. */
#include "cli/command.h"

#include "base/file.h"
#include "engine/population_book.h"

static Err make(Cli *cli)
{
    MatchSettings settings;
    Problems problems = {.arena = cli->arena};
    const char *path = cli->argv[1];
    int64_t rows = 0;
    Str text;
    TRY(cli_match_settings(cli, &settings, &problems));
    TRY(file_map(cli->arena, path, &text));
    TRY(cli_open(cli));
    TRY(cli_note(cli, S("population:load"), S("ok")));
    Err e =
        population_make(&cli->store, cli->arena, text, str_of(path), &settings, &problems, &rows);
    cli_problems(cli, &problems);
    if (e == ERR_OK)
        cli_say(cli, M_POPULATION_MADE, str_int(cli->arena, rows));
    return e;
}

static Err check(Cli *cli)
{
    PopulationBook *book;
    Date made;
    Msg told;
    TRY(cli_open_reading(cli));
    population_open(cli->arena, &cli->store, &book);
    population_wait(book);
    const PopulationFile *f = population_of(book, &told);
    cli_say(cli, told, str_int(cli->arena, f->rows),
            date_parse_iso(f->day, &made) ? date_long(cli->arena, cli->lang, made) : STR_NONE);
    return population_state(book);
}

Err cmd_match_book(Cli *cli)
{
    if (cli->argc > 2)
        return E_USAGE;
    return cli->argc == 2 ? make(cli) : check(cli);
}
