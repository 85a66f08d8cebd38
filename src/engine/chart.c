#include "engine/chart.h"

#include "base/markup.h"
#include "base/utf8.h"

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

static void put_text(Buf *out, const char *look, int x, int y, Str text)
{
    buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"start\">", look, x, y);
    markup_escape(out, text);
    buf_lit(out, "</text>");
}

static void put_bar(Buf *out, const Chart *c, const ChartBar *bar, int y, int64_t max)
{
    int length = bar_length(bar->n, max);
    put_text(out, "g-label", 0, y + BASE, cut(out->arena, bar->label));
    if (length && bar->hatched)
        buf_printf(out, "<rect class=\"g-arsir\" fill=\"url(#%.*s-arsir)\"", STR_ARG(c->id));
    else if (length)
        buf_lit(out, "<rect class=\"g-batang\"");
    if (length)
        buf_printf(out, " x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>", y + BAR_DOWN, length,
                   BAR);
    put_text(out, "g-nilai", length + (length ? 6 : 0), y + BAR_DOWN + BAR - 3, bar->value);
}

/* What stands before the marks: names for who does not see them, and the pattern of slanted lines
 * that fills a hatched bar. */
static void put_head(Buf *out, const Chart *c, int height, bool hatched)
{
    buf_printf(out,
               "<svg class=\"grafik\" role=\"img\" viewBox=\"0 0 %d %d\" "
               "aria-labelledby=\"%.*s-nama %.*s-isi\"><title id=\"%.*s-nama\">",
               WIDTH, height, STR_ARG(c->id), STR_ARG(c->id), STR_ARG(c->id));
    markup_escape(out, c->title);
    buf_printf(out, "</title><desc id=\"%.*s-isi\">", STR_ARG(c->id));
    markup_escape(out, c->about);
    buf_lit(out, "</desc>");
    if (hatched)
        buf_printf(out,
                   "<defs><pattern id=\"%.*s-arsir\" width=\"6\" height=\"6\" "
                   "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                   "<rect class=\"g-dasar\" width=\"6\" height=\"6\"/>"
                   "<rect class=\"g-garis\" width=\"2\" height=\"6\"/></pattern></defs>",
                   STR_ARG(c->id));
}

void chart_svg(const Chart *c, Buf *out)
{
    int height = TOP, y = TOP;
    int64_t max = 0;
    bool hatched = false;
    for (size_t i = 0; i < c->n; i++) {
        height += c->bars[i].heading ? HEADING : ROW;
        max = c->bars[i].n > max ? c->bars[i].n : max;
        hatched |= c->bars[i].hatched && c->bars[i].n > 0;
    }
    put_head(out, c, height, hatched);
    put_text(out, "g-judul", 0, BASE, cut(out->arena, c->title));
    put_text(out, "g-nilai", 0, BASE + 20, cut(out->arena, c->unit));
    for (size_t i = 0; i < c->n; i++) {
        const ChartBar *bar = &c->bars[i];
        if (bar->heading) {
            buf_printf(out, "<line class=\"g-sumbu\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                       y + 2, WIDTH, y + 2);
            put_text(out, "g-bagian", 0, y + HEADING - 10, cut(out->arena, bar->label));
        } else {
            put_bar(out, c, bar, y, max);
        }
        y += bar->heading ? HEADING : ROW;
    }
    buf_lit(out, "</svg>");
}
