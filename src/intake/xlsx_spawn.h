/* Parent of `sigap urai xlsx`: starts the program itself as a sandboxed child, hands it the file
 * and reads its answer under a deadline. */
#pragma once

#include "xlsx_wire.h"

/* Feeds the child's answer to `in`. XLSX_OK only when the child ended well; else what it
 * said, XLSX_MEMORY when it was killed by a limit or the deadline (30 s), XLSX_SANDBOX when
 * it could not start or lock itself in. The child is gone on return. */
XlsxFault xlsx_spawn(Str bytes, WireIn *in);
