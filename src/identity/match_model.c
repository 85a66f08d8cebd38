#include "identity/match_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RANDOM = 2000000, RANDOM_EACH = 400, MOST_ROUNDS = 200 };
/* What is believed of m before anything is learned counts as so many pairs of one person. */
static const double belief = 20;
/* Forged papers are rare even in the books of a task force: at most one pair for so many others. */
static const double most_forged = 1.0 / 7;
/* How many forgers change day and month too; what they leave is so little that it cannot be
 * learned. */
static const double renamed_for_forged = 0.5;
/* A person behind forged papers who is missed is worse than a link too many, which people look at;
 * and many such pairs are in no block, where they would be counted. */
static const double worth_of_forged = 4;
/* Of pairs of one person without forged papers; see most_different. */
static const double most_age_near = 0.02;

/* ---- what is believed before learning ---- */

static const double word_belief[WORD_LEVELS] = {0.06, 0.01, 0.05, 0.10, 0.06, 0.72};
static const double rest_belief[] = {0, 0.3, 0.1, 0.1, 0.5};
static const double order_belief[] = {0, 0.4, 0.3, 0.3};
static const double birth_belief[] = {0,    0.02, 0.01, 0.01, 0.03, 0.01, 0.03, 0.06,
                                      0.02, 0.02, 0.02, 0.77, 0.7,  0.2,  0.04, 0.06};
static const double sex_belief[] = {0, 0.03, 0.97};
static const double number_belief[] = {0, 0.15, 0.02, 0.03, 0.02, 0.08, 0.7};
static const double text_belief[] = {0, 0.2, 0.05, 0.05, 0.1, 0.6};

/* How two words of a name agree, the better first; false where one was compared. */
static bool two_words(unsigned level, int *s1, int *s2)
{
    for (*s1 = 0; *s1 < WORD_LEVELS; ++*s1)
        for (*s2 = 0; *s2 <= *s1; ++*s2)
            if (level == (unsigned)(NAME_TWO(*s1, *s2)))
                return true;
    return false;
}

static double believed(CompareKind kind, unsigned level)
{
    static const double *const beliefs[] = {
        [COMPARE_REST] = rest_belief,   [COMPARE_ORDER] = order_belief,
        [COMPARE_BIRTH] = birth_belief, [COMPARE_SEX] = sex_belief,
        [COMPARE_NIK] = number_belief,  [COMPARE_NUMBER] = number_belief,
        [COMPARE_TEXT] = text_belief};
    int s1, s2;
    if (kind != COMPARE_NAME)
        return beliefs[kind][level];
    if (two_words(level, &s1, &s2))
        return word_belief[s1] * word_belief[s2] * (s1 == s2 ? 1 : 2);
    return level ? word_belief[level - 1] : 0;
}

/* Of pairs of one person behind forged papers: not learned, since few books hold enough of them. */
static double believed_forged(MatchClass class, CompareKind kind, unsigned level)
{
    static const double words[WORD_LEVELS] = {0.35, 0.01, 0.06, 0.08, 0.05, 0.45};
    static const double two[WORD_LEVELS] = {0.15, 0.01, 0.03, 0.06, 0.03, 0.32};
    static const double rest[REST_LEVELS] = {0, 0.25, 0.4, 0.05, 0.3};
    static const double births[][BIRTH_LEVELS] = {
        [CLASS_FORGED] = {0, 0.005, 0.005, 0.01, 0.02, 0.05, 0.72, 0.03, 0.01, 0.01, 0.06, 0.08,
                          0.1, 0.1, 0.75, 0.05},
        [CLASS_RENAMED] = {0, 0.10, 0.58, 0.14, 0.06, 0.01, 0.04, 0.03, 0.01, 0.01, 0.01, 0.01, 0.1,
                           0.1, 0.7, 0.1}};
    static const double number[NUMBER_LEVELS] = {0, 0.55, 0.10, 0.28, 0.02, 0.02, 0.03};
    static const double order[ORDER_LEVELS] = {0, 0.4, 0.4, 0.2};
    int s1, s2;
    if (kind != COMPARE_NAME)
        return kind == COMPARE_BIRTH   ? births[class][level]
               : kind == COMPARE_ORDER ? order[level]
               : kind == COMPARE_REST  ? rest[level]
                                       : number[level];
    /* One word of the name stays and another is new, as a rule. */
    if (two_words(level, &s1, &s2))
        return s2 == WORD_DIFFERENT ? two[s1] : 1.2 * words[s1] * words[s2];
    return level ? words[level - 1] : 0;
}

