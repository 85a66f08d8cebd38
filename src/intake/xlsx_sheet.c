#include "xlsx_sheet.h"

#include "xlsx_book.h"
#include "xlsx_value.h"

#include <string.h>

enum { MAX_RANGES = 20000 };

/* A cell of the row at hand: a shared string, or a piece of Reader.row_text, which moves. */
typedef struct Pending {
    CellKind kind;
    Str shared;
    size_t at, len;
} Pending;

typedef struct Reader {
    XlsxBook *book;
    WireOut *wire;
    Buf row_text; /* own texts of the row's cells */
    Buf value;    /* content of <v> or <is> at hand */
    Pending cells[WORKBOOK_MAX_COLUMNS];
    Cell out[WORKBOOK_MAX_COLUMNS];
    int n;            /* cells of the row up to the last one filled */
    int line, column; /* at hand, 1-based */
    int rows;         /* with content, of this sheet */
    size_t total;     /* cells of the whole file */
    size_t ranges;
    char type[12];
    int64_t style;
    bool in_data, in_cell, in_value, in_aid, formula;
} Reader;

static XlsxFault start_row(Reader *r, const char **attrs)
{
    Str ref = xlsx_attr(attrs, "r");
    int64_t line = r->line + 1;
    if (ref.ptr && (!str_i64(ref, &line) || line <= r->line || line > 1048576))
        return XLSX_BROKEN;
    r->line = (int)line;
    r->column = 0;
    r->n = 0;
    r->row_text.len = 0;
    return XLSX_OK;
}

static XlsxFault start_cell(Reader *r, const char **attrs)
{
    Str ref = xlsx_attr(attrs, "r");
    int column = r->column + 1, line;
    if (ref.ptr && (!xlsx_cell_ref(ref, &column, &line) || !column))
        return XLSX_BROKEN;
    Str type = xlsx_attr(attrs, "t");
    if (type.len >= sizeof r->type)
        return XLSX_BROKEN;
    r->column = column;
    memset(r->type, 0, sizeof r->type);
    memcpy(r->type, type.ptr ? type.ptr : "", type.len);
    if (!str_i64(xlsx_attr(attrs, "s"), &r->style))
        r->style = 0;
    r->value.len = 0;
    r->formula = false;
    r->in_cell = true;
    return XLSX_OK;
}

static XlsxFault cell_range(Reader *r, Str ref)
{
    XlsxRange range;
    Str first;
    if (++r->ranges > MAX_RANGES)
        return XLSX_CELLS;
    if (!str_cut(&ref, ':', &first) || !xlsx_cell_ref(first, &range.left, &range.top) ||
        !xlsx_cell_ref(ref, &range.right, &range.bottom))
        return XLSX_OK; /* a single cell or nonsense: nothing is covered */
    return wire_merged(r->wire, range) ? XLSX_OK : XLSX_OUTPUT;
}

static XlsxFault sheet_start(void *ctx, const char *name, const char **attrs)
{
    Reader *r = ctx;
    if (strcmp(name, "sheetData") == 0)
        r->in_data = true;
    else if (strcmp(name, "mergeCell") == 0)
        return cell_range(r, xlsx_attr(attrs, "ref"));
    if (!r->in_data)
        return XLSX_OK;
    if (strcmp(name, "row") == 0)
        return start_row(r, attrs);
    if (strcmp(name, "c") == 0)
        return start_cell(r, attrs);
    if (!r->in_cell)
        return XLSX_OK;
    if (strcmp(name, "f") == 0)
        r->formula = true;
    else if (strcmp(name, "rPh") == 0)
        r->in_aid = true;
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        r->in_value = !r->in_aid;
    return XLSX_OK;
}

static XlsxFault sheet_text(void *ctx, Str text)
{
    Reader *r = ctx;
    if (!r->in_value)
        return XLSX_OK;
    if (r->value.len + text.len > WORKBOOK_MAX_TEXT)
        return XLSX_BROKEN;
    buf_put(&r->value, text);
    return XLSX_OK;
}

/* A number, or the date it is shown as; what is neither stays as the text it is. */
static CellKind put_numeric(Reader *r, Str raw)
{
    const XlsxBook *book = r->book;
    bool date = r->style >= 0 && (size_t)r->style < book->dates.n && book->dates.items[r->style];
    if (date && xlsx_put_date(&r->row_text, raw, book->from_1904))
        return CELL_DATE;
    if (xlsx_put_number(&r->row_text, raw))
        return CELL_NUMBER;
    xlsx_put_text(&r->row_text, raw);
    return CELL_TEXT;
}

