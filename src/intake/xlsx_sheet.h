/* Rows of XLSX sheets, one at a time. */
#pragma once

#include "xlsx_wire.h"

/* Reads a whole file into the wire, whose end is the caller's; hidden sheets are named only.
 * XLSX_OUTPUT when the wire takes no more. Runs in the child, or in a fuzzer. */
XlsxFault xlsx_read(Arena *a, Str bytes, WireOut *out);
