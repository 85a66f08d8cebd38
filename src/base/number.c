#include "number.h"

/* Takes a suffix word off the end: jt, juta, rb, ribu, miliar. */
static int64_t take_multiplier(Str *s)
{
    static const struct {
        const char *word;
        int64_t times;
    } words[] = {
        {"juta", 1000000}, {"jt", 1000000}, {"ribu", 1000}, {"rb", 1000}, {"miliar", 1000000000}};
    for (size_t i = 0; i < COUNT(words); i++) {
        Str w = str_of(words[i].word);
        if (str_ends(*s, w)) {
            *s = str_trim(str_head(*s, s->len - w.len));
            return words[i].times;
        }
    }
    return 1;
}

static size_t digits_from(Str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
        n++;
    return n;
}

/* A separator at `at` is a thousand mark when groups of exactly three digits follow to the end or
 * to another kind of separator. */
static bool thousand_mark(Str s, size_t at)
{
    if (digits_from(s, at + 1) != 3)
        return false;
    size_t next = at + 4;
    return next >= s.len || s.ptr[next] != s.ptr[at] || thousand_mark(s, next);
}

static bool add_digit(int64_t *n, char c)
{
    return !__builtin_mul_overflow(*n, 10, n) && !__builtin_add_overflow(*n, c - '0', n);
}

/* Digits with thousand marks, then at most one decimal separator. */
static bool read_decimal(Str s, int64_t *ret_digits, int *ret_decimals)
{
    int64_t n = 0;
    int decimals = -1;
    bool any = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c >= '0' && c <= '9') {
            if (!add_digit(&n, c))
                return false;
            any = true;
            decimals += decimals >= 0;
        } else if (c == '.' || c == ',') {
            if (decimals >= 0)
                return false;
            bool mark = c == '.' && i > 0 && thousand_mark(s, i);
            if (!mark)
                decimals = 0;
        } else {
            return false;
        }
    }
    *ret_digits = n;
    *ret_decimals = decimals < 0 ? 0 : decimals;
    return any;
}

bool number_parse(Str s, int scale, int64_t *ret_scaled)
{
    char lower[64];
    s = str_trim(s);
    if (s.len == 0 || s.len >= sizeof lower)
        return false;
    for (size_t i = 0; i < s.len; i++)
        lower[i] = (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ? (char)(s.ptr[i] + 32) : s.ptr[i];
    s = (Str){lower, s.len};
    bool neg = str_starts(s, S("-"));
    if (neg)
        s = str_from(s, 1);
    if (str_starts(s, S("rp")))
        s = str_trim(str_from(s, 2));
    int64_t times = take_multiplier(&s);
    int64_t n;
    int decimals;
    if (!read_decimal(s, &n, &decimals) || __builtin_mul_overflow(n, times, &n))
        return false;
    for (; decimals > scale; decimals--) {
        if (n % 10 != 0)
            return false;
        n /= 10;
    }
    for (; decimals < scale; decimals++)
        if (__builtin_mul_overflow(n, 10, &n))
            return false;
    *ret_scaled = neg ? -n : n;
    return true;
}

static Str grouped(Arena *a, uint64_t n, char mark)
{
    char buf[32];
    size_t at = sizeof buf;
    int count = 0;
    do {
        if (count && count % 3 == 0)
            buf[--at] = mark;
        buf[--at] = (char)('0' + n % 10);
        n /= 10;
        count++;
    } while (n);
    return str_copy(a, (Str){buf + at, sizeof buf - at});
}

static Str write_number(Arena *a, int64_t scaled, int scale, char mark, char point)
{
    uint64_t n = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    uint64_t unit = 1;
    for (int i = 0; i < scale; i++)
        unit *= 10;
    Buf b = buf_new(a, 32);
    if (scaled < 0)
        buf_put(&b, mark ? S("−") : S("-"));
    buf_put(&b, mark ? grouped(a, n / unit, mark)
                     : str_printf(a, "%llu", (unsigned long long)(n / unit)));
    uint64_t rest = n % unit;
    if (rest) {
        int places = scale;
        for (; rest % 10 == 0; rest /= 10)
            places--;
        buf_printf(&b, "%c%0*llu", point, places, (unsigned long long)rest);
    }
    return buf_str(&b);
}

Str number_format(Arena *a, Lang lang, int64_t scaled, int scale)
{
    return lang == LANG_EN ? write_number(a, scaled, scale, ',', '.')
                           : write_number(a, scaled, scale, '.', ',');
}

Str number_plain(Arena *a, int64_t scaled, int scale)
{
    return write_number(a, scaled, scale, 0, '.');
}

bool number_canonical(Arena *a, Str decimal, int scale, Str *ret)
{
    ptrdiff_t point = str_find(decimal, '.');
    Str whole = point < 0 ? decimal : str_head(decimal, (size_t)point);
    Str part = point < 0 ? S("") : str_from(decimal, (size_t)point + 1);
    int64_t n;
    if (part.len > (size_t)scale)
        return false;
    Buf b = buf_new(a, 32);
    buf_put(&b, whole);
    buf_put(&b, part);
    for (size_t i = part.len; i < (size_t)scale; i++)
        buf_char(&b, '0');
    if (!str_i64(buf_str(&b), &n))
        return false;
    *ret = str_int(a, n);
    return true;
}
