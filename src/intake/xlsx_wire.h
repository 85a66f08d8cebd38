/* How the child tells the parent what it read: records of u32 length (little endian) and body.
 * Body by first byte: 'S' u8 hidden, name; 'R' u32 line, u16 cells, each u8 kind, u32 length, text;
 * 'M' u32 left, top, right, bottom; 'E' end of file. The reading side trusts nothing in them. */
#pragma once

#include "workbook_read.h"
#include "xlsx_fault.h"

/* A merged range, 1-based and inclusive. */
typedef struct XlsxRange {
    int left, top, right, bottom;
} XlsxRange;

/* Writing side: gathers records and passes them on in large pieces. */
typedef struct WireOut {
    Buf pending;
    void *ctx;
    bool (*pass)(void *ctx, Str bytes);
    uint64_t total;
} WireOut;

/* Each gives false when no more is taken. Ranges come after the rows of their sheet. */
bool wire_sheet(WireOut *out, Str name, bool hidden);
bool wire_row(WireOut *out, const SheetRow *row);
bool wire_merged(WireOut *out, XlsxRange range);
/* Writes the end record and passes on the rest; false when that failed. */
bool wire_end(WireOut *out);

typedef struct WireMerge {
    size_t sheet;
    XlsxRange range;
} WireMerge;

typedef ARENA_LIST(SheetRow) WireRows;

/* Reading side: takes bytes as they come and builds the workbook in its arena. */
typedef struct WireIn {
    Arena *arena;
    unsigned char head[4];
    size_t head_len;
    char *body; /* of the record at hand */
    size_t body_len, body_at;
    uint64_t total;
    size_t cells;
    bool ended;
    StrList names, hidden;
    ARENA_LIST(WireRows) sheets; /* beside `names` */
    ARENA_LIST(WireMerge) merges;
} WireIn;

WireIn wire_in(Arena *a);
/* XLSX_BROKEN when a record is no valid one, XLSX_ROWS and its kind past a limit. */
XlsxFault wire_take(WireIn *in, Str bytes);
/* The workbook, once the end record came; XLSX_BROKEN without it. Marks merged cells. */
XlsxFault wire_finish(WireIn *in, Workbook *ret);
