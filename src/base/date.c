#include "date.h"

#include <stdlib.h>

/* Days from civil and back: proleptic Gregorian, after the usual era arithmetic of 400-year cycles.
 */
int64_t date_days(Date d)
{
    int64_t m = d.month ? d.month : 1, day = d.day ? d.day : 1;
    int64_t y = d.year - (m <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

Date date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (Date){.year = (int)(yoe + era * 400 + (month <= 2)),
                  .month = month,
                  .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

bool date_is_full(Date d)
{
    return d.year && d.month && d.day;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool date_exists(Date d)
{
    if (d.year < 1800 || d.year > 2200 || d.month < 0 || d.month > 12 || d.day < 0)
        return false;
    if (!d.month)
        return d.day == 0;
    return d.day <= month_days(d.year, d.month);
}

static bool digits(Str s, size_t min, size_t max, int *ret)
{
    if (s.len < min || s.len > max)
        return false;
    int n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        n = n * 10 + (s.ptr[i] - '0');
    }
    *ret = n;
    return true;
}

bool date_parse_iso(Str s, Date *ret)
{
    Date d = {0};
    Str y, m, day;
    if (!str_cut(&s, '-', &y) || !digits(y, 4, 4, &d.year))
        return false;
    if (str_cut(&s, '-', &m) && (!digits(m, 2, 2, &d.month) || d.month == 0))
        return false;
    if (str_cut(&s, '-', &day) && (!digits(day, 2, 2, &d.day) || d.day == 0))
        return false;
    if (s.ptr || !date_exists(d))
        return false;
    *ret = d;
    return true;
}

/* Month by number or by the first three letters of its name in either language. */
static int month_of(Arena *a, Str word)
{
    int n;
    if (digits(word, 1, 2, &n))
        return n >= 1 && n <= 12 ? n : 0;
    Str w = str_lower(a, word);
    if (w.len < 3)
        return 0;
    for (int m = 1; m <= 12; m++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            Str name = str_lower(a, tr((Lang)lang, (Msg)((int)M_MONTH_01 + m - 1)));
            Str brief = str_lower(a, tr((Lang)lang, (Msg)((int)M_MONTH_SHORT_01 + m - 1)));
            if (str_eq(w, name) || str_eq(w, brief))
                return m;
        }
    return 0;
}

bool date_parse(Arena *a, Str s, Date *ret)
{
    s = str_trim(s);
    if (date_parse_iso(s, ret))
        return true;
    Str part[3];
    size_t n = 0;
    size_t start = 0;
    for (size_t i = 0; i <= s.len; i++) {
        bool sep = i == s.len || s.ptr[i] == ' ' || s.ptr[i] == '/' || s.ptr[i] == '-' ||
                   s.ptr[i] == '.' || s.ptr[i] == ',';
        if (!sep)
            continue;
        if (i > start) {
            if (n == 3)
                return false;
            part[n++] = (Str){s.ptr + start, i - start};
        }
        start = i + 1;
    }
    Date d = {0};
    if (n < 1 || !digits(part[n - 1], 4, 4, &d.year))
        return false;
    if (n >= 2 && !(d.month = month_of(a, part[n - 2])))
        return false;
    if (n == 3 && (!digits(part[0], 1, 2, &d.day) || d.day == 0))
        return false;
    if (!date_exists(d))
        return false;
    *ret = d;
    return true;
}

Str date_iso(Arena *a, Date d)
{
    if (!d.year)
        return STR_NONE;
    if (!d.month)
        return str_printf(a, "%04d", d.year);
    if (!d.day)
        return str_printf(a, "%04d-%02d", d.year, d.month);
    return str_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static Str date_words(Arena *a, Lang lang, Date d, Msg january)
{
    if (!d.year)
        return S("");
    if (!d.month)
        return str_printf(a, "%d", d.year);
    Str month = tr(lang, (Msg)((int)january + d.month - 1));
    if (!d.day)
        return str_printf(a, "%.*s %d", STR_ARG(month), d.year);
    return str_printf(a, "%d %.*s %d", d.day, STR_ARG(month), d.year);
}

Str date_long(Arena *a, Lang lang, Date d)
{
    return date_words(a, lang, d, M_MONTH_01);
}

Str date_short(Arena *a, Lang lang, Date d)
{
    return date_words(a, lang, d, M_MONTH_SHORT_01);
}

Date date_last(Date d)
{
    if (d.year && !d.month)
        return (Date){d.year, 12, 31};
    if (d.year && !d.day)
        return (Date){d.year, d.month, month_days(d.year, d.month)};
    return d;
}

int date_age(Date birth, Date at)
{
    if (!birth.year || !at.year)
        return -1;
    Date b = date_last(birth);
    Date t = date_from_days(date_days(at));
    int age = t.year - b.year - (t.month < b.month || (t.month == b.month && t.day < b.day));
    if (age >= 0)
        return age;
    return date_days(birth) <= date_days(date_last(at)) ? 0 : -1; /* born by then, it may be */
}

int date_cmp(Date a, Date b)
{
    int64_t x = date_days(a), y = date_days(b);
    return (x > y) - (x < y);
}

Date date_add_days(Date d, int days)
{
    return date_from_days(date_days(d) + days);
}

Date date_add_months(Date d, int months)
{
    int n = d.year * 12 + d.month - 1 + months;
    Date to = {.year = n / 12, .month = n % 12 + 1};
    int last = month_days(to.year, to.month);
    to.day = d.day < last ? d.day : last;
    return to;
}

bool period_parse(Str s, Period *ret)
{
    Str a, b;
    Date from, to;
    Str rest = s;
    if (s.len == 7 && (str_ends(s, S("-S1")) || str_ends(s, S("-S2")))) {
        int year;
        if (!digits(str_head(s, 4), 4, 4, &year) || !date_exists((Date){year, 0, 0}))
            return false;
        bool second = s.ptr[6] == '2';
        ret->from = (Date){year, second ? 7 : 1, 1};
        ret->to = second ? (Date){year, 12, 31} : (Date){year, 6, 30};
        return true;
    }
    if (!str_cut(&rest, '/', &a))
        return false;
    if (!str_cut(&rest, '/', &b))
        b = a;
    if (!date_parse_iso(a, &from) || !date_parse_iso(b, &to) || date_cmp(from, date_last(to)) > 0)
        return false;
    ret->from = date_from_days(date_days(from));
    ret->to = date_last(to);
    return true;
}

Str period_half_year(Arena *a, Date d, int before)
{
    int half = d.year * 2 + (d.month > 6) - before;
    return str_printf(a, "%d-S%d", half / 2, half % 2 + 1);
}

Str period_label(Arena *a, Lang lang, Str name)
{
    if (name.len == 7 && name.ptr[5] == 'S')
        return tr_args(a, lang, M_SEMESTER, (Str){name.ptr + 6, 1}, str_head(name, 4));
    Period p;
    if (!period_parse(name, &p))
        return name;
    if (name.len == 4)
        return name;
    return str_printf(a, "%.*s – %.*s", STR_ARG(date_long(a, lang, p.from)),
                      STR_ARG(date_long(a, lang, p.to)));
}