/* The rest of what papers say goes with the forged identity in part: this share of it is then a
 * stranger's. */
static double given_up(MatchClass class, const Comparison *c)
{
    if (c->role == COLUMN_PASSPORT)
        return 0.95;
    if (c->kind == COMPARE_NUMBER)
        return 0.5;
    double most = class == CLASS_FORGED ? 1 : 0.6;
    return most * (c->kind == COMPARE_TEXT ? 0.6 : c->role == COLUMN_MOTHER ? 0.4 : 0);
}

/* Levels that are weighed against each other. Being compared at all is no evidence: one word, two
 * words, or years alone are groups of their own. */
static int group_of(CompareKind kind, unsigned level)
{
    if (level == LEVEL_MISSING)
        return -1;
    if (kind == COMPARE_NAME)
        return level > WORD_LEVELS;
    return kind == COMPARE_BIRTH && level >= YEAR_SAME;
}

/* Shares of each level within its group; `floor_at` keeps a level nobody saw from weighing
 * infinitely. */
static void to_shares(CompareKind kind, double *counts, double floor_at)
{
    double sums[2] = {0};
    size_t n = compare_levels(kind);
    for (unsigned l = 1; l < n; l++) {
        counts[l] = counts[l] > floor_at ? counts[l] : floor_at;
        sums[group_of(kind, l)] += counts[l];
    }
    for (unsigned l = 1; l < n; l++)
        counts[l] /= sums[group_of(kind, l)];
}

/* ---- u: random pairs ---- */

typedef double Table[MATCH_COMPARISONS][MATCH_LEVELS];

/* The comparison by which two people are neighbours; -1: none. */
static int place_compared(const MatchBook *b)
{
    int ret = -1;
    for (size_t k = 0; k < b->comparison_count; k++)
        if (!b->comparisons[k].finer && (b->comparisons[k].role == COLUMN_PLACE ||
                                         (b->comparisons[k].role == COLUMN_BIRTHPLACE && ret < 0)))
            ret = (int)k;
    return ret;
}

static uint64_t next_random(uint64_t *state)
{
    return match_mix(*state += 0x9e3779b97f4a7c15u, 5);
}

static void count_pair(const Comparer *c, CompareSide *side, uint32_t j, int place, MatchModel *m,
                       Table near)
{
    uint64_t pattern = match_pattern(c, side, match_row(c->book, j));
    bool here = place >= 0 && pattern_level(pattern, (size_t)place) == TEXT_SAME;
    for (size_t k = 0; k < c->book->comparison_count; k++) {
        m->u[k][pattern_level(pattern, k)]++;
        near[k][pattern_level(pattern, k)] += here;
    }
    m->sampled++;
}

static double all_pairs(const MatchBook *b, bool across, double ret[BOOK_PAIRS])
{
    double of[MATCH_SOURCES] = {0}, all = 0;
    for (uint32_t i = 0; i < b->n; i++)
        of[match_source(b, i)]++;
    memset(ret, 0, BOOK_PAIRS * sizeof *ret);
    for (int s = 0; s < MATCH_SOURCES; s++)
        for (int t = s; t < MATCH_SOURCES; t++) {
            double within = across ? 0 : of[s] * (of[s] - 1) / 2;
            all += ret[s * MATCH_SOURCES + t] = s == t ? fmax(0, within) : of[s] * of[t];
        }
    return all;
}

