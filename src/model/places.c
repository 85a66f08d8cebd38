/* Places: look-up by code and name, and their file. */
#include "base/utf8.h"
#include "model/load.h"

#include <stdlib.h>

/* ---- use ---- */

const Place *place_find(const Model *m, Str code)
{
    size_t low = 0, high = m->place_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(m->places[mid].code, code);
        if (order == 0)
            return &m->places[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* Levels follow from the length of the code: 53, 53.03, 53.03.12, 53.03.12.2001. */
static const size_t code_length[] = {
    [PLACE_ANY] = 0,         [PLACE_PROVINCE] = 2, [PLACE_DISTRICT] = 5,
    [PLACE_SUBDISTRICT] = 8, [PLACE_VILLAGE] = 13,
};

Str place_at_level(Str code, PlaceLevel level)
{
    size_t len = code_length[level];
    return len && code.len >= len ? str_head(code, len) : STR_NONE;
}

static void put_name(Buf *b, const Place *p)
{
    Str regency = S("Kabupaten ");
    if (p->level == PLACE_SUBDISTRICT)
        buf_lit(b, "Kec. ");
    if (p->level == PLACE_DISTRICT && str_starts(p->name, regency)) {
        buf_lit(b, "Kab. ");
        buf_put(b, str_from(p->name, regency.len));
    } else {
        buf_put(b, p->name);
    }
}

Str place_label(const Model *m, Arena *a, Str code)
{
    const Place *p = place_find(m, code);
    if (!p)
        return code;
    Buf b = buf_new(a, 96);
    put_name(&b, p);
    for (int level = (int)p->level - 1; level >= PLACE_DISTRICT; level--) {
        const Place *above = place_find(m, place_at_level(code, (PlaceLevel)level));
        if (!above)
            continue;
        buf_lit(&b, ", ");
        put_name(&b, above);
    }
    return buf_str(&b);
}

/* Name without "Kabupaten" or "Kota"; other levels have bare names. */
static Str bare_name(const Place *p)
{
    static const char *const kinds[] = {"kabupaten ", "kota "};
    for (size_t i = 0; p->level == PLACE_DISTRICT && i < COUNT(kinds); i++)
        if (str_starts(p->folded, str_of(kinds[i])))
            return str_from(p->folded, str_of(kinds[i]).len);
    return p->folded;
}

/* ---- by name ---- */

typedef struct SpokenName {
    Str whole, bare;  /* folded, with and without the word for its kind */
    PlaceLevel level; /* what the word says; PLACE_ANY without one */
    const char *kind; /* start of a district's folded name, NULL: any */
} SpokenName;

static SpokenName spoken(Arena *a, Str text)
{
    static const struct {
        const char *word;
        PlaceLevel level;
        const char *kind;
    } kinds[] = {{"kabupaten ", PLACE_DISTRICT, "kabupaten "},
                 {"kab. ", PLACE_DISTRICT, "kabupaten "},
                 {"kab ", PLACE_DISTRICT, "kabupaten "},
                 {"kota ", PLACE_DISTRICT, "kota "},
                 {"kecamatan ", PLACE_SUBDISTRICT, NULL},
                 {"kec. ", PLACE_SUBDISTRICT, NULL},
                 {"kec ", PLACE_SUBDISTRICT, NULL},
                 {"kelurahan ", PLACE_VILLAGE, NULL},
                 {"kel. ", PLACE_VILLAGE, NULL},
                 {"desa ", PLACE_VILLAGE, NULL},
                 {"provinsi ", PLACE_PROVINCE, NULL},
                 {"prov. ", PLACE_PROVINCE, NULL}};
    SpokenName s = {.whole = utf8_fold(a, text)};
    s.bare = s.whole;
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_starts(s.whole, str_of(kinds[i].word))) {
            s.bare = str_from(s.whole, str_of(kinds[i].word).len);
            s.level = kinds[i].level;
            s.kind = kinds[i].kind;
            break;
        }
    return s;
}

static bool is_called(const Place *p, const SpokenName *s)
{
    if (str_eq(p->folded, s->whole))
        return true;
    if (s->level != PLACE_ANY && s->level != p->level)
        return false;
    if (s->kind && !str_starts(p->folded, str_of(s->kind)))
        return false;
    return str_eq(bare_name(p), s->bare);
}

/* Whether some place around `p` is called so. */
static bool stands_in(const Model *m, const Place *p, const SpokenName *s)
{
    for (int level = PLACE_PROVINCE; level < (int)p->level; level++) {
        const Place *above = place_find(m, place_at_level(p->code, (PlaceLevel)level));
        if (above && is_called(above, s))
            return true;
    }
    return false;
}

typedef struct Named {
    const Place **items;
    size_t n, max; /* `n` goes on counting */
} Named;

static int by_bare_name(const void *x, const void *y)
{
    const Place *const *p = x, *const *q = y;
    int order = str_cmp(bare_name(*p), bare_name(*q));
    return order ? order : (*p > *q) - (*p < *q);
}

/* Those of this bare name that every part fits. */
static void add_named(const Model *m, Str bare, PlaceLevel level, const SpokenName *part,
                      size_t parts, Named *to)
{
    size_t low = 0, high = m->place_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(bare_name(m->places_by_name[mid]), bare) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < m->place_count && str_eq(bare_name(m->places_by_name[low]), bare); low++) {
        const Place *p = m->places_by_name[low];
        bool fits = (level == PLACE_ANY || p->level == level) && is_called(p, &part[0]);
        for (size_t k = 1; k < parts && fits; k++)
            fits = stands_in(m, p, &part[k]);
        if (fits && to->n++ < to->max)
            to->items[to->n - 1] = p;
    }
}

