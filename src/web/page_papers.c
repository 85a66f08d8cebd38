/* "By the papers": what each paper of a person, or of whom is linked to her as one person, states
 * of her birth and name, in order of issue, and in words where they disagree. Compared when asked
 * for, since each paper opened goes on record. */
#include "engine/paper_truth.h"
#include "web/list.h"
#include "web/page_show.h"

#include "base/clock.h"

#include <stdlib.h>

enum { PAPERS_MAX = 50, FILES_MAX = 10 };

typedef struct Papers {
    Req *req;
    Html *h;
    Record person;
    PaperTruth truth;
    /* Files of which it is known when they began: cases she is a victim in, and departures. */
    struct {
        Record rec;
        const Field *began;
    } files[FILES_MAX];
    size_t file_count;
    bool differs;
} Papers;

/* ---- what is compared ---- */

static Err whose(Req *req, const Record *r, Record *ret)
{
    const Field *f = role_field(req->model, FIELD_ROLE_VICTIM_PERSON);
    *ret = *r;
    if (r->reg->role == REG_ROLE_PERSON)
        return ERR_OK;
    const Value *v = &r->vals[f->index];
    return v->reg ? store_get(&req->reader, v->reg, v->text, VERB_READ, ret) : E_NOT_FOUND;
}

static Err states(Papers *p, const Record *r)
{
    Record *kept = ARENA_NEW(p->req->arena, Record);
    *kept = *r;
    TRY(record_open(p->req, kept, store_decide(&p->req->reader, kept, VERB_READ).classes));
    paper_states(kept, clock_today(), p->req->arena, &p->truth);
    return ERR_OK;
}

static Err add_papers(Papers *p, const Record *person)
{
    const Field *of = role_field(p->req->model, FIELD_ROLE_PAPER_PERSON);
    Query q;
    QueryPage page;
    if (!of || !req_may(p->req, of->reg, VERB_READ))
        return ERR_OK;
    TRY(referring(p->req, person, of->reg, PAPERS_MAX, &q, &page));
    for (size_t i = 0; i < page.n; i++) {
        Record r;
        Err e = store_get(&p->req->reader, of->reg, page.items[i].uid, VERB_READ, &r);
        if (e == ERR_OK && str_eq(r.vals[of->index].text, person->uid))
            e = states(p, &r);
        if (e != ERR_OK && e != E_DENIED && e != E_NOT_FOUND)
            return e;
    }
    return ERR_OK;
}

static void add_file(Papers *p, const Field *began, Str uid)
{
    Record r;
    if (p->file_count < FILES_MAX &&
        store_get(&p->req->reader, began->reg, uid, VERB_LIST, &r) == ERR_OK &&
        !str_empty(r.vals[began->index].text)) {
        p->files[p->file_count].rec = r;
        p->files[p->file_count++].began = began;
    }
}

static void add_case(Papers *p, const Record *victim)
{
    const Field *began = role_field(p->req->model, FIELD_ROLE_CASE_BEGAN);
    if (began && victim->parent_reg == began->reg)
        add_file(p, began, victim->parent_uid);
}

/* Each time she left or was placed to work. */
static Err add_departures(Papers *p)
{
    const Field *began = role_field(p->req->model, FIELD_ROLE_DEPARTURE_BEGAN);
    Query q;
    QueryPage page;
    if (!began || !req_may(p->req, began->reg, VERB_LIST))
        return ERR_OK;
    TRY(referring(p->req, &p->person, began->reg, FILES_MAX, &q, &page));
    for (size_t i = 0; i < page.n; i++)
        add_file(p, began, page.items[i].uid);
    return ERR_OK;
}

static Err add_cases(Papers *p, const Record *shown)
{
    const Register *victims = role_reg(p->req->model, REG_ROLE_VICTIM);
    Query q;
    QueryPage page;
    if (shown->reg == victims)
        add_case(p, shown);
    if (shown->reg == victims || !victims || !req_may(p->req, victims, VERB_LIST))
        return ERR_OK;
    TRY(referring(p->req, &p->person, victims, FILES_MAX, &q, &page));
    for (size_t i = 0; i < page.n; i++)
        add_case(p, &page.items[i]);
    return ERR_OK;
}

/* ---- in words ---- */

