/* Publishing a release: its figures are counted once more and frozen (table_freeze). */
#pragma once

#include "model/store.h"

/* After a change of a release: judges its period, and freezes the figures when it is published. */
MUST_CHECK Err release_changed(WriteTx *tx, Batch *batch, const Record *after);
