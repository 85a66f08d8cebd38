#include "model/yaml.h"

#include <yaml.h>

typedef struct Parse {
    yaml_parser_t yaml;
    yaml_event_t event; /* the current one; owned, deleted by the next step */
    bool held;          /* `event` must be deleted */
    Arena *arena;
    Str file;
    Problems *problems;
    int depth;
} Parse;

static Err refuse(Parse *p, int line, int column, Msg msg, Str arg)
{
    Arena *keep = p->problems->arena;
    problem_add(p->problems, (Problem){.place = str_copy(keep, p->file),
                                       .line = line,
                                       .column = column,
                                       .msg = msg,
                                       .args = {str_copy(keep, arg)}});
    return E_PARSE;
}

static Err refuse_here(Parse *p, Msg msg, Str arg)
{
    yaml_mark_t at = p->event.start_mark;
    return refuse(p, (int)at.line + 1, (int)at.column + 1, msg, arg);
}

static void drop_event(Parse *p)
{
    if (p->held)
        yaml_event_delete(&p->event);
    p->held = false;
}

static Err step(Parse *p)
{
    drop_event(p);
    if (!yaml_parser_parse(&p->yaml, &p->event)) {
        yaml_mark_t at = p->yaml.problem_mark;
        return refuse(p, (int)at.line + 1, (int)at.column + 1, M_YAML_SYNTAX,
                      str_of(p->yaml.problem));
    }
    p->held = true;
    return ERR_OK;
}

static Node *node_here(Parse *p, NodeKind kind)
{
    Node *n = ARENA_NEW(p->arena, Node);
    n->kind = kind;
    n->line = (int)p->event.start_mark.line + 1;
    n->column = (int)p->event.start_mark.column + 1;
    return n;
}

static Err read_text(Parse *p, Node **ret)
{
    Node *n = node_here(p, NODE_TEXT);
    Str raw = {(const char *)p->event.data.scalar.value, p->event.data.scalar.length};
    n->quoted = p->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (p->event.data.scalar.anchor || p->event.data.scalar.tag)
        return refuse_here(p, M_YAML_ANCHOR, STR_NONE);
    if (!str_trim(raw).len ||
        (!n->quoted && (str_eq(raw, S("~")) || str_eq(raw, S("null")) || str_eq(raw, S("Null")))))
        return refuse_here(p, M_YAML_EMPTY, STR_NONE);
    n->text = str_copy(p->arena, raw);
    *ret = n;
    return ERR_OK;
}

typedef ARENA_LIST(Node *) Nodes;

static Err read_node(Parse *p, Node **ret);

static Err read_list(Parse *p, Node *list)
{
    Nodes items = {0};
    for (;;) {
        Node *item;
        TRY(step(p));
        if (p->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        TRY(read_node(p, &item));
        *ARENA_PUSH(p->arena, items) = item;
    }
    list->items = items.items;
    list->n = items.n;
    return ERR_OK;
}

static Err read_map(Parse *p, Node *map)
{
    Nodes keys = {0}, items = {0};
    for (;;) {
        Node *key, *item;
        TRY(step(p));
        if (p->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (p->event.type != YAML_SCALAR_EVENT)
            return refuse_here(p, M_YAML_KEY, STR_NONE);
        TRY(read_text(p, &key));
        for (size_t i = 0; i < keys.n; i++)
            if (str_eq(keys.items[i]->text, key->text))
                return refuse_here(p, M_YAML_TWICE, key->text);
        TRY(step(p));
        TRY(read_node(p, &item));
        *ARENA_PUSH(p->arena, keys) = key;
        *ARENA_PUSH(p->arena, items) = item;
    }
    map->keys = keys.items;
    map->items = items.items;
    map->n = items.n;
    return ERR_OK;
}

/* Reads the node the current event starts. */
static Err read_node(Parse *p, Node **ret)
{
    bool list = p->event.type == YAML_SEQUENCE_START_EVENT;
    if (p->event.type == YAML_SCALAR_EVENT)
        return read_text(p, ret);
    if (!list && p->event.type != YAML_MAPPING_START_EVENT)
        return refuse_here(p, M_YAML_ANCHOR, STR_NONE);
    if (list ? p->event.data.sequence_start.anchor || p->event.data.sequence_start.tag
             : p->event.data.mapping_start.anchor || p->event.data.mapping_start.tag)
        return refuse_here(p, M_YAML_ANCHOR, STR_NONE);
    if (p->depth >= YAML_DEPTH_MAX)
        return refuse_here(p, M_YAML_DEEP, STR_NONE);
    Node *n = node_here(p, list ? NODE_LIST : NODE_MAP);
    p->depth++;
    TRY(list ? read_list(p, n) : read_map(p, n));
    p->depth--;
    *ret = n;
    return ERR_OK;
}

static Err read_document(Parse *p, Node **ret)
{
    Node *root;
    TRY(step(p)); /* stream start */
    TRY(step(p));
    if (p->event.type != YAML_DOCUMENT_START_EVENT)
        return refuse_here(p, M_YAML_EMPTY, STR_NONE);
    TRY(step(p));
    TRY(read_node(p, &root));
    TRY(step(p)); /* document end */
    TRY(step(p));
    if (p->event.type != YAML_STREAM_END_EVENT)
        return refuse_here(p, M_YAML_DOCUMENTS, STR_NONE);
    *ret = root;
    return ERR_OK;
}

Err yaml_parse(Arena *a, Str text, Str file, Problems *problems, Node **ret)
{
    Parse p = {.arena = a, .file = file, .problems = problems};
    if (text.len > YAML_SIZE_MAX)
        return refuse(&p, 0, 0, M_YAML_LARGE, STR_NONE);
    if (!yaml_parser_initialize(&p.yaml))
        BUG("no YAML parser");
    yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.yaml, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                 text.len);
    Err e = read_document(&p, ret);
    drop_event(&p);
    yaml_parser_delete(&p.yaml);
    return e;
}

const Node *node_get(const Node *map, Str key)
{
    for (size_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++)
        if (str_eq(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}
