#include "base/clock.h"
#include "model/value_parts.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- dates ---- */

/* Takes a word off the front when the text starts with it and a blank. */
static bool take_word(Arena *a, Str *s, const char *word)
{
    Str w = str_of(word);
    if (!str_starts(str_lower(a, *s), w) || s->len <= w.len || s->ptr[w.len] != ' ')
        return false;
    *s = str_trim(str_from(*s, w.len));
    return true;
}

bool part_date(Arena *a, Str typed, Date *ret)
{
    static const char *const about[] = {"sekitar", "kira-kira", "kurang lebih",
                                        "about",   "circa",     "ca."};
    Str s = str_trim(typed);
    ptrdiff_t comma = str_find(s, ',');
    if (comma > 0 && !is_digit(s.ptr[0])) /* name of the day, which the date says anyway */
        s = str_trim(str_from(s, (size_t)comma + 1));
    for (size_t i = 0; i < COUNT(about); i++)
        if (take_word(a, &s, about[i]))
            break;
    return date_parse(a, s, ret);
}

Str part_date_edit(Arena *a, Date d)
{
    if (!d.month)
        return str_printf(a, "%04d", d.year);
    if (!d.day)
        return str_printf(a, "%02d/%04d", d.month, d.year);
    return str_printf(a, "%02d/%02d/%04d", d.day, d.month, d.year);
}

/* ---- times ---- */

static Str without_zone(Str s)
{
    static const char *const zones[] = {"WITA", "WIB", "WIT"};
    for (size_t i = 0; i < COUNT(zones); i++)
        if (str_ends(s, str_of(zones[i])))
            return str_trim(str_head(s, s.len - str_of(zones[i]).len));
    return s;
}

bool part_time(Str typed, int *ret_minute)
{
    int part[2] = {0, 0};
    size_t n = 0, digits = 0;
    Str s = without_zone(str_trim(typed));
    if (str_starts(s, S("pukul ")) || str_starts(s, S("Pukul ")))
        s = str_trim(str_from(s, 6));
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i]) && digits < 2) {
            part[n] = part[n] * 10 + s.ptr[i] - '0';
            digits++;
        } else if ((s.ptr[i] == ':' || s.ptr[i] == '.') && n == 0 && digits) {
            n = 1;
            digits = 0;
        } else {
            return false;
        }
    }
    if (n != 1 || digits != 2 || part[0] > 23 || part[1] > 59)
        return false;
    *ret_minute = part[0] * 60 + part[1];
    return true;
}

/* Takes ":SS" or ":SS.mmm" off the end of "HH:MM:SS.mmm"; what the program itself recorded. */
static bool take_seconds(Str *time, int64_t *ret_ms)
{
    static const int worth[] = {10000, 1000, 0, 100, 10, 1};
    Str tail = str_from(*time, 5);
    *ret_ms = 0;
    if (!tail.len)
        return true;
    if ((tail.len != 3 && tail.len != 7) || tail.ptr[0] != ':' ||
        (tail.len == 7 && tail.ptr[3] != '.'))
        return false;
    for (size_t i = 1; i < tail.len; i++) {
        if (i != 3 && !is_digit(tail.ptr[i]))
            return false;
        *ret_ms += i == 3 ? 0 : (tail.ptr[i] - '0') * worth[i - 1];
    }
    *time = str_head(*time, 5);
    return *ret_ms < 60000;
}

bool part_instant(Arena *a, Str typed, int64_t *ret)
{
    enum { SHORTEST_MS = 9 };
    Str s = without_zone(str_trim(typed));
    Date d;
    int minute;
    int64_t ms;
    if (s.len >= SHORTEST_MS && str_i64(s, &ms)) {
        *ret = ms;
        return date_exists(clock_date_of(ms, &minute));
    }
    size_t cut = s.len;
    while (cut > 0 && s.ptr[cut - 1] != ' ' && s.ptr[cut - 1] != 'T')
        cut--;
    Str time = str_from(s, cut);
    if (cut == 0 || !take_seconds(&time, &ms) || !part_time(time, &minute))
        return false;
    Str day = str_trim(str_head(s, cut - 1));
    if (str_ends(day, S("pukul")))
        day = str_trim(str_head(day, day.len - 5));
    if (str_ends(day, S(",")))
        day = str_trim(str_head(day, day.len - 1));
    if (!part_date(a, day, &d) || !date_is_full(d))
        return false;
    *ret = clock_instant(d, minute) + ms;
    return true;
}

