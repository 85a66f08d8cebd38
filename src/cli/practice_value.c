#include "cli/practice_value.h"

#include "base/file.h"

/* splitmix64: small, public domain, the same everywhere. */
static uint64_t next_number(Invent *v)
{
    uint64_t z = (v->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t invent_below(Invent *v, size_t n)
{
    return n ? (size_t)(next_number(v) % n) : 0;
}

bool invent_chance(Invent *v, int percent)
{
    return invent_below(v, 100) < (size_t)percent;
}

Err practice_tsv(Arena *a, const char *dir, const char *name, size_t columns, StrList **ret_rows,
                 size_t *ret_n)
{
    ARENA_LIST(StrList) rows = {0};
    Str text, line;
    TRY(file_read(a, z_printf(a, "%s/%s", dir, name), 1 << 20, &text));
    for (bool header = true; str_cut(&text, '\n', &line); header = false) {
        StrList cells = {0};
        Str cell;
        if (header || str_empty(line))
            continue;
        while (str_cut(&line, '\t', &cell))
            *ARENA_PUSH(a, cells) = cell;
        while (cells.n < columns)
            *ARENA_PUSH(a, cells) = S("");
        *ARENA_PUSH(a, rows) = cells;
    }
    *ret_rows = rows.items;
    *ret_n = rows.n;
    return ERR_OK;
}

Err invent_open(Arena *a, const Model *m, const char *dir, Invent *ret)
{
    Invent v = {.arena = a, .model = m, .state = 20240101};
    StrList *rows;
    size_t n;
    TRY(practice_tsv(a, dir, "names.tsv", 3, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (str_is(rows[i].items[0], "P")) {
            *ARENA_PUSH(a, v.women) = rows[i].items[2];
        } else if (str_is(rows[i].items[0], "L")) {
            *ARENA_PUSH(a, v.men) = rows[i].items[2];
        } else {
            *ARENA_PUSH(a, v.clans) = rows[i].items[2];
            *ARENA_PUSH(a, v.clan_places) = rows[i].items[1];
        }
    }
    TRY(practice_tsv(a, dir, "phrases.tsv", 2, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        *ARENA_PUSH(a, v.phrase_fields) = rows[i].items[0];
        *ARENA_PUSH(a, v.phrases) = rows[i].items[1];
    }
    *ret = v;
    return ERR_OK;
}

/* Most are young adults, some are children, a few are older. */
static int invent_age(Invent *v)
{
    if (invent_chance(v, 22))
        return 13 + (int)invent_below(v, 5);
    if (invent_chance(v, 80))
        return 18 + (int)invent_below(v, 17);
    return 35 + (int)invent_below(v, 22);
}

/* Sixteen digits as Dukcapil makes them: district, birth (women: day + 40), serial. */
static Str invent_nik(Invent *v, Str origin, Date birth, bool woman)
{
    return str_printf(v->arena, "%.2s%.2s%02d%02d%02d%02d%04d", origin.ptr, origin.ptr + 3,
                      1 + (int)invent_below(v, 9), birth.day + (woman ? 40 : 0), birth.month,
                      birth.year % 100, 1 + v->serial++ % 9999);
}

InventedPerson invent_person(Invent *v)
{
    InventedPerson p = {.age = invent_age(v)};
    bool woman = invent_chance(v, 68);
    size_t clan = invent_below(v, v->clans.n);
    const StrList *given = woman ? &v->women : &v->men;
    p.origin = v->clan_places.items[clan];
    p.sex = woman ? S("P") : S("L");
    p.name = str_printf(v->arena, "%.*s %.*s", STR_ARG(given->items[invent_below(v, given->n)]),
                        STR_ARG(v->clans.items[clan]));
    Date today = clock_today();
    Date birth = {today.year - p.age - 1, 1 + (int)invent_below(v, 12),
                  1 + (int)invent_below(v, 28)};
    if (invent_chance(v, 88))
        p.birth = date_iso(v->arena, birth);
    if (p.birth.ptr && invent_chance(v, 70))
        p.nik = invent_nik(v, p.origin, birth, woman);
    return p;
}

Str invent_person_value(const InventedPerson *p, FieldRole role)
{
    if (role == FIELD_ROLE_PERSON_NAME)
        return p->name;
    if (role == FIELD_ROLE_PERSON_SEX)
        return p->sex;
    if (role == FIELD_ROLE_PERSON_ORIGIN)
        return p->origin;
    if (role == FIELD_ROLE_PERSON_BIRTH)
        return p->birth;
    return role == FIELD_ROLE_PERSON_NIK ? p->nik : STR_NONE;
}

/* The first codes of a list are the common ones: the square of a uniform number favours them. */
static Str invent_code(Invent *v, const CodeList *list)
{
    for (int tries = 0; tries < 20 && list->n; tries++) {
        size_t a = invent_below(v, list->n), b = invent_below(v, list->n);
        const Code *c = &list->items[a < b ? a : b];
        if (code_valid(c, clock_today()))
            return c->code;
    }
    return STR_NONE;
}

static Str invent_text(Invent *v, const Field *f)
{
    Str key = str_printf(v->arena, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(f->name));
    StrList fitting = {0};
    for (size_t i = 0; i < v->phrases.n; i++)
        if (str_eq(v->phrase_fields.items[i], key))
            *ARENA_PUSH(v->arena, fitting) = v->phrases.items[i];
    if (fitting.n)
        return fitting.items[invent_below(v, fitting.n)];
    if (f->check == CHECK_PHONE)
        return str_printf(v->arena, "08%010d", 1200000000 + ++v->serial);
    if (f->check == CHECK_DOCNO)
        return str_printf(v->arena, "LP%dNTT%d", ++v->serial, clock_today().year);
    return f->required ? f->label.text[LANG_ID] : STR_NONE;
}

static Str invent_amount(Invent *v, const Field *f)
{
    int64_t lo = f->has_min ? f->min : 1, hi = f->has_max ? f->max : lo + 9;
    if (str_is(f->unit, "rupiah"))
        return str_int(v->arena, 500000 + 50000 * (int64_t)invent_below(v, 90));
    return str_int(v->arena, lo + (int64_t)invent_below(v, (size_t)(hi - lo + 1)));
}

/* A district people come from; for a field of a smaller level, a place inside that district. */
static Str invent_place(Invent *v, const Field *f)
{
    Str district = v->clan_places.items[invent_below(v, v->clan_places.n)];
    if (f->level <= PLACE_DISTRICT)
        return district;
    StrList inside = {0};
    for (size_t i = 0; i < v->model->place_count; i++) {
        const Place *p = &v->model->places[i];
        if (p->level == f->level && str_starts(p->code, district))
            *ARENA_PUSH(v->arena, inside) = p->code;
    }
    return inside.n ? inside.items[invent_below(v, inside.n)] : STR_NONE;
}

Str invent_value(Invent *v, const Field *f)
{
    switch (f->kind) {
    case FK_TEXT:
        return invent_text(v, f);
    case FK_NUMBER:
        return invent_amount(v, f);
    case FK_DATE:
        return date_iso(v->arena, date_add_days(clock_today(), -(int)invent_below(v, 20)));
    case FK_INSTANT:
        return str_int(v->arena, clock_now() - (int64_t)invent_below(v, 86400) * 1000);
    case FK_YESNO4:
        return invent_chance(v, 55) ? S("ya")
                                    : (invent_chance(v, 70) ? S("tidak") : S("tidak_diketahui"));
    case FK_CODE:
        return invent_code(v, f->codes);
    case FK_PLACE:
        return invent_place(v, f);
    case FK_TIME:
        return str_printf(v->arena, "%02zu:00", invent_below(v, 24));
    case FK_REF:
    case FK_FILE:
    case FK_GEOPOINT:
    case FK_COUNT:
        return STR_NONE;
    }
    BUG("unknown kind of field");
}
