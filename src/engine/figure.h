/* Judging published figures: what somebody who puts them side by side must be told. Pure: knows an
 * array of figures, no database and no register. Figures are never added up here, save to check a
 * stated total and to recalculate percentages. */
#pragma once

#include "base/date.h"

/* `padanan` of a unit's code says what is special about it. */
#define FIGURE_UNIT_PERCENT "unit:percent"
#define FIGURE_UNIT_UNCLEAR "unit:unclear"

typedef enum FigureSpan {
    SPAN_YEAR,    /* one whole calendar year */
    SPAN_PART,    /* less: never compared with a whole one */
    SPAN_YEARS,   /* longer than a year */
    SPAN_UNKNOWN, /* the source gives no dates */
} FigureSpan;

typedef struct Figure {
    Str uid, series, dimension, place, unit, source;
    Str printed, note; /* period as printed */
    bool valued;
    int64_t value; /* times ten to the power of the scale */
    Date from, to; /* full dates; year 0 when not known */
    bool percent, unclear, doubt;
} Figure;

typedef enum FindingKind {
    FINDING_UNCLEAR,     /* a: unit unclear */
    FINDING_OVERLAP,     /* a, b: periods of one dimension, place and source overlap */
    FINDING_SOURCES,     /* a, b: two sources about the same time */
    FINDING_TOTAL,       /* a: a stated total; `found`: what its parts add up to */
    FINDING_PERCENT_SUM, /* a: one of some percentages; `found`: what they add up to, not 100 */
    FINDING_PERCENT, /* a: a percentage; b: its count; `found`: recalculated; `whole`: of what */
} FindingKind;

typedef struct Finding {
    FindingKind kind;
    size_t a, b; /* indexes into the figures */
    int64_t found, whole;
    bool differs; /* FINDING_PERCENT: from what was printed */
} Finding;

typedef ARENA_LIST(Finding) Findings;

FigureSpan figure_span(const Figure *f);
/* Whether the period is known and is not made of whole calendar years. */
bool figure_is_part(const Figure *f);
/* Whether one figure would be counted twice by adding the two: same series, dimension, place and
 * source, and periods that meet. */
bool figure_overlaps(const Figure *x, const Figure *y);
/* Whether `count` may be what the percentage was calculated from: same dimension, place, period. */
bool figure_counts_for(const Figure *percent, const Figure *count);
/* Everything worth telling, in the order of `kind`. `scale`: decimals of the values. */
Findings figures_judge(Arena *a, const Figure *items, size_t n, int scale);
