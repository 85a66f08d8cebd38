#include "identity/match_report.h"

#include "base/markup.h"

#include <math.h>

enum {
    SHOWN_PAIRS = 30,
    CURVE_RECORDS = 100000,
    CURVE_STEPS = 40,
    CURVE_WIDTH = 600,
    CURVE_HEIGHT = 160,
    BITS_SHOWN = 40
};

static void put_head(const MatchReport *r, Msg title, Buf *to)
{
    buf_lit(to, "<h2>");
    markup_escape(to, tr(r->lang, title));
    buf_lit(to, "</h2>\n");
}

static void put_columns(const MatchReport *r, Msg columns, Buf *to)
{
    Str rest = tr(r->lang, columns), cell;
    buf_lit(to, "<table><thead><tr>");
    while (str_cut(&rest, '|', &cell)) {
        buf_lit(to, "<th scope=\"col\">");
        markup_escape(to, str_trim(cell));
        buf_lit(to, "</th>");
    }
    buf_lit(to, "</tr></thead><tbody>\n");
}

/* A bar from the middle: to the right for, to the left against. */
static void put_bar(double bits, Buf *to)
{
    double length = fmin(fabs(bits), 20) * 5;
    buf_printf(to,
               "<td><svg viewBox=\"0 0 200 12\" width=\"200\" height=\"12\" "
               "aria-hidden=\"true\"><rect x=\"%.1f\" y=\"1\" "
               "width=\"%.1f\" height=\"10\" class=\"%s\"/></svg></td>",
               bits < 0 ? 100 - length : 100, length, bits < 0 ? "against" : "for");
}

static void put_weights(const MatchReport *r, Buf *to)
{
    const MatchBook *book = r->comparer->book;
    put_head(r, M_MATCH_REPORT_WEIGHTS, to);
    put_columns(r, M_MATCH_REPORT_WEIGHT_COLUMNS, to);
    for (size_t k = 0; k < book->comparison_count; k++) {
        const Comparison *c = &book->comparisons[k];
        for (unsigned v = 1; v < compare_levels(c->kind); v++) {
            double m = r->model->m[CLASS_SAME][k][v], bits = r->model->bits[CLASS_SAME][k][v];
            if (m < 0.0005 && r->model->u[k][v] < 0.0005)
                continue;
            buf_lit(to, "<tr><td>");
            markup_escape(to, c->name);
            buf_lit(to, "</td><td>");
            markup_escape(to, compare_level_name(c->kind, v));
            buf_printf(to, "</td><td>%.4f</td><td>%.6f</td><td>%+.2f</td>", m, r->model->u[k][v],
                       bits);
            put_bar(bits, to);
            buf_lit(to, "</tr>\n");
        }
    }
    buf_lit(to, "</tbody></table>\n");
}

/* A record that does not reach a weight even against itself can never be linked at it. Of large
 * books one record in so many tells it. */
static void put_curve(const MatchReport *r, Buf *to)
{
    const MatchBook *book = r->comparer->book;
    uint32_t below[CURVE_STEPS + 1] = {0};
    const uint32_t step = book->n / CURVE_RECORDS + 1, n = (book->n + step - 1) / step;
    for (uint32_t i = 0; i < book->n; i += step) {
        Compared pair;
        match_compare(r->comparer, match_row(book, i), match_row(book, i), &pair);
        double w = match_weight(r->model, &pair, book->comparison_count);
        for (int s = 0; s <= CURVE_STEPS; s++)
            below[s] += w < (double)(s * BITS_SHOWN) / CURVE_STEPS;
    }
    put_head(r, M_MATCH_REPORT_UNLINKABLE, to);
    buf_printf(to, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><polyline points=\"", CURVE_WIDTH,
               CURVE_HEIGHT);
    for (int s = 0; s <= CURVE_STEPS; s++)
        buf_printf(to, "%d,%.1f ", s * CURVE_WIDTH / CURVE_STEPS,
                   CURVE_HEIGHT * (1 - below[s] / fmax(n, 1)));
    buf_lit(to, "\"/></svg>\n");
    put_columns(r, M_MATCH_REPORT_CURVE_COLUMNS, to);
    for (int s = 0; s <= CURVE_STEPS; s += 5)
        buf_printf(to, "<tr><td>%d</td><td>%u</td><td>%.1f %%</td></tr>\n",
                   s * BITS_SHOWN / CURVE_STEPS, below[s], 100.0 * below[s] / n);
    buf_lit(to, "</tbody></table>\n");
}

