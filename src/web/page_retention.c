/* Files whose time is over, and how two people destroy one: whoever asks, and another who does it.
 * What was destroyed stays on record. */

#include "engine/erasure_db.h"
#include "engine/retention_db.h"
#include "model/reason.h"
#include "web/record.h"
#include "web/widget.h"

enum { DONE_SHOWN = 200 };

static Str name_of(const Record *r)
{
    return str_empty(r->number) ? r->uid : r->number;
}

/* ---- the list ---- */

static Err due_table(Req *req, Html *h)
{
    RetentionRow *rows = ARENA_ARRAY(req->arena, RETENTION_LISTED, RetentionRow);
    size_t n;
    TRY(retention_due(&req->reader, rows, RETENTION_LISTED, &n));
    h_element(h, "h2", req_tr(req, M_RETENTION_DUE));
    if (!n) {
        h_element(h, "p", req_tr(req, M_RETENTION_NONE));
        return ERR_OK;
    }
    if (n == RETENTION_LISTED)
        page_notice(h, "info", req_say(req, M_RETENTION_MORE, req_count(req, RETENTION_LISTED)));
    page_table_of(req, h, req_tr(req, M_RETENTION_DUE), M_RETENTION_FILE, M_COPY_NUMBER,
                  M_RETENTION_RULE, M_RETENTION_STATE);
    for (size_t i = 0; i < n; i++) {
        const Record *r = &rows[i].rec;
        h_open(h, "tr");
        h_element(h, "td", req_label(req, &r->reg->label));
        page_link_in(h, "td", url_record(req, r->reg, r->uid, "/musnahkan"), name_of(r));
        h_element(h, "td", rows[i].law ? req_label(req, &rows[i].law->label) : S(""));
        h_element(h, "td", req_tr(req, rows[i].over ? M_RETENTION_NOW : M_RETENTION_NEAR));
        h_close(h);
    }
    page_table_end(h);
    return ERR_OK;
}

static Err done_table(Req *req, Html *h)
{
    ErasureRow *rows = ARENA_ARRAY(req->arena, DONE_SHOWN, ErasureRow);
    size_t n;
    TRY(erasure_done(&req->reader, rows, DONE_SHOWN, &n));
    h_element(h, "h2", req_tr(req, M_RETENTION_DONE));
    if (!n) {
        h_element(h, "p", req_tr(req, M_RETENTION_DONE_NONE));
        return ERR_OK;
    }
    page_table_of(req, h, req_tr(req, M_RETENTION_DONE), M_RETENTION_FILE, M_COPY_NUMBER,
                  M_RETENTION_ASKED, M_RETENTION_DOER, M_RETENTION_WHEN, M_AUDIT_WHY);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        h_element(h, "td", req_label(req, &rows[i].rec.reg->label));
        h_element(h, "td", name_of(&rows[i].rec));
        h_element(h, "td", rows[i].asked_by);
        h_element(h, "td", rows[i].done_by);
        h_element(h, "td", req_instant(req, rows[i].done_at));
        h_element(h, "td", rows[i].why);
        h_close(h);
    }
    page_table_end(h);
    return ERR_OK;
}

Err page_retention(Req *req)
{
    TRY(req_needs_duty(req, "data_rights"));
    Html *h = page_begin(req, req_tr(req, M_RETENTION), NULL, 0);
    h_element(h, "p", req_say(req, M_RETENTION_LEAD, str_int(req->arena, RETENTION_AHEAD_DAYS)));
    page_print_alone(req, h, req->path);
    TRY(due_table(req, h));
    TRY(done_table(req, h));
    return page_end(req, h);
}

Err retention_warning(Req *req, Html *h)
{
    RetentionRow rows[1];
    size_t n;
    if (!req_duty(req, "data_rights"))
        return ERR_OK;
    TRY(retention_due(&req->reader, rows, 1, &n));
    if (!n)
        return ERR_OK;
    page_link_in_as(h, "p", "kabar awas", S("/retensi"), req_tr(req, M_RETENTION_WAITING));
    return ERR_OK;
}

