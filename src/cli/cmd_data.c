/* Commands on data: import, export, table. */
#include "cli/command.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/rand.h"
#include "engine/table_records_db.h"
#include "intake/import.h"
#include "intake/seed.h"
#include "intake/table_book.h"

#include <sys/stat.h>
#include <unistd.h>

/* ---- import ---- */

static void print_report(Cli *cli, const ImportReport *r)
{
    cli_problems(cli, &r->problems);
    cli_say(cli, M_IMPORT_ROWS, str_int(cli->arena, r->rows), str_int(cli->arena, r->bad_rows));
    for (size_t i = 0; i < r->profile->row_count; i++) {
        ImportCounts n;
        if (!import_counts(r, i, &n))
            continue;
        cli_say(cli, M_IMPORT_COUNTS, r->profile->rows[i].reg->label.text[cli->lang],
                str_int(cli->arena, n.created), str_int(cli->arena, n.changed),
                str_int(cli->arena, n.same));
    }
    for (size_t i = 0; i < r->questions.n; i++) {
        const ImportQuestion *q = &r->questions.items[i];
        cli_say(cli, M_IMPORT_ASKS, q->sheet, str_int(cli->arena, q->line), q->key);
    }
}

static Err import_book(Cli *cli, Reader *rd, const char *path)
{
    const ImportProfile *profile = NULL;
    const Register *reg =
        cli->register_name ? model_reg(cli->model, str_of(cli->register_name)) : NULL;
    Problems problems = {.arena = cli->arena};
    ImportChoices choices = {0};
    ImportReport report;
    ImportPlan *plan;
    Workbook book;
    Str bytes;
    if (cli->profile)
        profile = model_import(cli->model, str_of(cli->profile));
    else if (reg)
        profile = import_profile_of(cli->arena, reg);
    if (!profile)
        return E_USAGE;
    TRY(cli_read(cli, cli->arena, path, WORKBOOK_MAX_BYTES, &bytes));
    Err e = workbook_read(cli->arena, bytes, str_of(path), &book, &problems);
    cli_problems(cli, &problems);
    TRY(e);
    for (int i = 1; i < cli->argc; i++) { /* answers: NAME=VALUE */
        ImportChoices one = import_choices_parse(cli->arena, str_of(cli->argv[i]));
        for (size_t k = 0; k < one.names.n; k++)
            import_choice_set(cli->arena, &choices, one.names.items[k], one.values.items[k]);
    }
    TRY(import_check(rd, cli->arena, profile, &book, &choices, STR_NONE, NULL, &report, &plan));
    print_report(cli, &report);
    if (report.problems.errors || report.open_questions)
        return E_INVALID;
    if (cli->dry_run || !report.applicable)
        return ERR_OK;
    reader_end(rd); /* each portion has its own snapshot */
    e = import_apply(&cli->store, &cli->conn, &cli->actor, plan, NULL, NULL, NULL, &problems);
    if (e != ERR_OK)
        cli_problems(cli, &problems);
    return e;
}

static Err import_folder(Cli *cli, Reader *rd, const char *path)
{
    Problems problems = {.arena = cli->arena};
    SeedCounts n;
    Err e = seed_load(rd, path, &problems, &n);
    cli_problems(cli, &problems);
    TRY(e);
    cli_say(cli, M_IMPORT_COUNTS, str_of(path), str_int(cli->arena, (int64_t)n.created),
            str_int(cli->arena, (int64_t)n.changed), str_int(cli->arena, (int64_t)n.same));
    return ERR_OK;
}

Err cmd_import(Cli *cli)
{
    struct stat st;
    Reader rd;
    if (cli->argc < 1)
        return E_USAGE;
    TRY(cli_open(cli));
    if (stat(cli->argv[0], &st) != 0)
        return E_NOT_FOUND;
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = S_ISDIR(st.st_mode) ? import_folder(cli, &rd, cli->argv[0])
                                : import_book(cli, &rd, cli->argv[0]);
    reader_end(&rd);
    return e;
}

/* ---- export ---- */

typedef struct Exporter {
    Cli *cli;
    Reader *rd;
    Buf out;
    int64_t rows;
} Exporter;

static Str instant_text(Arena *a, int64_t ms)
{
    int minute;
    Date d = clock_date_of(ms, &minute);
    return str_printf(a, "%.*s %02d:%02d", STR_ARG(date_iso(a, d)), minute / 60, minute % 60);
}

static void put(Exporter *x, Str cell)
{
    buf_char(&x->out, ',');
    csv_cell(&x->out, cell, ',');
}

static Str export_value(const Field *f, Arena *a, const Value *v)
{
    int64_t n;
    if (f->kind == FK_NUMBER && f->scale && str_i64(v->text, &n))
        return value_edit(f, a, LANG_EN, v->text);
    return v->text;
}

static Err export_row(void *ctx, const Record *r)
{
    Exporter *x = ctx;
    Arena *a = arena_new(1 << 20);
    csv_cell(&x->out, r->uid, ',');
    put(x, r->number);
    put(x, str_int(a, r->version));
    put(x, r->state);
    put(x, str_int(a, r->owner));
    put(x, r->owner_name);
    put(x, r->parent_reg ? r->parent_uid : S(""));
    put(x, r->parent_reg ? r->parent_reg->name : S(""));
    put(x, r->void_tx ? S("ya") : S(""));
    put(x, instant_text(a, r->changed_at));
    put(x, r->heading);
    for (size_t i = 0; i < r->reg->field_count; i++)
        if (!r->reg->fields[i]->class_)
            put(x, export_value(r->reg->fields[i], a, &r->vals[i]));
    buf_lit(&x->out, "\r\n");
    x->rows++;
    arena_free(a);
    return ERR_OK;
}

