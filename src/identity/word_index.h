/* Words of a search index that are like the words of a question, found out once for each question.
 */
#pragma once

#include "identity/name_compare.h"
#include "identity/search_index.h"

enum {
    ASKED_WORDS = 5,
    ASKED_VILLAGE = ASKED_WORDS - 1,
    WORD_KEYS = 2 * (TOKEN_MAX + 1) + EQUAL_GROUPS + 1
};
enum { LIKE_SLOTS = 8192, LIKE_MOST = LIKE_SLOTS / 4 * 3, FILTER_BITS = 15 };

typedef struct LikeWord {
    uint32_t word;
    uint8_t levels[ASKED_WORDS]; /* TokenLevel by word of the question */
} LikeWord;

typedef struct LikeWords {
    uint64_t filter[(1 << FILTER_BITS) / 64]; /* a word that has no bit here is like none */
    LikeWord slots[LIKE_SLOTS];
    uint32_t found[LIKE_MOST]; /* slots in use, as they came */
    size_t n;
} LikeWords;

/* A key of a word; what two words of one key are to each other, TOKEN_MISSING when their letters
 * decide. */
typedef struct WordKey {
    uint64_t key;
    uint8_t level;
} WordKey;

/* Equal keys propose that two words are alike. They are what is left of a word, as written and in
 * one spelling, when one letter is taken away (after Garbe's symmetric delete), its groups of equal
 * names, its sound. Returns how many there are. */
size_t word_keys(uint8_t class, const NameToken *token, WordKey ret[WORD_KEYS]);
/* Adds the words of the class that are like the token, as what is asked at place `asked`. */
void like_words_find(const SearchIndex *x, uint8_t class, const NameToken *token, int asked,
                     LikeWords *to);
/* The entry of a word; NULL when it is like none. */
const LikeWord *like_words_get(const LikeWords *l, uint32_t word);
static inline bool like_words_may(const LikeWords *l, uint32_t word)
{
    uint32_t at = word & ((1u << FILTER_BITS) - 1);
    return l->filter[at / 64] >> (at % 64) & 1;
}
/* Whether two canonical words may be one all the same, which no key tells: two letters off, or one
 * is the beginning or the end of the other, as people are called and as names are written together.
 */
bool words_far(Str a, Str b);
uint32_t word_letters(Str canonical);
