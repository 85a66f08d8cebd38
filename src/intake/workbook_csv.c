#include "workbook_csv.h"

#include "csv.h"
#include "utf8.h"

/* Windows-1252 where it differs from Latin-1, by byte minus 0x80; 0 = unused. Excel writes the
 * apostrophe of "Ma'ruf" as 0x92. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static Str from_windows(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + s.len / 8);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        unsigned code = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c;
        if (c < 0x80) {
            buf_char(&b, (char)c);
        } else if (code >= 0x800) {
            buf_char(&b, (char)(0xE0 | code >> 12));
            buf_char(&b, (char)(0x80 | (code >> 6 & 0x3F)));
            buf_char(&b, (char)(0x80 | (code & 0x3F)));
        } else if (code) {
            buf_char(&b, (char)(0xC0 | code >> 6));
            buf_char(&b, (char)(0x80 | (code & 0x3F)));
        }
    }
    return buf_str(&b);
}

static void add(Problems *list, Str place, int line, Msg msg, Str arg, bool warning)
{
    problem_add(
        list,
        (Problem){.place = place, .line = line, .msg = msg, .args = {arg}, .warning = warning});
}

/* Excel's first line "sep=;" names the separator and is no data. */
static void skip_separator_line(CsvReader *csv)
{
    Str line = str_head(str_from(csv->text, csv->at), 8);
    if (!str_starts(line, S("sep=")) || line.len < 6)
        return;
    size_t end = line.ptr[5] == '\r' && line.len > 6 ? 6 : 5;
    if (line.ptr[end] != '\n')
        return;
    csv->sep = line.ptr[4];
    csv->at += end + 1;
    csv->line = 2;
}

/* base/csv looks at the first line only; a title above the table has no separator in it. */
static void guess_past_title(Arena *a, CsvReader *csv)
{
    Str rest = csv->text, line;
    while (str_cut(&rest, '\n', &line)) {
        if (str_find(line, ',') >= 0 || str_find(line, ';') >= 0 || str_find(line, '\t') >= 0) {
            csv->sep = csv_reader(a, line).sep;
            return;
        }
    }
}

/* Cells up to the last one filled; n = 0 for a blank line. */
static SheetRow row_of(Arena *a, const CsvRow *csv)
{
    size_t n = csv->n;
    while (n > 0 && str_empty(csv->cells[n - 1]))
        n--;
    if (!n)
        return (SheetRow){.line = csv->line};
    SheetRow row = {.line = csv->line, .cells = ARENA_ARRAY(a, n, Cell), .n = n};
    for (size_t i = 0; i < n; i++)
        if (!str_empty(csv->cells[i]))
            row.cells[i] = (Cell){.kind = CELL_TEXT, .text = csv->cells[i]};
    return row;
}

typedef struct Rows {
    SheetRow *items;
    size_t n, cap, cells;
} Rows;

/* The limit a file breaks with this row, or 0. */
static Msg broken_limit(const Rows *rows, const SheetRow *row, const Arena *a)
{
    if (row->n > WORKBOOK_MAX_COLUMNS)
        return M_WB_MANY_COLUMNS;
    if (rows->n == WORKBOOK_MAX_ROWS)
        return M_WB_MANY_ROWS;
    if (rows->cells + row->n > WORKBOOK_MAX_CELLS || arena_over(a))
        return M_WB_MANY_CELLS;
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i].text.len > WORKBOOK_MAX_TEXT)
            return M_WB_LONG_CELL;
    return M_OK;
}

static Err read_rows(Arena *a, CsvReader *csv, Str place, Rows *rows, Problems *problems)
{
    for (;;) {
        CsvRow raw;
        bool more;
        if (csv_next(csv, &raw, &more) != ERR_OK) {
            add(problems, place, csv->line, M_WB_QUOTE, str_int(a, csv->line), false);
            return E_PARSE;
        }
        if (!more)
            return ERR_OK;
        SheetRow row = row_of(a, &raw);
        if (!row.n)
            continue;
        Msg limit = broken_limit(rows, &row, a);
        if (limit != M_OK) {
            add(problems, place, row.line, limit, STR_NONE, false);
            return E_TOO_LARGE;
        }
        rows->cells += row.n;
        *ARENA_PUSH(a, *rows) = row;
    }
}

Err workbook_csv(Arena *a, Str bytes, Str place, Str name, Workbook *ret, Problems *problems)
{
    if (!utf8_valid(bytes)) {
        bytes = from_windows(a, bytes);
        if (!utf8_valid(bytes)) {
            add(problems, place, 0, M_WB_UNKNOWN, STR_NONE, false);
            return E_PARSE;
        }
        add(problems, place, 0, M_WB_LATIN, STR_NONE, true);
    }
    CsvReader csv = csv_reader(a, bytes);
    guess_past_title(a, &csv);
    skip_separator_line(&csv);
    Rows rows = {0};
    TRY(read_rows(a, &csv, place, &rows, problems));
    Sheet *sheet = ARENA_NEW(a, Sheet);
    *sheet = (Sheet){.name = name, .rows = rows.items, .n = rows.n};
    *ret = (Workbook){.sheets = sheet, .n = 1};
    return ERR_OK;
}
