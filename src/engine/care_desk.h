/* Jobs that look after an installation, one at a time on a thread of their own: a backup beside the
 * data, and the recomputation of the audit chain. What they found is kept in the database. */
#pragma once

#include "model/store.h"

typedef struct CareDesk CareDesk;
typedef enum CareJob { CARE_NONE, CARE_BACKUP, CARE_VERIFY } CareJob;

CareDesk *care_desk_new(const Store *store);
/* Lets a running job finish. */
void care_desk_free(CareDesk *d);
/* E_BUSY while a job runs. The backup lies in DATA/cadangan/, without the key. */
MUST_CHECK Err care_start(CareDesk *d, CareJob job, const Subject *who);
/* The job that runs now, or ended after `since` (on the steady clock): who began to read before that
 * may still see what stood there before the job. */
CareJob care_running(CareDesk *d, int64_t since);

typedef struct AuditSeen {
    int64_t at, rows, bad_seq; /* at 0: never verified */
} AuditSeen;
/* What the last recomputation of the chain found. */
MUST_CHECK Err care_audit_seen(Db *db, Arena *a, AuditSeen *ret);
