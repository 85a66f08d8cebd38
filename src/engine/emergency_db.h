/* Emergency access, "break-glass": one victim's record for one user, for as long
 * as the law's row of the grant's end says, the classes that help at once. On record as a grant
 * that another person reviews; who leaves two of them unreviewed gets no third. */
#pragma once

#include "model/store.h"

enum { EMERGENCY_REASON_MIN = 20, EMERGENCY_UNREVIEWED_MAX = 2 };

/* Whether the model has what it takes, and the subject a role that reads victims at all. */
bool emergency_may(const Model *m, const Subject *s);
/* The live victim's record of this number; E_NOT_FOUND, also for whom it is closed by an exclusion.
 * Says nothing of reach: who asks has given her reason and is on record. */
MUST_CHECK Err emergency_find(Reader *rd, Str number, Record *ret);
/* Emergency grants of the user that nobody has reviewed yet. */
MUST_CHECK Err emergency_unreviewed(Reader *rd, int64_t user, int64_t *ret);

typedef struct Emergency {
    Batch *batch;
    Record victim;
    Str user_uid, reason, purpose;
    Str sealed;            /* the reason as history and the record of access keep it */
    Str session, file_uid; /* the purpose is stated for this file at once */
} Emergency;
/* Makes the grant and puts it in force; for Batch.also. arg: Emergency. */
Err emergency_open(WriteTx *tx, void *emergency);
