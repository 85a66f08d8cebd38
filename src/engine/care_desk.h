/* Jobs that look after an installation, one at a time on a thread of their own: a backup, the check
 * of all records (scrub) and the recomputation of the audit chain. The first two the server does by
 * its own clock, as the settings say; all of them when asked. What they found is kept in the
 * database. Times are of the real clock, also in a practice installation. */
#pragma once

#include "model/store.h"

typedef struct CareDesk CareDesk;
typedef enum CareJob { CARE_NONE, CARE_BACKUP, CARE_VERIFY, CARE_SCRUB } CareJob;

CareDesk *care_desk_new(const Store *store);
/* Gives a running job up: what is due is done after the next start. */
void care_desk_free(CareDesk *d);
/* Looks what is due, and does it: a copy proved by reading it, in the ring of backup_ring.h; at
 * night the scrub, every hour an anchor of the audit chain. Returns at once. */
void care_look(CareDesk *d);
/* Whether what was due when the server started has had its turn: before that nothing is late. */
bool care_looked(CareDesk *d);
/* E_BUSY while another job that was asked for waits or runs. Backups carry no key file. */
MUST_CHECK Err care_start(CareDesk *d, CareJob job, const Subject *who);
/* The job that runs now, or ended after `since` (on the steady clock): who began to read before
 * that may still see what stood there before the job. */
CareJob care_running(CareDesk *d, int64_t since);

typedef struct AuditSeen {
    int64_t at, rows, bad_seq; /* at 0: never verified */
} AuditSeen;
/* Puts down what a recomputation found; whoever did it. */
MUST_CHECK Err care_audit_note(WriteTx *tx, const AuditSeen *seen);
/* What the last recomputation of the chain found. */
MUST_CHECK Err care_audit_seen(Db *db, Arena *a, AuditSeen *ret);

typedef struct ScrubSeen {
    int64_t at, records, faults, took; /* at 0: never; `took` in milliseconds */
} ScrubSeen;

/* Whether what the server should do by itself is done. */
typedef struct CareState {
    int64_t backup_at; /* of the last good copy; 0: none */
    bool backup_off, backup_late, backup_failed, scrub_late;
    ScrubSeen scrub;
} CareState;
MUST_CHECK Err care_state(Db *db, Arena *a, CareState *ret);
