/* Records that open or close the record above them: an assignment to the team, a grant with classes
 * and an end, a referral while it runs, an exclusion for conflict of interest. */
#pragma once

#include "model/store.h"

/* Whether records of the register do so. */
bool gives_reach(const Register *reg);
/* Replaces the rows of `jangkau` on `above` that follow from `r`; what hangs below `above` is the
 * caller's to follow. */
MUST_CHECK Err give_reach(WriteTx *tx, const Store *s, const Record *r, const Record *above);

/* Replaces the rows of a record for the institutions it is addressed to. A referral is so once it
 * was sent: on their lists for good, open to them while it runs. */
MUST_CHECK Err address_reach(WriteTx *tx, const Store *s, const Record *r);

/* Replaces the rows of an answer to another agency's question: while it is shared the one who asked
 * reaches it, and by it the person it names, as far and as long as it says. */
MUST_CHECK Err share_reach(WriteTx *tx, const Store *s, const Record *r);

/* Value of the field of this role; absent or 0 where the register has none. */
Str role_text(const Store *s, const Record *r, FieldRole role);
int64_t role_id(const Store *s, const Record *r, FieldRole role);
/* The classes that a value of codes names, as a CLASS_BIT mask. */
unsigned classes_named(Str words);
