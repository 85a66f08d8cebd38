/* Clocks: a started clock is a task under the record, with the moment of its next act computed when
 * it is written. The ticker takes what is due by index, acts once, and sets the next moment; after
 * a downtime the same query catches up. */
#pragma once

#include "model/store.h"

/* Starts and stops the clocks of the record's register that this change triggers. */
MUST_CHECK Err clocks_run(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                          const Record *after);
/* One turn of the ticker: a command for the writer, arg: Store. */
Err clocks_tick(WriteTx *tx, void *store);
