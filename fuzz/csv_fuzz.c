/* libFuzzer: CSV and everything that is told from it by its first bytes. */
#include "csv.h"
#include "workbook_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX = 64 * 1024 * 1024 };

static void check_rows(const Sheet *sheet)
{
    int line = 0;
    for (size_t i = 0; i < sheet->n; i++) {
        const SheetRow *row = &sheet->rows[i];
        if (row->line <= line || !row->n || row->n > WORKBOOK_MAX_COLUMNS)
            __builtin_trap();
        line = row->line;
    }
}

/* The bytes cut at zeroes as the cells of one row: written and read they are the same, save that
 * what a spreadsheet would run as a formula has a quote before it. */
static void there_and_back(Arena *a, Str bytes, char sep)
{
    Buf out = buf_new(a, bytes.len * 2 + 64);
    Str rest = bytes, cell;
    CsvRow row;
    bool more = false;
    for (size_t n = 0; str_cut(&rest, '\0', &cell) && n < 100; n++) {
        if (n)
            buf_char(&out, sep);
        csv_cell(&out, cell, sep);
    }
    buf_lit(&out, "\r\n");
    CsvReader csv = csv_reader(a, buf_str(&out));
    csv.sep = sep;
    if (csv_next(&csv, &row, &more) != ERR_OK || !more)
        return; /* no text, or an empty row */
    rest = bytes;
    for (size_t n = 0; n < row.n && n < 100 && str_cut(&rest, '\0', &cell); n++) {
        Str got = row.cells[n];
        if (!str_eq(got, cell) && !(str_starts(got, S("'")) && str_eq(str_from(got, 1), cell)) &&
            !(n == 0 && str_starts(cell, S("\xef\xbb\xbf"))))
            BUG("a cell that does not come back");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(ARENA_MAX);
    Workbook book = {0};
    Problems problems = {.arena = a};
    Str bytes = {(const char *)data, size};
    Err e = workbook_read_here(a, bytes, S("fuzz.csv"), &book, &problems);
    if ((e == ERR_OK) != (problems.errors == 0))
        __builtin_trap();
    there_and_back(a, bytes, size % 2 ? ',' : ';');
    for (size_t i = 0; i < book.n; i++)
        check_rows(&book.sheets[i]);
    arena_free(a);
    return 0;
}
