#include "identity/match_compare.h"

#include "identity/date_compare.h"
#include "identity/match_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Agreement in spelling only says half as much about how rare a word is. */
static const double rare_share[WORD_LEVELS] = {
    [WORD_FAR] = 0.25, [WORD_NEAR] = 0.5, [WORD_ALIKE] = 0.75, [WORD_SAME] = 1};

/* Two sides of a comparison; `side` may have marks, then words of names are looked up there. */
typedef struct Sides {
    const Comparer *c;
    CompareSide *side;
    const uint32_t *a, *b;
} Sides;

static int count(const uint32_t *words, int most)
{
    int n = 0;
    while (n < most && words[n])
        n++;
    return n;
}

static WordLevel word_level(const MatchBook *b, uint32_t x, uint32_t y)
{
    if (x == y) /* many names begin with one letter */
        return x <= WORD_INITIALS ? WORD_INITIAL : WORD_SAME;
    if (x <= WORD_INITIALS || y <= WORD_INITIALS) {
        const Word *w = b->vocabulary->words;
        return w[x].text.ptr[0] == w[y].text.ptr[0] ? WORD_INITIAL : WORD_DIFFERENT;
    }
    return similar_words_find(b->similar, x, y);
}

enum { MARK_BITS = 3, MARK_MASK = 7, FEW = 16 };

/* Marks of the words of names stand behind each other, since they are words of one class. */
static unsigned mark_shift(const Comparison *c)
{
    return c->role == COLUMN_MOTHER ? NAME_WORDS : 0;
}

/* All levels of one word of `b`: three bits for each word of `a`. */
static uint32_t levels_between(const MatchBook *book, const uint32_t *a, int na, uint32_t y)
{
    uint32_t levels = 0;
    for (int i = 0; i < na; i++)
        levels |= word_level(book, a[i], y) << MARK_BITS * i;
    return levels;
}

static uint32_t sieve_at(uint32_t word)
{
    return word * 0x9e3779b9u >> (32 - SIEVE_BITS);
}

/* The sieve lets a few through that do not agree. */
static uint32_t marked_levels(const Sides *s, const uint32_t *a, uint32_t y, unsigned shift)
{
    uint32_t levels = 0,
             words = (uint32_t)s->side->sieve[sieve_at(y)] >> shift & ((1u << NAME_WORDS) - 1);
    for (; words; words &= words - 1) {
        int i = __builtin_ctz(words);
        levels |= (uint32_t)word_level(s->c->book, a[i], y) << MARK_BITS * i;
    }
    return levels;
}

/* Pairs of words that agree at all, to be ordered: the best agreement highest; among equal ones the
 * rarer words (earlier in the rows), whichever side is asked. */
typedef struct Agreements {
    uint32_t ranks[NAME_WORDS * NAME_WORDS]; /* the two words in the lowest four bits */
    int n;
} Agreements;

static void put_agreements(Agreements *to, uint32_t levels, int j)
{
    for (int i = 0; levels; i++, levels >>= MARK_BITS)
        if (levels & MARK_MASK)
            to->ranks[to->n++] =
                ((levels & MARK_MASK) * 64 + 32 - 4 * (unsigned)(i + j) - (unsigned)abs(i - j))
                    << 4 |
                (15u - (unsigned)(j * NAME_WORDS + i));
}

/* Takes the best agreement of words that are left; false when there is none. */
static bool take_best(const Agreements *all, unsigned *used, NamePairing *p)
{
    uint32_t best = 0;
    unsigned taken = 0;
    for (int k = 0; k < all->n; k++) {
        unsigned at = 15 - (all->ranks[k] & 15), bits = 1u << at % 4 | 16u << at / 4;
        if (all->ranks[k] > best && !(*used & bits)) {
            best = all->ranks[k];
            taken = bits;
        }
    }
    if (!best)
        return false;
    *used |= taken;
    p->x[p->n] = (uint8_t)((15 - (best & 15)) % NAME_WORDS);
    p->y[p->n] = (uint8_t)((15 - (best & 15)) / NAME_WORDS);
    p->slots[p->n++] = (uint8_t)(best >> 10);
    return true;
}

