/* Series of published figures: what there is, and one series with everything a reader must be told
 * before using it. Figures are shown beside each other and never added up. */
#include "base/number.h"
#include "engine/chart.h"
#include "engine/figure_read.h"
#include "web/page.h"

static const Field *series_field(const Req *req)
{
    const Field *f = role_field(req->model, FIELD_ROLE_FIGURE_SERIES);
    return f && req_may(req, f->reg, VERB_LIST) ? f : NULL;
}

static void table_open(Req *req, Html *h, Str caption, const Msg *heads, size_t n)
{
    page_scroll_open(h, req_say(req, M_TABLE_REGION, caption)); /* unlike the chart's */
    h_open(h, "table");
    h_element(h, "caption", caption);
    page_table_head(req, h, heads, n);
    h_open(h, "tbody");
}

/* ---- one figure in words ---- */

static Str unit_words(Req *req, const Figure *f)
{
    const Field *unit = role_field(req->model, FIELD_ROLE_FIGURE_UNIT);
    if (f->unclear || !unit || str_empty(f->unit))
        return req_tr(req, M_SERIES_UNCLEAR);
    return str_lower(req->arena, code_label(unit->codes, req->lang, f->unit));
}

static Str number_words(Req *req, const Figure *f, int64_t n)
{
    return str_printf(req->arena, f->unclear ? "%.*s (%.*s)" : "%.*s %.*s",
                      STR_ARG(number_format(req->arena, req->lang, n, figures_scale(req->model))),
                      STR_ARG(unit_words(req, f)));
}

static Str value_words(Req *req, const Figure *f)
{
    return f->valued ? number_words(req, f, f->value) : req_tr(req, M_SERIES_NOT_KNOWN);
}

static Str period_words(Req *req, const Figure *f)
{
    if (!str_empty(f->printed))
        return f->printed;
    if (!f->from.year)
        return req_tr(req, M_SERIES_NO_DATES);
    return str_printf(req->arena, "%.*s – %.*s",
                      STR_ARG(date_short(req->arena, req->lang, f->from)),
                      STR_ARG(date_short(req->arena, req->lang, f->to)));
}

/* "Maumere, 2017: 3 pemohon, Naskah 002". */
static Str figure_words(Req *req, const Figure *f, bool source)
{
    return str_printf(req->arena, "%.*s%s%.*s: %.*s%s%.*s", STR_ARG(f->dimension),
                      str_empty(f->dimension) ? "" : ", ", STR_ARG(period_words(req, f)),
                      STR_ARG(value_words(req, f)), source ? ", " : "",
                      STR_ARG(source ? f->source : STR_NONE));
}

static Str place_words(Req *req, const Figure *f)
{
    return str_empty(f->place) ? req_tr(req, M_SERIES_NO_PLACE)
                               : place_label(req->model, req->arena, f->place);
}

/* ---- warnings ---- */

static Str finding_words(Req *req, const Figures *all, const Finding *f)
{
    Arena *a = req->arena;
    const Figure *x = &all->items[f->a], *y = &all->items[f->b];
    switch (f->kind) {
    case FINDING_UNCLEAR:
        return req_say(req, M_FINDING_UNCLEAR, figure_words(req, x, false));
    case FINDING_OVERLAP:
        return req_say(req, M_FINDING_OVERLAP, figure_words(req, x, true),
                       figure_words(req, y, true));
    case FINDING_SOURCES:
        return req_say(req, M_FINDING_SOURCES, figure_words(req, x, true),
                       figure_words(req, y, true));
    case FINDING_TOTAL:
        return req_say(req, M_FINDING_TOTAL, figure_words(req, x, false),
                       number_words(req, x, f->found));
    case FINDING_PERCENT_SUM:
        return req_say(req, M_FINDING_PERCENT_SUM, period_words(req, x),
                       number_format(a, req->lang, f->found, figures_scale(req->model)));
    case FINDING_PERCENT:
        return req_say(req, M_FINDING_PERCENT, figure_words(req, x, false),
                       req_say(req, M_FINDING_SHARE, number_words(req, x, f->found),
                               number_format(a, req->lang, y->value, figures_scale(req->model)),
                               number_words(req, y, f->whole)));
    }
    BUG("unknown finding");
}

static bool worth_telling(const Figures *all, const Finding *f)
{
    return f->a < all->beside && (f->kind != FINDING_PERCENT || f->differs);
}

static void warnings(Req *req, Html *h, const Figures *all, const Findings *found)
{
    bool any = false;
    for (size_t i = 0; i < found->n; i++)
        any |= worth_telling(all, &found->items[i]);
    if (!any)
        return;
    page_section(h, "kabar awas", req_tr(req, M_SERIES_WARNINGS));
    h_open(h, "ul");
    for (size_t i = 0; i < found->n; i++)
        if (worth_telling(all, &found->items[i]))
            h_element(h, "li", finding_words(req, all, &found->items[i]));
    h_close(h);
    h_close(h);
}

/* ---- the figures of one unit ---- */

typedef struct Group {
    const Figures *all;
    const Findings *found;
    size_t first, end;
} Group;

