/* Whom a breach affects, counted from the record of access into the matter, and the notices they
 * are owed: on paper, by number, for whoever may meet the person safely. */

#include "base/rand.h"
#include "engine/breach_db.h"
#include "model/give_reach.h"
#include "model/role_report.h"
#include "web/form_read.h"
#include "web/record.h"

#define NEXT_LETTERS "/terdampak?lembar=1&-orang="
enum { AFFECTED_SHOWN = 100 };

typedef struct Notice {
    Sheet matter;
    Breach breach;
    Affected items[AFFECTED_SHOWN + 1]; /* one page; one more tells that there is a next */
    size_t got;
} Notice;

static Err load(Req *req, Notice *n)
{
    TRY(req_needs_duty(req, "data_rights"));
    if (req->reg->role != REG_ROLE_DATA_MATTER)
        return E_NOT_FOUND;
    TRY(record_load(req, VERB_READ, &n->matter));
    return breach_count(&req->reader, &n->matter.rec, &n->breach);
}

/* The next page, where there is one; "tail" ends where the uid goes. */
static void next_page(Req *req, Html *h, const Notice *n, const char *tail)
{
    if (n->got <= AFFECTED_SHOWN)
        return;
    Str url = url_record(req, n->matter.rec.reg, n->matter.rec.uid, tail);
    Str last = n->items[AFFECTED_SHOWN - 1].uid;
    h_class(h, "nav", "halaman");
    h_attr(h, "aria-label", req_tr(req, M_WEB_PAGES));
    page_link(h, str_printf(req->arena, "%.*s%.*s", STR_ARG(url), STR_ARG(last)),
              req_tr(req, M_WEB_NEXT_PAGE));
    h_close(h);
}

/* Reads one page of persons or files, from where the address says; gives how many to show. */
static Err turn(Req *req, Notice *n, bool persons, size_t *ret_n)
{
    Str after = req_query(req, persons ? S("-orang") : S("-berkas"));
    TRY(breach_page(&req->reader, &n->matter.rec, persons, after, AFFECTED_SHOWN + 1, n->items,
                    &n->got));
    *ret_n = n->got < AFFECTED_SHOWN ? n->got : AFFECTED_SHOWN;
    return ERR_OK;
}

static Str name_of(const Affected *a)
{
    return str_empty(a->number) ? a->heading : a->number;
}

static void affected_row(Req *req, Html *h, const Affected *a)
{
    h_open(h, "tr");
    h_open(h, "td");
    if (a->reg)
        page_link(h, url_record(req, a->reg, a->uid, ""), name_of(a));
    h_close(h);
    h_element(h, "td", classes_words(req->arena, req->lang, a->classes));
    h_element(h, "td", req_count(req, a->times));
    h_element(h, "td", req_instant(req, a->first));
    h_element(h, "td", req_instant(req, a->last));
    h_close(h);
}

static Err affected_table(Req *req, Html *h, Notice *n, bool persons)
{
    Str count = req_count(req, persons ? n->breach.persons : n->breach.files);
    Str title = req_say(req, persons ? M_BREACH_PERSONS : M_BREACH_FILES, count);
    size_t shown;
    TRY(turn(req, n, persons, &shown));
    h_element(h, "h2", title);
    if (!shown) {
        h_element(h, "p", req_tr(req, M_BREACH_NONE));
        return ERR_OK;
    }
    page_table_of(req, h, title, M_COPY_NUMBER, M_AUDIT_OPENED, M_READERS_TIMES, M_READERS_FIRST,
                  M_READERS_LAST);
    for (size_t i = 0; i < shown; i++)
        affected_row(req, h, &n->items[i]);
    page_table_end(h);
    next_page(req, h, n, persons ? "/terdampak?-orang=" : "/terdampak?-berkas=");
    return ERR_OK;
}

