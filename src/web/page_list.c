/* The list of a register: facets with counts, filters, search, sort, pages by key. */
#include "web/asked.h"
#include "web/bulk.h"
#include "web/list_query.h"
#include "web/page_filters.h"
#include "web/widget.h"

typedef struct ListPage {
    Query query;
    QueryPage page;
    Facet *facets;
    size_t facet_count;
    bool capped;
    Problems problems;
} ListPage;

/* ---- facets ---- */

static Str facet_name(const Facet *f)
{
    return f->field ? f->field->name : S("status");
}

static Str facet_value_label(Req *req, const Facet *f, const FacetValue *v)
{
    if (!f->field)
        return req_state(req, req->reg, v->code);
    if (f->field->kind == FK_REF)
        return str_empty(v->heading) ? v->code : v->heading;
    Value value = {.text = v->code};
    return value_show(f->field, req->arena, req->lang, &value);
}

/* Names the records that the first `n` values of a facet stand for. */
static void facet_headings(Req *req, Facet *f, size_t n)
{
    Str uids[HEADINGS_AT_ONCE], headings[HEADINGS_AT_ONCE];
    if (!f->field || f->field->kind != FK_REF || !f->field->target)
        return;
    for (size_t i = 0; i < n; i++)
        uids[i] = f->items[i].code;
    store_headings(&req->reader, f->field->target, uids, n, headings);
    for (size_t i = 0; i < n; i++)
        f->items[i].heading = headings[i];
}

static Str without_word(Req *req, Str words, Str drop)
{
    Buf b = buf_new(req->arena, words.len + 1);
    Str word;
    while (str_word(&words, &word)) {
        if (str_eq(word, drop))
            continue;
        buf_join(&b, " ", word);
    }
    return b.len ? buf_str(&b) : STR_NONE;
}

static void facet_link(Req *req, Html *h, const Facet *f, const FacetValue *v)
{
    Str name = facet_name(f), now = req_query(req, name), url;
    bool on = str_has_word(now, v->code);
    if (on)
        url = list_url(req, name, without_word(req, now, v->code));
    else
        url = list_url(req, name,
                       str_empty(now)
                           ? v->code
                           : str_printf(req->arena, "%.*s %.*s", STR_ARG(now), STR_ARG(v->code)));
    h_open(h, "li");
    h_open(h, "a");
    h_url(h, "href", url);
    if (on) {
        h_attr(h, "class", S("aktif"));
        h_attr(h, "aria-current", S("true"));
    }
    h_text(h, facet_value_label(req, f, v));
    h_lit(h, " ");
    h_class(h, "span", "jumlah");
    h_int(h, v->count);
    h_close(h);
    h_close(h);
    h_close(h);
}

static void sort_by_count(Facet *f)
{
    for (size_t i = 1; i < f->n; i++) {
        FacetValue v = f->items[i];
        size_t k = i;
        for (; k > 0 && f->items[k - 1].count < v.count; k--)
            f->items[k] = f->items[k - 1];
        f->items[k] = v;
    }
}

/* A facet of one value narrows nothing, unless it is what was chosen. */
static bool facet_helps(const Req *req, const Facet *f)
{
    return f->n > 1 || (f->n == 1 && params_has(&req->query, facet_name(f)));
}

static void facet_box(Req *req, Html *h, Facet *f)
{
    size_t shown = f->n < HEADINGS_AT_ONCE ? f->n : HEADINGS_AT_ONCE;
    bool active = params_has(&req->query, facet_name(f));
    if (!facet_helps(req, f))
        return;
    sort_by_count(f);
    facet_headings(req, f, shown);
    h_class(h, "details", "faset");
    if (active || !f->field)
        h_flag(h, "open");
    h_element(h, "summary", f->field ? req_label(req, &f->field->label) : req_tr(req, M_WEB_STATE));
    h_open(h, "ul");
    for (size_t i = 0; i < shown; i++)
        facet_link(req, h, f, &f->items[i]);
    h_close(h);
    h_close(h);
}

static void facets(Req *req, Html *h, ListPage *l)
{
    bool any = req->query.names.n > 0;
    for (size_t i = 0; i < l->facet_count; i++)
        any |= facet_helps(req, &l->facets[i]);
    if (!any)
        return;
    h_class(h, "nav", "saring");
    h_attr(h, "id", S("saring"));
    h_attr(h, "aria-label", req_tr(req, M_WEB_FACETS));
    for (size_t i = 0; i < l->facet_count; i++)
        facet_box(req, h, &l->facets[i]);
    if (l->capped)
        h_element_as(h, "p", "isyarat", req_tr(req, M_WEB_FACETS_CAPPED));
    if (req->query.names.n)
        page_link_in(h, "p", req->path, req_tr(req, M_WEB_NO_FILTER));
    h_close(h);
}

