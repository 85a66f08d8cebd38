/* Reasons that people type (purposes, steps, voids, destructions). They stay in the history and in
 * the record of access, which nobody writes anew; so each is closed before it is written anywhere,
 * under a key of reasons that belongs to the key subject of the record it is about, and goes with
 * her data key (keys_destroy). It is no data key: an exchange of that one leaves the chain
 * as it stands. What is about nobody with a key lies under the installation's. Stored in text as
 * REASON_MARK, subject, ':', base64; what an older program stored is in clear. */
#pragma once

#include "model/store.h"

#define REASON_MARK "segel1:"

/* Whose key closes what is said of a record: of itself, or of the nearest above it that has one;
 * absent: nobody's. */
Str reason_subject(Reader *rd, const Record *r);
/* Absent words stay absent. `subject` may have no key, or none any more. A key of reasons that is
 * not there yet is made and on disk before this returns: not from the writer thread. */
MUST_CHECK Err reason_seal(Reader *rd, Str subject, Str words, Str *ret);
/* The words of the fields that are reasons (`reason: yes`), read from their row. */
void reason_open_fields(Reader *rd, Record *r);
/* What stands before the mark, and the words; or, in the reader's language, that they are gone. */
Str reason_open(Reader *rd, Str stored);
