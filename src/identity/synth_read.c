#include "identity/synth.h"

#include "base/csv.h"

#include <stdlib.h>

static const struct {
    const char *name;
    double rate;
} faults[SYNTH_FAULTS] = {
#define X(name, rate) {#name, rate},
#include "identity/synth_rate.def"
#undef X
};

typedef struct Reading {
    Arena *arena;
    Problems *problems;
    SynthTables *to;
} Reading;

static bool read_rate(Arena *a, Str text, double *ret)
{
    char *end;
    const char *z = str_z(a, text);
    *ret = strtod(z, &end);
    return end != z && *end == '\0' && *ret >= 0 && *ret <= 1;
}

static void read_book(Reading *r, const CsvRow *row)
{
    if (r->to->book_count == SYNTH_BOOKS)
        return;
    SynthBook *b = &r->to->books[r->to->book_count++];
    double *const rates[] = {&b->coverage,  NULL,         &b->no_nik,      &b->no_birth,
                             &b->no_mother, &b->no_phone, &b->no_passport, &b->no_village};
    b->name = row->cells[0];
    b->travel = str_is(row->cells[2], "ya");
    for (size_t i = 0; i < 8; i++)
        if (rates[i] && !read_rate(r->arena, row->cells[i + 1], rates[i]))
            problem_add(r->problems, (Problem){.place = S("buku.tsv"),
                                               .line = row->line,
                                               .msg = M_MATCH_BAD_SHARE,
                                               .args = {row->cells[i + 1]}});
}

static size_t region_of(SynthTables *t, Str name)
{
    size_t i = 0;
    while (i < t->region_count && !str_eq(t->regions[i].name, name))
        i++;
    if (i == t->region_count && i < SYNTH_REGIONS - 1)
        t->regions[t->region_count++].name = name;
    return i;
}

static void read_name(Reading *r, const CsvRow *row)
{
    SynthTables *t = r->to;
    Str kind = row->cells[0], text = row->cells[2];
    if (str_is(kind, "provinsi")) {
        t->province = text;
        return;
    }
    size_t region = row->cells[1].len ? region_of(t, row->cells[1]) : 0;
    StrList *to = str_is(kind, "L")       ? &t->men
                  : str_is(kind, "P")     ? &t->women
                  : str_is(kind, "ejaan") ? &t->spellings
                  : str_is(kind, "awal")  ? &t->regions[region].starts
                                          : &t->regions[region].ends;
    *ARENA_PUSH(r->arena, *to) = text;
}

static void read_place(Reading *r, const CsvRow *row)
{
    Str code = row->cells[0], level = row->cells[1];
    SynthTables *t = r->to;
    if (!str_starts(code, t->province))
        return;
    bool district = str_is(level, "kecamatan");
    if (!district && !str_is(level, "desa") && !str_is(level, "kelurahan"))
        return;
    *ARENA_PUSH(r->arena, *(district ? &t->districts : &t->villages)) = row->cells[2];
    *ARENA_PUSH(r->arena, *(district ? &t->district_codes : &t->village_codes)) = code;
}

static void read_table(Reading *r, Str text, const char *place, size_t width,
                       void (*take)(Reading *, const CsvRow *))
{
    CsvReader csv = csv_reader(r->arena, text);
    CsvRow row;
    bool more, head = true;
    Err e;
    while ((e = csv_next(&csv, &row, &more)) == ERR_OK && more) {
        if (!head && row.n >= width)
            take(r, &row);
        head = false;
    }
    if (e != ERR_OK || head)
        problem_add(r->problems,
                    (Problem){.place = str_of(place), .line = csv.line, .msg = M_MATCH_EMPTY});
}

static bool complete(const SynthTables *t)
{
    for (size_t i = 0; i < t->region_count; i++)
        if (!t->regions[i].starts.n || !t->regions[i].ends.n)
            return false;
    return t->book_count && t->region_count && t->men.n && t->women.n && t->spellings.n &&
           t->villages.n && t->districts.n;
}

void synth_read(Arena *a, Str books, Str names, Str places, SynthTables *ret, Problems *problems)
{
    Reading r = {a, problems, ret};
    *ret = (SynthTables){0};
    for (int i = 0; i < SYNTH_FAULTS; i++)
        ret->rates[i] = faults[i].rate;
    read_table(&r, books, "buku.tsv", 9, read_book);
    read_table(&r, names, "buatan.tsv", 3, read_name);
    read_table(&r, places, "wilayah.tsv", 4, read_place);
    if (problems->errors == 0 && !complete(ret))
        problem_add(problems, (Problem){.place = S("buatan.tsv"), .msg = M_MATCH_EMPTY});
}

static bool set_rate(Arena *a, Str key, Str value, SynthTables *ret)
{
    for (int i = 0; i < SYNTH_FAULTS; i++)
        if (str_is(key, faults[i].name))
            return read_rate(a, value, &ret->rates[i]);
    return false;
}

void synth_read_rates(Str text, Str place, SynthTables *ret, Problems *problems)
{
    Str line, key;
    for (int n = 1; str_cut(&text, '\n', &line); n++) {
        Str value = str_trim(line);
        if (!value.len || value.ptr[0] == '#')
            continue;
        bool ok = str_cut(&value, ':', &key) &&
                  set_rate(problems->arena, str_trim(key), str_trim(value), ret);
        if (!ok)
            problem_add(problems, (Problem){.place = place,
                                            .line = n,
                                            .msg = M_MATCH_BAD_RATE,
                                            .args = {str_copy(problems->arena, str_trim(line))}});
    }
}
