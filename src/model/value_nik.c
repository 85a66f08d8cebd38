#include "model/value_nik.h"

enum { NIK_LENGTH = 16, WOMAN = 40 };

Str nik_digits(Arena *a, Str typed)
{
    Buf b = buf_new(a, NIK_LENGTH + 1);
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c >= '0' && c <= '9')
            buf_char(&b, c);
        else if (c != ' ' && c != '.' && c != '-')
            return STR_NONE;
    }
    return b.len == NIK_LENGTH ? buf_str(&b) : STR_NONE;
}

static bool is_nik(Str nik)
{
    for (size_t i = 0; i < nik.len; i++)
        if (nik.ptr[i] < '0' || nik.ptr[i] > '9')
            return false;
    return nik.len == NIK_LENGTH;
}

static int two(Str nik, size_t at)
{
    return (nik.ptr[at] - '0') * 10 + nik.ptr[at + 1] - '0';
}

bool nik_birth(Str nik, Date today, Date *ret)
{
    if (!is_nik(nik))
        return false;
    Date d = {.month = two(nik, 8), .day = two(nik, 6) % WOMAN};
    if (two(nik, 6) > WOMAN + 31 || !d.day || !d.month)
        return false;
    for (int century = 2000; century >= 1900; century -= 100) {
        d.year = century + two(nik, 10);
        if (date_exists(d) && date_cmp(d, today) <= 0) {
            *ret = d;
            return true;
        }
    }
    return false;
}

Str nik_sex(Str nik)
{
    if (!is_nik(nik))
        return STR_NONE;
    return two(nik, 6) > WOMAN ? S("P") : S("L");
}

bool nik_other_sex(Str nik, Str sex)
{
    Str inside = nik_sex(nik);
    return inside.ptr && (str_is(sex, "L") || str_is(sex, "P")) && !str_eq(inside, sex);
}
