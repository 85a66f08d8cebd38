/* How a finished index lies in memory: one block of sections, each an array. */
#pragma once

#include "identity/match_search.h"
#include "identity/match_value.h"
#include "identity/vocabulary.h"

#include <string.h>

enum { ROW_WORDS = 4, VILLAGE_CLASS = 1, LETTERS = 26 };

/* What scoring reads of a record; ascending by birth. */
typedef struct Row {
    uint8_t words[ROW_WORDS][3]; /* of its name, 0 behind the last */
    uint32_t birth;
} Row;

/* What is looked up of a few records. */
typedef struct Rest {
    uint32_t village; /* a word */
    uint32_t place[2];
} Rest;

/* Records of one birth: from `first` on to that of the next. */
typedef struct Birth {
    uint32_t birth, first;
} Birth;

typedef struct IndexWord {
    uint32_t raw, canonical; /* in the texts */
    uint8_t raw_len, canonical_len;
} IndexWord;

/* What leads to words that are like each other (word_index.h), and to records with a mark. The
 * upper half of a key says in which slot it stands, the lower half stands there. */
typedef struct IndexKey {
    uint32_t key, value; /* a word, or a record */
} IndexKey;
enum { KEY_KIND = 31 }; /* of the lower half the highest bit: set for a word */
typedef struct KeyRange {
    size_t from, end;
} KeyRange;

/* X(section, type of its items) */
#define SEARCH_SECTIONS(X)                                                                         \
    X(rows, Row)                                                                                   \
    X(rest, Rest)                                                                                  \
    X(births, Birth)     /* the last one stands behind all */                                      \
    X(words, IndexWord)  /* the first stands for none */                                           \
    X(letters, uint32_t) /* by word: those of its canonical form, a bit each */                    \
    X(texts, char)                                                                                 \
    X(starts, uint32_t) /* by word, into lists; one more than words */                             \
    X(lists, uint32_t)  /* records that have a word, ascending */                                  \
    X(slots, uint32_t)  /* by the upper half of a key, into keys; one more than slots */           \
    X(keys, IndexKey)   /* ascending within a slot */

typedef enum SearchSection {
#define X(name, type) SECTION_##name,
    SEARCH_SECTIONS(X)
#undef X
        SECTIONS
} SearchSection;

typedef struct SearchHead {
    char magic[8];
    uint64_t rules; /* a print of the rules of names */
    uint64_t counts[SECTIONS];
} SearchHead;

struct SearchIndex {
    Arena *arena;
    const NameRules *rules;
    struct Making *making; /* until it is finished */
    Str image;
    uint64_t counts[SECTIONS];
#define X(name, type) const type *name;
    SEARCH_SECTIONS(X)
#undef X
};

static inline uint32_t row_word(const Row *r, int at)
{
    uint32_t word; /* read in one piece: behind the last word stands the birth */
    memcpy(&word, (const uint8_t *)r + 3 * at, sizeof word);
    return word & 0xffffff;
}
static inline uint32_t index_count(const SearchIndex *x, uint32_t word)
{
    return x->starts[word + 1] - x->starts[word];
}
static inline Str index_canonical(const SearchIndex *x, uint32_t word)
{
    return (Str){x->texts + x->words[word].canonical, x->words[word].canonical_len};
}
static inline Str index_raw(const SearchIndex *x, uint32_t word)
{
    return (Str){x->texts + x->words[word].raw, x->words[word].raw_len};
}
static inline uint64_t rest_place(const Rest *r)
{
    return (uint64_t)r->place[1] << 32 | r->place[0];
}
static inline uint64_t mark_key(uint64_t mark)
{
    return mark & ~(1ull << KEY_KIND);
}
/* Where the keys that are `key` stand. */
KeyRange search_index_keys(const SearchIndex *x, uint64_t key);
/* The name of a village as one word; what is behind its first TOKEN_MAX bytes does not count. */
void search_village_token(Str village, NameToken *ret);
