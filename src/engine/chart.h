/* Charts as one list of drawing primitives, with one back end so far: SVG without any style of its
 * own (classes only), which carries its title and its description. A chart never stands without the
 * table it was drawn from, and its numbers come as texts with their unit. */
#pragma once

#include "base/str.h"

typedef enum MarkKind { MARK_RECT, MARK_HATCH, MARK_LINE, MARK_TEXT } MarkKind;
typedef enum MarkAnchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } MarkAnchor;

typedef struct Mark {
    MarkKind kind;
    int x, y;          /* of a text: its base line */
    int w, h;          /* of a line: to (x + w, y + h) */
    MarkAnchor anchor; /* of a text */
    const char *look;  /* class name */
    Str text;
} Mark;

typedef struct Chart {
    Arena *arena;
    Str title, about; /* what a reader is told who does not see it */
    int width, height;
    ARENA_LIST(Mark) marks;
} Chart;

/* The drawing as one <svg> element; `id` is unique on its page. */
void chart_svg(const Chart *c, Str id, Buf *out);

/* One bar, or a heading line between bars. */
typedef struct ChartBar {
    Str label;
    Str value; /* as people read it, with its unit */
    int64_t n; /* length; 0 draws no bar */
    bool heading, hatched;
} ChartBar;

enum { CHART_BARS_MAX = 60 };
/* Horizontal bars on one scale, each under its label with its value behind it; `unit` is a line of
 * its own under the title. */
Chart chart_bars(Arena *a, Str title, Str unit, Str about, const ChartBar *bars, size_t n);
