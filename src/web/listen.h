/* Where the server listens and how: an address of this machine, with TLS or, on the loopback only,
 * without. */
#pragma once

#include "base/err.h"

#include <stddef.h>

typedef struct Listen {
    const char *address;    /* NULL: 127.0.0.1 */
    int port;               /* 0: any free one; then the one that was got */
    int redirect;           /* port that sends plain HTTP on to TLS; 0: none */
    const char *cert, *key; /* PEM files of the chain and its key; NULL: no TLS */
} Listen;

/* Told once it listens. */
typedef void (*ListenReady)(const Listen *at);

static inline bool listen_secure(const Listen *at)
{
    return at->cert != NULL;
}

/* Whether the address may be listened at and certificate and key fit as they are now; nothing
 * listens. E_USAGE for the address, any other error for the files. */
MUST_CHECK Err listen_try(const Listen *at);
