#include "utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

bool utf8_valid(Str s)
{
    size_t i = 0;
    while (i < s.len) {
        utf8proc_int32_t cp;
        if (s.ptr[i] >= 0x20 && s.ptr[i] < 0x7f) {
            i++;
            continue;
        }
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr + i,
                                              (utf8proc_ssize_t)(s.len - i), &cp);
        if (n <= 0 || cp == 0x7f || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r'))
            return false;
        i += (size_t)n;
    }
    return true;
}

static Str map(Arena *a, Str s, utf8proc_option_t options)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)s.ptr, (utf8proc_ssize_t)s.len, &out, options);
    if (n < 0)
        return str_copy(a, s);
    Str copy = str_copy(a, (Str){(const char *)out, (size_t)n});
    free(out);
    return copy;
}

Str utf8_nfc(Arena *a, Str s)
{
    if (!s.len)
        return s;
    return map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

Str utf8_fold(Arena *a, Str s)
{
    if (!s.len)
        return s;
    Str m = str_ascii(s) ? str_lower(a, s)
                         : map(a, s,
                               UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                   UTF8PROC_STRIPMARK | UTF8PROC_DECOMPOSE);
    Buf b = buf_new(a, m.len + 1);
    for (size_t i = 0; i < m.len; i++) {
        char c = m.ptr[i];
        bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!blank)
            buf_char(&b, c);
        else if (b.len && b.ptr[b.len - 1] != ' ')
            buf_char(&b, ' ');
    }
    return str_trim(buf_str(&b));
}

size_t utf8_count(Str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

size_t utf8_first(Str s)
{
    utf8proc_int32_t cp;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.ptr, (utf8proc_ssize_t)s.len, &cp);
    return n > 0 ? (size_t)n : (s.len ? 1 : 0);
}
