/* One step for several records: the bar under a list, the page that asks again with the count, and
 * the act itself. Each record is a change of its own: what fails is told and stops no other. */
#include "web/asked.h"
#include "web/bulk.h"
#include "web/list_query.h"
#include "web/page_form.h"
#include "web/page_show.h"
#include "web/widget.h"

#include "base/rand.h"

#define DOWNLOAD "-unduh"

/* ---- the bar ---- */

/* A file belongs to one record: a step that asks for one is taken one by one. */
static bool for_many(const Req *req, const Move *m)
{
    bool one_by_one = false;
    for (size_t i = 0; i < m->need_count; i++)
        one_by_one |= m->need[i]->kind == FK_FILE;
    return (m->by & req->subject.roles) && !one_by_one;
}

static bool fits_some(const Req *req, const QueryPage *page, const Move *m)
{
    bool fits = false;
    for (size_t i = 0; i < page->n && !fits; i++)
        fits = move_allowed(req, &page->items[i], m);
    return fits && for_many(req, m);
}

bool bulk_offered(Req *req, const QueryPage *page, const Register *reg)
{
    bool any = req_may(req, reg, VERB_EXPORT);
    for (size_t i = 0; i < reg->move_count && req_may(req, reg, VERB_MOVE); i++)
        any |= fits_some(req, page, &reg->moves[i]);
    return any && page->n <= BULK_TICKS;
}

void bulk_bar(Req *req, Html *h, const QueryPage *page, const Register *reg, Str back)
{
    h_class(h, "form", "tombol massal");
    h_attr(h, "method", S("get"));
    h_attr(h, "id", S("massal"));
    h_url(h, "action", str_printf(req->arena, "/%.*s/massal", STR_ARG(reg->name)));
    page_hidden(h, S("dari"), back);
    h_element(h, "span", req_tr(req, M_BULK_TICKED));
    for (size_t i = 0; i < reg->move_count && req_may(req, reg, VERB_MOVE); i++)
        if (fits_some(req, page, &reg->moves[i]))
            page_button(h, req_label(req, &reg->moves[i].label), STR_NONE, S("langkah"),
                        reg->moves[i].name);
    if (req_may(req, reg, VERB_EXPORT))
        page_button(h, req_tr(req, M_BULK_DOWNLOAD), STR_NONE, S("langkah"), S(DOWNLOAD));
    h_close(h);
}

/* ---- which records ---- */

typedef struct Bulk {
    const Move *move;
    QueryPage page; /* what was ticked, or all results */
    bool *fit;      /* per record of the page: its state and the reader's rights allow the step */
    Str uids, back;
    bool all;
} Bulk;

static Err ticked(Req *req, Str uids, QueryPage *ret)
{
    Query q = query_new(req->reg);
    q.limit = BULK_MAX;
    q.verb = VERB_LIST;
    *ret = (QueryPage){0};
    if (str_empty(uids))
        return ERR_OK;
    query_filter(&q, req->arena, NULL, S("uid"), FILTER_IN, uids);
    return query_page(&req->reader, &q, ret);
}

/* All results of the list or queue that the ticks stood on. */
static Err all_results(Req *req, Str back, QueryPage *ret)
{
    Query q;
    Str rest = back, path = back;
    Params p = {0};
    Problems problems = {.arena = req->arena};
    if (!str_cut(&rest, '?', &path))
        return E_BAD_REQ;
    TRY(urlencoded_parse(req->arena, rest, &p));
    TRY(asked_params(req, &p));
    if (str_starts(path, S("/antrean/"))) {
        const QueueDef *def = model_queue(req->model, str_from(path, 9));
        if (!def || def->reg != req->reg || (def->roles && !(def->roles & req->subject.roles)))
            return E_NOT_FOUND;
        TRY(queue_query(req, def, &q));
    } else {
        Err e = list_query_of(req, req->reg, &p, VERB_LIST, &q, &problems);
        TRY(e == E_INVALID ? E_BAD_REQ : e);
    }
    q.cursor = STR_NONE;
    q.limit = BULK_MAX;
    return query_page(&req->reader, &q, ret);
}

/* The address to go back to: a page of this list or of a queue, nothing else. */
static Str way_back(Req *req, Str asked)
{
    Str own = url_reg(req, req->reg);
    bool list = str_starts(asked, own) && (asked.len == own.len || asked.ptr[own.len] == '?');
    return list || str_starts(asked, S("/antrean/")) ? asked : own;
}

/* ---- asking again ---- */