/* Puts the value at hand into row_text (or finds it among the shared strings). */
static XlsxFault cell_value(Reader *r, Pending *cell)
{
    Str raw = buf_str(&r->value);
    cell->kind = CELL_TEXT;
    if (strcmp(r->type, "s") == 0) {
        int64_t index;
        if (!str_i64(str_trim(raw), &index) || index < 0 || (size_t)index >= r->book->strings.n)
            return XLSX_BROKEN;
        cell->shared = r->book->strings.items[index];
    } else if (strcmp(r->type, "b") == 0) {
        cell->kind = CELL_BOOL;
        buf_char(&r->row_text, xlsx_yes(str_trim(raw)) ? '1' : '0');
    } else if (strcmp(r->type, "d") == 0 && xlsx_put_iso(&r->row_text, raw)) {
        cell->kind = CELL_DATE;
    } else if (strcmp(r->type, "") == 0 || strcmp(r->type, "n") == 0) {
        cell->kind = put_numeric(r, raw);
    } else {
        cell->kind = strcmp(r->type, "e") == 0 ? CELL_ERROR : CELL_TEXT;
        xlsx_put_text(&r->row_text, raw);
    }
    return XLSX_OK;
}

static XlsxFault end_cell(Reader *r)
{
    Pending cell = {.at = r->row_text.len};
    r->in_cell = r->in_value = r->in_aid = false;
    if (r->value.len)
        XLSX_TRY(cell_value(r, &cell));
    cell.len = r->row_text.len - cell.at;
    if (r->formula && cell.kind != CELL_ERROR)
        cell.kind = CELL_FORMULA;
    bool filled = r->formula || cell.len || cell.shared.len;
    if (!filled)
        return XLSX_OK;
    if (r->column > WORKBOOK_MAX_COLUMNS)
        return XLSX_COLUMNS;
    while (r->n < r->column)
        r->cells[r->n++] = (Pending){.kind = CELL_EMPTY};
    r->cells[r->column - 1] = cell;
    return XLSX_OK;
}

static XlsxFault end_row(Reader *r)
{
    if (!r->n)
        return XLSX_OK;
    if (++r->rows > WORKBOOK_MAX_ROWS)
        return XLSX_ROWS;
    r->total += (size_t)r->n;
    if (r->total > WORKBOOK_MAX_CELLS)
        return XLSX_CELLS;
    for (int i = 0; i < r->n; i++) {
        const Pending *p = &r->cells[i];
        Str own = {r->row_text.ptr + p->at, p->len};
        r->out[i] = (Cell){.kind = p->kind, .text = p->shared.len ? p->shared : own};
        if (p->kind == CELL_EMPTY)
            r->out[i].text = STR_NONE;
    }
    SheetRow row = {.line = r->line, .cells = r->out, .n = (size_t)r->n};
    return wire_row(r->wire, &row) ? XLSX_OK : XLSX_OUTPUT;
}

static XlsxFault sheet_end(void *ctx, const char *name)
{
    Reader *r = ctx;
    if (strcmp(name, "sheetData") == 0)
        r->in_data = false;
    if (!r->in_data)
        return XLSX_OK;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        r->in_value = false;
    else if (strcmp(name, "rPh") == 0)
        r->in_aid = false;
    else if (strcmp(name, "c") == 0 && r->in_cell)
        return end_cell(r);
    else if (strcmp(name, "row") == 0 && r->line)
        return end_row(r);
    return XLSX_OK;
}

static XlsxFault read_sheet(Reader *r, const XlsxSheetRef *sheet)
{
    if (!wire_sheet(r->wire, sheet->name, sheet->hidden))
        return XLSX_OUTPUT;
    if (sheet->hidden)
        return XLSX_OK;
    r->line = r->column = r->n = r->rows = 0;
    r->in_data = r->in_cell = r->in_value = r->in_aid = false;
    XlsxWalk walk = {.ctx = r, .start = sheet_start, .end = sheet_end, .text = sheet_text};
    XlsxFault fault = xlsx_zip_walk(r->book->zip, sheet->part, &walk);
    return fault == XLSX_MISSING ? XLSX_BROKEN : fault;
}

XlsxFault xlsx_read(Arena *a, Str bytes, WireOut *out)
{
    XlsxBook book;
    XLSX_TRY(xlsx_book_open(a, bytes, &book));
    Reader *r = ARENA_NEW(a, Reader);
    r->book = &book;
    r->wire = out;
    r->row_text = buf_new(a, 4096);
    r->value = buf_new(a, 1024);
    for (size_t i = 0; i < book.sheets.n; i++)
        XLSX_TRY(read_sheet(r, &book.sheets.items[i]));
    return XLSX_OK;
}
