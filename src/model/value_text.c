#include "model/value_nik.h"
#include "model/value_parts.h"

#include "base/utf8.h"

enum { LINE_MAX_CHARS = 1000, LONG_MAX_CHARS = 50000, PHONE_SHORTEST = 3, PHONE_LONGEST = 15 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- reading ---- */

/* "5,3E+15": what a spreadsheet leaves of a long number. */
static bool spreadsheet_damage(Str s)
{
    bool digit = false;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if ((s.ptr[i] == 'E' || s.ptr[i] == 'e') && digit &&
            (s.ptr[i + 1] == '+' || is_digit(s.ptr[i + 1])))
            return true;
        digit |= is_digit(s.ptr[i]);
    }
    return false;
}

static bool parse_nik(const ValueCtx *c, Str typed, Str *ret)
{
    size_t count = 0, other = 0;
    *ret = nik_digits(c->arena, typed);
    if (ret->ptr)
        return true;
    for (size_t i = 0; i < typed.len; i++) {
        count += is_digit(typed.ptr[i]);
        other += !is_digit(typed.ptr[i]) && typed.ptr[i] != ' ' && typed.ptr[i] != '.' &&
                 typed.ptr[i] != '-';
    }
    if (spreadsheet_damage(typed))
        value_problem(c, M_VAL_NIK_DAMAGED, typed, STR_NONE);
    else if (other)
        value_problem(c, M_VAL_NIK_LETTERS, typed, STR_NONE);
    else
        value_problem(c, M_VAL_NIK_LENGTH, str_int(c->arena, (int64_t)count), STR_NONE);
    return false;
}

/* Digits and a leading +; false when anything else than usual marks stands between. */
static bool phone_digits(Str typed, Buf *b)
{
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (is_digit(c) || (c == '+' && b->len == 0))
            buf_char(b, c);
        else if (c != ' ' && c != '.' && c != '-' && c != '(' && c != ')' && c != '/')
            return false;
    }
    return true;
}

/* 08.. and 62.. become +62..; a mobile number that lost its zero in a spreadsheet too. Service
 * numbers such as 129 stay. */
static Str international(Arena *a, Str n)
{
    enum { SERVICE_LONGEST = 5, MOBILE_SHORTEST = 9 };
    if (n.len <= SERVICE_LONGEST || str_starts(n, S("+")))
        return n;
    if (str_starts(n, S("00")))
        return str_printf(a, "+%.*s", STR_ARG(str_from(n, 2)));
    if (str_starts(n, S("0")))
        return str_printf(a, "+62%.*s", STR_ARG(str_from(n, 1)));
    if (str_starts(n, S("62")))
        return str_printf(a, "+%.*s", STR_ARG(n));
    if (str_starts(n, S("8")) && n.len >= MOBILE_SHORTEST)
        return str_printf(a, "+62%.*s", STR_ARG(n));
    return n;
}

static bool good_phone(Str n)
{
    bool plus = str_starts(n, S("+"));
    size_t digits = n.len - plus;
    for (size_t i = plus; i < n.len; i++)
        if (!is_digit(n.ptr[i]))
            return false;
    return digits >= PHONE_SHORTEST && digits <= PHONE_LONGEST;
}

static bool parse_phone(const ValueCtx *c, Str typed, Str *ret)
{
    Buf b = buf_new(c->arena, typed.len + 1);
    bool read = phone_digits(typed, &b);
    *ret = international(c->arena, buf_str(&b));
    if (read && good_phone(*ret) && !spreadsheet_damage(typed))
        return true;
    value_problem(c, M_VAL_PHONE, typed, STR_NONE);
    return false;
}

static bool good_email(Str s)
{
    ptrdiff_t at = str_find(s, '@');
    if (at <= 0 || s.len > 254)
        return false;
    Str domain = str_from(s, (size_t)at + 1);
    ptrdiff_t dot = str_find(domain, '.');
    if (dot <= 0 || str_find(domain, '@') >= 0 || str_ends(domain, S(".")))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == ',' || s.ptr[i] == '<' || s.ptr[i] == '>')
            return false;
    return true;
}

static bool parse_email(const ValueCtx *c, Str typed, Str *ret)
{
    *ret = str_lower(c->arena, typed);
    if (good_email(*ret))
        return true;
    value_problem(c, M_VAL_EMAIL, typed, STR_NONE);
    return false;
}

static bool good_document(Str s)
{
    bool some = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = is_digit(c) || (c >= 'A' && c <= 'Z');
        some |= letter;
        if (!letter && c != ' ' && c != '/' && c != '.' && c != '-' && c != '(' && c != ')' &&
            c != '_' && c != ':')
            return false;
    }
    return some;
}

static bool parse_document(const ValueCtx *c, Str typed, Str *ret)
{
    Buf b = buf_new(c->arena, typed.len + 1);
    for (size_t i = 0; i < typed.len; i++) {
        char ch = typed.ptr[i];
        if (ch == ' ' && i && typed.ptr[i - 1] == ' ')
            continue;
        buf_char(&b, ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch);
    }
    *ret = buf_str(&b);
    if (good_document(*ret) && !spreadsheet_damage(typed))
        return true;
    value_problem(c, M_VAL_DOCUMENT, typed, STR_NONE);
    return false;
}

