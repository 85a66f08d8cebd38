/* A file of single rows for statisticians (RULES 1.10): every row that counts in a period, by the
 * coded dimensions its register declares for tables; no number, name, date, free text or place
 * below the regency, no amount, and in no order of the records. Two people: one asks, another
 * takes it. */
#pragma once

#include "engine/table.h"

enum { RECORDS_WISH_DAYS = 7 }; /* a wish older than this has to be asked anew */

typedef struct RecordsWish {
    const Store *store;
    const Actor *actor;
    Str period;
    Str copy;    /* id of the copy, on record and in the file */
    bool agreed; /* out: another had asked for it */
} RecordsWish;

/* A command: puts the wish on record, or uses up that of another and puts on record that the copy
 * is taken. E_DENIED for whose figures are not exact, or tables no duty. */
Err records_ask(WriteTx *tx, void *wish);
/* Writes the file, which must not be there: a table a register the actor may count, and one of what
 * the file is. `mark` says who took it. On failure nothing is left. */
MUST_CHECK Err records_write(Reader *rd, const RecordsWish *w, Str mark, Str path,
                             int64_t *ret_rows);
