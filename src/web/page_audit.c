/* The record of access, for those whose duty it is. Reading it goes on record as well. */
#include "web/asked.h"
#include "web/widget.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/rand.h"
#include "model/role_report.h"
#include "web/audit_words.h"

enum { ROWS_SHOWN = 100, ROWS_EXPORTED = 10000 };

static int64_t day_start(const Req *req, Str name, int add)
{
    Date d;
    Str typed = req_query(req, name);
    if (str_empty(typed) || !date_parse(req->arena, typed, &d) || d.day == 0)
        return 0;
    return clock_instant(date_add_days(d, add), 0);
}

static AuditFilter filter_of(Req *req)
{
    int64_t before = 0;
    (void)str_i64(req_query(req, S("sebelum")), &before);
    return (AuditFilter){.login = str_lower(req->arena, req_query(req, S("masuk"))),
                         .action = audit_act_of(req, req_query(req, S("tindakan"))),
                         .number = req_query(req, S("catatan")),
                         .agency = req_query(req, S("instansi")),
                         .from = day_start(req, S("sejak"), 0),
                         .to = day_start(req, S("hingga"), 1),
                         .refused = str_is(req_query(req, S("ditolak")), "1"),
                         .before = before};
}

/* What left the program as a file has an id of its own, which is no record. */
static bool is_taken(const AuditLine *l)
{
    return uid_shape(l->uid) && (str_is(l->action, "export") || str_is(l->action, "table"));
}

static Str record_words(Req *req, const AuditLine *l)
{
    Str label = l->reg ? req_label(req, &l->reg->label) : S("");
    if (is_taken(l))
        return str_printf(req->arena, "%.*s %.*s", STR_ARG(label), STR_ARG(l->uid));
    return l->number.ptr ? str_printf(req->arena, "%.*s %.*s", STR_ARG(label), STR_ARG(l->number))
                         : label;
}

enum { COLUMNS = 7 };
static const Msg heads[COLUMNS] = {M_AUDIT_WHEN,   M_AUDIT_WHO,    M_AUDIT_AGENCY, M_AUDIT_WHAT,
                                   M_AUDIT_RECORD, M_AUDIT_OPENED, M_AUDIT_WHY};

static void cells_of(Req *req, const AuditLine *l, Str ret[COLUMNS])
{
    Str why = audit_purpose(req, l->purpose);
    if (!str_is(l->result, "ok"))
        why = str_empty(why)
                  ? l->result
                  : str_printf(req->arena, "%.*s, %.*s", STR_ARG(why), STR_ARG(l->result));
    ret[0] = req_instant(req, l->at);
    ret[1] = l->actor;
    ret[2] = l->agency;
    ret[3] = audit_action(req, l);
    ret[4] = record_words(req, l);
    ret[5] = classes_words(req->arena, req->lang, l->classes);
    ret[6] = why;
}

/* ---- the page ---- */

static void filter_form(Req *req, Html *h)
{
    static const struct {
        Str name;
        Msg label;
    } inputs[] = {{{"masuk", 5}, M_WEB_LOGIN_NAME}, {{"tindakan", 8}, M_AUDIT_ACTION},
                  {{"catatan", 7}, M_AUDIT_NUMBER}, {{"instansi", 8}, M_AUDIT_OF_AGENCY},
                  {{"sejak", 5}, M_AUDIT_FROM},     {{"hingga", 6}, M_AUDIT_TO}};
    h_open(h, "details"); /* the newest rows are what most look for */
    if (!str_empty(req->query_text))
        h_flag(h, "open");
    h_element(h, "summary", req_tr(req, M_AUDIT_FILTER));
    asked_form_open(req, h, S("/audit"), S("sempit"), STR_NONE);
    for (size_t i = 0; i < COUNT(inputs); i++)
        widget_text(req, h, inputs[i].name, req_tr(req, inputs[i].label), STR_NONE,
                    req_query(req, inputs[i].name), false);
    page_check(h, S("ditolak"), S("1"), req_tr(req, M_AUDIT_REFUSED),
               str_is(req_query(req, S("ditolak")), "1"));
    page_form_end(h, req_tr(req, M_AUDIT_SHOW), S("utama"));
    h_close(h);
}

