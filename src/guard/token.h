/* Tokens for programs that use the API in a user's name: 256 bits, told once, stored hashed, at
 * most 90 days. A token carries the rights its user has at the moment of use, never more. */
#pragma once

#include "db/writer.h"
#include "guard/policy.h"

enum { TOKEN_DAYS_MAX = 90, TOKEN_NAME_MAX = 100, TOKENS_A_USER = 20 };

typedef struct Token {
    Str uid, name;
    int64_t made_at, until; /* instants */
    int64_t used_at;        /* 0 = never */
} Token;
typedef ARENA_LIST(Token) Tokens;

/* Makes a token that ends at `until`; its text (64 hex characters, in `a`) is kept nowhere. E_LIMIT
 * past TOKENS_A_USER, E_INVALID when `until` is past or beyond TOKEN_DAYS_MAX. */
MUST_CHECK Err token_make(WriteTx *tx, Arena *a, Str user_uid, Str name, int64_t until,
                          Str *ret_text);
/* Ends one of the user's own tokens at once; E_NOT_FOUND when she has none of that uid. */
MUST_CHECK Err token_revoke(WriteTx *tx, Str user_uid, Str uid);
/* Ends all of a user's tokens: whoever knew her password may have made one. */
MUST_CHECK Err token_revoke_all(WriteTx *tx, Str user_uid);
/* The user's tokens that have not ended, newest first. */
MUST_CHECK Err token_list(Db *db, Arena *a, Str user_uid, int64_t now, Tokens *ret);
/* The user of a token and its hash; E_LOGIN: no such token, or ended. */
MUST_CHECK Err token_user(Db *db, Arena *a, Str text, int64_t now, Str *ret_user, Str *ret_hash);
/* Subject of a token's user as of `now`; `session` is the token's hash. E_LOGIN: no such token,
 * ended, or a user who could not log in either. */
MUST_CHECK Err token_subject(Db *db, Arena *a, Str text, int64_t now, const StrList *roles,
                             Subject *ret);
/* Stores when a token (its hash) was last used; nothing for a hash that is none. */
MUST_CHECK Err token_seen(Db *db, Str hash, int64_t at);
/* Removes tokens that have ended. */
MUST_CHECK Err token_drop_ended(Db *db, int64_t now);