static void count_form(Req *req, Html *h, const Notice *n)
{
    const Record *r = &n->matter.rec;
    Str path = url_record(req, r->reg, r->uid, "/terdampak");
    h_class(h, "div", "tombol");
    page_form_open(req, h, path);
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, r->version));
    page_form_end(h, req_say(req, M_BREACH_PUT, req_count(req, n->breach.persons)), S("utama"));
    page_link(h, str_printf(req->arena, "%.*s?lembar=1", STR_ARG(path)),
              req_tr(req, M_BREACH_LETTERS));
    page_print_button(req, h, path);
    h_close(h);
}

static Err overview(Req *req, Html *h, Notice *n)
{
    h_element(h, "p", req_tr(req, M_BREACH_LEAD));
    count_form(req, h, n);
    if (n->breach.sent)
        page_notice(h, "awas", req_say(req, M_BREACH_SENT, req_count(req, n->breach.sent)));
    TRY(affected_table(req, h, n, true));
    return affected_table(req, h, n, false);
}

/* ---- the notices ---- */

static void letter(Req *req, Html *h, const Notice *n, const Affected *a)
{
    const Record *r = &n->matter.rec;
    Str told = role_text(req->store, r, FIELD_ROLE_MATTER_TOLD), line;
    page_section(h, "bagian lembar", req_tr(req, M_BREACH_LETTER));
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

static Err letters(Req *req, Html *h, Notice *n)
{
    size_t shown;
    const Record *r = &n->matter.rec;
    bool untold = str_empty(role_text(req->store, r, FIELD_ROLE_MATTER_TOLD));
    h_element_as(h, "p", "bantu", req_tr(req, M_BREACH_LETTERS_LEAD));
    page_print_alone(req, h,
                     str_printf(req->arena, "%.*s%.*s",
                                STR_ARG(url_record(req, r->reg, r->uid, NEXT_LETTERS)),
                                STR_ARG(req_query(req, S("-orang")))));
    if (untold)
        page_notice(h, "awas", req_tr(req, n->matter.closed ? M_BREACH_CLOSED : M_BREACH_UNTOLD));
    TRY(turn(req, n, true, &shown));
    for (size_t i = 0; !untold && i < shown; i++)
        letter(req, h, n, &n->items[i]);
    next_page(req, h, n, NEXT_LETTERS);
    return ERR_OK;
}

Err page_breach(Req *req)
{
    Notice *n = ARENA_NEW(req->arena, Notice);
    Crumb crumbs[4];
    TRY(load(req, n));
    bool sheets = str_is(req_query(req, S("lembar")), "1");
    Html *h = page_begin(req, req_tr(req, sheets ? M_BREACH_LETTERS : M_BREACH_TITLE), crumbs,
                         record_crumbs(req, &n->matter.rec, true, crumbs));
    TRY(sheets ? letters(req, h, n) : overview(req, h, n));
    page_end(req, h);
    req_on_record(req, S("audit"), req->reg, n->matter.rec.uid, S("ok"));
    return ERR_OK;
}

/* ---- the count, into the matter ---- */

Err page_breach_post(Req *req)
{
    Notice *n = ARENA_NEW(req->arena, Notice);
    Problems problems = {.arena = req->arena};
    int64_t version;
    if (!str_i64(req_form(req, S("versi")), &version) || version < 1)
        return E_BAD_REQ;
    TRY(load(req, n));
    Change *c = store_change(req->arena, CHANGE_UPDATE, req->reg, req->uid, version);
    change_set_role(c, FIELD_ROLE_MATTER_AFFECTED, str_int(req->arena, n->breach.persons));
    Batch *b = store_batch(&req->reader);
    form_idempotent(req, b);
    Err e = store_prepare(&req->reader, b, c, &problems);
    if (problems.errors)
        return page_problems(req, E_INVALID, &problems);
    TRY(e);
    return page_write_batch(req, b, url_record(req, req->reg, req->uid, "?pesan=simpan"));
}
