/* Rows of XLSX sheets, one at a time. */
#pragma once

#include "workbook_read.h"
#include "xlsx_fault.h"

/* A merged range, 1-based and inclusive. */
typedef struct XlsxRange {
    int left, top, right, bottom;
} XlsxRange;

/* Takes what is read; each gives false to stop (XLSX_OUTPUT). Rows and their texts live during the
 * call only. Ranges come after the rows of their sheet. */
typedef struct XlsxSink {
    void *ctx;
    bool (*sheet)(void *ctx, Str name, bool hidden);
    bool (*row)(void *ctx, const SheetRow *row);
    bool (*merged)(void *ctx, XlsxRange range);
} XlsxSink;

/* Reads a whole file; hidden sheets are named only. Runs in the child, or in a fuzzer. */
XlsxFault xlsx_read(Arena *a, Str bytes, const XlsxSink *sink);