static void put_records(Req *req, Html *h, const Bulk *b, bool fit, Msg head)
{
    enum { SHOWN = 50 };
    size_t n = 0;
    int mark = h_mark(h);
    for (size_t i = 0; i < b->page.n; i++) {
        const Record *r = &b->page.items[i];
        if (b->fit[i] != fit)
            continue;
        if (n == 0) {
            page_section(h, "bagian", req_tr(req, head));
            h_open(h, "ul");
        }
        if (n++ >= SHOWN)
            continue;
        h_open(h, "li");
        page_link(h, url_record(req, r->reg, r->uid, ""), record_title(req, r));
        h_lit(h, ", ");
        h_text(h, req_state(req, r->reg, r->state));
        h_close(h);
    }
    if (n > SHOWN)
        h_element(h, "li", req_say(req, M_BULK_MORE, req_count(req, (int64_t)n - SHOWN)));
    h_close_to(h, mark);
}

static size_t fitting(Req *req, Bulk *b)
{
    Buf uids = buf_new(req->arena, 1024);
    size_t n = 0;
    b->fit = ARENA_ARRAY(req->arena, b->page.n + 1, bool);
    for (size_t i = 0; i < b->page.n; i++) {
        b->fit[i] = move_allowed(req, &b->page.items[i], b->move) &&
                    store_decide(&req->reader, &b->page.items[i], VERB_MOVE).allowed;
        if (!b->fit[i])
            continue;
        buf_join(&uids, " ", b->page.items[i].uid);
        n++;
    }
    b->uids = buf_str(&uids);
    return n;
}

static void offer_all(Req *req, Html *h, const Bulk *b)
{
    QueryPage all;
    if (b->all || all_results(req, b->back, &all) != ERR_OK || all.total <= (int64_t)b->page.n)
        return;
    Str url = url_with(req->arena, req->path, {"langkah", b->move->name}, {"semua", S("1")},
                       {"dari", b->back});
    page_link_in(h, "p", url, req_say(req, M_BULK_ALL, list_total(req, all.total)));
}

static void step_form(Req *req, Html *h, const Bulk *b, Str count)
{
    Form f = {.req = req, .h = h, .reg = req->reg, .classes = CLASSES_ALL};
    page_form_open(req, h, str_printf(req->arena, "/%.*s/massal", STR_ARG(req->reg->name)));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("langkah"), b->move->name);
    page_hidden(h, S("uid"), b->uids);
    page_hidden(h, S("dari"), b->back);
    for (size_t i = 0; i < b->move->need_count; i++)
        widget_field(&f, b->move->need[i]);
    widget_offered(&f);
    if (b->move->reason)
        widget_area(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                    STR_NONE, "10");
    h_class(h, "div", "tombol");
    page_button(h, req_say(req, M_BULK_CONFIRM, req_label(req, &b->move->label), count), S("utama"),
                STR_NONE, STR_NONE);
    page_link(h, b->back, req_tr(req, M_WEB_CANCEL));
    h_close(h);
    h_close(h);
}

static Err confirm(Req *req, Bulk *b)
{
    Crumb up = {req_label(req, &req->reg->label), b->back};
    Str count = req_count(req, (int64_t)fitting(req, b));
    Html *h = page_begin(req, req_label(req, &b->move->label), &up, 1);
    if (!b->page.n) {
        page_notice(h, "info", req_tr(req, M_BULK_NONE));
    } else {
        h_element(h, "p", req_say(req, M_BULK_COUNT, count, req_count(req, (int64_t)b->page.n)));
        offer_all(req, h, b);
        if (!str_empty(b->uids))
            step_form(req, h, b, count);
        put_records(req, h, b, false, M_BULK_UNFIT);
        put_records(req, h, b, true, M_BULK_FIT);
    }
    return page_end(req, h);
}

Err page_bulk(Req *req)
{
    Bulk b = {.back = way_back(req, req_query(req, S("dari"))),
              .all = params_has(&req->query, S("semua"))};
    Str step = req_query(req, S("langkah")),
        uids = params_all(&req->query, req->arena, S("uid"), ' ');
    if (!req_may(req, req->reg, VERB_LIST))
        return E_DENIED;
    if (str_is(step, DOWNLOAD)) {
        Str list = str_printf(req->arena, "/%.*s.xlsx", STR_ARG(req->reg->name));
        return req_redirect(req, url_with(req->arena, list, {"uid", uids}));
    }
    b.move = reg_move(req->reg, step);
    if (!b.move)
        return E_NOT_FOUND;
    if (!for_many(req, b.move) || !req_may(req, req->reg, VERB_MOVE))
        return E_DENIED;
    TRY(b.all ? all_results(req, b.back, &b.page) : ticked(req, uids, &b.page));
    return confirm(req, &b);
}

/* ---- the act ---- */

typedef struct Step {
    Str uid, title;
    Batch *batch;
    Problems problems;
    Err err;
} Step;

typedef struct Steps {
    const Move *move;
    Str back;
    Step *items;
    size_t n;
} Steps;

