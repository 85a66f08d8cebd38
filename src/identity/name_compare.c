#include "identity/name_compare.h"

#include "identity/string_distance.h"

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
