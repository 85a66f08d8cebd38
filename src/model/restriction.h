/* Restriction of processing (PDP law, art. 41): while a matter of a person is in a state that
 * restricts, what stands under her key may be read, not changed, sent out or compared. */
#pragma once

#include "model/store.h"

/* Appends the condition that holds for rows of `reg`, called `alias`, that are restricted. Appends
 * nothing and says false where none can be. */
bool restriction_put(Buf *sql, const Register *reg, const char *alias);
MUST_CHECK Err restriction_holds(Db *db, Arena *a, const Record *r, bool *ret);
/* Whether a restriction stands against the verb. Consent can be withdrawn all the same. */
bool restriction_bars(const Register *reg, Verb verb);
