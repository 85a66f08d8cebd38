/* What follows from a stored record in tables of the gate: reach, blind indexes, user facts, and
 * the person index. All derived, all rebuildable. Only model/ includes this header. */
#pragma once

#include "model/store.h"

/* Reach of the record, and on to what inherits from it. `fresh`: it was just created, so nothing
 * inherits from it yet. */
MUST_CHECK Err follow_reach(WriteTx *tx, const Store *s, const Record *r, bool fresh);
/* Reach after a change of the record: nothing where nothing it follows from has changed. Persons
 * whom the record refers to no longer lose its reach. */
MUST_CHECK Err follow_change(WriteTx *tx, const Store *s, const Record *before,
                             const Record *after);
/* Whether the record that holds this reference lends its reach to the person it names. A request
 * about one's own data does not: it is not work on the file. */
bool lends_reach(const Field *f);
/* Blind-index rows of one field; `plain` is the canonical value, absent removes. */
MUST_CHECK Err follow_blind(WriteTx *tx, const Store *s, const Field *f, int64_t rec, Str plain);
/* Facts for guard: users and memberships. `actor` changed the record; NULL: they are made anew. */
MUST_CHECK Err follow_facts(WriteTx *tx, const Store *s, const Record *r, const Actor *actor);
/* Puts the person into the index in memory after the commit. `env_plain` values come opened. */
MUST_CHECK Err follow_person(WriteTx *tx, const Store *s, const Record *r);
