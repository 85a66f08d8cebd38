/* Office documents (DOCX, XLSX, PPTX, ODT, ODS) without what programs write beside the text, part
 * by part into a new archive. */
#pragma once

#include "str.h"
#include "xlsx_fault.h"

/* A copy of a zip archive of XML parts, pictures and documents: no properties, thumbnail, signature
 * or settings of printers, nor authors and dates of comments and tracked changes; what lies inside
 * is cleaned in its turn, to a depth. XLSX_LOCKED when encrypted, XLSX_BROKEN when something in it
 * cannot be cleaned, and what xlsx_zip.h says. */
MUST_CHECK XlsxFault office_copy(Arena *a, Str bytes, int depth, Str *ret);
