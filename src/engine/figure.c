#include "engine/figure.h"

#include "base/messages.h"

/* ---- periods ---- */

static bool dated(const Figure *f)
{
    return f->from.year && f->to.year;
}

bool figure_is_part(const Figure *f)
{
    return dated(f) &&
           (f->from.month != 1 || f->from.day != 1 || f->to.month != 12 || f->to.day != 31);
}

FigureSpan figure_span(const Figure *f)
{
    enum { YEAR_DAYS = 366 };
    if (!dated(f))
        return SPAN_UNKNOWN;
    if (!figure_is_part(f))
        return f->from.year == f->to.year ? SPAN_YEAR : SPAN_YEARS;
    return date_days(f->to) - date_days(f->from) < YEAR_DAYS ? SPAN_PART : SPAN_YEARS;
}

static bool same_period(const Figure *x, const Figure *y)
{
    if (dated(x) != dated(y))
        return false;
    if (!dated(x))
        return str_eq(x->printed, y->printed);
    return date_cmp(x->from, y->from) == 0 && date_cmp(x->to, y->to) == 0;
}

/* Whether the periods share a day; without dates, whether the same text was printed. */
static bool figure_meets(const Figure *x, const Figure *y)
{
    if (!dated(x) || !dated(y))
        return !str_empty(x->printed) && same_period(x, y);
    return date_cmp(x->from, y->to) <= 0 && date_cmp(y->from, x->to) <= 0;
}

static bool encloses(const Figure *outer, const Figure *inner)
{
    return dated(outer) && dated(inner) && date_cmp(outer->from, inner->from) <= 0 &&
           date_cmp(inner->to, outer->to) <= 0;
}

/* ---- dimensions ---- */

static bool says_total(Str word)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        Str want = tr((Lang)lang, M_FIGURE_TOTAL_WORD);
        bool same = word.len == want.len;
        for (size_t i = 0; same && i < word.len; i++) {
            char c = word.ptr[i];
            same = (c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) == want.ptr[i];
        }
        if (same)
            return true;
    }
    return false;
}

/* The dimension without its word for a total. */
static Str without_total(Arena *a, Str dimension)
{
    Buf b = buf_new(a, dimension.len + 1);
    Str word;
    while (str_word(&dimension, &word)) {
        if (says_total(word))
            continue;
        buf_join(&b, " ", word);
    }
    return buf_str(&b);
}

/* Whether the dimension says that the figure is a total of others. */
static bool figure_is_total(const Figure *f)
{
    Str rest = f->dimension, word;
    while (str_word(&rest, &word))
        if (says_total(word))
            return true;
    return false;
}

/* ---- two figures ---- */

bool figure_overlaps(const Figure *x, const Figure *y)
{
    return str_eq(x->series, y->series) && str_eq(x->dimension, y->dimension) &&
           str_eq(x->place, y->place) && str_eq(x->source, y->source) && x->percent == y->percent &&
           figure_meets(x, y);
}

static bool other_source(const Figure *x, const Figure *y)
{
    bool units = str_eq(x->unit, y->unit) || x->unclear || y->unclear;
    return units && str_eq(x->series, y->series) && str_eq(x->place, y->place) &&
           !str_eq(x->source, y->source) && figure_is_total(x) == figure_is_total(y) &&
           figure_meets(x, y);
}

bool figure_counts_for(const Figure *percent, const Figure *count)
{
    return percent->percent && !count->percent && !count->unclear && count->valued &&
           str_eq(percent->dimension, count->dimension) && str_eq(percent->place, count->place) &&
           same_period(percent, count);
}

/* ---- judging ---- */

typedef struct Judge {
    Arena *arena;
    const Figure *items;
    size_t n;
    int64_t one; /* 1 at the scale of the values */
    Findings found;
} Judge;

static void tell(Judge *j, Finding f)
{
    *ARENA_PUSH(j->arena, j->found) = f;
}