/* A record of the first `split`, or of those behind them; of all where split is 0. */
static uint32_t draw(uint64_t *state, const MatchBook *b, uint32_t split, bool first)
{
    uint32_t from = first ? 0 : split, end = first && split ? split : b->n;
    return end > from ? from + (uint32_t)(next_random(state) % (end - from)) : from;
}

/* Of small books all pairs; of others random ones, many for each record taken. Between two books,
 * one behind the other, nearly all pairs of any two records would lie within the larger one. */
static void count_random(const Comparer *c, bool across, MatchModel *m, Table near)
{
    int place = place_compared(c->book);
    const MatchBook *b = c->book;
    Arena *scratch = arena_new(SIZE_MAX);
    CompareSide side;
    uint64_t state = 20260101;
    uint32_t others[RANDOM_EACH];
    bool all = (uint64_t)b->n * b->n / 2 <= MOST_RANDOM;
    uint32_t firsts = all ? b->n : MOST_RANDOM / RANDOM_EACH, split = 0;
    while (across && split < b->n && match_source(b, split) == 0)
        split++;
    split = split < b->n ? split : 0;
    bool small = split <= b->n / 2;
    match_side_init(scratch, &side);
    for (uint32_t f = 0; f < firsts; f++) {
        uint32_t i = all ? f : draw(&state, b, split, small);
        match_side_set(c, &side, match_row(b, i), RANDOM_EACH);
        for (uint32_t s = 0; s < RANDOM_EACH && !all; s++)
            match_row_prefetch(b, others[s] = draw(&state, b, split, !small));
        for (uint32_t s = all ? f + 1 : 0; s < (all ? b->n : RANDOM_EACH); s++) {
            uint32_t j = all ? s : others[s];
            if (i != j && !(across && match_source(b, i) == match_source(b, j)))
                count_pair(c, &side, j, place, m, near);
        }
    }
    arena_free(scratch);
}

/* ---- m: expectation and maximisation over the patterns ---- */

typedef struct Learning {
    const MatchBook *book;
    const Patterns *patterns;
    MatchModel *model;
    Table random, near;        /* counts among random pairs, and among those of one place */
    Table seen[MATCH_CLASSES]; /* expected counts among candidates */
    double sum[MATCH_CLASSES], between[MATCH_CLASSES][3 * BOOK_PAIRS];
    double all, pairs[BOOK_PAIRS]; /* pairs there are; between two books */
} Learning;

/* What belongs to one person alone, not to her household. */
static bool personal(const Comparison *c)
{
    return c->kind == COMPARE_BIRTH || c->kind == COMPARE_SEX || c->kind == COMPARE_NIK ||
           c->role == COLUMN_PASSPORT || c->role == COLUMN_NUMBER;
}

/* What a forger changes. */
static bool forgeable(const Comparison *c)
{
    return (c->kind == COMPARE_NAME && c->role == COLUMN_NAME) || c->kind == COMPARE_BIRTH ||
           c->kind == COMPARE_NIK || c->kind == COMPARE_ORDER || c->kind == COMPARE_REST;
}

/* Levels of something personal that relatives and neighbours show more often than strangers all the
 * same: they were born and numbered in one district, children a few years after each other. */
static bool shared_level(const Comparison *c, unsigned level)
{
    if (c->kind == COMPARE_NIK)
        return level == NUMBER_DIFFERENT || level == NUMBER_REGION || level == NUMBER_DOUBTFUL;
    return c->kind == COMPARE_BIRTH && (level <= BIRTH_YEAR_NEAR || level == BIRTH_TWO_PARTS);
}

