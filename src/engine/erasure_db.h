/* Erasure by destroying a key: what was sealed under it can be read nowhere again,
 * and in copies after thirty days, when the last one with the key has left the ring. Two people:
 * one asks, another does it. The order: on record first, then the key; what a cut left
 * undone between the two is done at the next start. */
#pragma once

#include "model/store.h"

enum { ERASURE_WISH_DAYS = 7 }; /* a wish older than this has to be asked anew */

typedef struct Erasure {
    const Store *store;
    const Actor *actor;
    const Register *reg;
    Str uid; /* the record whose own key goes */
    Str why; /* stays on record; may be absent */
} Erasure;

/* The record whose key may go, for whoever may void it or has the duty, who need not see what it
 * holds. E_NOT_FOUND, E_DENIED; E_FLOW when it has no key of its own. */
MUST_CHECK Err erasure_find(Reader *rd, const Register *reg, Str uid, Record *ret);
/* A command: puts the wish and its audit row down. E_FLOW while a matter holds the file. */
Err erasure_ask(WriteTx *tx, void *erasure);
/* Who asked for it, lately; absent when nobody did. */
MUST_CHECK Err erasure_asked(Db *db, Arena *a, Str uid, Str *ret_by);
/* A command: on record that it is done; drafts of the record go with it. E_FLOW as above. */
Err erasure_note(WriteTx *tx, void *erasure);
/* Destroys the keys of all that is on record as erased, works out anew what was derived from them,
 * and empties the logs as far as nobody reads. Not from the writer thread, nor inside a snapshot.
 */
MUST_CHECK Err erasure_finish(const Store *s, Arena *a);

/* What stays on record of a file that was destroyed. */
typedef struct ErasureRow {
    Record rec; /* what is left of it */
    Str asked_by, done_by, why;
    int64_t asked_at, done_at;
} ErasureRow;
/* Newest first. */
MUST_CHECK Err erasure_done(Reader *rd, ErasureRow *ret, size_t max, size_t *ret_n);
