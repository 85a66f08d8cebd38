/* What is looked for, a name, a number, a birth date, stands in no address: browsers keep addresses
 * after log-out, proxies write them down (ASVS 14.2.1). Forms that look for something post it; the
 * answer sends on to the same page with the question sealed for this session alone. */
#pragma once

#include "web/html.h"
#include "web/req.h"

/* Begins a form that looks for something on the page at `action`; close it with h_close. `role` may
 * be absent. */
void asked_form_open(Req *req, Html *h, Str action, Str class_, Str role);
/* The address of a page with a query string, sealed when it holds what somebody typed to look for;
 * everything else stays readable, to be kept and passed on. */
Str asked_url(Req *req, Str path, Str query);
/* Puts what a sealed question holds in its place; E_BAD_REQ or E_CORRUPT when it is not one of this
 * session, and then nothing has changed. */
MUST_CHECK Err asked_params(const Req *req, Params *p);
/* The same for the query of the request: a question of another session leads to the page without
 * it, which says so. */
MUST_CHECK Err asked_open(Req *req);
