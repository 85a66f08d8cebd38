/* One person looked for among millions: words of names with the records that have them, each list
 * in order of birth, so that a span of years is a piece of it. All in memory. */
#pragma once

#include "identity/match_column.h"
#include "identity/normalise.h"

enum { SEARCH_NAMES = 3, SEARCH_RESULTS = 10 };

/* What is known of whoever is looked for, or of a record; 0 and n = 0 stand for nothing. */
typedef struct SearchPerson {
    Name name;
    uint32_t birth; /* packed, match_value.h */
    uint64_t village, nik, phone;
} SearchPerson;

typedef struct SearchIndex SearchIndex;

typedef struct SearchHit {
    uint64_t place; /* of its row in the book, in bytes */
    float score;    /* bits for being the one looked for, roughly */
} SearchHit;

typedef struct SearchAnswer {
    SearchHit hits[SEARCH_RESULTS]; /* best first; equal ones by place */
    size_t n;
    uint64_t looked_at;
    bool cut; /* too many have such a name: something more must be known */
} SearchAnswer;

/* Fills what a row says; `columns` of its book. */
void search_person(const NameRules *rules, Arena *scratch, const MatchColumn *columns,
                   const Str *cells, size_t n, SearchPerson *ret);
/* An empty index; persons are added, then it is made ready once. */
SearchIndex *search_index_new(Arena *a, const NameRules *rules);
void search_index_add(SearchIndex *index, const SearchPerson *person, uint64_t place);
void search_index_finish(SearchIndex *index);
size_t search_index_records(const SearchIndex *index);
/* What the index holds in memory, without what it needed to be made. */
size_t search_index_bytes(const SearchIndex *index);
/* Not for two threads at once. */
void search_find(SearchIndex *index, const SearchPerson *wanted, SearchAnswer *ret);