/* A key for each record: a second click finds each of them done. */
static void step_key(Req *req, Step *s)
{
    form_idempotent(req, s->batch);
    if (s->batch->idem_key.ptr)
        s->batch->idem_key =
            str_printf(req->arena, "%.*s/%.*s", STR_ARG(s->batch->idem_key), STR_ARG(s->uid));
}

static Err prepare_step(Req *req, const Move *m, Step *s)
{
    Record r;
    s->problems.arena = req->arena;
    s->batch = store_batch(&req->reader);
    step_key(req, s);
    TRY(store_get(&req->reader, req->reg, s->uid, VERB_MOVE, &r));
    s->title = record_title(req, &r);
    Change *c = store_change(req->arena, CHANGE_MOVE, req->reg, s->uid, r.version);
    c->move = m->name;
    c->reason = req_form(req, S("-alasan"));
    Form f = {.req = req,
              .reg = req->reg,
              .rec = &r,
              .typed = &req->form,
              .problems = &s->problems,
              .classes = store_decide(&req->reader, &r, VERB_MOVE).classes};
    TRY(form_read(&f, c, &s->problems));
    TRY(store_prepare(&req->reader, s->batch, c, &s->problems));
    return s->problems.errors ? E_INVALID : ERR_OK;
}

static Err one_step(WriteTx *tx, Step *s)
{
    TRY(db_savepoint(tx->db));
    s->err = store_batch_apply(tx, s->batch);
    if (s->err == ERR_OK)
        return db_release(tx->db);
    db_rollback_to(tx->db);
    return err_kind(s->err) == ERR_KIND_USER ? ERR_OK : s->err;
}

static Err apply_steps(WriteTx *tx, void *arg)
{
    Steps *all = arg;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].err == ERR_OK)
            TRY(one_step(tx, &all->items[i]));
    return ERR_OK;
}

static void put_failure(Req *req, Html *h, const Step *s)
{
    const Problems *told = s->problems.n ? &s->problems : &s->batch->problems;
    h_open(h, "li");
    page_link(h, url_record(req, req->reg, s->uid, ""),
              str_empty(s->title) ? req_tr(req, M_BULK_UNKNOWN) : s->title);
    h_lit(h, ": ");
    for (size_t i = 0; i < told->n; i++) {
        if (i)
            h_lit(h, " ");
        h_text(h, problem_text(req->arena, req->lang, &told->items[i]));
    }
    if (!told->n)
        h_text(h, req_tr(req, msg_of_err(s->err)));
    h_close(h);
}

static Err show_failures(Req *req, const Steps *all, size_t failed)
{
    Crumb up = {req_label(req, &req->reg->label), all->back};
    Html *h = page_begin(req, req_label(req, &all->move->label), &up, 1);
    req->res.status = err_http(E_INVALID);
    page_notice(h, "awas",
                req_say(req, M_BULK_RESULT, req_count(req, (int64_t)(all->n - failed)),
                        req_count(req, (int64_t)failed)));
    h_open(h, "ol");
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].err != ERR_OK)
            put_failure(req, h, &all->items[i]);
    h_close(h);
    page_link_in(h, "p", all->back, req_tr(req, M_BULK_BACK));
    return page_end(req, h);
}

static Err after_steps(Req *req, Err err)
{
    const Steps *all = req->state;
    size_t failed = 0;
    TRY(err);
    for (size_t i = 0; i < all->n; i++)
        failed += all->items[i].err != ERR_OK;
    if (failed)
        return show_failures(req, all, failed);
    return req_redirect(req, str_printf(req->arena, "%.*s%spesan=massal", STR_ARG(all->back),
                                        str_find(all->back, '?') < 0 ? "?" : "&"));
}

Err page_bulk_post(Req *req)
{
    Steps *all = ARENA_NEW(req->arena, Steps);
    Str uids = req_form(req, S("uid")), uid;
    *all = (Steps){.move = reg_move(req->reg, req_form(req, S("langkah"))),
                   .back = way_back(req, req_form(req, S("dari"))),
                   .items = ARENA_ARRAY(req->arena, BULK_MAX, Step)};
    if (!all->move)
        return E_NOT_FOUND;
    if (!for_many(req, all->move) || !req_may(req, req->reg, VERB_MOVE))
        return E_DENIED;
    while (str_word(&uids, &uid)) {
        if (all->n == BULK_MAX)
            return E_TOO_LARGE;
        Step *s = &all->items[all->n++];
        s->uid = uid;
        s->err = prepare_step(req, all->move, s);
        if (err_kind(s->err) != ERR_KIND_USER && s->err != ERR_OK)
            return s->err;
    }
    if (!all->n)
        return E_BAD_REQ;
    req->state = all;
    return req_write(req, NULL, apply_steps, all, after_steps);
}
