/* How a finished index lies in memory: one block of sections, each an array. */
#pragma once

#include "identity/match_search.h"
#include "identity/match_value.h"
#include "identity/vocabulary.h"

#include <string.h>

enum { ROW_WORDS = 4, VILLAGE_CLASS = 1, PHONE_BITS = 36, LETTERS = 26 };

/* What scoring reads of a record; ascending by birth. */
typedef struct Row {
    uint8_t words[ROW_WORDS][3]; /* of its name, 0 behind the last */
    uint32_t birth;
} Row;

/* What is looked up of a few records. */
typedef struct Rest {
    uint64_t nik, place;
    uint64_t phone : PHONE_BITS, village : 28; /* village: a word */
} Rest;

/* Records of one birth: from `first` on to that of the next. */
typedef struct Birth {
    uint32_t birth, first;
} Birth;

typedef struct IndexWord {
    uint32_t raw, canonical; /* in the texts */
    uint8_t raw_len, canonical_len;
} IndexWord;

/* What leads to words that are like each other, and to records with a number (word_index.h). */
typedef struct IndexKey {
    uint32_t key, value; /* a word, or a record */
} IndexKey;
enum { KEY_KIND = 31 }; /* the highest bit of a key: set for a word */

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
    X(slots, uint32_t)  /* by the first bits of a key, into keys; one more than slots */           \
    X(keys, IndexKey)   /* ascending */

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
/* Where the keys that are not below `key` begin. */
size_t search_index_first(const SearchIndex *x, uint32_t key);
/* The name of a village as one word; what is behind its first TOKEN_MAX bytes does not count. */
void search_village_token(Str village, NameToken *ret);
