/* Practice data: invented people and cases, made through the gate by practice users
 * over two years of a moved clock, as imports, forms and moves. It is the first integration test,
 * and gives history, audit, tasks and late clocks for free. */
#include "cli/command.h"
#include "cli/practice_value.h"
#include "intake/user_make.h"

#include "base/file.h"
#include "engine/clock_db.h"
#include "guard/session.h"
#include "guard/subject.h"
#include "intake/import.h"
#include "intake/ref_key.h"
#include "intake/seed.h"

enum { MONTHS = 24, PASSES = 3, MOVERS = 3, ASKED = 5 };
enum {
    STEPS = 25,
    DONE = 90,
    NAMED = 60
}; /* per cent: records that take a step, tasks done,
    * references filled */

typedef struct PracticeUser {
    Str login, name, roles, institution, password;
    Subject subject;
} PracticeUser;

typedef struct Practice {
    Cli *cli;
    const char *dir;
    Invent invent;
    PracticeUser *users;
    size_t user_count;
    int64_t real_shift, start;
    StrList *imports, *plan;
    size_t import_count, plan_count;
    size_t *planned; /* made so far, per row of the plan */
    Arena *step;     /* memory of one write */
    Reader rd;
    Actor actor;
} Practice;

/* ---- users ---- */

static Err step_begin(Practice *p, const Subject *as)
{
    p->step = arena_new(SIZE_MAX);
    p->actor = (Actor){.subject = as, .via = S("latihan"), .lang = LANG_ID};
    p->invent.arena = p->step;
    return reader_begin(&p->rd, &p->cli->store, &p->cli->conn, p->step, &p->actor);
}

static void step_end(Practice *p)
{
    reader_end(&p->rd);
    arena_free(p->step);
}

static Err make_user(Practice *p, PracticeUser *u)
{
    const Register *inst = role_reg(p->cli->model, REG_ROLE_INSTITUTION);
    Problems problems = {.arena = p->cli->arena};
    TRY(step_begin(p, &p->cli->subject));
    NewUser n = {.login = u->login,
                 .name = u->name,
                 .roles = u->roles,
                 .password = u->password,
                 .practice = true,
                 .institution_uid = record_by_key(&p->rd, inst, u->institution)};
    Err e = n.institution_uid.ptr ? user_make(&p->rd, &n, &problems) : E_NOT_FOUND;
    cli_problems(p->cli, &problems);
    step_end(p);
    return e;
}

/* The list of log-ins that the log-in page of a practice installation shows. */
static Err write_logins(Practice *p)
{
    Buf b = buf_new(p->cli->arena, 2048);
    for (size_t i = 0; i < p->user_count; i++) {
        const PracticeUser *u = &p->users[i];
        int role = model_role(p->cli->model, u->roles);
        Str label = role >= 0 ? p->cli->model->roles[role].label.text[LANG_ID] : u->roles;
        buf_printf(&b, "%.*s\t%.*s\t%.*s\t%.*s\n", STR_ARG(u->login), STR_ARG(u->password),
                   STR_ARG(label), STR_ARG(u->institution));
    }
    return file_write(z_printf(p->cli->arena, "%s/latihan-masuk.txt", p->cli->data), buf_str(&b));
}

static Err make_users(Practice *p)
{
    StrList *rows;
    TRY(practice_tsv(p->cli->arena, p->dir, "users.tsv", 5, &rows, &p->user_count));
    p->users = ARENA_ARRAY(p->cli->arena, p->user_count, PracticeUser);
    for (size_t i = 0; i < p->user_count; i++) {
        PracticeUser *u = &p->users[i];
        *u = (PracticeUser){rows[i].items[0], rows[i].items[1], rows[i].items[2],
                            rows[i].items[3], rows[i].items[4], {0}};
        TRY(make_user(p, u));
        TRY(cli_subject(p->cli, u->login, &u->subject));
    }
    return write_logins(p);
}

