/* Persons in memory, so that "perhaps already on file" needs no stored index of names:
 * keyed hashes of what they are found by, never a name. Read behind the pages after a start by
 * opening every person; kept current after each commit. */
#pragma once

#include "model/person_facts.h"

typedef struct PersonIndex PersonIndex;

typedef struct PersonHit {
    Str uid;
    bool same_nik, same_birth, same_origin; /* beside the name, unless found by number */
} PersonHit;

/* How long a write or an import waits for the names on file; a page says sooner that they are still
 * being read. */
enum { PERSONS_WAIT_MS = 15 * 1000 };

/* Begins to read those on file on a thread of its own; ends with `a`. Of `s` it keeps the model and
 * the installation. */
MUST_CHECK Err person_index_open(Arena *a, const Store *s, PersonIndex **ret);
/* Ends the reading, whole or not: before the keys are closed. */
void person_index_stop(PersonIndex *ix);
/* To be asked before "nobody found" is believed: ERR_OK once everybody on file is in the index,
 * E_BUSY if that is not so within `wait_ms`, or what the reading failed with. */
MUST_CHECK Err person_index_ready(const PersonIndex *ix, int wait_ms);
/* People with the same number, or the same name and nothing against it, most certain first; at most
 * `max`. Thread-safe. */
size_t person_index_find(const PersonIndex *ix, Arena *a, const PersonFacts *facts, PersonHit *ret,
                         size_t max);
/* People who share something rare: a number, the birth date, words that sound alike. uids into
 * `ret`, the most in common first; whether it is one person is for the scorer to say. */
size_t person_index_near(const PersonIndex *ix, Arena *a, const PersonFacts *facts, Str *ret,
                         size_t max);
/* What part of all words of names sound like this one, in bits above (rarer) or below the mean. */
float person_index_rarity(const PersonIndex *ix, Str word);
/* Replaces what is known of a person; absent name removes it. Thread-safe. */
void person_index_put(PersonIndex *ix, Str uid, const PersonFacts *facts);
/* Takes uids of people put since the start, each once or more; at most `max`. Thread-safe. */
size_t person_index_fresh(PersonIndex *ix, Arena *a, Str *ret, size_t max);
size_t person_index_size(const PersonIndex *ix);
