/* `sigap urai KIND`: reads a file from outside on standard input and writes what is in it on
 * standard output: the cells of an XLSX file (xlsx_wire.h), or a copy to give out (working_copy.h).
 * Locked in before it looks at the first byte: no files, no network, no new processes, 20 s of
 * processor time, 256 MiB of memory. */
#pragma once

#include <stdbool.h>

#define READER_XLSX "xlsx"
#define READER_COPY "copy"

/* Exit status: 0, or XLSX_EXIT + fault (xlsx_fault.h). argv is "sigap urai KIND"; other words
 * give 2. Never returns to code that runs more than exit handlers. */
int reader_child_main(int argc, char **argv);

/* Locks the calling process in for good: what the child does first, apart for its tests. Under the
 * address sanitizer the limits of memory and system calls are left out. */
bool reader_child_lock(void);
