#include "working_copy.h"

#include "office_copy.h"
#include "pdf_copy.h"
#include "picture.h"
#include "utf8.h"

XlsxFault working_copy(Arena *a, Str bytes, int depth, Str *ret)
{
    *ret = bytes;
    if (str_starts(bytes, S("%PDF-")))
        return pdf_copy(a, bytes, ret);
    if (str_starts(bytes, S("PK\x03\x04")))
        return office_copy(a, bytes, depth, ret);
    return picture_bare(a, bytes, ret) || utf8_valid(*ret = bytes) ? XLSX_OK : XLSX_BROKEN;
}
