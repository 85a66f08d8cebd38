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

typedef struct Learning {
    const MatchBook *book;
    const Patterns *patterns;
    MatchModel *model;
    double random[MATCH_COMPARISONS][MATCH_LEVELS]; /* counts among random pairs */
    double all;                                     /* pairs there are */
} Learning;

/* Random pairs hold the share `prior` of pairs of one person; u is what they show without them. */
static void clean_u(Learning *l, double (*same)[MATCH_LEVELS])
{
    for (size_t k = 0; k < l->book->comparison_count; k++) {
        double *u = l->model->u[k];
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            u[v] = l->random[k][v] - same[k][v] / l->all * (double)l->model->sampled;
        to_shares(l->book->comparisons[k].kind, u, 0.5);
    }
}

static void set_bits(const MatchBook *b, MatchModel *m)
{
    m->prior_bits = (float)log2(m->prior / (1 - m->prior));
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
            m->bits[k][v] = (float)log2(m->m[k][v] / m->u[k][v]);
}

static double expect(Learning *l, double (*same)[MATCH_LEVELS])
{
    double sum = 0;
    size_t n = l->book->comparison_count;
    memset(same, 0, MATCH_COMPARISONS * sizeof *same);
    for (size_t i = 0; i < l->patterns->n; i++) {
        PatternCount p = l->patterns->items[i];
        double bits = l->model->prior_bits;
        for (size_t k = 0; k < n; k++)
            bits += l->model->bits[k][pattern_level(p.pattern, k)];
        double chance = p.count * l->patterns->scale / (1 + exp2(-bits));
        sum += chance;
        for (size_t k = 0; k < n; k++)
            same[k][pattern_level(p.pattern, k)] += chance;
    }
    return sum;
}

/* Returns how far the weights moved. */
static double maximise(Learning *l, double (*same)[MATCH_LEVELS], double sum)
{
    double moved = 0;
    MatchModel *m = l->model;
    m->prior = fmin(0.5, fmax(sum / l->all, 1e-12));
    for (size_t k = 0; k < l->book->comparison_count; k++) {
        CompareKind kind = l->book->comparisons[k].kind;
        double next[MATCH_LEVELS] = {0};
        for (unsigned v = 1; v < compare_levels(kind); v++)
            next[v] = same[k][v] + belief * believed(kind, v);
        to_shares(kind, next, 1e-9);
        for (unsigned v = 1; v < compare_levels(kind); v++) {
            moved = fmax(moved, fabs(next[v] - m->m[k][v]));
            m->m[k][v] = next[v];
        }
    }
    return moved;
}

void match_model_learn(const Comparer *c, const Patterns *patterns, bool across, MatchModel *ret)
{
    *ret = (MatchModel){0};
    const MatchBook *b = c->book;
    Learning l = {.book = b, .patterns = patterns, .model = ret};
    double same[MATCH_COMPARISONS][MATCH_LEVELS] = {{0}};
    l.all = (double)all_pairs(b, across);
    count_random(c, across, ret);
    memcpy(l.random, ret->u, sizeof l.random);
    ret->prior = fmin(0.1, 1.0 / b->n);
    for (size_t k = 0; k < b->comparison_count; k++) {
        CompareKind kind = b->comparisons[k].kind;
        for (unsigned v = 1; v < compare_levels(kind); v++)
            ret->m[k][v] = believed(kind, v);
        to_shares(kind, ret->m[k], 1e-9);
    }
    clean_u(&l, same);
    set_bits(b, ret);
    for (double moved = 1; moved > 1e-5 && ret->rounds < MOST_ROUNDS; ret->rounds++) {
        double sum = expect(&l, same);
        moved = maximise(&l, same, sum);
        clean_u(&l, same);
        set_bits(b, ret);
    }
    for (size_t i = 0; i < patterns->n; i++)
        ret->learned_on += (uint64_t)patterns->items[i].count;
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
    *ret = (MatchModel){.prior = settings->prior > 0 ? settings->prior : 1.0 / (b->n + 1.0)};
    for (size_t k = 0; k < b->comparison_count; k++)
        for (unsigned v = 0; v < MATCH_LEVELS; v++)
            ret->m[k][v] = ret->u[k][v] = 1;
    for (size_t i = 0; i < settings->weights.n; i++) {
        const MatchWeight *w = &settings->weights.items[i];
        size_t k;
        unsigned v;
        if (find_level(problems->arena, b, w, &k, &v)) {
            ret->m[k][v] = w->m;
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
    buf_printf(to, "prior: %.9g\n", m->prior);
    for (size_t k = 0; k < book->comparison_count; k++) {
        const Comparison *c = &book->comparisons[k];
        for (unsigned v = 1; v < compare_levels(c->kind); v++) {
            Str level = compare_level_name(a, c->kind, v);
            buf_printf(to, "weight %.*s/%.*s: %.9g %.9g\n", STR_ARG(c->name), STR_ARG(level),
                       m->m[k][v], m->u[k][v]);
        }
    }
}

float match_weight(const MatchModel *m, const Compared *pair, size_t comparisons)
{
    float sum = m->prior_bits;
    for (size_t k = 0; k < comparisons; k++)
        sum += m->bits[k][pattern_level(pair->pattern, k)] + pair->rare[k];
    return sum;
}

double match_probability(float weight)
{
    return 1 / (1 + exp2(-(double)weight));
}
