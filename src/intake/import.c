#include "intake/import.h"

#include "intake/import_part.h"
#include "intake/workbook_write.h"
#include "model/person_index.h"

#include <stdlib.h>

enum { HITS_MAX = 8 };

/* `rd` has an arena for one record only, `shown` what the report shows, `keep` what later records
 * may refer to. */
typedef struct Build {
    Reader *rd;
    Arena *shown, *keep;
    Gather *g;
    Batch *batch;
    ImportReport *report;
} Build;

/* ---- recognising what is on file ---- */

static Err first_match(Build *b, Query *q, Str *ret_uid)
{
    QueryPage page;
    q->limit = 1;
    q->descending = false;
    Err e = query_page(b->rd, q, &page);
    if (e == E_DENIED)
        return ERR_OK; /* who may not list sees nothing to match */
    TRY(e);
    if (page.n)
        *ret_uid = page.items[0].uid;
    return ERR_OK;
}

/* A stored record whose match fields all agree; under the same parent where the part has one. */
static Err match_stored(Build *b, const Part *p, Str match, Str *ret_uid)
{
    const Register *reg = p->row->reg;
    Arena *a = b->rd->arena;
    Query q = query_new(reg);
    Str name;
    if (p->row->parent.ptr) {
        if (!p->parent || !p->parent->stored)
            return ERR_OK;
        query_filter(&q, a, NULL, S("induk"), FILTER_EQ, p->parent->uid);
    }
    while (str_cut(&match, '+', &name)) {
        const Field *f = reg_field(reg, str_trim(name));
        Str value = part_value(p, f);
        for (size_t i = 0; f && i < p->row->set_count; i++)
            if (p->row->set[i].field == f && p->set_part[i])
                value = p->set_part[i]->stored ? p->set_part[i]->uid : STR_NONE;
        if (!f || str_empty(value))
            return ERR_OK;
        if (f->class_ && !f->lookup)
            return ERR_OK; /* no index of names: the person index answers that */
        if (f->class_) {
            q.lookup_field = f;
            q.lookup = value;
        } else {
            Filter filter = {.field = f, .op = FILTER_EQ};
            *ARENA_PUSH(a, filter.values) = value; /* as one text, blanks included */
            *ARENA_PUSH(a, q.filters) = filter;
        }
    }
    return first_match(b, &q, ret_uid);
}

/* Whether the person stands already in a record of the same kind under the same stored case. */
static bool in_same_case(Build *b, const Part *person, Str uid)
{
    for (size_t i = 0; i < person->users.n; i++) {
        const Part *p = person->users.items[i];
        Query q = query_new(p->row->reg);
        Str found = STR_NONE;
        for (size_t k = 0; k < p->row->set_count; k++)
            if (p->set_part[k] == person)
                query_filter(&q, b->rd->arena, p->row->set[k].field, STR_NONE, FILTER_EQ, uid);
        if (!p->parent || !p->parent->stored)
            continue;
        query_filter(&q, b->rd->arena, NULL, S("induk"), FILTER_EQ, p->parent->uid);
        if (first_match(b, &q, &found) == ERR_OK && found.ptr)
            return true;
    }
    return false;
}

static Str part_role(const Part *p, FieldRole role)
{
    const Field *f = role_field(p->row->reg->model, role);
    return f && f->reg == p->row->reg ? part_value(p, f) : STR_NONE;
}

static void ask(Build *b, Part *p, const PersonHit *asked, size_t n)
{
    Arena *a = b->shown;
    PersonHit *hits = ARENA_ARRAY(a, n, PersonHit);
    for (size_t i = 0; i < n; i++) {
        hits[i] = asked[i];
        hits[i].uid = str_copy(a, asked[i].uid);
    }
    ImportQuestion q = {
        .sheet = p->first.sheet, .line = p->first.line, .hits = hits, .hit_count = n};
    q.key = str_printf(a, "tanya-%.*s-%d-%.*s", STR_ARG(p->first.sheet), p->first.line,
                       STR_ARG(p->row->as));
    q.name = part_role(p, FIELD_ROLE_PERSON_NAME);
    q.headings = ARENA_ARRAY(a, n, Str);
    for (size_t i = 0; i < n; i++)
        q.headings[i] = str_copy(a, store_heading(b->rd, p->row->reg, hits[i].uid));
    q.answer = import_choice(b->g->choices, q.key);
    for (size_t i = 0; i < n; i++)
        if (str_eq(q.answer, hits[i].uid))
            p->uid = q.answer;
    if (!p->uid.ptr && !str_is(q.answer, "baru")) {
        q.answer = STR_NONE;
        b->report->open_questions++;
    }
    *ARENA_PUSH(a, b->report->questions) = q;
}

/* By number: the same person. In the same case under the same name: the same person. Same name and
 * birth date: asked. Same name alone says nothing. Whoever is out of reach is never spoken of. */
