/* One record: head, what may be done, tabs with how complete they are, protected fields behind a
 * stated purpose, and what hangs on it. */
#include "web/page_show.h"

#include "base/rand.h"
#include "model/expr.h"
#include "model/undo.h"
#include "web/form_env.h"
#include "web/list.h"
#include "web/page_subject.h"
#include "web/page_users.h"
#include "web/widget.h"

/* ---- how complete a tab is ---- */

typedef struct Share {
    size_t filled, all;
} Share;

static bool on_tab(const Section *sec, const Tab *tab, bool first)
{
    return !tab || str_eq(sec->tab, tab->name) || (first && str_empty(sec->tab));
}

static Share share_of_fields(Req *req, const Record *r, const Tab *tab, bool first)
{
    Share s = {0};
    for (size_t i = 0; i < r->reg->field_count; i++) {
        const Field *f = r->reg->fields[i];
        if (!field_typed(f) || !on_tab(&r->reg->sections[f->section], tab, first) ||
            !form_applies(req, r, f))
            continue;
        s.all++;
        s.filled += r->vals[i].sealed || !str_empty(r->vals[i].text);
    }
    return s;
}

/* The first `limit` records of `child` under the record, as far as the reader may list them. */
static Err children_of(Req *req, const Record *r, const Register *child, int limit,
                       Query *ret_query, QueryPage *ret)
{
    Query q = query_new(child);
    q.limit = limit;
    q.parent = r;
    *ret_query = q;
    return query_page(&req->reader, &q, ret);
}

static bool shows_child(const Req *req, const Register *child)
{
    return req_may(req, child, VERB_LIST) || req_may(req, child, VERB_CREATE);
}

/* Of each register on the tabs that the reader may list, whether the record has any, in the order
 * of the tabs: asked in one statement for all. */
static Err filled_children(Req *req, const Record *r, bool **ret)
{
    size_t n = 0, most = 0;
    for (size_t i = 0; i < r->reg->tab_count; i++)
        most += r->reg->tabs[i].children.n;
    Query *qs = ARENA_ARRAY(req->arena, most, Query);
    *ret = ARENA_ARRAY(req->arena, most, bool);
    for (size_t i = 0; i < r->reg->tab_count; i++)
        for (size_t k = 0; k < r->reg->tabs[i].children.n; k++) {
            const Register *child = model_reg(req->model, r->reg->tabs[i].children.items[k]);
            if (!child || !req_may(req, child, VERB_LIST))
                continue;
            qs[n] = query_new(child);
            qs[n++].parent = r;
        }
    return query_any(&req->reader, qs, n, *ret);
}

/* `filled` moves on over the registers of the tab. */
static Share share_of_tab(Req *req, const Record *r, const Tab *tab, bool first,
                          const bool **filled)
{
    Share s = share_of_fields(req, r, tab, first);
    for (size_t i = 0; i < tab->children.n; i++) {
        const Register *child = model_reg(req->model, tab->children.items[i]);
        if (!child || !req_may(req, child, VERB_LIST))
            continue;
        s.all++;
        s.filled += *(*filled)++;
    }
    return s;
}

static Err tabs(Req *req, Html *h, const Record *r, const Tab *now)
{
    bool *any = NULL;
    if (r->reg->tab_count < 2)
        return ERR_OK;
    TRY(filled_children(req, r, &any));
    const bool *filled = any;
    h_class(h, "nav", "tab");
    h_attr(h, "aria-label", req_tr(req, M_WEB_TABS));
    for (size_t i = 0; i < r->reg->tab_count; i++) {
        const Tab *t = &r->reg->tabs[i];
        Share s = share_of_tab(req, r, t, i == 0, &filled);
        h_open(h, "a");
        h_url(h, "href", str_printf(req->arena, "?tab=%.*s", STR_ARG(t->name)));
        if (t == now)
            h_attr(h, "aria-current", S("page"));
        h_text(h, req_label(req, &t->label));
        h_lit(h, " ");
        h_element_as(h, "span", "jumlah",
                     str_printf(req->arena, "%zu%%", s.all ? s.filled * 100 / s.all : 100));
        h_close(h);
    }
    h_close(h);
    return ERR_OK;
}

/* ---- fields ---- */