/* ---- search and filters ---- */

static void carry_filters(Req *req, Html *h, const char *const *own, size_t n)
{
    for (size_t i = 0; i < req->query.names.n; i++) {
        bool mine = str_is(req->query.names.items[i], "-dari");
        for (size_t k = 0; k < n; k++)
            mine |= str_is(req->query.names.items[i], own[k]);
        if (!mine && !str_empty(req->query.values.items[i]))
            page_hidden(h, req->query.names.items[i], req->query.values.items[i]);
    }
}

static void search_form(Req *req, Html *h)
{
    /* Without searched text a record is still found by its whole number. */
    static const char *const own[] = {"q", "nomor"};
    bool text = req->reg->has_search;
    Str label = text ? req_tr(req, M_WEB_SEARCH) : req_tr(req, M_WEB_SEARCH_NUMBER);
    if (!text && str_empty(req->reg->number))
        return;
    asked_form_open(req, h, req->path, S("cari"), S("search"));
    carry_filters(req, h, own, 2);
    page_input(h, "search", text ? S("q") : S("nomor"));
    h_attr(h, "autocomplete", S("off"));
    h_attr(h, "value", req_query(req, text ? S("q") : S("nomor")));
    h_attr(h, "aria-label", label);
    h_attr(h, "placeholder", label);
    h_flag(h, "data-cari");
    page_form_end(h, req_tr(req, M_WEB_SEARCH), STR_NONE);
}

static bool has_more_filters(const Req *req, const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (query_may_look_up(&req->subject, f) ||
            (f->kind == FK_DATE && !f->class_ && (f->list || f->sort)))
            return true;
    }
    return false;
}

static void more_filters(Req *req, Html *h)
{
    Arena *a = req->arena;
    if (!has_more_filters(req, req->reg))
        return;
    h_class(h, "details", "lagi");
    h_element(h, "summary", req_tr(req, M_WEB_MORE_FILTERS));
    asked_form_open(req, h, req->path, STR_NONE, STR_NONE);
    for (size_t i = 0; i < req->reg->field_count; i++) {
        const Field *f = req->reg->fields[i];
        Str label = req_label(req, &f->label);
        if (query_may_look_up(&req->subject, f)) {
            widget_text(req, h, f->name, req_say(req, M_WEB_EXACT, label), STR_NONE,
                        req_query(req, f->name), false);
        } else if (f->kind == FK_DATE && !f->class_ && (f->list || f->sort)) {
            Str from = str_printf(a, "%.*s.dari", STR_ARG(f->name));
            Str to = str_printf(a, "%.*s.sampai", STR_ARG(f->name));
            widget_text(req, h, from, req_say(req, M_WEB_FROM, label), STR_NONE,
                        req_query(req, from), false);
            widget_text(req, h, to, req_say(req, M_WEB_UNTIL, label), STR_NONE, req_query(req, to),
                        false);
        }
    }
    page_form_end(h, req_tr(req, M_WEB_FILTER), STR_NONE);
    h_close(h);
}

/* ---- the rest of the page ---- */

static Str with_suffix(Req *req, const char *suffix)
{
    Buf q = buf_new(req->arena, 128);
    for (size_t i = 0; i < req->query.names.n; i++)
        if (!str_is(req->query.names.items[i], "-dari") && !str_is(req->query.names.items[i], "n"))
            query_put(&q, req->query.names.items[i], req->query.values.items[i]);
    return asked_url(req, str_printf(req->arena, "/%.*s%s", STR_ARG(req->reg->name), suffix),
                     buf_str(&q));
}