static Err match_person(Build *b, Part *p)
{
    Arena *a = b->rd->arena;
    PersonHit *hits = ARENA_ARRAY(a, HITS_MAX, PersonHit),
              *asked = ARENA_ARRAY(a, HITS_MAX, PersonHit);
    PersonFacts facts = {.name = part_role(p, FIELD_ROLE_PERSON_NAME),
                         .birth = part_role(p, FIELD_ROLE_PERSON_BIRTH),
                         .origin = part_role(p, FIELD_ROLE_PERSON_ORIGIN),
                         .nik = part_role(p, FIELD_ROLE_PERSON_NIK)};
    TRY(person_index_ready(b->rd->store->persons, PERSONS_WAIT_MS));
    size_t n = person_index_find(b->rd->store->persons, a, &facts, hits, HITS_MAX), n_asked = 0;
    for (size_t i = 0; i < n; i++) {
        Record r;
        if (person_load_found(b->rd, hits[i].uid, &r) != ERR_OK)
            continue;
        if (hits[i].same_nik || in_same_case(b, p, hits[i].uid)) {
            p->uid = hits[i].uid;
            return ERR_OK;
        }
        if (hits[i].same_birth)
            asked[n_asked++] = hits[i];
    }
    if (n_asked)
        ask(b, p, asked, n_asked);
    return ERR_OK;
}

/* A run that was broken off has written this record already. */
static Err find_done(Build *b, Part *p)
{
    Record r;
    Err e = store_get(b->rd, p->row->reg, p->uid, VERB_LIST, &r);
    if (e == E_NOT_FOUND)
        return ERR_OK;
    TRY(e);
    p->done = p->stored = true;
    return ERR_OK;
}

static Err find_stored(Build *b, Part *p)
{
    Record r;
    if (p->uid.ptr && !p->stored)
        return find_done(b, p);
    for (size_t i = 0; i < p->row->match.n && !p->uid.ptr; i++)
        TRY(match_stored(b, p, p->row->match.items[i], &p->uid));
    if (!p->uid.ptr && p->row->reg->role == REG_ROLE_PERSON && b->rd->store->persons)
        TRY(match_person(b, p));
    if (!p->uid.ptr)
        return ERR_OK;
    p->uid = str_copy(b->keep, p->uid);
    Err e = store_get(b->rd, p->row->reg, p->uid, VERB_LIST, &r);
    p->stored = e == ERR_OK;
    p->version = p->stored ? r.version : 0;
    return e;
}

/* ---- making changes ---- */

/* Problems of preparing are told at the cell the value came from. */
static void place_problems(const Part *p, Problems *problems, size_t from)
{
    for (size_t i = from; i < problems->n; i++) {
        Problem *problem = &problems->items[i];
        const Given *given = part_given(p, reg_field(p->row->reg, problem->field));
        place_problem(problem, given && given->at.line ? given->at : p->first);
        if (!problem->label)
            problem->label = &p->row->reg->label;
    }
}

static Change *part_change(Arena *a, const Part *p)
{
    Change *c = p->stored ? store_change(a, CHANGE_UPDATE, p->row->reg, p->uid, p->version)
                          : store_change(a, CHANGE_CREATE, p->row->reg, p->uid, 0);
    if (!p->stored && p->parent) {
        c->parent_reg = p->parent->row->reg;
        c->parent_uid = p->parent->uid;
    }
    for (size_t i = 0; i < p->given.n; i++)
        if (!p->stored || p->given.items[i].at.line)
            change_set(c, p->given.items[i].field, p->given.items[i].text);
    for (size_t i = 0; i < p->row->set_count && !p->stored; i++)
        if (p->set_part[i])
            change_set(c, p->row->set[i].field, p->set_part[i]->uid);
    return c;
}

bool part_changes(const Change *c)
{
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->set[i])
            return true;
    return false;
}

static bool depends_on_broken(const Part *p)
{
    if (p->parent && !p->parent->uid.ptr)
        return true;
    for (size_t i = 0; i < p->row->set_count; i++)
        if (p->set_part[i] && !p->set_part[i]->uid.ptr)
            return true;
    return false;
}

/* A part that cannot be made still has its values judged, so that all faults are told at once. */
static void check_values(Build *b, const Part *p)
{
    Problems *problems = &b->report->problems;
    for (size_t i = 0; i < p->given.n; i++) {
        const Given *given = &p->given.items[i];
        size_t before = problems->n;
        if (!given->at.line)
            continue;
        value_check(given->field, b->shown, given->text, clock_today(), problems);
        for (size_t k = before; k < problems->n; k++) {
            problems->items[k].field = given->field->name;
            problems->items[k].label = &given->field->label;
        }
        place_problems(p, problems, before);
    }
}