static const Finding *recalculated(const Group *g, size_t at)
{
    for (size_t i = 0; i < g->found->n; i++)
        if (g->found->items[i].kind == FINDING_PERCENT && g->found->items[i].a == at)
            return &g->found->items[i];
    return NULL;
}

static Str bar_value(Req *req, const Figure *f)
{
    Str value = value_words(req, f);
    return f->doubt ? str_printf(req->arena, "%.*s (%.*s)", STR_ARG(value),
                                 STR_ARG(str_lower(req->arena, req_tr(req, M_SERIES_DOUBT))))
                    : value;
}

/* "2016, legal", with the place where the group has several. */
static Str bar_label(Req *req, const Group *g, const Figure *f)
{
    Str words = str_printf(req->arena, "%.*s%s%.*s", STR_ARG(period_words(req, f)),
                           str_empty(f->dimension) ? "" : ", ", STR_ARG(f->dimension));
    if (str_eq(g->all->items[g->first].place, g->all->items[g->end - 1].place))
        return words;
    return str_printf(req->arena, "%.*s, %.*s", STR_ARG(words), STR_ARG(place_words(req, f)));
}

/* Whole years, part years, several years and unknown periods stand apart, so that no bar is read
 * against one of another kind. */
static size_t make_bars(Req *req, const Group *g, ChartBar *bars)
{
    static const Msg heads[] = {[SPAN_YEAR] = M_SERIES_SPAN_YEAR,
                                [SPAN_PART] = M_SERIES_SPAN_PART,
                                [SPAN_YEARS] = M_SERIES_SPAN_YEARS,
                                [SPAN_UNKNOWN] = M_SERIES_SPAN_UNKNOWN};
    size_t n = 0;
    for (FigureSpan span = SPAN_YEAR; span <= SPAN_UNKNOWN; span++) {
        bool begun = false;
        for (size_t i = g->first; i < g->end; i++) {
            const Figure *f = &g->all->items[i];
            if (figure_span(f) != span || !f->valued)
                continue;
            if (!begun)
                bars[n++] = (ChartBar){.label = req_tr(req, heads[span]), .heading = true};
            begun = true;
            ChartBar bar = {.label = bar_label(req, g, f),
                            .value = bar_value(req, f),
                            .n = f->value,
                            .hatched = figure_is_part(f)};
            bars[n++] = bar;
        }
    }
    return n;
}

static void chart(Req *req, Html *h, const Group *g, Str title)
{
    const Figure *first = &g->all->items[g->first];
    size_t n = g->end - g->first;
    if (first->unclear) {
        h_element(h, "p", req_tr(req, M_SERIES_NO_CHART));
        return;
    }
    if (n < 2)
        return;
    if (n > CHART_BARS_MAX) {
        h_element(h, "p", req_tr(req, M_TABLE_TOO_MANY_BARS));
        return;
    }
    ChartBar *bars = ARENA_ARRAY(req->arena, n + SPAN_UNKNOWN + 1, ChartBar);
    n = make_bars(req, g, bars);
    page_chart(req, h,
               &(Chart){.id = str_printf(req->arena, "grafik-%zu", g->first),
                        .title = title,
                        .unit = req_say(req, M_TABLE_UNIT, unit_words(req, first)),
                        .about = req_say(req, M_SERIES_CHART, unit_words(req, first)),
                        .bars = bars,
                        .n = n});
}

static void period_cell(Req *req, Html *h, const Figure *f)
{
    h_open(h, "td");
    h_text(h, period_words(req, f));
    if (figure_is_part(f)) {
        h_lit(h, " ");
        h_element_as(h, "span", "lencana", req_tr(req, M_SERIES_PART));
    }
    h_close(h);
}

static void figure_row(Req *req, Html *h, const Group *g, size_t at, bool percent)
{
    const Figure *f = &g->all->items[at];
    const Finding *again = percent ? recalculated(g, at) : NULL;
    const Register *reg = role_reg(req->model, REG_ROLE_FIGURE);
    h_open(h, "tr");
    page_row_link(h, url_record(req, reg, f->uid, ""),
                  str_empty(f->dimension) ? period_words(req, f) : f->dimension);
    h_element(h, "td", place_words(req, f));
    period_cell(req, h, f);
    h_element_as(h, "td", "angka", value_words(req, f));
    if (percent)
        h_element_as(h, "td", "angka", again ? number_words(req, f, again->found) : S("–"));
    h_element(h, "td", f->source);
    h_open(h, "td");
    if (f->doubt)
        h_element_as(h, "span", "lencana bahaya", req_tr(req, M_SERIES_DOUBT));
    h_close(h);
    h_element(h, "td", f->note);
    h_close(h);
}

