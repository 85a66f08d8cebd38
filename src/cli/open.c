#include "cli/command.h"

#include "base/file.h"
#include "engine/follow_up.h"
#include "engine/import_db.h"
#include "engine/population_book.h"
#include "engine/system_db.h"
#include "guard/session.h"
#include "guard/subject.h"
#include "model/plan.h"
#include "model/rekey.h"
#include "model/reseal.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void cli_problems(const Cli *cli, const Problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        Str text = problem_text(cli->arena, cli->lang, &problems->items[i]);
        fprintf(stderr, "%.*s\n", STR_ARG(text));
    }
}

const char *cli_domain(const Cli *cli)
{
    static const char *const places[] = {"domain", "/usr/share/sigap/domain"};
    if (cli->domain)
        return cli->domain;
    if (getenv("SIGAP_DOMAIN"))
        return getenv("SIGAP_DOMAIN");
    for (size_t i = 0; i < COUNT(places); i++)
        if (file_exists(places[i]))
            return places[i];
    fprintf(stderr, "%s\n", tr(cli->lang, M_CLI_NO_DOMAIN).ptr);
    return places[0];
}

/* Says which file or folder it was. */
static Err told(const Cli *cli, const char *path, Err e)
{
    Problems problems = {.arena = cli->arena};
    if (e != ERR_OK)
        problem_add(&problems, (Problem){.place = str_of(path),
                                         .msg = e == E_NOT_FOUND ? M_CLI_NO_FILE : msg_of_err(e)});
    cli_problems(cli, &problems);
    return e;
}

Err cli_read(const Cli *cli, Arena *a, const char *path, size_t max, Str *ret)
{
    return told(cli, path, file_read(a, path, max, ret));
}

Err cli_folder(const Cli *cli, const char *path)
{
    return told(cli, path, file_mkdir(path));
}

Err cli_match_settings(const Cli *cli, MatchSettings *ret, Problems *problems)
{
    Str text;
    *ret = match_settings_default();
    if (!cli->settings)
        return ERR_OK;
    TRY(cli_read(cli, cli->arena, cli->settings, 1 << 20, &text));
    match_settings_read(text, str_of(cli->settings), ret, problems);
    return ERR_OK;
}

Err cli_name_rules(const Cli *cli, NameRules **ret, Problems *problems)
{
    const char *dir = z_printf(cli->arena, "%s/names", cli_domain(cli));
    Str own;
    TRY(name_rules_load(cli->arena, dir, problems, ret));
    if (!cli->names)
        return ERR_OK;
    TRY(cli_read(cli, cli->arena, cli->names, 1 << 20, &own));
    name_rules_read_own(cli->arena, *ret, own, str_of(cli->names), problems);
    return problems->errors ? E_INVALID : ERR_OK;
}

Err cli_verb(Cli *cli, const CliVerb *verbs, size_t n)
{
    for (size_t i = 0; cli->argc > 0 && i < n; i++)
        if (str_is(str_of(cli->argv[0]), verbs[i].word) &&
            (!verbs[i].words || verbs[i].words == cli->argc)) {
            TRY(verbs[i].open ? verbs[i].open(cli) : ERR_OK);
            return verbs[i].run(cli);
        }
    return E_USAGE;
}

Err cli_load_domain(Cli *cli)
{
    Problems problems = {.arena = cli->arena};
    cli->domain = cli_domain(cli);
    const char *own = z_printf(cli->arena, "%s/domain", cli->data);
    Err e = model_load_over(cli->domain, file_exists(own) ? own : NULL, &problems, &cli->model);
    cli_problems(cli, &problems);
    return e;
}

static void tell(const Cli *cli, Msg msg, Str arg1, Str arg2)
{
    Str text = tr_args(cli->arena, cli->lang, msg, arg1, arg2);
    fprintf(stderr, "%.*s\n", STR_ARG(text)); /* what a command prints may be going to a file */
}

/* Where the copy of the data lies, or that the disk is too full to make one. */
static Err tell_copy(Cli *cli, Err e, const BackupBefore *copy)
{
    if (copy->needed > copy->room)
        tell(cli, M_UPGRADE_NO_ROOM, str_int(cli->arena, (copy->needed >> 20) + 1),
             str_int(cli->arena, copy->room >> 20));
    if (e == ERR_OK && copy->dir.ptr)
        tell(cli, M_UPGRADE_COPY, copy->dir, STR_NONE);
    return e;
}

/* System tables first; refuses data of a newer program. */
static Err upgrade(Cli *cli, Db *db)
{
    BackupBefore copy;
    Err e = system_upgrade(&cli->in, db, cli->arena, &copy);
    if (e == E_DOMAIN)
        tell(cli, M_SYSTEM_NEWER, STR_NONE, STR_NONE);
    return tell_copy(cli, e, &copy);
}

Err cli_apply_plan(Cli *cli, Db *db, const Plan *plan)
{
    BackupBefore copy = {0};
    if (plan->steps.n)
        TRY(tell_copy(cli, backup_before(&cli->in, db, cli->arena, S("domain"), &copy), &copy));
    Err e = plan_apply(cli->model, db, plan);
    if (e != ERR_OK)
        tell(cli, M_UPGRADE_UNDONE, STR_NONE, STR_NONE);
    else if (copy.dir.ptr)
        tell(cli, M_UPGRADE_DONE, str_int(cli->arena, (int64_t)plan->steps.n), STR_NONE);
    return e;
}