static Err export_register(Cli *cli, Reader *rd, const Register *reg, const char *dir)
{
    Exporter x = {.cli = cli, .rd = rd, .out = buf_new(cli->arena, 65536)};
    Query q = query_new(reg);
    q.verb = VERB_EXPORT;
    q.include_void = true;
    buf_lit(&x.out, "uid,nomor,versi,status,pemilik_id,pemilik,induk,induk_reg,batal,diubah,tajuk");
    for (size_t i = 0; i < reg->field_count; i++)
        if (!reg->fields[i]->class_)
            put(&x, reg->fields[i]->name);
    buf_lit(&x.out, "\r\n");
    Err e = query_each(rd, &q, export_row, &x);
    if (e == E_DENIED)
        return ERR_OK; /* not this user's to take along */
    TRY(e);
    return file_write(z_printf(cli->arena, "%s/%.*s.csv", dir, STR_ARG(reg->name)),
                      buf_str(&x.out));
}

Err cmd_export(Cli *cli)
{
    Reader rd;
    if (cli->argc != 1)
        return E_USAGE;
    TRY(cli_open(cli));
    TRY(cli_folder(cli, cli->argv[0]));
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = ERR_OK;
    for (size_t i = 0; i < cli->model->reg_count && e == ERR_OK; i++)
        e = export_register(cli, &rd, cli->model->regs[i], cli->argv[0]);
    reader_end(&rd);
    TRY(cli_note(cli, S("export"), str_of(err_name(e))));
    return e;
}

/* ---- table ---- */

static Str taken(const Cli *cli, Str copy)
{
    Str who = str_empty(cli->subject.login) ? cli->subject.uid : cli->subject.login;
    return tr_args(cli->arena, cli->lang, M_TAKEN, who, copy);
}

/* A table that is taken carries its mark, as one taken from the pages. */
static Err note_taken(Cli *cli, Table *t)
{
    AuditAct act = {.store = &cli->store,
                    .actor = &cli->actor,
                    .action = S("table"),
                    .uid = rand_uid(cli->arena),
                    .result = S("ok"),
                    .reg = t->ask.def->reg};
    t->ask.mark = taken(cli, act.uid);
    return writer_run(cli->store.writer, NULL, store_audit_act, &act);
}

static Err print_table(Cli *cli, Table *t)
{
    Str bytes;
    TRY(note_taken(cli, t));
    if (cli->format && str_is(str_of(cli->format), "xlsx"))
        TRY(table_book(cli->arena, cli->lang, t, &bytes));
    else
        bytes = table_csv(cli->arena, cli->lang, t, ',');
    return file_write_fd(STDOUT_FILENO, bytes);
}

/* sigap table --records FILE: the wish of the first of two people, or the file of the second. */
static Err take_records(Cli *cli)
{
    Reader rd;
    Period p;
    int64_t rows;
    RecordsWish w = {.store = &cli->store,
                     .actor = &cli->actor,
                     .period = str_of(cli->period),
                     .copy = rand_uid(cli->arena)};
    Problems problems = {.arena = cli->arena};
    if (cli->argc || !cli->as || !cli->period)
        return E_USAGE;
    TRY(cli_open(cli));
    if (!period_parse(w.period, &p))
        problem_at(&problems, STR_NONE, M_PERIOD_BAD, w.period);
    if (file_exists(cli->records))
        problem_at(&problems, STR_NONE, M_RECORDS_EXISTS, str_of(cli->records));
    cli_problems(cli, &problems);
    TRY(problems.errors ? E_INVALID : ERR_OK);
    TRY(cli_prove(cli));
    TRY(writer_run(cli->store.writer, NULL, records_ask, &w));
    if (!w.agreed) {
        cli_say(cli, M_RECORDS_ASKED, w.period, str_int(cli->arena, RECORDS_WISH_DAYS));
        return ERR_OK;
    }
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = records_write(&rd, &w, taken(cli, w.copy), str_of(cli->records), &rows);
    reader_end(&rd);
    TRY(e);
    cli_say(cli, M_RECORDS_TAKEN, str_int(cli->arena, rows), str_of(cli->records), w.copy);
    return ERR_OK;
}

Err cmd_table(Cli *cli)
{
    TableAsk ask = {
        .period = str_of(cli->period), .rows = str_of(cli->rows), .columns = str_of(cli->columns)};
    Problems problems = {.arena = cli->arena};
    Table t;
    Reader rd;
    if (cli->records)
        return take_records(cli);
    if (cli->argc != 1 || !cli->period ||
        !audience_of(str_of(cli->audience ? cli->audience : "internal"), &ask.audience))
        return E_USAGE;
    TRY(cli_open(cli));
    ask.def = model_table(cli->model, str_of(cli->argv[0]));
    if (!ask.def)
        return E_NOT_FOUND;
    TRY(reader_begin(&rd, &cli->store, &cli->conn, cli->arena, &cli->actor));
    Err e = table_count(&rd, &ask, &problems, &t);
    if (e == ERR_OK)
        e = print_table(cli, &t);
    reader_end(&rd);
    cli_problems(cli, &problems);
    return e;
}
