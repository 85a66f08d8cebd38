/* Words as numbers: each distinct text of a class once, with how often it occurs. Comparing two
 * records is comparing numbers; texts are looked at once, when similar words are paired. */
#pragma once

#include "identity/normalise.h"

/* Ids from 1 to 26 are the single letters a to z of the class 0 (initials); 0 is no word. */
enum { WORD_NONE = 0, WORD_INITIALS = 26 };

typedef struct Word {
    Str text;
    uint32_t count;
    uint32_t parts; /* for the owner of a whole text: where its words begin */
    uint8_t class;
} Word;

typedef struct Vocabulary {
    Arena *arena;
    Word *words; /* by id */
    uint32_t n;
    uint32_t cap;
    uint32_t *slots; /* open addressing over ids, 0 = free */
    uint32_t slot_count;
} Vocabulary;

Vocabulary *vocabulary_new(Arena *a);
/* The id of the text in its class; a new one is copied. Does not count. */
uint32_t vocabulary_put(Vocabulary *v, uint8_t class, Str text);
/* The hash under all keys of this engine: the same on every machine and run. */
uint64_t match_hash(uint64_t seed, Str text);
uint64_t match_mix(uint64_t a, uint64_t b);

typedef enum WordLevel {
    WORD_DIFFERENT,
    WORD_INITIAL, /* one is the first letter of the other */
    WORD_FAR,     /* two letters, or the same sound */
    WORD_NEAR,    /* one letter */
    WORD_ALIKE,   /* another spelling or short form of the same word */
    WORD_SAME,
    WORD_LEVELS
} WordLevel;

/* Which words are similar, found out once: for each word the others of its class, ascending. */
typedef struct SimilarWords {
    uint32_t *starts; /* into others and levels, by word */
    uint32_t *others;
    uint8_t *levels;
    uint64_t *hints; /* by word: a bit for each of its others, most of which then need no search */
    size_t pairs;
} SimilarWords;

/* Pairs all similar words of the same class. Words of NAME_CLASS are compared as names are
 * (name_compare.h): `tokens` holds them by id; words of other classes by their letters. */
enum { NAME_CLASS = 0 };
SimilarWords *similar_words_new(Arena *a, const Vocabulary *v, const NameToken *tokens);
/* The level of two different words. */
WordLevel similar_words_find(const SimilarWords *s, uint32_t a, uint32_t b);
