/* Workbooks from outside: XLSX and CSV as sheets of typed cells. XLSX bytes are never parsed in
 * this process: a sandboxed child does it (reader_child.h) and its answer is checked again here. */
#pragma once

#include "problem.h"

/* Limits of one file. */
enum {
    WORKBOOK_MAX_BYTES = 5 * 1024 * 1024,
    WORKBOOK_MAX_ROWS = 20000,    /* rows with content, a sheet */
    WORKBOOK_MAX_COLUMNS = 200,   /* columns with content */
    WORKBOOK_MAX_CELLS = 2000000, /* cells up to the last one filled of each row, whole file */
    WORKBOOK_MAX_TEXT = 131068,   /* bytes of one cell: Excel's 32,767 characters */
};

typedef enum CellKind {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER,  /* decimal point, no thousand marks: "12.5"; see below for E notation */
    CELL_DATE,    /* "YYYY-MM-DD", "YYYY-MM-DD HH:MM", or "HH:MM" for a time without a day */
    CELL_BOOL,    /* "1" or "0" */
    CELL_FORMULA, /* text is the value Excel stored last; empty when it never calculated */
    CELL_ERROR,   /* "#REF!" and its kind */
    CELL_MERGED   /* covered by a merged range and not its top left cell; text is absent */
} CellKind;

/* A number that keeps its E ("5.3E+15") has lost digits before it reached us: its cell holds fewer
 * digits than the number has. All other numbers are written out. Text is valid UTF-8 without
 * control characters, as in the file: neither trimmed nor normalised. */
typedef struct Cell {
    CellKind kind;
    Str text;
} Cell;

/* A row with at least one filled cell; cells[0] is column A; trailing empty cells are left out. */
typedef struct SheetRow {
    int line; /* 1-based, as the spreadsheet shows it; in CSV the line where the row starts */
    Cell *cells;
    size_t n;
} SheetRow;

/* Index of the first row at or below that line. */
size_t sheet_row_from(const SheetRow *rows, size_t n, int line);

/* A visible sheet; rows by rising line. A CSV file is one sheet named after the file. */
typedef struct Sheet {
    Str name;
    SheetRow *rows;
    size_t n;
} Sheet;

typedef struct Workbook {
    Sheet *sheets;
    size_t n;
} Workbook;

/* Reads a whole file. The kind is told by its bytes, not by `file_name`, which serves in messages
 * only. CSV may be UTF-8 or Windows Latin (converted, with a warning). Everything is owned by `a`,
 * and `bytes` must live as long: CSV cells point into it.
 * On failure at least one problem without `warning` was added, with the file or sheet as place:
 * E_TOO_LARGE past a limit (or of the arena), E_PARSE for what is no readable workbook, E_INVALID
 * when nothing is in it, E_IO when the child could not run. Hidden and empty sheets are warnings.
 */
MUST_CHECK Err workbook_read(Arena *a, Str bytes, Str file_name, Workbook *ret, Problems *problems);

/* The same without the child, for fuzzing and coverage only: never for files from outside. */
MUST_CHECK Err workbook_read_here(Arena *a, Str bytes, Str file_name, Workbook *ret,
                                  Problems *problems);
