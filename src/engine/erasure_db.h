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
} Erasure;

/* A command: puts the wish and its audit row down. */
Err erasure_ask(WriteTx *tx, void *erasure);
/* Who asked for it, lately; absent when nobody did. */
MUST_CHECK Err erasure_asked(Db *db, Arena *a, Str uid, Str *ret_by);
/* A command: on record that it is done; drafts of the record go with it. */
Err erasure_note(WriteTx *tx, void *erasure);
/* Destroys the keys of all that is on record as erased, works out anew what was derived from them,
 * and empties the logs. For one process that has the installation alone. */
MUST_CHECK Err erasure_finish(const Store *s, Arena *a);
