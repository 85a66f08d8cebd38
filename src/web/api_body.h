/* What a program sends to the API: {"induk": "reg/uid", "alasan": "..", "yakin": true, "isian":
 * {field: value}}. Values: text, number, list of texts, null; codes as codes, dates ISO, references
 * as uids. */
#pragma once

#include "base/json_tree.h"
#include "model/store.h"

typedef struct ApiBody {
    Str parent, reason;
    bool sure;       /* `yakin`: whoever is alike is somebody else */
    JsonTree fields; /* TREE_OBJECT, or TREE_NULL when none were sent */
} ApiBody;

/* E_PARSE or E_TOO_LARGE for what is no such JSON, E_INVALID for unknown members; each with a
 * problem. */
MUST_CHECK Err api_body_read(Arena *a, Str text, ApiBody *ret, Problems *problems);
/* Puts the fields into a change; whatever is wrong with one becomes a problem under its name. */
void api_body_fill(Arena *a, const ApiBody *body, Change *c, Date today, Problems *problems);
