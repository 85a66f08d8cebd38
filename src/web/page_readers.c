/* Who opened this file: by office for the person concerned, by officer for who looks into it. */
#include "web/page_subject.h"

#include "model/audit_readers.h"
#include "model/role_report.h"
#include "web/audit_words.h"
#include "web/record.h"

enum { OFFICES_SHOWN = 100, OPENINGS_SHOWN = 500 };

static Str office_name(Req *req, Str agency)
{
    return str_empty(agency) ? req_tr(req, M_READERS_NO_OFFICE) : agency;
}

static void purposes(Req *req, Html *h, Str stated)
{
    Str line;
    StrList told = {0}; /* each stating of the same words is closed anew */
    h_open(h, "td");
    while (str_cut(&stated, '\n', &line)) {
        line = audit_purpose(req, line);
        if (!str_list_has(&told, line))
            h_element(h, "div", *ARENA_PUSH(req->arena, told) = line);
    }
    h_close(h);
}

Err readers_offices(Req *req, Html *h, const Record *r)
{
    ReadingOffice *rows = ARENA_ARRAY(req->arena, OFFICES_SHOWN, ReadingOffice);
    size_t n;
    TRY(audit_reading_offices(&req->reader, r, rows, OFFICES_SHOWN, &n));
    if (!n) {
        page_notice(h, "info", req_tr(req, M_READERS_NONE));
        return ERR_OK;
    }
    page_table_of(req, h, req_tr(req, M_READERS_TITLE), M_AUDIT_AGENCY, M_READERS_TIMES,
                  M_READERS_OFFICERS, M_READERS_FIRST, M_READERS_LAST, M_AUDIT_OPENED, M_AUDIT_WHY);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        page_row_head(h, office_name(req, rows[i].agency));
        h_element(h, "td", req_count(req, rows[i].times));
        h_element(h, "td", req_count(req, rows[i].officers));
        h_element(h, "td", req_instant(req, rows[i].first));
        h_element(h, "td", req_instant(req, rows[i].last));
        h_element(h, "td", classes_words(req->arena, req->lang, rows[i].classes));
        purposes(req, h, rows[i].purposes);
        h_close(h);
    }
    page_table_end(h);
    return ERR_OK;
}

static Err openings(Req *req, Html *h, const Record *r)
{
    AuditLine *rows = ARENA_ARRAY(req->arena, OPENINGS_SHOWN, AuditLine);
    size_t n;
    TRY(audit_openings(&req->reader, r, rows, OPENINGS_SHOWN, &n));
    if (!n)
        return ERR_OK;
    h_element(h, "h2", req_tr(req, M_READERS_EACH));
    page_table_of(req, h, req_tr(req, M_READERS_EACH), M_AUDIT_WHEN, M_AUDIT_WHO, M_AUDIT_AGENCY,
                  M_AUDIT_OPENED, M_AUDIT_WHY);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        h_element(h, "td", req_instant(req, rows[i].at));
        h_element(h, "td", rows[i].actor);
        h_element(h, "td", office_name(req, rows[i].agency));
        h_element(h, "td", classes_words(req->arena, req->lang, rows[i].classes));
        h_element(h, "td", audit_purpose(req, rows[i].purpose));
        h_close(h);
    }
    page_table_end(h);
    return ERR_OK;
}

/* The sheet for the person concerned names offices, not officers: who opened it in person is for
 * the office to answer. */
Err page_readers(Req *req)
{
    Record r;
    Crumb crumbs[4];
    bool sheet = str_is(req_query(req, S("lembar")), "1");
    TRY(req_needs_duty(req, "audit"));
    TRY(store_get(&req->reader, req->reg, req->uid, VERB_LIST, &r));
    size_t n = record_crumbs(req, &r, true, crumbs);
    Html *h = page_begin(req, req_tr(req, M_READERS_TITLE), crumbs, n);
    h_element(h, "p", req_tr(req, sheet ? M_READERS_SHEET : M_READERS_LEAD));
    page_print_alone(req, h, url_record(req, req->reg, r.uid, "/pembaca?lembar=1"));
    TRY(readers_offices(req, h, &r));
    if (sheet)
        h_element(h, "p", req_tr(req, M_COPY_RIGHTS_LEAD));
    if (!sheet) {
        page_link_in(h, "p", url_record(req, req->reg, r.uid, "/pembaca?lembar=1"),
                     req_tr(req, M_READERS_FOR_PERSON));
        TRY(openings(req, h, &r));
    }
    page_end(req, h);
    req_on_record(req, S("audit"), req->reg, r.uid, S("ok"));
    return ERR_OK;
}
