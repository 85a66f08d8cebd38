#include "identity/match_compare.h"

#include "identity/match_value.h"

#include <math.h>
#include <stdlib.h>

/* Agreement in spelling only says half as much about how rare a word is. */
static const float rare_share[WORD_LEVELS] = {
    [WORD_FAR] = 0.25f, [WORD_NEAR] = 0.5f, [WORD_ALIKE] = 0.75f, [WORD_SAME] = 1};

typedef struct Pairing {
    WordLevel slots[NAME_WORDS]; /* best first */
    int n, na, nb;
    float rare[NAME_WORDS];
} Pairing;

static int count(const uint32_t *words, int most)
{
    int n = 0;
    while (n < most && words[n])
        n++;
    return n;
}

static WordLevel word_level(const MatchBook *b, uint32_t x, uint32_t y)
{
    if (x == y)
        return WORD_SAME;
    if (x <= WORD_INITIALS || y <= WORD_INITIALS) {
        const Word *w = b->vocabulary->words;
        return w[x].text.ptr[0] == w[y].text.ptr[0] ? WORD_INITIAL : WORD_DIFFERENT;
    }
    return similar_words_find(b->similar, x, y);
}

/* The words of both names are paired off, the best agreement first. Among equal ones the rarer
 * words (earlier in the rows) go first, whichever side is asked. */
static void pair_words(const Comparer *c, const uint32_t *a, const uint32_t *b, Pairing *ret)
{
    WordLevel levels[NAME_WORDS][NAME_WORDS];
    bool used_a[NAME_WORDS] = {0}, used_b[NAME_WORDS] = {0};
    *ret = (Pairing){.na = count(a, NAME_WORDS), .nb = count(b, NAME_WORDS)};
    for (int i = 0; i < ret->na; i++)
        for (int j = 0; j < ret->nb; j++)
            levels[i][j] = word_level(c->book, a[i], b[j]);
    int most = ret->na < ret->nb ? ret->na : ret->nb;
    for (; ret->n < most; ret->n++) {
        int best = -1, x = 0, y = 0;
        for (int i = 0; i < ret->na; i++)
            for (int j = 0; !used_a[i] && j < ret->nb; j++) {
                int rank = (int)levels[i][j] * 64 + 32 - 4 * (i + j) - abs(i - j);
                if (used_b[j] || rank <= best)
                    continue;
                best = rank;
                x = i;
                y = j;
            }
        used_a[x] = used_b[y] = true;
        float bits = fminf(c->word_bits[a[x]], c->word_bits[b[y]]);
        ret->slots[ret->n] = levels[x][y];
        ret->rare[ret->n] = rare_share[levels[x][y]] * bits;
    }
}

static unsigned name_level(const Pairing *p)
{
    if (p->n == 0)
        return LEVEL_MISSING;
    if (p->n == 1)
        return (unsigned)NAME_ONE(p->slots[0]);
    return (unsigned)(NAME_TWO(p->slots[0], p->slots[1]));
}

static unsigned rest_level(const Pairing *p)
{
    if (p->n == 0 || (p->n < 3 && p->na == p->nb))
        return REST_NONE;
    if (p->n < 3)
        return REST_EXTRA;
    if (p->slots[2] == WORD_SAME)
        return REST_SAME;
    return p->slots[2] == WORD_DIFFERENT ? REST_DIFFERENT : REST_SIMILAR;
}

static bool one_slip(uint32_t a, uint32_t b)
{
    int x[8], y[8], wrong = 0, first = -1;
    for (int side = 0; side < 2; side++) {
        uint32_t v = side ? b : a;
        int *to = side ? y : x, whole = DATE_YEAR(v) * 10000 + DATE_MONTH(v) * 100 + DATE_DAY(v);
        for (int i = 7; i >= 0; i--, whole /= 10)
            to[i] = whole % 10;
    }
    for (int i = 0; i < 8; i++)
        if (x[i] != y[i]) {
            first = wrong++ ? first : i;
        }
    return wrong == 1 ||
           (wrong == 2 && first < 7 && x[first] == y[first + 1] && x[first + 1] == y[first]);
}

/* The first of January and July and the last of December stand for "not known". */
static bool is_default(uint32_t d)
{
    int month = DATE_MONTH(d), day = DATE_DAY(d);
    return (day == 1 && (month == 1 || month == 7)) || (day == 31 && month == 12);
}

static unsigned years_level(int apart)
{
    return apart == 0 ? YEAR_SAME : apart == 1 ? YEAR_NEAR : YEAR_DIFFERENT;
}

