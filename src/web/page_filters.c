/* Saved filters: a filter is the address of a list; here it gets a name, for oneself or for the
 * whole institution, and is deleted. */
#include "web/page_filters.h"

#include "base/rand.h"
#include "model/saved_filter.h"
#include "web/asked.h"
#include "web/list.h"
#include "web/list_query.h"
#include "web/widget.h"

#define ONLY_ONE "1" /* the one institution one belongs to */

/* Each count is a query: a page may not cost more for every filter kept. */
enum { COUNTED = 3 };

/* What says how a list is looked through, not what stands in it. */
static bool is_kept(Str name, Str value)
{
    return !str_starts(name, S("-")) && !str_is(name, "n") && !str_is(name, "pesan") &&
           !str_empty(str_trim(value));
}

static Str kept_query(Req *req, const Params *p)
{
    Buf q = buf_new(req->arena, 128);
    for (size_t i = 0; i < p->names.n; i++)
        if (is_kept(p->names.items[i], p->values.items[i]))
            query_put(&q, p->names.items[i], p->values.items[i]);
    return buf_str(&q);
}

/* A protected value is asked for once and never left lying about under a name. */
static bool asks_protected(const Req *req, const Params *p)
{
    for (size_t i = 0; i < p->names.n; i++) {
        const Field *f = reg_field(req->reg, p->names.items[i]);
        if (f && f->class_ && !str_empty(p->values.items[i]))
            return true;
    }
    return false;
}

/* ---- showing ---- */

/* STR_NONE when the filter no longer fits the register. */
static Str count_text(Req *req, const Register *reg, const SavedFilter *f)
{
    Params p = {0};
    Query q;
    QueryPage page;
    Problems problems = {.arena = req->arena};
    if (urlencoded_parse(req->arena, f->query, &p) != ERR_OK ||
        list_query_of(req, reg, &p, VERB_LIST, &q, &problems) != ERR_OK)
        return STR_NONE;
    q.limit = 1;
    return query_page(&req->reader, &q, &page) == ERR_OK ? list_total(req, page.total) : STR_NONE;
}

static void put_count(Req *req, Html *h, const Register *reg, const SavedFilter *f)
{
    Str count = count_text(req, reg, f);
    h_lit(h, " ");
    h_element_as(h, "span", "jumlah", count.ptr ? count : S("?"));
}

static void put_filter(Req *req, Html *h, const Register *reg, const SavedFilter *f, bool alone,
                       bool counted)
{
    Arena *a = req->arena;
    h_open(h, "li");
    h_open(h, "a");
    h_url(h, "href", asked_url(req, url_reg(req, reg), f->query));
    if (!alone)
        h_text(h, str_printf(a, "%.*s: ", STR_ARG(req_label(req, &reg->label))));
    h_text(h, f->name);
    if (counted)
        put_count(req, h, reg, f);
    h_close(h);
    if (f->agency)
        h_text(h, str_printf(a, " (%.*s)", STR_ARG(req_tr(req, M_FILTER_TEAM_MARK))));
    if (alone && str_eq(f->user_uid, req->subject.uid)) {
        page_form_open(req, h, str_printf(a, "/saringan/%.*s/hapus", STR_ARG(f->uid)));
        page_hidden(h, S("daftar"), reg->name);
        page_form_end(h, req_say(req, M_FILTER_DROP, f->name), S("polos"));
    }
    h_close(h);
}

Err filters_list(Req *req, Html *h, const Register *reg)
{
    SavedFilter *all;
    size_t n, shown = 0;
    TRY(saved_filter_list(&req->reader, &req->subject, reg ? reg->name : STR_NONE, &all, &n));
    int mark = h_mark(h);
    for (size_t i = 0; i < n; i++) {
        const Register *of = model_reg(req->model, all[i].reg);
        if (!of || !req_may(req, of, VERB_LIST))
            continue;
        if (h_mark(h) == mark) {
            page_section(h, "bagian saringan", req_tr(req, M_FILTERS));
            h_open(h, "ul");
        }
        put_filter(req, h, of, &all[i], reg != NULL, shown++ < COUNTED);
    }
    h_close_to(h, mark);
    return ERR_OK;
}

/* For whom the filter is: with one institution a box to tick, with several one to choose. */
static Err put_audience(Req *req, Html *h)
{
    const Register *reg = role_reg(req->model, REG_ROLE_INSTITUTION);
    Str uids = STR_NONE, uid, typed = req_form(req, S("tim"));
    if (req->subject.agency_count == 0)
        return ERR_OK;
    if (req->subject.agency_count == 1) {
        page_check(h, S("tim"), S(ONLY_ONE), req_tr(req, M_FILTER_TEAM), str_is(typed, ONLY_ONE));
        return ERR_OK;
    }
    TRY(my_institutions(req, &uids));
    h_class(h, "div", "isian");
    page_label(h, S("f-tim"), req_tr(req, M_FILTER_WHO));
    h_open(h, "select");
    h_attr(h, "id", S("f-tim"));
    h_attr(h, "name", S("tim"));
    widget_option(h, S(""), req_tr(req, M_FILTER_PRIVATE), str_empty(typed));
    while (str_word(&uids, &uid))
        widget_option(h, uid, store_heading(&req->reader, reg, uid), str_eq(typed, uid));
    h_close(h);
    h_close(h);
    return ERR_OK;
}