Err part_prepare(Reader *rd, Batch *batch, const Part *p, Problems *problems, Change **ret)
{
    size_t before = problems->n;
    Change *c = part_change(rd->arena, p);
    Err e = store_prepare(rd, batch, c, problems);
    if (e == E_DENIED || e == E_NOT_FOUND)
        problem_add(problems, (Problem){.msg = M_E_DENIED});
    place_problems(p, problems, before);
    *ret = c;
    return e == E_DENIED || e == E_NOT_FOUND ? E_INVALID : e;
}

/* Later parts may refer to the record: its values outlive the arena they were judged in. */
static Change *keep_change(Arena *a, const Change *c)
{
    Change *kept = ARENA_NEW(a, Change);
    *kept = *c;
    kept->uid = str_copy(a, c->uid);
    kept->set = ARENA_ARRAY(a, c->reg->field_count, bool);
    kept->vals = ARENA_ARRAY(a, c->reg->field_count, Str);
    for (size_t i = 0; i < c->reg->field_count; i++) {
        kept->set[i] = c->set[i];
        kept->vals[i] = str_copy(a, c->vals[i]);
    }
    return kept;
}

static void count(Build *b, const Part *p, const Change *c)
{
    ImportCounts *counts = &b->report->by_row[p->row_index];
    if (!p->stored)
        counts->created++;
    else if (c && part_changes(c))
        counts->changed++;
    else
        counts->same++;
}

static Err judge_part(Build *b, Part *p)
{
    Change *c = NULL;
    if (p->broken || depends_on_broken(p)) {
        check_values(b, p);
        return ERR_OK;
    }
    TRY(find_stored(b, p));
    if (!p->done) {
        size_t before = b->report->problems.n;
        Err e = part_prepare(b->rd, b->batch, p, &b->report->problems, &c);
        problems_keep(&b->report->problems, before);
        if (e == E_INVALID)
            return ERR_OK;
        TRY(e);
        b->batch->items[b->batch->n - 1] = c = keep_change(b->keep, c);
        p->uid = c->uid;
    }
    count(b, p, c);
    return ERR_OK;
}

static int by_row(const void *x, const void *y)
{
    const Problem *a = *(const Problem *const *)x, *b = *(const Problem *const *)y;
    int c = str_cmp(a->place, b->place);
    return c ? c : (a->line > b->line) - (a->line < b->line);
}

/* Data rows with at least one error; faults of headings name no field and count for no row. */
static int64_t count_bad_rows(Arena *a, const Problems *problems)
{
    const Problem **errors = ARENA_ARRAY(a, problems->n, const Problem *);
    size_t n = 0;
    int64_t rows = 0;
    for (size_t i = 0; i < problems->n; i++)
        if (!problems->items[i].warning && problems->items[i].line && problems->items[i].label)
            errors[n++] = &problems->items[i];
    if (n)
        qsort(errors, n, sizeof *errors, by_row);
    for (size_t i = 0; i < n; i++)
        rows += i == 0 || by_row(&errors[i - 1], &errors[i]) != 0;
    return rows;
}

/* Each in an arena of its own: what judging leaves behind is much more than what it says. */
static Err judge_all(Build *b, const Reader *rd, _Atomic int64_t *progress)
{
    Reader *outer = b->rd;
    for (size_t i = 0; i < b->g->parts.n; i++) {
        Reader one = *rd;
        one.arena = arena_new(SIZE_MAX);
        b->rd = &one;
        Err e = judge_part(b, b->g->parts.items[i]);
        b->rd = outer;
        arena_free(one.arena);
        TRY(e);
        if (progress)
            atomic_fetch_add(progress, 1);
    }
    return ERR_OK;
}

static void conclude(ImportReport *r, Arena *a)
{
    int64_t changes = 0;
    for (size_t i = 0; i < r->profile->row_count; i++)
        changes += r->by_row[i].created + r->by_row[i].changed;
    r->bad_rows = count_bad_rows(a, &r->problems);
    r->applicable = !r->problems.errors && !r->open_questions && changes > 0;
}

Err import_check(Reader *rd, Arena *keep, const ImportProfile *profile, const Workbook *book,
                 const ImportChoices *choices, Str begun, _Atomic int64_t *progress,
                 ImportReport *ret, ImportPlan **ret_plan)
{
    ImportReport *report = ret;
    *report = (ImportReport){.profile = profile, .problems = {.arena = rd->arena}};
    report->by_row = ARENA_ARRAY(rd->arena, profile->row_count, ImportCounts);
    Gather g = {.arena = rd->arena,
                .keep = keep,
                .rd = rd,
                .profile = profile,
                .choices = choices,
                .report = report,
                .lang = rd->actor->lang,
                .today = clock_today(),
                .progress = progress};
    Reader keeping = *rd;
    keeping.arena = keep;
    Build b = {.shown = rd->arena, .keep = keep, .g = &g, .report = report};
    b.batch = store_batch(&keeping);
    b.batch->judged_only = true;
    gather_workbook(&g, book);
    if (begun.ptr)
        TRY(plan_resume(&g.parts, keep, begun));
    TRY(judge_all(&b, rd, progress));
    conclude(report, rd->arena);
    *ret_plan = ARENA_NEW(keep, ImportPlan);
    (*ret_plan)->parts = g.parts;
    return arena_over(rd->arena) || arena_over(keep) ? E_TOO_LARGE : ERR_OK;
}

