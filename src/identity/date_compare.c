#include "identity/date_compare.h"

enum { TWO_DIGITS = 100 };

bool date_is_default(Date d)
{
    return (d.day == 1 && d.month == 1) || (d.day == 31 && d.month == 12) ||
           (d.day == 1 && d.month == 7);
}

/* Eight digits, four bits each. */
static uint32_t digits_of(Date d)
{
    uint32_t parts[] = {(uint32_t)d.year / TWO_DIGITS, (uint32_t)d.year % TWO_DIGITS,
                        (uint32_t)d.month, (uint32_t)d.day};
    uint32_t digits = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        digits = digits << 8 | (parts[i] + 6 * (parts[i] / 10));
    return digits;
}

/* One digit, or two neighbours changed places. */
static bool is_slip(Date a, Date b)
{
    uint32_t x = digits_of(a), y = digits_of(b), apart = x ^ y, at = 0;
    for (; apart && !(apart & 15); apart >>= 4)
        at += 4;
    uint32_t turned = (x >> at & 15) << 4 | (x >> at >> 4 & 15);
    return apart < 16 || (apart < 256 && turned == (y >> at & 255));
}

static int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

static DateLevel compare_raised(Date a, Date b)
{
    if (distance(a.year, b.year) > AGE_FORGED_MAX)
        return DATE_OTHER_YEAR;
    return a.year < b.year ? DATE_FIRST_OLDER : DATE_SECOND_OLDER;
}

static DateLevel compare_full(Date a, Date b)
{
    bool year = a.year == b.year, month = a.month == b.month, day = a.day == b.day;
    if (year && month && day)
        return date_is_default(a) ? DATE_SAME_DEFAULT : DATE_SAME;
    if (year && a.day == b.month && a.month == b.day)
        return DATE_SWAPPED;
    /* A year raised by ten is one digit, but says more as a raised age. */
    if (month && day && distance(a.year, b.year) <= AGE_FORGED_MAX)
        return compare_raised(a, b);
    /* One slip changes two parts at most. */
    if ((year || month || day) && is_slip(a, b))
        return DATE_SLIP;
    if (month && day)
        return DATE_OTHER_YEAR;
    if (year && (month || day))
        return DATE_TWO_PARTS;
    return distance(a.year, b.year) <= 1 ? DATE_YEAR_NEAR : DATE_DIFFERENT;
}

DateLevel date_compare(Date a, Date b)
{
    if (a.year <= 0 || b.year <= 0)
        return DATE_MISSING;
    if (a.day && a.month && b.day && b.month)
        return compare_full(a, b);
    if (a.year != b.year)
        return distance(a.year, b.year) <= 1 ? DATE_YEAR_NEAR : DATE_DIFFERENT;
    if (!a.month || !b.month)
        return DATE_SAME_YEAR;
    return a.month == b.month ? DATE_SAME_MONTH : DATE_YEAR_NEAR;
}

/* ---- reading ---- */

static int number_of(Str s)
{
    int n = 0;
    for (size_t i = 0; i < s.len; i++)
        n = n * 10 + (s.ptr[i] - '0');
    return n;
}

static bool is_digits(Str s, size_t least, size_t most)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len >= least && s.len <= most;
}

/* Earlier ones stand for a date that is not known ("1111-11-11") more often than for a year. */
static bool is_year(int year)
{
    return year >= 1200 && year < 2100;
}

/* YYYYMMDD, or DDMMYYYY where the first four digits are no year. */
static bool read_eight(Str s, Date *ret)
{
    Date year_first = {number_of(str_head(s, 4)), number_of((Str){s.ptr + 4, 2}),
                       number_of((Str){s.ptr + 6, 2})};
    Date day_first = {number_of(str_from(s, 4)), number_of((Str){s.ptr + 2, 2}),
                      number_of(str_head(s, 2))};
    *ret = is_year(year_first.year) && (date_exists(year_first) || !date_exists(day_first))
               ? year_first
               : day_first;
    return is_year(ret->year);
}

static int full_year(int two, Date today)
{
    int year = today.year / TWO_DIGITS * TWO_DIGITS + two;
    return year > today.year ? year - TWO_DIGITS : year;
}

static size_t cut_parts(Str s, Str parts[3])
{
    size_t n = 0, from = 0;
    for (size_t at = 0; at <= s.len; at++) {
        if (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
            continue;
        if (at < s.len && s.ptr[at] != '-' && s.ptr[at] != '/' && s.ptr[at] != '.' &&
            s.ptr[at] != ' ')
            return 0;
        if (n == 3 || at == from)
            return 0;
        parts[n++] = (Str){s.ptr + from, at - from};
        from = at + 1;
    }
    return n;
}

/* Three numbers, the year first or last; day before month, unless only the other way exists. */
static bool read_numbers(Str s, Date today, Date *ret)
{
    Str p[3];
    if (cut_parts(s, p) != 3 || !is_digits(p[0], 1, 4) || !is_digits(p[1], 1, 2) ||
        !is_digits(p[2], 1, 4) || (p[0].len > 2 && p[2].len > 2))
        return false;
    bool year_first = p[0].len > 2;
    Str year = year_first ? p[0] : p[2], day = year_first ? p[2] : p[0];
    Date d = {number_of(year), number_of(p[1]), number_of(day)};
    if (year.len <= 2)
        d.year = full_year(d.year, today);
    if (d.month > 12 && d.day <= 12)
        d = (Date){d.year, d.day, d.month};
    *ret = d;
    return is_year(d.year) && d.month <= 31 && d.day <= 31;
}

static Str four_digits(Str s)
{
    for (size_t at = 0, end; at < s.len; at = end + 1) {
        for (end = at; end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9';)
            end++;
        if (end - at == 4)
            return (Str){s.ptr + at, 4};
    }
    return STR_NONE;
}

/* A year before 1800, which dates of the living do not know, is read as the one 400 or 800 years
 * later, whose days fall alike. */
static bool read_old(Arena *a, Str s, Date *ret)
{
    Str year = four_digits(s);
    int old = number_of(year), by = old < 1400 ? 800 : 400;
    if (!is_year(old) || old >= 1800 || s.ptr[0] == '-') /* before Christ */
        return false;
    size_t at = (size_t)(year.ptr - s.ptr);
    Str later = str_printf(a, "%.*s%d%.*s", (int)at, s.ptr, old + by, STR_ARG(str_from(s, at + 4)));
    if (!date_parse(a, later, ret))
        return false;
    ret->year -= by;
    return true;
}

/* A date with a time behind it: "1990-05-01T00:00:00Z", "1990-05-01 08:30". */
static Str without_time(Str s)
{
    enum { DATE = 10 };
    s = str_starts(s, S("+")) ? str_from(s, 1) : s;
    bool time = s.len > DATE && is_digits(str_head(s, 4), 4, 4) &&
                (s.ptr[DATE] == 'T' || (s.ptr[DATE] == ' ' && str_find(s, ':') > DATE));
    return time ? str_head(s, DATE) : s;
}

bool date_read_loose(Arena *a, Str text, Date today, Date *ret)
{
    Str s = without_time(str_trim(text));
    Date d;
    if (date_parse(a, s, &d) || read_old(a, s, &d) ||
        (is_digits(s, 8, 8) ? read_eight(s, &d) : read_numbers(s, today, &d))) {
        *ret = d;
        return true;
    }
    return false;
}