static Err put_form(Req *req, Html *h, Str query)
{
    page_form_open(req, h, str_printf(req->arena, "/%.*s/saringan", STR_ARG(req->reg->name)));
    page_hidden(h, S("saringan"), query);
    widget_text(req, h, S("nama"), req_tr(req, M_FILTER_NAME), req_tr(req, M_FILTER_NAME_HINT),
                req_form(req, S("nama")), true);
    TRY(put_audience(req, h));
    page_form_end(h, req_tr(req, M_FILTER_SAVE), STR_NONE);
    return ERR_OK;
}

Err filters_form(Req *req, Html *h)
{
    Str query = kept_query(req, &req->query);
    if (str_empty(query) || asks_protected(req, &req->query))
        return ERR_OK;
    h_class(h, "details", "lagi");
    h_element(h, "summary", req_tr(req, M_FILTER_SAVE));
    TRY(put_form(req, h, query));
    h_close(h);
    return ERR_OK;
}

/* ---- acts ---- */

static Err ask_again(Req *req, Str query, Msg msg, int64_t limit)
{
    Problems problems = {.arena = req->arena};
    Crumb up = {req_label(req, &req->reg->label),
                str_printf(req->arena, "/%.*s?%.*s", STR_ARG(req->reg->name), STR_ARG(query))};
    Str title = req_tr(req, M_FILTER_SAVE);
    problem_add(&problems, (Problem){.msg = msg, .args = {str_int(req->arena, limit)}});
    Html *h = page_begin_bare(req, req_say(req, M_WEB_ERROR_PREFIX, title), &up, 1);
    widget_summary(req, h, &problems);
    h_element(h, "h1", title);
    TRY(put_form(req, h, query));
    return page_end(req, h);
}

static Err after_save(Req *req, Err err)
{
    const SavedFilterPut *put = req->state;
    if (err == E_TOO_LARGE)
        return ask_again(req, put->filter.query, M_FILTER_FULL, SAVED_FILTERS_MAX);
    TRY(err);
    Str query = str_printf(req->arena, "%.*s&pesan=saringan", STR_ARG(put->filter.query));
    return req_redirect(req, asked_url(req, url_reg(req, req->reg), query));
}

/* 0 for a private filter. Only an institution of one's own can share it. */
static Err wanted_agency(Req *req, int64_t *ret)
{
    const Register *reg = role_reg(req->model, REG_ROLE_INSTITUTION);
    Str uid = req_form(req, S("tim"));
    Record r;
    *ret = 0;
    if (str_empty(uid))
        return ERR_OK;
    if (str_is(uid, ONLY_ONE) && req->subject.agency_count == 1) {
        *ret = req->subject.agencies[0];
        return ERR_OK;
    }
    if (!reg)
        return E_BAD_REQ;
    TRY(store_get(&req->reader, reg, uid, VERB_LIST, &r));
    *ret = r.id;
    return is_of_agency(&req->subject, r.id) ? ERR_OK : E_DENIED;
}

Err page_filter_post(Req *req)
{
    Params p = {0};
    int64_t agency;
    Str name = req_form(req, S("nama")), text = req_form(req, S("saringan"));
    if (!req_may(req, req->reg, VERB_LIST))
        return E_DENIED;
    if (text.len > FILTER_QUERY_MAX)
        return E_TOO_LARGE;
    TRY(urlencoded_parse(req->arena, text, &p));
    Str query = kept_query(req, &p);
    if (str_empty(query) || asks_protected(req, &p))
        return E_BAD_REQ; /* the form is not offered for these */
    if (str_empty(name) || name.len > FILTER_NAME_MAX)
        return ask_again(req, query, M_FILTER_NAME_BAD, FILTER_NAME_MAX);
    TRY(wanted_agency(req, &agency));
    SavedFilterPut *put = ARENA_NEW(req->arena, SavedFilterPut);
    *put = (SavedFilterPut){.store = req->store,
                            .filter = {.uid = rand_uid(req->arena),
                                       .user_uid = req->subject.uid,
                                       .reg = req->reg->name,
                                       .name = name,
                                       .query = query,
                                       .agency = agency}};
    req->state = put;
    return req_write(req, NULL, saved_filter_put, put, after_save);
}

Err page_filter_drop_post(Req *req)
{
    SavedFilter *f = ARENA_NEW(req->arena, SavedFilter);
    *f = (SavedFilter){.uid = req->uid, .user_uid = req->subject.uid};
    const Register *reg = model_reg(req->model, req_form(req, S("daftar")));
    return req_write_to(req, saved_filter_drop, f, reg ? url_reg(req, reg) : S("/"));
}
