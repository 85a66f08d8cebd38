/* One person looked for among millions: words of names and of places with the records that have
 * them, each list in order of birth, so that a span of years is a piece of it.
 *
 * A finished index is one block of bytes, its image, that points nowhere outside itself: it may be
 * stored (sealed by whoever stores it), and read or mapped again without being made anew. */
#pragma once

#include "identity/match_column.h"
#include "identity/normalise.h"

/* As many as somebody reads; and as many as the index gives to who weighs them by more than it
 * knows. */
enum { SEARCH_RESULTS = 10, SEARCH_MOST = 100 };

/* What few others share: each leads straight to the records that have it. Of the mother's name each
 * two of three words. */
typedef enum SearchMark {
    MARK_NIK,
    MARK_PASSPORT,
    MARK_PHONE,
    MARK_CARD,
    MARK_MOTHER,
    SEARCH_MARKS = MARK_MOTHER + 3
} SearchMark;

/* What is known of whoever is looked for, or of a record; 0, n = 0 and an absent text stand for
 * nothing. */
typedef struct SearchPerson {
    Name name;                    /* words of another name (alias) behind those of the name */
    uint32_t birth;               /* packed, match_value.h */
    Str village;                  /* plain, match_value.h */
    uint64_t marks[SEARCH_MARKS]; /* hashed, no two kinds alike */
} SearchPerson;

typedef struct SearchIndex SearchIndex;

typedef struct SearchHit {
    uint64_t place; /* what search_index_add was told of its record */
    float score;    /* bits for being the one looked for, roughly */
} SearchHit;

typedef struct SearchAnswer {
    SearchHit hits[SEARCH_MOST]; /* best first; equal ones in order of birth */
    size_t n;
    bool cut; /* too many have such a name: something more must be known */
} SearchAnswer;

/* Fills what a row says; `columns` of its book. The village is text of `scratch`. */
void search_person(const NameRules *rules, Arena *scratch, const MatchColumn *columns,
                   const Str *cells, size_t n, SearchPerson *ret);
/* An empty index; persons are added, then it is finished once and answers from then on. */
SearchIndex *search_index_new(Arena *a, const NameRules *rules);
void search_index_add(SearchIndex *index, const SearchPerson *person, uint64_t place);
void search_index_finish(SearchIndex *index);
/* The bytes of a finished index, owned by it. */
Str search_index_image(const SearchIndex *index);
/* An index over the bytes of an image, which must stay as they are, begin at an address that is a
 * multiple of 8, and were made on the same kind of machine. E_PARSE when they are no sound image,
 * E_INVALID when it was made with other rules of names. */
MUST_CHECK Err search_index_open(Arena *a, const NameRules *rules, Str image, SearchIndex **ret);
size_t search_index_records(const SearchIndex *index);
/* At most `most`. Several threads may ask one index. */
void search_find(const SearchIndex *index, const SearchPerson *wanted, size_t most,
                 SearchAnswer *ret);
