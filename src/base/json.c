#include "json.h"

#include "json_load.h"

void json_put(Buf *b, Str s)
{
    if (!s.ptr) {
        buf_lit(b, "null");
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_char(b, (char)c);
    }
    buf_char(b, '"');
}

static void drop(void *root)
{
    json_decref(root);
}

Err json_read_flat(Arena *a, Str text, StrList *ret_keys, StrList *ret_values)
{
    json_t *root = json_load_text(text, NULL);
    if (!root)
        return E_PARSE;
    arena_defer(a, drop, root);
    if (!json_is_object(root))
        return E_PARSE;
    StrList keys = {0}, values = {0};
    const char *key;
    json_t *value;
    json_object_foreach (root, key, value) {
        if (!json_is_string(value) && !json_is_null(value))
            return E_PARSE;
        *ARENA_PUSH(a, keys) = str_copy(a, str_of(key));
        *ARENA_PUSH(a, values) =
            json_is_null(value)
                ? STR_NONE
                : str_copy(a, (Str){json_string_value(value), json_string_length(value)});
    }
    *ret_keys = keys;
    *ret_values = values;
    return ERR_OK;
}