size_t place_named(const Model *m, Arena *a, Str text, PlaceLevel level, const Place **ret,
                   size_t max)
{
    enum { PARTS_MAX = 4 };
    SpokenName part[PARTS_MAX] = {0};
    size_t parts = 0;
    Named found = {ret, 0, max};
    Str piece;
    while (parts < PARTS_MAX && str_cut(&text, ',', &piece))
        part[parts++] = spoken(a, piece);
    if (!parts || !part[0].whole.len)
        return 0;
    add_named(m, part[0].bare, level, part, parts, &found);
    if (!str_eq(part[0].bare, part[0].whole)) /* a village may be called Kota Baru */
        add_named(m, part[0].whole, level, part, parts, &found);
    return found.n;
}

/* ---- the picker ---- */

/* 0: no word of the name starts with the text; else better is larger. */
static int match_of(const Place *p, Str text)
{
    Str name = p->folded, bare = bare_name(p);
    if (str_eq(name, text) || str_eq(bare, text))
        return 3;
    if (str_starts(name, text) || str_starts(bare, text))
        return 2;
    for (size_t at = 1; at + text.len <= name.len; at++)
        if (name.ptr[at - 1] == ' ' && str_starts(str_from(name, at), text))
            return 1;
    return 0;
}

typedef struct Hit {
    const Place *place;
    int match;
} Hit;

static bool better(Hit x, Hit y)
{
    bool exact_x = x.match == 3, exact_y = y.match == 3;
    if (exact_x != exact_y)
        return exact_x;
    if (x.place->level != y.place->level)
        return x.place->level < y.place->level;
    return x.match > y.match;
}

/* Keeps the best `max` hits in order; the places come sorted, so equals stay by code. */
static size_t keep(Hit *hits, size_t n, size_t max, Hit h)
{
    size_t at = n;
    while (at > 0 && better(h, hits[at - 1]))
        at--;
    if (at == max)
        return n;
    size_t last = n < max ? n : max - 1;
    for (size_t i = last; i > at; i--)
        hits[i] = hits[i - 1];
    hits[at] = h;
    return n < max ? n + 1 : n;
}

