/* PDF without what programs write beside the pages, by libqpdf. */
#pragma once

#include "str.h"
#include "xlsx_fault.h"

/* A copy of the newest revision: no document information, XMP, private data of programs, attached
 * files, signatures, nor authors and dates of comments; pictures on the pages are bare (picture.h).
 * XLSX_LOCKED when only a password opens it, XLSX_BROKEN when it cannot be read or holds a picture
 * that cannot be made bare. */
MUST_CHECK XlsxFault pdf_copy(Arena *a, Str bytes, Str *ret);
