#include "engine/chart.h"

#include "base/markup.h"
#include "base/utf8.h"

/* An empty drawing. */
static Chart chart_new(Arena *a, Str title, Str about, int width, int height)
{
    return (Chart){.arena = a, .title = title, .about = about, .width = width, .height = height};
}

static void add(Chart *c, Mark m)
{
    *ARENA_PUSH(c->arena, c->marks) = m;
}

static void chart_rect(Chart *c, const char *look, int x, int y, int w, int h)
{
    add(c, (Mark){.kind = MARK_RECT, .look = look, .x = x, .y = y, .w = w, .h = h});
}

/* A rectangle filled with a pattern of slanted lines. */
static void chart_hatch(Chart *c, const char *look, int x, int y, int w, int h)
{
    add(c, (Mark){.kind = MARK_HATCH, .look = look, .x = x, .y = y, .w = w, .h = h});
}

static void chart_line(Chart *c, const char *look, int x, int y, int w, int h)
{
    add(c, (Mark){.kind = MARK_LINE, .look = look, .x = x, .y = y, .w = w, .h = h});
}

static void chart_text(Chart *c, const char *look, MarkAnchor anchor, int x, int y, Str text)
{
    add(c, (Mark){.kind = MARK_TEXT, .look = look, .anchor = anchor, .x = x, .y = y, .text = text});
}

/* ---- SVG ---- */

static void put_mark(Buf *out, const Mark *m, Str id)
{
    static const char *const anchors[] = {
        [ANCHOR_START] = "start", [ANCHOR_MIDDLE] = "middle", [ANCHOR_END] = "end"};
    switch (m->kind) {
    case MARK_RECT:
        buf_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                   m->look, m->x, m->y, m->w, m->h);
        return;
    case MARK_HATCH:
        buf_printf(out,
                   "<rect class=\"%s\" fill=\"url(#%.*s-arsir)\" x=\"%d\" y=\"%d\" width=\"%d\" "
                   "height=\"%d\"/>",
                   m->look, STR_ARG(id), m->x, m->y, m->w, m->h);
        return;
    case MARK_LINE:
        buf_printf(out, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", m->look,
                   m->x, m->y, m->x + m->w, m->y + m->h);
        return;
    case MARK_TEXT:
        buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">", m->look, m->x,
                   m->y, anchors[m->anchor]);
        markup_escape(out, m->text);
        buf_lit(out, "</text>");
        return;
    }
    BUG("unknown mark");
}

void chart_svg(const Chart *c, Str id, Buf *out)
{
    bool hatched = false;
    for (size_t i = 0; i < c->marks.n; i++)
        hatched |= c->marks.items[i].kind == MARK_HATCH;
    buf_printf(out,
               "<svg class=\"grafik\" role=\"img\" viewBox=\"0 0 %d %d\" "
               "aria-labelledby=\"%.*s-nama %.*s-isi\"><title id=\"%.*s-nama\">",
               c->width, c->height, STR_ARG(id), STR_ARG(id), STR_ARG(id));
    markup_escape(out, c->title);
    buf_printf(out, "</title><desc id=\"%.*s-isi\">", STR_ARG(id));
    markup_escape(out, c->about);
    buf_lit(out, "</desc>");
    if (hatched)
        buf_printf(out,
                   "<defs><pattern id=\"%.*s-arsir\" width=\"6\" height=\"6\" "
                   "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                   "<rect class=\"g-dasar\" width=\"6\" height=\"6\"/>"
                   "<rect class=\"g-garis\" width=\"2\" height=\"6\"/></pattern></defs>",
                   STR_ARG(id));
    for (size_t i = 0; i < c->marks.n; i++)
        put_mark(out, &c->marks.items[i], id);
    buf_lit(out, "</svg>");
}

/* ---- bars ---- */

enum {
    WIDTH = 640,
    TOP = 48,
    ROW = 44,     /* label, bar, air */
    HEADING = 30, /* a heading line */
    BAR = 16,
    BAR_DOWN = 20,    /* from the top of a row to its bar */
    BASE = 14,        /* from the top of a row to the base line of its label */
    LABEL_CHARS = 72, /* what fits the width */
    VALUE_ROOM = 190, /* behind the longest bar, for its value */
};

/* The text, cut to what fits, with a sign that it was cut. */
static Str cut(Arena *a, Str s)
{
    size_t at = 0;
    if (utf8_count(s) <= LABEL_CHARS)
        return s;
    for (int i = 0; i < LABEL_CHARS - 1; i++)
        at += utf8_first(str_from(s, at));
    return str_printf(a, "%.*s…", STR_ARG(str_head(s, at)));
}

static int bar_length(int64_t n, int64_t max)
{
    if (n <= 0 || max <= 0)
        return 0;
    int length = (int)((double)n / (double)max * (WIDTH - VALUE_ROOM));
    return length < 2 ? 2 : length; /* what there is can be seen */
}

static void put_bar(Chart *c, const ChartBar *bar, int y, int64_t max)
{
    int length = bar_length(bar->n, max);
    chart_text(c, "g-label", ANCHOR_START, 0, y + BASE, cut(c->arena, bar->label));
    if (length && bar->hatched)
        chart_hatch(c, "g-arsir", 0, y + BAR_DOWN, length, BAR);
    else if (length)
        chart_rect(c, "g-batang", 0, y + BAR_DOWN, length, BAR);
    chart_text(c, "g-nilai", ANCHOR_START, length + (length ? 6 : 0), y + BAR_DOWN + BAR - 3,
               bar->value);
}

Chart chart_bars(Arena *a, Str title, Str unit, Str about, const ChartBar *bars, size_t n)
{
    int height = TOP, y = TOP;
    int64_t max = 0;
    for (size_t i = 0; i < n; i++) {
        height += bars[i].heading ? HEADING : ROW;
        max = bars[i].n > max ? bars[i].n : max;
    }
    Chart c = chart_new(a, title, about, WIDTH, height);
    chart_text(&c, "g-judul", ANCHOR_START, 0, BASE, cut(a, title));
    chart_text(&c, "g-nilai", ANCHOR_START, 0, BASE + 20, cut(a, unit));
    for (size_t i = 0; i < n; i++) {
        if (bars[i].heading) {
            chart_line(&c, "g-sumbu", 0, y + 2, WIDTH, 0);
            chart_text(&c, "g-bagian", ANCHOR_START, 0, y + HEADING - 10, cut(a, bars[i].label));
        } else {
            put_bar(&c, &bars[i], y, max);
        }
        y += bars[i].heading ? HEADING : ROW;
    }
    return c;
}