/* Random pairs hold their share of pairs of one person; u is what they show without them. */
static void clean_u(Learning *l)
{
    double scale = (double)l->model->sampled / l->all;
    for (size_t k = 0; k < l->book->comparison_count; k++) {
        double *u = l->model->u[k];
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            u[v] =
                l->random[k][v] - scale * (l->seen[CLASS_SAME][k][v] + l->seen[CLASS_FORGED][k][v] +
                                           l->seen[CLASS_RENAMED][k][v]);
        to_shares(l->book->comparisons[k].kind, u, 0.5);
    }
}

static void set_bits(const MatchBook *b, MatchModel *m)
{
    double strangers = 1;
    for (int c = 0; c < MATCH_CLASSES; c++)
        strangers -= m->share[c];
    for (int c = 0; c < MATCH_CLASSES; c++) {
        m->share_bits[c] = m->share[c] > 0 ? log2(m->share[c] / strangers) : -1000;
        for (size_t k = 0; k < b->comparison_count; k++)
            for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
                m->bits[c][k][v] = log2(m->m[c][k][v] / m->u[k][v]);
    }
}

double match_older_bits(const MatchModel *m, MatchClass class, uint8_t books)
{
    bool forged = class == CLASS_FORGED || class == CLASS_RENAMED;
    return forged && books >= OLDER_FIRST ? m->older_bits[books >= OLDER_SECOND][books % BOOK_PAIRS]
                                          : 0;
}

static double class_bits(const MatchModel *m, MatchClass class, uint64_t pattern, uint8_t books,
                         size_t n)
{
    double sum = m->share_bits[class] + m->book_bits[class][books % BOOK_PAIRS] +
                 match_older_bits(m, class, books);
    for (size_t k = 0; k < n; k++)
        sum += m->bits[class][k][pattern_level(pattern, k)];
    return sum;
}

static bool may_be(const PatternCount *p, int class)
{
    return p->decided == UNDECIDED || (p->decided == DECIDED_SAME) == (class <= CLASS_RENAMED);
}

static void expect(Learning *l)
{
    size_t n = l->book->comparison_count;
    memset(l->seen, 0, sizeof l->seen);
    memset(l->sum, 0, sizeof l->sum);
    memset(l->between, 0, sizeof l->between);
    for (size_t i = 0; i < l->patterns->n; i++) {
        PatternCount p = l->patterns->items[i];
        double odds[MATCH_CLASSES], total = p.decided == DECIDED_SAME ? 0 : 1,
                                    each = p.decided ? 1 : l->patterns->scale;
        for (int c = 0; c < MATCH_CLASSES; c++) {
            double bits = class_bits(l->model, (MatchClass)c, p.pattern, p.books, n);
            total += odds[c] = may_be(&p, c) ? exp2(bits) : 0;
        }
        for (int c = 0; c < MATCH_CLASSES; c++) {
            double count = fmax(0, p.count) * each * odds[c] / total;
            l->sum[c] += count;
            l->between[c][p.books] += count;
            for (size_t k = 0; k < n; k++)
                l->seen[c][k][pattern_level(p.pattern, k)] += count;
        }
    }
}

/* Kin share one name by descent; a second one only by the chance strangers have. */
static void limit_kin_names(double *kin, const double *u)
{
    double by_chance[WORD_LEVELS] = {0};
    for (int s1 = 0; s1 < WORD_LEVELS; s1++)
        for (int s2 = 0; s2 <= s1; s2++)
            by_chance[s1] += u[NAME_TWO(s1, s2)];
    for (int s1 = 0; s1 < WORD_LEVELS; s1++)
        for (int s2 = WORD_FAR; s2 <= s1; s2++)
            kin[NAME_TWO(s1, s2)] = fmin(kin[NAME_TWO(s1, s2)], by_chance[s2]);
    to_shares(COMPARE_NAME, kin, 1e-9);
}

/* At most so much of the lowest level among pairs of one person: else whoever shares all but
 * herself would be one person. Relatives are those who share a mother, a telephone or a card; else
 * they would be everybody of the place. */
