/* Attached bytes: in berkas.db, immutable, in chunks sealed under the key of the
 * record's key subject, written before the row that names them. The row holds the uid of the file.
 * Beside them stands who kept how much for which record: for limits, and for what no record came to
 * name. */
#pragma once

#include "model/store.h"

enum { FILE_CHUNK = 256 * 1024, FILE_BYTES_MAX = 5 * 1024 * 1024 };

/* What the bytes are by their first bytes, archives by what they hold: a type that may be kept
 * (PDF, JPEG, PNG, WebP, Office documents and other archives, plain text), or STR_NONE. */
Str file_type(Str bytes);
/* Ending for a type of file_type, e.g. ".pdf". */
Str file_ending(Str type);
/* Opens berkas.db to be written; its tables are made by whoever comes first. */
MUST_CHECK Err files_open(const Store *s, Db **ret);
/* E_TOO_LARGE when so many bytes more would be more than one user, or all together, may keep (0:
 * any). */
MUST_CHECK Err file_room(Reader *rd, size_t more, int64_t user_max, int64_t all_max);
/* Seals and stores the bytes of a field of a prepared change under `uid`. */
MUST_CHECK Err file_store(Reader *rd, const Batch *b, const Change *c, const Field *f, Str uid,
                          Str bytes);
/* Opens the bytes behind a field of a record whose value was opened. E_NOT_FOUND, E_CORRUPT. */
MUST_CHECK Err file_load(Reader *rd, const Record *r, const Field *f, Str *ret);
/* Closes the bytes of `uid` anew beside themselves, in the caller's transaction on berkas.db; *ret
 * pieces. E_CORRUPT: a piece does not open. Nothing when it was done already or they are gone. */
typedef struct FileReseal {
    const Keyring *keyring;
    const Field *field;
    Str uid, subject;
    const Dek *from, *to;
} FileReseal;
MUST_CHECK Err file_reseal(Db *files, const FileReseal *r, int64_t *ret);
/* What was closed anew takes its place, or is thrown away. */
MUST_CHECK Err files_take_over(Db *files, bool keep);
/* Removes what lies here longer than a day without the record it was for having been saved within
 * that day. `db` reads sigap.db. */
MUST_CHECK Err files_sweep(const Store *s, Db *db, Arena *a);
