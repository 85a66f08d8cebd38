#include "xlsx_value.h"

#include "date.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 40, EXCEL_DIGITS = 15 };

/* 0.d1d2d3... times ten to the power of `point`. */
typedef struct Decimal {
    bool negative, exponent;
    char digits[MAX_DIGITS];
    int n, point;
} Decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_sign(Str *s)
{
    bool negative = s->len && s->ptr[0] == '-';
    if (s->len && (s->ptr[0] == '-' || s->ptr[0] == '+'))
        *s = str_from(*s, 1);
    return negative;
}

static bool take_exponent(Str *s, Decimal *d)
{
    if (!s->len || (s->ptr[0] != 'E' && s->ptr[0] != 'e'))
        return true;
    *s = str_from(*s, 1);
    bool negative = take_sign(s);
    int64_t e;
    if (s->len > 3 || !str_i64(*s, &e))
        return false;
    d->exponent = true;
    d->point += (int)(negative ? -e : e);
    *s = STR_NONE;
    return true;
}

static bool decimal_parse(Str s, Decimal *ret)
{
    Decimal d = {.negative = take_sign(&s)};
    bool point = false, any = false;
    while (s.len && (is_digit(s.ptr[0]) || (s.ptr[0] == '.' && !point))) {
        char c = s.ptr[0];
        s = str_from(s, 1);
        if (c == '.') {
            point = true;
            continue;
        }
        any = true;
        if (c == '0' && d.n == 0) {
            d.point -= point; /* leading zeros only move the point */
            continue;
        }
        if (d.n == MAX_DIGITS)
            return false;
        d.digits[d.n++] = c;
        d.point += !point;
    }
    if (!any || !take_exponent(&s, &d) || s.len)
        return false;
    *ret = d;
    return true;
}

/* To as many digits as Excel shows, but never inside the whole part. */
static void decimal_round(Decimal *d, Str raw)
{
    int keep = d->point > EXCEL_DIGITS ? d->point : EXCEL_DIGITS;
    if (d->n <= keep)
        return;
    char text[MAX_DIGITS + 16], copy[MAX_DIGITS * 2];
    (void)snprintf(copy, sizeof copy, "%.*s", STR_ARG(raw));
    int n = snprintf(text, sizeof text, "%.*E", keep - 1, strtod(copy, NULL));
    Decimal rounded;
    if (n > 0 && decimal_parse((Str){text, (size_t)n}, &rounded))
        *d = rounded;
}

static void decimal_put(Buf *out, const Decimal *d)
{
    int n = d->n;
    while (n > 0 && n > d->point && d->digits[n - 1] == '0')
        n--;
    if (n == 0) {
        buf_char(out, '0');
        return;
    }
    if (d->negative)
        buf_char(out, '-');
    if (d->point <= 0)
        buf_lit(out, "0.");
    for (int i = d->point; i < 0; i++)
        buf_char(out, '0');
    for (int i = 0; i < n || i < d->point; i++) {
        if (i > 0 && i == d->point)
            buf_char(out, '.');
        buf_char(out, i < n ? d->digits[i] : '0');
    }
}

bool xlsx_put_number(Buf *out, Str raw)
{
    Decimal d;
    raw = str_trim(raw);
    if (raw.len > MAX_DIGITS + 8 || !decimal_parse(raw, &d))
        return false;
    bool damaged = d.exponent && d.n < d.point && d.point > EXCEL_DIGITS;
    if (damaged || d.point > MAX_DIGITS || d.point < -MAX_DIGITS) {
        buf_put(out, raw);
        return true;
    }
    decimal_round(&d, raw);
    decimal_put(out, &d);
    return true;
}

static void put_day_and_minute(Buf *out, Date day, bool has_day, int minute)
{
    if (has_day)
        buf_printf(out, "%04d-%02d-%02d", day.year, day.month, day.day);
    if (has_day && minute)
        buf_char(out, ' ');
    if (minute || !has_day)
        buf_printf(out, "%02d:%02d", minute / 60, minute % 60);
}

bool xlsx_put_date(Buf *out, Str raw, bool from_1904)
{
    Decimal d;
    raw = str_trim(raw);
    if (raw.len > MAX_DIGITS || !decimal_parse(raw, &d))
        return false;
    char copy[MAX_DIGITS + 1];
    (void)snprintf(copy, sizeof copy, "%.*s", STR_ARG(raw));
    double serial = strtod(copy, NULL);
    if (!(serial >= 0 && serial < 2958466)) /* 31 December 9999 */
        return false;
    double whole = floor(serial);
    int seconds = (int)lround((serial - whole) * 86400);
    int64_t day = (int64_t)whole + seconds / 86400;
    int minute = (seconds % 86400) / 60;
    bool has_day = from_1904 ? day > 0 || minute == 0 : day > 0;
    if (!from_1904 && day == 60)
        return false;
    /* Excel counts a 29 February 1900 that never was; before it the count is one day off. */
    int shift = from_1904 ? 24107 : day < 60 ? 25568 : 25569;
    put_day_and_minute(out, date_from_days(day - shift), has_day, minute);
    return true;
}

