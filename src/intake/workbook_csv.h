/* CSV files as a workbook of one sheet. */
#pragma once

#include "workbook_read.h"

/* Reads `bytes` (not empty) into one sheet named `name`. Cells are text or empty. Adds problems
 * with `place`; errors as workbook_read(). */
MUST_CHECK Err workbook_csv(Arena *a, Str bytes, Str place, Str name, Workbook *ret,
                            Problems *problems);
