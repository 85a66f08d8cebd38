/* What the program does by itself after a record was written: rules make records, clocks start and
 * stop tasks. Acts are recorded under "sistem:.." actors. */
#pragma once

#include "model/store.h"

/* Hook for Store.after_change: rules first, then clocks. */
Err follow_up_after_change(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                           const Record *after);
/* Hook for Store.advise: what figures and papers have to say beside each other, and whether one
 * more question may be asked today. */
Err follow_up_advise(Reader *rd, const Batch *batch, const Change *change, const Record *before,
                     Problems *problems);
/* Whether a trigger fires by this change. */
bool trigger_fires(const Trigger *t, const Change *change, const Record *before,
                   const Record *after);
/* An actor for automatic acts, e.g. "sistem:aturan"; static storage. */
const Actor *system_actor_rules(void);
const Actor *system_actor_clock(void);
