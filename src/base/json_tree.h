/* JSON from outside as a tree in an arena: limited in depth and tokens, keys unique, texts UTF-8.
 */
#pragma once

#include "str.h"

enum { JSON_DEPTH_MAX = 32, JSON_TOKENS_MAX = 10000 };

typedef enum TreeKind {
    TREE_NULL,
    TREE_TRUE,
    TREE_FALSE,
    TREE_NUMBER, /* `text` is its decimal form */
    TREE_TEXT,
    TREE_LIST,
    TREE_OBJECT
} TreeKind;

typedef struct JsonTree JsonTree;
struct JsonTree {
    TreeKind kind;
    Str text;
    Str *keys;       /* of an object, `n` of them */
    JsonTree *items; /* of a list or object */
    size_t n;
};

/* E_PARSE (with the place in *ret_line) for what is no JSON, repeats a key or holds control
 * characters; E_TOO_LARGE past the limits. */
MUST_CHECK Err json_tree_read(Arena *a, Str text, JsonTree *ret, int *ret_line);
/* The value under a key of an object; NULL when it is not there. */
const JsonTree *json_tree_get(const JsonTree *object, Str key);