static void section(Req *req, Html *h, const Record *r, const Section *sec)
{
    bool any = false;
    for (size_t i = sec->first; i < sec->first + sec->n; i++)
        any |= r->vals[i].sealed || !str_empty(r->vals[i].text) || r->reg->fields[i]->required;
    if (!any)
        return;
    page_section(h, "bagian", req_label(req, &sec->label));
    h_open(h, "dl");
    for (size_t i = sec->first; i < sec->first + sec->n; i++) {
        const Field *f = r->reg->fields[i];
        if (!r->vals[i].sealed && str_empty(r->vals[i].text))
            continue;
        h_open(h, "div");
        h_element(h, "dt", req_label(req, &f->label));
        h_open(h, "dd");
        record_put_value(req, h, r, f);
        h_close(h);
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

/* Why the file is opened: asked once a file and log-in. */
static void purpose_box(Req *req, Html *h, const Sheet *s)
{
    const CodeList *list = model_list(req->model, S(LIST_PURPOSE));
    if (!s->closed || !list)
        return;
    h_class(h, "section", "bagian lindung-kotak");
    h_attr(h, "id", S("buka"));
    h_element(h, "h2", req_tr(req, M_WEB_PROTECTED_TITLE));
    h_element(h, "p", req_tr(req, M_WEB_PROTECTED_HINT));
    page_form_open(req, h, url_record(req, req->reg, req->uid, "/buka"));
    widget_select(req, h, S("guna"), req_tr(req, M_WEB_PURPOSE), list, STR_NONE);
    widget_area(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                STR_NONE, "10");
    page_form_end(h, req_tr(req, M_WEB_OPEN_FILE), S("utama"));
    h_close(h);
}

/* ---- what may be done ---- */

bool move_allowed(const Req *req, const Record *r, const Move *m)
{
    return str_list_has(&m->from, r->state) && !r->void_tx && (m->by & req->subject.roles) != 0;
}

void move_form(Req *req, Html *h, const Record *r, const Move *m, const Problems *problems)
{
    const Params *typed = problems ? &req->form : NULL;
    Form f = {.req = req,
              .h = h,
              .reg = r->reg,
              .rec = r,
              .problems = problems,
              .typed = typed,
              .scope = problems ? STR_NONE : str_printf(req->arena, "%.*s-", STR_ARG(m->name)),
              .classes = CLASSES_ALL};
    page_form_open(req, h,
                   str_printf(req->arena, "/%.*s/%.*s/%.*s", STR_ARG(r->reg->name), STR_ARG(r->uid),
                              STR_ARG(m->name)));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, r->version));
    if (m->when && !form_true(req, r, m->when))
        h_element_as(h, "p", "isyarat",
                     req_say(req, M_WEB_MOVE_WHEN, expr_words(m->when, req->arena, req->lang)));
    if (m->creates && str_empty(r->vals[m->creates->into->index].text))
        h_element_as(h, "p", "isyarat",
                     req_say(req, M_WEB_MOVE_CREATES, req_label(req, &m->creates->reg->label)));
    for (size_t i = 0; i < m->need_count; i++)
        if (problems ||
            (str_empty(r->vals[m->need[i]->index].text) && !r->vals[m->need[i]->index].sealed))
            widget_field(&f, m->need[i]);
    widget_offered(&f);
    if (m->reason)
        widget_area(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                    typed ? params_get(typed, S("-alasan")) : STR_NONE, "10");
    page_form_end(h, req_label(req, &m->label), S("utama"));
}

static void moves(Req *req, Html *h, const Record *r)
{
    if (!store_decide(&req->reader, r, VERB_MOVE).allowed)
        return;
    for (size_t i = 0; i < r->reg->move_count; i++) {
        const Move *m = &r->reg->moves[i];
        if (!move_allowed(req, r, m))
            continue;
        h_class(h, "details", "langkah");
        h_element(h, "summary", req_label(req, &m->label));
        move_form(req, h, r, m, NULL);
        h_close(h);
    }
}

static void void_form(Req *req, Html *h, const Record *r)
{
    bool back = r->void_tx != 0;
    if (!store_decide(&req->reader, r, VERB_VOID).allowed)
        return;
    h_class(h, "details", "langkah bahaya");
    h_element(h, "summary", req_tr(req, back ? M_WEB_RESTORE : M_WEB_VOID));
    page_form_open(req, h, url_record(req, r->reg, r->uid, back ? "/pulihkan" : "/batalkan"));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, r->version));
    widget_area(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                STR_NONE, "10");
    page_form_end(h, req_tr(req, back ? M_WEB_RESTORE : M_WEB_VOID), S("bahaya"));
    h_close(h);
}

/* Tables that add something up over the records below this one. */
static void sums_below(Req *req, Html *h, const Record *r)
{
    for (size_t i = 0; i < req->model->table_count; i++) {
        const TableDef *t = &req->model->tables[i];
        if (t->sum && reg_accepts_parent(t->reg, r->reg) && req_may(req, t->reg, VERB_READ))
            page_link(
                h,
                str_printf(req->arena, "/tabel/%.*s?induk=%.*s", STR_ARG(t->name), STR_ARG(r->uid)),
                req_label(req, &t->label));
    }
}

