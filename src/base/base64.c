#include "base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Str base64_encode(Arena *a, Str bytes)
{
    Buf b = buf_new(a, bytes.len * 4 / 3 + 8);
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        unsigned v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.ptr[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_char(&b, k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
    }
    return buf_str(&b);
}

static int digit_value(char c)
{
    for (int i = 0; i < 64; i++)
        if (digits[i] == c)
            return i;
    return -1;
}

bool base64_decode(Arena *a, Str text, Str *ret)
{
    if (text.len % 4 != 0)
        return false;
    Buf b = buf_new(a, text.len * 3 / 4 + 4);
    for (size_t i = 0; i < text.len; i += 4) {
        bool last = i + 4 == text.len;
        size_t pad = last ? (size_t)(text.ptr[i + 3] == '=') + (text.ptr[i + 2] == '=') : 0;
        unsigned v = 0;
        for (size_t k = 0; k < 4 - pad; k++) {
            int d = digit_value(text.ptr[i + k]);
            if (d < 0)
                return false;
            v |= (unsigned)d << (18 - 6 * k);
        }
        if (v & ((1u << 8 * pad) - 1))
            return false; /* two texts of one value: not canonical */
        for (size_t k = 0; k < 3 - pad; k++)
            buf_char(&b, (char)(v >> (16 - 8 * k) & 255));
    }
    *ret = buf_str(&b);
    return true;
}
