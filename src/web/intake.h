/* What programs sent while the key was sealed: taken unread, and put in by the API's own door once
 * the key is there, as if it had come now. What the door refuses waits for its sender. */
#pragma once

#include "base/json_tree.h"
#include "guard/letterbox.h"
#include "model/store.h"
#include "web/page_form.h"

typedef struct SentLetter {
    Str reg, token, repeat, body;
    Lang lang;
} SentLetter;
/* Takes one into the letterbox; its errors, and E_BAD_REQ for a key for repeating that is none. */
MUST_CHECK Err intake_take(Db *db, Arena *a, const SentLetter *sent, Str *ret_uid);
/* Whether a path names a register and nothing else. */
bool intake_register_shape(Str name);

/* Puts in all that waits, in the order it came, each as its sender with the rights she has now.
 * What the API refuses gets its answer put beside it; what failed for want of room or time waits
 * for the next start. */
MUST_CHECK Err intake_put_in(const Store *s, ReadConn *conn);

/* A letter of the reader's own and what it said, as JSON (TREE_NULL when it is none). E_NOT_FOUND
 * for anybody else's. */
MUST_CHECK Err intake_own(Req *req, Str uid, Letter *ret, JsonTree *ret_said);
/* A letter that was refused fills the form for a new record: with `-kiriman` in the address or the
 * form, and only for who sent it. E_NOT_FOUND. */
MUST_CHECK Err intake_into_form(Req *req, Save *s);
/* How many letters of the reader wait for her, as a line with a link; nothing when there are none.
 */
MUST_CHECK Err intake_notice(Req *req, Html *h);
