/* Saved filters on the pages that show them. */
#pragma once

#include "web/page.h"

/* The reader's filters as links with counts; of one register with a button to delete one's own, or
 * of all when `reg` is NULL. Nothing without any. */
MUST_CHECK Err filters_list(Req *req, Html *h, const Register *reg);
/* The form that gives the filter of this list a name; nothing when nothing is filtered. */
MUST_CHECK Err filters_form(Req *req, Html *h);
