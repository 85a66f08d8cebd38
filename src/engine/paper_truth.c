#include "engine/paper_truth.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "model/expr.h"
#include "model/likeness.h"
#include "model/row.h"
#include "model/value_nik.h"

#include <stdlib.h>

/* `padanan` of a kind of paper whose number is the national number. */
#define NUMBER_IS_NIK "number:nik"
/* The same of an authenticity with which a paper proves nothing. */
#define PROVES_NOTHING "proof:no"

/* ---- what is stated ---- */

static const Value *value_of(const Record *r, FieldRole role)
{
    const Field *f = role_field(r->reg->model, role);
    return f && f->reg == r->reg ? &r->vals[f->index] : NULL;
}

static Str text_of(const Record *r, FieldRole role)
{
    const Value *v = value_of(r, role);
    return v ? v->text : STR_NONE;
}

static bool is_closed(const Record *r, FieldRole role)
{
    const Value *v = value_of(r, role);
    return v && v->sealed;
}

static void add(Arena *a, PaperTruth *to, Statement st)
{
    if (st.closed || !str_empty(st.birth) || !str_empty(st.name) || !str_empty(st.place))
        *ARENA_PUSH(a, *to) = st;
}

/* Whether this was examined and found false. */
static bool paper_is_false(const Record *r)
{
    const Field *f = role_field(r->reg->model, FIELD_ROLE_PAPER_GENUINE);
    const Code *c = f && f->reg == r->reg ? code_find(f->codes, r->vals[f->index].text) : NULL;
    return c && str_contains(c->mapping, S(PROVES_NOTHING));
}

/* What stands inside a number of a record, if it is one. */
static void add_number(const Record *r, FieldRole role, Str issued, Date today, Arena *a,
                       PaperTruth *to)
{
    Str number = nik_digits(a, text_of(r, role));
    Date birth;
    if (number.ptr && nik_birth(number, today, &birth))
        add(a, to,
            (Statement){.from = r,
                        .by = role_field(r->reg->model, role),
                        .by_number = true,
                        .refused = paper_is_false(r),
                        .issued = issued,
                        .birth = date_iso(a, birth),
                        .other_sex = nik_other_sex(number, text_of(r, FIELD_ROLE_PERSON_SEX))});
}

static void person_states(const Record *r, Date today, Arena *a, PaperTruth *to)
{
    static const FieldRole births[] = {FIELD_ROLE_PERSON_BIRTH, FIELD_ROLE_PERSON_PAPER_BIRTH};
    for (size_t i = 0; i < COUNT(births); i++)
        add(a, to,
            (Statement){.from = r,
                        .by = role_field(r->reg->model, births[i]),
                        .closed = is_closed(r, births[i]),
                        .name = i ? STR_NONE : text_of(r, FIELD_ROLE_PERSON_NAME),
                        .birth = text_of(r, births[i])});
    add_number(r, FIELD_ROLE_PERSON_NIK, STR_NONE, today, a, to);
}

static bool number_is_nik(const Model *m, Str kind)
{
    const Field *f = role_field(m, FIELD_ROLE_PAPER_KIND);
    const Code *c = f ? code_find(f->codes, kind) : NULL;
    return c && str_contains(c->mapping, S(NUMBER_IS_NIK));
}

void paper_states(const Record *r, Date today, Arena *a, PaperTruth *to)
{
    if (r->reg->role == REG_ROLE_PERSON)
        person_states(r, today, a, to);
    if (r->reg->role != REG_ROLE_PAPER)
        return;
    Str issued = text_of(r, FIELD_ROLE_PAPER_ISSUED);
    add(a, to,
        (Statement){.from = r,
                    .by = role_field(r->reg->model, FIELD_ROLE_PAPER_BIRTH),
                    .refused = paper_is_false(r),
                    .closed = is_closed(r, FIELD_ROLE_PAPER_BIRTH),
                    .issued = issued,
                    .name = text_of(r, FIELD_ROLE_PAPER_NAME),
                    .birth = text_of(r, FIELD_ROLE_PAPER_BIRTH),
                    .place = text_of(r, FIELD_ROLE_PAPER_BIRTHPLACE)});
    if (number_is_nik(r->reg->model, text_of(r, FIELD_ROLE_PAPER_KIND)))
        add_number(r, FIELD_ROLE_PAPER_NUMBER, issued, today, a, to);
}

/* ---- what agrees ---- */

/* Whether two dates, perhaps partial, can be the same day. */
static bool births_agree(Str a, Str b)
{
    Date x, y;
    if (!date_parse_iso(a, &x) || !date_parse_iso(b, &y))
        return true;
    return x.year == y.year && (!x.month || !y.month || x.month == y.month) &&
           (!x.day || !y.day || x.day == y.day);
}

