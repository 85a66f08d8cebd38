/* The chain of audit rows as lines of the system's journal, which forwards them to another machine:
 * whoever holds this one can then take no row back unseen. A line is the word below, the row's
 * number, its mac in hex, who (a uid), the act and its outcome: nothing that is protected.
 *
 * By the journal of systemd, or what reads it (rsyslog, systemd-journal-upload): they keep, forward
 * and encrypt better than a sender of our own. */
#pragma once

#include "guard/audit.h"

#define AUDIT_JOURNAL_WORD "SIGAP-JEJAK-1"

/* Whether standard error is the journal (systemd.exec(5), JOURNAL_STREAM). */
bool audit_journal_there(void);
/* Tells rows after *seq, oldest first, at most a thousand a call, and moves *seq to the last one. A
 * *seq below 0 begins a thousand rows before the end: what a power cut may have kept back comes
 * again. */
MUST_CHECK Err audit_journal_tell(Db *db, int64_t *seq);

/* Compares lines that were kept elsewhere with the chain. Other lines are passed over; what
 * journals write before the word does not matter. */
MUST_CHECK Err audit_journal_check(Db *db, Str text, AuditCheck *ret);
