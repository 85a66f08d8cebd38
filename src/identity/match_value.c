#include "identity/match_value.h"

#include "base/date.h"
#include "base/utf8.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

typedef struct Digits {
    int value[3], len[3], n;
    bool other; /* letters among them */
} Digits;

static Digits digit_groups(Str s)
{
    Digits d = {0};
    for (size_t i = 0; i < s.len && d.n < 3; i++) {
        if ((s.ptr[i] | 32) >= 'a' && (s.ptr[i] | 32) <= 'z')
            d.other = true;
        if (!is_digit(s.ptr[i]))
            continue;
        for (; i < s.len && is_digit(s.ptr[i]) && d.len[d.n] < 8; i++, d.len[d.n]++)
            d.value[d.n] = d.value[d.n] * 10 + s.ptr[i] - '0';
        d.n++;
    }
    return d;
}

static uint32_t packed(int year, int month, int day)
{
    bool fits = year > 0 && year <= 9999 && month < 100 && day < 100;
    return fits ? PACKED_DATE(year, month, day) : 0;
}

/* Eight digits are year, month, day unless only day, month, year gives a year of people alive. */
static uint32_t eight_digits(int v)
{
    int first = v / 10000, last = v % 10000;
    if ((first < 1700 || first > 2100) && last >= 1700 && last <= 2100)
        return packed(last, v / 10000 % 100, v / 1000000);
    return packed(first, v / 100 % 100, v % 100);
}

uint32_t match_date(Arena *a, Str s)
{
    Digits d = digit_groups(s);
    Date date;
    if (d.other)
        return date_parse(a, s, &date) ? packed(date.year, date.month, date.day) : 0;
    if (d.n == 1 && d.len[0] == 8)
        return eight_digits(d.value[0]);
    if (d.n == 1 && d.len[0] == 4)
        return packed(d.value[0], 0, 0);
    if (d.n == 2 && d.len[0] == 4)
        return packed(d.value[0], d.value[1], 0);
    if (d.n == 2 && d.len[1] == 4)
        return packed(d.value[1], d.value[0], 0);
    if (d.n == 3 && d.len[0] == 4)
        return packed(d.value[0], d.value[1], d.value[2]);
    return d.n == 3 && d.len[2] == 4 ? packed(d.value[2], d.value[1], d.value[0]) : 0;
}

uint32_t match_sex(Str s)
{
    char c = s.len ? (char)(s.ptr[0] | 32) : ' ';
    if (c == 'l' || c == 'm' || (c == 'p' && s.len > 1 && (s.ptr[1] | 32) == 'r'))
        return 1;
    return c == 'p' || c == 'f' || c == 'w' ? 2 : 0;
}

static unsigned symbol(char c)
{
    if (is_digit(c))
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

static int two_digits(uint64_t nik, unsigned low)
{
    return ((int)(nik >> (low + 4) & 15) - 1) * 10 + (int)(nik >> low & 15) - 1;
}

uint32_t match_nik_birth(uint64_t nik, int now, uint32_t *ret_sex)
{
    int day = two_digits(nik, 32), month = two_digits(nik, 24), year = two_digits(nik, 16);
    bool woman = day > 40;
    day -= woman ? 40 : 0;
    if (day < 1 || day > 31 || month < 1 || month > 12 || year < 0 || year > 99)
        return 0;
    year += 2000 + year + 5 <= now ? 2000 : 1900;
    *ret_sex = woman ? 2 : 1;
    return packed(year, month, day);
}
