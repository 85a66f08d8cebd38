/* What a page needs to judge by itself about a record's fields: proposals for an empty form, and
 * which fields apply. The gate judges again; here an answer may be coarse but never leaks. */
#pragma once

#include "web/page.h"

/* Proposed canonical value of a field in an empty form; STR_NONE without one. */
Str form_default(Req *req, const Field *field);
/* Whether a field of a loaded record applies (its own condition and its section's). */
bool form_applies(Req *req, const Record *rec, const Field *field);
/* Whether a condition holds for a loaded record. */
bool form_true(Req *req, const Record *rec, const Expr *when);
