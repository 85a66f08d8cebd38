/* Saved filters: the query string of a list under a name, for one user or for her institution. Name
 * and query are sealed, since people type what they look for; no record, never in history. */
#pragma once

#include "model/store.h"

enum { SAVED_FILTERS_MAX = 50, FILTER_NAME_MAX = 80, FILTER_QUERY_MAX = 2000 };

typedef struct SavedFilter {
    Str uid, user_uid, reg, name, query;
    int64_t agency; /* institution that shares it, 0: private */
    int64_t at;
} SavedFilter;

typedef struct SavedFilterPut {
    const Store *store;
    SavedFilter filter; /* uid given by the caller */
} SavedFilterPut;

/* Commands for the writer. Put: E_TOO_LARGE past SAVED_FILTERS_MAX of one user. Drop (arg: a
 * SavedFilter with uid and user_uid): E_NOT_FOUND for another's. */
Err saved_filter_put(WriteTx *tx, void *saved_filter_put);
Err saved_filter_drop(WriteTx *tx, void *saved_filter);

/* The user's own filters and those of the institutions she belongs to, oldest first; of one
 * register, or of all when `reg` is absent. In the reader's arena. */
MUST_CHECK Err saved_filter_list(Reader *rd, const Subject *who, Str reg, SavedFilter **ret,
                                 size_t *ret_n);
