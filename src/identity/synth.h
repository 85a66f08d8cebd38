/* Made-up people of households and what several agencies write of them, with the truth beside it,
 * to measure matching by. Everything follows from the seed. */
#pragma once

#include "base/problem.h"

typedef enum SynthFault {
#define X(name, rate) SYNTH_##name,
#include "identity/synth_rate.def"
#undef X
    SYNTH_FAULTS
} SynthFault;

enum { SYNTH_BOOKS = 8, SYNTH_WORDS = 3, SYNTH_WORD = 24, SYNTH_REGIONS = 8 };

/* A book: which part of the people it covers, and what it leaves out how often. */
typedef struct SynthBook {
    Str name;
    double coverage, no_nik, no_birth, no_mother, no_phone, no_passport, no_village;
    bool travel; /* written from the papers people travel on */
} SynthBook;

typedef struct SynthTables {
    SynthBook books[SYNTH_BOOKS];
    size_t book_count;
    Str province;
    StrList men, women, spellings;
    struct {
        Str name;
        StrList starts, ends; /* of names of clans */
    } regions[SYNTH_REGIONS];
    size_t region_count;
    StrList villages, village_codes, districts, district_codes;
    double rates[SYNTH_FAULTS];
} SynthTables;

/* Reads the tables of books, of parts of names, and of places (of the province that the
 * table of names tells); faults become problems. Everything points into the texts or lives in the
 * arena. */
void synth_read(Arena *a, Str books, Str names, Str places, SynthTables *ret, Problems *problems);
/* Lines `fault: rate` over the defaults. */
void synth_read_rates(Str text, Str place, SynthTables *ret, Problems *problems);

typedef struct SynthName {
    char words[SYNTH_WORDS][SYNTH_WORD];
    int n;
} SynthName;

/* What papers say of a person. */
typedef struct SynthPapers {
    SynthName name, mother;
    int year, month, day;
    bool woman;
    size_t district, village; /* of birth; of dwelling */
    char nik[17], passport[9], phone[14], card[17];
} SynthPapers;

typedef struct SynthPerson {
    uint64_t number; /* from 1: the truth */
    SynthPapers papers, forged;
    bool has_forged;
} SynthPerson;

typedef struct SynthRandom {
    uint64_t state;
} SynthRandom;

uint64_t synth_below(SynthRandom *r, uint64_t n);
/* Whether something that happens at this rate happens. */
bool synth_happens(SynthRandom *r, double rate);
/* Of `n` things the first are the most frequent. */
size_t synth_zipf(SynthRandom *r, size_t n);

enum { SYNTH_HOUSEHOLD = 9 };
/* The next household; returns how many persons it has. */
size_t synth_household(const SynthTables *t, SynthRandom *r, uint64_t first_number,
                       SynthPerson ret[SYNTH_HOUSEHOLD]);

extern const char synth_headings[];
/* One row of a book as somebody wrote it, faults and all, after its id. */
void synth_row(const SynthTables *t, SynthRandom *r, const SynthBook *book, const SynthPapers *p,
               Str id, Buf *to);
