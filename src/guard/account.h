/* Accounts: the secrets of users. Facts about them (name, roles, membership) are registers; `model`
 * writes their plain projection here (RULES 6). Passwords: argon2id, t=3, m=64 MiB (security 3.4).
 */
#pragma once

#include "db/writer.h"

enum { PASSWORD_MIN = 12, PASSWORD_MAX = 256 };

MUST_CHECK Err account_schema(Db *db);
/* A log-in name as it is stored and compared: trimmed, ASCII letters in lower case. */
Str login_fold(Arena *a, Str login);
/* Hashes a password: about 100 ms and 64 MiB; never on the I/O or writer thread. */
MUST_CHECK Err password_hash(Arena *a, Str password, Str *ret);
/* E_INVALID when too short (characters), too long (bytes), made of common words, keyboard runs or
 * few characters, or built on the log-in name. No rule on kinds of characters (ASVS 6.2.5). */
MUST_CHECK Err password_acceptable(Str password, Str login);
/* Cheaper hash for practice installations and tests (their passwords are printed anyway). */
MUST_CHECK Err password_hash_practice(Arena *a, Str password, Str *ret);

/* Whether the password fits the hash, whatever its cost was; a malformed hash fits nothing. */
bool password_matches(Str hash, Str password);
/* Costs as much as verifying a password: for a log-in name that does not exist. */
void password_dummy(Str password);

/* Makes or replaces the secret of a user and clears the back-off. E_DUPLICATE when the log-in name
 * is another user's. Ending the user's sessions is the caller's act (session_close_user). */
MUST_CHECK Err account_put(WriteTx *tx, Str user_uid, Str login, Str hash);

/* The password was given by somebody else: until it is changed nothing else may be done.
 * account_put clears it. */
MUST_CHECK Err account_change_due(WriteTx *tx, Str user_uid);

typedef struct Account {
    Str user_uid, login, hash;
    int64_t failed;
    int64_t wait_until; /* instant before which no attempt counts */
} Account;
/* E_NOT_FOUND when there is no such log-in name. */
MUST_CHECK Err account_find(Db *db, Arena *a, Str login, Account *ret);
/* Verifies in constant work: an unknown login and an account in back-off cost as much as a wrong
 * password. E_LOGIN; E_LIMIT during back-off, even for the right password (the page must use the
 * same words for both, or the answer tells that the account exists). `ret` is also filled when the
 * account exists and the answer is E_LOGIN or E_LIMIT, for account_attempt. */
MUST_CHECK Err account_check(Db *db, Arena *a, Str login, Str password, Account *ret);
/* Counts a failure (back-off 2^n seconds from the third, at most 15 minutes; none counts during a
 * back-off) or clears the count. */
MUST_CHECK Err account_attempt(WriteTx *tx, Str user_uid, bool ok);

/* Whether the user is in a back-off: nothing she gives counts now. */
MUST_CHECK Err account_waits(Db *db, Str user_uid, bool *ret);

/* Facts projected from the registers. */
typedef struct UserFact {
    int64_t user;
    Str uid, login, name, roles; /* roles: words separated by blanks */
    bool active;
    Str until;      /* ISO date or absent */
    Str area;       /* region code or absent */
    int64_t agency; /* institution the user record stands under */
} UserFact;
/* Makes or replaces; a changed log-in name is followed by the account. E_DUPLICATE when it is
 * another user's. */
MUST_CHECK Err user_fact_put(WriteTx *tx, const UserFact *f);
typedef struct MemberFact {
    int64_t membership, user, agency;
    Str start, end; /* ISO dates; end may be absent */
} MemberFact;
MUST_CHECK Err member_fact_put(WriteTx *tx, const MemberFact *f);
MUST_CHECK Err member_fact_drop(WriteTx *tx, int64_t membership);
