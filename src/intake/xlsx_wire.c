#include "xlsx_wire.h"

#include "utf8.h"

#include <string.h>

enum {
    PASS_FROM = 64 * 1024,
    CELL_HEAD = 5,
    ROW_HEAD = 7,
    MAX_BODY = ROW_HEAD + WORKBOOK_MAX_COLUMNS * (CELL_HEAD + WORKBOOK_MAX_TEXT),
    MAX_NAME = 1024,
    MAX_SHEETS = 400,
    MAX_MERGES = 20000,
    MAX_LINE = 1048576
};
/* Cells may share one long text many times over: the sum is bounded as well. */
static const uint64_t MAX_TOTAL = 128 * 1024 * 1024;

static void put_u32(Buf *b, size_t n)
{
    for (int shift = 0; shift < 32; shift += 8)
        buf_char(b, (char)(n >> shift & 0xFF));
}

static uint32_t get_u32(const char *p)
{
    uint32_t n = 0;
    for (int i = 3; i >= 0; i--)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

static bool pass_on(WireOut *out, size_t from)
{
    if (out->pending.len < from)
        return true;
    out->total += out->pending.len;
    bool ok = out->total <= MAX_TOTAL && out->pass(out->ctx, buf_str(&out->pending));
    out->pending.len = 0;
    return ok;
}

bool wire_sheet(WireOut *out, Str name, bool hidden)
{
    name = str_head(name, MAX_NAME);
    while (!utf8_valid(name))
        name.len--; /* cut inside a code point */
    put_u32(&out->pending, name.len + 2);
    buf_char(&out->pending, 'S');
    buf_char(&out->pending, (char)hidden);
    buf_put(&out->pending, name);
    return pass_on(out, PASS_FROM);
}

bool wire_row(WireOut *out, const SheetRow *row)
{
    size_t len = ROW_HEAD;
    for (size_t i = 0; i < row->n; i++)
        len += CELL_HEAD + row->cells[i].text.len;
    put_u32(&out->pending, len);
    buf_char(&out->pending, 'R');
    put_u32(&out->pending, (size_t)row->line);
    buf_char(&out->pending, (char)(row->n & 0xFF));
    buf_char(&out->pending, (char)(row->n >> 8));
    for (size_t i = 0; i < row->n; i++) {
        buf_char(&out->pending, (char)row->cells[i].kind);
        put_u32(&out->pending, row->cells[i].text.len);
        buf_put(&out->pending, row->cells[i].text);
    }
    return pass_on(out, PASS_FROM);
}

bool wire_merged(WireOut *out, XlsxRange range)
{
    put_u32(&out->pending, 17);
    buf_char(&out->pending, 'M');
    put_u32(&out->pending, (size_t)range.left);
    put_u32(&out->pending, (size_t)range.top);
    put_u32(&out->pending, (size_t)range.right);
    put_u32(&out->pending, (size_t)range.bottom);
    return pass_on(out, PASS_FROM);
}

bool wire_end(WireOut *out)
{
    put_u32(&out->pending, 1);
    buf_char(&out->pending, 'E');
    return pass_on(out, 0);
}

WireIn wire_in(Arena *a)
{
    return (WireIn){.arena = a};
}

static XlsxFault in_sheet(WireIn *in, Str body)
{
    Str name = str_from(body, 1);
    if (!body.len || name.len > MAX_NAME || !utf8_valid(name) || in->names.n == MAX_SHEETS)
        return XLSX_BROKEN;
    *ARENA_PUSH(in->arena, in->names) = name;
    *ARENA_PUSH(in->arena, in->hidden) = body.ptr[0] ? S("1") : STR_NONE;
    *ARENA_PUSH(in->arena, in->sheets) = (WireRows){0};
    return XLSX_OK;
}

/* Cuts the next cell off *body; its text stays where it is. */
static bool take_cell(Str *body, Cell *ret)
{
    if (body->len < CELL_HEAD)
        return false;
    unsigned kind = (unsigned char)body->ptr[0];
    uint32_t len = get_u32(body->ptr + 1);
    *body = str_from(*body, CELL_HEAD);
    if (kind >= CELL_MERGED || len > WORKBOOK_MAX_TEXT || len > body->len)
        return false;
    Str text = str_head(*body, len);
    *body = str_from(*body, len);
    if (!utf8_valid(text))
        return false;
    *ret = (Cell){.kind = (CellKind)kind, .text = kind == CELL_EMPTY ? STR_NONE : text};
    return true;
}

static XlsxFault in_row(WireIn *in, Str body)
{
    if (body.len < ROW_HEAD - 1 || !in->sheets.n)
        return XLSX_BROKEN;
    WireRows *rows = &in->sheets.items[in->sheets.n - 1];
    uint32_t line = get_u32(body.ptr);
    size_t n = (unsigned char)body.ptr[4] | (size_t)(unsigned char)body.ptr[5] << 8;
    body = str_from(body, ROW_HEAD - 1);
    int last = rows->n ? rows->items[rows->n - 1].line : 0;
    if (line > MAX_LINE || (int)line <= last || !n || n > WORKBOOK_MAX_COLUMNS)
        return XLSX_BROKEN;
    if (rows->n == WORKBOOK_MAX_ROWS)
        return XLSX_ROWS;
    in->cells += n;
    if (in->cells > WORKBOOK_MAX_CELLS)
        return XLSX_CELLS;
    SheetRow row = {.line = (int)line, .cells = ARENA_ARRAY(in->arena, n, Cell), .n = n};
    for (size_t i = 0; i < n; i++)
        if (!take_cell(&body, &row.cells[i]))
            return XLSX_BROKEN;
    if (body.len)
        return XLSX_BROKEN;
    *ARENA_PUSH(in->arena, *rows) = row;
    return XLSX_OK;
}

static XlsxFault in_merged(WireIn *in, Str body)
{
    if (body.len != 16 || !in->sheets.n || in->merges.n == MAX_MERGES)
        return XLSX_BROKEN;
    int side[4];
    for (int i = 0; i < 4; i++) {
        uint32_t n = get_u32(body.ptr + i * 4);
        side[i] = n > MAX_LINE ? MAX_LINE : (int)n;
    }
    *ARENA_PUSH(in->arena, in->merges) = (WireMerge){
        .sheet = in->sheets.n - 1,
        .range = {.left = side[0], .top = side[1], .right = side[2], .bottom = side[3]}};
    return XLSX_OK;
}

static XlsxFault in_record(WireIn *in)
{
    Str body = {in->body, in->body_len};
    char kind = body.ptr[0];
    body = str_from(body, 1);
    in->body = NULL;
    if (in->ended)
        return XLSX_BROKEN;
    in->ended = kind == 'E' && !body.len;
    switch (kind) {
    case 'S':
        return in_sheet(in, body);
    case 'R':
        return in_row(in, body);
    case 'M':
        return in_merged(in, body);
    default:
        return in->ended ? XLSX_OK : XLSX_BROKEN;
    }
}

/* Takes bytes of the length in front of a record; room for the body is made once it is known. */
static XlsxFault take_head(WireIn *in, Str *bytes)
{
    in->head[in->head_len++] = (unsigned char)bytes->ptr[0];
    *bytes = str_from(*bytes, 1);
    if (in->head_len < sizeof in->head)
        return XLSX_OK;
    in->head_len = 0;
    in->body_len = get_u32((const char *)in->head);
    in->body_at = 0;
    in->total += in->body_len;
    if (!in->body_len || in->body_len > MAX_BODY)
        return XLSX_BROKEN;
    if (in->total > MAX_TOTAL || arena_over(in->arena))
        return XLSX_CELLS;
    in->body = arena_alloc(in->arena, in->body_len);
    return XLSX_OK;
}

XlsxFault wire_take(WireIn *in, Str bytes)
{
    while (bytes.len) {
        if (!in->body) {
            XLSX_TRY(take_head(in, &bytes));
            continue;
        }
        Str piece = str_head(bytes, in->body_len - in->body_at);
        memcpy(in->body + in->body_at, piece.ptr, piece.len);
        in->body_at += piece.len;
        bytes = str_from(bytes, piece.len);
        if (in->body_at == in->body_len)
            XLSX_TRY(in_record(in));
    }
    return XLSX_OK;
}

/* Marks columns left..right of a row, making the row longer where it ended before. */
static void cover(Arena *a, SheetRow *row, int left, int right)
{
    if (row->n < (size_t)right) {
        Cell *longer = ARENA_ARRAY(a, (size_t)right, Cell);
        memcpy(longer, row->cells, row->n * sizeof *longer);
        row->cells = longer;
        row->n = (size_t)right;
    }
    for (int i = left; i <= right; i++)
        row->cells[i - 1] = (Cell){.kind = CELL_MERGED};
}

static XlsxFault mark_range(WireIn *in, const WireMerge *m, size_t *covered)
{
    WireRows *rows = &in->sheets.items[m->sheet];
    XlsxRange range = m->range;
    int right = range.right < WORKBOOK_MAX_COLUMNS ? range.right : WORKBOOK_MAX_COLUMNS;
    if (range.left < 1)
        return XLSX_OK; /* whole rows merged: nothing a list would have */
    for (size_t i = sheet_row_from(rows->items, rows->n, range.top); i < rows->n; i++) {
        SheetRow *row = &rows->items[i];
        if (row->line > range.bottom)
            break;
        int left = row->line == range.top ? range.left + 1 : range.left;
        if (left > right)
            continue;
        *covered += (size_t)(right - left + 1);
        if (*covered > WORKBOOK_MAX_CELLS)
            return XLSX_CELLS;
        cover(in->arena, row, left, right);
    }
    return XLSX_OK;
}

XlsxFault wire_finish(WireIn *in, Workbook *ret)
{
    size_t covered = 0;
    if (!in->ended || in->body || in->head_len)
        return XLSX_BROKEN;
    for (size_t i = 0; i < in->merges.n; i++)
        XLSX_TRY(mark_range(in, &in->merges.items[i], &covered));
    Workbook book = {.sheets = ARENA_ARRAY(in->arena, in->sheets.n, Sheet)};
    for (size_t i = 0; i < in->sheets.n; i++)
        if (str_empty(in->hidden.items[i]))
            book.sheets[book.n++] = (Sheet){.name = in->names.items[i],
                                            .rows = in->sheets.items[i].items,
                                            .n = in->sheets.items[i].n};
    *ret = book;
    return XLSX_OK;
}
