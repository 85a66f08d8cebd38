#include "identity/match_value.h"

#include "base/utf8.h"

uint32_t match_sex(Str s)
{
    char c = s.len ? (char)(s.ptr[0] | 32) : ' ';
    if (c == 'l' || c == 'm' || (c == 'p' && s.len > 1 && (s.ptr[1] | 32) == 'r'))
        return 1;
    return c == 'p' || c == 'f' || c == 'w' ? 2 : 0;
}

static unsigned symbol(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 1;
    c = (char)(c | 32);
    return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 11 : 0;
}

uint64_t match_number(Str s, size_t least, bool digits_only)
{
    uint64_t bits = 0;
    size_t n = 0;
    bool all_digits = true;
    for (size_t i = 0; i < s.len; i++)
        all_digits &= digits_only || symbol(s.ptr[i]) <= 10;
    for (size_t i = 0; i < s.len; i++) {
        unsigned v = symbol(s.ptr[i]);
        if (v == 0 || (all_digits && v > 10))
            continue;
        bits = all_digits ? bits << 4 | v : (bits << 6 | v) & ((1ull << 60) - 1);
        n++;
    }
    return n >= least ? bits : 0;
}

Str match_plain(Arena *a, Str s)
{
    Str folded = utf8_fold(a, s);
    Buf b = buf_new(a, folded.len + 1);
    bool gap = false;
    for (size_t i = 0; i < folded.len; i++) {
        char c = folded.ptr[i];
        if (symbol(c)) {
            if (gap && b.len)
                buf_char(&b, ' ');
            gap = false;
            buf_char(&b, c);
        } else if (c != '\'' && c != '-' && c != '`')
            gap = true;
    }
    return buf_str(&b);
}
