/* Attached bytes: in berkas.db, immutable, in chunks sealed under the key of the
 * record's key subject, written before the row that names them. The row holds the uid of the file.
 */
#pragma once

#include "model/store.h"

enum { FILE_CHUNK = 256 * 1024, FILE_BYTES_MAX = 5 * 1024 * 1024 };

/* What the bytes are by their first bytes: a type that may be kept (PDF, JPEG, PNG, WebP,
 * DOCX/XLSX, plain text), or STR_NONE. */
Str file_type(Str bytes);
/* Ending for a type of file_type, e.g. ".pdf". */
Str file_ending(Str type);
/* Seals and stores the bytes of a field of a prepared change under `uid`. */
MUST_CHECK Err file_store(Reader *rd, const Batch *b, const Change *c, const Field *f, Str uid,
                          Str bytes);
/* Opens the bytes behind a field of a record whose value was opened. E_NOT_FOUND, E_CORRUPT. */
MUST_CHECK Err file_load(Reader *rd, const Record *r, const Field *f, Str *ret);
