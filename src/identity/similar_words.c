/* Similar words are found by what is left of them when one or two letters are taken away (after
 * Garbe's symmetric delete), by their sound and by the groups of equal names: equal keys propose a
 * pair, the comparison decides. */
#include "identity/name_compare.h"
#include "identity/string_distance.h"
#include "identity/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 40, FAR_LENGTH = 6, NEAR_LENGTH = 4, FAR_WORDS = 400000, CROWD = 400 };
/* Keys of different kinds are never equal. */
enum { KEY_LETTERS = 0, KEY_SOUND = 300, KEY_GROUP = 301 };

/* Half of the hash of a key above the word: where two keys are taken for one, comparing tells. */
typedef ARENA_LIST(uint64_t) Keys;

typedef struct Pair {
    uint32_t a, b;
    uint8_t level;
} Pair;

typedef ARENA_LIST(Pair) Pairs;

typedef struct Pairing {
    Arena *scratch;
    const Vocabulary *words;
    const NameToken *tokens;
    Keys keys;
    Pairs found;
} Pairing;

static WordLevel letters_level(Str a, Str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len, longer = a.len + b.len - shorter;
    int d = osa_distance(a, b);
    if (d <= 1 && shorter >= NEAR_LENGTH - 1)
        return WORD_NEAR;
    bool far = d == 2 && shorter >= FAR_LENGTH - 1 && longer >= FAR_LENGTH;
    return far ? WORD_FAR : WORD_DIFFERENT;
}

static WordLevel level_of(const Pairing *p, uint32_t a, uint32_t b)
{
    static const WordLevel levels[TOKEN_LEVELS] = {
        [TOKEN_INITIAL] = WORD_INITIAL,  [TOKEN_FAR] = WORD_FAR,         [TOKEN_NEAR] = WORD_NEAR,
        [TOKEN_EQUIVALENT] = WORD_ALIKE, [TOKEN_CANONICAL] = WORD_ALIKE, [TOKEN_EXACT] = WORD_SAME};
    const Word *w = p->words->words;
    if (w[a].class != w[b].class)
        return WORD_DIFFERENT;
    return w[a].class == NAME_CLASS ? levels[token_compare(&p->tokens[a], &p->tokens[b])]
                                    : letters_level(w[a].text, w[b].text);
}

static void put_key(Pairing *p, uint64_t kind, Str text, uint32_t word)
{
    *ARENA_PUSH_WIDE(p->scratch, p->keys) = match_hash(kind, text) >> 32 << 32 | word;
}

static void put_letters(Pairing *p, uint8_t class, Str text, uint32_t id, bool far)
{
    char once[LONGEST], twice[LONGEST];
    size_t n = text.len;
    put_key(p, KEY_LETTERS + class, text, id);
    for (size_t i = 0; i < n && n >= NEAR_LENGTH - 1; i++) {
        memcpy(once, text.ptr, i);
        memcpy(once + i, text.ptr + i + 1, n - i - 1);
        put_key(p, KEY_LETTERS + class, (Str){once, n - 1}, id);
        for (size_t j = i; far && n >= FAR_LENGTH && j + 1 < n; j++) {
            memcpy(twice, once, j);
            memcpy(twice + j, once + j + 1, n - j - 2);
            put_key(p, KEY_LETTERS + class, (Str){twice, n - 2}, id);
        }
    }
}

static void put_word(Pairing *p, uint32_t id, bool far)
{
    const Word *w = &p->words->words[id];
    if (w->class != NAME_CLASS) {
        if (w->text.len < LONGEST)
            put_letters(p, w->class, w->text, id, far && w->text.len <= 24);
        return;
    }
    const NameToken *t = &p->tokens[id];
    put_letters(p, NAME_CLASS, token_canonical(t), id, far);
    if (t->strict_len > 1)
        put_key(p, KEY_SOUND, token_strict(t), id);
    for (size_t i = 0; i < t->group_count; i++)
        put_key(p, KEY_GROUP, (Str){(const char *)&t->groups[i].group, sizeof(uint16_t)}, id);
}

static int by_key(const void *x, const void *y)
{
    const uint64_t *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

static int by_words(const void *x, const void *y)
{
    const Pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static void judge(Pairing *p, const uint64_t *run, size_t n)
{
    for (size_t i = 0; i < n && n <= CROWD; i++)
        for (size_t j = i + 1; j < n; j++) {
            uint32_t x = (uint32_t)run[i], y = (uint32_t)run[j];
            WordLevel level = x == y ? WORD_DIFFERENT : level_of(p, x, y);
            if (level != WORD_DIFFERENT) {
                *ARENA_PUSH_WIDE(p->scratch, p->found) = (Pair){x, y, (uint8_t)level};
                *ARENA_PUSH_WIDE(p->scratch, p->found) = (Pair){y, x, (uint8_t)level};
            }
        }
}

static void pair_up(Pairing *p)
{
    bool far = p->words->n <= FAR_WORDS;
    for (uint32_t id = WORD_INITIALS + 1; id < p->words->n; id++)
        put_word(p, id, far);
    if (p->keys.n)
        qsort(p->keys.items, p->keys.n, sizeof *p->keys.items, by_key);
    for (size_t i = 0, end; i < p->keys.n; i = end) {
        for (end = i + 1; end < p->keys.n && p->keys.items[end] >> 32 == p->keys.items[i] >> 32;)
            end++;
        judge(p, p->keys.items + i, end - i);
    }
}

static uint64_t hint_of(uint32_t word)
{
    enum { HINT_BITS = 6 };
    return 1ull << (word * 0x9e3779b9u >> (32 - HINT_BITS));
}

SimilarWords *similar_words_new(Arena *a, const Vocabulary *v, const NameToken *tokens)
{
    Pairing p = {.scratch = arena_new(SIZE_MAX), .words = v, .tokens = tokens};
    SimilarWords *s = ARENA_NEW(a, SimilarWords);
    pair_up(&p);
    if (p.found.n)
        qsort(p.found.items, p.found.n, sizeof *p.found.items, by_words);
    s->starts = ARENA_ARRAY(a, v->n + 1, uint32_t);
    s->others = ARENA_ARRAY(a, p.found.n + 1, uint32_t);
    s->levels = ARENA_ARRAY(a, p.found.n + 1, uint8_t);
    s->hints = ARENA_ARRAY(a, v->n, uint64_t);
    for (size_t i = 0; i < p.found.n; i++) {
        const Pair *f = &p.found.items[i];
        if (i && f[-1].a == f->a && f[-1].b == f->b)
            continue;
        s->others[s->pairs] = f->b;
        s->levels[s->pairs++] = f->level;
        s->starts[f->a + 1]++;
        s->hints[f->a] |= hint_of(f->b);
    }
    for (uint32_t id = 0; id < v->n; id++)
        s->starts[id + 1] += s->starts[id];
    arena_free(p.scratch);
    return s;
}

WordLevel similar_words_find(const SimilarWords *s, uint32_t a, uint32_t b)
{
    if (!(s->hints[a] & hint_of(b)))
        return WORD_DIFFERENT;
    uint32_t low = s->starts[a], high = s->starts[a + 1];
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (s->others[middle] == b)
            return (WordLevel)s->levels[middle];
        if (s->others[middle] < b)
            low = middle + 1;
        else
            high = middle;
    }
    return WORD_DIFFERENT;
}
