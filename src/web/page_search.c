/* One box over everything the reader may reach: numbers of records, exact protected values, names
 * of persons, words in clear text. Each group asks through the gate of its register; nothing is
 * said of records out of reach. */
#include "web/asked.h"
#include "web/book_look.h"
#include "web/list.h"
#include "web/record.h"
#include "web/widget.h"

#include "base/rand.h"
#include "engine/identity_db.h"
#include "model/person_index.h"

enum { SHOWN = 5, TEXT_MIN = 2, NAMES_WAIT_MS = 500, LOOK_AGAIN_SECONDS = 1 };

typedef struct Search {
    Req *req;
    Html *h;
    Str text;
    int groups;    /* that found something */
    bool no_names; /* they are still being read after a start */
} Search;

/* ---- what was found ---- */

static void hit(Search *s, const Record *r, Str why)
{
    Req *req = s->req;
    Html *h = s->h;
    h_open(h, "li");
    page_link(h, url_record(req, r->reg, r->uid, ""), record_title(req, r));
    if (!str_empty(r->heading) && !str_eq(record_heading(req, r), record_title(req, r))) {
        h_lit(h, " ");
        h_element(h, "span", record_heading(req, r));
    }
    Str state = req_state(req, r->reg, r->state);
    if (!str_empty(state)) {
        h_lit(h, " ");
        h_element_as(h, "span", "lencana", state);
    }
    h_lit(h, " ");
    h_element_as(h, "span", "jumlah", why);
    h_close(h);
}

static void group_open(Search *s, const Register *reg)
{
    s->groups++;
    h_class(s->h, "section", "bagian");
    h_element(s->h, "h2", req_label(s->req, &reg->label));
    h_class(s->h, "ul", "temuan");
}

/* `name`, `value`: the filter that shows all of them on the list of the register. */
static Err group(Search *s, Query *q, Str why, Str name, Str value)
{
    QueryPage page;
    Req *req = s->req;
    q->limit = SHOWN;
    TRY(query_page(&req->reader, q, &page));
    if (!page.n)
        return ERR_OK;
    int mark = h_mark(s->h);
    group_open(s, q->reg);
    for (size_t i = 0; i < page.n; i++)
        hit(s, &page.items[i], why);
    h_close(s->h);
    if (page.total > SHOWN) {
        Buf query = buf_new(req->arena, 128);
        query_put(&query, name, value);
        page_link(s->h, asked_url(req, url_reg(req, q->reg), buf_str(&query)),
                  req_say(req, M_SEARCH_ALL, list_total(req, page.total)));
    }
    h_close_to(s->h, mark);
    return ERR_OK;
}

/* ---- where to look ---- */

/* The number of a record begins as its register's numbers do: KAS-2026-00012. */
static bool is_number_of(Str number, const Register *reg)
{
    ptrdiff_t brace = str_find(reg->number, '{');
    return brace > 0 && str_starts(number, str_head(reg->number, (size_t)brace));
}

static Err by_number(Search *s, const Register *reg)
{
    Query q = query_new(reg);
    Str number = str_upper(s->req->arena, s->text);
    if (!is_number_of(number, reg))
        return ERR_OK;
    query_filter(&q, s->req->arena, NULL, S("nomor"), FILTER_EQ, number);
    return group(s, &q, req_tr(s->req, M_SEARCH_BY_NUMBER), S("nomor"), number);
}

static Err by_value(Search *s, const Field *f)
{
    Req *req = s->req;
    Query q = query_new(f->reg);
    q.lookup_field = f;
    q.lookup = s->text;
    Str why = req_say(req, M_SEARCH_BY_VALUE, req_label(req, &f->label));
    return group(s, &q, why, f->name, s->text);
}

/* Protected values are found whole or not at all; those that are searched for have a digit. */
static Err by_values(Search *s, const Register *reg)
{
    bool digit = false;
    for (size_t i = 0; i < s->text.len; i++)
        digit |= s->text.ptr[i] >= '0' && s->text.ptr[i] <= '9';
    for (size_t i = 0; digit && i < reg->field_count; i++)
        if (query_may_look_up(&s->req->subject, reg->fields[i]))
            TRY(by_value(s, reg->fields[i]));
    return ERR_OK;
}

static Err by_word(Search *s, const Register *reg)
{
    Query q = query_new(reg);
    if (!reg->has_search)
        return ERR_OK;
    q.text = s->text;
    return group(s, &q, req_tr(s->req, M_SEARCH_BY_WORD), S("q"), s->text);
}

