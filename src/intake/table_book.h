/* A counted table as a workbook: the same numbers as on the page and in the CSV. */
#pragma once

#include "engine/table.h"

MUST_CHECK Err table_book(Arena *a, Lang lang, const Table *t, Str *ret_xlsx);
