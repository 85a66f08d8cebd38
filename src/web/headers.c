#include "web/headers.h"

#include "web/listen_parts.h"

void header_add(Headers *h, const char *name, const char *value)
{
    h->whole = MHD_add_response_header(h->to, name, value) == MHD_YES && h->whole;
}

enum MHD_Result headers_send(Headers *h, struct MHD_Connection *c, unsigned status)
{
    enum MHD_Result done = h->whole ? MHD_queue_response(c, status, h->to) : MHD_NO;
    MHD_destroy_response(h->to);
    return done;
}

void headers_add(Req *req, Headers *h)
{
    Res *res = &req->res;
    Arena *a = req->arena;
    if (req->secure)
        header_add(h, "Strict-Transport-Security", HSTS);
    header_add(h, "Content-Security-Policy",
               "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
               "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    header_add(h, "X-Content-Type-Options", "nosniff");
    header_add(h, "Referrer-Policy", "no-referrer");
    header_add(h, "Cross-Origin-Opener-Policy", "same-origin");
    header_add(h, "Cross-Origin-Resource-Policy", "same-origin");
    header_add(h, "Vary", "Accept-Encoding, Accept-Language, Authorization, Cookie");
    header_add(h, "Cache-Control",
               res->immutable ? "public, max-age=31536000, immutable" : "no-store");
    header_add(h, "Content-Type", res->type.ptr ? str_z(a, res->type) : "text/html; charset=utf-8");
    if (res->location.ptr)
        header_add(h, "Location", str_z(a, res->location));
    if (res->disposition.ptr)
        header_add(h, "Content-Disposition", str_z(a, res->disposition));
    if (res->etag.ptr)
        header_add(h, "ETag", str_z(a, res->etag));
    if (res->status == 401 && req_is_api(req))
        header_add(h, "WWW-Authenticate", "Bearer");
    if (res->allow.ptr)
        header_add(h, "Allow", str_z(a, res->allow));
    if (res->status == 429 || res->status == 503)
        header_add(h, "Retry-After", str_int(a, res->retry_after ? res->retry_after : 1).ptr);
    if (res->refresh)
        header_add(h, "Refresh", str_int(a, res->refresh).ptr);
    if (res->gzipped)
        header_add(h, "Content-Encoding", "gzip");
    if (res->clear_site)
        header_add(h, "Clear-Site-Data", "\"cache\", \"storage\"");
    if (res->close)
        header_add(h, "Connection", "close");
    for (size_t i = 0; i < res->cookies.n; i++)
        header_add(h, "Set-Cookie", str_z(a, res->cookies.items[i]));
}
