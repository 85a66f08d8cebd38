/* The list as a file: the same query, the same mask, one row a record. Protected fields are never
 * in it; that an export was made goes on record. */
#include "web/list.h"
#include "web/list_query.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/rand.h"
#include "intake/workbook_write.h"

enum { EXPORT_ROWS = 20000 };

typedef struct Export {
    Req *req;
    Columns cols;
    Buf *csv; /* NULL: the cells are kept for a workbook */
    Str *row;
    ARENA_LIST(Str) cells;
    size_t rows;
} Export;

static Columns export_columns(Req *req)
{
    static const char *const system[] = {"nomor", "tajuk", "status", "pemilik", "induk", "diubah"};
    StrList names = {0};
    for (size_t i = 0; i < COUNT(system); i++)
        *ARENA_PUSH(req->arena, names) = str_of(system[i]);
    for (size_t i = 0; i < req->reg->field_count; i++)
        if (!req->reg->fields[i]->class_ && req->reg->fields[i]->kind != FK_FILE &&
            !(req->reg->fields[i]->kind == FK_REF && req->reg->fields[i]->multi))
            *ARENA_PUSH(req->arena, names) = req->reg->fields[i]->name;
    return list_named_columns(req, req->reg, &names);
}

static Export export_of(Req *req)
{
    Export x = {.req = req, .cols = export_columns(req)};
    x.row = ARENA_ARRAY(req->arena, x.cols.n, Str);
    return x;
}

static Err add_row(void *ctx, const Record *r)
{
    Export *x = ctx;
    if (++x->rows > EXPORT_ROWS)
        return E_TOO_LARGE;
    TRY(req_in_time(x->req));
    for (size_t i = 0; i < x->cols.n; i++)
        x->row[i] = list_cell(x->req, r, &x->cols.items[i]);
    if (x->csv)
        csv_row(x->csv, x->row, x->cols.n, ';');
    for (size_t i = 0; !x->csv && i < x->cols.n; i++) /* its texts last for this call only */
        *ARENA_PUSH(x->req->arena, x->cells) = str_copy(x->req->arena, x->row[i]);
    return ERR_OK;
}

static Str file_name(Req *req, const char *suffix)
{
    return str_printf(req->arena, "%.*s-%.*s%s", STR_ARG(req->reg->name),
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
    Export x = export_of(req);
    x.csv = page_csv_begin(req, file_name(req, ".csv"));
    for (size_t i = 0; i < x.cols.n; i++)
        x.row[i] = list_column_label(req, &x.cols.items[i]);
    csv_row(x.csv, x.row, x.cols.n, ';');
    TRY(collect(&x));
    Str mark = page_taken(req, S("export"), req->reg);
    csv_row(x.csv, &mark, 1, ';');
    return ERR_OK;
}

static Str column_label(const Req *req, Str name)
{
    const Field *f = reg_field(req->reg, name);
    return f ? req_label(req, &f->label) : req_system_label(req, name);
}

/* What a filter asks of a field, in words; an uid gives the heading of its record. */
static Str filter_value(Req *req, const Field *f, Str value)
{
    const Value one = {.text = value};
    Str shown = STR_NONE;
    Record named;
    if (f && f->kind == FK_REF && f->target && uid_shape(value) &&
        store_get(&req->reader, f->target, value, VERB_LIST, &named) == ERR_OK)
        shown = store_heading(&req->reader, f->target, value);
    else if (f && (f->kind == FK_CODE || f->kind == FK_YESNO4 || f->kind == FK_PLACE))
        shown = value_show(f, req->arena, req->lang, &one);
    return str_empty(shown) ? value : shown;
}

/* One name and value of the address as a person would say it; false for what only turns pages. */
static bool asked(Req *req, Str name, Str value, BookLine *ret)
{
    bool from = str_ends(name, S(".dari")), to = str_ends(name, S(".sampai"));
    Str base = from ? str_head(name, name.len - 5) : to ? str_head(name, name.len - 7) : name;
    if (str_starts(name, S("-")) || str_is(name, "n") || str_empty(value))
        return false;
    if (str_is(name, "q"))
        *ret = (BookLine){req_tr(req, M_WEB_SEARCH), value};
    else if (str_is(name, "urut"))
        *ret = (BookLine){req_tr(req, M_WEB_NOTE_SORT),
                          column_label(req, str_from(value, str_starts(value, S("-"))))};
    else if (str_is(name, "status"))
        *ret = (BookLine){req_tr(req, M_WEB_STATE), req_state(req, req->reg, value)};
    else
        *ret = (BookLine){column_label(req, base),
                          str_printf(req->arena, "%s%.*s",
                                     from ? "≥ "
                                     : to ? "≤ "
                                          : "",
                                     STR_ARG(filter_value(req, reg_field(req->reg, base), value)))};
    return true;
}

/* First sheet: what was asked, when and by whom. */
static BookLine *notes(Req *req, size_t *ret_n)
{
    BookLine *lines = ARENA_ARRAY(req->arena, req->query.names.n + 4, BookLine);
    size_t n = 0;
    lines[n++] = (BookLine){req_tr(req, M_WEB_NOTE_LIST), req_label(req, &req->reg->label)};
    lines[n++] = (BookLine){req_tr(req, M_WEB_NOTE_AT), req_instant(req, clock_now())};
    lines[n++] = (BookLine){req_tr(req, M_WEB_NOTE_BY), page_taken(req, S("export"), req->reg)};
    for (size_t i = 0; i < req->query.names.n; i++)
        n += asked(req, req->query.names.items[i], req->query.values.items[i], &lines[n]);
    lines[n++] = (BookLine){req_tr(req, M_WEB_NOTE_MASK), req_tr(req, M_WEB_NOTE_MASKED)};
    *ret_n = n;
    return lines;
}

Err page_xlsx(Req *req)
{
    Export x = export_of(req);
    Str bytes;
    TRY(collect(&x));
    BookColumn *columns = ARENA_ARRAY(req->arena, x.cols.n, BookColumn);
    for (size_t i = 0; i < x.cols.n; i++) {
        const Field *f = x.cols.items[i].field;
        columns[i].title = list_column_label(req, &x.cols.items[i]);
        columns[i].number = f && f->kind == FK_NUMBER && f->scale == 0;
    }
    BookTable t = {.name = req_label(req, &req->reg->label),
                   .columns = columns,
                   .n_columns = x.cols.n,
                   .cells = x.cells.items,
                   .n_rows = x.rows};
    t.notes = notes(req, &t.n_notes);
    TRY(workbook_write_table(req->arena, req->lang, &t, &bytes));
    page_send_xlsx(req, file_name(req, ".xlsx"), bytes);
    return ERR_OK;
}
