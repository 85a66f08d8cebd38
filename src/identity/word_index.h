/* Words of names by what they are like, for words that nobody asked about before. */
#pragma once

#include "identity/vocabulary.h"

typedef struct WordIndex WordIndex;

typedef struct LikeWord {
    uint32_t word;
    uint8_t level; /* TokenLevel, above TOKEN_DIFFERENT */
} LikeWord;

enum { LIKE_WORDS = 400 };

/* All words of NAME_CLASS; `tokens` holds them by id. Both must stay. */
WordIndex *word_index_new(Arena *a, const Vocabulary *v, const NameToken *tokens);
/* Words like the token, the closest first, equal ones by id; at most LIKE_WORDS. Found are those
 * that are the same but for one letter on each side, sound the same, or are equal names. */
size_t word_index_find(const WordIndex *index, const NameToken *token, LikeWord ret[LIKE_WORDS]);
