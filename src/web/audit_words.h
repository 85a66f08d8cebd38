/* Rows of the record of access in the reader's words: stored are stable codes, shown are labels. */
#pragma once

#include "model/audit_view.h"
#include "web/req.h"

/* What was done: "changed", "moved: Accept case", "refused: opened a file". A word of a newer
 * program is shown as stored. */
Str audit_action(Req *req, const AuditLine *l);
/* The stored word behind what a reader calls an act; as typed where there is none. */
Str audit_act_of(Req *req, Str typed);
/* Why the file was open, with the label of the purpose before the person's own words. */
Str audit_purpose(Req *req, Str purpose);
