/* The list as a file: the same query, the same mask, one row a record. Protected fields are never
 * in it; that an export was made goes on record. */
#include "web/list.h"
#include "web/list_query.h"

#include "base/clock.h"
#include "base/csv.h"

enum { EXPORT_ROWS = 20000 };

typedef struct Export {
    Req *req;
    Columns cols;
    Buf csv;
    struct {
        Str *items;
        size_t n, cap;
    } cells;
    bool as_csv;
    size_t rows;
} Export;

static Columns export_columns(Req *req)
{
    static const char *const system[] = {"nomor", "tajuk", "status", "pemilik", "induk", "diubah"};
    StrList names = {0};
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        *ARENA_PUSH(req->arena, names) = str_of(system[i]);
    for (size_t i = 0; i < req->reg->field_count; i++)
        if (!req->reg->fields[i]->class_ && req->reg->fields[i]->kind != FK_FILE)
            *ARENA_PUSH(req->arena, names) = req->reg->fields[i]->name;
    return list_named_columns(req, req->reg, &names);
}

static Err add_row(void *ctx, const Record *r)
{
    Export *x = ctx;
    if (++x->rows > EXPORT_ROWS)
        return E_TOO_LARGE;
    TRY(req_in_time(x->req));
    for (size_t i = 0; i < x->cols.n; i++) {
        Str cell = list_cell(x->req, r, &x->cols.items[i]);
        if (x->as_csv) {
            if (i)
                buf_char(&x->csv, ';');
            csv_cell(&x->csv, cell, ';');
        } else { /* the record's texts last for this call only */
            *ARENA_PUSH(x->req->arena, x->cells) = str_copy(x->req->arena, cell);
        }
    }
    if (x->as_csv)
        buf_lit(&x->csv, "\r\n");
    return ERR_OK;
}

static void on_record(Req *req)
{
    req->act_due = true;
    req->act = (AuditAct){.store = req->store,
                          .actor = &req->actor,
                          .action = S("export"),
                          .result = S("ok"),
                          .reg = req->reg};
}

static Str file_name(Req *req, const char *suffix)
{
    return str_printf(req->arena, "attachment; filename=\"%.*s-%.*s%s\"", STR_ARG(req->reg->name),
                      STR_ARG(date_iso(req->arena, clock_today())), suffix);
}

static Err collect(Export *x)
{
    Req *req = x->req;
    Query q;
    Problems problems = {.arena = req->arena};
    Err e = list_query(req, VERB_EXPORT, &q, &problems);
    if (e == E_INVALID)
        return E_BAD_REQ;
    TRY(e);
    return query_each(&req->reader, &q, add_row, x);
}

Err page_csv(Req *req)
{
    Export x = {.req = req, .cols = export_columns(req), .as_csv = true};
    x.csv = buf_new(req->arena, 64 * 1024);
    buf_lit(&x.csv, "\xEF\xBB\xBF");
    for (size_t i = 0; i < x.cols.n; i++) {
        if (i)
            buf_char(&x.csv, ';');
        csv_cell(&x.csv, list_column_label(req, &x.cols.items[i]), ';');
    }
    buf_lit(&x.csv, "\r\n");
    TRY(collect(&x));
    req->res.body = x.csv;
    req->res.type = S("text/csv; charset=utf-8");
    req->res.disposition = file_name(req, ".csv");
    on_record(req);
    return ERR_OK;
}
