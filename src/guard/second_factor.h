/* The second factor of a log-in: time codes of an authenticator (TOTP, RFC 6238: SHA-1, 30 s, six
 * digits) and, for a lost telephone, recovery codes that each work once. The seed is sealed under
 * the KEK; a recovery code has 120 bits and only its keyed hash is kept (ASVS 6.5). */
#pragma once

#include "db/writer.h"
#include "guard/keys.h"

enum { RECOVERY_CODES = 8, FACTOR_DIGITS = 6 };

typedef struct SecondFactor {
    bool confirmed;
    int64_t since;    /* instant of confirmation, 0 before */
    int64_t recovery; /* recovery codes not used yet */
} SecondFactor;

/* The tables, for a new installation and for the step that brings an older one up to date. */
#define SECOND_FACTOR_TABLES                                                                       \
    "CREATE TABLE IF NOT EXISTS kode_kedua(user_uid " DB_TEXT " PRIMARY KEY,"                      \
    "seed " DB_BLOB " NOT NULL, confirmed_at " DB_INTEGER " NOT NULL DEFAULT 0,"                   \
    "last_step " DB_INTEGER " NOT NULL DEFAULT 0);"                                                \
    "CREATE TABLE IF NOT EXISTS kode_pulih(hash " DB_TEXT " PRIMARY KEY,"                          \
    "user_uid " DB_TEXT " NOT NULL);"                                                              \
    "CREATE INDEX IF NOT EXISTS kode_pulih_user ON kode_pulih(user_uid);"
/* Whether everybody must have one: yes unless meta says otherwise, which it does for practice
 * installations. */
#define SECOND_FACTOR_WORD "kode_kedua"
#define META_SECOND_FACTOR S(SECOND_FACTOR_WORD)
#define SECOND_FACTOR_FREE "boleh"
/* All zero when the user has none. */
MUST_CHECK Err second_factor_find(Db *db, Str user_uid, SecondFactor *ret);
/* Makes a new seed that waits for its first code; replaces one that was never confirmed.
 * E_DUPLICATE when a confirmed one is there. */
MUST_CHECK Err second_factor_begin(WriteTx *tx, const Keyring *k, Str user_uid);
/* The seed that waits, in base32 as authenticators take it; E_NOT_FOUND when none waits. */
MUST_CHECK Err second_factor_seed(Db *db, Arena *a, const Keyring *k, Str user_uid, Str *ret);
/* The first code proves that the telephone holds the seed: from now on it is asked for. Gives the
 * recovery codes, told once. E_LOGIN when the code does not fit, E_NOT_FOUND when no seed waits. */
MUST_CHECK Err second_factor_confirm(WriteTx *tx, Arena *a, const Keyring *k, Str user_uid,
                                     Str code, Str ret_codes[RECOVERY_CODES]);
/* Takes a time code (of this half-minute or the ones beside it; each works once) or a recovery
 * code. E_LOGIN when it is none of them, or the user has no confirmed second factor. */
MUST_CHECK Err second_factor_take(WriteTx *tx, const Keyring *k, Str user_uid, Str code);
/* Removes seed and recovery codes: the next log-in asks to set up a new one. */
MUST_CHECK Err second_factor_remove(WriteTx *tx, Str user_uid);
/* What an authenticator reads from a picture: the key URI of a seed. */
Str second_factor_uri(Arena *a, Str issuer, Str login, Str seed);
