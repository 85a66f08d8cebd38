/* The headers of every answer: what a browser may do with it, and what the page said of it. */
#pragma once

#include "web/req.h"

#include <microhttpd.h>

/* Those of `req->res` and the ones that no answer goes without. */
void headers_add(Req *req, struct MHD_Response *r);
