/* YAML as the domain files use it: maps, lists and scalars, every scalar text. Refused: duplicate
 * keys, null and empty values, anchors, aliases, tags, several documents, nesting deeper than
 * YAML_DEPTH_MAX, files over YAML_SIZE_MAX. */
#pragma once

#include "base/problem.h"

enum { YAML_DEPTH_MAX = 16, YAML_SIZE_MAX = 1024 * 1024 };

typedef enum NodeKind { NODE_TEXT, NODE_LIST, NODE_MAP } NodeKind;

typedef struct Node {
    NodeKind kind;
    int line, column; /* 1-based, of the first character */
    bool quoted;
    Str file;            /* set by an overlay; absent: the file being read */
    Str text;            /* NODE_TEXT */
    struct Node **keys;  /* NODE_MAP: n text nodes */
    struct Node **items; /* NODE_LIST, NODE_MAP: n values */
    size_t n;
} Node;

/* Reads one document into the arena. On failure adds exactly one problem with the file name given
 * and returns E_PARSE. */
MUST_CHECK Err yaml_parse(Arena *a, Str text, Str file, Problems *problems, Node **ret);
/* Value of a key; NULL when the node is no map or has no such key. */
const Node *node_get(const Node *map, Str key);
