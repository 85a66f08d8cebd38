/* How many protected records somebody opened today: reading budget and harvest alarm. An account
 * that leafs through the books, whether by its owner or by a thief, is stopped, and the
 * data-protection officer told. */
#pragma once

#include "db/writer.h"

/* Notes one record opened on a day (ISO date); a second time counts nothing. */
MUST_CHECK Err readings_note(WriteTx *tx, Str actor, Str day, Str uid);
/* E_BUDGET when the actor opened `budget` records that day (0: no budget) and `uid` was not among
 * them. */
MUST_CHECK Err readings_allow(Db *db, Str actor, Str day, Str uid, int64_t budget);

typedef struct ReadingRow {
    Str name; /* of the person */
    int64_t n;
} ReadingRow;
/* Who opened at least `from` records that day, most first; at most `max` people. */
MUST_CHECK Err readings_high(Db *db, Arena *a, Str day, int64_t from, ReadingRow *ret, size_t max,
                             size_t *ret_n);
/* E_LIMIT when the record of access has `most` such acts of the actor since that moment; asked on
 * the writer, so that acts at once count too. */
MUST_CHECK Err acts_allow(Db *db, Str actor, Str action, int64_t since, int64_t most);
/* Forgets the days before; the audit keeps what was read. */
MUST_CHECK Err readings_sweep(WriteTx *tx, Str day);
