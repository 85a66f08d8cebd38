/* Workbooks for outside, as XLSX bytes. Every cell is a typed string unless it is a plain number,
 * so that no value is ever read as a formula. Column widths follow the content, within bounds.
 * Texts over Excel's 32,767 characters are cut and end in "[...]". All functions: bytes owned by
 * `a`; E_TOO_LARGE past a spreadsheet's rows or columns, E_IO when the bytes could not be made.
 * Work files stand in memory (/dev/shm), not on disk, where that exists. */
#pragma once

#include "workbook_read.h"

/* A line of the first sheet "Keterangan": filter, date, user, masked or not. */
typedef struct BookLine {
    Str key, value;
} BookLine;

typedef struct BookColumn {
    Str title;
    bool number; /* right-aligned; a cell that is a plain number ("-12.5") becomes one */
} BookColumn;

/* A list: first sheet with the notes, second with one row per record under a frozen header. */
typedef struct BookTable {
    Str name; /* of the data sheet; made to fit Excel's rules for names */
    const BookLine *notes;
    size_t n_notes;
    const BookColumn *columns;
    size_t n_columns;
    const Str *cells; /* n_rows times n_columns, row by row; absent = blank */
    size_t n_rows;
} BookTable;

MUST_CHECK Err workbook_write_table(Arena *a, Lang lang, const BookTable *t, Str *ret);

/* A cross table with its totals, as shown: masked cells come as their text ("<5"). */
typedef struct BookCross {
    Str name, title;
    size_t n_rows, n_columns; /* with the heads; the last row is a total: bold */
    const Str *cells;         /* n_rows times n_columns, row by row */
    bool total_column;        /* so is the last column */
} BookCross;

/* First sheet with the notes, then a sheet for each table. */
MUST_CHECK Err workbook_write_cross(Arena *a, Lang lang, const BookLine *notes, size_t n_notes,
                                    const BookCross *t, size_t n, Str *ret);

/* Import template: sheets "Petunjuk" (how to fill in), "Data", "Daftar" (choices). On Data, row 1
 * holds the titles, hidden row 2 the codes, row 3 an example. Codes travel with their columns when
 * the user moves or deletes some. Sheet names and marks are the same in both languages. */
#define TEMPLATE_GUIDE   "Petunjuk"
#define TEMPLATE_DATA    "Data"
#define TEMPLATE_LISTS   "Daftar"
#define TEMPLATE_CODE    "sigap:"  /* code cell: sigap:VERSION:CODE */
#define TEMPLATE_NEEDED  " *"      /* after the title of a required column */
#define TEMPLATE_EXAMPLE "CONTOH:" /* start of the first filled cell of the example row */

typedef struct BookField {
    Str code, title;
    Str how;     /* one sentence: how to write it */
    Str example; /* may be absent */
    bool required;
    bool text; /* column formatted as text: NIK, phone, and dates, which Excel else turns around */
    const Str *choices; /* drop-down; n_choices = 0 for none */
    size_t n_choices;
} BookField;

typedef struct BookTemplate {
    Str title;
    Str version;      /* of register and template, without ':' */
    const Str *guide; /* sentences above the field list */
    size_t n_guide;
    const BookField *fields;
    size_t n_fields;
} BookTemplate;

MUST_CHECK Err workbook_write_template(Arena *a, Lang lang, const BookTemplate *t, Str *ret);

/* Takes a code cell apart; false for any other cell. */
bool workbook_template_code(Str cell, Str *ret_version, Str *ret_code);
/* Whether the row is the hidden row of codes: every filled cell is a code cell. */
bool workbook_template_row_is_codes(const SheetRow *row);
/* Whether the row is the example, to be ignored. */
bool workbook_template_row_is_example(const SheetRow *row);
/* A heading without blanks around it and without the mark of a required column. */
Str workbook_template_title(Str cell);
/* Whether the sheet holds the choices of a template in the same book, not data. */
bool workbook_sheet_is_lists(const Workbook *book, const Sheet *sheet);

/* The imported workbook again: same sheets, lines and columns; cells named by a problem (place =
 * sheet name, `sheet` set) are tinted, red for errors and yellow for warnings, with the sentence as
 * a comment (the first 5,000 cells; comments slow Excel down). A problem without a column marks
 * column A of its line. A first sheet lists all problems. Formulas become their last value, merged
 * ranges fall apart, a report sheet of an earlier copy is left out. */
MUST_CHECK Err workbook_write_marked(Arena *a, Lang lang, const Workbook *book,
                                     const Problems *problems, Str *ret);
/* Whether the sheet is the list of problems of a marked copy, not data. */
bool workbook_sheet_is_report(const Sheet *sheet);
