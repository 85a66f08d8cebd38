/* Similar words are found by what is left of them when one or two letters are taken away (after
 * Garbe's symmetric delete), by their sound and by the groups of equal names: equal keys propose a
 * pair, the comparison decides. */
#include "identity/name_compare.h"
#include "identity/sort_numbers.h"
#include "identity/string_distance.h"
#include "identity/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 40, FAR_LENGTH = 6, NEAR_LENGTH = 4, FAR_WORDS = 400000, CROWD = 400 };
/* Keys of different kinds are never equal. */
enum { KEY_LETTERS = 0, KEY_SOUND = 300, KEY_GROUP = 301 };

/* Half of the hash of a key above the word, from KEY_AT on: where two keys are taken for one, comparing tells. */
enum { KEY_AT = 32 };
typedef ARENA_LIST(uint64_t) Keys;

typedef struct Pair {
    uint32_t a, b; /* a < b */
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
    *ARENA_PUSH_WIDE(p->scratch, p->keys) = match_hash(kind, text) >> KEY_AT << KEY_AT | word;
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

/* Words that share a key stand in one run. */
typedef struct Runs {
    size_t *starts;     /* into the keys, one more than there are runs */
    uint32_t *of;       /* runs by word, from word_starts on */
    size_t *word_starts;
    uint32_t n;
} Runs;

static uint32_t word_of(uint64_t key)
{
    return (uint32_t)key;
}

/* A run of one word pairs nothing, and a crowd says nothing. */
static bool pairs_any(size_t n)
{
    return n > 1 && n <= CROWD;
}

static void find_runs(const Pairing *p, Runs *ret)
{
    const Keys *k = &p->keys;
    ret->starts = ARENA_WIDE(p->scratch, k->n + 1, size_t);
    size_t kept = 0;
    for (size_t i = 0, end; i < k->n; i = end) {
        for (end = i + 1; end < k->n && k->items[end] >> KEY_AT == k->items[i] >> KEY_AT;)
            end++;
        if (!pairs_any(end - i))
            continue;
        ret->starts[ret->n++] = kept;
        for (size_t j = i; j < end; j++)
            k->items[kept++] = k->items[j];
    }
    ret->starts[ret->n] = kept;
}

static void list_runs(const Pairing *p, Runs *r)
{
    size_t all = r->starts[r->n];
    size_t *at = r->word_starts = ARENA_WIDE(p->scratch, (size_t)p->words->n + 2, size_t);
    for (size_t i = 0; i < all; i++)
        at[word_of(p->keys.items[i]) + 2]++;
    for (uint32_t w = 0; w < p->words->n; w++)
        at[w + 2] += at[w + 1];
    r->of = ARENA_WIDE(p->scratch, all + 1, uint32_t);
    for (uint32_t run = 0; run < r->n; run++)
        for (size_t i = r->starts[run]; i < r->starts[run + 1]; i++)
            r->of[at[word_of(p->keys.items[i]) + 1]++] = run;
}

static int ascending(const void *x, const void *y)
{
    const Pair *p = x, *q = y;
    return (p->b > q->b) - (p->b < q->b);
}

/* The later words that are similar to one, each judged once however many keys they share. */
static void judge(Pairing *p, const Runs *r, uint32_t word, uint32_t *seen)
{
    size_t before = p->found.n;
    for (size_t i = r->word_starts[word]; i < r->word_starts[word + 1]; i++)
        for (size_t k = r->starts[r->of[i]]; k < r->starts[r->of[i] + 1]; k++) {
            uint32_t other = word_of(p->keys.items[k]);
            if (other <= word || seen[other] == word)
                continue;
            seen[other] = word;
            WordLevel level = level_of(p, word, other);
            if (level != WORD_DIFFERENT)
                *ARENA_PUSH_WIDE(p->scratch, p->found) = (Pair){word, other, (uint8_t)level};
        }
    if (p->found.n > before + 1)
        qsort(p->found.items + before, p->found.n - before, sizeof *p->found.items, ascending);
}

/* Ascending, the earlier word of each pair first. */
static void pair_up(Pairing *p)
{
    bool far = p->words->n <= FAR_WORDS;
    Runs r = {0};
    for (uint32_t id = WORD_INITIALS + 1; id < p->words->n; id++)
        put_word(p, id, far);
    p->keys.items = sort_numbers(p->scratch, p->keys.items, p->keys.n, KEY_AT);
    find_runs(p, &r);
    list_runs(p, &r);
    uint32_t *seen = ARENA_WIDE(p->scratch, p->words->n, uint32_t);
    for (uint32_t id = WORD_INITIALS + 1; id < p->words->n; id++)
        judge(p, &r, id, seen);
}

static uint64_t hint_of(uint32_t word)
{
    enum { HINT_BITS = 6 };
    return 1ull << (word * 0x9e3779b9u >> (32 - HINT_BITS));
}

static void put_similar(SimilarWords *s, uint32_t *at, uint32_t of, uint32_t other, uint8_t level)
{
    s->others[at[of]] = other;
    s->levels[at[of]++] = level;
    s->hints[of] |= hint_of(other);
}

/* Each pair on both sides: of one word first those before it, then those behind it. */
SimilarWords *similar_words_new(Arena *a, const Vocabulary *v, const NameToken *tokens)
{
    Pairing p = {.scratch = arena_new(SIZE_MAX), .words = v, .tokens = tokens};
    SimilarWords *s = ARENA_NEW(a, SimilarWords);
    pair_up(&p);
    s->pairs = 2 * p.found.n;
    uint32_t *at = s->starts = ARENA_ARRAY(a, v->n + 2, uint32_t);
    s->others = ARENA_WIDE(a, s->pairs + 1, uint32_t);
    s->levels = ARENA_WIDE(a, s->pairs + 1, uint8_t);
    s->hints = ARENA_ARRAY(a, v->n, uint64_t);
    for (size_t i = 0; i < p.found.n; i++) {
        at[p.found.items[i].a + 2]++;
        at[p.found.items[i].b + 2]++;
    }
    for (uint32_t id = 0; id < v->n; id++)
        at[id + 2] += at[id + 1];
    for (size_t i = 0; i < p.found.n; i++) {
        const Pair *f = &p.found.items[i];
        put_similar(s, at + 1, f->a, f->b, f->level);
        put_similar(s, at + 1, f->b, f->a, f->level);
    }
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
