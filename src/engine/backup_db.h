/* Backup: an online copy of the three databases in a folder, with the hash of each file, proved by
 * opening it again. The key file is a separate matter: whoever holds both reads everything. */
#pragma once

#include "guard/audit.h"
#include "guard/installation.h"
#include "guard/key_file.h"
#include "model/store.h"

/* Names inside a backup folder. The list of hashes has the form of `b2sum -l 256`. */
#define BACKUP_SUMS "cadangan.b2"
#define BACKUP_KEY  KEY_FILE

/* A copy taken before the data are changed. */
typedef struct BackupBefore {
    Str dir;              /* where it lies; STR_NONE: there was nothing to copy */
    int64_t needed, room; /* bytes; with needed > room nothing was written */
} BackupBefore;
/* Makes one in a new folder `sebelum-WHAT-MOMENT` beside the data, with hashes, proved by opening
 * it. Data that were never in use are not copied. E_FULL with needed > room: the disk is too full.
 */
MUST_CHECK Err backup_before(const Installation *in, Db *db, Arena *a, Str what, BackupBefore *ret);

/* The moment in the name of such a folder; false for any other name. */
bool backup_before_moment(Str name, int64_t *ret);
/* Removes such copies, never one of the newest BACKUP_KEPT nor one younger than BACKUP_KEPT_DAYS; a
 * folder that holds anything else stays. Gives the number removed. */
enum { BACKUP_KEPT = 3, BACKUP_KEPT_DAYS = 30 };
MUST_CHECK Err backup_sweep(const Installation *in, Arena *a, size_t *ret_removed);

typedef struct BackupProof {
    int64_t bytes;   /* of all files */
    int64_t records; /* read out of a new copy, each fitting its hash */
    bool audited;    /* a key was there: the audit chain was recomputed */
    AuditCheck audit;
    Str broken;       /* out with E_CORRUPT: the first file that does not fit */
    Str installation; /* uid */
} BackupProof;

/* The key file that proves a backup, and its passphrase where it wants one. */
typedef struct BackupKey {
    const char *file;
    Str passphrase;
    const Keyring *open; /* used instead when it is there: of a running server */
} BackupKey;

/* Makes the folder (which must not hold a backup), copies, writes the hashes and proves the copy,
 * some records of each register read out of it. `with_key` puts the key file beside it. */
MUST_CHECK Err backup_make(const Store *s, Arena *a, const char *dir, bool with_key,
                           BackupProof *ret);
/* Hashes, integrity of each database and, when the key file exists, the audit chain. E_NOT_FOUND:
 * no backup there; E_CORRUPT: `broken` says which file; E_KEY: the key is another installation's.
 */
MUST_CHECK Err backup_check(Arena *a, const char *dir, BackupKey key, BackupProof *ret);
/* Whether the key opens the copy, before all of it is read: E_SEALED, E_KEY. */
MUST_CHECK Err backup_key_fits(Arena *a, const char *dir, BackupKey key);
/* Whether a copy in one of the folders of `home` wants the key of that number, 1 and one more after
 * each exchange; true when the folder cannot be read. */
bool backup_wants_key(Arena *a, const char *home, int64_t number);
/* Copies a proved backup and the key file into a folder without data; a key file there that does
 * not open it is set aside. E_DUPLICATE when there are data; E_KEY without a key file that fits.
 * Data that were copied are removed again on failure. */
MUST_CHECK Err backup_restore(Arena *a, const char *dir, const char *data, BackupKey key,
                              BackupProof *ret);

/* E_FULL when a copy into the folder would not fit. */
MUST_CHECK Err backup_room(const Installation *in, const char *dir);

typedef struct BackupRow {
    int64_t at, bytes, took; /* `at` by the real clock, `took` in milliseconds */
    Str place, result;       /* "ok" or an error code */
} BackupRow;
/* Puts a backup on record. */
MUST_CHECK Err backup_note(WriteTx *tx, const BackupRow *row);
/* Forgets rows older than an instant. */
MUST_CHECK Err backup_forget(WriteTx *tx, int64_t before);
/* The last ones, newest first; at most `max`. */
MUST_CHECK Err backup_list(Db *db, Arena *a, BackupRow *ret, size_t max, size_t *ret_n);
