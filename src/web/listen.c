#include "web/listen_parts.h"

#include "base/file.h"
#include "web/headers.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { PEM_MAX = 256 * 1024, REDIRECTED = 200, HTTPS_PORT = 443 };
enum { REDIRECT_CONNECTIONS = 64, REDIRECT_PER_ADDRESS = 8, REDIRECT_SECONDS = 5 };

/* TLS 1.2 and 1.3, ephemeral keys, authenticated ciphers: nothing that a browser of the last ten
 * years lacks. */
#define PRIORITIES                                                                                 \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:"      \
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:-SIGN-RSA-SHA1:"                  \
    "-SIGN-ECDSA-SHA1:-GROUP-DH-ALL:%SERVER_PRECEDENCE"

static bool read_address(const Listen *at, int port, struct sockaddr_storage *ret, bool *ret_local)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
    const char *text = at->address ? at->address : "127.0.0.1";
    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *ret_local = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
        return false;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    *ret_local = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return true;
}

static Err read_pem(Arena *a, const char *path, char **ret)
{
    Str text;
    TRY(file_read(a, path, PEM_MAX, &text));
    *ret = ARENA_ARRAY(a, text.len + 1, char);
    memcpy(*ret, text.ptr, text.len);
    return ERR_OK;
}

static Err add_tls(const Listen *at, ListenParts *p, size_t n)
{
    static char priorities[] = PRIORITIES;
    char *cert, *key;
    TRY(read_pem(p->arena, at->cert, &cert));
    TRY(read_pem(p->arena, at->key, &key));
    p->flags |= MHD_USE_TLS;
    p->items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, cert};
    p->items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key};
    p->items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
    p->items[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return ERR_OK;
}

Err listen_parts(const Listen *at, MHD_socket socket, ListenParts *ret)
{
    bool local;
    *ret = (ListenParts){.arena = arena_new(4 * PEM_MAX)};
    if (!read_address(at, at->port, &ret->where, &local) || (!local && !listen_secure(at)))
        return E_USAGE;
    ret->flags = ret->where.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    ret->items[0] = socket == MHD_INVALID_SOCKET
                        ? (struct MHD_OptionItem){MHD_OPTION_SOCK_ADDR, 0, &ret->where}
                        : (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, socket, NULL};
    ret->items[1] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return listen_secure(at) ? add_tls(at, ret, 1) : ERR_OK;
}

void listen_parts_free(ListenParts *p)
{
    arena_free(p->arena);
}

Str listen_peer(Arena *a, struct MHD_Connection *c)
{
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;
    if (from && from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, text,
                  sizeof text);
    if (from && from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, text,
                  sizeof text);
    return str_copy(a, str_of(text));
}

/* ---- plain HTTP beside TLS ---- */

/* A host as it may stand in an address, without its port. */
static Str host_only(const char *given)
{
    Str host = str_of(given ? given : "");
    bool six = str_starts(host, S("["));
    ptrdiff_t end = str_find(host, six ? ']' : ':');
    host = end < 0 ? host : str_head(host, (size_t)end + six);
    for (size_t i = 0; i < host.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-[]:",
                    host.ptr[i]))
            return STR_NONE;
    return host.len <= REDIRECTED ? host : STR_NONE;
}

/* Only the first page: what was asked in the open is not repeated, and nothing posted is taken. */
static enum MHD_Result send_on(void *ctx, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *data, size_t *n,
                               void **state)
{
    (void)url, (void)method, (void)version, (void)data, (void)state;
    *n = 0;
    const Listen *at = ctx;
    char place[REDIRECTED + 32];
    Str host = host_only(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host"));
    static char nothing[1];
    struct MHD_Response *r = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    if (at->port == HTTPS_PORT)
        (void)snprintf(place, sizeof place, "https://%.*s/", STR_ARG(host));
    else
        (void)snprintf(place, sizeof place, "https://%.*s:%d/", STR_ARG(host), at->port);
    Headers h = {r, true};
    if (!str_empty(host))
        header_add(&h, "Location", place);
    header_add(&h, "Connection", "close");
    return headers_send(&h, c, str_empty(host) ? 400 : 308);
}

Err listen_redirect(Listen *at, struct MHD_Daemon **ret)
{
    struct sockaddr_storage where;
    bool local;
    *ret = NULL;
    if (!at->redirect)
        return ERR_OK;
    if (!listen_secure(at) || !read_address(at, at->redirect, &where, &local))
        return E_USAGE;
    *ret = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | (where.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0),
        (uint16_t)at->redirect, NULL, NULL, send_on, at, MHD_OPTION_SOCK_ADDR, &where,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)REDIRECT_CONNECTIONS,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)REDIRECT_PER_ADDRESS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)REDIRECT_SECONDS, MHD_OPTION_END);
    return *ret ? ERR_OK : E_IO;
}

Err listen_try(const Listen *at)
{
    ListenParts parts;
    Err e = listen_parts(at, MHD_INVALID_SOCKET, &parts);
    if (e == ERR_OK && listen_secure(at)) {
        struct MHD_Daemon *d = MHD_start_daemon(
            parts.flags | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
            send_on, NULL, MHD_OPTION_ARRAY, parts.items + 1, MHD_OPTION_END);
        e = d ? ERR_OK : E_INVALID;
        if (d)
            MHD_stop_daemon(d);
    }
    listen_parts_free(&parts);
    return e;
}