static PracticeUser *user_named(Practice *p, Str login)
{
    for (size_t i = 0; i < p->user_count; i++)
        if (str_eq(p->users[i].login, login))
            return &p->users[i];
    return NULL;
}

/* Somebody else than `but` who has the verb on the register, chosen anew each time. */
static PracticeUser *user_who_may(Practice *p, Verb verb, const Register *reg,
                                  const PracticeUser *but)
{
    size_t first = invent_below(&p->invent, p->user_count);
    for (size_t i = 0; i < p->user_count; i++) {
        PracticeUser *u = &p->users[(first + i) % p->user_count];
        if (u != but && policy_scopes(&u->subject, verb, reg->rights))
            return u;
    }
    return NULL;
}

/* ---- imports ---- */

static Str part_value(Practice *p, const ImportColumn *column, const InventedPerson *person)
{
    const Field *f = column->field;
    bool needed = f->required || column->required;
    Str v = invent_person_value(person, f->role);
    bool stated_age = f->kind == FK_NUMBER && f->reg->role == REG_ROLE_VICTIM && f->has_max;
    if (f->role != FIELD_ROLE_NONE && f->reg->role == REG_ROLE_PERSON)
        return v;
    if (stated_age)
        return person->birth.ptr ? STR_NONE : str_int(p->step, person->age);
    v = needed || invent_chance(&p->invent, 65) ? invent_value(&p->invent, f) : STR_NONE;
    if (v.ptr || !column->required || f->kind != FK_TEXT)
        return v;
    return str_printf(p->step, "%d/%d", ++p->invent.serial, clock_today().year);
}

/* One spreadsheet row; `shared` keeps the cells of the case from the row before. */
static void fill_row(Practice *p, const ImportProfile *profile, SheetRow *row,
                     const SheetRow *before)
{
    InventedPerson *persons = ARENA_ARRAY(p->step, profile->row_count, InventedPerson);
    for (size_t i = 0; i < profile->row_count; i++)
        persons[i] = invent_person(&p->invent);
    bool suspect = invent_chance(&p->invent, 60);
    for (size_t c = 0; c < profile->column_count; c++) {
        const ImportColumn *col = &profile->columns[c];
        const ImportRow *part = &profile->rows[col->row];
        const InventedPerson *who = &persons[col->row];
        Str v = STR_NONE;
        bool of_suspect = col->row > 2; /* rows after case, person and victim name a suspect */
        for (size_t i = 0; i < part->set_count; i++) /* a victim's cells speak of her person */
            for (size_t k = 0; k < profile->row_count; k++)
                if (str_eq(profile->rows[k].as, part->set[i].value))
                    who = &persons[k];
        if (before && part->reg->role == REG_ROLE_CASE)
            v = before->cells[c].text;
        else if (!of_suspect || suspect)
            v = part_value(p, col, who);
        row->cells[c] = (Cell){str_empty(v) ? CELL_EMPTY : CELL_TEXT, v};
    }
}

static Sheet make_sheet(Practice *p, const ImportProfile *profile, size_t rows)
{
    Sheet s = {.name = S("Data"), .rows = ARENA_ARRAY(p->step, rows + 1, SheetRow), .n = rows + 1};
    for (size_t i = 0; i <= rows; i++) {
        s.rows[i] = (SheetRow){.line = (int)i + 1,
                               .cells = ARENA_ARRAY(p->step, profile->column_count, Cell),
                               .n = profile->column_count};
        for (size_t c = 0; c < profile->column_count && i == 0; c++)
            s.rows[0].cells[c] = (Cell){CELL_TEXT, profile->columns[c].heading};
        if (i > 0)
            fill_row(p, profile, &s.rows[i],
                     i > 1 && invent_chance(&p->invent, 55) ? &s.rows[i - 1] : NULL);
    }
    return s;
}

