/* What is known of a person, as far as recognising her needs it: read from a change, from a stored
 * record, or from all of them. */
#pragma once

#include "model/store.h"

/* Canonical values: X(member, role of its field). */
#define PERSON_FACTS(X)                                                                            \
    X(name, NAME)                                                                                  \
    X(alias, ALIAS)                                                                                \
    X(mother, MOTHER)                                                                              \
    X(birth, BIRTH)                                                                                \
    X(paper_birth, PAPER_BIRTH)                                                                    \
    X(sex, SEX)                                                                                    \
    X(nik, NIK)                                                                                    \
    X(passport, PASSPORT)                                                                          \
    X(phone, PHONE)                                                                                \
    X(village, VILLAGE)                                                                            \
    X(origin, ORIGIN)

typedef struct PersonFacts {
#define X(member, role) Str member;
    PERSON_FACTS(X)
#undef X
} PersonFacts;

enum { PERSON_FACT_COUNT = sizeof(PersonFacts) / sizeof(Str) };
/* The field that holds fact `i`; NULL when the domain has none. */
const Field *person_fact_field(const Model *m, size_t i);
static inline Str *person_fact(PersonFacts *f, size_t i)
{
    return (Str *)f + i;
}

/* What a change says of a person; nothing for one of another register. */
PersonFacts person_facts_of(const Change *c);
/* Opens the facts of a stored person that are clear or of the `classes` (CLASS_BIT). They are for
 * comparing; nothing is shown, so nothing is put on record. A person whose key is gone has no facts.
 */
MUST_CHECK Err person_facts_open(const Store *s, Db *keys, Arena *a, const Record *r,
                                 unsigned classes, PersonFacts *ret);
/* Opens everybody on file, one by one, until `each` answers false. A person that cannot be opened is
 * left out and told to the log: one damaged record does not stop all others. */
MUST_CHECK Err person_facts_each(const Store *s, ReadConn *c,
                                 bool (*each)(void *ctx, Str uid, const PersonFacts *facts),
                                 void *ctx);
/* At most so many are on file. */
MUST_CHECK Err person_facts_count(const Store *s, int64_t *ret);

/* Loads a person that was found, if the reader may list her and open her name: to hear that she
 * bears the name one typed is to learn it; and she is not restricted. E_NOT_FOUND, E_DENIED
 * otherwise. */
MUST_CHECK Err person_load_found(Reader *rd, Str uid, Record *ret);
