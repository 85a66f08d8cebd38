/* A chart of bars as SVG without any style of its own (classes only), which carries its title and
 * its description. It never stands without the table it was drawn from, and its numbers come as
 * texts with their unit. */
#pragma once

#include "base/str.h"

/* One bar, or a heading line between bars. */
typedef struct ChartBar {
    Str label;
    Str value; /* as people read it, with its unit */
    int64_t n; /* length; 0 draws no bar */
    bool heading, hatched;
} ChartBar;

enum { CHART_BARS_MAX = 60 };
/* Horizontal bars on one scale, each under its label with its value behind it. */
typedef struct Chart {
    Str id; /* unique on its page */
    Str title;
    Str unit;  /* a line of its own under the title */
    Str about; /* what a reader is told who does not see it */
    const ChartBar *bars;
    size_t n;
} Chart;

/* The drawing as one <svg> element. */
void chart_svg(const Chart *c, Buf *out);