static Str who(const Papers *p, const Statement *s)
{
    Req *req = p->req;
    Arena *a = req->arena;
    const Field *kind = role_field(req->model, FIELD_ROLE_PAPER_KIND);
    if (s->from->reg->role == REG_ROLE_PERSON)
        return req_say(req, M_PAPERS_OWN_FIELD, req_label(req, &s->by->label), s->from->number);
    Str paper = str_printf(a, "%.*s %.*s", STR_ARG(kind ? record_value(req, s->from, kind) : S("")),
                           STR_ARG(s->from->number));
    if (s->refused)
        paper = req_say(req, M_PAPERS_REFUSED, paper);
    return s->by_number ? req_say(req, M_PAPERS_NUMBER_ON, paper) : paper;
}

static Str date_words(const Papers *p, Str iso)
{
    Date d;
    return date_parse_iso(iso, &d) ? date_long(p->req->arena, p->req->lang, d) : STR_NONE;
}

static Str apart(const Papers *p, Str a, Str b)
{
    Date x = {0}, y = {0};
    (void)(date_parse_iso(a, &x) && date_parse_iso(b, &y));
    int years = abs(x.year - y.year);
    int64_t days = date_days(x) - date_days(y);
    return years
               ? tr_args(p->req->arena, p->req->lang, M_PAPERS_YEARS, str_int(p->req->arena, years))
               : tr_args(p->req->arena, p->req->lang, M_PAPERS_DAYS,
                         str_int(p->req->arena, days < 0 ? -days : days));
}

static void say(Papers *p, Str sentence)
{
    p->differs = true;
    h_element(p->h, "li", sentence);
}

/* Whether this statement is the first of those that agree on a birth date. */
static bool leads(const PaperTruth *t, size_t i)
{
    return !str_empty(t->items[i].birth) && t->items[i].agrees_with == i;
}

static void differences(Papers *p)
{
    Arena *a = p->req->arena;
    Lang lang = p->req->lang;
    const PaperTruth *t = &p->truth;
    for (size_t i = 0; i < t->n; i++) {
        const Statement *s = &t->items[i];
        if (leads(t, i) && i != t->first)
            say(p, tr_args(a, lang, M_PAPERS_DIFFER, who(p, s), date_words(p, s->birth),
                           who(p, &t->items[t->first]), date_words(p, t->items[t->first].birth),
                           apart(p, s->birth, t->items[t->first].birth)));
        if (s->other_sex)
            say(p, tr_args(a, lang, M_PAPERS_OTHER_SEX, who(p, s)));
        if (s->other_name)
            say(p, tr_args(a, lang, M_PAPERS_OTHER_NAME, who(p, s), s->name));
        if (s->other_place)
            say(p, tr_args(a, lang, M_PAPERS_OTHER_PLACE, who(p, s), s->place));
    }
}

static void join(Arena *a, Str *list, Str one)
{
    *list = str_printf(a, "%.*s%s%.*s", STR_ARG(*list), list->len ? "; " : "", STR_ARG(one));
}

/* How old she was when the case or the work began by each date stated, and whether she was a child
 * then. */
static void at_beginning(Papers *p, const Record *c, const Field *by)
{
    Req *req = p->req;
    const Field *child = role_field(req->model, FIELD_ROLE_VICTIM_CHILD);
    Str began = c->vals[by->index].text;
    Str ages = S(""), children = S(""), first = STR_NONE;
    bool disputed = false;
    Date birth, at;
    for (size_t i = 0; i < p->truth.n && date_parse_iso(began, &at); i++) {
        const Statement *s = &p->truth.items[i];
        int age =
            leads(&p->truth, i) && date_parse_iso(s->birth, &birth) ? date_age(birth, at) : -1;
        if (age < 0)
            continue;
        Str is = child_by_age(req->model, req->arena, age);
        join(req->arena, &ages, req_say(req, M_PAPERS_AGE_BY, str_int(req->arena, age), who(p, s)));
        if (is.ptr)
            join(req->arena, &children,
                 req_say(req, M_PAPERS_CHILD_BY, code_label(child->codes, req->lang, is),
                         who(p, s)));
        disputed |= first.ptr && is.ptr && !str_eq(first, is);
        first = first.ptr ? first : is;
    }
    if (ages.len)
        h_element(p->h, "p",
                  req_say(req, M_PAPERS_AT_EVENT, c->number, date_words(p, began), ages));
    if (!disputed)
        return;
    h_class(p->h, "div", "kabar awas");
    h_element(p->h, "p", req_say(req, M_PAPERS_CHILD, req_label(req, &child->label), children));
    h_element(p->h, "p", req_label(req, &child->help));
    h_close(p->h);
}

