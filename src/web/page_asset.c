/* Style sheet, script and icon: built into the program, named by their content, never changed. */
#include "web/page.h"

#include "assets_gen.h"

typedef struct Asset {
    const char *name, *type;
    const unsigned char *plain, *gzip;
    size_t plain_len, gzip_len;
} Asset;

#include "assets_rows.inc"

Err page_asset(Req *req)
{
    for (size_t i = 0; i < COUNT(assets); i++) {
        const Asset *a = &assets[i];
        if (!str_is(req->name, a->name))
            continue;
        bool gzip = req->accepts_gzip;
        req->res.type = str_of(a->type);
        req->res.immutable = true;
        req->res.gzipped = gzip;
        req->res.body.ptr = (char *)(uintptr_t)(gzip ? a->gzip : a->plain);
        req->res.body.len = gzip ? a->gzip_len : a->plain_len;
        return ERR_OK;
    }
    return E_NOT_FOUND;
}