static Err run_import(Practice *p, const StrList *row)
{
    const ImportProfile *profile = model_import(p->cli->model, row->items[0]);
    PracticeUser *u = user_named(p, row->items[1]);
    int64_t rows;
    if (!profile || !u || !str_i64(row->items[2], &rows))
        return E_DOMAIN;
    TRY(step_begin(p, &u->subject));
    Sheet sheet = make_sheet(p, profile, (size_t)rows);
    Workbook book = {.sheets = &sheet, .n = 1};
    ImportChoices choices = {0};
    ImportReport report;
    ImportPlan *plan;
    Err e = import_check(&p->rd, p->step, profile, &book, &choices, STR_NONE, NULL, &report, &plan);
    cli_problems(p->cli, &report.problems);
    reader_end(&p->rd);
    if (e == ERR_OK && !report.problems.errors)
        e = import_apply(&p->cli->store, &p->cli->conn, &p->actor, plan, NULL, NULL, NULL,
                         &report.problems);
    step_end(p);
    return e;
}

/* ---- single records ---- */

/* uid of some record of the register, as the program sees it. */
static Str any_record(Practice *p, const Register *reg)
{
    Query q = query_new(reg);
    QueryPage page;
    Actor *was = (Actor *)(uintptr_t)p->rd.actor;
    const Subject *subject = was->subject;
    was->subject = &p->cli->subject;
    q.limit = 100;
    Err e = query_page(&p->rd, &q, &page);
    was->subject = subject;
    return e == ERR_OK && page.n ? page.items[invent_below(&p->invent, page.n)].uid : STR_NONE;
}

static Err fill_fields(Practice *p, Change *c, Batch *batch, Problems *problems);

/* "field=value" narrows the records of a query. */
static void narrow(Practice *p, Query *q, Str condition)
{
    Str name, value = condition;
    if (str_cut(&value, '=', &name))
        query_filter(q, p->step, reg_field(q->reg, name), name, FILTER_EQ, value);
}

/* Some record that the user at work reaches and that the condition holds for, or absent. */
static Err within_reach(Practice *p, const Register *reg, Str condition, Str *ret)
{
    QueryPage page;
    Query q = query_new(reg);
    q.limit = 100;
    narrow(p, &q, condition);
    TRY(query_page(&p->rd, &q, &page));
    *ret = page.n ? page.items[invent_below(&p->invent, page.n)].uid : STR_NONE;
    return ERR_OK;
}

/* A required reference to a person makes one; others take what is there. Of the references that may
 * stay empty only those to institutions are filled: any other would join strangers. */
static Err fill_ref(Practice *p, Change *c, const Field *f, Batch *batch, Problems *problems)
{
    if (!f->target)
        return ERR_OK;
    if (!f->required) {
        Str uid = STR_NONE;
        if (f->target->role != REG_ROLE_INSTITUTION || !invent_chance(&p->invent, NAMED))
            return ERR_OK;
        Err e = within_reach(p, f->target, STR_NONE, &uid);
        if (uid.ptr)
            change_set(c, f, uid);
        return e == E_DENIED ? ERR_OK : e;
    }
    if (f->target->role != REG_ROLE_PERSON) {
        change_set(c, f, any_record(p, f->target));
        return ERR_OK;
    }
    Change *person = store_change(p->step, CHANGE_CREATE, f->target, STR_NONE, 0);
    TRY(fill_fields(p, person, batch, problems));
    TRY(store_prepare(&p->rd, batch, person, problems));
    change_set(c, f, person->uid);
    return ERR_OK;
}

/* An invented date keeps the order the register asks for. */
static Str in_order(const Change *c, const Field *f, Str v)
{
    Str from = f->min_field ? c->vals[f->min_field->index] : STR_NONE;
    Str to = f->max_field ? c->vals[f->max_field->index] : STR_NONE;
    if (from.ptr && str_cmp(v, from) < 0)
        return from;
    return to.ptr && str_cmp(v, to) > 0 ? to : v;
}

