/* Drafts: what a user typed and did not save. One sealed blob per user, register and record (or the
 * parent of a new one); no record, never in history, not audited. */
#pragma once

#include "model/store.h"

enum { DRAFT_DAYS = 30, DRAFT_MAX = 128 * 1024 };

MUST_CHECK Err draft_schema(Db *db);

/* Which draft: `rec` is the record's uid, or "+" and the uid of the parent, or "+" for a new one
 * without parent. */
typedef struct DraftKey {
    const Store *store;
    Str user_uid, reg, rec;
} DraftKey;

typedef struct DraftPut {
    DraftKey key;
    Str text; /* sealed when it is written */
} DraftPut;

/* Commands for the writer. */
Err draft_put(WriteTx *tx, void *draft_put);
Err draft_drop(WriteTx *tx, void *draft_key);
/* Drops everybody's drafts of one record. */
MUST_CHECK Err draft_drop_record(WriteTx *tx, Str uid);
/* Drops all drafts older than DRAFT_DAYS; for the ticker. arg is not used. */
Err draft_sweep(WriteTx *tx, void *none);

/* STR_NONE when there is none. */
MUST_CHECK Err draft_get(Reader *rd, DraftKey key, Str *ret_text, int64_t *ret_at);

typedef struct DraftRow {
    Str reg, rec;
    int64_t at;
} DraftRow;
/* How many drafts the user has. */
MUST_CHECK Err draft_count(Reader *rd, Str user_uid, int64_t *ret);
/* The user's drafts, newest first, at most `max`. */
MUST_CHECK Err draft_list(Reader *rd, Str user_uid, DraftRow *ret, size_t max, size_t *ret_n);
