/* Names and values a browser sent: query string, form body, cookies. All are hostile: decoded once,
 * checked for UTF-8, limited in number. */
#pragma once

#include "base/str.h"

enum { PARAMS_MAX = 500, UPLOADS_MAX = 8 };

typedef struct Params {
    StrList names, values;
} Params;

/* First value of the name; STR_NONE when it was not sent. */
Str params_get(const Params *p, Str name);
/* All values of the name joined by `sep`; STR_NONE when it was not sent. */
Str params_all(const Params *p, Arena *a, Str name, char sep);
bool params_has(const Params *p, Str name);
void params_add(Params *p, Arena *a, Str name, Str value);

/* Decodes percent escapes, and '+' as a blank when `plus`. E_BAD_REQ for a broken escape or text
 * that is not UTF-8. */
MUST_CHECK Err url_decode(Arena *a, Str s, bool plus, Str *ret);
/* Appends `name=value` to a query string that starts empty, with '&' between. */
void query_put(Buf *b, Str name, Str value);
/* An address with a query string of the parts that are there; empty ones are left out. */
typedef struct QueryPart {
    const char *name;
    Str value;
} QueryPart;
Str url_with_(Arena *a, Str path, const QueryPart *parts, size_t n);
#define url_with(a, path, ...)                                                                     \
    url_with_((a), (path), (const QueryPart[]){__VA_ARGS__},                                       \
              sizeof((const QueryPart[]){__VA_ARGS__}) / sizeof(QueryPart))
/* Reads application/x-www-form-urlencoded text. E_BAD_REQ, E_TOO_LARGE past PARAMS_MAX. */
MUST_CHECK Err urlencoded_parse(Arena *a, Str text, Params *ret);

/* An uploaded file: its bytes stay where the body is. */
typedef struct Upload {
    Str name, file_name, type, bytes;
} Upload;
typedef ARENA_LIST(Upload) Uploads;

/* The boundary of a multipart/form-data content type; STR_NONE when there is none or it is odd. */
Str multipart_boundary(Str content_type);
/* Reads a whole multipart/form-data body. E_BAD_REQ for anything off the grammar, E_TOO_LARGE past
 * the limits. */
MUST_CHECK Err multipart_parse(Arena *a, Str body, Str boundary, Params *ret, Uploads *ret_files);

/* Value of one cookie in a Cookie header; STR_NONE when absent. */
Str cookie_get(Str header, Str name);