static void put_passes(const MatchReport *r, Buf *to)
{
    put_head(r, M_MATCH_REPORT_PASSES, to);
    put_columns(r, M_MATCH_REPORT_PASS_COLUMNS, to);
    for (size_t p = 0; p < r->blocks->pass_count; p++) {
        const BlockPass *s = &r->blocks->passes[p];
        buf_printf(to,
                   "<tr><td>%s</td><td>%u</td><td>%u</td><td>%llu</td><td>%llu</td>"
                   "<td>%llu</td></tr>\n",
                   s->name, s->blocks, s->split, (unsigned long long)s->pairs,
                   (unsigned long long)r->edges->owned[p], (unsigned long long)s->lost);
    }
    buf_lit(to, "</tbody></table>\n");
}

static void put_part(Buf *to, Str what, Str level, double bits)
{
    buf_lit(to, "<tr><td>");
    markup_escape(to, what);
    buf_lit(to, "</td><td>");
    markup_escape(to, level);
    buf_printf(to, "</td><td>%+.4f</td>", bits);
    put_bar(bits, to);
    buf_lit(to, "</tr>\n");
}

static void put_pair(Arena *a, const MatchReport *r, const MatchEdge *e, Buf *to)
{
    const MatchBook *book = r->comparer->book;
    size_t n = book->comparison_count;
    Compared pair;
    match_compare(r->comparer, match_row(book, e->a), match_row(book, e->b), &pair);
    MatchParts p = match_parts(r->model, &pair, n);
    buf_lit(to, "<h3>");
    markup_escape(to, book->ids[e->a]);
    buf_lit(to, " = ");
    markup_escape(to, book->ids[e->b]);
    buf_lit(to, "?</h3>\n");
    put_columns(r, M_MATCH_REPORT_PAIR_COLUMNS, to);
    put_part(to, tr(r->lang, M_MATCH_REPORT_PRIOR), STR_NONE, p.prior);
    for (size_t k = 0; k < n; k++) {
        const Comparison *c = &book->comparisons[k];
        Str level = compare_level_name(c->kind, pattern_level(pair.pattern, k));
        put_part(to, c->name, level, p.level[k]);
        if (p.rare[k] != 0)
            put_part(to, c->name, tr(r->lang, M_MATCH_REPORT_RARE), p.rare[k]);
    }
    put_part(to, tr(r->lang, M_MATCH_REPORT_FORGED), STR_NONE, p.forged);
    put_part(to, tr(r->lang, M_MATCH_REPORT_KIN), STR_NONE, p.kin);
    buf_lit(to, "</tbody><tfoot>");
    put_part(to, tr(r->lang, M_MATCH_REPORT_SUM),
             str_printf(a, "p = %.6f", match_probability(p.weight)), p.weight);
    buf_lit(to, "</tfoot></table>\n");
}

/* Evenly over all pairs that were found, so that doubtful ones are among them. */
static void put_pairs(Arena *a, const MatchReport *r, Buf *to)
{
    size_t step = r->edges->n / SHOWN_PAIRS + 1;
    put_head(r, M_MATCH_REPORT_PAIRS, to);
    for (size_t i = 0; i < r->edges->n; i += step)
        put_pair(a, r, &r->edges->items[i], to);
}

void match_report_write(Arena *a, const MatchReport *r, Buf *to)
{
    buf_printf(to, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">",
               lang_code(r->lang));
    buf_lit(to, "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    markup_escape(to, tr(r->lang, M_MATCH_REPORT_TITLE));
    buf_lit(to,
            "</title>\n<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;"
            "padding:0 1rem;overflow-wrap:anywhere}table{border-collapse:collapse;margin:.5rem 0 "
            "1.5rem}td,th{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid "
            "#ccc;font-variant-numeric:tabular-nums}.for{fill:#1a6b3c}.against{fill:#a33}"
            "polyline{fill:none;stroke:#1a4f8b;stroke-width:2}svg[role]{width:100%;height:auto;"
            "border:1px solid #ccc}tfoot td{font-weight:bold}td,th{overflow-wrap:normal}@media(max-"
            "width:40rem){table{display:block;overflow-x:auto;font-size:.8rem}td,th{padding-right:"
            ".4rem}td svg{width:5rem}}</style></head><body>\n<h1>");
    markup_escape(to, tr(r->lang, M_MATCH_REPORT_TITLE));
    buf_lit(to, "</h1>\n<p>");
    markup_escape(to, tr_args(a, r->lang, M_MATCH_DONE, str_int(a, r->comparer->book->n),
                              str_int(a, (int64_t)r->edges->compared),
                              str_int(a, (int64_t)r->clusters->persons)));
    buf_lit(to, "</p>\n");
    put_weights(r, to);
    put_curve(r, to);
    put_passes(r, to);
    put_pairs(a, r, to);
    buf_lit(to, "</body></html>\n");
}