size_t place_search(const Model *m, Arena *a, Str text, PlaceLevel level, const Place **ret,
                    size_t max)
{
    Str folded = utf8_fold(a, text);
    Hit *hits = ARENA_ARRAY(a, max + 1, Hit);
    size_t n = 0;
    if (!folded.len || !max)
        return 0;
    for (size_t i = 0; i < m->place_count; i++) {
        Hit h = {&m->places[i], 0};
        if (level != PLACE_ANY && h.place->level != level)
            continue;
        h.match = match_of(h.place, folded);
        if (h.match)
            n = keep(hits, n, max, h);
    }
    for (size_t i = 0; i < n; i++)
        ret[i] = hits[i].place;
    return n;
}

/* ---- places/wilayah.tsv ---- */

static PlaceLevel level_of(Str word)
{
    static const struct {
        const char *word;
        PlaceLevel level;
    } words[] = {{"provinsi", PLACE_PROVINCE}, {"kabupaten", PLACE_DISTRICT},
                 {"kota", PLACE_DISTRICT},     {"kecamatan", PLACE_SUBDISTRICT},
                 {"desa", PLACE_VILLAGE},      {"kelurahan", PLACE_VILLAGE}};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(word, words[i].word))
            return words[i].level;
    return PLACE_ANY;
}

static bool is_region_code(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool dot = i == 2 || i == 5 || i == 8;
        if (dot ? s.ptr[i] != '.' : s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    }
    return true;
}

static void read_place(Loader *l, const Tsv *t, Place *p)
{
    *p = (Place){.code = t->cells[0], .name = t->cells[2], .level = level_of(t->cells[1])};
    p->folded = utf8_fold(l->arena, p->name);
    if (p->level == PLACE_ANY)
        load_problem_line(l, t->line, 0, M_TSV_WORD, t->cells[1],
                          S("provinsi, kabupaten, kota, kecamatan, desa, kelurahan"));
    else if (p->code.len != code_length[p->level] || !is_region_code(p->code))
        load_problem_line(l, t->line, 1, M_TSV_PLACE, p->code, STR_NONE);
    if (!p->name.len)
        load_problem_line(l, t->line, 0, M_TSV_LABELS, p->code, STR_NONE);
}

static int by_code(const void *x, const void *y)
{
    return str_cmp(((const Place *)x)->code, ((const Place *)y)->code);
}

/* Equal codes, and places whose surrounding place is missing; sorted before. */
static void check_places(Loader *l)
{
    const Model *m = l->m;
    for (size_t i = 0; i < m->place_count; i++) {
        const Place *p = &m->places[i];
        if (i && str_eq(p->code, m->places[i - 1].code))
            load_problem_line(l, 0, 0, M_DOM_TWICE, p->code, STR_NONE);
        if (p->level > PLACE_PROVINCE &&
            !place_find(m, place_at_level(p->code, (PlaceLevel)((int)p->level - 1))))
            load_problem_line(l, 0, 0, M_TSV_PLACE_ABOVE, p->code, STR_NONE);
    }
}

void load_places(Loader *l)
{
    static const char *const head[] = {"kode", "tingkat", "nama", "induk"};
    ARENA_LIST(Place) rows = {0};
    Tsv t;
    Str text;
    if (!load_file(l, "places/wilayah.tsv", &text) ||
        !tsv_open(l, &t, text, head, COUNT(head), true))
        return;
    while (tsv_next(l, &t))
        read_place(l, &t, ARENA_PUSH(l->arena, rows));
    if (rows.n)
        qsort(rows.items, rows.n, sizeof *rows.items, by_code);
    l->m->places = rows.items;
    l->m->place_count = rows.n;
    l->m->places_by_name = ARENA_ARRAY(l->arena, rows.n + 1, const Place *);
    for (size_t i = 0; i < rows.n; i++)
        l->m->places_by_name[i] = &rows.items[i];
    if (rows.n)
        qsort(l->m->places_by_name, rows.n, sizeof *l->m->places_by_name, by_bare_name);
    check_places(l);
}
