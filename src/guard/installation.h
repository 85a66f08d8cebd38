/* One installation: a folder with sigap.db (data), kunci.db (wrapped keys), berkas.db (attachments)
 * and kek.key (practice: key file). Table meta holds its identity. */
#pragma once

#include "db/db.h"
#include "guard/keys.h"

typedef struct Installation {
    const char *dir, *data_db, *keys_db, *files_db, *key_file;
    Str id;              /* uid of the installation */
    bool practice;       /* set once at init, never cleared */
    int zone;            /* minutes east of UTC */
    int64_t clock_shift; /* practice only */
    Keyring *keyring;
    int lock;         /* the folder, shared with all who use it; 0: not open */
    bool sealed_file; /* the key file wanted a passphrase: sessions do not outlive a restart */
} Installation;

/* Makes the folder, the databases with guard's tables and the key file. E_DUPLICATE if a database
 * or a key file is there: neither is ever overwritten. The data come last, so that a folder with
 * data is complete. */
MUST_CHECK Err installation_create(const char *dir, bool practice, int zone);
/* Opens it: paths, meta, key file; sets clock zone and shift. E_NOT_FOUND, E_KEY, E_CORRUPT;
 * E_SEALED when the key file wants a passphrase. The caller closes it when done; texts live in `a`.
 */
MUST_CHECK Err installation_open(Arena *a, const char *dir, Installation *ret);
/* The same with the passphrase; E_KEY when it is another. */
MUST_CHECK Err installation_unseal(Arena *a, const char *dir, Str passphrase, Installation *ret);
/* What stands in clear, without any key: paths, uid, zone; and what keyring_check must give. */
MUST_CHECK Err installation_identity(Arena *a, const char *dir, Installation *ret, Str *ret_check);
/* Sets zone and shift of the clock to those of the installation. */
void installation_clock(const Installation *in);
/* What a key store says of the KEK it wants; and an installation's. */
MUST_CHECK Err root_seal_read(Db *keys, Arena *a, RootSeal *ret);
MUST_CHECK Err installation_root(Arena *a, const Installation *in, RootSeal *ret);
/* A new key in the place of the old: every data key is wrapped anew in one transaction, the old key
 * file stays beside it (`kek.key.lama-1`) for the copies made before. Cut off at any point, the
 * next opening finds either the old key in force or the new one, and finishes. E_BUSY while anybody
 * else has the installation open; E_KEY when a data key does not fit. */
MUST_CHECK Err installation_rotate(Installation *in, Arena *a, Str passphrase, int64_t *ret_n);
void installation_close(Installation *in);
/* Shifts the clock of a practice installation, now and at every later start. E_DENIED on a real
 * one.
 */
MUST_CHECK Err installation_shift(Installation *in, Db *db, int64_t ms);
MUST_CHECK Err meta_get(Db *db, Arena *a, Str key, Str *ret); /* absent key: STR_NONE */
MUST_CHECK Err meta_put(Db *db, Str key, Str value);