static double most_different(const Comparison *c)
{
    static const double most[] = {
        [COMPARE_NAME] = 0.05, [COMPARE_REST] = 1,   [COMPARE_ORDER] = 1,    [COMPARE_BIRTH] = 0.06,
        [COMPARE_SEX] = 0.03,  [COMPARE_NIK] = 0.25, [COMPARE_NUMBER] = 0.6, [COMPARE_TEXT] = 1};
    return c->role == COLUMN_MOTHER ? 0.4 : most[c->kind];
}

/* Gives one level a share, the others of its group the rest as they shared it. */
static void set_level(CompareKind kind, unsigned level, double share, double *shares)
{
    double over = shares[level] - share, rest = 1 - shares[level];
    for (unsigned v = 1; v < compare_levels(kind); v++)
        if (v != level && group_of(kind, v) == group_of(kind, level))
            shares[v] *= (rest + over) / rest;
    shares[level] = share;
}

static void limit_level(CompareKind kind, unsigned level, double most, double *shares)
{
    if (shares[level] > most && shares[level] < 1)
        set_level(kind, level, most, shares);
}

static void limit_different(const Comparison *c, double *shares)
{
    bool name = c->kind == COMPARE_NAME;
    limit_level(c->kind, name ? (unsigned)NAME_TWO(WORD_DIFFERENT, WORD_DIFFERENT) : 1,
                most_different(c), shares);
    if (c->kind == COMPARE_BIRTH)
        limit_level(c->kind, BIRTH_AGE_NEAR, most_age_near, shares);
}

/* Relatives live apart and have telephones of their own at least as often as one person is written
 * with two places or two telephones. Else those who do would be taken for one person who hides. */
static void limit_kin_places(const Comparison *c, const double *same, double *kin)
{
    enum { DIFFERENT = 1 };
    bool shared = c->kind == COMPARE_TEXT || c->kind == COMPARE_NUMBER;
    if (shared && kin[DIFFERENT] < same[DIFFERENT])
        set_level(c->kind, DIFFERENT, same[DIFFERENT], kin);
}

/* What relatives and neighbours show, from counts; what is personal is a stranger's, save the
 * levels they share more often. */
static void learn_near(Learning *l, size_t k, MatchClass class, bool all, bool first)
{
    const Comparison *f = &l->book->comparisons[k];
    MatchModel *m = l->model;
    double *to = m->m[class][k], seen = 0, free = 0;
    for (unsigned v = 1; v < compare_levels(f->kind); v++) {
        bool learned = all || shared_level(f, v);
        double hope = first && all ? believed(f->kind, v) : m->u[k][v];
        to[v] = learned ? l->seen[class][k][v] + belief * hope : m->u[k][v];
        seen += learned ? to[v] : 0;
        free += learned ? m->u[k][v] : 0;
    }
    for (unsigned v = 1; v < compare_levels(f->kind) && !all; v++)
        if (shared_level(f, v))
            to[v] *= free / seen;
    to_shares(f->kind, to, 1e-9);
    if (class == CLASS_KIN && all && (f->kind == COMPARE_NUMBER || f->role == COLUMN_MOTHER))
        limit_different(f, to);
    if (class == CLASS_KIN && all)
        limit_kin_places(f, m->m[CLASS_SAME][k], to);
}

/* Neighbours are the random pairs that live in one place: how often they are there, and what else
 * of places and districts they agree in. */
static void learn_neighbours(Learning *l)
{
    const MatchBook *b = l->book;
    MatchModel *m = l->model;
    int place = place_compared(b);
    m->share[CLASS_NEIGHBOUR] = place < 0 ? 0 : fmin(0.1, m->u[place][TEXT_SAME]);
    memcpy(l->seen[CLASS_NEIGHBOUR], l->near, sizeof l->near);
    for (size_t k = 0; k < b->comparison_count; k++)
        learn_near(l, k, CLASS_NEIGHBOUR, b->comparisons[k].kind == COMPARE_TEXT, false);
}

