/* The file of codes that an office hands over for private matching: "id,code" lines behind a row of
 * headings. */
#pragma once

#include "base/problem.h"
#include "identity/clk.h"

enum { CODES_MAX = 2 * 1000 * 1000 };

typedef struct CodeBook {
    Str *labels; /* in the text */
    Clk *clks;
    size_t n;
} CodeBook;

/* E_INVALID with a problem that names the line, E_PARSE for an open quotation mark, E_TOO_LARGE
 * past CODES_MAX. */
MUST_CHECK Err code_book_read(Arena *a, Str text, Str place, Problems *problems, CodeBook *ret);
