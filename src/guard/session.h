/* Sessions: 256-bit token in a cookie, stored hashed; 12 h absolute, 30 min idle (last-seen lives
 * in memory and is flushed by the ticker). Purposes for which a file was opened hang on the
 * session. */
#pragma once

#include "db/writer.h"
#include "guard/policy.h"

enum { SESSION_HOURS = 12, SESSION_IDLE_MINUTES = 30 };

MUST_CHECK Err session_schema(Db *db);
/* Makes a session for the user; the token (64 hex characters) is told once. */
MUST_CHECK Err session_open(WriteTx *tx, Arena *a, Str user_uid, Str *ret_token);
MUST_CHECK Err session_close(WriteTx *tx, Str session);
/* Finds the live session of a cookie token and fills the subject from the facts as of `now`:
 * inactive or expired user, or no live membership and no duty without one: E_LOGIN. */
MUST_CHECK Err session_subject(Db *db, Arena *a, Str token, int64_t now, const Str *role_names,
                               size_t role_count, Subject *ret);
/* Subject of a user without a session: the command line and jobs. */
MUST_CHECK Err user_subject(Db *db, Arena *a, Str login, int64_t now, const Str *role_names,
                            size_t role_count, Subject *ret);
/* Marks the session as seen (memory), and writes what was seen (writer, once a minute). */
void session_touch(Str session, int64_t now);
MUST_CHECK Err session_flush(WriteTx *tx);

/* Records why a file is opened in this session, and looks it up. */
MUST_CHECK Err purpose_put(WriteTx *tx, Str session, Str file_uid, Str purpose, Str reason);
MUST_CHECK Err purpose_get(Db *db, Arena *a, Str session, Str file_uid, Str *ret_purpose);

/* CSRF token of a session, masked afresh (BREACH); key random per process. */
Str csrf_token(Arena *a, Str session);
bool csrf_valid(Str session, Str token);
