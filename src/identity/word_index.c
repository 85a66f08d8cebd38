#include "identity/word_index.h"

#include "identity/name_compare.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_KEYS = TOKEN_MAX + EQUAL_GROUPS + 3, CROWD = 2000 };

typedef struct Entry {
    uint64_t key;
    uint32_t word;
} Entry;

struct WordIndex {
    const Vocabulary *words;
    const NameToken *tokens;
    struct {
        Entry *items;
        size_t n, cap;
    } entries; /* ascending by key, word */
};

static size_t keys_of(const NameToken *t, uint64_t ret[WORD_KEYS])
{
    Str word = token_canonical(t);
    char less[TOKEN_MAX];
    size_t n = 0;
    ret[n++] = match_hash(1, word);
    for (size_t i = 0; i < word.len && word.len > 2; i++) {
        memcpy(less, word.ptr, i);
        memcpy(less + i, word.ptr + i + 1, word.len - i - 1);
        ret[n++] = match_hash(1, (Str){less, word.len - 1});
    }
    if (t->strict_len > 1)
        ret[n++] = match_hash(2, token_strict(t));
    for (size_t i = 0; i < t->group_count; i++)
        ret[n++] =
            match_hash(3, (Str){(const char *)&t->groups[i].group, sizeof t->groups[i].group});
    return n;
}

static int by_key(const void *x, const void *y)
{
    const Entry *p = x, *q = y;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->word > q->word) - (p->word < q->word);
}

WordIndex *word_index_new(Arena *a, const Vocabulary *v, const NameToken *tokens)
{
    WordIndex *x = ARENA_NEW(a, WordIndex);
    *x = (WordIndex){.words = v, .tokens = tokens};
    for (uint32_t w = 1; w < v->n; w++) {
        uint64_t keys[WORD_KEYS];
        size_t n = v->words[w].class == NAME_CLASS ? keys_of(&tokens[w], keys) : 0;
        for (size_t i = 0; i < n; i++)
            *ARENA_PUSH(a, x->entries) = (Entry){keys[i], w};
    }
    if (x->entries.n)
        qsort(x->entries.items, x->entries.n, sizeof *x->entries.items, by_key);
    return x;
}

static size_t first_of(const WordIndex *x, uint64_t key)
{
    size_t low = 0, high = x->entries.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x->entries.items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has(const LikeWord *words, size_t n, uint32_t word)
{
    for (size_t i = 0; i < n; i++)
        if (words[i].word == word)
            return true;
    return false;
}

static int by_level(const void *x, const void *y)
{
    const LikeWord *p = x, *q = y;
    if (p->level != q->level)
        return p->level > q->level ? -1 : 1;
    return (p->word > q->word) - (p->word < q->word);
}

size_t word_index_find(const WordIndex *x, const NameToken *token, LikeWord ret[LIKE_WORDS])
{
    uint64_t keys[WORD_KEYS];
    size_t n = 0, count = keys_of(token, keys);
    for (size_t k = 0; k < count; k++) {
        size_t from = first_of(x, keys[k]);
        for (size_t i = from; i < x->entries.n && i < from + CROWD && n < LIKE_WORDS &&
                              x->entries.items[i].key == keys[k];
             i++) {
            uint32_t word = x->entries.items[i].word;
            TokenLevel level = token_compare(token, &x->tokens[word]);
            if (level > TOKEN_DIFFERENT && !has(ret, n, word))
                ret[n++] = (LikeWord){word, (uint8_t)level};
        }
    }
    if (n > 1)
        qsort(ret, n, sizeof *ret, by_level);
    return n;
}
