#include "identity/word_index.h"

#include "identity/string_distance.h"

#include <string.h>

/* Kinds of keys, so that equal bytes of two kinds are no equal keys. Of one key so many words are
 * looked at: words come in the order of the book, frequent ones early. */
enum { KEY_LETTERS = 1, KEY_SOUND, KEY_GROUP, CROWD = 300, SHORTEST_FAR = 3, LONG = 6 };

static WordKey key_of(unsigned kind, uint8_t class, Str text, TokenLevel level)
{
    return (WordKey){match_hash(kind + 8u * class, text) | 1u << KEY_KIND, (uint8_t)level};
}

/* A word, and what is left of it without each of its letters; returns how many. */
static size_t letter_keys(uint8_t class, Str word, WordKey *ret)
{
    char less[TOKEN_MAX];
    size_t n = 0;
    ret[n++] = key_of(KEY_LETTERS, class, word, TOKEN_MISSING);
    for (size_t i = 0; i < word.len && word.len > 2; i++) {
        if (i && word.ptr[i] == word.ptr[i - 1])
            continue;
        memcpy(less, word.ptr, i);
        memcpy(less + i, word.ptr + i + 1, word.len - i - 1);
        ret[n++] = key_of(KEY_LETTERS, class, (Str){less, word.len - 1}, TOKEN_MISSING);
    }
    return n;
}

size_t word_keys(uint8_t class, const NameToken *t, WordKey ret[WORD_KEYS])
{
    size_t n = letter_keys(class, token_canonical(t), ret);
    if (!str_eq(token_raw(t), token_canonical(t)))
        n += letter_keys(class, token_raw(t), ret + n);
    for (size_t i = 0; i < t->group_count; i++)
        if (t->groups[i].group < GROUP_OWN)
            ret[n++] = key_of(KEY_GROUP, class,
                              (Str){(const char *)&t->groups[i].group, sizeof t->groups[i].group},
                              t->groups[i].weak ? TOKEN_FAR : TOKEN_EQUIVALENT);
    if (t->strict_len > 1)
        ret[n++] = key_of(KEY_SOUND, class, token_strict(t), TOKEN_FAR);
    return n;
}

uint32_t word_letters(Str s)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < s.len; i++)
        bits |= 1u << (s.ptr[i] >= 'a' && s.ptr[i] <= 'z' ? s.ptr[i] - 'a' : LETTERS);
    return bits;
}

/* The slot of a word, or the free one where it belongs. */
static size_t slot_of(const LikeWords *l, uint32_t word)
{
    size_t at = (word * 0x9e3779b1u) >> 19;
    while (l->slots[at].word && l->slots[at].word != word)
        at = (at + 1) % LIKE_SLOTS;
    return at;
}

/* The entry of a word; a new one when there is none yet; NULL when there is no more room. */
static LikeWord *like_words_put(LikeWords *l, uint32_t word)
{
    size_t at = slot_of(l, word);
    uint32_t bit = word & ((1u << FILTER_BITS) - 1);
    if (l->slots[at].word)
        return &l->slots[at];
    if (l->n == LIKE_MOST)
        return NULL;
    l->found[l->n++] = (uint32_t)at;
    l->slots[at].word = word;
    l->filter[bit / 64] |= 1ull << (bit % 64);
    return &l->slots[at];
}

const LikeWord *like_words_get(const LikeWords *l, uint32_t word)
{
    const LikeWord *w = &l->slots[slot_of(l, word)];
    return w->word ? w : NULL;
}

static TokenLevel level_of(const SearchIndex *x, const NameToken *t, uint32_t word)
{
    Str raw = index_raw(x, word), canonical = index_canonical(x, word);
    if (str_eq(raw, token_raw(t)))
        return TOKEN_EXACT;
    if (str_eq(canonical, token_canonical(t)))
        return t->shortened ? TOKEN_EQUIVALENT : TOKEN_CANONICAL;
    /* A slip may make two letters that are spelt as one: what was written counts too. */
    TokenLevel level = letters_compare(token_canonical(t), canonical),
               written = letters_compare(token_raw(t), raw);
    return level > written ? level : written;
}

static void find_key(const SearchIndex *x, const NameToken *token, WordKey key, int asked,
                     LikeWords *to)
{
    KeyRange range = search_index_keys(x, key.key);
    for (size_t i = range.from; i < range.end && i < range.from + CROWD; i++) {
        uint32_t word = x->keys[i].value;
        const LikeWord *known = like_words_may(to, word) ? like_words_get(to, word) : NULL;
        uint8_t level = known ? known->levels[asked] : TOKEN_MISSING;
        if (level >= key.level && level != TOKEN_MISSING)
            continue;
        level = key.level ? key.level : (uint8_t)level_of(x, token, word);
        LikeWord *w = level > TOKEN_DIFFERENT ? like_words_put(to, word) : NULL;
        if (w)
            w->levels[asked] = level;
    }
}

/* The words of a group that an installation agreed to. No key stands for them, so that they count
 * at once in an index made before. */
static void find_own(const SearchIndex *x, const EqualWord *group, int asked, LikeWords *to)
{
    enum { WORDS = 8 };
    Str words[WORDS];
    size_t n = name_rules_own_words(x->rules, group->group, words, WORDS);
    for (size_t i = 0; i < n; i++) {
        WordKey key = key_of(KEY_LETTERS, NAME_CLASS, words[i], TOKEN_MISSING);
        KeyRange range = search_index_keys(x, key.key);
        for (size_t k = range.from; k < range.end && k < range.from + CROWD; k++) {
            uint32_t word = x->keys[k].value;
            bool same = str_eq(index_canonical(x, word), words[i]);
            uint8_t level = group->weak ? TOKEN_FAR : TOKEN_EQUIVALENT;
            LikeWord *w = same ? like_words_put(to, word) : NULL;
            if (w && w->levels[asked] < level)
                w->levels[asked] = level;
        }
    }
}

void like_words_find(const SearchIndex *x, uint8_t class, const NameToken *token, int asked,
                     LikeWords *to)
{
    WordKey keys[WORD_KEYS];
    size_t n = word_keys(class, token, keys);
    for (size_t k = 0; k < n; k++)
        find_key(x, token, keys[k], asked, to);
    for (size_t i = 0; i < token->group_count; i++)
        if (token->groups[i].group >= GROUP_OWN)
            find_own(x, &token->groups[i], asked, to);
}

static bool begins_or_ends(Str whole, Str part)
{
    return memcmp(whole.ptr, part.ptr, part.len) == 0 ||
           memcmp(whole.ptr + whole.len - part.len, part.ptr, part.len) == 0;
}

bool words_far(Str a, Str b)
{
    Str whole = a.len < b.len ? b : a, part = a.len < b.len ? a : b;
    if (part.len < SHORTEST_FAR || whole.len < LONG)
        return false;
    if (begins_or_ends(whole, part))
        return true;
    return part.len + 2 >= whole.len && part.len >= LONG - 1 && osa_distance(a, b) <= 2;
}
