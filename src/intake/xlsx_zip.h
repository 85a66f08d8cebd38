/* The outer shell of an XLSX file: named XML parts in a zip archive, walked piece by piece under
 * fixed limits. Entry names are only compared with the parts we look for; none reaches
 * the file system. */
#pragma once

#include "str.h"
#include "xlsx_fault.h"

typedef struct XlsxZip XlsxZip;

/* What to do at each event of a part. Names come without their namespace prefix. `end` and
 * `text` may be NULL. Any fault stops the walk. */
typedef struct XlsxWalk {
    void *ctx;
    XlsxFault (*start)(void *ctx, const char *name, const char **attrs);
    XlsxFault (*end)(void *ctx, const char *name);
    XlsxFault (*text)(void *ctx, Str text);
} XlsxWalk;

/* Opens the archive over `bytes`, which must live as long as `a`. XLSX_BROKEN, XLSX_BOMB when it
 * has too many entries. */
XlsxFault xlsx_zip_open(Arena *a, Str bytes, XlsxZip **ret);
bool xlsx_zip_has(XlsxZip *z, Str name);
/* The first bytes of an entry, for telling formats apart; empty when it is not there. */
Str xlsx_zip_peek(XlsxZip *z, Arena *a, Str name);
/* The name of entry number `i`; false behind the last. */
bool xlsx_zip_name(XlsxZip *z, Arena *a, size_t i, Str *ret);
/* All bytes of an entry. Faults as xlsx_zip_walk. */
MUST_CHECK XlsxFault xlsx_zip_read(XlsxZip *z, Arena *a, Str name, Str *ret);
/* Walks one part: XLSX_MISSING, XLSX_LOCKED, XLSX_BOMB, XLSX_DTD, XLSX_BROKEN, or what a handler
 * said. */
XlsxFault xlsx_zip_walk(XlsxZip *z, Str name, const XlsxWalk *walk);

/* The attribute of that name without prefix; STR_NONE when missing. Valid during the call. */
Str xlsx_attr(const char **attrs, const char *name);
/* Whether an attribute says yes ("1", "true"). */
bool xlsx_yes(Str value);
