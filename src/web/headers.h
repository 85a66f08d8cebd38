/* The headers of every answer: what a browser may do with it, and what the page said of it. */
#pragma once

#include "web/req.h"

#include <microhttpd.h>

/* An answer on its way. `whole` ends when a header finds no memory: without its policy a page is
 * not the one that was meant. */
typedef struct Headers {
    struct MHD_Response *to;
    bool whole;
} Headers;

void header_add(Headers *h, const char *name, const char *value);
/* Those of `req->res` and the ones that no answer goes without. */
void headers_add(Req *req, Headers *h);
/* Gives the answer away; one that is not whole is not sent: MHD_NO, at which the connection closes.
 */
enum MHD_Result headers_send(Headers *h, struct MHD_Connection *c, unsigned status);
