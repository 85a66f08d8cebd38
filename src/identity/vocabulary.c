#include "identity/vocabulary.h"

#include <string.h>

uint64_t match_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0xbf58476d1ce4e5b9u);
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 29;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 32;
}

uint64_t match_hash(uint64_t seed, Str text)
{
    /* Mixed, else a seed and a first letter could make up for each other. */
    uint64_t h = match_mix(seed, 29);
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    return match_mix(h, text.len);
}

static uint32_t *slot_of(const Vocabulary *v, uint8_t class, Str text)
{
    uint32_t at = (uint32_t)match_hash(class, text) & (v->slot_count - 1);
    while (v->slots[at]) {
        const Word *w = &v->words[v->slots[at]];
        if (w->class == class && str_eq(w->text, text))
            break;
        at = (at + 1) & (v->slot_count - 1);
    }
    return &v->slots[at];
}

static void grow(Vocabulary *v)
{
    Word *old = v->words;
    v->cap *= 2;
    v->slot_count = v->cap * 2;
    v->words = ARENA_ARRAY(v->arena, v->cap, Word);
    v->slots = ARENA_ARRAY(v->arena, v->slot_count, uint32_t);
    memcpy(v->words, old, v->n * sizeof *old);
    for (uint32_t id = 1; id < v->n; id++)
        *slot_of(v, v->words[id].class, v->words[id].text) = id;
}

uint32_t vocabulary_put(Vocabulary *v, uint8_t class, Str text)
{
    uint32_t *slot = slot_of(v, class, text);
    if (*slot)
        return *slot;
    if (v->n == v->cap) {
        grow(v);
        slot = slot_of(v, class, text);
    }
    v->words[v->n] = (Word){.text = str_copy(v->arena, text), .class = class};
    *slot = v->n;
    return v->n++;
}

Vocabulary *vocabulary_new(Arena *a)
{
    Vocabulary *v = ARENA_NEW(a, Vocabulary);
    *v = (Vocabulary){.arena = a, .n = 1, .cap = 4096, .slot_count = 8192};
    v->words = ARENA_ARRAY(a, v->cap, Word);
    v->slots = ARENA_ARRAY(a, v->slot_count, uint32_t);
    for (const char *c = "abcdefghijklmnopqrstuvwxyz"; *c; c++)
        vocabulary_put(v, 0, (Str){c, 1});
    return v;
}