bool import_counts(const ImportReport *r, size_t i, ImportCounts *ret)
{
    const Register *reg = r->profile->rows[i].reg;
    *ret = (ImportCounts){0};
    for (size_t k = 0; k < r->profile->row_count; k++) {
        if (r->profile->rows[k].reg != reg)
            continue;
        if (k < i)
            return false;
        ret->created += r->by_row[k].created;
        ret->changed += r->by_row[k].changed;
        ret->same += r->by_row[k].same;
    }
    return true;
}

/* ---- profiles and templates ---- */

const ImportProfile *import_profile_of(Arena *a, const Register *reg)
{
    ImportProfile *p = ARENA_NEW(a, ImportProfile);
    ImportRow *row = ARENA_NEW(a, ImportRow);
    *row = (ImportRow){.as = reg->name, .reg = reg};
    *p = (ImportProfile){
        .name = reg->name, .label = reg->label, .help = reg->help, .rows = row, .row_count = 1};
    p->columns = ARENA_ARRAY(a, reg->field_count, ImportColumn);
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (!field_typed(f) || f->kind == FK_FILE)
            continue;
        if (f->unique || f->lookup)
            *ARENA_PUSH(a, row->match) = f->name;
        ImportColumn *c = &p->columns[p->column_count++];
        *c = (ImportColumn){.heading = f->label.text[LANG_ID],
                            .field = f,
                            .required = f->required && !f->when && !f->default_};
        *ARENA_PUSH(a, c->also) = f->label.text[LANG_EN];
        *ARENA_PUSH(a, c->also) = f->name;
    }
    return p;
}

const ImportProfile *import_profile_named(const Model *m, Arena *a, Str name)
{
    const ImportProfile *p = model_import(m, name);
    const Register *reg = p ? NULL : model_reg(m, name);
    return p ? p : (reg ? import_profile_of(a, reg) : NULL);
}

static Str how_to_write(Lang lang, const Field *f)
{
    if (!str_empty(f->help.text[lang]))
        return f->help.text[lang];
    static const Msg of[FK_COUNT] = {
        [FK_TEXT] = M_HOW_TEXT, [FK_NUMBER] = M_HOW_NUMBER, [FK_DATE] = M_HOW_DATE,
        [FK_TIME] = M_HOW_TIME, [FK_INSTANT] = M_HOW_DATE,  [FK_YESNO4] = M_HOW_YESNO,
        [FK_CODE] = M_HOW_CODE, [FK_PLACE] = M_HOW_PLACE,   [FK_REF] = M_HOW_REF,
        [FK_FILE] = M_HOW_TEXT, [FK_GEOPOINT] = M_HOW_TEXT};
    return f->check == CHECK_NIK ? tr(lang, M_HOW_NIK) : tr(lang, of[f->kind]);
}

static BookField template_field(Arena *a, Lang lang, const ImportColumn *c)
{
    const Field *f = c->field;
    BookField b = {
        .code = f ? f->name : S("pemilik"), .title = c->heading, .required = c->required};
    if (!f)
        return b;
    b.how = how_to_write(lang, f);
    b.text = f->kind == FK_TEXT || f->kind == FK_DATE;
    if (f->kind == FK_CODE && !f->multi) {
        CodeRows rows = code_rows(f->codes);
        Str *choices = ARENA_ARRAY(a, rows.n, Str);
        for (size_t i = 0; i < rows.n; i++)
            if (code_valid(&rows.items[i], clock_today()))
                choices[b.n_choices++] = rows.items[i].label.text[lang];
        b.choices = choices;
    }
    return b;
}

Err import_template(Arena *a, const ImportProfile *profile, Lang lang, Str *ret_xlsx)
{
    BookField *fields = ARENA_ARRAY(a, profile->column_count, BookField);
    Str guide[] = {profile->help.text[lang], tr(lang, M_TEMPLATE_GUIDE)};
    for (size_t i = 0; i < profile->column_count; i++)
        fields[i] = template_field(a, lang, &profile->columns[i]);
    BookTemplate t = {.title = profile->label.text[lang],
                      .version = profile->name,
                      .guide = guide,
                      .n_guide = 2,
                      .fields = fields,
                      .n_fields = profile->column_count};
    return workbook_write_template(a, lang, &t, ret_xlsx);
}
