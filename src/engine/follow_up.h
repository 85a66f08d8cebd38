/* What the program does by itself after a record was written: rules make records, clocks start and
 * stop tasks. */
#pragma once

#include "model/store.h"

/* Hook for Store.after_change: rules first, then clocks. */
Err follow_up_after_change(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                           const Record *after);
/* Hook for Store.advise: what figures and papers have to say beside each other, and whether one
 * more question may be asked today. */
Err follow_up_advise(Reader *rd, const Batch *batch, const Change *change, const Record *before,
                     Problems *problems);
