#include "json_tree.h"

#include "utf8.h"

#include "json_load.h"

/* Counted before the parser runs, because it calls itself for every level. */
static Err within_limits(Str text)
{
    int depth = 0, tokens = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        tokens += c == '{' || c == '[' || c == ',' || c == ':';
        if (depth > JSON_DEPTH_MAX || tokens > JSON_TOKENS_MAX)
            return E_TOO_LARGE;
    }
    return ERR_OK;
}

static Err copy(Arena *a, json_t *from, JsonTree *ret);

static Err copy_text(Arena *a, Str text, Str *ret)
{
    *ret = str_copy(a, text);
    return utf8_valid(text) ? ERR_OK : E_PARSE;
}

static Err copy_list(Arena *a, const json_t *from, JsonTree *ret)
{
    ret->n = json_array_size(from);
    ret->items = ARENA_ARRAY(a, ret->n + 1, JsonTree);
    for (size_t i = 0; i < ret->n; i++)
        TRY(copy(a, json_array_get(from, i), &ret->items[i]));
    return ERR_OK;
}

static Err copy_object(Arena *a, json_t *from, JsonTree *ret)
{
    const char *key;
    json_t *value;
    size_t n = json_object_size(from);
    ret->keys = ARENA_ARRAY(a, n + 1, Str);
    ret->items = ARENA_ARRAY(a, n + 1, JsonTree);
    json_object_foreach (from, key, value) {
        TRY(copy_text(a, str_of(key), &ret->keys[ret->n]));
        TRY(copy(a, value, &ret->items[ret->n]));
        ret->n++;
    }
    return ERR_OK;
}

static Err copy(Arena *a, json_t *from, JsonTree *ret)
{
    *ret = (JsonTree){.kind = TREE_NULL};
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        ret->kind = TREE_OBJECT;
        return copy_object(a, from, ret);
    case JSON_ARRAY:
        ret->kind = TREE_LIST;
        return copy_list(a, from, ret);
    case JSON_STRING:
        ret->kind = TREE_TEXT;
        return copy_text(a, (Str){json_string_value(from), json_string_length(from)}, &ret->text);
    case JSON_INTEGER:
        ret->kind = TREE_NUMBER;
        ret->text = str_int(a, json_integer_value(from));
        return ERR_OK;
    case JSON_REAL: /* fifteen digits of a double are those that were written */
        ret->kind = TREE_NUMBER;
        ret->text = str_printf(a, "%.15g", json_real_value(from));
        return ERR_OK;
    case JSON_TRUE:
        ret->kind = TREE_TRUE;
        return ERR_OK;
    case JSON_FALSE:
        ret->kind = TREE_FALSE;
        return ERR_OK;
    case JSON_NULL:
        return ERR_OK;
    }
    BUG("unknown kind of JSON");
}

Err json_tree_read(Arena *a, Str text, JsonTree *ret, int *ret_line)
{
    json_error_t error = {.line = 1};
    *ret_line = 1;
    TRY(within_limits(text));
    json_t *root = text.len ? json_load_text(text, &error) : NULL;
    if (!root) {
        *ret_line = error.line;
        return E_PARSE;
    }
    Err e = copy(a, root, ret);
    json_decref(root);
    return e;
}

const JsonTree *json_tree_get(const JsonTree *object, Str key)
{
    for (size_t i = 0; object->kind == TREE_OBJECT && i < object->n; i++)
        if (str_eq(object->keys[i], key))
            return &object->items[i];
    return NULL;
}
