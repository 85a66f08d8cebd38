#include "model/field_type.h"

#include "base/number.h"
#include "base/rand.h"
#include "model/value_parts.h"

static Str as_is(const Field *f, Arena *a, Lang lang, Str canonical)
{
    (void)f;
    (void)a;
    (void)lang;
    return canonical;
}

/* ---- numbers ---- */

/* Takes "Rp" and the unit off, and reads a minus sign as typeset. */
static Str bare_number(const ValueCtx *c, Str typed)
{
    Str minus = S("−");
    if (str_starts(typed, minus))
        typed = str_printf(c->arena, "-%.*s", STR_ARG(str_from(typed, minus.len)));
    Str unit = c->f->unit;
    if (unit.len && typed.len > unit.len && str_ends(typed, unit) &&
        typed.ptr[typed.len - unit.len - 1] == ' ')
        typed = str_trim(str_head(typed, typed.len - unit.len));
    return typed;
}

static bool parse_number(const ValueCtx *c, Str typed, Str *ret)
{
    Arena *a = c->arena;
    int64_t n;
    Date d;
    if (number_parse(bare_number(c, typed), c->f->scale, &n)) {
        *ret = str_int(a, n);
        return true;
    }
    if (c->f->month && date_parse(a, str_printf(a, "%.*s 2000", STR_ARG(typed)), &d) && d.month) {
        *ret = str_int(a, d.month);
        return true;
    }
    value_problem(c, c->f->scale ? M_VAL_DECIMAL : M_VAL_NUMBER, typed, STR_NONE);
    return false;
}

static Str month_name(Lang lang, int64_t n)
{
    return n >= 1 && n <= 12 ? tr(lang, (Msg)((int)M_MONTH_01 + (int)n - 1)) : S("?");
}

static Str show_number(const Field *f, Arena *a, Lang lang, Str canonical)
{
    int64_t n;
    if (!str_i64(canonical, &n) || f->year)
        return canonical;
    if (f->month)
        return month_name(lang, n);
    Str digits = number_format(a, lang, n, f->scale);
    if (str_is(f->unit, "rupiah")) /* the sign stands before Rp */
        return n < 0 ? str_printf(a, "−Rp%.*s", STR_ARG(str_from(digits, S("−").len)))
                     : str_printf(a, "Rp%.*s", STR_ARG(digits));
    return f->unit.len ? str_printf(a, "%.*s %.*s", STR_ARG(digits), STR_ARG(f->unit)) : digits;
}

/* As typed in Indonesia in both languages, because typed numbers are read so. */
static Str edit_number(const Field *f, Arena *a, Lang lang, Str canonical)
{
    int64_t n;
    (void)lang;
    return !str_i64(canonical, &n) || f->year || f->month ? canonical
                                                          : number_format(a, LANG_ID, n, f->scale);
}

static void check_number(const ValueCtx *c, Str canonical)
{
    enum { YEAR_FIRST = 1800, YEAR_LAST = 2200 };
    const Field *f = c->f;
    int64_t n;
    if (!str_i64(canonical, &n))
        value_problem(c, M_VAL_NUMBER, canonical, STR_NONE);
    else if (f->year && (n < YEAR_FIRST || n > YEAR_LAST))
        value_problem(c, M_VAL_YEAR, canonical, STR_NONE);
    else if (f->month && (n < 1 || n > 12))
        value_problem(c, M_VAL_MONTH, canonical, STR_NONE);
    else if (f->has_min && n < f->min)
        value_problem(c, M_VAL_MIN, number_format(c->arena, LANG_ID, f->min, f->scale), STR_NONE);
    else if (f->has_max && n > f->max)
        value_problem(c, M_VAL_MAX, number_format(c->arena, LANG_ID, f->max, f->scale), STR_NONE);
}

/* ---- dates ---- */

static bool parse_date(const ValueCtx *c, Str typed, Str *ret)
{
    Date d;
    if (!part_date(c->arena, typed, &d)) {
        value_problem(c, M_VAL_DATE, typed, STR_NONE);
        return false;
    }
    *ret = date_iso(c->arena, d);
    return true;
}

static Str show_date(const Field *f, Arena *a, Lang lang, Str canonical)
{
    Date d;
    (void)f;
    return date_parse_iso(canonical, &d) ? date_long(a, lang, d) : canonical;
}

static Str edit_date(const Field *f, Arena *a, Lang lang, Str canonical)
{
    Date d;
    (void)f;
    (void)lang;
    return date_parse_iso(canonical, &d) ? part_date_edit(a, d) : canonical;
}