/* A NIK that contradicts its record is as frequent behind forged papers as among strangers. */
static void set_forged(Learning *l, size_t k, MatchClass class)
{
    const Comparison *f = &l->book->comparisons[k];
    MatchModel *m = l->model;
    double gone = given_up(class, f), *to = m->m[class][k];
    for (unsigned v = 1; v < compare_levels(f->kind); v++)
        to[v] = forgeable(f) ? believed_forged(class, f->kind, v)
                             : (1 - gone) * m->m[CLASS_SAME][k][v] + gone * m->u[k][v];
    double doubt = f->kind == COMPARE_NIK ? m->u[k][NUMBER_DOUBTFUL] : 0;
    for (unsigned v = 1; v < NUMBER_LEVELS && doubt > 0; v++)
        to[v] = (1 - doubt) * to[v] + (v == NUMBER_DOUBTFUL ? doubt : 0);
    to_shares(f->kind, to, 1e-9);
}

/* The tables of one comparison from what was seen; what is not learned keeps its belief. */
static void learn_comparison(Learning *l, size_t k, bool first)
{
    const Comparison *f = &l->book->comparisons[k];
    MatchModel *m = l->model;
    double *same = m->m[CLASS_SAME][k];
    for (unsigned v = 1; v < compare_levels(f->kind); v++)
        same[v] = l->seen[CLASS_SAME][k][v] + belief * believed(f->kind, v);
    to_shares(f->kind, same, 1e-9);
    limit_different(f, same);
    set_forged(l, k, CLASS_FORGED);
    set_forged(l, k, CLASS_RENAMED);
    learn_near(l, k, CLASS_KIN, !personal(f), first);
    if (f->kind == COMPARE_NAME && f->role == COLUMN_NAME)
        limit_kin_names(m->m[CLASS_KIN][k], m->u[k]);
}

static double forged_between(const Learning *l, int books)
{
    return l->between[CLASS_FORGED][books] + l->between[CLASS_RENAMED][books];
}

/* In one book a forged pair is rarer than a plain one as it is anywhere: else sisters and brothers,
 * who all stand in the book of residents, would teach that people stand there in two guises. */
static void limit_books(MatchModel *m)
{
    for (unsigned s = 0; s < MATCH_SOURCES; s++)
        for (int c = CLASS_FORGED; c <= CLASS_RENAMED; c++) {
            double *bits = &m->book_bits[c][match_book_pair(s, s)];
            *bits = fmin(*bits, m->book_bits[CLASS_SAME][match_book_pair(s, s)]);
        }
}

/* People stand twice in one book less often than in two, and papers are forged for some books only:
 * how often a pair of two books is of a class, against what the number of its pairs lets expect. */
static void learn_books(Learning *l)
{
    for (int c = CLASS_SAME; c <= CLASS_RENAMED; c++)
        for (int p = 0; p < BOOK_PAIRS && l->book->book_count > 1; p++) {
            double expected = l->sum[c] * l->pairs[p] / l->all,
                   seen = l->between[c][p] + l->between[c][p + OLDER_FIRST] +
                          l->between[c][p + OLDER_SECOND];
            l->model->book_bits[c][p] = log2((seen + belief) / (expected + belief));
        }
    limit_books(l->model);
    for (int p = 0; p < BOOK_PAIRS && l->book->book_count > 1; p++) {
        double first = belief / 2 + forged_between(l, p + OLDER_FIRST),
               second = belief / 2 + forged_between(l, p + OLDER_SECOND);
        l->model->older_bits[0][p] = log2(2 * first / (first + second));
        l->model->older_bits[1][p] = log2(2 * second / (first + second));
    }
}

