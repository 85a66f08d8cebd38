/* A counted table as a workbook: the same numbers as on the page and in the CSV. */
#pragma once

#include "engine/table.h"

MUST_CHECK Err table_book(Arena *a, Lang lang, const Table *t, Str *ret_xlsx);
/* All of them in one book: a sheet a table, and what each means on the first sheet. */
MUST_CHECK Err table_set_book(Arena *a, Lang lang, const Table *t, size_t n, Str *ret_xlsx);
