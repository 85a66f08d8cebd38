/* The file that holds the key-encrypting key, and the paper that brings it back.
 * Open: "SIGAP-KEK 1 " and the key in hex, so that whoever has the file has the key. Sealed:
 * "SIGAP-KEK 2 ", a salt and the key in a box that a passphrase opens (argon2id, 256 MiB).
 * Key bytes stay on the stack or in locked memory and never enter an arena. */
#pragma once

#include "guard/crypto.h"
#include "guard/keys.h"

/* Makes an open file with a new key (mode 0600); E_DUPLICATE when it exists, E_IO. */
MUST_CHECK Err key_file_create(const char *path);
/* E_SEALED: sealed, and `passphrase` is absent; E_KEY: missing, malformed, or another passphrase.
 */
MUST_CHECK Err key_file_read(const char *path, Str passphrase, Key *ret);
/* Replaces the file whole or not at all: sealed with a passphrase, open when it is absent. */
MUST_CHECK Err key_file_write(const char *path, Str passphrase, const Key *key);

void key_split(const Key *key, KeyShare ret[SHARES]);
/* E_INVALID: a share mistyped, or the same one twice. Whether the key is the right one, its user
 * has to ask. */
MUST_CHECK Err key_join(Str share, Str other, Key *ret);
