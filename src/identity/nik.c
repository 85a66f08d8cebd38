#include "identity/nik.h"

#include <string.h>

enum {
    LENGTH = 16,
    WOMAN = 40,
    REGION_DIGITS = 6,
    BIRTH_DIGITS = 12,
    FIRST_PROVINCE = 11,
    LAST_PROVINCE = 99,
    CENTURY = 100,
};

static bool read_digits(Str typed, char ret[LENGTH])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && c != ' ' && c != '.' && c != '-' && c != '\'')
            return false;
        if (digit && n == LENGTH)
            return false;
        if (digit)
            ret[n++] = c;
    }
    return n == LENGTH;
}

static int number_at(const char *digits, int at, int n)
{
    int number = 0;
    for (int i = at; i < at + n; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

unsigned nik_decode(Str typed, NikFacts *ret)
{
    NikFacts f;
    if (!read_digits(typed, f.digits))
        return NIK_SHAPE;
    int day = number_at(f.digits, 6, 2), province = number_at(f.digits, 0, 2);
    f.region = number_at(f.digits, 0, REGION_DIGITS);
    f.woman = day > WOMAN;
    f.day = f.woman ? day - WOMAN : day;
    f.month = number_at(f.digits, 8, 2);
    f.year_two = number_at(f.digits, 10, 2);
    f.serial = number_at(f.digits, BIRTH_DIGITS, 4);
    unsigned faults = NIK_FINE;
    if (province < FIRST_PROVINCE || province > LAST_PROVINCE || f.region % CENTURY == 0)
        faults |= NIK_REGION;
    /* 2000 had a 29 February, 1900 had none: the number does not say which it was. */
    if (!date_exists((Date){f.year_two % 4 ? 2001 : 2000, f.month, f.day}) || !f.day || !f.month)
        faults |= NIK_DATE;
    if (f.serial == 0)
        faults |= NIK_SERIAL;
    *ret = f;
    return faults;
}

int nik_year(const NikFacts *nik, int near, Date today)
{
    int early = 1900 + nik->year_two, late = 2000 + nik->year_two;
    if (near > 0)
        return near - early <= late - near ? early : late;
    if (today.year <= 0)
        return 0;
    Date birth = {late, nik->month, nik->day};
    return date_cmp(birth, today) > 0 ? early : late;
}