static void judge_pairs(Judge *j, FindingKind kind, bool (*differ)(const Figure *, const Figure *))
{
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = i + 1; k < j->n; k++)
            if (differ(&j->items[i], &j->items[k]))
                tell(j, (Finding){.kind = kind, .a = i, .b = k});
}

/* ---- stated totals ---- */

typedef enum PartsOf { PARTS_SAME_PERIOD, PARTS_WITHIN } PartsOf;

static bool place_within(Str place, Str of)
{
    if (str_empty(of) || str_eq(place, of))
        return true;
    return str_starts(place, of) && place.len > of.len && place.ptr[of.len] == '.';
}

static bool part_of(const Figure *total, const Figure *f, PartsOf how)
{
    bool time = how == PARTS_SAME_PERIOD ? same_period(total, f) : encloses(total, f);
    return time && f->valued && !f->percent && str_eq(total->series, f->series) &&
           str_eq(total->unit, f->unit) && place_within(f->place, total->place) &&
           !figure_is_total(f);
}

/* Narrows the parts to those for which `keep` holds, when there are any. */
static void prefer(const Judge *j, bool *part, const Figure *total, Str dimension,
                   bool (*keep)(const Figure *total, const Figure *f, Str dimension))
{
    bool any = false;
    for (size_t i = 0; i < j->n; i++)
        any |= part[i] && keep(total, &j->items[i], dimension);
    for (size_t i = 0; any && i < j->n; i++)
        part[i] = part[i] && keep(total, &j->items[i], dimension);
}

static bool same_dimension(const Figure *total, const Figure *f, Str dimension)
{
    (void)total;
    return str_eq(f->dimension, dimension);
}

static bool same_source(const Figure *total, const Figure *f, Str dimension)
{
    (void)dimension;
    return str_eq(total->source, f->source);
}

/* Parts of the same period if there are any, else of periods within: a total over years. */
static size_t find_parts(const Judge *j, const Figure *total, bool *part)
{
    size_t n = 0;
    for (PartsOf how = PARTS_SAME_PERIOD; how <= PARTS_WITHIN && !n; how++)
        for (size_t i = 0; i < j->n; i++)
            n += part[i] = part_of(total, &j->items[i], how);
    return n;
}

static void judge_total(Judge *j, size_t at)
{
    const Figure *total = &j->items[at];
    int64_t sum = 0;
    if (!figure_is_total(total) || !total->valued || total->percent)
        return;
    bool *part = ARENA_ARRAY(j->arena, j->n, bool);
    Str dimension = without_total(j->arena, total->dimension);
    if (!find_parts(j, total, part))
        return;
    prefer(j, part, total, dimension, same_dimension);
    prefer(j, part, total, dimension, same_source);
    for (size_t i = 0; i < j->n; i++)
        sum += part[i] ? j->items[i].value : 0;
    if (sum != total->value)
        tell(j, (Finding){.kind = FINDING_TOTAL, .a = at, .b = at, .found = sum});
}

/* ---- percentages ---- */

/* Percentages that belong together: one series, place, period and source. */
static bool together(const Figure *x, const Figure *y)
{
    return x->percent && y->percent && x->valued && y->valued && !figure_is_total(x) &&
           !figure_is_total(y) && str_eq(x->series, y->series) && str_eq(x->place, y->place) &&
           str_eq(x->source, y->source) && same_period(x, y);
}

/* The smallest step the printed values show: 1, 0.1 or 0.01 and so on. */
static int64_t step_of(const Judge *j, const bool *group)
{
    int64_t step = j->one;
    for (size_t i = 0; i < j->n; i++)
        while (group[i] && step > 1 && j->items[i].value % step != 0)
            step /= 10;
    return step;
}

/* The count of a series for one percentage, or n. */
static size_t count_for(const Judge *j, const Figure *percent, Str series, Str unit)
{
    for (size_t i = 0; i < j->n; i++)
        if (figure_counts_for(percent, &j->items[i]) && str_eq(j->items[i].series, series) &&
            (str_empty(unit) || str_eq(j->items[i].unit, unit)))
            return i;
    return j->n;
}

