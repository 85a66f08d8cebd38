/* What somebody opened of protected values in a day: reading budget and harvest alarm. An account
 * that leafs through the books, whether by its owner or by a thief, is stopped, and the
 * data-protection officer told. */
#pragma once

#include "db/writer.h"

typedef struct ReadingMark {
    Str uid;    /* of a record, or of a question to a book or to other agencies */
    Str person; /* whose record it is; absent where it is nobody's */
    bool lent;  /* neither her institution's nor hers by an assignment that lasts */
} ReadingMark;

/* Of one day: records and questions, distinct persons, those of them that were lent to her. */
typedef struct ReadingBudget {
    int64_t records, persons, lent;
} ReadingBudget;

/* Notes a reading on a day (ISO date); a second time counts nothing. */
MUST_CHECK Err readings_note(WriteTx *tx, Str actor, Str day, const ReadingMark *r);
/* E_BUDGET when it would be one more than she may open that day. A record, or a person, that she
 * opened that day stays open. */
MUST_CHECK Err readings_allow(Db *db, Str actor, Str day, const ReadingMark *r,
                              const ReadingBudget *most);

typedef struct ReadingRow {
    Str name; /* of the person */
    Str day;
    ReadingBudget read;
} ReadingRow;
typedef struct ReadingAsk {
    Str since;
    bool daily;     /* on one day, not on all of them together (`day`: the last) */
    int64_t agency; /* its people alone; 0: everybody */
    ReadingBudget most;
} ReadingAsk;
/* Who opened three quarters of any of the budgets since; newest and most first; at most `max`. */
MUST_CHECK Err readings_high(Db *db, Arena *a, const ReadingAsk *ask, ReadingRow *ret, size_t max,
                             size_t *ret_n);
/* E_LIMIT when the record of access has `most` such acts of the actor since that moment; asked on
 * the writer, so that acts at once count too. */
MUST_CHECK Err acts_allow(Db *db, Str actor, Str action, int64_t since, int64_t most);
/* For so many days the alarm of a day stands where it is read; so many make the slow measure. */
enum { READING_DAYS = 7, READING_SPAN = 28 };
/* Forgets the days before; the audit keeps what was read. */
MUST_CHECK Err readings_sweep(WriteTx *tx, Str day);
