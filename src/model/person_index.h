/* Names in memory, so that "perhaps already on file" needs no stored index of names (security 3.2).
 * Built after start, behind the pages, by opening every person; kept current after each commit.
 * Exact matching only: same folded name, birth date or number. This is the call site that the
 * identity engine will replace.
 */
#pragma once

#include "model/store.h"

typedef struct PersonIndex PersonIndex;

typedef struct PersonFacts {
    Str name, birth, origin, nik;
} PersonFacts;

typedef struct PersonHit {
    Str uid;
    bool same_nik, same_birth, same_origin; /* beside the name, unless found by number */
} PersonHit;

/* How long a write or an import waits for the names on file; a page says sooner that they are still
 * being read. */
enum { PERSONS_WAIT_MS = 15 * 1000 };

/* Begins to read those on file on a thread of its own; ends with `a`. */
MUST_CHECK Err person_index_open(Arena *a, const Store *s, PersonIndex **ret);
/* Ends the reading, whole or not: before the keys are closed. */
void person_index_stop(PersonIndex *ix);
/* To be asked before "nobody found" is believed: ERR_OK once everybody on file is in the index,
 * E_BUSY if that is not so within `wait_ms`, or what the reading failed with. */
MUST_CHECK Err person_index_ready(const PersonIndex *ix, int wait_ms);
/* People that may be this one, most certain first; at most `max`. Thread-safe. */
size_t person_index_find(const PersonIndex *ix, Arena *a, const PersonFacts *facts, PersonHit *ret,
                         size_t max);
/* Replaces what is known of a person; absent name removes it. Thread-safe. */
void person_index_put(PersonIndex *ix, Str uid, const PersonFacts *facts);
size_t person_index_size(const PersonIndex *ix);

/* Loads a person the index found, if the reader may list her and open her name: to hear that she
 * bears the name one typed is to learn it. E_NOT_FOUND, E_DENIED otherwise. */
MUST_CHECK Err person_index_load_hit(Reader *rd, const PersonHit *hit, Record *ret);
/* The people on file that a new person (change of the register that is `person`) may be, as far as
 * the reader may know of them; at most `max`. None for a change of another register. Waits for the
 * names on file; the errors of person_index_ready. */
MUST_CHECK Err person_index_alike(Reader *rd, const Change *c, Record *ret, size_t max,
                                  size_t *ret_n);
