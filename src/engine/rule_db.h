/* Rules of registers: "when this holds, such a record stands under it". */
#pragma once

#include "model/store.h"

/* Makes what the rules of the record's register ask for and does not stand there already. */
MUST_CHECK Err rules_run(WriteTx *tx, Batch *batch, const Record *rec);
/* uid of the institution that owns the record: it also owns what is made under it. */
MUST_CHECK Err rule_owner(WriteTx *tx, const Record *rec, Str *ret_uid);
