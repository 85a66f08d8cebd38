/* Deadlines: the rows of law/batas.tsv, and the shorter periods an office sets for itself beside
 * them. Own periods stand in table `batas_lokal`, apart from what is shipped, and can only shorten:
 * a clock takes whichever of the two ends first, so a newer and shorter law wins by itself. */
#pragma once

#include "model/store.h"

enum { LIMIT_MAX = 100000, LIMIT_REASON_MIN = 10, LIMIT_REASON_MAX = 200 };

typedef struct LocalLimit {
    Str code; /* of the row of law/batas.tsv */
    Duration period;
    Str reason; /* decree or agreement it stands on */
    Date since;
} LocalLimit;
typedef ARENA_LIST(LocalLimit) LocalLimits;

/* Word of a unit as it is stored and as law/batas.tsv has it. */
Str duration_unit_word(DurationUnit unit);
MUST_CHECK bool duration_unit_of(Str word, DurationUnit *ret);
/* "3 hari", "3 days". */
Str duration_words(Arena *a, Lang lang, Duration p);
/* Whether `own` can ever end after `law`: months are taken at 31 days against days, at 28 when days
 * are held against months. */
bool duration_may_exceed(Duration own, Duration law);
/* Moment the period ends when it starts at `from`. */
int64_t duration_end(const Model *m, int64_t from, Duration p, bool work_days);

/* All own periods by code. */
MUST_CHECK Err local_limits(Db *db, Arena *a, LocalLimits *ret);
/* The own period beside one row; ret->code is absent when there is none. */
MUST_CHECK Err local_limit_get(Db *db, Arena *a, Str code, LocalLimit *ret);
/* Sets or replaces the own period beside a row. */
MUST_CHECK Err local_limit_put(WriteTx *tx, const LocalLimit *own);
/* Takes it away; E_NOT_FOUND: there is none. */
MUST_CHECK Err local_limit_remove(WriteTx *tx, Str code);