/* Returns how far the weights moved. */
static double maximise(Learning *l)
{
    double moved = 0;
    MatchModel *m = l->model, before = *m;
    for (int c = 0; c < MATCH_CLASSES; c++)
        if (c != CLASS_NEIGHBOUR)
            m->share[c] = m->share[c] > 0 ? fmin(0.2, fmax(l->sum[c] / l->all, 1e-14)) : 0;
    double forged = fmin(m->share[CLASS_FORGED] + m->share[CLASS_RENAMED],
                         m->share[CLASS_SAME] * most_forged * (1 + renamed_for_forged));
    m->share[CLASS_FORGED] = forged / (1 + renamed_for_forged);
    m->share[CLASS_RENAMED] = forged - m->share[CLASS_FORGED];
    learn_books(l);
    clean_u(l);
    for (size_t k = 0; k < l->book->comparison_count; k++)
        learn_comparison(l, k, false);
    for (size_t k = 0; k < l->book->comparison_count; k++)
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            moved = fmax(moved, fabs(m->m[CLASS_SAME][k][v] - before.m[CLASS_SAME][k][v]));
    set_bits(l->book, m);
    return moved;
}

void match_model_learn(const Comparer *c, const Patterns *patterns, bool across, MatchModel *ret)
{
    *ret = (MatchModel){0};
    const MatchBook *b = c->book;
    Arena *scratch = arena_new(SIZE_MAX);
    Learning *l = ARENA_NEW(scratch, Learning);
    *l = (Learning){.book = b, .patterns = patterns, .model = ret};
    l->all = all_pairs(b, across, l->pairs);
    count_random(c, across, ret, l->near);
    memcpy(l->random, ret->u, sizeof l->random);
    ret->share[CLASS_SAME] = fmin(0.1, 1.0 / b->n);
    ret->share[CLASS_FORGED] = c->birth_at >= 0 ? ret->share[CLASS_SAME] / 50 : 0;
    ret->share[CLASS_KIN] = c->birth_at >= 0 ? ret->share[CLASS_SAME] : 0;
    ret->share[CLASS_RENAMED] = ret->share[CLASS_FORGED] * renamed_for_forged;
    clean_u(l);
    for (size_t k = 0; k < b->comparison_count; k++)
        learn_comparison(l, k, true);
    learn_neighbours(l);
    set_bits(b, ret);
    for (double moved = 1; moved > 1e-5 && ret->rounds < MOST_ROUNDS; ret->rounds++) {
        expect(l);
        moved = maximise(l);
    }
    ret->share[CLASS_FORGED] *= worth_of_forged;
    ret->share[CLASS_RENAMED] *= worth_of_forged;
    set_bits(b, ret);
    for (size_t i = 0; i < patterns->n; i++)
        ret->learned_on += (uint64_t)patterns->items[i].count;
    arena_free(scratch);
}

/* ---- weights from outside ---- */

static bool find_level(const MatchBook *b, const MatchWeight *w, size_t *ret_k, unsigned *ret_level)
{
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
            if (str_eq(b->comparisons[k].name, w->comparison) &&
                str_eq(compare_level_name(b->comparisons[k].kind, v), w->level)) {
                *ret_k = k;
                *ret_level = v;
                return true;
            }
    return false;
}

