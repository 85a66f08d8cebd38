/* From an address, or the definition of a queue, to a query. */
#pragma once

#include "model/query.h"
#include "web/page.h"

/* Reads req->query into a query on req->reg. Dates may be typed as people write them. E_INVALID
 * with problems for what cannot be read. */
MUST_CHECK Err list_query(Req *req, Verb verb, Query *ret, Problems *problems);
/* The same for any register and parameters. */
MUST_CHECK Err list_query_of(Req *req, const Register *reg, const Params *params, Verb verb,
                             Query *ret, Problems *problems);
/* uids of the reader's institutions as far as she may list them, home institution first, separated
 * by blanks; STR_NONE without any. */
MUST_CHECK Err my_institutions(Req *req, Str *ret);
/* The query a queue stands for, for this reader and this moment. */
MUST_CHECK Err queue_query(Req *req, const QueueDef *q, Query *ret);
