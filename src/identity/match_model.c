#include "identity/match_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RANDOM = 4000000, MOST_ROUNDS = 200 };
/* What is believed of m before anything is learned counts as so many pairs of one person. */
static const double belief = 20;

/* ---- what is believed before learning ---- */

static const double word_belief[WORD_LEVELS] = {0.06, 0.01, 0.05, 0.10, 0.06, 0.72};
static const double rest_belief[] = {0, 0.3, 0.1, 0.1, 0.5};
static const double birth_belief[] = {0,    0.03, 0.01, 0.03, 0.01, 0.03, 0.06,
                                      0.02, 0.02, 0.79, 0.7,  0.2,  0.1};
static const double sex_belief[] = {0, 0.03, 0.97};
static const double number_belief[] = {0, 0.2, 0.02, 0.08, 0.7};
static const double text_belief[] = {0, 0.2, 0.05, 0.05, 0.1, 0.6};

static double believed(CompareKind kind, unsigned level)
{
    switch (kind) {
    case COMPARE_NAME:
        if (level <= WORD_LEVELS)
            return level ? word_belief[level - 1] : 0;
        for (int s1 = 0; s1 < WORD_LEVELS; s1++)
            for (int s2 = 0; s2 <= s1; s2++)
                if (level == (unsigned)(NAME_TWO(s1, s2)))
                    return word_belief[s1] * word_belief[s2] * (s1 == s2 ? 1 : 2);
        return 0;
    case COMPARE_REST:
        return rest_belief[level];
    case COMPARE_BIRTH:
        return birth_belief[level];
    case COMPARE_SEX:
        return sex_belief[level];
    case COMPARE_NIK:
    case COMPARE_NUMBER:
        return number_belief[level];
    case COMPARE_TEXT:
        return text_belief[level];
    }
    return 0;
}