/* CR LF and CR as LF. */
static Str plain_lines(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\r')
            buf_char(&b, s.ptr[i]);
        else if (i + 1 == s.len || s.ptr[i + 1] != '\n')
            buf_char(&b, '\n');
    return buf_str(&b);
}

/* A long text stays as it is; otherwise lines are trimmed, empty ones dropped, and a single line
 * made of them unless the field keeps lines. */
static Str shaped(const ValueCtx *c, Str typed)
{
    Str rest = plain_lines(c->arena, typed), line;
    if (c->f->shape == TEXT_LONG)
        return str_trim(rest);
    Buf b = buf_new(c->arena, typed.len + 1);
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len && b.len)
            buf_char(&b, c->f->shape == TEXT_LINES ? '\n' : ' ');
        buf_put(&b, line);
    }
    return buf_str(&b);
}

bool text_parse(const ValueCtx *c, Str typed, Str *ret)
{
    switch (c->f->check) {
    case CHECK_NIK:
        return parse_nik(c, typed, ret);
    case CHECK_PHONE:
        return parse_phone(c, typed, ret);
    case CHECK_EMAIL:
        return parse_email(c, typed, ret);
    case CHECK_DOCNO:
        return parse_document(c, typed, ret);
    case CHECK_NONE:
        *ret = shaped(c, typed);
        return true;
    }
    BUG("no such check");
}

/* ---- showing ---- */

/* Groups of four digits, as on the card. */
static Str show_nik(Arena *a, Str nik)
{
    Buf b = buf_new(a, 24);
    for (size_t i = 0; i < nik.len; i++) {
        if (i && i % 4 == 0)
            buf_char(&b, ' ');
        buf_char(&b, nik.ptr[i]);
    }
    return buf_str(&b);
}

/* +62 812 3456 7890 */
static Str show_phone(Arena *a, Str n)
{
    if (!str_starts(n, S("+62")))
        return n;
    Buf b = buf_new(a, 24);
    buf_lit(&b, "+62");
    for (size_t i = 3; i < n.len; i++) {
        if (i == 3 || (i > 3 && i % 4 == 2 && n.len - i > 1))
            buf_char(&b, ' ');
        buf_char(&b, n.ptr[i]);
    }
    return buf_str(&b);
}

Str text_show(const Field *f, Arena *a, Lang lang, Str canonical)
{
    (void)lang;
    if (f->check == CHECK_NIK)
        return show_nik(a, canonical);
    return f->check == CHECK_PHONE ? show_phone(a, canonical) : canonical;
}

/* ---- checking ---- */

/* Number of the last two parts wrong beyond doubt: no serial, or one digit all over. */
static bool impossible_nik(Str nik)
{
    bool same = true;
    for (size_t i = 1; i < nik.len; i++)
        same &= nik.ptr[i] == nik.ptr[0];
    return same || str_ends(nik, S("0000"));
}

static void check_nik(const ValueCtx *c, Str nik)
{
    Date birth;
    Str digits = nik_digits(c->arena, nik);
    if (!digits.ptr || digits.len != nik.len) {
        value_problem(c, M_VAL_NIK_LENGTH, str_int(c->arena, (int64_t)nik.len), STR_NONE);
        return;
    }
    if (impossible_nik(nik)) {
        value_problem(c, M_VAL_NIK_SERIAL, nik, STR_NONE);
        return;
    }
    if (!place_find(c->f->reg->model, str_head(nik, 2)))
        value_warning(c, M_VAL_NIK_PROVINCE, str_head(nik, 2));
    if (!nik_birth(nik, c->today, &birth))
        value_warning(c, M_VAL_NIK_BIRTH, str_head(str_from(nik, 6), 6));
}

static void check_length(const ValueCtx *c, Str canonical)
{
    const Field *f = c->f;
    int64_t n = (int64_t)utf8_count(canonical);
    int64_t max = f->has_max ? f->max : f->shape == TEXT_LINE ? LINE_MAX_CHARS : LONG_MAX_CHARS;
    if (n > max)
        value_problem(c, M_VAL_LONG, str_int(c->arena, n), str_int(c->arena, max));
    if (f->has_min && n < f->min)
        value_problem(c, M_VAL_SHORT, str_int(c->arena, n), str_int(c->arena, f->min));
}

void text_check(const ValueCtx *c, Str canonical)
{
    check_length(c, canonical);
    if (c->f->check == CHECK_NIK)
        check_nik(c, canonical);
    if (c->f->check == CHECK_PHONE && !good_phone(canonical))
        value_problem(c, M_VAL_PHONE, canonical, STR_NONE);
    if (c->f->check == CHECK_EMAIL && !good_email(canonical))
        value_problem(c, M_VAL_EMAIL, canonical, STR_NONE);
    if (c->f->check == CHECK_DOCNO && !good_document(canonical))
        value_problem(c, M_VAL_DOCUMENT, canonical, STR_NONE);
}