static bool is_paper(const Statement *s)
{
    return s->from->reg->role == REG_ROLE_PAPER;
}

/* The person's own record first, then by day of issue; what has none stands last. */
static int by_issue(const void *x, const void *y)
{
    const Statement *p = x, *q = y;
    if (is_paper(p) != is_paper(q))
        return is_paper(p) - is_paper(q);
    if (str_empty(p->issued) != str_empty(q->issued))
        return str_empty(p->issued) - str_empty(q->issued);
    int order = str_cmp(p->issued, q->issued);
    if (order == 0 && p->from->id != q->from->id)
        order = p->from->id < q->from->id ? -1 : 1;
    return order ? order : p->by_number - q->by_number;
}

/* The first paper that states a birth date and was not found false; without any, the first
 * statement of the record. */
static size_t first_stated(const PaperTruth *t)
{
    for (int papers = 1; papers >= 0; papers--)
        for (size_t i = 0; i < t->n; i++)
            if (is_paper(&t->items[i]) == papers && !t->items[i].refused &&
                !str_empty(t->items[i].birth))
                return i;
    return t->n;
}

static void settle_births(PaperTruth *t)
{
    t->first = first_stated(t);
    for (size_t i = 0; i < t->n; i++) {
        Statement *s = &t->items[i];
        s->agrees_with = i;
        if (i == t->first)
            continue;
        if (t->first < t->n && births_agree(s->birth, t->items[t->first].birth))
            s->agrees_with = t->first;
        for (size_t k = 0; k < i && s->agrees_with == i; k++)
            if (!str_empty(t->items[k].birth) && births_agree(s->birth, t->items[k].birth))
                s->agrees_with = k;
    }
}

/* Names are compared as everywhere: another spelling is the same name. Initials alone tell the
 * matching too little to agree, even with themselves; the same text is the same name here. */
static void settle_names(const Store *s, Arena *a, PaperTruth *t)
{
    PersonFacts *names = ARENA_ARRAY(a, t->n + 1, PersonFacts), first = {0};
    Likeness *like = ARENA_ARRAY(a, t->n + 1, Likeness);
    for (size_t i = 0; i < t->n; i++) {
        names[i].name = t->items[i].name;
        if (str_empty(first.name) && !t->items[i].refused)
            first.name = t->items[i].name;
    }
    if (str_empty(first.name) || !s->model->likeness)
        return;
    for (size_t i = 0; i < t->n; i++) {
        if (str_empty(names[i].name))
            continue;
        likeness_compare(s, &first, &names[i], 1, &like[i]);
        t->items[i].other_name = like[i].agreement[PART_NAME] == AGREE_NOT &&
                                 !str_eq(utf8_fold(a, names[i].name), utf8_fold(a, first.name));
    }
}

/* "Kupang" is no other place than "Kab. Kupang". */
static void settle_places(Arena *a, PaperTruth *t)
{
    Str first = STR_NONE;
    for (size_t i = 0; i < t->n; i++) {
        if (str_empty(t->items[i].place))
            continue;
        Str place = utf8_fold(a, t->items[i].place);
        if (str_empty(first) && !t->items[i].refused)
            first = place;
        t->items[i].other_place =
            first.ptr && !str_contains(place, first) && !str_contains(first, place);
    }
}

void papers_settle(const Store *s, Arena *a, PaperTruth *t)
{
    if (t->n > 1)
        qsort(t->items, t->n, sizeof *t->items, by_issue);
    settle_births(t);
    settle_names(s, a, t);
    settle_places(a, t);
}

/* ---- what it means ---- */

typedef struct Supposed {
    const Field *age;
    Str years;
} Supposed;

static Str supposed_age(void *ctx, const Field *f)
{
    const Supposed *s = ctx;
    return f == s->age ? s->years : STR_NONE;
}

static Str no_hop(void *ctx, const Field *via, const Field *f)
{
    (void)ctx;
    (void)via;
    (void)f;
    return STR_NONE;
}

static StrList no_children(void *ctx, const Register *child, const Field *f)
{
    (void)ctx;
    (void)child;
    (void)f;
    return (StrList){0};
}

Str child_by_age(const Model *m, Arena *a, int age)
{
    const Field *child = role_field(m, FIELD_ROLE_VICTIM_CHILD);
    Supposed s = {role_field(m, FIELD_ROLE_VICTIM_AGE), str_int(a, age)};
    ExprEnv env = {
        .arena = a, .ctx = &s, .own = supposed_age, .hop = no_hop, .children = no_children};
    return child && child->calc && s.age && age >= 0 ? expr_text(child->calc, &env) : STR_NONE;
}