static Str stated(const Papers *p, const Statement *s, Str text)
{
    return str_empty(text) && s->closed ? req_tr(p->req, M_WEB_PROTECTED) : text;
}

static void table(Papers *p)
{
    Req *req = p->req;
    Html *h = p->h;
    const Field *genuine = role_field(req->model, FIELD_ROLE_PAPER_GENUINE);
    page_table_of(req, h, req_tr(req, M_PAPERS_TITLE), M_PAPERS_WHO, M_PAPERS_ISSUED, M_PAPERS_BORN,
                  M_PAPERS_NAME, M_PAPERS_PLACE, M_PAPERS_GENUINE);
    for (size_t i = 0; i < p->truth.n; i++) {
        const Statement *s = &p->truth.items[i];
        bool paper = s->from->reg->role == REG_ROLE_PAPER;
        h_open(h, "tr");
        page_row_link(h, url_record(req, s->from->reg, s->from->uid, ""), who(p, s));
        h_element(h, "td", date_words(p, s->issued));
        h_element(h, "td", stated(p, s, date_words(p, s->birth)));
        h_element(h, "td", s->name);
        h_element(h, "td", s->place);
        h_element(h, "td", paper && genuine ? record_value(req, s->from, genuine) : STR_NONE);
        h_close(h);
    }
    page_table_end(h);
}

/* ---- the section ---- */

static Err compare(Papers *p, const Record *shown)
{
    Cluster c;
    TRY(cluster_of(p->req, &p->person, &c));
    for (size_t i = 0; i < c.n; i++) {
        Record r;
        Err e = store_get(&p->req->reader, c.items[i].reg, c.items[i].uid, VERB_READ, &r);
        if (e == ERR_OK)
            e = states(p, &r);
        if (e == ERR_OK)
            e = add_papers(p, &r);
        if (e != ERR_OK && e != E_DENIED && e != E_NOT_FOUND)
            return e;
    }
    TRY(add_cases(p, shown));
    TRY(add_departures(p));
    papers_settle(p->req->store, p->req->arena, &p->truth);
    if (!p->truth.n) {
        h_element(p->h, "p", req_tr(p->req, M_PAPERS_NONE));
        return ERR_OK;
    }
    h_open(p->h, "ul");
    differences(p);
    if (!p->differs)
        h_element(p->h, "li", req_tr(p->req, M_PAPERS_AGREE));
    h_close(p->h);
    for (size_t i = 0; i < p->file_count; i++)
        at_beginning(p, &p->files[i].rec, p->files[i].began);
    table(p);
    return ERR_OK;
}

static void link_to(Req *req, Html *h, Str url)
{
    page_link_in_as(h, "p", "tombol", url, req_tr(req, M_PAPERS_SHOW));
}

Err show_papers(Req *req, Html *h, const Record *r)
{
    Papers p = {.req = req, .h = h};
    bool asked = str_is(req_query(req, S("surat")), "ya");
    Str file;
    if ((r->reg->role != REG_ROLE_PERSON && r->reg->role != REG_ROLE_VICTIM) ||
        !role_field(req->model, FIELD_ROLE_PAPER_PERSON) || whose(req, r, &p.person) != ERR_OK)
        return ERR_OK;
    if (asked && str_empty(req->actor.purpose)) /* of a victim whose own record holds no secret */
        TRY(record_purpose(req, &p.person, &file));
    h_class(h, "section", "bagian anak");
    h_attr(h, "id", S("surat"));
    h_element(h, "h2", req_tr(req, M_PAPERS_TITLE));
    if (asked && !str_empty(req->actor.purpose)) {
        TRY(compare(&p, r));
    } else if (asked) {
        h_element(h, "p", req_tr(req, M_PAPERS_CLOSED));
        page_link(h, url_record(req, p.person.reg, p.person.uid, "?surat=ya#buka"),
                  req_tr(req, M_WEB_OPEN_FILE));
    } else {
        h_element(h, "p", req_tr(req, M_PAPERS_HINT));
        link_to(req, h,
                str_printf(req->arena, "%.*s#surat", STR_ARG(list_url(req, S("surat"), S("ya")))));
    }
    h_close(h);
    return ERR_OK;
}
