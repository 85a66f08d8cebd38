#include "intake/import.h"

#include "base/utf8.h"
#include "intake/import_part.h"
#include "intake/workbook_write.h"
#include "model/env.h"
#include "model/person_index.h"

#include <stdlib.h>

enum { HITS_MAX = 8 };

typedef struct Build {
    Reader *rd;
    Gather *g;
    Batch *batch;
    ImportReport *report;
    Lang lang;
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
        if (!p->parent || !p->parent->found)
            return ERR_OK;
        query_filter(&q, a, NULL, S("induk"), FILTER_EQ, p->parent->uid);
    }
    while (str_cut(&match, '+', &name)) {
        const Field *f = reg_field(reg, str_trim(name));
        Str value = f ? p->vals[f->index] : STR_NONE;
        for (size_t i = 0; f && i < p->row->set_count; i++)
            if (p->row->set[i].field == f && p->set_part[i])
                value = p->set_part[i]->found ? p->set_part[i]->uid : STR_NONE;
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
    for (size_t i = 0; i < b->g->parts.n; i++) {
        const Part *p = b->g->parts.items[i];
        Query q = query_new(p->row->reg);
        Str found = STR_NONE;
        bool refers = false;
        for (size_t k = 0; k < p->row->set_count; k++)
            if (p->set_part[k] == person) {
                query_filter(&q, b->rd->arena, p->row->set[k].field, STR_NONE, FILTER_EQ, uid);
                refers = true;
            }
        if (!refers || !p->parent || !p->parent->found)
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
    return f && f->reg == p->row->reg ? p->vals[f->index] : STR_NONE;
}

static void ask(Build *b, Part *p, const PersonHit *hits, size_t n)
{
    Arena *a = b->rd->arena;
    ImportQuestion q = {
        .sheet = p->first.sheet, .line = p->first.line, .hits = hits, .hit_count = n};
    q.key = str_printf(a, "tanya-%.*s-%d-%.*s", STR_ARG(p->first.sheet), p->first.line,
                       STR_ARG(p->row->as));
    q.name = part_role(p, FIELD_ROLE_PERSON_NAME);
    q.headings = ARENA_ARRAY(a, n, Str);
    for (size_t i = 0; i < n; i++)
        q.headings[i] = store_heading(b->rd, p->row->reg, hits[i].uid);
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
    size_t n = person_index_find(b->rd->store->persons, a, &facts, hits, HITS_MAX), n_asked = 0;
    for (size_t i = 0; i < n; i++) {
        Record r;
        if (person_index_load_hit(b->rd, &hits[i], &r) != ERR_OK)
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

static Err find_stored(Build *b, Part *p)
{
    for (size_t i = 0; i < p->row->match.n && !p->uid.ptr; i++)
        TRY(match_stored(b, p, p->row->match.items[i], &p->uid));
    if (!p->uid.ptr && p->row->reg->role == REG_ROLE_PERSON && b->rd->store->persons)
        TRY(match_person(b, p));
    if (!p->uid.ptr)
        return ERR_OK;
    Record *r = ARENA_NEW(b->rd->arena, Record);
    Err e = store_get(b->rd, p->row->reg, p->uid, VERB_LIST, r);
    if (e == ERR_OK)
        p->found = r;
    return e;
}

/* ---- making changes ---- */

/* Problems of preparing are told at the cell the value came from. */
static void place_problems(Build *b, const Part *p, size_t from)
{
    for (size_t i = from; i < b->report->problems.n; i++) {
        Problem *problem = &b->report->problems.items[i];
        const Field *f = reg_field(p->row->reg, problem->field);
        CellPlace at = f && p->places[f->index].line ? p->places[f->index] : p->first;
        problem->place = at.sheet;
        problem->line = at.line;
        problem->column = at.column;
        problem->sheet = true;
        if (!problem->label)
            problem->label = &p->row->reg->label;
    }
}

static Change *part_change(Build *b, Part *p)
{
    Arena *a = b->rd->arena;
    Change *c = p->found ? store_change(a, CHANGE_UPDATE, p->row->reg, p->uid, p->found->version)
                         : store_change(a, CHANGE_CREATE, p->row->reg, STR_NONE, 0);
    if (!p->found && p->parent) {
        c->parent_reg = p->parent->row->reg;
        c->parent_uid = p->parent->uid;
    }
    for (size_t i = 0; i < p->row->reg->field_count; i++)
        if (p->vals[i].ptr && (!p->found || p->places[i].line))
            change_set(c, p->row->reg->fields[i], p->vals[i]);
    for (size_t i = 0; i < p->row->set_count && !p->found; i++)
        if (p->set_part[i])
            change_set(c, p->row->set[i].field, p->set_part[i]->uid);
    return c;
}

static bool changes_something(const Change *c)
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
    for (size_t i = 0; i < p->row->reg->field_count; i++) {
        const Field *f = p->row->reg->fields[i];
        size_t before = b->report->problems.n;
        if (!p->vals[i].ptr || !p->places[i].line)
            continue;
        value_check(f, b->rd->arena, p->vals[i], clock_today(), &b->report->problems);
        for (size_t k = before; k < b->report->problems.n; k++) {
            b->report->problems.items[k].field = f->name;
            b->report->problems.items[k].label = &f->label;
        }
        place_problems(b, p, before);
    }
}

static Err make_change(Build *b, Part *p)
{
    ImportCounts *counts = &b->report->by_row[p->row_index];
    size_t before = b->report->problems.n;
    if (p->broken || depends_on_broken(p)) {
        check_values(b, p);
        return ERR_OK;
    }
    TRY(find_stored(b, p));
    Change *c = part_change(b, p);
    Err e = store_prepare(b->rd, b->batch, c, &b->report->problems);
    if (e == E_DENIED || e == E_NOT_FOUND)
        problem_add(&b->report->problems, (Problem){.msg = M_E_DENIED});
    place_problems(b, p, before);
    if (e == E_INVALID || e == E_DENIED || e == E_NOT_FOUND)
        return ERR_OK;
    TRY(e);
    p->uid = c->uid;
    if (!p->found)
        counts->created++;
    else if (changes_something(c))
        counts->changed++;
    else
        counts->same++;
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

Err import_build(Reader *rd, const ImportProfile *profile, const Workbook *book,
                 const ImportChoices *choices, Batch *batch, _Atomic int64_t *progress,
                 ImportReport *ret)
{
    ImportReport *report = ret;
    *report = (ImportReport){.profile = profile, .problems = {.arena = rd->arena}};
    report->by_row = ARENA_ARRAY(rd->arena, profile->row_count, ImportCounts);
    Gather g = {.arena = rd->arena,
                .rd = rd,
                .profile = profile,
                .choices = choices,
                .report = report,
                .lang = rd->actor->lang,
                .today = clock_today(),
                .progress = progress};
    Build b = {.rd = rd, .g = &g, .batch = batch, .report = report, .lang = rd->actor->lang};
    gather_workbook(&g, book);
    for (size_t i = 0; i < g.parts.n; i++) {
        TRY(make_change(&b, g.parts.items[i]));
        if (progress)
            atomic_fetch_add(progress, 1);
    }
    int64_t todo = 0;
    for (size_t i = 0; i < profile->row_count; i++)
        todo += report->by_row[i].created + report->by_row[i].changed;
    report->bad_rows = count_bad_rows(rd->arena, &report->problems);
    report->applicable = !report->problems.errors && !report->open_questions && todo > 0;
    return arena_over(rd->arena) ? E_TOO_LARGE : ERR_OK;
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
        if (f->calc || f->kind == FK_FILE)
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

static Str how_to_write(Arena *a, Lang lang, const Field *f)
{
    if (!str_empty(f->help.text[lang]))
        return f->help.text[lang];
    static const Msg of[FK_COUNT] = {
        [FK_TEXT] = M_HOW_TEXT, [FK_NUMBER] = M_HOW_NUMBER, [FK_DATE] = M_HOW_DATE,
        [FK_TIME] = M_HOW_TIME, [FK_INSTANT] = M_HOW_DATE,  [FK_YESNO4] = M_HOW_YESNO,
        [FK_CODE] = M_HOW_CODE, [FK_PLACE] = M_HOW_PLACE,   [FK_REF] = M_HOW_REF,
        [FK_FILE] = M_HOW_TEXT, [FK_GEOPOINT] = M_HOW_TEXT};
    (void)a;
    return f->check == CHECK_NIK ? tr(lang, M_HOW_NIK) : tr(lang, of[f->kind]);
}

static BookField template_field(Arena *a, Lang lang, const ImportColumn *c)
{
    const Field *f = c->field;
    BookField b = {
        .code = f ? f->name : S("pemilik"), .title = c->heading, .required = c->required};
    if (!f)
        return b;
    b.how = how_to_write(a, lang, f);
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
