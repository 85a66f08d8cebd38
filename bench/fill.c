/* Fills a practice installation for measurements: cases with two victims each, each victim a person
 * of her own, then changes of the cases until the history has the size asked for. Everything goes
 * through the store, in large batches, as the practice user given with --as.
 *
 * It stops after SECONDS with what it has.
 *
 *     bench_fill --data DIR --as LOGIN CASES HISTORY SECONDS */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/practice_value.h"

#include <getopt.h>
#include <stdlib.h>

enum { CASES_A_BATCH = 40, CHANGES_A_BATCH = 500, OFTEN = 45 };

typedef struct Fill {
    Cli *cli;
    Invent invent;
    Str *cases; /* uids */
    size_t cases_wanted, n;
    int64_t history_wanted;
    int64_t end; /* on the steady clock: what is not made by then is left out */
    Arena *step; /* memory of one batch */
    Reader rd;
    Batch *batch;
    Problems problems;
} Fill;

static Err step_begin(Fill *f)
{
    f->step = arena_new(SIZE_MAX);
    f->invent.arena = f->step;
    f->problems = (Problems){.arena = f->step};
    TRY(reader_begin(&f->rd, &f->cli->store, &f->cli->conn, f->step, &f->cli->actor));
    f->batch = store_batch(&f->rd);
    return ERR_OK;
}

/* Applies what was prepared and gives the memory back. */
static Err step_end(Fill *f, Err e)
{
    if (e == ERR_OK)
        e = store_run(f->batch);
    cli_problems(f->cli, &f->problems);
    reader_end(&f->rd);
    arena_free(f->step);
    return e;
}

/* Required fields always, other plain ones often; never what depends on a condition or a date. */
static void fill_fields(Fill *f, Change *c)
{
    InventedPerson person = invent_person(&f->invent);
    bool is_person = c->reg->role == REG_ROLE_PERSON;
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *field = c->reg->fields[i];
        if (field->calc || field->kind == FK_REF || field->default_ || field->when)
            continue;
        Str v = is_person ? invent_person_value(&person, field->role) : STR_NONE;
        bool plain = field->role == FIELD_ROLE_NONE && field->kind != FK_DATE;
        if (!v.ptr && (field->required || (plain && invent_chance(&f->invent, OFTEN))))
            v = invent_value(&f->invent, field);
        if (v.ptr)
            change_set(c, field, v);
    }
}

static Change *new_record(Fill *f, RegRole role)
{
    Change *c = store_change(f->step, CHANGE_CREATE, role_reg(f->cli->model, role), STR_NONE, 0);
    fill_fields(f, c);
    return c;
}

static Err make_victim(Fill *f, const Change *parent)
{
    const Field *person_field = role_field(f->cli->model, FIELD_ROLE_VICTIM_PERSON);
    Change *person = new_record(f, REG_ROLE_PERSON), *victim = new_record(f, REG_ROLE_VICTIM);
    victim->parent_reg = parent->reg;
    victim->parent_uid = parent->uid;
    change_set(victim, person_field, person->uid);
    TRY(store_prepare(&f->rd, f->batch, person, &f->problems));
    return store_prepare(&f->rd, f->batch, victim, &f->problems);
}

static Err make_case(Fill *f)
{
    Change *c = new_record(f, REG_ROLE_CASE);
    f->cases[f->n++] = str_copy(f->cli->arena, c->uid);
    TRY(store_prepare(&f->rd, f->batch, c, &f->problems));
    TRY(make_victim(f, c));
    return make_victim(f, c);
}

static Err make_cases(Fill *f)
{
    while (f->n < f->cases_wanted && clock_steady() < f->end) {
        TRY(step_begin(f));
        Err e = ERR_OK;
        for (size_t i = 0; e == ERR_OK && i < CASES_A_BATCH && f->n < f->cases_wanted; i++)
            e = make_case(f);
        TRY(step_end(f, e));
        if (f->n % 5000 == 0)
            fprintf(stderr, "%zu cases\n", f->n);
    }
    return ERR_OK;
}

/* ---- history ---- */

/* A clear line of text that every version can change. */
static const Field *free_text(const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (f->kind == FK_TEXT && f->search && !f->required && !f->when && !f->calc &&
            f->check == CHECK_NONE)
            return f;
    }
    return NULL;
}

static Err change_case(Fill *f, const Field *text, Str uid, int64_t serial)
{
    Record r;
    TRY(store_get(&f->rd, text->reg, uid, VERB_CHANGE, &r));
    Change *c = store_change(f->step, CHANGE_UPDATE, text->reg, uid, r.version);
    change_set(c, text, str_printf(f->step, "B/%lld/bench", (long long)serial));
    return store_prepare(&f->rd, f->batch, c, &f->problems);
}

static Err make_history(Fill *f)
{
    const Field *text = free_text(role_reg(f->cli->model, REG_ROLE_CASE));
    int64_t have = 0, serial = 0;
    TRY(db_number(f->cli->conn.db, "SELECT count(*) FROM riwayat", &have));
    while (have < f->history_wanted && text && clock_steady() < f->end) {
        TRY(step_begin(f));
        Err e = ERR_OK;
        int most =
            f->n < CHANGES_A_BATCH ? (int)f->n : CHANGES_A_BATCH; /* each case once a batch */
        for (int i = 0; e == ERR_OK && i < most && have < f->history_wanted; i++) {
            e = change_case(f, text, f->cases[(size_t)serial % f->n], serial);
            serial++;
            have++;
        }
        TRY(step_end(f, e));
        if (serial % 50000 == 0)
            fprintf(stderr, "%lld changes\n", (long long)serial);
    }
    return ERR_OK;
}

/* ---- the command ---- */

static Err run(Cli *cli)
{
    Fill f = {.cli = cli};
    int64_t cases, seconds;
    if (cli->argc != 3 || !str_i64(str_of(cli->argv[2]), &seconds) ||
        !str_i64(str_of(cli->argv[0]), &cases) || cases < CASES_A_BATCH ||
        !str_i64(str_of(cli->argv[1]), &f.history_wanted))
        return E_USAGE;
    TRY(cli_open(cli));
    if (!cli->in.practice)
        return E_DENIED;
    cli->actor.subject = &cli->subject;
    f.cases_wanted = (size_t)cases;
    f.end = clock_steady() + seconds * 1000;
    f.cases = ARENA_ARRAY(cli->arena, f.cases_wanted, Str);
    TRY(invent_open(cli->arena, cli->model, str_printf(cli->arena, "%s/practice", cli->domain).ptr,
                    &f.invent));
    TRY(make_cases(&f));
    return make_history(&f);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'}, {"as", required_argument, NULL, 'a'}, {0}};
    Cli cli = {.arena = arena_new(SIZE_MAX), .data = "data", .lang = LANG_EN};
    Err e = ERR_OK;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'd')
            cli.data = optarg;
        else if (o == 'a')
            cli.as = optarg;
        else
            e = E_USAGE;
    }
    cli.argc = argc - optind;
    cli.argv = argv + optind;
    if (e == ERR_OK)
        e = run(&cli);
    cli_close(&cli);
    if (e != ERR_OK)
        fprintf(stderr, "bench_fill: %s\n", tr(LANG_EN, msg_of_err(e)).ptr);
    arena_free(cli.arena);
    return err_exit(e);
}
