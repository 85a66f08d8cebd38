/* What is given out of an attached file: a copy without who made it, when, where and with what. */
#pragma once

#include "str.h"
#include "xlsx_fault.h"

/* How much larger than what it was made of a copy may be. */
enum { WORKING_COPY_GROWS = 4 * 1024 * 1024 };

/* Pictures, PDF, Office documents; plain text is its own copy. XLSX_LOCKED behind a password,
 * XLSX_BROKEN when no clean copy can be made. `depth`: of documents within documents, 0 first. */
MUST_CHECK XlsxFault working_copy(Arena *a, Str bytes, int depth, Str *ret);