bool xlsx_put_iso(Buf *out, Str raw)
{
    Date day;
    raw = str_trim(raw);
    if (!date_parse_iso(str_head(raw, 10), &day) || !date_is_full(day))
        return false;
    int64_t hour = 0, minute = 0;
    Str time = str_from(raw, 10);
    bool timed = time.len >= 6 && (time.ptr[0] == 'T' || time.ptr[0] == ' ') && time.ptr[3] == ':';
    if (timed && (!str_i64(str_head(str_from(time, 1), 2), &hour) ||
                  !str_i64(str_head(str_from(time, 4), 2), &minute) || hour < 0 || hour > 23 ||
                  minute < 0 || minute > 59))
        return false;
    put_day_and_minute(out, day, true, (int)(hour * 60 + minute));
    return true;
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of an escape "_xHHHH_" at the start of `s`, or -1. */
static int escape_code(Str s)
{
    if (s.len < 7 || s.ptr[0] != '_' || s.ptr[1] != 'x' || s.ptr[6] != '_')
        return -1;
    int code = 0;
    for (int i = 2; i < 6; i++) {
        int h = hex_digit(s.ptr[i]);
        if (h < 0)
            return -1;
        code = code * 16 + h;
    }
    return code >= 0xD800 && code <= 0xDFFF ? -1 : code; /* halves of pairs stay as they are */
}

static void put_code(Buf *out, int code)
{
    if ((code < 0x20 && code != '\t' && code != '\n') || code == 0x7f)
        return;
    if (code < 0x80) {
        buf_char(out, (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xC0 | code >> 6));
        buf_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        buf_char(out, (char)(0xE0 | code >> 12));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

void xlsx_put_text(Buf *out, Str raw)
{
    while (raw.len) {
        size_t plain = 0;
        while (plain < raw.len && raw.ptr[plain] != '_' && raw.ptr[plain] != 0x7f)
            plain++;
        buf_put(out, str_head(raw, plain));
        raw = str_from(raw, plain);
        if (!raw.len)
            return;
        int code = escape_code(raw);
        put_code(out, code >= 0 ? code : raw.ptr[0]);
        raw = str_from(raw, code >= 0 ? 7 : 1);
    }
}

/* Steps over what a number format shows literally: "text", \c, _c, *c, [colour]. An elapsed time
 * such as [h] is looked into. */
static size_t literal_length(Str s)
{
    char c = s.ptr[0];
    if (c == '\\' || c == '_' || c == '*')
        return 2;
    if (c != '"' && c != '[')
        return 0;
    ptrdiff_t close = str_find(str_from(s, 1), c == '"' ? '"' : ']');
    size_t inner = close < 0 ? s.len - 1 : (size_t)close;
    bool elapsed = c == '[' && inner && strchr("hHmMsS", s.ptr[1]);
    return elapsed ? 0 : inner + 2;
}

bool xlsx_format_is_date(Str code)
{
    while (code.len) {
        size_t skip = literal_length(code);
        if (!skip && strchr("yYmMdDhHsS", code.ptr[0]) && code.ptr[0])
            return true;
        code = str_from(code, skip ? skip : 1);
    }
    return false;
}

bool xlsx_builtin_is_date(int64_t id)
{
    /* 27 to 36 and 50 to 58 are dates of East Asian editions, which WPS writes. */
    return (id >= 14 && id <= 22) || (id >= 45 && id <= 47) || (id >= 27 && id <= 36) ||
           (id >= 50 && id <= 58);
}

bool xlsx_cell_ref(Str ref, int *ret_column, int *ret_line)
{
    int column = 0;
    size_t at = 0;
    for (; at < ref.len && at < 3 && ref.ptr[at] >= 'A' && ref.ptr[at] <= 'Z'; at++)
        column = column * 26 + ref.ptr[at] - 'A' + 1;
    int64_t line = 0;
    Str rest = str_from(ref, at);
    if (rest.len && (rest.len > 7 || !str_i64(rest, &line) || line < 1 || line > 1048576))
        return false;
    if (!ref.len)
        return false;
    *ret_column = column;
    *ret_line = (int)line;
    return true;
}
