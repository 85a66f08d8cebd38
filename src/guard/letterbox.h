/* The letterbox of a sealed server: what programs send while no key is there lies sealed to the
 * installation's public key (X25519) until the key comes. Taking a letter needs no key: the sender
 * is known by the hash of her token, a repeated letter by marks keyed with the token itself. */
#pragma once

#include "db/writer.h"
#include "guard/keys.h"

enum {
    LETTERS_MAX = 2000,
    LETTERS_A_SENDER = 200,
    LETTERS_BYTES = 64 * 1024 * 1024, /* of all of them */
    LETTER_MAX = 256 * 1024
};

#define LETTERBOX_TABLE                                                                            \
    "CREATE TABLE IF NOT EXISTS kotak_masuk(uid " DB_TEXT " PRIMARY KEY,"                          \
    "user_uid " DB_TEXT " NOT NULL, reg " DB_TEXT " NOT NULL, at " DB_INTEGER " NOT NULL,"         \
    "mark " DB_TEXT ", body " DB_TEXT " NOT NULL, box " DB_BLOB " NOT NULL, fault " DB_BLOB ");"

/* Puts the public half of the key down, where a sealed server finds it. */
MUST_CHECK Err letterbox_publish(Db *db, Arena *a, const Keyring *k);
/* After an exchange of keys: the same for the new pair, and the letters that lie there with it. */
MUST_CHECK Err letterbox_reseal(Db *db, Arena *a, const Keyring *k);

typedef struct LetterPut {
    Str token;  /* of the sender, as she told it */
    Str repeat; /* her key for repeating it, may be absent */
    Str reg;    /* what it is to become */
    Str said;   /* by which it is known again under that key */
    Str text;   /* what is sealed */
} LetterPut;
/* Takes a letter without any key and gives its uid, the receipt. The same letter under the same key
 * for repeating gives the same receipt. E_LOGIN: no such token; E_REUSED: another letter came under
 * that key; E_LIMIT: the sender's share, or the whole, is full; E_TOO_LARGE; E_SEALED: the server
 * was never unsealed since letters are known. */
MUST_CHECK Err letterbox_put(Db *db, Arena *a, const LetterPut *p, Str *ret_uid);

typedef struct Letter {
    Str uid, user_uid, reg;
    Str text, fault; /* opened; fault absent: not put in yet */
    int64_t at;
} Letter;
/* uids of letters that nobody has judged yet, oldest first. */
MUST_CHECK Err letterbox_waiting(Db *db, Arena *a, StrList *ret);
/* uids of a user's letters, oldest first; of everybody's when she is absent. */
MUST_CHECK Err letterbox_of(Db *db, Arena *a, Str user_uid, StrList *ret);
/* E_NOT_FOUND; E_CORRUPT when it, its sender or its register was changed, or its key is gone: who
 * it says it is from is told even then. The text is the caller's to forget with `a`. */
MUST_CHECK Err letterbox_open(Db *db, Arena *a, const Keyring *k, Str uid, Letter *ret);
/* Commands for the writer: what is wrong with a letter; it was put in, or thrown away. */
typedef struct LetterFault {
    const Keyring *keyring;
    Str uid, words;
} LetterFault;
Err letterbox_fault(WriteTx *tx, void *letter_fault);
Err letterbox_drop(WriteTx *tx, void *uid_str);
