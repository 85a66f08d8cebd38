/* Where to listen, in the words of libmicrohttpd. */
#pragma once

#include "base/str.h"
#include "web/listen.h"

#include <microhttpd.h>
#include <netinet/in.h>

/* Two years, as lists of sites that are always reached by TLS ask for. */
#define HSTS "max-age=63072000; includeSubDomains"

/* What every daemon is started with beside its own options. */
typedef struct ListenParts {
    Arena *arena; /* holds the key until listen_parts_free wipes it */
    unsigned flags;
    struct sockaddr_storage where;
    struct MHD_OptionItem items[6];
} ListenParts;

/* Reads certificate and key; `socket` is one that listens already, or MHD_INVALID_SOCKET. E_USAGE:
 * an address that is none, or reaches beyond this machine without TLS; E_NOT_FOUND or E_IO: a file
 * that cannot be read. Freed by the caller in any case. */
MUST_CHECK Err listen_parts(const Listen *at, MHD_socket socket, ListenParts *ret);
void listen_parts_free(ListenParts *p);
/* The address of who speaks to us, where no proxy stands between; empty when it cannot be told. */
Str listen_peer(Arena *a, struct MHD_Connection *c);
/* A daemon that answers plain HTTP with the same address under https; NULL where none is wanted.
 * E_IO when its port is taken. */
MUST_CHECK Err listen_redirect(Listen *at, struct MHD_Daemon **ret);
