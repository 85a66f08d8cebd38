#include "web/params.h"

#include "base/utf8.h"

Str params_get(const Params *p, Str name)
{
    for (size_t i = 0; i < p->names.n; i++)
        if (str_eq(p->names.items[i], name))
            return p->values.items[i];
    return STR_NONE;
}

Str params_all(const Params *p, Arena *a, Str name, char sep)
{
    Str one = STR_NONE;
    Buf b = {0};
    for (size_t i = 0; i < p->names.n; i++) {
        if (!str_eq(p->names.items[i], name))
            continue;
        if (!one.ptr) {
            one = p->values.items[i];
            continue;
        }
        if (!b.ptr) {
            b = buf_new(a, 128);
            buf_put(&b, one);
        }
        buf_char(&b, sep);
        buf_put(&b, p->values.items[i]);
    }
    return b.ptr ? buf_str(&b) : one;
}

bool params_has(const Params *p, Str name)
{
    return params_get(p, name).ptr != NULL;
}

void params_add(Params *p, Arena *a, Str name, Str value)
{
    *ARENA_PUSH(a, p->names) = name;
    *ARENA_PUSH(a, p->values) = value;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Err url_decode(Arena *a, Str s, bool plus, Str *ret)
{
    char *out = arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%') {
            int hi = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1;
            int lo = i + 2 < s.len ? hex(s.ptr[i + 2]) : -1;
            if (hi < 0 || lo < 0)
                return E_BAD_REQ;
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        out[n++] = c;
    }
    Str text = {out, n};
    if (!utf8_valid(text))
        return E_BAD_REQ;
    *ret = text;
    return ERR_OK;
}

/* Appends the text with everything but unreserved characters escaped. */
static void url_encode(Buf *b, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            buf_char(b, c);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

void query_put(Buf *b, Str name, Str value)
{
    if (b->len)
        buf_char(b, '&');
    url_encode(b, name);
    buf_char(b, '=');
    url_encode(b, value);
}

Str url_with_(Arena *a, Str path, const QueryPart *parts, size_t n)
{
    Buf q = buf_new(a, 128);
    for (size_t i = 0; i < n; i++)
        if (!str_empty(parts[i].value))
            query_put(&q, str_of(parts[i].name), parts[i].value);
    return q.len ? str_printf(a, "%.*s?%.*s", STR_ARG(path), STR_ARG(buf_str(&q))) : path;
}

Err urlencoded_parse(Arena *a, Str text, Params *ret)
{
    Params p = {0};
    Str piece;
    while (str_cut(&text, '&', &piece)) {
        if (piece.len == 0)
            continue;
        if (p.names.n == PARAMS_MAX)
            return E_TOO_LARGE;
        ptrdiff_t eq = str_find(piece, '=');
        Str name = eq < 0 ? piece : str_head(piece, (size_t)eq);
        Str value = eq < 0 ? S("") : str_from(piece, (size_t)eq + 1);
        TRY(url_decode(a, name, true, &name));
        TRY(url_decode(a, value, true, &value));
        params_add(&p, a, name, value);
    }
    *ret = p;
    return ERR_OK;
}

Str cookie_get(Str header, Str name)
{
    Str piece;
    while (str_cut(&header, ';', &piece)) {
        piece = str_trim(piece);
        ptrdiff_t eq = str_find(piece, '=');
        if (eq < 0 || !str_eq(str_head(piece, (size_t)eq), name))
            continue;
        Str value = str_from(piece, (size_t)eq + 1);
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = (Str){value.ptr + 1, value.len - 2};
        return value;
    }
    return STR_NONE;
}
