/* Which page answers an address: the one list is route.def. */
#pragma once

#include "web/req.h"

/* Finds the route of a path and fills req->route, reg, uid and name. E_NOT_FOUND when no pattern
 * fits or the register does not exist; E_METHOD (with res.allow) when only other methods fit. */
MUST_CHECK Err route_find(Req *req);
/* The table, for tests and the matrix generator. */
const Route *routes_all(size_t *ret_n);