static void group(Req *req, Html *h, const Group *g, Str title)
{
    const Figure *first = &g->all->items[g->first];
    Str unit = req_say(req, M_TABLE_UNIT, unit_words(req, first));
    Str caption = str_printf(req->arena, "%.*s. %.*s", STR_ARG(title), STR_ARG(unit));
    Msg heads[8] = {M_SERIES_DIMENSION, M_SERIES_PLACE, M_SERIES_SPAN, M_SERIES_VALUE};
    bool percent = false;
    size_t n = 4;
    for (size_t i = g->first; i < g->end; i++)
        percent |= recalculated(g, i) != NULL;
    if (percent)
        heads[n++] = M_SERIES_RECALC;
    heads[n++] = M_SERIES_SOURCE;
    heads[n++] = M_SERIES_DOUBT;
    heads[n++] = M_SERIES_NOTE;
    h_element(h, "h2", unit);
    chart(req, h, g, caption);
    table_open(req, h, caption, heads, n);
    for (size_t i = g->first; i < g->end; i++)
        figure_row(req, h, g, i, percent);
    page_table_end(h);
}

static bool same_unit(const Figure *x, const Figure *y)
{
    return str_eq(x->unit, y->unit);
}

Err page_series(Req *req)
{
    const Field *f = series_field(req);
    const Code *code = f ? code_find(f->codes, req->name) : NULL;
    Figures all;
    if (!f)
        return role_reg(req->model, REG_ROLE_FIGURE) ? E_DENIED : E_NOT_FOUND;
    if (!code)
        return E_NOT_FOUND;
    TRY(figures_of_series(&req->reader, req->name, &all));
    Findings found = figures_judge(req->arena, all.items, all.n, figures_scale(req->model));
    Crumb up[] = {{req_tr(req, M_TABLES), S("/tabel")}, {req_tr(req, M_SERIES), S("/seri")}};
    Html *h = page_begin(req, req_label(req, &code->label), up, 2);
    if (all.capped)
        page_notice(h, "awas", req_say(req, M_SERIES_CAPPED, req_count(req, (int64_t)all.beside)));
    if (!all.beside)
        page_notice(h, "info", req_tr(req, M_SERIES_EMPTY));
    warnings(req, h, &all, &found);
    for (size_t i = 0, end; i < all.beside; i = end) {
        for (end = i + 1; end < all.beside && same_unit(&all.items[i], &all.items[end]);)
            end++;
        group(req, h, &(Group){.all = &all, .found = &found, .first = i, .end = end},
              req_label(req, &code->label));
    }
    return page_end(req, h);
}

/* ---- all series ---- */

typedef struct Sum {
    size_t n, undated;
    int first, last; /* years */
    Str units;
} Sum;

static Sum sum_of(Req *req, const Figures *all, Str series)
{
    Sum s = {.units = S("")};
    for (size_t i = 0; i < all->n; i++) {
        const Figure *f = &all->items[i];
        if (!str_eq(f->series, series))
            continue;
        s.n++;
        s.undated += figure_span(f) == SPAN_UNKNOWN;
        if (f->from.year && (!s.first || f->from.year < s.first))
            s.first = f->from.year;
        s.last = f->to.year > s.last ? f->to.year : s.last;
        Str unit = unit_words(req, f);
        if (!str_contains(s.units, unit))
            s.units = str_printf(req->arena, "%.*s%s%.*s", STR_ARG(s.units),
                                 s.units.len ? ", " : "", STR_ARG(unit));
    }
    return s;
}

static Str span_words(Req *req, const Sum *s)
{
    Buf b = buf_new(req->arena, 64);
    if (s->first)
        buf_printf(&b, s->first == s->last ? "%d" : "%d – %d", s->first, s->last);
    if (s->undated)
        buf_printf(&b, "%s%.*s: %zu", b.len ? "; " : "", STR_ARG(req_tr(req, M_SERIES_NO_DATES)),
                   s->undated);
    return buf_str(&b);
}

Err page_all_series(Req *req)
{
    static const Msg heads[] = {M_SERIES_NAME, M_SERIES_ROWS, M_SERIES_SPAN, M_SERIES_UNITS};
    const Field *f = series_field(req);
    Figures all;
    if (!f)
        return role_reg(req->model, REG_ROLE_FIGURE) ? E_DENIED : E_NOT_FOUND;
    TRY(figures_all(&req->reader, &all));
    Crumb up = {req_tr(req, M_TABLES), S("/tabel")};
    Html *h = page_begin(req, req_tr(req, M_SERIES), &up, 1);
    h_element(h, "p", req_tr(req, M_SERIES_HINT));
    table_open(req, h, req_tr(req, M_SERIES), heads, COUNT(heads));
    CodeRows rows = code_rows(f->codes);
    for (size_t i = 0; i < rows.n; i++) {
        const Code *code = &rows.items[i];
        Sum s = sum_of(req, &all, code->code);
        if (!s.n)
            continue;
        h_open(h, "tr");
        page_row_link(h, str_printf(req->arena, "/seri/%.*s", STR_ARG(code->code)),
                      req_label(req, &code->label));
        h_class(h, "td", "angka");
        h_int(h, (int64_t)s.n);
        h_close(h);
        h_element(h, "td", span_words(req, &s));
        h_element(h, "td", s.units);
        h_close(h);
    }
    page_table_end(h);
    return page_end(req, h);
}