/* Of pairs of one person behind forged papers: not learned, since few books hold enough of them. */
static double believed_forged(CompareKind kind, unsigned level)
{
    static const double words[WORD_LEVELS] = {0.35, 0.01, 0.06, 0.08, 0.05, 0.45};
    static const double two[WORD_LEVELS] = {0.18, 0.02, 0.05, 0.09, 0.04, 0.52};
    static const double birth[BIRTH_LEVELS] = {0,    0.25, 0.03, 0.03, 0.05, 0.52, 0.03,
                                               0.01, 0.01, 0.07, 0.1,  0.1,  0.8};
    static const double number[NUMBER_LEVELS] = {0, 0.85, 0.12, 0.02, 0.01};
    if (kind == COMPARE_BIRTH)
        return birth[level];
    if (kind != COMPARE_NAME)
        return number[level];
    if (level <= WORD_LEVELS)
        return level ? words[level - 1] : 0;
    /* One word of the name stays and another is new, as a rule. */
    for (int s1 = 0; s1 < WORD_LEVELS; s1++)
        for (int s2 = 0; s2 <= s1; s2++)
            if (level == (unsigned)(NAME_TWO(s1, s2)))
                return s2 == WORD_DIFFERENT ? two[s1] : 0.25 * words[s1] * words[s2];
    return 0;
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

static uint64_t next_random(uint64_t *state)
{
    return match_mix(*state += 0x9e3779b97f4a7c15u, 5);
}

static void count_pair(const Comparer *c, uint32_t i, uint32_t j, double (*counts)[MATCH_LEVELS])
{
    Compared pair;
    match_compare(c, match_row(c->book, i), match_row(c->book, j), &pair);
    for (size_t k = 0; k < c->book->comparison_count; k++)
        counts[k][pattern_level(pair.pattern, k)]++;
}

static uint64_t all_pairs(const MatchBook *b, bool across)
{
    uint64_t n = b->n, all = n * (n - 1) / 2, of[MATCH_SOURCES] = {0};
    for (uint32_t i = 0; i < b->n; i++)
        of[b->sources[i]]++;
    for (int s = 0; across && s < MATCH_SOURCES; s++)
        all -= of[s] ? of[s] * (of[s] - 1) / 2 : 0;
    return all;
}

static void count_random(const Comparer *c, bool across, MatchModel *m)
{
    const MatchBook *b = c->book;
    uint64_t state = 20260101;
    if (all_pairs(b, false) <= MOST_RANDOM) {
        for (uint32_t i = 0; i < b->n; i++)
            for (uint32_t j = i + 1; j < b->n; j++)
                if (!across || b->sources[i] != b->sources[j]) {
                    count_pair(c, i, j, m->u);
                    m->sampled++;
                }
        return;
    }
    for (uint64_t tries = 0; m->sampled < MOST_RANDOM && tries < 4ull * MOST_RANDOM; tries++) {
        uint32_t i = (uint32_t)(next_random(&state) % b->n),
                 j = (uint32_t)(next_random(&state) % b->n);
        if (i == j || (across && b->sources[i] == b->sources[j]))
            continue;
        count_pair(c, i < j ? i : j, i < j ? j : i, m->u);
        m->sampled++;
    }
}

/* ---- m: expectation and maximisation over the patterns ---- */

typedef double Table[MATCH_COMPARISONS][MATCH_LEVELS];

typedef struct Learning {
    const MatchBook *book;
    const Patterns *patterns;
    MatchModel *model;
    Table random;              /* counts among random pairs */
    Table seen[MATCH_CLASSES]; /* expected counts among candidates */
    double sum[MATCH_CLASSES];
    double all; /* pairs there are */
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
           c->kind == COMPARE_NIK || c->role == COLUMN_PASSPORT;
}

/* Random pairs hold their share of pairs of one person; u is what they show without them. */
static void clean_u(Learning *l)
{
    double scale = (double)l->model->sampled / l->all;
    for (size_t k = 0; k < l->book->comparison_count; k++) {
        double *u = l->model->u[k];
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            u[v] =
                l->random[k][v] - scale * (l->seen[CLASS_SAME][k][v] + l->seen[CLASS_FORGED][k][v]);
        to_shares(l->book->comparisons[k].kind, u, 0.5);
    }
}

static void set_bits(const MatchBook *b, MatchModel *m)
{
    double strangers = 1 - m->share[CLASS_SAME] - m->share[CLASS_FORGED] - m->share[CLASS_KIN];
    for (int c = 0; c < MATCH_CLASSES; c++) {
        m->share_bits[c] = m->share[c] > 0 ? (float)log2(m->share[c] / strangers) : -1000;
        for (size_t k = 0; k < b->comparison_count; k++)
            for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
                m->bits[c][k][v] = (float)log2(m->m[c][k][v] / m->u[k][v]);
    }
}

static void expect(Learning *l)
{
    size_t n = l->book->comparison_count;
    memset(l->seen, 0, sizeof l->seen);
    memset(l->sum, 0, sizeof l->sum);
    for (size_t i = 0; i < l->patterns->n; i++) {
        PatternCount p = l->patterns->items[i];
        double odds[MATCH_CLASSES], total = 1;
        for (int c = 0; c < MATCH_CLASSES; c++) {
            double bits = l->model->share_bits[c];
            for (size_t k = 0; k < n; k++)
                bits += l->model->bits[c][k][pattern_level(p.pattern, k)];
            total += odds[c] = exp2(bits);
        }
        for (int c = 0; c < MATCH_CLASSES; c++) {
            double count = p.count * l->patterns->scale * odds[c] / total;
            l->sum[c] += count;
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

/* The tables of one comparison from what was seen; what is not learned keeps its belief. */
static void learn_comparison(Learning *l, size_t k, bool first)
{
    const Comparison *f = &l->book->comparisons[k];
    MatchModel *m = l->model;
    double *same = m->m[CLASS_SAME][k], *forged = m->m[CLASS_FORGED][k], *kin = m->m[CLASS_KIN][k];
    bool own = forgeable(f);
    for (unsigned v = 1; v < compare_levels(f->kind); v++) {
        double hope = belief * believed(f->kind, v);
        same[v] = l->seen[CLASS_SAME][k][v] + (own ? 0 : l->seen[CLASS_FORGED][k][v]) + hope;
        kin[v] = l->seen[CLASS_KIN][k][v] + (first ? hope : belief * m->u[k][v]);
        forged[v] = own ? believed_forged(f->kind, v) : same[v];
        if (personal(f))
            kin[v] = m->u[k][v];
    }
    to_shares(f->kind, same, 1e-9);
    to_shares(f->kind, forged, 1e-9);
    to_shares(f->kind, kin, 1e-9);
    if (f->kind == COMPARE_NAME && f->role == COLUMN_NAME)
        limit_kin_names(kin, m->u[k]);
}

static bool has_birth(const MatchBook *b)
{
    for (size_t k = 0; k < b->comparison_count; k++)
        if (b->comparisons[k].kind == COMPARE_BIRTH)
            return true;
    return false;
}

/* Returns how far the weights moved. */
static double maximise(Learning *l)
{
    double moved = 0;
    MatchModel *m = l->model, before = *m;
    bool classes = has_birth(l->book);
    for (int c = 0; c < MATCH_CLASSES; c++)
        m->share[c] = c && !classes ? 0 : fmin(0.2, fmax(l->sum[c] / l->all, 1e-14));
    m->share[CLASS_FORGED] = fmin(m->share[CLASS_FORGED], m->share[CLASS_SAME] / 4);
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
    l->all = (double)all_pairs(b, across);
    count_random(c, across, ret);
    memcpy(l->random, ret->u, sizeof l->random);
    ret->share[CLASS_SAME] = fmin(0.1, 1.0 / b->n);
    ret->share[CLASS_FORGED] = has_birth(b) ? ret->share[CLASS_SAME] / 50 : 0;
    ret->share[CLASS_KIN] = has_birth(b) ? ret->share[CLASS_SAME] : 0;
    clean_u(l);
    for (size_t k = 0; k < b->comparison_count; k++)
        learn_comparison(l, k, true);
    set_bits(b, ret);
    for (double moved = 1; moved > 1e-5 && ret->rounds < MOST_ROUNDS; ret->rounds++) {
        expect(l);
        moved = maximise(l);
    }
    for (size_t i = 0; i < patterns->n; i++)
        ret->learned_on += (uint64_t)patterns->items[i].count;
    arena_free(scratch);
}

/* ---- weights from outside ---- */

static bool find_level(Arena *a, const MatchBook *b, const MatchWeight *w, size_t *ret_k,
                       unsigned *ret_level)
{
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
            if (str_eq(b->comparisons[k].name, w->comparison) &&
                str_eq(compare_level_name(a, b->comparisons[k].kind, v), w->level)) {
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
    ret->share[CLASS_KIN] = settings->kin;
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            ret->u[k][v] = ret->m[CLASS_SAME][k][v] = ret->m[CLASS_FORGED][k][v] =
                ret->m[CLASS_KIN][k][v] = 1;
    for (size_t i = 0; i < settings->weights.n; i++) {
        const MatchWeight *w = &settings->weights.items[i];
        size_t k;
        unsigned v;
        if (find_level(problems->arena, b, w, &k, &v)) {
            ret->m[CLASS_SAME][k][v] = w->m;
            ret->m[CLASS_FORGED][k][v] = w->forged;
            ret->m[CLASS_KIN][k][v] = w->kin;
            ret->u[k][v] = w->u;
        } else
            problem_add(problems, (Problem){.line = w->line,
                                            .msg = M_MATCH_NO_LEVEL,
                                            .args = {w->comparison, w->level}});
    }
    set_bits(b, ret);
}

void match_model_write(Arena *a, const MatchBook *book, const MatchModel *m, Buf *to)
{
    buf_printf(to, "prior: %.9g\n", m->share[CLASS_SAME]);
    if (m->share[CLASS_FORGED] > 0)
        buf_printf(to, "forged: %.9g\n", m->share[CLASS_FORGED]);
    if (m->share[CLASS_KIN] > 0)
        buf_printf(to, "kin: %.9g\n", m->share[CLASS_KIN]);
    for (size_t k = 0; k < book->comparison_count; k++) {
        const Comparison *c = &book->comparisons[k];
        for (unsigned v = 1; v < compare_levels(c->kind); v++) {
            Str level = compare_level_name(a, c->kind, v);
            buf_printf(to, "weight %.*s/%.*s: %.9g %.9g %.9g %.9g\n", STR_ARG(c->name),
                       STR_ARG(level), m->m[CLASS_SAME][k][v], m->u[k][v], m->m[CLASS_FORGED][k][v],
                       m->m[CLASS_KIN][k][v]);
        }
    }
}

/* ---- weighing ---- */

static float class_bits(const MatchModel *m, MatchClass class, uint64_t pattern, size_t n)
{
    float sum = m->share_bits[class];
    for (size_t k = 0; k < n; k++)
        sum += m->bits[class][k][pattern_level(pattern, k)];
    return sum;
}

static float rare_bits(const Compared *pair, size_t n)
{
    float sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += pair->rare[k];
    return sum;
}

bool match_may_reach(const MatchModel *m, const Compared *pair, size_t n, float least)
{
    float same = class_bits(m, CLASS_SAME, pair->pattern, n),
          forged = class_bits(m, CLASS_FORGED, pair->pattern, n);
    return fmaxf(same, forged) + 1 + rare_bits(pair, n) >= least;
}

/* log2(1 + 2^x) */
static float with_one(float x)
{
    return x > 40 ? x : (float)log2(1 + exp2((double)x));
}

MatchParts match_parts(const MatchModel *m, const Compared *pair, size_t n)
{
    MatchParts p = {.prior = m->share_bits[CLASS_SAME]};
    float same = class_bits(m, CLASS_SAME, pair->pattern, n), rare = rare_bits(pair, n);
    p.forged = with_one(class_bits(m, CLASS_FORGED, pair->pattern, n) - same);
    p.kin = -with_one(class_bits(m, CLASS_KIN, pair->pattern, n) + rare);
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

float match_weight(const MatchModel *m, const Compared *pair, size_t n)
{
    return match_parts(m, pair, n).weight;
}

double match_probability(float weight)
{
    return 1 / (1 + exp2(-(double)weight));
}