static void actions(Req *req, Html *h, const Record *r)
{
    h_class(h, "div", "tombol");
    if (!r->void_tx && store_decide(&req->reader, r, VERB_CHANGE).allowed) {
        page_link_as(h, S("utama"), url_record(req, r->reg, r->uid, "/ubah"),
                     req_tr(req, M_WEB_EDIT));
    }
    moves(req, h, r);
    page_link(h, url_record(req, r->reg, r->uid, "/riwayat"), req_tr(req, M_WEB_HISTORY));
    if (req_duty(req, "audit")) {
        h_lit(h, " ");
        page_link(h, url_record(req, r->reg, r->uid, "/pembaca"), req_tr(req, M_READERS_TITLE));
    }
    subject_links(req, h, r);
    sums_below(req, h, r);
    if (r->reg->role == REG_ROLE_USER && req_duty(req, "users"))
        page_link(h, str_printf(req->arena, "/akun/%.*s", STR_ARG(r->uid)),
                  req_tr(req, M_PASSWORD_GIVE));
    page_print_button(req, h, req->path);
    void_form(req, h, r);
    h_close(h);
}

/* ---- what hangs on it ---- */

static const Field *date_of(const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if ((f->kind == FK_DATE || f->kind == FK_INSTANT) && f->list && !f->class_)
            return f;
    }
    return NULL;
}

static void time_line(Req *req, Html *h, const QueryPage *page, const Register *child)
{
    const Field *date = date_of(child);
    h_class(h, "ol", "lini");
    for (size_t i = 0; i < page->n; i++) {
        const Record *r = &page->items[i];
        h_open(h, "li");
        if (date) {
            h_element(h, "time", record_value(req, r, date));
            h_lit(h, " ");
        }
        page_link(h, url_record(req, child, r->uid, ""),
                  str_empty(r->heading) ? record_title(req, r) : record_heading(req, r));
        h_close(h);
    }
    h_close(h);
}

/* Time lines follow the order the register gives events, else their dates. */
static Err ordered(Req *req, const Record *r, const Register *child, Query *q, QueryPage *page)
{
    const Field *order = role_field(req->model, FIELD_ROLE_EVENT_ORDER);
    *q = query_new(child);
    q->parent = r;
    q->limit = 100;
    q->descending = false;
    q->sort = order && order->reg == child ? order : date_of(child);
    return query_page(&req->reader, q, page);
}

static void child_head(Req *req, Html *h, const Record *r, const Register *child, bool lists,
                       const QueryPage *page)
{
    Arena *a = req->arena;
    h_class(h, "div", "judul");
    h_open(h, "h2");
    h_text(h, req_label(req, &child->label));
    if (lists) {
        h_lit(h, " ");
        h_element_as(h, "span", "jumlah", list_total(req, page->total));
    }
    h_close(h);
    h_class(h, "div", "tombol");
    Str form = str_printf(a, "/%.*s/baru", STR_ARG(child->name)),
        parent = str_printf(a, "%.*s/%.*s", STR_ARG(r->reg->name), STR_ARG(r->uid));
    if (page->next.ptr)
        page_link(h, str_printf(a, "/%.*s?induk=%.*s", STR_ARG(child->name), STR_ARG(r->uid)),
                  req_tr(req, M_WEB_SHOW_ALL));
    if (store_decide_child(&req->reader, r, child, VERB_CREATE).allowed && !r->void_tx)
        page_link(h, url_with(a, form, {"induk", parent}),
                  req_say(req, M_WEB_ADD, req_label(req, &child->label)));
    h_close(h);
    h_close(h);
}

static Err child_list(Req *req, Html *h, const Record *r, const Register *child)
{
    enum { SHOWN = 20 };
    Query q;
    QueryPage page = {0};
    bool lists = store_decide_child(&req->reader, r, child, VERB_LIST).allowed;
    bool line = reg_has_tag(child, S(TAG_TIMELINE));
    if (lists && line)
        TRY(ordered(req, r, child, &q, &page));
    else if (lists)
        TRY(children_of(req, r, child, SHOWN, &q, &page));
    h_class(h, "section", "bagian anak");
    child_head(req, h, r, child, lists, &page);
    if (!lists) {
        h_element(h, "p", req_tr(req, M_WEB_CHILD_CLOSED));
    } else if (page.n && line) {
        time_line(req, h, &page, child);
    } else if (page.n) {
        Columns cols = list_columns(req, child);
        list_table(req, h, &q, &page, &cols, req_label(req, &child->label), false);
    }
    h_close(h);
    return ERR_OK;
}