/* Names lie in memory only. To hear that she bears the name one typed is to learn it: only people
 * whose name the reader may open are told. */
static Err by_name(Search *s)
{
    Alike found[SHOWN];
    Req *req = s->req;
    int mark = h_mark(s->h);
    Err ready = person_index_ready(req->store->persons, NAMES_WAIT_MS);
    s->no_names = ready == E_BUSY;
    if (ready != ERR_OK)
        return s->no_names ? ERR_OK : ready;
    size_t n = identity_named(&req->reader, s->text, found, SHOWN);
    for (size_t i = 0; i < n; i++) {
        bool same = found[i].like.agreement[PART_NAME] == AGREE_SAME;
        if (i == 0)
            group_open(s, found[i].person.reg);
        hit(s, &found[i].person, req_tr(req, same ? M_SEARCH_BY_NAME : M_SEARCH_BY_NAME_ALIKE));
    }
    h_close_to(s->h, mark);
    return ERR_OK;
}

static Err everywhere(Search *s)
{
    const Model *m = s->req->model;
    TRY(by_name(s));
    for (size_t i = 0; i < m->reg_count; i++) {
        if (!req_may(s->req, m->regs[i], VERB_LIST))
            continue;
        int before = s->groups;
        TRY(by_number(s, m->regs[i]));
        TRY(by_values(s, m->regs[i]));
        if (s->groups == before)
            TRY(by_word(s, m->regs[i]));
        TRY(req_in_time(s->req));
    }
    return ERR_OK;
}

/* ---- the page ---- */

static void form(Req *req, Html *h, Str text)
{
    asked_form_open(req, h, S("/cari"), S("cari-besar"), S("search"));
    page_label(h, S("cari-semua"), req_tr(req, M_SEARCH_HINT));
    h_class(h, "div", "tombol");
    page_input(h, "search", S("q"));
    h_attr(h, "autocomplete", S("off"));
    h_attr(h, "id", S("cari-semua"));
    h_attr(h, "value", text.ptr ? text : S(""));
    h_attr(h, "maxlength", S("200"));
    page_form_end(h, req_tr(req, M_SEARCH_TITLE), S("utama"));
    h_close(h);
}

/* The same under every result: whether others know more is not for this page to know. What is
 * typed goes to the form of the register of questions, which also answers for what is wrong. */
static void ask_elsewhere(Req *req, Html *h, Str text)
{
    const Register *reg = role_reg(req->model, REG_ROLE_QUESTION);
    const Field *terms = role_field(req->model, FIELD_ROLE_QUESTION_TERMS);
    Params typed = {0};
    h_element(h, "p", req_tr(req, M_SEARCH_ELSEWHERE));
    if (!reg || !terms || !req_may(req, reg, VERB_CREATE))
        return;
    *ARENA_PUSH(req->arena, typed.names) = terms->name;
    *ARENA_PUSH(req->arena, typed.values) = text;
    h_class(h, "details", "langkah");
    h_element(h, "summary", req_tr(req, M_SEARCH_ASK));
    Form f = {.req = req, .h = h, .reg = reg, .typed = &typed, .classes = CLASSES_ALL};
    page_form_open(req, h, str_printf(req->arena, "/%.*s/baru", STR_ARG(reg->name)));
    h_element(h, "p", req_tr(req, M_SEARCH_ASK_HINT));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    for (size_t i = 0; i < reg->field_count; i++)
        widget_field(&f, reg->fields[i]);
    widget_offered(&f);
    page_form_end(h, req_tr(req, M_SEARCH_ASK), S("utama"));
    h_close(h);
}

Err page_search(Req *req)
{
    Str text = req_query(req, S("q"));
    Html *h = page_begin(req, req_tr(req, M_SEARCH_TITLE), NULL, 0);
    form(req, h, text);
    if (text.len >= TEXT_MIN) {
        Search s = {.req = req, .h = h, .text = text};
        TRY(everywhere(&s));
        if (s.no_names) {
            req->res.refresh = LOOK_AGAIN_SECONDS;
            page_notice(h, "info", req_tr(req, M_SEARCH_NAMES_WAIT));
        } else if (!s.groups) {
            h_class(h, "div", "kosong");
            h_element(h, "p", req_say(req, M_SEARCH_NOTHING, text));
            h_close(h);
        }
        TRY(book_search(req, h, text));
        ask_elsewhere(req, h, text);
    } else if (!str_empty(text)) {
        page_notice(h, "info", req_tr(req, M_SEARCH_SHORT));
    }
    return page_end(req, h);
}