static void check_date(const ValueCtx *c, Str canonical)
{
    const Field *f = c->f;
    Arena *a = c->arena;
    Date d;
    if (!date_parse_iso(canonical, &d)) {
        value_problem(c, M_VAL_DATE, canonical, STR_NONE);
        return;
    }
    if (f->full_date && !date_is_full(d))
        value_problem(c, M_VAL_DATE_FULL, canonical, STR_NONE);
    int64_t today = date_days(c->today), days = date_days(d), last = date_days(date_last(d));
    int64_t min = f->min == INT64_MAX ? today : f->min, max = f->max == INT64_MAX ? today : f->max;
    if (f->has_min && last < min)
        value_problem(c, M_VAL_DATE_MIN, part_date_edit(a, date_from_days(min)), STR_NONE);
    if (f->has_max && days > max)
        value_problem(c, f->max == INT64_MAX ? M_VAL_FUTURE : M_VAL_DATE_MAX,
                      part_date_edit(a, date_from_days(max)), STR_NONE);
}

/* ---- times and moments ---- */

static bool parse_time(const ValueCtx *c, Str typed, Str *ret)
{
    int minute;
    if (!part_time(typed, &minute)) {
        value_problem(c, M_VAL_TIME, typed, STR_NONE);
        return false;
    }
    *ret = str_printf(c->arena, "%02d:%02d", minute / 60, minute % 60);
    return true;
}

static Str show_time(const Field *f, Arena *a, Lang lang, Str canonical)
{
    int minute;
    (void)f;
    return lang == LANG_ID && part_time(canonical, &minute)
               ? str_printf(a, "%02d.%02d", minute / 60, minute % 60)
               : canonical;
}

static void check_time(const ValueCtx *c, Str canonical)
{
    int minute;
    if (canonical.len != 5 || !part_time(canonical, &minute))
        value_problem(c, M_VAL_TIME, canonical, STR_NONE);
}

static bool parse_instant(const ValueCtx *c, Str typed, Str *ret)
{
    int64_t at;
    if (!part_instant(c->arena, typed, &at)) {
        value_problem(c, M_VAL_INSTANT, typed, STR_NONE);
        return false;
    }
    *ret = str_int(c->arena, at);
    return true;
}

static Str show_instant(const Field *f, Arena *a, Lang lang, Str canonical)
{
    int64_t at;
    (void)f;
    return str_i64(canonical, &at) ? part_instant_show(a, lang, at) : canonical;
}

static Str edit_instant(const Field *f, Arena *a, Lang lang, Str canonical)
{
    int64_t at;
    (void)f;
    (void)lang;
    return str_i64(canonical, &at) ? part_instant_edit(a, at) : canonical;
}

static void check_instant(const ValueCtx *c, Str canonical)
{
    int64_t at;
    if (!str_i64(canonical, &at))
        value_problem(c, M_VAL_INSTANT, canonical, STR_NONE);
}

/* ---- codes and places ---- */

static Str show_code(const Field *f, Arena *a, Lang lang, Str canonical)
{
    (void)a;
    return code_label(f->codes, lang, canonical);
}

static Str show_place(const Field *f, Arena *a, Lang lang, Str canonical)
{
    (void)lang;
    return place_label(f->reg->model, a, canonical);
}

/* ---- references and files ---- */

static bool parse_uid(const ValueCtx *c, Str typed, Str *ret)
{
    *ret = str_lower(c->arena, typed);
    if (uid_shape(*ret))
        return true;
    value_problem(c, M_VAL_REF, typed, STR_NONE);
    return false;
}

static void check_uid(const ValueCtx *c, Str canonical)
{
    if (!uid_shape(canonical))
        value_problem(c, M_VAL_REF, canonical, STR_NONE);
}

/* ---- the table ---- */

static const FieldType types[FK_COUNT] = {
    [FK_TEXT] = {"text", NULL, text_parse, text_show, as_is, text_check},
    [FK_NUMBER] = {"number", NULL, parse_number, show_number, edit_number, check_number},
    [FK_DATE] = {"date", NULL, parse_date, show_date, edit_date, check_date},
    [FK_TIME] = {"time", NULL, parse_time, show_time, as_is, check_time},
    [FK_INSTANT] = {"instant", NULL, parse_instant, show_instant, edit_instant, check_instant},
    [FK_YESNO4] = {"yesno4", NULL, yesno_parse, show_code, as_is, code_check},
    [FK_CODE] = {"code", "codes", code_parse, show_code, as_is, code_check},
    [FK_PLACE] = {"place", "places", place_parse, show_place, as_is, place_check},
    [FK_REF] = {"ref", "refs", parse_uid, as_is, as_is, check_uid},
    [FK_FILE] = {"file", NULL, parse_uid, as_is, as_is, check_uid},
    [FK_GEOPOINT] = {"geopoint", NULL, point_parse, point_show, point_show, point_check},
};

const FieldType *field_type(FieldKind kind)
{
    return &types[kind];
}

FieldKind field_kind_of(Str word, bool *ret_multi)
{
    for (int kind = 0; kind < FK_COUNT; kind++) {
        *ret_multi = types[kind].many && str_is(word, types[kind].many);
        if (*ret_multi || str_is(word, types[kind].word))
            return (FieldKind)kind;
    }
    return FK_COUNT;
}
