/* Sessions: 256-bit token in a cookie, stored hashed; 12 h absolute, 30 min idle (last-seen lives
 * in memory and is flushed by the ticker). Purposes for which a file was opened hang on the
 * session. */
#pragma once

#include "db/writer.h"
#include "guard/policy.h"

enum { SESSION_HOURS = 12, SESSION_IDLE_MINUTES = 30 };

MUST_CHECK Err session_schema(Db *db);
/* Makes a session for the user; the token (64 hex characters, in `a`) is told once and only its
 * hash is kept. A session of a user with a confirmed second factor waits for its code. */
MUST_CHECK Err session_open(WriteTx *tx, Arena *a, Str user_uid, Str *ret_token);
/* Locks the screen of a session, or opens it again: the password must have been checked. */
MUST_CHECK Err session_lock(WriteTx *tx, Str session, bool locked);
/* The user of this session has just proved who she is: by her second factor, or by her password
 * where she has none. The session is no longer without its code. */
MUST_CHECK Err session_prove(WriteTx *tx, Str session);
/* Ends a session (its hash) with the purposes that hang on it, if it is this user's. */
MUST_CHECK Err session_close(WriteTx *tx, Str user_uid, Str session);
/* Ends all tokens of a user and all her sessions but `except` (a hash, may be absent): after a
 * change of password or role. */
MUST_CHECK Err session_close_user(WriteTx *tx, Str user_uid, Str except);
/* Ends every session: after a start from a sealed key. */
MUST_CHECK Err session_close_all(WriteTx *tx);
typedef struct SessionRow {
    Str session; /* hash */
    int64_t opened_at, seen_at;
} SessionRow;
/* Sessions of a user, newest first; at most `max`. */
MUST_CHECK Err session_list(Db *db, Arena *a, Str user_uid, SessionRow *ret, size_t max,
                            size_t *ret_n);
/* Finds the live session of a cookie token and fills its subject as of `now`. E_LOGIN: no such
 * session, past 12 h or 30 min idle, or of nobody who may work today (guard/subject.h). */
MUST_CHECK Err session_subject(Db *db, Arena *a, Str token, int64_t now, const StrList *roles,
                               Subject *ret);
/* Marks the session as seen, in memory. Thread-safe. */
void session_touch(Str session, int64_t now);
/* Writes what was seen and removes sessions that ended (writer, once a minute). */
MUST_CHECK Err session_flush(WriteTx *tx);

/* Records why a file is opened in this session: a code and words. A second one replaces it. */
MUST_CHECK Err purpose_put(WriteTx *tx, Str session, Str file_uid, Str purpose, Str reason);
/* "code: words" as it goes into the audit; absent when none was given in this session. */
MUST_CHECK Err purpose_get(Db *db, Arena *a, Str session, Str file_uid, Str *ret_purpose);

/* CSRF token of a session (its hash), masked afresh (BREACH); key random per process. */
Str csrf_token(Arena *a, Str session);
/* Whether the token is one of this session, from this process; compared in constant time. */
bool csrf_valid(Str session, Str token);
