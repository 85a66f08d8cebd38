#include "str.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Str str_of(const char *z)
{
    return z ? (Str){z, strlen(z)} : STR_NONE;
}

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(Str a, const char *z)
{
    return str_eq(a, str_of(z));
}

int str_cmp(Str a, Str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    if (n && a.ptr[0] != b.ptr[0]) /* most words; no call */
        return (unsigned char)a.ptr[0] - (unsigned char)b.ptr[0];
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool str_empty(Str a)
{
    return a.len == 0;
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_head(s, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_from(s, s.len - suffix.len), suffix);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_from(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

Str str_from(Str s, size_t at)
{
    return at >= s.len ? (Str){s.ptr ? s.ptr + s.len : NULL, 0} : (Str){s.ptr + at, s.len - at};
}

Str str_head(Str s, size_t n)
{
    return (Str){s.ptr, n < s.len ? n : s.len};
}

bool str_cut(Str *rest, char sep, Str *ret_piece)
{
    if (!rest->ptr)
        return false;
    ptrdiff_t at = str_find(*rest, sep);
    if (at < 0) {
        *ret_piece = *rest;
        *rest = STR_NONE;
    } else {
        *ret_piece = str_head(*rest, (size_t)at);
        *rest = (Str){rest->ptr + at + 1, rest->len - (size_t)at - 1};
    }
    return true;
}

bool str_word(Str *rest, Str *ret_word)
{
    Str word;
    while (str_cut(rest, ' ', &word)) {
        if (word.len) {
            *ret_word = word;
            return true;
        }
    }
    return false;
}

bool str_ascii(Str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all < 0x80;
}

bool str_has_word(Str set, Str word)
{
    Str w;
    while (str_word(&set, &w))
        if (str_eq(w, word))
            return true;
    return false;
}

ptrdiff_t str_find(Str s, char c)
{
    const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return p ? p - s.ptr : -1;
}

bool str_contains(Str s, Str part)
{
    return part.len == 0 || (s.len && memmem(s.ptr, s.len, part.ptr, part.len));
}

bool str_i64(Str s, int64_t *ret)
{
    bool neg = s.len && s.ptr[0] == '-';
    if (neg)
        s = str_from(s, 1);
    if (!s.len)
        return false;
    int64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, s.ptr[i] - '0', &n))
            return false; /* counted downwards, so that INT64_MIN fits */
    }
    if (!neg && n == INT64_MIN)
        return false;
    *ret = neg ? n : -n;
    return true;
}

Str str_copy(Arena *a, Str s)
{
    if (!s.ptr)
        return STR_NONE;
    char *p = arena_alloc(a, s.len + 1);
    memcpy(p, s.ptr, s.len);
    return (Str){p, s.len};
}

const char *str_z(Arena *a, Str s)
{
    return s.ptr ? str_copy(a, s).ptr : "";
}

Str str_printf(Arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        BUG("bad format");
    char *p = arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (Str){p, (size_t)n};
}

Str str_int(Arena *a, int64_t n)
{
    return str_printf(a, "%" PRId64, n);
}

Str str_lower(Arena *a, Str s)
{
    if (!s.ptr)
        return s;
    char *p = arena_alloc(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        p[i] = (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ? (char)(s.ptr[i] + 32) : s.ptr[i];
    return (Str){p, s.len};
}

Str str_upper(Arena *a, Str s)
{
    if (!s.ptr)
        return s;
    char *p = arena_alloc(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        p[i] = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') ? (char)(s.ptr[i] - 32) : s.ptr[i];
    return (Str){p, s.len};
}

bool str_list_has(const StrList *list, Str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i], s))
            return true;
    return false;
}

Buf buf_new(Arena *a, size_t first)
{
    Buf b = {.arena = a, .cap = first < 64 ? 64 : first};
    b.ptr = arena_alloc(a, b.cap);
    return b;
}

static char *buf_room(Buf *b, size_t need)
{
    if (b->cap - b->len < need) {
        size_t cap = b->cap * 2 > b->len + need ? b->cap * 2 : b->len + need;
        char *p = arena_alloc(b->arena, cap);
        memcpy(p, b->ptr, b->len);
        b->ptr = p;
        b->cap = cap;
    }
    return b->ptr + b->len;
}

void buf_put(Buf *b, Str s)
{
    if (!s.len)
        return;
    memcpy(buf_room(b, s.len), s.ptr, s.len);
    b->len += s.len;
}

void buf_char(Buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->len++;
}

void buf_printf(Buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        BUG("bad format");
    (void)vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
    va_end(again);
    b->len += (size_t)n;
}

void buf_join(Buf *b, const char *between, Str text)
{
    if (b->len)
        buf_put(b, str_of(between));
    buf_put(b, text);
}

Str buf_str(const Buf *b)
{
    return (Str){b->ptr, b->len};
}

const char *buf_z(Buf *b)
{
    buf_char(b, '\0');
    return b->ptr;
}
