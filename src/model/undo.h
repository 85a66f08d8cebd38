/* Undo: for some minutes a person takes back what her last command wrote, with what the rules and
 * clocks made of it. The former values become new versions; history keeps all. Refused when the
 * record was changed since, when the time has passed, when others put records under what would
 * vanish, and for registers and moves that say `final: yes`. */
#pragma once

#include "model/store.h"

enum { UNDO_MINUTES = 10 };

/* The moment until which the reader may take back the newest version of the record, 0 for never.
 * At most one statement. */
MUST_CHECK Err undo_offered(Reader *rd, const Record *r, int64_t *ret_until);

/* Fills the batch (store_undo in store.h) with the changes that take the command back. For the
 * writer, from model/apply.c. E_FLOW with the reason in the batch's problems. */
MUST_CHECK Err undo_plan(WriteTx *tx, Batch *b);
