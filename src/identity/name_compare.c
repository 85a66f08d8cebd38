#include "identity/name_compare.h"

#include "identity/string_distance.h"

#include <string.h>

static const double NEAR_SIMILARITY = 0.92;
enum { NEAR_SHORTEST = 4, FAR_SHORTEST = 6 };

typedef enum Equality { EQUAL_NOT, EQUAL_PERHAPS, EQUAL_SURELY } Equality;

static Equality equal_names(const NameToken *a, const NameToken *b)
{
    Equality best = EQUAL_NOT;
    for (size_t i = 0; i < a->group_count; i++)
        for (size_t j = 0; j < b->group_count; j++)
            if (a->groups[i].group == b->groups[j].group) {
                if (!a->groups[i].weak)
                    return EQUAL_SURELY;
                best = EQUAL_PERHAPS;
            }
    return best;
}

static TokenLevel compare_initials(const NameToken *a, const NameToken *b)
{
    bool same = !a->shortened && !b->shortened && a->canonical_len && b->canonical_len &&
                a->canonical[0] == b->canonical[0];
    bool same_raw = a->raw_len && b->raw_len && a->raw[0] == b->raw[0];
    return same || same_raw ? TOKEN_INITIAL : TOKEN_DIFFERENT;
}

/* A letter more or less turns one short name into another. */
TokenLevel letters_compare(Str x, Str y)
{
    size_t shorter = x.len < y.len ? x.len : y.len;
    int edits = osa_distance(x, y);
    if (shorter >= NEAR_SHORTEST && edits == 1)
        return TOKEN_NEAR;
    if (shorter >= NEAR_SHORTEST && jaro_winkler_similarity(x, y) >= NEAR_SIMILARITY)
        return TOKEN_NEAR;
    bool far = (shorter >= FAR_SHORTEST && edits == 2) || (shorter < NEAR_SHORTEST && edits == 1);
    return far ? TOKEN_FAR : TOKEN_DIFFERENT;
}

static TokenLevel compare_letters(const NameToken *a, const NameToken *b)
{
    TokenLevel level = letters_compare(token_canonical(a), token_canonical(b));
    bool sounds = a->strict_len > 1 && str_eq(token_strict(a), token_strict(b));
    return level == TOKEN_DIFFERENT && sounds ? TOKEN_FAR : level;
}

TokenLevel token_compare(const NameToken *a, const NameToken *b)
{
    if (str_eq(token_raw(a), token_raw(b)))
        return TOKEN_EXACT;
    if (str_eq(token_canonical(a), token_canonical(b)))
        return a->shortened || b->shortened ? TOKEN_EQUIVALENT : TOKEN_CANONICAL;
    if (a->initial || b->initial)
        return compare_initials(a, b);
    Equality equal = equal_names(a, b);
    if (equal == EQUAL_SURELY)
        return TOKEN_EQUIVALENT;
    TokenLevel letters = compare_letters(a, b);
    return letters == TOKEN_DIFFERENT && equal == EQUAL_PERHAPS ? TOKEN_FAR : letters;
}

typedef uint8_t Levels[NAME_TOKENS][NAME_TOKENS];

static bool joined(const NameToken *whole, const NameToken *first, const NameToken *second)
{
    Str w = token_canonical(whole), x = token_canonical(first), y = token_canonical(second);
    return w.len == x.len + y.len && x.len && y.len && memcmp(w.ptr, x.ptr, x.len) == 0 &&
           memcmp(w.ptr + x.len, y.ptr, y.len) == 0;
}

/* Marks words of `parts` that are, two by two, one word of `whole`: the first takes its place, the
 * second is no extra word. Returns how many second parts there are. */
static int find_joined(const Name *whole, const Name *parts, bool turned, Levels levels)
{
    int found = 0;
    for (int i = 0; i < whole->n; i++)
        for (int j = 0; j + 1 < parts->n; j++)
            if (joined(&whole->tokens[i], &parts->tokens[j], &parts->tokens[j + 1])) {
                *(turned ? &levels[j][i] : &levels[i][j]) = TOKEN_CANONICAL;
                found++;
            }
    return found;
}

/* The closest pair of words still free; ties go to words in the same order. */
static bool best_pair(const Name *a, const Name *b, const Levels levels, unsigned taken_a,
                      unsigned taken_b, NameSlot *ret)
{
    int best = -1;
    for (unsigned i = 0; i < a->n; i++)
        for (unsigned j = 0; j < b->n; j++) {
            if (taken_a >> i & 1 || taken_b >> j & 1)
                continue;
            int apart = i > j ? (int)(i - j) : (int)(j - i);
            int worth = levels[i][j] * NAME_TOKENS + NAME_TOKENS - 1 - apart;
            if (worth > best) {
                best = worth;
                *ret = (NameSlot){(uint8_t)i, (uint8_t)j, levels[i][j]};
            }
        }
    return best >= 0;
}

static bool turned(const NameSlot *p, const NameSlot *q)
{
    return p->level > TOKEN_DIFFERENT && q->level > TOKEN_DIFFERENT &&
           (p->a < q->a) != (p->b < q->b);
}

void name_compare(const Name *a, const Name *b, NameAgreement *ret)
{
    Levels levels;
    unsigned taken_a = 0, taken_b = 0;
    *ret = (NameAgreement){0};
    if (a->n == 0 || b->n == 0)
        return;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            levels[i][j] = (uint8_t)token_compare(&a->tokens[i], &b->tokens[j]);
    int parts = a->n == b->n  ? 0
                : a->n < b->n ? find_joined(a, b, false, levels)
                              : find_joined(b, a, true, levels);
    NameSlot slot = {0};
    while (best_pair(a, b, levels, taken_a, taken_b, &slot)) {
        taken_a |= 1u << slot.a;
        taken_b |= 1u << slot.b;
        for (int i = 0; i < ret->n; i++)
            ret->out_of_order |= turned(&ret->slots[i], &slot);
        ret->slots[ret->n++] = slot;
    }
    int extra = (a->n > b->n ? a->n - b->n : b->n - a->n) - parts;
    ret->extra = (uint8_t)(extra > 0 ? extra : 0);
}

double name_closeness(const NameAgreement *agreement)
{
    static const double worth[TOKEN_LEVELS] = {0, 0, 0.5, 0.6, 0.8, 0.9, 0.97, 1};
    static const double extra_share = 0.15, turned_share = 0.02;
    double sum = 0;
    for (int i = 0; i < agreement->n; i++)
        sum += worth[agreement->slots[i].level];
    if (agreement->n == 0)
        return 0;
    double mean = sum / (agreement->n + extra_share * agreement->extra);
    return agreement->out_of_order ? mean * (1 - turned_share) : mean;
}
