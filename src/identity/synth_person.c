#include "identity/synth.h"

#include "base/date.h"
#include "identity/vocabulary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LAST_YEAR = 2018, WOMAN_DAY = 40 };

uint64_t synth_below(SynthRandom *r, uint64_t n)
{
    return match_mix(r->state += 0x9e3779b97f4a7c15u, 23) % n;
}

bool synth_happens(SynthRandom *r, double rate)
{
    return (double)synth_below(r, 1u << 30) < rate * (1u << 30);
}

size_t synth_zipf(SynthRandom *r, size_t n)
{
    /* A power of an even chance: the first of a hundred names has about eight in a hundred people.
     */
    double x = (double)synth_below(r, 1u << 30) / (1u << 30);
    return (size_t)(pow(x, 1.8) * (double)n);
}

static void put_word(Str text, char ret[SYNTH_WORD])
{
    size_t n = text.len < SYNTH_WORD - 1 ? text.len : SYNTH_WORD - 1;
    memcpy(ret, text.ptr, n);
    ret[n] = 0;
}

static void clan_name(const SynthTables *t, SynthRandom *r, char ret[SYNTH_WORD])
{
    size_t region = synth_below(r, t->region_count), n = t->regions[region].starts.n,
           m = t->regions[region].ends.n, which = synth_zipf(r, n * m);
    /* Which parts go together is fixed, so that frequent clans are the same in every book. */
    size_t mixed = match_mix(which, region) % (n * m);
    Str start = t->regions[region].starts.items[mixed % n],
        end = t->regions[region].ends.items[mixed / n];
    put_word(start, ret);
    put_word(end, ret + start.len);
}

static void given_name(const SynthTables *t, SynthRandom *r, bool woman, char ret[SYNTH_WORD])
{
    const StrList *of = woman ? &t->women : &t->men;
    put_word(of->items[match_mix(synth_zipf(r, of->n), woman) % of->n], ret);
}

static void full_name(const SynthTables *t, SynthRandom *r, bool woman, const char *clan,
                      SynthName *ret)
{
    *ret = (SynthName){.n = 1};
    given_name(t, r, woman, ret->words[0]);
    if (synth_happens(r, t->rates[SYNTH_mononym]))
        return;
    if (synth_happens(r, 0.5)) {
        given_name(t, r, woman, ret->words[1]);
        ret->n += strcmp(ret->words[0], ret->words[1]) != 0;
    }
    memcpy(ret->words[ret->n++], clan, SYNTH_WORD);
}

static void digits(SynthRandom *r, char *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (char)('0' + synth_below(r, 10));
    to[n] = 0;
}

/* A region code without its dots. */
static size_t put_region(Str code, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < code.len && n < 6; i++)
        if (code.ptr[i] != '.')
            to[n++] = code.ptr[i];
    return n;
}

static void give_nik(const SynthTables *t, SynthRandom *r, SynthPapers *p)
{
    size_t n = put_region(t->village_codes.items[p->village], p->nik);
    snprintf(p->nik + n, sizeof p->nik - n, "%02d%02d%02d%04d",
             (p->woman ? p->day + WOMAN_DAY : p->day) % 100, p->month % 100, p->year % 100,
             1 + (int)synth_below(r, 60));
}

static void phone_number(SynthRandom *r, char ret[14])
{
    ret[0] = '0';
    ret[1] = '8';
    digits(r, ret + 2, 10);
}

static void born(SynthRandom *r, int from, int to, SynthPapers *p)
{
    p->year = from + (int)synth_below(r, (uint64_t)(to - from) + 1);
    Date d = date_add_days((Date){p->year, 1, 1}, (int)synth_below(r, 365));
    p->month = d.month;
    p->day = d.day;
}

/* The same village, district and card for all; the district of birth as a rule that of dwelling. */
static void person(const SynthTables *t, SynthRandom *r, const SynthPapers *house, bool woman,
                   const char *clan, int from, int to, SynthPapers *ret)
{
    *ret = *house;
    ret->woman = woman;
    full_name(t, r, woman, clan, &ret->name);
    born(r, from, to, ret);
    if (synth_happens(r, 0.1))
        ret->district = synth_below(r, t->districts.n);
    give_nik(t, r, ret);
    if (synth_happens(r, 0.5))
        phone_number(r, ret->phone);
    ret->passport[0] = (char)('A' + synth_below(r, 5));
    digits(r, ret->passport + 1, 7);
}

