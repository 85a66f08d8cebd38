/* Parent of `sigap urai KIND` (reader_child.h): starts the program itself as a sandboxed child,
 * hands it the file and reads its answer under a deadline. XLSX_OK only when the child ended well;
 * else what it said, XLSX_MEMORY when it was killed by a limit or the deadline (30 s), XLSX_SANDBOX
 * when it could not start or lock itself in. The child is gone on return. */
#pragma once

#include "str.h"
#include "xlsx_fault.h"

struct WireIn;

/* Feeds what is in the workbook to `in`. */
XlsxFault reader_spawn_xlsx(Str bytes, struct WireIn *in);
/* The copy to give out of a file (working_copy.h), which lives in the arena. */
MUST_CHECK XlsxFault reader_spawn_copy(Arena *a, Str bytes, Str *ret);
