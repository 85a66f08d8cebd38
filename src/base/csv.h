/* CSV after RFC 4180, with the separators of Indonesian Excel (";" or ","), a BOM, and CRLF or LF.
 * Reading gives cells with their line; writing is formula-safe (ASVS 1.2.10). */
#pragma once

#include "problem.h"

typedef struct CsvRow {
    int line; /* 1-based line on which the row starts */
    Str *cells;
    size_t n;
} CsvRow;

typedef struct CsvReader {
    Arena *arena;
    Str text;
    size_t at;
    int line;
    char sep;
} CsvReader;

/* Starts on a whole text. Skips a UTF-8 BOM; the separator is the more frequent of , ; and tab in
 * the first line, outside quotes. */
CsvReader csv_reader(Arena *a, Str text);
/* The next row; false at the end. An unclosed quote gives E_PARSE with the line in `csv->line`. */
MUST_CHECK Err csv_next(CsvReader *csv, CsvRow *ret_row, bool *ret_more);

/* Writes one cell: quoted when needed, and with a leading ' when a spreadsheet would read a formula
 * (= + - @ tab CR and their full-width forms) unless the text is a plain number. */
void csv_cell(Buf *b, Str cell, char sep);
/* Writes a whole row of them. */
void csv_row(Buf *b, const Str *cells, size_t n, char sep);