/* ---- at save ---- */

/* A number, and what stands beside it. */
typedef struct Beside {
    const Field *number, *birth, *sex; /* `sex` may be NULL */
    Str number_text, birth_text, sex_text;
} Beside;

static Str set_to(const Change *c, const Field *f, Str before)
{
    return f && f->reg == c->reg && c->set[f->index] ? c->vals[f->index] : before;
}

/* What a person will be on file with: the change over what the writer may read of her. */
static Err of_person(Reader *rd, const Change *c, const Record *before, Beside *ret)
{
    const Model *m = c->reg->model;
    PersonFacts was = {0};
    if (before)
        TRY(person_facts_open(rd->store, rd->keys, rd->arena, before,
                              store_decide(rd, before, VERB_READ).classes, &was));
    *ret = (Beside){.number = role_field(m, FIELD_ROLE_PERSON_NIK),
                    .birth = role_field(m, FIELD_ROLE_PERSON_BIRTH),
                    .sex = role_field(m, FIELD_ROLE_PERSON_SEX)};
    ret->number_text = set_to(c, ret->number, was.nik);
    ret->birth_text = set_to(c, ret->birth, was.birth);
    ret->sex_text = set_to(c, ret->sex, was.sex);
    return ERR_OK;
}

/* Of a paper only what is typed now: its stored values are not opened to compare. */
static void of_paper(const Change *c, const Record *before, Beside *ret)
{
    const Model *m = c->reg->model;
    const Field *kind = role_field(m, FIELD_ROLE_PAPER_KIND);
    *ret = (Beside){.number = role_field(m, FIELD_ROLE_PAPER_NUMBER),
                    .birth = role_field(m, FIELD_ROLE_PAPER_BIRTH)};
    if (!kind ||
        !number_is_nik(m, set_to(c, kind, before ? before->vals[kind->index].text : STR_NONE)))
        return;
    ret->number_text = set_to(c, ret->number, STR_NONE);
    ret->birth_text = set_to(c, ret->birth, STR_NONE);
}

static bool touched(const Change *c, const Beside *b)
{
    const Field *fields[] = {b->number, b->birth, b->sex};
    for (size_t i = 0; i < COUNT(fields); i++)
        if (fields[i] && fields[i]->reg == c->reg && c->set[fields[i]->index])
            return true;
    return false;
}

static void warn(Reader *rd, const Field *number, const Field *beside, Msg msg, Str inside,
                 Problems *problems)
{
    problem_add(problems, (Problem){.field = number->name,
                                    .label = &number->label,
                                    .msg = msg,
                                    .args = {inside, beside->label.text[rd->actor->lang]},
                                    .warning = true});
}

/* A false paper is told where it is, and proves nothing. */
static Err refuse_false(Reader *rd, const Change *c, const Field *f, Problems *problems)
{
    Str words = c->vals[f->index], uid;
    Record paper;
    while (str_word(&words, &uid)) {
        Err e = row_by_uid(rd->db, rd->arena, f->target, uid, &paper);
        if (e == ERR_OK && paper_is_false(&paper))
            problem_add(problems, (Problem){.field = f->name,
                                            .label = &f->label,
                                            .msg = M_PAPERS_FALSE,
                                            .args = {paper.number}});
        if (e != ERR_OK && e != E_NOT_FOUND)
            return e;
    }
    return ERR_OK;
}

Err papers_advise(Reader *rd, const Change *c, const Record *before, Problems *problems)
{
    Beside b = {0};
    Date birth;
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->reg->fields[i]->proof && c->set[i])
            TRY(refuse_false(rd, c, c->reg->fields[i], problems));
    if (c->reg->role == REG_ROLE_PERSON)
        TRY(of_person(rd, c, before, &b));
    else if (c->reg->role == REG_ROLE_PAPER)
        of_paper(c, before, &b);
    Str number = b.number ? nik_digits(rd->arena, b.number_text) : STR_NONE;
    if (!number.ptr || !touched(c, &b))
        return ERR_OK;
    if (b.birth && nik_birth(number, clock_today(), &birth) &&
        !births_agree(b.birth_text, date_iso(rd->arena, birth)))
        warn(rd, b.number, b.birth, M_PAPERS_NUMBER_BIRTH,
             date_long(rd->arena, rd->actor->lang, birth), problems);
    if (b.sex && nik_other_sex(number, b.sex_text))
        warn(rd, b.number, b.sex, M_PAPERS_NUMBER_SEX,
             code_label(b.sex->codes, rd->actor->lang, nik_sex(number)), problems);
    return ERR_OK;
}
