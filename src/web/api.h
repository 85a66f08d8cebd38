/* The API: every register as JSON under /api/v1, by the same gate, query and problems as the pages
 * (docs/api.md). */
#pragma once

#include "web/req.h"

/* JSON under construction: commas are put by whoever opened the object or list. */
typedef struct Json {
    Buf *out;
    bool first; /* no member of the innermost object or list was written yet */
} Json;

Json json_begin(Req *req, int status);
void json_open(Json *j, char bracket);
void json_close(Json *j, char bracket);
/* A key; its value must follow. */
void json_key(Json *j, Str key);
/* An element of a list or the value of a key. Absent text is null. */
void json_text(Json *j, Str value);
void json_raw(Json *j, Str value);
/* Key and value at once. */
void json_open_at(Json *j, Str key, char bracket);
void json_pair(Json *j, Str key, Str value);
void json_pair_raw(Json *j, Str key, Str value);
void json_flag(Json *j, Str key, bool value);
void json_int(Json *j, Str key, int64_t value);

/* A failure as application/problem+json (RFC 9457), with the problems as `errors`; gives ERR_OK. */
Err api_problem(Req *req, Err e, const Problems *list);
/* The list of problems as an array of {field, code, detail, pointer}, under `key`. */
void api_put_problems(Req *req, Json *j, Str key, const Problems *list, bool warnings);
/* "/api/v1/reg" and "/api/v1/reg/uid". */
Str api_url(Req *req, const Register *reg, Str uid);
/* Loads req->reg / req->uid for the verb and opens what the purpose stated in the request allows.
 * E_INVALID with problems when the purpose is none. */
MUST_CHECK Err api_load(Req *req, Verb verb, Record *ret, Decision *ret_decision,
                        Problems *problems);
/* The value of one field as JSON; references out of reach are left out of a list. */
void api_put_value(Req *req, Json *j, const Field *f, Str canonical);
Str api_etag(Req *req, int64_t version);
