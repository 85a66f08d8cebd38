/* Commands that look after an installation: check-domain, migrate, scrub, security, rebuild, clock.
 */
#include "cli/command.h"

#include "engine/security.h"
#include "model/plan.h"
#include "model/role_report.h"
#include "model/scrub.h"

Err cmd_check_domain(Cli *cli)
{
    if (cli->argc == 1)
        cli->domain = cli->argv[0];
    TRY(cli_load_domain(cli));
    size_t fields = 0;
    for (size_t i = 0; i < cli->model->reg_count; i++)
        fields += cli->model->regs[i]->field_count;
    cli_say(cli, M_DOMAIN_OK, str_int(cli->arena, (int64_t)cli->model->reg_count),
            str_int(cli->arena, (int64_t)fields),
            str_int(cli->arena, (int64_t)cli->model->list_count));
    return ERR_OK;
}

/* Prints the steps; without --plan they are applied, as every start does. */
Err cmd_migrate(Cli *cli)
{
    Problems problems = {.arena = cli->arena};
    Plan plan;
    Db *db;
    TRY(cli_load_domain(cli));
    TRY(cli_open_installation(cli));
    TRY(db_open(cli->in.data_db, DB_WRITE, &db));
    Err e = plan_make(cli->model, db, cli->arena, &problems, &plan);
    cli_problems(cli, &problems);
    for (size_t i = 0; e == ERR_OK && i < plan.steps.n; i++)
        printf("%.*s;\n", STR_ARG(plan.steps.items[i]));
    if (e == ERR_OK && !cli->plan)
        e = cli_apply_plan(cli, db, &plan);
    db_close(db);
    if (e == ERR_OK)
        cli_say(cli, cli->plan ? M_PLAN_ONLY : M_PLAN_APPLIED,
                str_int(cli->arena, (int64_t)plan.steps.n));
    return e;
}

/* sigap scrub: every record, version and key against the hash or seal beside it. */
Err cmd_scrub(Cli *cli)
{
    Problems problems = {.arena = cli->arena};
    Scrub sum;
    TRY(cli_open_reading(cli));
    TRY(scrub_run(&cli->store, &cli->conn, &problems, &sum));
    cli_problems(cli, &problems);
    cli_say(cli, M_SCRUB_DONE, str_int(cli->arena, sum.records), str_int(cli->arena, sum.versions),
            str_int(cli->arena, sum.keys), str_int(cli->arena, sum.faults));
    return sum.faults ? E_CORRUPT : ERR_OK;
}

static void print_finding(Cli *cli, const Finding *f)
{
    Str words = security_words(cli->arena, cli->lang, f, f->words);
    printf("%s: %s: %.*s\n", tr(cli->lang, security_grade_word(f->grade)).ptr,
           tr(cli->lang, f->topic).ptr, STR_ARG(words));
    if (f->grade)
        printf("    %.*s\n", STR_ARG(security_words(cli->arena, cli->lang, f, f->cure)));
}

/* sigap security: what the page of the same name says, the gravest first. */
Err cmd_security(Cli *cli)
{
    Finding found[POINT_COUNT];
    int64_t risks = 0;
    TRY(cli_open_reading(cli));
    TRY(security_look(&cli->store, cli->conn.db, cli->arena, cli->lang, found));
    for (int grade = RISK_DANGER; grade >= RISK_NONE; grade--)
        for (int i = 0; i < POINT_COUNT; i++)
            if ((int)found[i].grade == grade) {
                print_finding(cli, &found[i]);
                risks += grade > RISK_NONE;
            }
    cli_say(cli, M_SECURITY_COUNT, str_int(cli->arena, risks), str_int(cli->arena, POINT_COUNT));
    return ERR_OK;
}

Err cmd_rebuild(Cli *cli)
{
    TRY(cli_open(cli));
    TRY(writer_run(cli->store.writer, NULL, store_rebuild, &cli->store));
    cli_say(cli, M_REBUILT, str_of(cli->data));
    return ERR_OK;
}

/* sigap audit-role ROLE: every register with what the role may do there and which classes it sees.
 */
Err cmd_audit_role(Cli *cli)
{
    RoleLine *lines;
    if (cli->argc != 1)
        return E_USAGE;
    TRY(cli_load_domain(cli));
    int role = model_role(cli->model, str_of(cli->argv[0]));
    if (role < 0) {
        cli_say(cli, M_ROLE_UNKNOWN, str_of(cli->argv[0]));
        return E_NOT_FOUND;
    }
    size_t n = role_report(cli->model, cli->arena, cli->lang, role, &lines);
    for (size_t i = 0; i < n; i++) {
        const RoleLine *l = &lines[i];
        printf("%.*s: %.*s (%.*s)\n", STR_ARG(l->reg->label.text[cli->lang]), STR_ARG(l->verbs),
               STR_ARG(l->scope));
        if (l->open.len)
            printf("    %s: %.*s\n", tr(cli->lang, M_ROLE_OPEN).ptr, STR_ARG(l->open));
        if (l->closed.len)
            printf("    %s: %.*s\n", tr(cli->lang, M_ROLE_CLOSED).ptr, STR_ARG(l->closed));
    }
    Str none = role_unreached(cli->model, cli->arena, cli->lang, role);
    printf("%s: %.*s\n", tr(cli->lang, M_ROLE_NOT).ptr, STR_ARG(none));
    return ERR_OK;
}

typedef struct Shift {
    Installation *in;
    int64_t ms;
} Shift;

static Err put_shift(WriteTx *tx, void *arg)
{
    const Shift *s = arg;
    return installation_shift(s->in, tx->db, s->ms);
}

/* sigap clock set 2026-03-01 | advance DAYS | reset: practice installations only. */
Err cmd_clock(Cli *cli)
{
    Str verb = str_of(cli->argc ? cli->argv[0] : NULL),
        arg = str_of(cli->argc > 1 ? cli->argv[1] : NULL);
    int64_t shift, days;
    Date d;
    TRY(cli_open(cli));
    if (!cli->in.practice) {
        cli_say(cli, M_CLOCK_REAL, str_of(cli->data));
        return E_DENIED;
    }
    shift = cli->in.clock_shift;
    if (str_is(verb, "set") && date_parse_iso(arg, &d))
        shift += clock_instant(d, 8 * 60) - clock_now();
    else if (str_is(verb, "advance") && str_i64(arg, &days))
        shift += days * 86400000;
    else if (str_is(verb, "reset"))
        shift = 0;
    else if (verb.ptr)
        return E_USAGE;
    Shift put = {&cli->in, shift};
    TRY(writer_run(cli->store.writer, NULL, put_shift, &put));
    cli_say(cli, M_CLOCK_NOW, date_long(cli->arena, cli->lang, clock_today()));
    return ERR_OK;
}