Str part_instant_show(Arena *a, Lang lang, int64_t at)
{
    int minute;
    Date d = clock_date_of(at, &minute);
    return str_printf(a, lang == LANG_ID ? "%.*s pukul %02d.%02d %s" : "%.*s %02d:%02d %s",
                      STR_ARG(date_long(a, lang, d)), minute / 60, minute % 60, clock_zone_name());
}

Str part_instant_edit(Arena *a, int64_t at)
{
    int minute;
    Date d = clock_date_of(at, &minute);
    int64_t ms = at - clock_instant(d, minute);
    Str text =
        str_printf(a, "%.*s %02d:%02d", STR_ARG(part_date_edit(a, d)), minute / 60, minute % 60);
    return ms ? str_printf(a, "%.*s:%02d.%03d", STR_ARG(text), (int)ms / 1000, (int)ms % 1000)
              : text;
}

/* ---- points ---- */

enum { POINT_DIGITS = 6 };
static const int64_t degree = 1000000;

/* Decimal degrees with at most six decimals, in millionths. */
static bool read_degrees(Str s, int64_t max, int64_t *ret)
{
    bool minus = str_starts(s, S("-"));
    int64_t n = 0;
    int decimals = -1;
    size_t i = minus;
    for (; i < s.len && decimals < POINT_DIGITS; i++) {
        if (is_digit(s.ptr[i])) {
            n = n * 10 + s.ptr[i] - '0';
            decimals += decimals >= 0;
        } else if ((s.ptr[i] == '.' || s.ptr[i] == ',') && decimals < 0 && i > minus) {
            decimals = 0;
        } else {
            return false;
        }
        if (n > 1000 * degree)
            return false;
    }
    while (i < s.len && is_digit(s.ptr[i]))
        i++; /* finer than a hand's breadth */
    if (i < s.len || i == minus || decimals == 0)
        return false;
    for (decimals = decimals < 0 ? 0 : decimals; decimals < POINT_DIGITS; decimals++)
        n *= 10;
    *ret = minus ? -n : n;
    return n <= max * degree;
}

static void put_degrees(Buf *b, int64_t n)
{
    if (n < 0)
        buf_char(b, '-');
    n = n < 0 ? -n : n;
    buf_printf(b, "%lld.%06lld", (long long)(n / degree), (long long)(n % degree));
}

/* "-9.45,124.48"; with decimal commas the two are parted by ; or a blank. */
static bool read_point(Str s, int64_t *ret_lat, int64_t *ret_lon)
{
    ptrdiff_t cut = str_find(s, ';');
    if (cut < 0 && str_find(s, '.') >= 0)
        cut = str_find(s, ',');
    if (cut < 0)
        cut = str_find(s, ' ');
    if (cut <= 0)
        return false;
    return read_degrees(str_trim(str_head(s, (size_t)cut)), 90, ret_lat) &&
           read_degrees(str_trim(str_from(s, (size_t)cut + 1)), 180, ret_lon);
}

bool point_parse(const ValueCtx *c, Str typed, Str *ret)
{
    int64_t lat, lon;
    if (!read_point(typed, &lat, &lon)) {
        value_problem(c, M_VAL_POINT, typed, STR_NONE);
        return false;
    }
    Buf b = buf_new(c->arena, 32);
    put_degrees(&b, lat);
    buf_char(&b, ',');
    put_degrees(&b, lon);
    *ret = buf_str(&b);
    return true;
}

Str point_show(const Field *f, Arena *a, Lang lang, Str canonical)
{
    ptrdiff_t comma = str_find(canonical, ',');
    (void)f;
    (void)lang;
    if (comma < 0)
        return canonical;
    return str_printf(a, "%.*s, %.*s", (int)comma, canonical.ptr,
                      STR_ARG(str_from(canonical, (size_t)comma + 1)));
}

void point_check(const ValueCtx *c, Str canonical)
{
    int64_t lat, lon;
    if (!read_point(canonical, &lat, &lon))
        value_problem(c, M_VAL_POINT, canonical, STR_NONE);
}