/* ---- one file ---- */

typedef struct Destroying {
    Record rec;
    Str asked_by; /* uid of whoever asked lately; absent: nobody */
    bool held, over;
    Erasure act;
} Destroying;

static Err load(Req *req, Destroying *d)
{
    Reader *rd = &req->reader;
    TRY(erasure_find(rd, req->reg, req->uid, &d->rec));
    TRY(erasure_asked(rd->db, rd->arena, req->uid, &d->asked_by));
    TRY(retention_held(rd->db, rd->arena, &d->rec, &d->held));
    return retention_over(rd, &d->rec, &d->over);
}

static bool asked_by_other(const Req *req, const Destroying *d)
{
    return d->asked_by.ptr && !str_eq(d->asked_by, req->subject.uid);
}

static void form(Req *req, Html *h, const Destroying *d, const Problems *problems)
{
    bool second = asked_by_other(req, d);
    h_element(h, "p", req_tr(req, second ? M_ERASE_SECOND : M_ERASE_FIRST));
    page_form_open_as(req, h, url_record(req, req->reg, d->rec.uid, "/musnahkan"), S("bagian"));
    if (!second)
        widget_area(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                    problems ? req_form(req, S("-alasan")) : STR_NONE, "10");
    page_form_end(h, req_tr(req, second ? M_ERASE_DO : M_ERASE_ASK), S("bahaya"));
}

static Err show(Req *req, const Destroying *d, const Problems *problems)
{
    Crumb crumbs[] = {{req_tr(req, M_RETENTION), S("/retensi")}};
    Html *h = page_begin(
        req, req_say(req, M_ERASE_TITLE, req_label(req, &req->reg->label), name_of(&d->rec)),
        crumbs, req_duty(req, "data_rights") ? 1 : 0);
    widget_summary(req, h, problems);
    page_notice(h, "awas", req_tr(req, M_ERASE_WARNING));
    page_notice(h, "info", req_tr(req, d->over ? M_ERASE_OVER : M_ERASE_NOT_OVER));
    if (d->held)
        page_notice(h, "galat", req_tr(req, M_ERASE_HELD));
    else
        form(req, h, d, problems);
    return page_end(req, h);
}

Err page_erase(Req *req)
{
    Destroying d = {0};
    TRY(load(req, &d));
    return show(req, &d, NULL);
}

/* The key goes once its end is on record. This request's own snapshot would keep the logs that hold
 * the key from being emptied, so it ends first. */
static Err after_noting(Req *req, Err err)
{
    TRY(err);
    reader_end(&req->reader);
    Err gone = erasure_finish(req->store, req->arena);
    TRY(db_begin_read(req->reader.db));
    TRY(db_begin_late(req->reader.keys));
    TRY(gone);
    return req_redirect(req, S("/retensi?pesan=simpan"));
}

Err page_erase_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    Destroying *d = ARENA_NEW(req->arena, Destroying);
    TRY(load(req, d));
    if (d->held)
        return E_FLOW;
    d->act = (Erasure){.store = req->store,
                       .actor = &req->actor,
                       .reg = req->reg,
                       .uid = d->rec.uid,
                       .why = req_form(req, S("-alasan"))};
    if (asked_by_other(req, d))
        return req_write(req, NULL, erasure_note, &d->act, after_noting);
    reason_judge(d->act.why, S("-alasan"), &problems);
    if (problems.errors)
        return show(req, d, &problems);
    TRY(reason_seal(&req->reader, STR_NONE, d->act.why, &d->act.why)); /* outlasts hers */
    return req_write_to(req, erasure_ask, &d->act,
                        url_record(req, req->reg, req->uid, "/musnahkan?pesan=simpan"));
}