/* The words of both names are paired off, the best agreement first. */
static void pair_words(const Sides *s, const Comparison *f, NamePairing *ret)
{
    const uint32_t *a = s->a + f->at, *b = s->b + f->at;
    Agreements all;
    unsigned used = 0;
    all.n = 0;
    *ret = (NamePairing){.na = (uint8_t)count(a, NAME_WORDS), .nb = (uint8_t)count(b, NAME_WORDS)};
    for (int j = 0; j < ret->nb; j++)
        put_agreements(&all,
                       s->side->marked ? marked_levels(s, a, b[j], mark_shift(f))
                                       : levels_between(s->c->book, a, ret->na, b[j]),
                       j);
    int most = ret->na < ret->nb ? ret->na : ret->nb;
    while (all.n && ret->n < most && take_best(&all, &used, ret))
        ;
    ret->n = (uint8_t)most; /* the rest stays WORD_DIFFERENT */
}

static unsigned name_level(const NamePairing *p)
{
    if (p->n == 0)
        return LEVEL_MISSING;
    if (p->n == 1)
        return (unsigned)NAME_ONE(p->slots[0]);
    return (unsigned)(NAME_TWO(p->slots[0], p->slots[1]));
}

/* Asked only where the words before agree: else it would count the same disagreement again, and
 * strangers would never seem to agree. */
static unsigned rest_level(const NamePairing *p)
{
    if (p->n == 0 || p->slots[p->n > 1] < WORD_FAR || (p->n < 3 && p->na == p->nb))
        return REST_NONE;
    if (p->n < 3)
        return REST_EXTRA;
    if (p->slots[2] == WORD_SAME)
        return REST_SAME;
    return p->slots[2] == WORD_DIFFERENT ? REST_DIFFERENT : REST_SIMILAR;
}

static unsigned order_level(const NamePairing *p, uint32_t stands_a, uint32_t stands_b)
{
    if (p->n < 2 || p->slots[0] == WORD_DIFFERENT || p->slots[1] != WORD_DIFFERENT)
        return ORDER_NONE;
    unsigned a = stands_a >> 2 * p->x[0] & 3, b = stands_b >> 2 * p->y[0] & 3;
    if (a != b || a == STAND_MIDDLE)
        return ORDER_OTHER;
    return a == STAND_FIRST ? ORDER_FIRST : ORDER_LAST;
}

static unsigned years_level(int apart)
{
    if (apart > 1)
        return apart <= AGE_FORGED_MAX ? YEAR_AGE_NEAR : YEAR_DIFFERENT;
    return apart ? YEAR_NEAR : YEAR_SAME;
}

static Date unpacked(uint32_t v)
{
    return (Date){DATE_YEAR(v), DATE_MONTH(v), DATE_DAY(v)};
}

static bool is_full(uint32_t v)
{
    return DATE_MONTH(v) && DATE_DAY(v);
}

static unsigned birth_level(uint32_t x, uint32_t y)
{
    static const uint8_t levels[DATE_LEVELS] = {[DATE_DIFFERENT] = BIRTH_DIFFERENT,
                                                [DATE_YEAR_NEAR] = BIRTH_YEAR_NEAR,
                                                [DATE_TWO_PARTS] = BIRTH_TWO_PARTS,
                                                [DATE_OTHER_YEAR] = BIRTH_OTHER_YEAR,
                                                [DATE_FIRST_OLDER] = BIRTH_RAISED,
                                                [DATE_SECOND_OLDER] = BIRTH_RAISED,
                                                [DATE_SLIP] = BIRTH_SLIP,
                                                [DATE_SWAPPED] = BIRTH_SWAPPED,
                                                [DATE_SAME_DEFAULT] = BIRTH_SAME_DEFAULT,
                                                [DATE_SAME] = BIRTH_SAME};
    if (!DATE_YEAR(x) || !DATE_YEAR(y))
        return BIRTH_MISSING;
    Date a = unpacked(x), b = unpacked(y);
    if (!is_full(x) || !is_full(y) || (x != y && (date_is_default(a) || date_is_default(b))))
        return years_level(abs(a.year - b.year));
    if (x == y && !date_is_default(a))
        return BIRTH_SAME;
    unsigned level = levels[date_compare(a, b)];
    bool age = level == BIRTH_DIFFERENT && abs(a.year - b.year) <= AGE_FORGED_MAX;
    return age ? BIRTH_AGE_NEAR : level;
}

