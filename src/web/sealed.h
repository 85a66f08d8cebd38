/* The door of a server whose key is sealed: it answers one page, in both languages,
 * which takes the passphrase, and takes what programs send into the letterbox (guard/letterbox.h).
 * It reads no data and knows no session. */
#pragma once

#include "db/db.h"
#include "web/listen.h"

typedef struct SealedDoor {
    /* Judges a passphrase; E_KEY: another one. Called on the door's own thread, one at a time. */
    Err (*open)(void *ctx, Str passphrase);
    void *ctx;
    Db *db; /* where letters are put, used on the door's own thread only; NULL: none are taken */
    ListenReady ready;
} SealedDoor;

/* Listens at `at`, whose port is told back, until the passphrase fits or the program is asked to
 * end, which *ret_opened tells apart. E_IO when the port is taken; otherwise as listen_parts. */
MUST_CHECK Err sealed_wait(const SealedDoor *door, Listen *at, bool *ret_opened);
