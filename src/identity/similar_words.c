/* Similar words are found by what is left of them when one or two letters are taken away (after
 * Garbe's symmetric delete): equal remains propose a pair, the distance decides. */
#include "identity/string_distance.h"
#include "identity/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 40, FAR_LENGTH = 6, NEAR_LENGTH = 4, FAR_WORDS = 400000, CROWD = 400 };

typedef struct Remain {
    uint64_t key;
    uint32_t word;
} Remain;

typedef struct Remains {
    Remain *items;
    size_t n, cap;
} Remains;

static WordLevel level_of(Str a, Str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int d = osa_distance(a, b);
    if (d <= 1 && shorter >= NEAR_LENGTH - 1)
        return WORD_NEAR;
    return d == 2 && shorter >= FAR_LENGTH - 1 ? WORD_FAR : WORD_DIFFERENT;
}

static void put_remain(Arena *a, Remains *to, uint8_t class, Str text, uint32_t word)
{
    *ARENA_PUSH(a, *to) = (Remain){match_hash(class, text), word};
}

static void put_remains(Arena *a, Remains *to, const Word *w, uint32_t id, bool far)
{
    char once[LONGEST], twice[LONGEST];
    size_t n = w->text.len;
    put_remain(a, to, w->class, w->text, id);
    for (size_t i = 0; i < n; i++) {
        memcpy(once, w->text.ptr, i);
        memcpy(once + i, w->text.ptr + i + 1, n - i - 1);
        put_remain(a, to, w->class, (Str){once, n - 1}, id);
        for (size_t j = i; far && n >= FAR_LENGTH && j + 1 < n; j++) {
            memcpy(twice, once, j);
            memcpy(twice + j, once + j + 1, n - j - 2);
            put_remain(a, to, w->class, (Str){twice, n - 2}, id);
        }
    }
}

static int by_key(const void *x, const void *y)
{
    const Remain *p = x, *q = y;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->word > q->word) - (p->word < q->word);
}

static uint64_t pair_key(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static void put_pair(SimilarWords *s, uint64_t key, WordLevel level)
{
    uint64_t h = match_mix(key, 1), at = h & s->slot_mask;
    while (s->keys[at] && s->keys[at] != key)
        at = (at + 1) & s->slot_mask;
    if (s->keys[at])
        return;
    s->keys[at] = key;
    s->levels[at] = (uint8_t)level;
    s->bitmap[(h >> 20 & s->bit_mask) / 64] |= 1ull << (h >> 20 & 63);
    s->pairs++;
}

typedef struct Found {
    struct FoundPair {
        uint64_t key;
        WordLevel level;
    } * items;
    size_t n, cap;
} Found;

static void judge(Arena *a, const Vocabulary *v, const Remain *run, size_t n, Found *found)
{
    for (size_t i = 0; i < n && n <= CROWD; i++)
        for (size_t j = i + 1; j < n; j++) {
            uint32_t x = run[i].word, y = run[j].word;
            if (x == y || v->words[x].class != v->words[y].class)
                continue;
            WordLevel level = level_of(v->words[x].text, v->words[y].text);
            if (level != WORD_DIFFERENT)
                *ARENA_PUSH(a, *found) = (struct FoundPair){pair_key(x, y), level};
        }
}

static void pair_up(Arena *a, const Vocabulary *v, Found *found)
{
    Remains all = {0};
    bool far = v->n <= FAR_WORDS;
    for (uint32_t id = WORD_INITIALS + 1; id < v->n; id++) {
        size_t len = v->words[id].text.len;
        if (len >= NEAR_LENGTH - 1 && len < LONGEST)
            put_remains(a, &all, &v->words[id], id, far && len <= 24);
    }
    if (all.n)
        qsort(all.items, all.n, sizeof *all.items, by_key);
    for (size_t i = 0, end; i < all.n; i = end) {
        for (end = i + 1; end < all.n && all.items[end].key == all.items[i].key;)
            end++;
        judge(a, v, all.items + i, end - i, found);
    }
}

/* One bit for each letter, one for each pair of digits and the rest. */
static uint32_t letters_of(Str word)
{
    uint32_t set = 0;
    for (size_t i = 0; i < word.len; i++) {
        unsigned c = (unsigned char)word.ptr[i];
        set |= 1u << (c >= 'a' && c <= 'z' ? c - 'a' : 26 + c % 6);
    }
    return set;
}

SimilarWords *similar_words_new(Arena *a, const Vocabulary *v)
{
    Arena *scratch = arena_new(SIZE_MAX);
    SimilarWords *s = ARENA_NEW(a, SimilarWords);
    Found found = {0};
    s->letters = ARENA_ARRAY(a, v->n, uint32_t);
    for (uint32_t id = 1; id < v->n; id++)
        s->letters[id] = letters_of(v->words[id].text);
    pair_up(scratch, v, &found);
    size_t slots = 64, bits = 4096;
    while (slots < found.n * 2 + 2)
        slots *= 2;
    while (bits < found.n * 64)
        bits *= 2;
    s->slot_mask = slots - 1;
    s->bit_mask = bits - 1;
    s->keys = ARENA_ARRAY(a, slots, uint64_t);
    s->levels = ARENA_ARRAY(a, slots, uint8_t);
    s->bitmap = ARENA_ARRAY(a, bits / 64, uint64_t);
    for (size_t i = 0; i < found.n; i++)
        put_pair(s, found.items[i].key, found.items[i].level);
    arena_free(scratch);
    return s;
}

WordLevel similar_words_find(const SimilarWords *s, uint32_t a, uint32_t b)
{
    /* An edit takes one letter away and brings another: two edits change four letters at most. */
    if (__builtin_popcount(s->letters[a] ^ s->letters[b]) > 4)
        return WORD_DIFFERENT;
    uint64_t key = pair_key(a, b), h = match_mix(key, 1), bit = h >> 20 & s->bit_mask;
    if (!(s->bitmap[bit / 64] >> (bit & 63) & 1))
        return WORD_DIFFERENT;
    for (uint64_t at = h & s->slot_mask; s->keys[at]; at = (at + 1) & s->slot_mask)
        if (s->keys[at] == key)
            return (WordLevel)s->levels[at];
    return WORD_DIFFERENT;
}