static unsigned birth_level(uint32_t a, uint32_t b)
{
    bool year = DATE_YEAR(a) == DATE_YEAR(b), month = DATE_MONTH(a) == DATE_MONTH(b),
         day = DATE_DAY(a) == DATE_DAY(b);
    int apart = abs(DATE_YEAR(a) - DATE_YEAR(b));
    if (!DATE_YEAR(a) || !DATE_YEAR(b))
        return BIRTH_MISSING;
    if (!DATE_MONTH(a) || !DATE_MONTH(b) || !DATE_DAY(a) || !DATE_DAY(b))
        return years_level(apart);
    if (a == b)
        return is_default(a) ? BIRTH_SAME_DEFAULT : BIRTH_SAME;
    if (is_default(a) && is_default(b))
        return years_level(apart);
    if (year && DATE_MONTH(a) == DATE_DAY(b) && DATE_DAY(a) == DATE_MONTH(b))
        return BIRTH_SWAPPED;
    if (day && month)
        return apart <= 12 ? BIRTH_RAISED : one_slip(a, b) ? BIRTH_SLIP : BIRTH_OTHER_YEAR;
    if (one_slip(a, b))
        return BIRTH_SLIP;
    if (year && (day || month))
        return BIRTH_TWO_PARTS;
    return apart <= 1 ? BIRTH_YEAR_NEAR : BIRTH_DIFFERENT;
}

/* One symbol differs, or two neighbours changed places; symbols are four or six bits wide. */
static bool number_near(uint64_t a, uint64_t b, unsigned width)
{
    uint64_t mask = (1ull << width) - 1, x = a ^ b;
    unsigned low = (unsigned)__builtin_ctzll(x) / width * width;
    if (!(x & ~(mask << low)))
        return true;
    unsigned next = low + width;
    if (next >= 64 || (x & ~(mask << low) & ~(mask << next)))
        return false;
    return (a >> low & mask) == (b >> next & mask) && (a >> next & mask) == (b >> low & mask);
}

static unsigned number_level(const uint32_t *a, const uint32_t *b, CompareKind kind)
{
    uint64_t x = (uint64_t)a[1] << 32 | a[0], y = (uint64_t)b[1] << 32 | b[0];
    if (!x || !y)
        return NUMBER_MISSING;
    if (x == y)
        return NUMBER_SAME;
    if (number_near(x, y, 4) || number_near(x, y, 6))
        return NUMBER_NEAR;
    return kind == COMPARE_NIK && x >> 40 == y >> 40 ? NUMBER_REGION : NUMBER_DIFFERENT;
}

/* How much of the rare words of the longer text both have, in 256ths. A word weighs by its rarity;
 * a common one ("street") weighs little. */
static unsigned shared_words(const Comparer *c, const uint32_t *a, const uint32_t *b)
{
    float shared = 0, all_a = 0, all_b = 0;
    bool used[TEXT_WORDS] = {0};
    for (int j = 0; j < TEXT_WORDS && b[j]; j++)
        all_b += c->word_bits[b[j]];
    for (int i = 0; i < TEXT_WORDS && a[i]; i++) {
        all_a += c->word_bits[a[i]];
        for (int j = 0; j < TEXT_WORDS && b[j]; j++)
            if (!used[j] && word_level(c->book, a[i], b[j]) >= WORD_NEAR) {
                shared += fminf(c->word_bits[a[i]], c->word_bits[b[j]]);
                used[j] = true;
                break;
            }
    }
    float most = fmaxf(all_a, all_b);
    return most > 0 ? (unsigned)(256 * shared / most) : 0;
}

static unsigned text_level(const Comparer *c, const uint32_t *a, const uint32_t *b)
{
    if (!a[0] || !b[0])
        return TEXT_MISSING;
    if (a[0] == b[0])
        return TEXT_SAME;
    if (similar_words_find(c->book->similar, a[0], b[0]) >= WORD_FAR)
        return TEXT_NEAR;
    unsigned share = shared_words(c, a + 1, b + 1);
    return share >= 160 ? TEXT_MOST : share >= 80 ? TEXT_SOME : TEXT_DIFFERENT;
}

/* Both names of a comparison and of its rest come from one pairing. */
static unsigned compare_names(const Comparer *c, size_t k, const uint32_t *a, const uint32_t *b,
                              Compared *ret)
{
    Pairing p;
    pair_words(c, a, b, &p);
    for (int i = 0; i < p.n && i < 2; i++)
        ret->rare[k] += p.rare[i];
    if (k + 1 < c->book->comparison_count && c->book->comparisons[k + 1].kind == COMPARE_REST) {
        ret->pattern |= (uint64_t)rest_level(&p) << (LEVEL_BITS * (k + 1));
        ret->rare[k + 1] = p.n > 2 ? p.rare[2] : 0;
    }
    return name_level(&p);
}

