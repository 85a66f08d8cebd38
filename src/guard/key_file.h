/* The file that holds the key-encrypting key, and the paper that brings it back.
 * Open: "SIGAP-KEK 1 " and the key in hex, so that whoever has the file has the key. Sealed:
 * "SIGAP-KEK 2 ", a salt and the key in a box that a passphrase opens (argon2id, 256 MiB).
 * Key bytes stay on the stack or in locked memory and never enter an arena. */
#pragma once

#include "guard/crypto.h"
#include "guard/keys.h"

#define KEY_FILE "kek.key"
/* Beside it: those that went, for copies made before, "kek.key.lama-1" and so on. */
#define KEY_OLD KEY_FILE ".lama"

/* Makes an open file with a new key (mode 0600); E_DUPLICATE when it exists, E_IO. */
MUST_CHECK Err key_file_create(const char *path);
/* E_SEALED: sealed, and `passphrase` is absent; E_KEY: missing, malformed, or another passphrase.
 */
MUST_CHECK Err key_file_read(const char *path, Str passphrase, Key *ret);
/* Replaces the file whole or not at all: sealed with a passphrase, open when it is absent. */
MUST_CHECK Err key_file_write(const char *path, Str passphrase, const Key *key);
/* Sets the key file of a folder aside as the key of that number; a name that is taken stays what it
 * is, and this one becomes "kek.key.lama-1.2". Nothing when there is no key file. */
MUST_CHECK Err key_file_set_aside(Arena *a, const char *dir, int64_t number);
/* Names of those set aside, and the number in such a name (0: an older program gave it none). */
MUST_CHECK Err key_file_old(Arena *a, const char *dir, StrList *ret);
int64_t key_file_number(Str name);

void key_split(const Key *key, KeyShare ret[SHARES]);
/* E_INVALID: a share mistyped, or the same one twice. Whether the key is the right one, its user
 * has to ask. */
MUST_CHECK Err key_join(Str share, Str other, Key *ret);