void match_model_fixed(const Comparer *c, const MatchSettings *settings, MatchModel *ret,
                       Problems *problems)
{
    const MatchBook *b = c->book;
    *ret = (MatchModel){0};
    ret->share[CLASS_SAME] = settings->prior > 0 ? settings->prior : 1.0 / (b->n + 1.0);
    ret->share[CLASS_FORGED] = settings->forged;
    ret->share[CLASS_RENAMED] = settings->renamed;
    ret->share[CLASS_KIN] = settings->kin;
    ret->share[CLASS_NEIGHBOUR] = settings->neighbour;
    memcpy(ret->book_bits, settings->books, 3 * sizeof *settings->books);
    memcpy(ret->older_bits, settings->books + 3, sizeof ret->older_bits);
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            for (int class = 0; class < MATCH_CLASSES; class ++)
                ret->u[k][v] = ret->m[class][k][v] = 1;
    for (size_t i = 0; i < settings->weights.n; i++) {
        const MatchWeight *w = &settings->weights.items[i];
        size_t k;
        unsigned v;
        if (find_level(b, w, &k, &v)) {
            ret->m[CLASS_SAME][k][v] = w->m;
            ret->m[CLASS_FORGED][k][v] = w->forged;
            ret->m[CLASS_RENAMED][k][v] = w->renamed;
            ret->m[CLASS_KIN][k][v] = w->kin;
            ret->m[CLASS_NEIGHBOUR][k][v] = w->neighbour;
            ret->u[k][v] = w->u;
        } else
            problem_add(problems, (Problem){.line = w->line,
                                            .msg = M_MATCH_NO_LEVEL,
                                            .args = {w->comparison, w->level}});
    }
    set_bits(b, ret);
}

/* ---- weighing ---- */

double match_rare_bits(const Compared *pair, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += pair->rare[k];
    return sum;
}

/* Of two numbers so many bits apart the smaller adds nothing that a double could hold. */
enum { VANISHING = 60 };

/* log2(1 + 2^x) */
static double with_one(double x)
{
    if (x < -VANISHING)
        return 0;
    return x > VANISHING ? x : log2(1 + exp2(x));
}

/* log2(2^x + 2^y) */
static double either(double x, double y)
{
    return fmax(x, y) + with_one(-fabs(x - y));
}

PatternBits match_pattern_bits(const MatchModel *m, uint64_t pattern, uint8_t books, size_t n)
{
    double bits[MATCH_CLASSES];
    for (int c = 0; c < MATCH_CLASSES; c++)
        bits[c] = class_bits(m, (MatchClass)c, pattern, books, n);
    return match_odds_bits(bits);
}

PatternBits match_odds_bits(const double bits[MATCH_CLASSES])
{
    return (PatternBits){either(bits[CLASS_SAME], either(bits[CLASS_FORGED], bits[CLASS_RENAMED])),
                         either(bits[CLASS_KIN], bits[CLASS_NEIGHBOUR])};
}

double match_odds(PatternBits bits, double rare)
{
    return bits.person + rare - with_one(bits.near + rare);
}

MatchParts match_parts(const MatchModel *m, const Compared *pair, size_t n)
{
    MatchParts p = {.prior = m->share_bits[CLASS_SAME] +
                             m->book_bits[CLASS_SAME][pair->books % BOOK_PAIRS]};
    double same = class_bits(m, CLASS_SAME, pair->pattern, pair->books, n),
           rare = match_rare_bits(pair, n);
    p.forged = with_one(either(class_bits(m, CLASS_FORGED, pair->pattern, pair->books, n),
                               class_bits(m, CLASS_RENAMED, pair->pattern, pair->books, n)) -
                        same);
    p.kin = -with_one(either(class_bits(m, CLASS_KIN, pair->pattern, pair->books, n),
                             class_bits(m, CLASS_NEIGHBOUR, pair->pattern, pair->books, n)) +
                      rare);
    p.weight = p.prior;
    for (size_t k = 0; k < n; k++) {
        p.level[k] = m->bits[CLASS_SAME][k][pattern_level(pair->pattern, k)];
        p.rare[k] = pair->rare[k];
        p.weight += p.level[k];
        p.weight += p.rare[k];
    }
    p.weight += p.forged;
    p.weight += p.kin;
    return p;
}

double match_weight(const MatchModel *m, const Compared *pair, size_t n)
{
    return match_odds(match_pattern_bits(m, pair->pattern, pair->books, n),
                      match_rare_bits(pair, n));
}

double match_probability(double weight)
{
    return 1 / (1 + exp2(-weight));
}