static float rare_number(unsigned level, uint32_t times)
{
    /* Two records share a number that belongs to one person; more is a shared telephone. */
    return level == NUMBER_SAME && times > 2 ? -log2f((float)times / 2) : 0;
}

void match_compare(const Comparer *c, const uint32_t *a, const uint32_t *b, Compared *ret)
{
    *ret = (Compared){0};
    for (size_t k = 0; k < c->book->comparison_count; k++) {
        const Comparison *f = &c->book->comparisons[k];
        const uint32_t *x = a + f->at, *y = b + f->at;
        unsigned level = 0;
        switch (f->kind) {
        case COMPARE_NAME:
            level = compare_names(c, k, x, y, ret);
            break;
        case COMPARE_REST:
            break;
        case COMPARE_BIRTH:
            level = birth_level(*x, *y);
            break;
        case COMPARE_SEX:
            level = !*x || !*y ? SEX_MISSING : *x == *y ? SEX_SAME : SEX_DIFFERENT;
            break;
        case COMPARE_NIK:
        case COMPARE_NUMBER:
            level = number_level(x, y, f->kind);
            ret->rare[k] = rare_number(level, x[2]);
            break;
        case COMPARE_TEXT:
            level = text_level(c, x, y);
            ret->rare[k] = level == TEXT_SAME ? c->word_bits[x[0]] : 0;
            break;
        }
        ret->pattern |= (uint64_t)level << (LEVEL_BITS * k);
    }
}

/* ---- how rare words are ---- */

/* Chance that two words of a class, taken from two records, are equal: sum of squared shares. */
static void class_sums(const Vocabulary *v, double total[256], double agree[256])
{
    for (uint32_t id = 1; id < v->n; id++)
        total[v->words[id].class] += v->words[id].count;
    for (uint32_t id = 1; id < v->n; id++) {
        double share = v->words[id].count / total[v->words[id].class];
        agree[v->words[id].class] += share * share;
    }
}

void comparer_init(Arena *a, const MatchBook *book, Comparer *ret)
{
    const Vocabulary *v = book->vocabulary;
    double total[256] = {0}, agree[256] = {0};
    bool in_text[256] = {0};
    class_sums(v, total, agree);
    for (size_t k = 0; k < book->comparison_count; k++)
        if (book->comparisons[k].kind == COMPARE_TEXT)
            in_text[book->comparisons[k].class + 1] = true;
    *ret = (Comparer){.book = book, .word_bits = ARENA_ARRAY(a, v->n, float)};
    for (uint32_t id = 1; id < v->n; id++) {
        unsigned class = v->words[id].class;
        double share = (v->words[id].count > 2 ? v->words[id].count : 2) / total[class];
        ret->word_bits[id] =
            (float)(in_text[class] ? fmax(0.05, -log2(share)) : log2(agree[class] / share));
    }
}

/* ---- names of levels ---- */

static const char *const word_names[WORD_LEVELS] = {"different", "initial", "far",
                                                    "near",      "alike",   "same"};
static const char *const level_names[][MATCH_LEVELS] = {
    [COMPARE_REST] = {"none", "extra", "different", "similar", "same"},
    [COMPARE_BIRTH] = {"missing", "different", "year-near", "two-parts", "other-year", "raised",
                       "slip", "swapped", "same-default", "same", "only-year-same",
                       "only-year-near", "only-year-different"},
    [COMPARE_SEX] = {"missing", "different", "same"},
    [COMPARE_NIK] = {"missing", "different", "region", "near", "same"},
    [COMPARE_NUMBER] = {"missing", "different", "region", "near", "same"},
    [COMPARE_TEXT] = {"missing", "different", "some", "most", "near", "same"},
};

size_t compare_levels(CompareKind kind)
{
    static const size_t counts[] = {
        [COMPARE_NAME] = NAME_LEVELS,   [COMPARE_REST] = REST_LEVELS,
        [COMPARE_BIRTH] = BIRTH_LEVELS, [COMPARE_SEX] = SEX_LEVELS,
        [COMPARE_NIK] = NUMBER_LEVELS,  [COMPARE_NUMBER] = NUMBER_LEVELS,
        [COMPARE_TEXT] = TEXT_LEVELS};
    return counts[kind];
}

Str compare_level_name(Arena *a, CompareKind kind, unsigned level)
{
    if (kind != COMPARE_NAME)
        return str_of(level_names[kind][level]);
    if (level == LEVEL_MISSING)
        return S("missing");
    if (level <= WORD_LEVELS)
        return str_of(word_names[level - 1]);
    for (int s1 = 0; s1 < WORD_LEVELS; s1++)
        for (int s2 = 0; s2 <= s1; s2++)
            if (level == (unsigned)(NAME_TWO(s1, s2)))
                return str_printf(a, "%s+%s", word_names[s1], word_names[s2]);
    return STR_NONE;
}