static bool on_some_tab(const Register *reg, const Register *child)
{
    for (size_t i = 0; i < reg->tab_count; i++)
        for (size_t k = 0; k < reg->tabs[i].children.n; k++)
            if (str_eq(reg->tabs[i].children.items[k], child->name))
                return true;
    return false;
}

static Err children(Req *req, Html *h, const Record *r, const Tab *tab, bool last)
{
    for (size_t i = 0; tab && i < tab->children.n; i++) {
        const Register *child = model_reg(req->model, tab->children.items[i]);
        if (child && shows_child(req, child))
            TRY(child_list(req, h, r, child));
    }
    for (size_t i = 0; last && i < r->reg->child_count; i++)
        if (!on_some_tab(r->reg, r->reg->children[i]) && shows_child(req, r->reg->children[i]))
            TRY(child_list(req, h, r, r->reg->children[i]));
    return ERR_OK;
}

/* ---- the page ---- */

/* For some minutes what one did last can be taken back. */
static Err undo_bar(Req *req, Html *h, const Record *r)
{
    int64_t until;
    TRY(undo_offered(&req->reader, r, &until));
    if (!until)
        return ERR_OK;
    h_class(h, "div", "kabar info urung");
    h_element(h, "p", req_say(req, M_UNDO_OFFER, req_instant(req, until)));
    page_form_open(req, h, url_record(req, r->reg, r->uid, "/urungkan"));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, r->version));
    page_form_end(h, req_tr(req, M_UNDO), STR_NONE);
    h_close(h);
    return ERR_OK;
}

static Err head(Req *req, Html *h, const Record *r)
{
    h_class(h, "header", "kepala");
    h_element(h, "h1", record_title(req, r));
    page_message(req, h);
    TRY(undo_bar(req, h, r));
    if (!str_empty(r->number) && !str_empty(r->heading) && !str_eq(r->number, r->heading))
        h_element_as(h, "p", "tajuk", r->heading);
    h_class(h, "p", "keterangan");
    Str state = req_state(req, r->reg, r->state);
    if (!str_empty(state))
        h_element_as(h, "span", "lencana", state);
    if (r->void_tx)
        h_element_as(h, "span", "lencana bahaya", req_tr(req, M_WEB_VOIDED));
    if (!str_empty(r->owner_name))
        h_element(h, "span", r->owner_name);
    h_element(h, "span", req_say(req, M_WEB_CHANGED_AT, req_instant(req, r->changed_at)));
    h_close(h);
    bool restricted;
    TRY(store_restricted(&req->reader, r, &restricted));
    if (restricted)
        page_notice(h, "awas", req_tr(req, M_E_RESTRICTED));
    h_close(h);
    return r->reg->role == REG_ROLE_USER ? roles_waiting(req, h, r->uid) : ERR_OK;
}

static const Tab *chosen_tab(const Req *req, const Register *reg)
{
    Str name = req_query(req, S("tab"));
    for (size_t i = 0; i < reg->tab_count; i++)
        if (str_eq(reg->tabs[i].name, name))
            return &reg->tabs[i];
    return reg->tab_count ? &reg->tabs[0] : NULL;
}

Err page_show(Req *req)
{
    Sheet s;
    Crumb crumbs[4];
    TRY(record_load(req, VERB_READ, &s));
    const Register *reg = req->reg;
    const Tab *tab = chosen_tab(req, reg);
    bool first = !tab || tab == &reg->tabs[0];
    bool last = !tab || tab == &reg->tabs[reg->tab_count - 1];
    Html *h = page_begin_bare(req, record_title(req, &s.rec), crumbs,
                              record_crumbs(req, &s.rec, false, crumbs));
    TRY(head(req, h, &s.rec));
    actions(req, h, &s.rec);
    purpose_box(req, h, &s);
    TRY(tabs(req, h, &s.rec, tab));
    for (size_t i = 0; i < reg->section_count; i++)
        if (on_tab(&reg->sections[i], tab, first))
            section(req, h, &s.rec, &reg->sections[i]);
    TRY(children(req, h, &s.rec, tab, last));
    if (last) {
        if (reg->role == REG_ROLE_MATCH_WEIGHTS)
            show_weights(req, h, &s.rec);
        TRY(show_papers(req, h, &s.rec));
        TRY(show_referrers(req, h, &s.rec));
    }
    return page_end(req, h);
}
