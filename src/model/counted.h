/* What a connection counted last: the newest records of a list and its facets, kept while nobody
 * writes. An entry is found by the whole statement and all that is bound to it, the principals of
 * its reader included, so two readers share one only if they asked the same with the same reach. It
 * ends with any commit, and with the instant at which some reach begins or ends. Belongs to one
 * thread. Only the query files of model/ include this header. */
#pragma once

#include "model/query_where.h"

typedef struct Counted Counted;

CountedMemory *counted_new(void);
/* Accepts NULL. */
void counted_free(CountedMemory *m);
/* Statement, values and reach as one text. */
Str counted_key(Reader *rd, const Built *b);
/* What was counted under the key and still holds, or NULL. */
Counted *counted_find(Reader *rd, Str key);
/* Remembers the ids, in place of the entry that was not used for longest. */
MUST_CHECK Err counted_put(Reader *rd, Str key, const int64_t *ids, size_t n, Counted **ret);
/* Copies of what is remembered, in the reader's arena. */
int64_t *counted_ids(Reader *rd, const Counted *c, size_t *ret_n);
/* False when the facets were not counted yet. */
bool counted_facets(Reader *rd, const Counted *c, Facet **ret, size_t *ret_n);
void counted_keep_facets(Counted *c, const Facet *facets, size_t n);