static Err fill_fields(Practice *p, Change *c, Batch *batch, Problems *problems)
{
    InventedPerson person = invent_person(&p->invent);
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        Str v;
        if (f->calc || c->set[i])
            continue;
        if (f->kind == FK_REF) {
            if (!f->default_)
                TRY(fill_ref(p, c, f, batch, problems));
            continue;
        }
        v = c->reg->role == REG_ROLE_PERSON ? invent_person_value(&person, f->role) : STR_NONE;
        if (!v.ptr && f->role == FIELD_ROLE_NONE && (f->required || invent_chance(&p->invent, 45)))
            v = invent_value(&p->invent, f);
        if (!v.ptr && f->required)
            v = invent_value(&p->invent, f);
        if (v.ptr)
            change_set(c, f, in_order(c, f, v));
    }
    return ERR_OK;
}

static Err fill_and_store(Practice *p, const Register *reg, const Register *parent, Str parent_uid)
{
    Problems problems = {.arena = p->cli->arena};
    Batch *batch = store_batch(&p->rd);
    Change *c = store_change(p->step, CHANGE_CREATE, reg, STR_NONE, 0);
    c->parent_reg = parent;
    c->parent_uid = parent_uid;
    TRY(fill_fields(p, c, batch, &problems));
    TRY(store_prepare(&p->rd, batch, c, &problems));
    return store_run(batch);
}

/* `under`: register of the parent and the condition it must meet, or "-". What the user cannot
 * reach or may not do here is no failure: somebody else is asked next. */
static Err make_record_as(Practice *p, PracticeUser *u, const Register *reg, Str under,
                          bool *ret_made)
{
    Str parent_uid = STR_NONE, name;
    const Register *parent = str_word(&under, &name) ? model_reg(p->cli->model, name) : NULL;
    TRY(step_begin(p, &u->subject));
    Err e = parent ? within_reach(p, parent, under, &parent_uid) : ERR_OK;
    if (e == ERR_OK && (!parent || parent_uid.ptr)) {
        e = fill_and_store(p, reg, parent, parent_uid);
        *ret_made = e == ERR_OK;
    }
    step_end(p);
    return e == E_NOT_FOUND || e == E_DENIED || e == E_INVALID ? ERR_OK : e;
}

static Err make_record(Practice *p, const StrList *row)
{
    const Register *reg = model_reg(p->cli->model, row->items[0]);
    bool made = false;
    for (int tries = 0; tries < ASKED && !made; tries++) {
        PracticeUser *u = row->items[3].len ? user_named(p, row->items[3])
                          : reg             ? user_who_may(p, VERB_CREATE, reg, NULL)
                                            : NULL;
        if (!u)
            return E_DOMAIN;
        TRY(make_record_as(p, u, reg, row->items[2], &made));
    }
    return ERR_OK;
}

/* ---- moves ---- */

/* The step declared first is the way most records go; what needs a reason is the exception. */
static const Move *some_move(Practice *p, const Record *r, const Subject *s)
{
    bool detour = invent_chance(&p->invent, 8);
    size_t first = detour ? invent_below(&p->invent, r->reg->move_count) : 0;
    for (size_t i = 0; i < r->reg->move_count; i++) {
        const Move *m = &r->reg->moves[(first + i) % r->reg->move_count];
        if (str_list_has(&m->from, r->state) && (m->by & s->roles) && (detour || !m->reason))
            return m;
    }
    return NULL;
}

static Err move_record(Practice *p, const Record *r, const Move *m)
{
    Problems problems = {.arena = p->step};
    Batch *batch = store_batch(&p->rd);
    Change *c = store_change(p->step, CHANGE_MOVE, r->reg, r->uid, r->version);
    c->move = m->name;
    c->reason = tr(LANG_ID, M_PRACTICE_REASON);
    for (size_t i = 0; i < m->need_count; i++)
        if (!r->vals[m->need[i]->index].text.ptr && m->need[i]->kind != FK_REF)
            change_set(c, m->need[i], invent_value(&p->invent, m->need[i]));
    Err e = store_prepare(&p->rd, batch, c, &problems);
    if (e == ERR_OK)
        e = store_run(batch);
    return e == E_INVALID || e == E_NOT_FOUND || e == E_DENIED || e == E_FLOW ? ERR_OK : e;
}

