/* Values of XLSX cells as text. */
#pragma once

#include "str.h"

/* Appends a number of the file written out ("1.2E1" -> "12", "12.0" -> "12"), rounded to the 15
 * digits Excel shows. Keeps the E when the number has 16 digits or more before the point and the
 * file holds fewer: then digits were lost. False when `raw` is no number; nothing is appended. */
bool xlsx_put_number(Buf *out, Str raw);
/* Appends a date serial as the texts of CELL_DATE; false when it is no date between 1900 and 9999
 * (30 February 1900 included, day 60 of Excel's calendar, which never was). */
bool xlsx_put_date(Buf *out, Str raw, bool from_1904);
/* Appends an ISO instant of a t="d" cell in the same form; false when it is none. */
bool xlsx_put_iso(Buf *out, Str raw);
/* Appends text with Excel's _xHHHH_ escapes resolved; control characters are dropped. */
void xlsx_put_text(Buf *out, Str raw);
/* Whether a number format shows dates or times. */
bool xlsx_format_is_date(Str code);
/* The same for the numbers of formats that stand in no file. */
bool xlsx_builtin_is_date(int64_t id);
/* "B12" to column 2 and line 12; a missing half is 0. False when it is no reference. */
bool xlsx_cell_ref(Str ref, int *ret_column, int *ret_line);