/* A record leads to everybody who opened it. */
static void put_cell(Req *req, Html *h, const AuditLine *l, size_t column, Str text)
{
    enum { RECORD = 4 };
    h_open(h, "td");
    if (column == RECORD && l->reg && uid_shape(l->uid) && !is_taken(l))
        page_link(h, url_record(req, l->reg, l->uid, "/pembaca"), text);
    else
        h_text(h, text);
    h_close(h);
}

static void table(Req *req, Html *h, const AuditLine *lines, size_t n)
{
    page_table_begin(req, h, req_tr(req, M_AUDIT), heads, COLUMNS);
    for (size_t i = 0; i < n; i++) {
        Str cells[COLUMNS];
        cells_of(req, &lines[i], cells);
        h_open(h, "tr");
        for (size_t c = 0; c < COLUMNS; c++)
            put_cell(req, h, &lines[i], c, cells[c]);
        h_close(h);
    }
    page_table_end(h);
}

/* This page's address with the same filters. */
static Str same_filters(Req *req, Str path, int64_t before)
{
    static const char *const names[] = {"masuk", "tindakan", "catatan", "instansi",
                                        "sejak", "hingga",   "ditolak"};
    Buf q = buf_new(req->arena, 128);
    for (size_t i = 0; i < COUNT(names); i++)
        if (!str_empty(req_query(req, str_of(names[i]))))
            query_put(&q, str_of(names[i]), req_query(req, str_of(names[i])));
    if (before)
        query_put(&q, S("sebelum"), str_int(req->arena, before));
    return asked_url(req, path, buf_str(&q));
}

Err page_audit(Req *req)
{
    AuditFilter f = filter_of(req);
    AuditLine *lines = ARENA_ARRAY(req->arena, ROWS_SHOWN, AuditLine);
    size_t n;
    TRY(req_needs_duty(req, "audit"));
    TRY(audit_view(&req->reader, &f, lines, ROWS_SHOWN, &n));
    req_on_record(req, S("audit"), NULL, STR_NONE, S("ok"));
    Html *h = page_begin(req, req_tr(req, M_AUDIT), NULL, 0);
    h_element(h, "p", req_tr(req, M_AUDIT_LEAD));
    filter_form(req, h);
    h_class(h, "p", "unduh");
    page_link(h, same_filters(req, S("/audit.csv"), 0), S("CSV"));
    h_lit(h, " ");
    page_link(h, S("/audit/segel"), req_tr(req, M_SEAL));
    h_close(h);
    if (n)
        table(req, h, lines, n);
    else
        page_notice(h, "info", req_tr(req, M_AUDIT_NONE));
    if (n == ROWS_SHOWN)
        page_link_in(h, "p", same_filters(req, S("/audit"), lines[n - 1].seq),
                     req_tr(req, M_AUDIT_OLDER));
    return page_end(req, h);
}

static Err too_many(Req *req)
{
    Problems problems = {.arena = req->arena};
    problem_add(&problems,
                (Problem){.msg = M_AUDIT_TOO_MANY, .args = {str_int(req->arena, ROWS_EXPORTED)}});
    return page_problems(req, E_TOO_LARGE, &problems);
}

Err page_audit_csv(Req *req)
{
    AuditFilter f = filter_of(req);
    AuditLine *lines = ARENA_ARRAY(req->arena, ROWS_EXPORTED + 1, AuditLine);
    size_t n;
    TRY(req_needs_duty(req, "audit"));
    TRY(audit_view(&req->reader, &f, lines, ROWS_EXPORTED + 1, &n));
    if (n > ROWS_EXPORTED) /* a file that lacks rows nobody missed is worse than none */
        return too_many(req);
    Str mark = page_taken(req, S("export"), NULL), cells[COLUMNS];
    Buf *b = page_csv_begin(req, S("audit.csv"));
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = req_tr(req, heads[c]);
    csv_row(b, cells, COLUMNS, ';');
    for (size_t i = 0; i < n; i++) {
        cells_of(req, &lines[i], cells);
        csv_row(b, cells, COLUMNS, ';');
    }
    csv_row(b, &mark, 1, ';');
    return ERR_OK;
}
