/* Names an installation takes for equal beside those of domain/names: records of the register with
 * role `equal_names` in a state that opens. */
#pragma once

#include "model/store.h"

/* Those in force as a table like setara.tsv, for matching of files elsewhere. */
MUST_CHECK Err equal_names_write(Db *db, const Model *m, Arena *a, Buf *to);
/* Puts those in force into the rules by which names are compared. Before any reader. */
MUST_CHECK Err equal_names_load(Db *db, const Model *m);
/* In a command that changes one of them: the rules change once it is committed. No index of persons
 * holds these words: they count at once. */
MUST_CHECK Err equal_names_changed(WriteTx *tx, const Model *m);
