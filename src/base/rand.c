#include "rand.h"

#include "clock.h"

#include <sys/random.h>

void rand_bytes(void *out, size_t n)
{
    unsigned char *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0)
            BUG("getrandom failed");
        p += got;
        n -= (size_t)got;
    }
}

Str rand_uid(Arena *a)
{
    unsigned char b[16];
    rand_bytes(b + 6, 10);
    uint64_t ms = (uint64_t)clock_now();
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)(ms >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0F));
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3F));
    Buf out = buf_new(a, 40);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buf_char(&out, '-');
        buf_printf(&out, "%02x", b[i]);
    }
    return buf_str(&out);
}

bool uid_shape(Str s)
{
    if (s.len != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        char c = s.ptr[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}
