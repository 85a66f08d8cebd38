#include "web/headers.h"

#include "web/listen_parts.h"

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value);
}

void headers_add(Req *req, struct MHD_Response *r)
{
    Res *res = &req->res;
    Arena *a = req->arena;
    if (req->secure)
        add_header(r, "Strict-Transport-Security", HSTS);
    add_header(r, "Content-Security-Policy",
               "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
               "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "Referrer-Policy", "no-referrer");
    add_header(r, "Cross-Origin-Opener-Policy", "same-origin");
    add_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    add_header(r, "Vary", "Accept-Encoding, Accept-Language, Authorization, Cookie");
    add_header(r, "Cache-Control",
               res->immutable ? "public, max-age=31536000, immutable" : "no-store");
    add_header(r, "Content-Type", res->type.ptr ? str_z(a, res->type) : "text/html; charset=utf-8");
    if (res->location.ptr)
        add_header(r, "Location", str_z(a, res->location));
    if (res->disposition.ptr)
        add_header(r, "Content-Disposition", str_z(a, res->disposition));
    if (res->etag.ptr)
        add_header(r, "ETag", str_z(a, res->etag));
    if (res->status == 401 && req_is_api(req))
        add_header(r, "WWW-Authenticate", "Bearer");
    if (res->allow.ptr)
        add_header(r, "Allow", str_z(a, res->allow));
    if (res->status == 429 || res->status == 503)
        add_header(r, "Retry-After", str_int(a, res->retry_after ? res->retry_after : 1).ptr);
    if (res->refresh)
        add_header(r, "Refresh", str_int(a, res->refresh).ptr);
    if (res->gzipped)
        add_header(r, "Content-Encoding", "gzip");
    if (res->clear_site)
        add_header(r, "Clear-Site-Data", "\"cache\", \"storage\"");
    if (res->close)
        add_header(r, "Connection", "close");
    for (size_t i = 0; i < res->cookies.n; i++)
        add_header(r, "Set-Cookie", str_z(a, res->cookies.items[i]));
}
