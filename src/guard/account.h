/* Accounts: the secrets of users. Passwords: argon2id, t=3, m=64 MiB. */
#pragma once

#include "db/writer.h"

enum { PASSWORD_MIN = 12, PASSWORD_MAX = 256 };

MUST_CHECK Err account_schema(Db *db);
/* Hashes a password: about 100 ms and 64 MiB; never on the I/O or writer thread. */
MUST_CHECK Err password_hash(Arena *a, Str password, Str *ret);
/* E_INVALID when too short (characters), too long (bytes), made of common words, keyboard runs or
 * few characters, or built on the log-in name; E_LEAKED when the list in the data folder `dir`
 * holds it (guard/leaked.h). No rule on kinds of characters (ASVS 6.2.5). */
MUST_CHECK Err password_acceptable(const char *dir, Str password, Str login);
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
    int64_t given_at;   /* instant at which somebody else gave the password; 0: it is her own */
} Account;
/* E_NOT_FOUND when there is no such log-in name. */
MUST_CHECK Err account_find(Db *db, Arena *a, Str login, Account *ret);

/* One try to prove who somebody is, by password or code: counted as a failure before it is judged,
 * so that tries at once are no more than tries one after the other; a right one takes its count
 * back and leaves those before it. Failures: two are free, the third makes the next wait 8 s, each
 * further one twice as long, at most 16 minutes; one is forgotten for every 16 minutes after the
 * wait. So no account is tried more than 100 times in any 24 hours, whoever else logs in between.
 */
typedef struct AccountTry {
    Account account; /* as it was before, in `a`; of an unknown log-in name without a user */
    int64_t counted; /* failures with this one */
    Err err;         /* E_LOGIN: unknown or wrong; E_LIMIT: not judged, the account waits */
} AccountTry;
MUST_CHECK Err account_try(WriteTx *tx, Arena *a, Str login, AccountTry *ret);
/* Compares the password of a try that was counted. Constant work: an unknown log-in and an account
 * that waits cost as much as a wrong password (the page must use the same words for all, or the
 * answer tells that the account exists). */
void account_judge(AccountTry *t, Str password);
/* The try was right. */
MUST_CHECK Err account_right(WriteTx *tx, const AccountTry *t);
