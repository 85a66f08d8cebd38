/* Derived values: calc fields, heading, folded search text. All can be rebuilt from what was
 * entered. Writing runs on the writer inside a command's savepoint. Only model/
 * includes this header. */
#pragma once

#include "model/store.h"

/* Works out the derived values of a stored record, writes them, and brings `rec` up to date. */
MUST_CHECK Err derive_record(WriteTx *tx, const Store *s, Record *rec);
/* Whether the derived values, heading and search text are what they would be if made anew; writes
 * nothing. */
MUST_CHECK Err derive_check(const Store *s, Db *db, Db *keys, Arena *a, const Record *rec,
                            bool *ret_fits);
/* Does what derive_record does for every record that reads `rec` through a ref, as its parent or as
 * its child, and on while something changes. Nobody but its parent reads a `fresh` one. E_DENIED
 * when it would end that a child's file is shut to `subject` (NULL: the program). */
MUST_CHECK Err derive_dependents(WriteTx *tx, const Store *s, const Record *rec, bool fresh,
                                 const Subject *subject);
