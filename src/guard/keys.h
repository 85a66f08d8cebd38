/* Key hierarchy: KEK (key file) -> DEK of a key subject -> key of a class.
 * Wrapped DEKs live in kunci.db, apart from the data; deleting one erases what it protects.
 * Key bytes live in locked memory or on the stack, are wiped, and never enter an arena. */
#pragma once

#include "db/db.h"

#include <stdint.h>

typedef enum DataClass {
    CLASS_NONE,
#define X(name, word) CLASS_##name,
#include "guard/class.def"
#undef X
    CLASS_COUNT
} DataClass;

#define CLASS_BIT(c) (1u << (c))
#define CLASSES_ALL  ((1u << CLASS_COUNT) - 2u)

/* CLASS_NONE when the word names no class. */
DataClass class_of(Str word);
const char *class_word(DataClass c);

typedef struct Keyring Keyring;

enum { PASSPHRASE_MIN = 15, SHARES = 3, SHARES_NEEDED = 2 };

/* One of three shares of a key; any two give it back, one alone says nothing of it (Shamir, over
 * GF(256), degree one). Written as a digit and groups of four letters, the last of them a check. */
typedef struct KeyShare {
    char text[96]; /* ends with NUL */
} KeyShare;

typedef struct Dek {
    unsigned char bytes[32];
} Dek;

/* A KEK that took the place of another keeps the first one as its root, sealed: the oldest part of
 * the audit chain stays what it is. Beside it lies a fresh secret for fingerprints, row hashes and
 * what seal_own closes, and those before, until model/reseal.h has made all that anew; and the
 * epochs. Absent box: the KEK is all of them, and there is no epoch. */
typedef struct RootSeal {
    unsigned version;
    Str box;
} RootSeal;

/* After each exchange the audit chain goes on under a fresh key: in another epoch. Epoch 0 is that
 * of the root. Where the chain stood when one began lies in the box with its key, where nobody who
 * has an older key can change it: behind that row he makes none, and before it he changes none. */
typedef struct Epoch {
    int64_t row;           /* the last one before it; 0: there was none */
    int64_t at;            /* when it began, on the real clock */
    unsigned char mac[32]; /* of that row */
} Epoch;
/* How many there are beside that of the root, which is the number of the newest; one of them, from
 * 1 on. */
size_t keyring_epochs(const Keyring *k);
const Epoch *keyring_epoch(const Keyring *k, size_t n);

/* Opens the key file; E_SEALED when it wants a passphrase and none is given, E_KEY when it is
 * missing, malformed, or the passphrase is another. `installation` (at most 64 bytes, else E_KEY)
 * goes into every AD. Thread-safe afterwards: nothing in a keyring changes but by
 * keys_forget_before. */
MUST_CHECK Err keyring_open(const char *key_file, Str passphrase, Str installation, Keyring **ret);
/* The same where another KEK was in force before; E_KEY when the root is not sealed under this one.
 */
MUST_CHECK Err keyring_open_under(const char *key_file, Str passphrase, Str installation,
                                  RootSeal root, Keyring **ret);
/* The same from two shares of the paper; E_INVALID when one is mistyped. Compare keyring_check. */
MUST_CHECK Err keyring_join(Str share, Str other, Str installation, RootSeal root, Keyring **ret);
/* A keyring with a fresh KEK, a fresh secret and a fresh epoch, and the same root. */
MUST_CHECK Err keyring_next(const Keyring *k, Arena *a, Epoch found, RootSeal *ret_root,
                            Keyring **ret);
/* Wraps every data key anew and puts the root down, in the caller's transaction. E_KEY when one
 * does not fit: then nothing may be committed. */
MUST_CHECK Err keys_rewrap(const Keyring *from, const Keyring *to, RootSeal root, Db *keys,
                           int64_t *ret_n);
/* Whether the secret before the last exchange still opens anything, or row hashes are by an older
 * key; and, once nothing needs either any more, forgets them, here and in the key store. Only while
 * no other thread works with the keyring. */
bool keyring_has_before(const Keyring *k);
MUST_CHECK Err keys_forget_before(Keyring *k, Db *keys, Arena *a);
/* Writes the key file anew: sealed with a passphrase, open when it is absent. */
MUST_CHECK Err keyring_write(const Keyring *k, const char *key_file, Str passphrase);
/* The shares for the paper, other ones at each call. The caller wipes them. */
void keyring_split(const Keyring *k, KeyShare ret[SHARES]);
/* Wipes and frees. Accepts NULL. */
void keyring_free(Keyring *k);
/* Which KEK it is: 1, and one more after each exchange. */
unsigned keyring_version(const Keyring *k);
/* A short value of the root: stored in meta to tell a wrong key file at start. */
Str keyring_check(const Keyring *k, Arena *a);

