/* The door of a server whose key is sealed: it answers one page, in both languages,
 * which takes the passphrase. It reads no data and knows no session. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "web/listen.h"

typedef struct SealedDoor {
    /* Judges a passphrase; E_KEY: another one. Called on the door's own thread, one at a time. */
    Err (*open)(void *ctx, Str passphrase);
    void *ctx;
    ListenReady ready;
} SealedDoor;

/* Listens at `at`, whose port is told back, until the passphrase fits or the program is asked to
 * end, which *ret_opened tells apart. E_IO when the port is taken; otherwise as listen_parts. */
MUST_CHECK Err sealed_wait(const SealedDoor *door, Listen *at, bool *ret_opened);
