/* Invented values for practice data: the same sequence at every run, plausible for the field, true
 * to its declaration. Names come from domain/practice/names.tsv, sentences from phrases.tsv. */
#pragma once

#include "model/query.h"

typedef struct Invent {
    Arena *arena;
    const Model *model;
    uint64_t state; /* of the number sequence */
    StrList women, men, clan_places, clans;
    StrList phrase_fields, phrases;
    int serial;
} Invent;

/* A person who does not exist: values for the fields with person roles. */
typedef struct InventedPerson {
    Str name, sex, origin, birth, nik;
    int age;
} InventedPerson;

/* Reads the word lists of `dir`. */
MUST_CHECK Err invent_open(Arena *a, const Model *m, const char *dir, Invent *ret);
/* Reads a TSV of practice data: rows of cells without the header. */
MUST_CHECK Err practice_tsv(Arena *a, const char *dir, const char *name, size_t columns,
                            StrList **ret_rows, size_t *ret_n);
/* 0 <= number < n. */
size_t invent_below(Invent *v, size_t n);
bool invent_chance(Invent *v, int percent);
InventedPerson invent_person(Invent *v);
/* Canonical value for a field, or STR_NONE when nothing sensible can be invented (references,
 * files). */
Str invent_value(Invent *v, const Field *f);
/* Value of a person's field, by role; STR_NONE for other fields. */
Str invent_person_value(const InventedPerson *p, FieldRole role);
