/* What a leader looks for first: how many in this half-year, and whether more or fewer than before.
 */
#pragma once

#include "web/page.h"

/* Whether some role of the reader has figures on its first screen. */
bool home_has_figures(const Req *req);
/* The figures of the reader's roles, each once, with the link to print the page. */
MUST_CHECK Err home_figures(Req *req, Html *h);