static Str open_states(Practice *p, const Register *reg)
{
    Buf b = buf_new(p->step, 64);
    for (size_t i = 0; i < reg->state_count; i++)
        if (!reg->states[i].closed)
            buf_printf(&b, "%.*s ", STR_ARG(reg->states[i].name));
    return buf_str(&b);
}

/* Some of the newest open records of every register with a flow take a step. */
static Err make_moves(Practice *p, const Register *reg)
{
    PracticeUser *u = user_who_may(p, VERB_MOVE, reg, NULL);
    Query q = query_new(reg);
    QueryPage page;
    if (!u || !reg->move_count)
        return ERR_OK;
    TRY(step_begin(p, &u->subject));
    query_filter(&q, p->step, NULL, S("status"), FILTER_IN, open_states(p, reg));
    bool task = reg->role == REG_ROLE_TASK;
    q.sort = task ? role_field(p->cli->model, FIELD_ROLE_TASK_DUE) : NULL; /* the latest first */
    q.limit = task ? 100 : 30;
    q.verb = VERB_LIST;
    Err e = query_page(&p->rd, &q, &page);
    for (size_t i = 0; e == ERR_OK && i < page.n; i++) {
        const Move *m = invent_chance(&p->invent, task ? DONE : STEPS)
                            ? some_move(p, &page.items[i], &u->subject)
                            : NULL;
        if (m)
            e = move_record(p, &page.items[i], m);
    }
    step_end(p);
    return e == E_DENIED ? ERR_OK : e;
}

/* ---- two years ---- */

static void set_day(Practice *p, int month, int pass)
{
    int64_t day = (int64_t)month * 30 + pass * 10;
    clock_shift(p->real_shift + p->start + day * 86400000);
}

static Err one_pass(Practice *p, int month, int pass)
{
    set_day(p, month, pass);
    for (size_t i = 0; i < p->import_count && pass == 0; i++)
        TRY(run_import(p, &p->imports[i]));
    for (size_t i = 0; i < p->plan_count; i++) {
        int64_t total = 0;
        (void)str_i64(p->plan[i].items[1], &total);
        size_t due = (size_t)total * (size_t)(month * PASSES + pass + 1) / (MONTHS * PASSES);
        for (; p->planned[i] < due; p->planned[i]++)
            TRY(make_record(p, &p->plan[i]));
    }
    for (size_t i = 0; i < p->cli->model->reg_count * MOVERS; i++)
        TRY(make_moves(p, p->cli->model->regs[i / MOVERS]));
    return writer_run(p->cli->store.writer, NULL, clocks_tick, &p->cli->store);
}