/* A fresh DEK for a new key subject and its wrapped form (to be stored by keys_put in `before`). */
void keyring_new_dek(const Keyring *k, Arena *a, Str subject_uid, Dek *ret_dek, Str *ret_wrapped);
/* The wrapped form of a key. */
Str keyring_wrap(const Keyring *k, Arena *a, Str subject_uid, const Dek *dek);
/* Unwraps what keyring_new_dek gave; E_KEY when it does not fit. */
MUST_CHECK Err keyring_unwrap(const Keyring *k, Str subject_uid, Str wrapped, Dek *ret);
/* A wrapped DEK as it is stored: E_NOT_FOUND. */
MUST_CHECK Err keys_wrapped(Db *keys, Arena *a, Str subject_uid, Str *ret);
/* E_NOT_FOUND when the key was destroyed or never made, E_KEY when it is of another key file. */
MUST_CHECK Err keyring_dek(const Keyring *k, Db *keys, Str subject_uid, Dek *ret);
void dek_wipe(Dek *d);
/* Creates the table of wrapped keys. */
MUST_CHECK Err keys_schema(Db *keys);
/* Stores a wrapped DEK. E_DUPLICATE when the subject has one: a key is never overwritten, that
 * would erase what it protects. */
MUST_CHECK Err keys_put(Db *keys, Str subject_uid, Str wrapped);
/* Erases: nothing sealed under the DEK can be read again, nor what was under her key of reasons
 * (model/reason.h). No error when there is none. The bytes leave the file at its next truncating
 * checkpoint. */
#define KEY_OF_REASONS "alasan/"
MUST_CHECK Err keys_destroy(Db *keys, Str subject_uid);
/* Subject of a key that is to take the place of a subject's own. */
#define KEY_COMES "baru/"
/* The key that comes of a subject becomes hers, and the one before is gone, in one transaction; no
 * error when it did already. */
MUST_CHECK Err keys_take_over(const Keyring *k, Db *keys, Arena *a, Str subject_uid);
/* Erases all keys the subject of which begins with `prefix`, but that of one. */
MUST_CHECK Err keys_destroy_others(Db *keys, Str prefix, Str subject);
/* Unwraps every key; gives their number and the subjects (in `a`) whose key does not fit its seal.
 */
MUST_CHECK Err keys_check(const Keyring *k, Db *keys, Arena *a, int64_t *ret_n, StrList *ret_bad);

/* Where a sealed value stands: the associated data. */
typedef struct SealPlace {
    Str reg, field, record_uid, subject_uid;
} SealPlace;

/* Seals text under the class key of the DEK; padded to 16/64/256/1024-byte steps.
 * Blob: version(1) | class(1) | kek version(2) | nonce(24) | ciphertext | tag(16).
 * Absent text is never sealed (an absent field is NULL in its column): BUG. */
Str seal(const Keyring *k, const Dek *d, DataClass c, SealPlace at, Arena *a, Str plain);
/* E_CORRUPT when the blob was changed or moved. */
MUST_CHECK Err unseal(const Keyring *k, const Dek *d, SealPlace at, Arena *a, Str blob, Str *ret);
/* Seals bytes that belong to no person (import staging, drafts, key store files) under a key
 * derived from the secret for `purpose` (8 characters). What the secret before closed opens too,
 * until model/reseal.h has closed anew all that stays: by these purposes. */
#define OWN_SEED     "totpseed"
#define OWN_DRAFT    "sgpdraf"
#define OWN_FILTER   "sgpsari"
#define OWN_LETTER   "sgpkotak"
#define OWN_IMPORT   "imporfil"
#define OWN_RESIDENT "penduduk" /* of an older program: a book has a key of its own */
Str seal_own(const Keyring *k, const char purpose[8], Str context, Arena *a, Str plain);
MUST_CHECK Err unseal_own(const Keyring *k, const char purpose[8], Str context, Arena *a, Str blob,
                          Str *ret);

/* The same under a data key: of something large that outlasts an exchange. */
Str seal_under(const Keyring *k, const Dek *d, Str context, Arena *a, Str plain);
MUST_CHECK Err unseal_under(const Keyring *k, const Dek *d, Str context, Arena *a, Str blob,
                            Str *ret);
/* The key by which seal_own closes for a purpose, now or before the last exchange. */
void keyring_own(const Keyring *k, const char purpose[8], bool before, Dek *ret);

/* Keyed fingerprint of a normalised value, labelled by register and field: 32 hex characters. */
Str blind_index(const Keyring *k, Arena *a, Str reg, Str field, Str normalised);
/* Keyed hash over bytes, a key for each purpose (8 characters), by the key of an epoch: the 32
 * bytes of an audit mac. */
void keyring_mac(const Keyring *k, size_t epoch, const char purpose[8], Str bytes,
                 unsigned char ret[32]);
/* The same of the secret, or of the one before it: for keys of other things that are read again. */
void keyring_secret(const Keyring *k, const char purpose[8], Str bytes, bool before,
                    unsigned char ret[32]);
/* Keyed hash for idempotency bodies and files: 32 hex characters. */
Str keyed_hash(const Keyring *k, Arena *a, const char purpose[8], Str bytes);
/* The same for row hashes: by the secret; or by what made them before the last exchange, which is
 * the same once keys_forget_before was called. */
Str keyring_row_hash(const Keyring *k, Arena *a, bool before, Str bytes);
/* Unkeyed hash of public text (model, assets): 32 hex characters. */
Str plain_hash(Arena *a, Str bytes);