/* A series whose counts stand beside every percentage of the group; their sum, or 0. */
static int64_t sum_of_counts(const Judge *j, const bool *group, const Figure *first)
{
    int64_t sum = 0;
    for (size_t i = 0; i < j->n; i++) {
        size_t count = group[i] ? count_for(j, &j->items[i], first->series, first->unit) : 0;
        if (count == j->n)
            return 0;
        sum += group[i] ? j->items[count].value : 0;
    }
    return sum;
}

static int64_t rounded(int64_t n, int64_t of)
{
    return (n * 2 + of) / (of * 2);
}

/* The sum of the counts that stand beside the whole group, or 0; *ret_beside is one of them. */
static int64_t whole_of(const Judge *j, const bool *group, size_t at, const Figure **ret_beside)
{
    int64_t whole = 0;
    for (size_t i = 0; i < j->n && !whole; i++)
        if (figure_counts_for(&j->items[at], &j->items[i])) {
            *ret_beside = &j->items[i];
            whole = sum_of_counts(j, group, *ret_beside);
        }
    return whole;
}

static void recalculate(Judge *j, const bool *group, size_t at)
{
    const Figure *beside = NULL;
    int64_t whole = whole_of(j, group, at, &beside), step = step_of(j, group);
    for (size_t i = 0; whole > 0 && i < j->n; i++) {
        if (!group[i])
            continue;
        size_t count = count_for(j, &j->items[i], beside->series, beside->unit);
        double share = (double)j->items[count].value / (double)whole * 100.0;
        int64_t found = (int64_t)(share * (double)j->one + 0.5);
        tell(j, (Finding){.kind = FINDING_PERCENT,
                          .a = i,
                          .b = count,
                          .found = found,
                          .whole = whole,
                          .differs = rounded(found, step) * step != j->items[i].value});
    }
}

/* Shares of one whole: said to be so by counts beside them, or because they nearly add up. */
static void check_sum(Judge *j, const bool *group, size_t at, size_t n)
{
    enum { NEAR = 10 };
    const Figure *beside;
    int64_t sum = 0, hundred = 100 * j->one;
    for (size_t i = 0; i < j->n; i++)
        sum += group[i] ? j->items[i].value : 0;
    int64_t off = sum > hundred ? sum - hundred : hundred - sum;
    bool shares = off <= NEAR * j->one || whole_of(j, group, at, &beside) > 0;
    if (shares && off * 2 > (int64_t)n * step_of(j, group))
        tell(j, (Finding){.kind = FINDING_PERCENT_SUM, .a = at, .b = at, .found = sum});
}

/* Every group of percentages once, with the first of them. */
static void judge_percent(Judge *j, size_t at, FindingKind kind)
{
    if (!j->items[at].percent)
        return;
    bool *group = ARENA_ARRAY(j->arena, j->n, bool);
    size_t n = 0;
    for (size_t i = 0; i < j->n; i++) {
        group[i] = together(&j->items[at], &j->items[i]);
        if (i < at && group[i])
            return;
        n += group[i];
    }
    if (n >= 2 && kind == FINDING_PERCENT_SUM)
        check_sum(j, group, at, n);
    else if (n >= 2)
        recalculate(j, group, at);
}

Findings figures_judge(Arena *a, const Figure *items, size_t n, int scale)
{
    Judge j = {.arena = a, .items = items, .n = n, .one = 1};
    while (scale-- > 0)
        j.one *= 10;
    for (size_t i = 0; i < n; i++)
        if (items[i].unclear)
            tell(&j, (Finding){.kind = FINDING_UNCLEAR, .a = i, .b = i});
    judge_pairs(&j, FINDING_OVERLAP, figure_overlaps);
    judge_pairs(&j, FINDING_SOURCES, other_source);
    for (size_t i = 0; i < n; i++)
        judge_total(&j, i);
    for (size_t i = 0; i < n; i++)
        judge_percent(&j, i, FINDING_PERCENT_SUM);
    for (size_t i = 0; i < n; i++)
        judge_percent(&j, i, FINDING_PERCENT);
    return j.found;
}
