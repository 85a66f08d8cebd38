/* The population book in memory: who may be a person typed, among all residents. Read behind the
 * pages after a start; its rows are never records, and only whoever is looked for is opened. */
#pragma once

#include "engine/population_file.h"
#include "identity/match_column.h"
#include "model/likeness.h"

typedef struct PopulationBook PopulationBook;

/* A resident who may be the one asked about. */
typedef struct Resident {
    Str id; /* of the row in this book: another book has other ones */
    PersonFacts facts;
    Likeness like;
} Resident;

/* Begins to read the book of the installation, if it has one, on a thread of its own; ends with
 * `a`, or earlier by population_stop. */
void population_open(Arena *a, const Store *s, PopulationBook **ret);
void population_stop(PopulationBook *b);
/* Waits until it is read whole. */
void population_wait(PopulationBook *b);
/* ERR_OK: it is there, whole and ours. E_BUSY: still being read. E_NOT_FOUND: there is none, also
 * for NULL. E_CORRUPT, E_IO: it is not used. */
MUST_CHECK Err population_state(const PopulationBook *b);
/* Gives a book that an older program closed its own key in the key store, before an exchange takes
 * away what opens it. */
MUST_CHECK Err population_own_key(const Store *s);
/* Once it was read: what it is, and what is in use or wrong ({0} residents, {1} day). */
const PopulationFile *population_of(const PopulationBook *b, Msg *ret_told);
/* Who may be `who` as the search has it, by part of a name too; the likeliest first, at most `max`.
 * Thread-safe. The errors of population_state. */
MUST_CHECK Err population_find(const PopulationBook *b, Arena *a, const PersonFacts *who,
                               Resident *ret, size_t max, size_t *ret_n);
/* One row by its id; E_NOT_FOUND when this book has no such row. */
MUST_CHECK Err population_row(const PopulationBook *b, Arena *a, Str id, PersonFacts *ret);
/* Makes the book out of a list of residents (CSV with a heading row) in place of the one before;
 * faults become problems. `settings` may name columns. Columns without a meaning are left out. */
MUST_CHECK Err population_make(const Store *s, Arena *a, Str text, Str place,
                               const MatchSettings *settings, Problems *problems,
                               int64_t *ret_rows);