/* A date that papers give up may still stand in the NIK. */
static bool same_by_nik(const Sides *s, uint32_t x, uint32_t y)
{
    if (s->c->nik_at < 0)
        return false;
    uint32_t p = s->a[s->c->nik_at + 3], q = s->b[s->c->nik_at + 3];
    return (p && p == y) || (q && q == x) || (p && p == q && p != x);
}

static unsigned births_level(const Sides *s, uint32_t x, uint32_t y)
{
    unsigned level = birth_level(x, y);
    bool apart = level < BIRTH_SLIP || level > YEAR_SAME;
    return apart && same_by_nik(s, x, y) ? BIRTH_BY_NIK : level;
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

static unsigned number_level(const uint32_t *a, const uint32_t *b, bool digits)
{
    uint64_t x = (uint64_t)a[1] << 32 | a[0], y = (uint64_t)b[1] << 32 | b[0];
    if (!x || !y)
        return NUMBER_MISSING;
    if (x == y)
        return NUMBER_SAME;
    if (number_near(x, y, 4) || (!digits && number_near(x, y, 6)))
        return NUMBER_NEAR;
    return NUMBER_DIFFERENT;
}

static const uint64_t BIRTH_DIGITS = 0xffffff0000;

/* Six digits of region, six of birth, four of serial. Two people of one district and one birth date
 * have numbers that are near each other: where the dates agree that says no more than the region.
 */
static unsigned nik_level(const uint32_t *a, const uint32_t *b, bool same_birth, bool doubtful)
{
    uint64_t x = (uint64_t)a[1] << 32 | a[0], y = (uint64_t)b[1] << 32 | b[0];
    if (x >> 16 == y >> 16)
        return same_birth ? NUMBER_REGION : NUMBER_BIRTH;
    /* Numbers that fit their records differ in the birth digits because the births do. */
    bool by_birth = !doubtful && !((x ^ y) & ~BIRTH_DIGITS);
    if (number_near(x, y, 4) && !by_birth)
        return same_birth && !doubtful ? NUMBER_REGION : NUMBER_NEAR;
    if (doubtful)
        return NUMBER_DOUBTFUL;
    return x >> 40 == y >> 40 ? NUMBER_REGION : NUMBER_DIFFERENT;
}

/* Whether the NIK of a record says another birth date than the record. */
static bool in_doubt(const uint32_t *nik, uint32_t birth)
{
    return nik[3] && is_full(birth) && nik[3] != birth;
}

/* How much of the rare words of the longer text both have, in 256ths. A word weighs by its rarity;
 * a common one ("street") weighs little. */
static unsigned shared_words(const Comparer *c, const uint32_t *a, const uint32_t *b)
{
    const double *bits = c->word_bits;
    double shared = 0, all_a = 0, all_b = 0;
    uint32_t used = 0, levels[TEXT_WORDS], any = 0;
    int na = count(a, TEXT_WORDS), nb = count(b, TEXT_WORDS);
    for (int j = 0; j < nb; j++)
        any |= levels[j] = levels_between(c->book, a, na, b[j]);
    for (int i = 0; any && i < na; i++) {
        all_a += bits[a[i]];
        for (int j = 0; j < nb; j++)
            if (!(used >> j & 1) && (levels[j] >> MARK_BITS * i & MARK_MASK) >= WORD_NEAR) {
                shared += fmin(bits[a[i]], bits[b[j]]);
                used |= 1u << j;
                break;
            }
    }
    for (int j = 0; shared > 0 && j < nb; j++)
        all_b += bits[b[j]];
    return shared > 0 ? (unsigned)(256 * shared / fmax(all_a, all_b)) : 0;
}

static unsigned text_level(const Comparer *c, uint32_t x, uint32_t y)
{
    if (word_level(c->book, x, y) >= WORD_FAR)
        return TEXT_NEAR;
    if (!match_text_several(c->book, x) && !match_text_several(c->book, y))
        return TEXT_DIFFERENT;
    unsigned share = shared_words(c, match_text_words(c->book, x), match_text_words(c->book, y));
    return share >= 160 ? TEXT_MOST : share >= 80 ? TEXT_SOME : TEXT_DIFFERENT;
}

static uint32_t birth_of(const Comparer *c, const uint32_t *row)
{
    return c->birth_at < 0 ? 0 : row[c->birth_at];
}

static unsigned numbers_level(const Sides *s, const Comparison *f)
{
    const uint32_t *x = s->a + f->at, *y = s->b + f->at;
    bool digits = f->kind == COMPARE_NIK || f->role == COLUMN_PHONE || f->role == COLUMN_CARD;
    unsigned level = number_level(x, y, digits);
    if (f->kind != COMPARE_NIK || level == NUMBER_MISSING || level == NUMBER_SAME)
        return level;
    uint32_t a = birth_of(s->c, s->a), b = birth_of(s->c, s->b);
    return nik_level(x, y, a == b, in_doubt(x, a) || in_doubt(y, b));
}

/* Levels of a name, and of what is further said of it: all come from one pairing. */
static uint64_t name_levels(const Sides *s, size_t k)
{
    const Comparison *f = &s->c->book->comparisons[k];
    NamePairing *p = &s->side->pairings[f->role == COLUMN_MOTHER];
    pair_words(s, f, p);
    uint64_t levels = name_level(p);
    if (f->role == COLUMN_NAME) {
        unsigned order = order_level(p, s->a[f->at + NAME_WORDS], s->b[f->at + NAME_WORDS]);
        levels |= rest_level(p) << LEVEL_BITS | order << 2 * LEVEL_BITS;
    }
    return levels << (LEVEL_BITS * k);
}

static bool told_finer(const Sides *s, const Comparison *f)
{
    return f->finer && s->a[f->finer] && s->b[f->finer];
}

/* A text that is not the same counts as missing. */
static uint64_t level_bits(const Sides *s, size_t k)
{
    const Comparison *f = &s->c->book->comparisons[k];
    const uint32_t *x = s->a + f->at, *y = s->b + f->at;
    unsigned level = 0;
    switch (f->kind) {
    case COMPARE_NAME:
        return name_levels(s, k);
    case COMPARE_REST:
    case COMPARE_ORDER:
        break;
    case COMPARE_BIRTH:
        level = births_level(s, *x, *y);
        break;
    case COMPARE_SEX:
        level = !*x || !*y ? SEX_MISSING : *x == *y ? SEX_SAME : SEX_DIFFERENT;
        break;
    case COMPARE_NIK:
    case COMPARE_NUMBER:
        level = numbers_level(s, f);
        break;
    case COMPARE_TEXT:
        level = *x && *x == *y && !told_finer(s, f) ? TEXT_SAME : TEXT_MISSING;
        break;
    }
    return (uint64_t)level << (LEVEL_BITS * k);
}

/* The level of two texts that are not the same. */
static uint64_t texts_bits(const Sides *s, size_t k)
{
    const Comparison *f = &s->c->book->comparisons[k];
    uint64_t level = told_finer(s, f) ? TEXT_MISSING : text_level(s->c, s->a[f->at], s->b[f->at]);
    return level << (LEVEL_BITS * k);
}

/* Whether a word that agrees tells the sex: then that the sex agrees as well is no news. */
static bool sex_is_told(const Sides *s)
{
    const NamePairing *p = &s->side->pairings[0];
    const uint32_t *words = s->a + s->c->book->comparisons[s->c->name].at;
    for (int i = 0; i < p->n && p->slots[i] >= WORD_NEAR; i++)
        if (s->c->sexed[words[p->x[i]] / 64] >> words[p->x[i]] % 64 & 1)
            return true;
    return false;
}

/* At most what the words of a name that agree add by being rare. */
static double most_rare_name(const Sides *s, const Comparison *f)
{
    const NamePairing *p = &s->side->pairings[f->role == COLUMN_MOTHER];
    double sum = 0;
    for (int i = 0; i < p->n && i < 3 && p->slots[i]; i++) {
        double bits = s->c->word_bits[s->a[f->at + p->x[i]]];
        sum += bits > 0 ? rare_share[p->slots[i]] * bits : 0;
    }
    return sum;
}

/* Whether a pair may weigh enough, before texts that are not the same (`open`) are looked at. */
static bool may_reach(const Sides *s, const Prospect *t, uint64_t pattern, uint32_t open)
{
    static const double THREE_WAYS = 1.6; /* log2(3), and what a float leaves out */
    Ways sums = t->books[match_relation(s->c, s->a, s->b)];
    double rare = 0;
    for (size_t k = 0; k < s->c->book->comparison_count; k++) {
        const Comparison *f = &s->c->book->comparisons[k];
        unsigned level = pattern_level(pattern, k);
        sums += open >> k & 1 ? t->texts[k] : t->bits[k][level];
        if (f->kind == COMPARE_NAME)
            rare += most_rare_name(s, f);
        else if (f->kind == COMPARE_TEXT && level == TEXT_SAME)
            rare += s->c->word_bits[s->a[f->at]];
    }
    float most = sums[0] > sums[1] ? sums[0] : sums[1];
    return (double)(most > sums[2] ? most : sums[2]) + rare + THREE_WAYS >= t->least;
}

bool match_pattern_reaching(const Comparer *c, CompareSide *side, const uint32_t *b,
                            const Prospect *prospect, uint64_t *ret)
{
    const Sides s = {c, side, side->row, b};
    uint64_t pattern = 0;
    uint32_t open = 0;
    for (size_t k = 0; k < c->book->comparison_count; k++) {
        const Comparison *f = &c->book->comparisons[k];
        const uint32_t x = s.a[f->at], y = b[f->at];
        if (f->kind == COMPARE_TEXT && x && y && x != y)
            open |= 1u << k;
        else
            pattern |= level_bits(&s, k);
    }
    if (prospect && !may_reach(&s, prospect, pattern, open))
        return false;
    for (size_t k = 0; open; k++, open >>= 1)
        if (open & 1)
            pattern |= texts_bits(&s, k);
    bool told = c->sex >= 0 && c->name >= 0 && sex_is_told(&s);
    *ret = told ? pattern & ~((uint64_t)(MATCH_LEVELS - 1) << LEVEL_BITS * c->sex) : pattern;
    return true;
}

uint64_t match_pattern(const Comparer *c, CompareSide *side, const uint32_t *b)
{
    uint64_t ret;
    match_pattern_reaching(c, side, b, NULL, &ret);
    return ret;
}

/* ---- how much rarity adds ---- */

static double rare_number(unsigned level, uint32_t times)
{
    /* Two records share a number that belongs to one person; more is a shared telephone. */
    return level == NUMBER_SAME && times > 2 ? -log2((double)times / 2) : 0;
}

static void rare_names(const Comparer *c, const CompareSide *side, const uint32_t *b, size_t k,
                       Compared *ret)
{
    const Comparison *f = &c->book->comparisons[k];
    const NamePairing *p = &side->pairings[f->role == COLUMN_MOTHER];
    for (int i = 0; i < p->n && i < 3 && p->slots[i]; i++) {
        double x = c->word_bits[side->row[f->at + p->x[i]]], y = c->word_bits[b[f->at + p->y[i]]];
        bool rest = i == 2;
        if (!rest || f->role == COLUMN_NAME)
            ret->rare[k + rest] += rare_share[p->slots[i]] * (x < y ? x : y);
    }
}

uint8_t match_relation(const Comparer *c, const uint32_t *a, const uint32_t *b)
{
    if (c->book->book_count < 2)
        return 0;
    unsigned x = a[ROW_SOURCE], y = b[ROW_SOURCE], older = 0;
    int p = DATE_YEAR(birth_of(c, a)), q = DATE_YEAR(birth_of(c, b));
    if (x != y && p && q && p != q)
        older = (p < q) == (x < y) ? OLDER_FIRST : OLDER_SECOND;
    return (uint8_t)(match_book_pair(x, y) + older);
}

void match_compare(const Comparer *c, const uint32_t *a, const uint32_t *b, Compared *ret)
{
    CompareSide side = {.row = a};
    uint64_t pattern = match_pattern(c, &side, b);
    match_compare_rarity(c, &side, b, pattern, ret);
}

void match_compare_rarity(const Comparer *c, const CompareSide *side, const uint32_t *b,
                          uint64_t pattern, Compared *ret)
{
    const uint32_t *a = side->row;
    *ret = (Compared){.pattern = pattern, .books = match_relation(c, a, b)};
    for (size_t k = 0; k < c->book->comparison_count; k++) {
        const Comparison *f = &c->book->comparisons[k];
        unsigned level = pattern_level(pattern, k);
        if (f->kind == COMPARE_NAME)
            rare_names(c, side, b, k, ret);
        else if (f->kind == COMPARE_NIK || f->kind == COMPARE_NUMBER)
            ret->rare[k] = rare_number(level, a[f->at + 2]);
        else if (f->kind == COMPARE_TEXT && level == TEXT_SAME)
            ret->rare[k] = c->word_bits[a[f->at]];
    }
}

/* ---- one against many ---- */

/* A letter may begin any word. */
static void mark_word(const Comparer *c, CompareSide *s, uint32_t word, uint8_t bit)
{
    const SimilarWords *w = c->book->similar;
    uint32_t first = (uint32_t)c->book->vocabulary->words[word].text.ptr[0] - 'a';
    for (uint32_t i = 0; word <= WORD_INITIALS && i < 1u << SIEVE_BITS; i++)
        s->sieve[i] |= bit;
    s->sieve[sieve_at(word)] |= bit;
    for (uint32_t i = w->starts[word]; i < w->starts[word + 1]; i++)
        s->sieve[sieve_at(w->others[i])] |= bit;
    if (first < WORD_INITIALS)
        s->sieve[sieve_at(first + 1)] |= bit;
}

static void mark_all(const Comparer *c, CompareSide *s)
{
    memset(s->sieve, 0, (size_t)1 << SIEVE_BITS);
    for (size_t k = 0; k < c->book->comparison_count; k++) {
        const Comparison *f = &c->book->comparisons[k];
        const uint32_t *words = s->row + f->at;
        for (unsigned i = 0; f->kind == COMPARE_NAME && i < NAME_WORDS && words[i]; i++)
            mark_word(c, s, words[i], (uint8_t)(1u << (i + mark_shift(f))));
    }
}

void match_side_init(Arena *a, CompareSide *ret)
{
    *ret = (CompareSide){.sieve = ARENA_ARRAY(a, (size_t)1 << SIEVE_BITS, uint8_t)};
}

void match_side_set(const Comparer *c, CompareSide *side, const uint32_t *row, size_t others)
{
    side->row = row;
    side->marked = others > FEW;
    if (side->marked)
        mark_all(c, side);
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

static int comparison_of(const MatchBook *book, CompareKind kind, ColumnRole role)
{
    for (size_t k = 0; k < book->comparison_count; k++)
        if (book->comparisons[k].kind == kind && book->comparisons[k].role == role)
            return (int)k;
    return -1;
}

static int place_of(const MatchBook *book, CompareKind kind, ColumnRole role)
{
    int k = comparison_of(book, kind, role);
    return k < 0 ? -1 : book->comparisons[k].at;
}

/* Of many people of known sex who are called so at most one in twenty is of the other. */
static void find_sexed(Arena *a, Comparer *c)
{
    enum { MANY = 64, TWENTIETH = 20 };
    const MatchBook *book = c->book;
    c->sexed = ARENA_ARRAY(a, book->vocabulary->n / 64 + 1, uint64_t);
    if (c->sex < 0 || c->name < 0)
        return;
    Arena *scratch = arena_new(SIZE_MAX);
    uint32_t(*of)[2] = arena_alloc(scratch, book->vocabulary->n * sizeof *of);
    for (uint32_t i = 0; i < book->n; i++) {
        const uint32_t *row = match_row(book, i), *words = row + book->comparisons[c->name].at,
                       sex = row[book->comparisons[c->sex].at];
        for (int w = 0; sex && w < NAME_WORDS && words[w]; w++)
            of[words[w]][sex - 1]++;
    }
    for (uint32_t w = WORD_INITIALS + 1; w < book->vocabulary->n; w++) {
        uint32_t all = of[w][0] + of[w][1], less = of[w][0] < of[w][1] ? of[w][0] : of[w][1];
        if (all >= MANY && less * TWENTIETH <= all)
            c->sexed[w / 64] |= 1ull << w % 64;
    }
    arena_free(scratch);
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
    *ret = (Comparer){.book = book,
                      .word_bits = ARENA_ARRAY(a, v->n, double),
                      .nik_at = place_of(book, COMPARE_NIK, COLUMN_NIK),
                      .birth_at = place_of(book, COMPARE_BIRTH, COLUMN_BIRTH),
                      .sex = comparison_of(book, COMPARE_SEX, COLUMN_SEX),
                      .name = comparison_of(book, COMPARE_NAME, COLUMN_NAME)};
    find_sexed(a, ret);
    for (uint32_t id = 1; id < v->n; id++) {
        unsigned class = v->words[id].class;
        double share = (v->words[id].count > 2 ? v->words[id].count : 2) / total[class];
        ret->word_bits[id] = in_text[class] ? fmax(0.05, -log2(share)) : log2(agree[class] / share);
    }
}

/* ---- names of levels ---- */

static const char *const level_names[][MATCH_LEVELS] = {
    [COMPARE_NAME] = {"missing", "different", "initial", "far", "near", "alike", "same",
                      /* of two words, as NAME_TWO counts: */
                      "different+different", "initial+different", "initial+initial",
                      "far+different", "far+initial", "far+far", "near+different", "near+initial",
                      "near+far", "near+near", "alike+different", "alike+initial", "alike+far",
                      "alike+near", "alike+alike", "same+different", "same+initial", "same+far",
                      "same+near", "same+alike", "same+same"},
    [COMPARE_REST] = {"none", "extra", "different", "similar", "same"},
    [COMPARE_ORDER] = {"none", "first", "last", "other"},
    [COMPARE_BIRTH] = {"missing", "different", "age-near", "year-near", "two-parts", "other-year",
                       "raised", "slip", "swapped", "same-default", "by-nik", "same",
                       "only-year-same", "only-year-near", "only-year-age-near",
                       "only-year-different"},
    [COMPARE_SEX] = {"missing", "different", "same"},
    [COMPARE_NIK] = {"missing", "different", "doubtful", "region", "birth", "near", "same"},
    [COMPARE_NUMBER] = {"missing", "different", "doubtful", "region", "birth", "near", "same"},
    [COMPARE_TEXT] = {"missing", "different", "some", "most", "near", "same"},
};

size_t compare_levels(CompareKind kind)
{
    static const size_t counts[] = {
        [COMPARE_NAME] = NAME_LEVELS,     [COMPARE_REST] = REST_LEVELS,
        [COMPARE_ORDER] = ORDER_LEVELS,   [COMPARE_BIRTH] = BIRTH_LEVELS,
        [COMPARE_SEX] = SEX_LEVELS,       [COMPARE_NIK] = NUMBER_LEVELS,
        [COMPARE_NUMBER] = NUMBER_LEVELS, [COMPARE_TEXT] = TEXT_LEVELS};
    return counts[kind];
}

Str compare_level_name(CompareKind kind, unsigned level)
{
    return str_of(level_names[kind][level]);
}