/* Copies from before earlier upgrades, with people in them who may have been erased since. */
static Err sweep_copies(Cli *cli)
{
    size_t removed;
    TRY(backup_sweep(&cli->in, cli->arena, &removed));
    if (removed)
        tell(cli, M_UPGRADE_SWEPT, str_int(cli->arena, (int64_t)removed),
             str_int(cli->arena, BACKUP_KEPT_DAYS));
    return ERR_OK;
}

/* Brings the tables to the model; only additive steps are taken by themselves. */
static Err migrate(Cli *cli)
{
    Problems problems = {.arena = cli->arena};
    Plan plan;
    Db *db;
    TRY(db_open(cli->in.data_db, DB_WRITE, &db));
    Err e = plan_system_tables(db);
    if (e == ERR_OK)
        e = import_schema(db);
    if (e == ERR_OK)
        e = upgrade(cli, db);
    if (e == ERR_OK)
        e = plan_make(cli->model, db, cli->arena, &problems, &plan);
    cli_problems(cli, &problems);
    if (e == ERR_OK)
        e = cli_apply_plan(cli, db, &plan);
    db_close(db);
    return e == ERR_OK ? sweep_copies(cli) : e;
}

Err cli_subject(Cli *cli, Str login, Subject *ret)
{
    return user_subject(cli->conn.db, cli->arena, login, clock_now(), &cli->model->role_names, ret);
}

static Err take_subject(Cli *cli)
{
    cli->subject = (Subject){.uid = S("sistem:cli"), .system = true};
    cli->actor = (Actor){.subject = &cli->subject, .via = S("cli"), .lang = cli->lang};
    return cli->as ? cli_subject(cli, str_of(cli->as), &cli->subject) : ERR_OK;
}

Str cli_given_passphrase(Cli *cli)
{
    enum { PASSPHRASE_FILE_MAX = 1024 };
    const char *dir = getenv("CREDENTIALS_DIRECTORY"), *path = cli->passphrase_file;
    Str text, line;
    if (!path && dir)
        path = z_printf(cli->arena, "%s/sigap-passphrase", dir);
    if (!path || file_read(cli->arena, path, PASSPHRASE_FILE_MAX, &text) != ERR_OK ||
        !str_cut(&text, '\n', &line))
        return STR_NONE;
    return str_trim(line);
}

Err cli_open_installation(Cli *cli)
{
    if (!cli->passphrase.ptr)
        cli->passphrase = cli_given_passphrase(cli);
    Err e = installation_unseal(cli->arena, cli->data, cli->passphrase, &cli->in);
    if (e == E_SEALED) {
        cli->passphrase = cli_ask(cli, M_ASK_PASSPHRASE, true);
        if (!cli->passphrase.ptr)
            return E_SEALED;
        e = installation_unseal(cli->arena, cli->data, cli->passphrase, &cli->in);
    }
    return e == ERR_OK ? rekey_finish(&cli->in) : e;
}

Err cli_open(Cli *cli)
{
    TRY(cli_load_domain(cli));
    TRY(cli_open_installation(cli));
    TRY(migrate(cli));
    TRY(store_open(cli->arena, cli->model, &cli->in, &cli->store));
    TRY(population_own_key(&cli->store));
    TRY(reseal_finish(&cli->store)); /* what an exchange of keys left undone */
    cli->store.after_change = follow_up_after_change;
    cli->store.advise = follow_up_advise;
    TRY(readconn_open(&cli->store, &cli->conn));
    return take_subject(cli);
}

Err cli_open_reading(Cli *cli)
{
    TRY(cli_load_domain(cli));
    TRY(cli_open_installation(cli));
    cli->store = (Store){.model = cli->model, .in = &cli->in};
    return readconn_open(&cli->store, &cli->conn);
}

Err cli_note(Cli *cli, Str action, Str result)
{
    AuditAct act = {.store = &cli->store, .actor = &cli->actor, .action = action, .result = result};
    return writer_run(cli->store.writer, NULL, store_audit_act, &act);
}

void cli_close(Cli *cli)
{
    if (cli->conn.db)
        readconn_close(&cli->conn);
    if (cli->store.writer)
        store_close(&cli->store);
    if (cli->in.keyring)
        installation_close(&cli->in);
    model_free(cli->model);
    cli->model = NULL;
}

Str cli_ask(Cli *cli, Msg prompt, bool secret)
{
    struct termios old, quiet;
    bool terminal = secret && tcgetattr(STDIN_FILENO, &old) == 0;
    char line[512];
    fprintf(stderr, "%s ", tr(cli->lang, prompt).ptr);
    if (terminal) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &old);
        fputc('\n', stderr);
    }
    Str answer = got ? str_copy(cli->arena, str_trim(str_of(line))) : STR_NONE;
    explicit_bzero(line, sizeof line);
    return answer;
}
