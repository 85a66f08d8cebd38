/* Whom a breach affects, counted from the record of access into the matter, and the notices they
 * are owed: on paper, by number, for whoever may meet the person safely. */

#include "base/rand.h"
#include "engine/breach_db.h"
#include "model/give_reach.h"
#include "model/role_report.h"
#include "web/form_read.h"
#include "web/record.h"

typedef struct Notice {
    Sheet matter;
    Breach breach;
    Batch *batch;
} Notice;

static Err load(Req *req, Notice *n)
{
    TRY(req_needs_duty(req, "data_rights"));
    if (req->reg->role != REG_ROLE_DATA_MATTER)
        return E_NOT_FOUND;
    TRY(record_load(req, VERB_READ, &n->matter));
    return breach_affected(&req->reader, &n->matter.rec, &n->breach);
}

static Str name_of(const Affected *a)
{
    return str_empty(a->number) ? a->heading : a->number;
}

static void affected_table(Req *req, Html *h, Msg title, const Affected *items, size_t n)
{
    static const Msg names[] = {M_COPY_NUMBER, M_AUDIT_OPENED, M_READERS_TIMES, M_READERS_FIRST,
                                M_READERS_LAST};
    h_element(h, "h2", req_tr(req, title));
    if (!n) {
        h_element(h, "p", req_tr(req, M_BREACH_NONE));
        return;
    }
    page_table_begin(req, h, req_tr(req, title), names, sizeof names / sizeof *names);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        h_open(h, "td");
        if (items[i].reg)
            page_link(h, url_record(req, items[i].reg, items[i].uid, ""), name_of(&items[i]));
        h_close(h);
        h_element(h, "td", classes_words(req->arena, req->lang, items[i].classes));
        h_element(h, "td", req_count(req, items[i].times));
        h_element(h, "td", req_instant(req, items[i].first));
        h_element(h, "td", req_instant(req, items[i].last));
        h_close(h);
    }
    page_table_end(h);
}

static void count_form(Req *req, Html *h, const Notice *n)
{
    const Record *r = &n->matter.rec;
    Str path = url_record(req, r->reg, r->uid, "/terdampak");
    h_class(h, "div", "tombol");
    page_form_open(req, h, path);
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, r->version));
    page_form_end(h, req_say(req, M_BREACH_PUT, req_count(req, (int64_t)n->breach.n)), S("utama"));
    page_link(h, str_printf(req->arena, "%.*s?lembar=1", STR_ARG(path)),
              req_tr(req, M_BREACH_LETTERS));
    page_print_button(req, h, path);
    h_close(h);
}

static void overview(Req *req, Html *h, const Notice *n)
{
    h_element(h, "p", req_tr(req, M_BREACH_LEAD));
    count_form(req, h, n);
    if (n->breach.sent)
        page_notice(h, "awas", req_say(req, M_BREACH_SENT, req_count(req, n->breach.sent)));
    affected_table(req, h, M_BREACH_PERSONS, n->breach.persons, n->breach.n);
    affected_table(req, h, M_BREACH_FILES, n->breach.files, n->breach.file_n);
}

/* ---- the notices ---- */

static void letter(Req *req, Html *h, const Notice *n, const Affected *a)
{
    const Record *r = &n->matter.rec;
    Str told = role_text(req->store, r, FIELD_ROLE_MATTER_TOLD), line;
    h_class(h, "section", "bagian lembar");
    h_element(h, "h2", req_tr(req, M_BREACH_LETTER));
    h_element(h, "p", req_say(req, M_BREACH_TO, name_of(a), r->number));
    h_element(h, "p",
              req_say(req, M_BREACH_WHAT, classes_words(req->arena, req->lang, a->classes),
                      req_instant(req, a->first), req_instant(req, a->last)));
    while (str_cut(&told, '\n', &line))
        if (str_trim(line).len)
            h_element(h, "p", line);
    h_element(h, "p", req_tr(req, M_COPY_RIGHTS_LEAD));
    h_element(h, "p", req_tr(req, M_BREACH_SIGNED));
    h_close(h);
}

static void letters(Req *req, Html *h, const Notice *n)
{
    const Record *r = &n->matter.rec;
    bool untold = str_empty(role_text(req->store, r, FIELD_ROLE_MATTER_TOLD));
    h_element_as(h, "p", "bantu", req_tr(req, M_BREACH_LETTERS_LEAD));
    h_class(h, "div", "tombol");
    page_print_button(req, h, url_record(req, r->reg, r->uid, "/terdampak?lembar=1"));
    h_close(h);
    if (untold)
        page_notice(h, "awas", req_tr(req, n->matter.closed ? M_BREACH_CLOSED : M_BREACH_UNTOLD));
    for (size_t i = 0; !untold && i < n->breach.n; i++)
        letter(req, h, n, &n->breach.persons[i]);
}

Err page_breach(Req *req)
{
    Notice n = {0};
    Crumb crumbs[4];
    TRY(load(req, &n));
    bool sheets = str_is(req_query(req, S("lembar")), "1");
    Html *h = page_begin(req, req_tr(req, sheets ? M_BREACH_LETTERS : M_BREACH_TITLE), crumbs,
                         record_crumbs(req, &n.matter.rec, true, crumbs));
    if (sheets)
        letters(req, h, &n);
    else
        overview(req, h, &n);
    page_end(req, h);
    req_on_record(req, S("audit"), req->reg, n.matter.rec.uid, S("ok"));
    return ERR_OK;
}

/* ---- the count, into the matter ---- */

static Err after_count(Req *req, Err err)
{
    const Notice *n = req->state;
    if (n->batch->problems.n && err_kind(err) == ERR_KIND_USER) {
        page_problems(req, err, &n->batch->problems);
        return ERR_OK;
    }
    TRY(err);
    return req_redirect(req, url_record(req, req->reg, req->uid, "?pesan=simpan"));
}

Err page_breach_post(Req *req)
{
    Notice *n = ARENA_NEW(req->arena, Notice);
    Problems problems = {.arena = req->arena};
    int64_t version;
    if (!str_i64(req_form(req, S("versi")), &version) || version < 1)
        return E_BAD_REQ;
    TRY(load(req, n));
    Change *c = store_change(req->arena, CHANGE_UPDATE, req->reg, req->uid, version);
    change_set_role(c, FIELD_ROLE_MATTER_AFFECTED, str_int(req->arena, (int64_t)n->breach.n));
    n->batch = store_batch(&req->reader);
    form_idempotent(req, n->batch);
    Err e = store_prepare(&req->reader, n->batch, c, &problems);
    if (problems.errors) {
        page_problems(req, E_INVALID, &problems);
        return ERR_OK;
    }
    TRY(e);
    req->state = n;
    return req_write(req, store_batch_keys, store_batch_apply, n->batch, after_count);
}