/* Another person on paper, more or less. */
static void forge(const SynthTables *t, SynthRandom *r, const SynthPapers *true_ones,
                  SynthPapers *p)
{
    const double *rate = t->rates;
    char clan[SYNTH_WORD];
    *p = *true_ones;
    clan_name(t, r, clan);
    if (synth_happens(r, rate[SYNTH_forged_name]))
        full_name(t, r, p->woman, clan, &p->name);
    else if (synth_happens(r, rate[SYNTH_forged_word])) {
        int at = (int)synth_below(r, (uint64_t)p->name.n);
        bool last = at == p->name.n - 1;
        if (last && p->name.n > 1)
            memcpy(p->name.words[at], clan, SYNTH_WORD);
        else
            given_name(t, r, p->woman, p->name.words[at]);
    }
    if (synth_happens(r, rate[SYNTH_forged_year]))
        p->year -= 1 + (int)synth_below(r, 8);
    if (synth_happens(r, rate[SYNTH_forged_day]))
        born(r, p->year, p->year, p);
    if (synth_happens(r, rate[SYNTH_forged_place]))
        p->district = synth_below(r, t->districts.n);
    if (synth_happens(r, rate[SYNTH_forged_home]))
        p->village = synth_below(r, t->villages.n);
    if (synth_happens(r, rate[SYNTH_forged_mother])) {
        clan_name(t, r, clan);
        full_name(t, r, true, clan, &p->mother);
    }
    if (synth_happens(r, rate[SYNTH_forged_phone]))
        phone_number(r, p->phone);
    give_nik(t, r, p);
    digits(r, p->passport + 1, 7);
}

static void household(const SynthTables *t, SynthRandom *r, SynthPapers *house)
{
    *house = (SynthPapers){.village = synth_below(r, t->villages.n)};
    house->district = house->village * t->districts.n / t->villages.n;
    size_t n = put_region(t->village_codes.items[house->village], house->card);
    digits(r, house->card + n, 16 - n);
    phone_number(r, house->phone);
}

/* A child gets no first name that a brother or sister has. */
static void rename_twice_used(const SynthTables *t, SynthRandom *r, SynthPerson *all, size_t child)
{
    SynthPapers *p = &all[child].papers;
    for (size_t i = 2; i < child; i++)
        if (strcmp(all[i].papers.name.words[0], p->name.words[0]) == 0) {
            given_name(t, r, p->woman, p->name.words[0]);
            i = 1;
        }
}

size_t synth_household(const SynthTables *t, SynthRandom *r, uint64_t first_number,
                       SynthPerson ret[SYNTH_HOUSEHOLD])
{
    SynthPapers house;
    SynthName father_mother, mother_mother;
    char clan[SYNTH_WORD], of_mother[SYNTH_WORD], other[SYNTH_WORD];
    household(t, r, &house);
    clan_name(t, r, clan);
    clan_name(t, r, of_mother);
    clan_name(t, r, other);
    full_name(t, r, true, other, &father_mother);
    full_name(t, r, true, other, &mother_mother);
    size_t n = 2 + synth_below(r, SYNTH_HOUSEHOLD - 2);
    int year = 1950 + (int)synth_below(r, 45);
    memset(ret, 0, SYNTH_HOUSEHOLD * sizeof *ret);
    house.mother = father_mother;
    person(t, r, &house, false, clan, year - 5, year, &ret[0].papers);
    house.mother = mother_mother;
    person(t, r, &house, true, of_mother, year - 4, year + 3, &ret[1].papers);
    house.mother = ret[1].papers.name;
    for (size_t i = 2; i < n; i++) {
        int from = year + 18 + 2 * (int)i, to = from + 1;
        if (to > LAST_YEAR) {
            n = i;
            break;
        }
        person(t, r, &house, synth_happens(r, 0.5), clan, from, to, &ret[i].papers);
        rename_twice_used(t, r, ret, i);
    }
    for (size_t i = 0; i < n; i++) {
        ret[i].number = first_number + i;
        ret[i].has_forged = synth_happens(r, t->rates[SYNTH_forged]);
        if (ret[i].has_forged)
            forge(t, r, &ret[i].papers, &ret[i].forged);
    }
    return n;
}
