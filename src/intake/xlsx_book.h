/* What an XLSX file says before its rows: sheets in order, shared strings, which styles are dates.
 */
#pragma once

#include "xlsx_zip.h"

typedef struct XlsxSheetRef {
    Str name, id; /* id: of the relationship that names its part */
    Str part;
    bool hidden;
} XlsxSheetRef;

typedef struct XlsxRelation {
    Str id, type, target;
} XlsxRelation;

typedef struct XlsxBook {
    Arena *arena;
    XlsxZip *zip;
    bool from_1904;
    ARENA_LIST(XlsxSheetRef) sheets;
    StrList strings;
    ARENA_LIST(bool) dates; /* by style index: shown as a date */
} XlsxBook;

/* Opens the file and reads all but the rows. `bytes` must live as long as `a`. A zip that is
 * another kind of document says which. */
XlsxFault xlsx_book_open(Arena *a, Str bytes, XlsxBook *ret);
