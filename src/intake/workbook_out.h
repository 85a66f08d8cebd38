/* What the workbook writers share: a libxlsxwriter workbook into memory, its cell formats, typed
 * cells and bounded column widths. Internal to intake/workbook_*.c. */
#pragma once

#include "workbook_write.h"

#include <xlsxwriter.h>

typedef enum OutFormat {
    OUT_PLAIN,
    OUT_HEAD,  /* bold, wrapped, shaded */
    OUT_BOLD,  /* labels and totals */
    OUT_RIGHT, /* numbers and what stands for them */
    OUT_BOLD_RIGHT,
    OUT_WRAP,    /* sentences */
    OUT_TEXT,    /* spreadsheet format "text" */
    OUT_EXAMPLE, /* grey italic, format "text" */
    OUT_DAY,
    OUT_RED,
    OUT_YELLOW,
    OUT_RED_DAY,
    OUT_YELLOW_DAY,
    OUT_FORMATS
} OutFormat;

typedef struct Out {
    Arena *scratch; /* for what must live as long as the workbook */
    Buf text;       /* one text with an end mark, used again for each cell */
    lxw_workbook *book;
    int fd;
    bool failed; /* a cell was not taken */
    lxw_format *formats[OUT_FORMATS];
} Out;

typedef struct OutSheet {
    Out *out;
    lxw_worksheet *sheet;
    int widths[WORKBOOK_MAX_COLUMNS];
} OutSheet;

/* Starts a workbook; E_IO. After success out_close() must follow, whatever happens between. */
Err out_open(Out *ret);
/* Ends it; gives the bytes in `a`. E_TOO_LARGE when a cell was not taken (no such place, no
 * memory), E_IO. */
Err out_close(Out *out, Arena *a, Str *ret);

/* Adds a sheet; the name is made to fit Excel's rules and to be unique. */
OutSheet out_sheet(Out *out, Str name);
/* Rows and columns are counted from 0 here, as in the library. */
void out_string(OutSheet *s, size_t row, size_t column, Str text, OutFormat format);
/* Notes what the library answered to a cell: one that it did not take fails the workbook. */
void out_taken(OutSheet *s, lxw_error answer);
/* A number when the text is a plain one of at most 15 digits; else the text. */
void out_number(OutSheet *s, size_t row, size_t column, Str text, OutFormat format);
/* Freezes the rows above `row` and sets the gathered widths. */
void out_finish(OutSheet *s, size_t frozen);
/* First sheet "Keterangan" with key and value lines. */
void out_notes(Out *out, Lang lang, const BookLine *notes, size_t n);