static Err load_cases(Practice *p)
{
    StrList *rows;
    size_t n;
    TRY(practice_tsv(p->cli->arena, p->dir, "cases.tsv", 2, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        PracticeUser *u = user_named(p, rows[i].items[1]);
        Problems problems = {.arena = p->cli->arena};
        SeedCounts counts;
        Subject loader = {.uid = S("sistem:latihan"), .system = true, .agency_count = 1};
        if (!u)
            return E_DOMAIN;
        loader.agencies[0] = u->subject.agencies[0];
        TRY(step_begin(p, &loader));
        Err e = seed_load(&p->rd, z_printf(p->step, "%s/%.*s", p->dir, STR_ARG(rows[i].items[0])),
                          &problems, &counts);
        cli_problems(p->cli, &problems);
        step_end(p);
        TRY(e);
    }
    return ERR_OK;
}

/* ---- releases ---- */

/* The last of the list: they stand from the narrowest on. */
static Str widest_audience(const Model *m)
{
    CodeRows rows = code_rows(role_field(m, FIELD_ROLE_RELEASE_AUDIENCE)->codes);
    return rows.items[rows.n - 1].code;
}

static Err draft_release(Practice *p, const Register *reg, Str period, Str *ret_uid)
{
    Problems problems = {.arena = p->step};
    Batch *batch = store_batch(&p->rd);
    Change *c = store_change(p->step, CHANGE_CREATE, reg, STR_NONE, 0);
    Period half;
    if (!period_parse(period, &half))
        return E_BUG;
    change_set_role(c, FIELD_ROLE_RELEASE_FROM, date_iso(p->step, half.from));
    change_set_role(c, FIELD_ROLE_RELEASE_TO, date_iso(p->step, half.to));
    change_set_role(c, FIELD_ROLE_RELEASE_AUDIENCE, widest_audience(p->cli->model));
    TRY(fill_fields(p, c, batch, &problems));
    TRY(store_prepare(&p->rd, batch, c, &problems));
    *ret_uid = str_copy(p->cli->arena, c->uid);
    return store_run(batch);
}

/* A half-year goes the whole way that a release goes, step by step; what is for another person `u`
 * does. */
static Err release_half_year(Practice *p, PracticeUser *u, const Register *reg, Str period)
{
    Str uid;
    PracticeUser *author = user_who_may(p, VERB_CREATE, reg, u);
    if (!author)
        return E_DOMAIN;
    TRY(step_begin(p, &author->subject));
    Err e = draft_release(p, reg, period, &uid);
    step_end(p);
    for (size_t i = 0; e == ERR_OK && i < reg->move_count; i++) {
        Record r;
        TRY(step_begin(p, reg->moves[i].other ? &u->subject : &author->subject));
        e = store_get(&p->rd, reg, uid, VERB_MOVE, &r);
        if (e == ERR_OK && str_list_has(&reg->moves[i].from, r.state) && !reg->moves[i].reason)
            e = move_record(p, &r, &reg->moves[i]);
        step_end(p);
    }
    return e;
}

/* Every half-year that ended in these two years, so that there are figures for all audiences. */
static Err make_releases(Practice *p)
{
    const Register *reg = role_reg(p->cli->model, REG_ROLE_RELEASE);
    PracticeUser *u = reg ? user_who_may(p, VERB_VOID, reg, NULL) : NULL;
    for (int i = MONTHS / 6; u && i > 0; i--)
        TRY(release_half_year(p, u, reg, period_half_year(p->cli->arena, clock_today(), i)));
    return ERR_OK;
}

Err cmd_practice(Cli *cli)
{
    Practice p = {.cli = cli};
    TRY(cli_open(cli));
    if (!cli->in.practice) {
        cli_say(cli, M_PRACTICE_REAL, str_of(cli->data));
        return E_DENIED;
    }
    p.dir = z_printf(cli->arena, "%s/practice", cli->domain);
    p.real_shift = cli->in.clock_shift;
    p.start = -(int64_t)MONTHS * 30 * 86400000;
    TRY(invent_open(cli->arena, cli->model, p.dir, &p.invent));
    TRY(practice_tsv(cli->arena, p.dir, "imports.tsv", 3, &p.imports, &p.import_count));
    TRY(practice_tsv(cli->arena, p.dir, "plan.tsv", 4, &p.plan, &p.plan_count));
    p.planned = ARENA_ARRAY(cli->arena, p.plan_count, size_t);
    set_day(&p, 0, 0);
    TRY(make_users(&p));
    for (int month = 0; month < MONTHS; month++)
        for (int pass = 0; pass < PASSES; pass++)
            TRY(one_pass(&p, month, pass));
    clock_shift(p.real_shift);
    TRY(load_cases(&p)); /* the worked case is recorded today */
    TRY(make_releases(&p));
    cli_say(cli, M_PRACTICE_DONE, str_int(cli->arena, (int64_t)p.user_count));
    return ERR_OK;
}