static void actions(Req *req, Html *h)
{
    Str base = url_reg(req, req->reg);
    h_class(h, "div", "tombol");
    if (req_may(req, req->reg, VERB_CREATE) &&
        (!req->reg->has_parent || req->reg->parent_optional)) {
        page_link_as(h, S("utama"), str_printf(req->arena, "%.*s/baru", STR_ARG(base)),
                     req_say(req, M_WEB_NEW_TITLE, req_label(req, &req->reg->label)));
    }
    Str import = str_printf(req->arena, "%.*s/impor", STR_ARG(base));
    if (req_may(req, req->reg, VERB_IMPORT) && req_has_page(req, import))
        page_link(h, import, req_tr(req, M_WEB_IMPORT));
    if (req_may(req, req->reg, VERB_EXPORT)) {
        page_link(h, with_suffix(req, ".xlsx"), req_tr(req, M_WEB_XLSX));
        page_link(h, with_suffix(req, ".csv"), req_tr(req, M_WEB_CSV));
    }
    if (req->reg->role == REG_ROLE_FIGURE)
        page_link(h, S("/seri"), req_tr(req, M_SERIES_ALL));
    page_print_button(req, h, list_url(req, S("n"), S("500")));
    h_close(h);
}

/* Voided records stay out of the list until somebody looks for one. */
static void voided_link(Req *req, Html *h)
{
    bool shown = str_is(req_query(req, S("batal")), "ya");
    if (req_may(req, req->reg, VERB_READ))
        page_link(h, list_url(req, S("batal"), shown ? STR_NONE : S("ya")),
                  req_tr(req, shown ? M_WEB_HIDE_VOIDED : M_WEB_SHOW_VOIDED));
}

static void pager(Req *req, Html *h, const ListPage *l)
{
    static const char *const sizes[] = {"50", "100", "500"};
    h_class(h, "nav", "halaman");
    h_attr(h, "aria-label", req_tr(req, M_WEB_PAGES));
    if (params_has(&req->query, S("-dari")))
        page_link(h, list_url(req, S("-dari"), STR_NONE), req_tr(req, M_WEB_FIRST_PAGE));
    if (l->page.next.ptr)
        page_link(h, list_url(req, S("-dari"), l->page.next), req_tr(req, M_WEB_NEXT_PAGE));
    if (l->page.total > 50) {
        h_open(h, "span");
        h_text(h, req_tr(req, M_WEB_ROWS));
        for (size_t i = 0; i < 3; i++) {
            h_lit(h, " ");
            page_link(h, list_url(req, S("n"), str_of(sizes[i])), str_of(sizes[i]));
        }
        h_close(h);
    }
    voided_link(req, h);
    h_close(h);
}

static void nothing(Req *req, Html *h)
{
    bool filtered = req->query.names.n > 0;
    h_class(h, "div", "kosong");
    h_element(h, "p", req_tr(req, filtered ? M_WEB_NOTHING_FITS : M_WEB_NOTHING_YET));
    if (!filtered && !str_empty(req_label(req, &req->reg->help)))
        h_element(h, "p", req_label(req, &req->reg->help));
    h_close(h);
}

static Err body(Req *req, Html *h, ListPage *l)
{
    Columns cols = list_columns(req, req->reg);
    h_class(h, "div", "daftar");
    h_class(h, "div", "isi");
    search_form(req, h);
    more_filters(req, h);
    TRY(filters_form(req, h));
    if (l->page.n) {
        h_class(h, "p", "jumlah-baris");
        h_text(h, req_say(req, M_WEB_COUNT, list_total(req, l->page.total)));
        h_lit(h, " ");
        page_link_as(h, S("ke-saring"), S("#saring"), req_tr(req, M_WEB_FACETS));
        h_close(h);
        cols.ticks = bulk_offered(req, &l->page, req->reg);
        list_table(req, h, &l->query, &l->page, &cols, req_label(req, &req->reg->label), true);
        if (cols.ticks)
            bulk_bar(req, h, &l->page, req->reg, list_url(req, S("pesan"), STR_NONE));
        pager(req, h, l);
    } else {
        nothing(req, h);
    }
    h_close(h);
    if (l->page.n || req->query.names.n) /* beside the list on a desk, below it on a telephone */
        facets(req, h, l);
    h_close(h);
    return ERR_OK;
}

Err page_list(Req *req)
{
    ListPage l = {.problems.arena = req->arena};
    Err e = list_query(req, VERB_LIST, &l.query, &l.problems);
    if (e != ERR_OK && e != E_INVALID)
        return e;
    if (e == ERR_OK) {
        l.query.facets = true;
        TRY(query_page(&req->reader, &l.query, &l.page));
        TRY(query_facets(&req->reader, l.query.reg, &l.page, &l.facets, &l.facet_count, &l.capped));
    }
    Html *h = page_begin(req, req_label(req, &req->reg->label), NULL, 0);
    widget_summary(req, h, &l.problems);
    actions(req, h);
    TRY(filters_list(req, h, req->reg));
    TRY(body(req, h, &l));
    return page_end(req, h);
}
