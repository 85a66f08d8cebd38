#include "identity/code_book.h"

#include "base/csv.h"

Err code_book_read(Arena *a, Str text, Str place, Problems *problems, CodeBook *ret)
{
    ARENA_LIST(Str) labels = {0};
    ARENA_LIST(Clk) clks = {0};
    CsvRow row;
    bool more;
    CsvReader csv = csv_reader(a, text);
    TRY(csv_next(&csv, &row, &more));
    for (;;) {
        Clk clk;
        if (more)
            TRY(csv_next(&csv, &row, &more));
        if (!more)
            break;
        if (labels.n == CODES_MAX)
            return E_TOO_LARGE;
        if (row.n != 2 || !clk_from_hex(row.cells[1], &clk)) {
            problem_add(problems,
                        (Problem){.place = place, .line = row.line, .msg = M_MATCH_NO_CODE});
            return E_INVALID;
        }
        *ARENA_PUSH(a, labels) = row.cells[0];
        *ARENA_PUSH(a, clks) = clk;
    }
    *ret = (CodeBook){labels.items, clks.items, labels.n};
    return ERR_OK;
}
