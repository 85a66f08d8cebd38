/* libFuzzer: CSV and everything that is told from it by its first bytes. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(ARENA_MAX);
    Workbook book = {0};
    Problems problems = {.arena = a};
    Str bytes = {(const char *)data, size};
    Err e = workbook_read_here(a, bytes, S("fuzz.csv"), &book, &problems);
    if ((e == ERR_OK) != (problems.errors == 0))
        __builtin_trap();
    for (size_t i = 0; i < book.n; i++)
        check_rows(&book.sheets[i]);
    arena_free(a);
    return 0;
}
