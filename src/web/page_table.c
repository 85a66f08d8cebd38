/* Tables of figures: the choice of period, dimensions and audience, and the counted table on
 * screen, as CSV and as XLSX with the same numbers. */
#include "engine/chart.h"
#include "engine/release_db.h"
#include "engine/table.h"
#include "intake/table_book.h"
#include "web/page.h"
#include "web/widget.h"

/* The half-year that runs, or the newest that was released for the audience. */
static Err default_period(Req *req, Audience audience, Str *ret)
{
    Str latest = STR_NONE;
    if (release_needed(req->model, audience))
        TRY(release_latest(&req->reader, audience, &latest));
    *ret = latest.ptr ? latest : period_half_year(req->arena, clock_today(), 0);
    return ERR_OK;
}

static Audience default_audience(const Req *req)
{
    Audience best = AUDIENCE_PUBLIC;
    for (size_t i = 0; i < req->model->role_count; i++)
        if ((req->subject.roles & (1ull << i)) && (Audience)req->model->roles[i].audience < best)
            best = (Audience)req->model->roles[i].audience;
    return best;
}

static Err read_ask(Req *req, TableAsk *ask)
{
    Str audience = req_query(req, S("untuk"));
    *ask = (TableAsk){.def = model_table(req->model, req->name),
                      .rows = req_query(req, S("baris")),
                      .columns = req_query(req, S("kolom")),
                      .period = req_query(req, S("masa")),
                      .parent = req_query(req, S("induk")),
                      .preview = str_is(req_query(req, S("pratinjau")), "ya"),
                      .audience = default_audience(req)};
    if (!ask->def)
        return E_NOT_FOUND;
    if (!req_may(req, ask->def->reg, table_verb(ask->def, ask->rows, ask->columns, ask->parent)))
        return E_DENIED;
    if (!str_empty(audience) && !audience_of(audience, &ask->audience))
        return E_BAD_REQ;
    if (str_empty(ask->period) && str_empty(ask->parent))
        TRY(default_period(req, ask->audience, &ask->period));
    if (str_empty(ask->rows))
        ask->rows = ask->def->rows;
    if (str_empty(ask->columns))
        ask->columns = ask->def->columns;
    if (str_is(ask->columns, "-"))
        ask->columns = S("");
    return ERR_OK;
}

/* ---- the form above the table ---- */

static void dim_select(Req *req, Html *h, const TableAsk *ask, Str name, Msg label, Str chosen,
                       bool none)
{
    StrList dims = table_dims(req->arena, ask->def);
    page_select_begin(h, name, req_tr(req, label));
    if (none)
        widget_option(h, S("-"), req_tr(req, M_TABLE_NO_COLUMNS), str_empty(chosen));
    for (size_t i = 0; i < dims.n; i++) {
        Label l = table_dim_label(ask->def->reg, dims.items[i]);
        widget_option(h, dims.items[i], l.text[req->lang], str_eq(dims.items[i], chosen));
    }
    page_select_end(h);
}

static void period_select(Req *req, Html *h, Str chosen, bool all_time)
{
    Date today = clock_today();
    bool found = str_empty(chosen);
    page_select_begin(h, S("masa"), req_tr(req, M_TABLE_PICK_PERIOD));
    if (all_time)
        widget_option(h, S(""), req_tr(req, M_TABLE_PICK_ALL), found);
    for (int i = 0; i < 10; i++) {
        Str name = period_half_year(req->arena, today, i);
        found |= str_eq(name, chosen);
        widget_option(h, name, period_label(req->arena, req->lang, name), str_eq(name, chosen));
    }
    for (int i = 0; i < 5 && (all_time || default_audience(req) == AUDIENCE_INTERNAL); i++) {
        Str name = str_int(req->arena, today.year - i);
        found |= str_eq(name, chosen);
        widget_option(h, name, name, str_eq(name, chosen));
    }
    if (!found)
        widget_option(h, chosen, period_label(req->arena, req->lang, chosen), true);
    page_select_end(h);
}

static void audience_select(Req *req, Html *h, Audience chosen)
{
    page_select_begin(h, S("untuk"), req_tr(req, M_TABLE_PICK_AUDIENCE));
    for (int a = (int)default_audience(req); a <= (int)AUDIENCE_PUBLIC; a++)
        widget_option(h, audience_word((Audience)a), req_tr(req, audience_msg((Audience)a)),
                      a == (int)chosen);
    page_select_end(h);
}

static void ask_form(Req *req, Html *h, const TableAsk *ask)
{
    h_class(h, "form", "saringan");
    h_attr(h, "method", S("get"));
    if (!str_empty(ask->parent))
        page_hidden(h, S("induk"), ask->parent);
    period_select(req, h, ask->period, !str_empty(ask->parent));
    if (ask->def->free_dims) {
        dim_select(req, h, ask, S("baris"), M_TABLE_PICK_ROWS, ask->rows, false);
        dim_select(req, h, ask, S("kolom"), M_TABLE_PICK_COLUMNS, ask->columns, true);
    }
    if (str_empty(ask->parent))
        audience_select(req, h, ask->audience);
    page_form_end(h, req_tr(req, M_TABLE_SHOW), STR_NONE);
}

/* ---- the table ---- */

static Str ask_url(Req *req, const TableAsk *ask, const char *suffix)
{
    Str path = str_printf(req->arena, "/tabel/%.*s%s", STR_ARG(ask->def->name), suffix);
    return url_with(req->arena, path, {"masa", ask->period}, {"baris", ask->rows},
                    {"kolom", str_empty(ask->columns) ? S("-") : ask->columns},
                    {"induk", ask->parent}, {"pratinjau", ask->preview ? S("ya") : STR_NONE},
                    {"untuk", audience_word(ask->audience)});
}

/* The form of a release of that half-year. */
static Str release_form(Req *req, Period p)
{
    const Register *releases = role_reg(req->model, REG_ROLE_RELEASE);
    const Field *from = role_field(req->model, FIELD_ROLE_RELEASE_FROM),
                *to = role_field(req->model, FIELD_ROLE_RELEASE_TO);
    Buf fields = buf_new(req->arena, 80);
    query_put(&fields, from->name, date_iso(req->arena, p.from));
    query_put(&fields, to->name, date_iso(req->arena, p.to));
    return url_with(req->arena, str_printf(req->arena, "/%.*s/baru", STR_ARG(releases->name)),
                    {"-isi", buf_str(&fields)});
}

static void cell(Req *req, Html *h, const Table *t, const Count *c, bool total)
{
    h_element_attr(h, "td", "class", total ? S("angka jumlah") : S("angka"),
                   table_cell(req->arena, req->lang, t, c));
}

static void table_row(Req *req, Html *h, const Table *t, size_t r)
{
    bool last = r == t->row_count;
    const Count *total = table_shown(t, r, t->column_count);
    h_open(h, "tr");
    page_head_cell(h, last ? req_tr(req, M_TOTAL) : req_label(req, &t->rows[r].label), "row");
    for (size_t c = 0; c < table_columns_shown(t); c++)
        cell(req, h, t, table_shown(t, r, c), last);
    cell(req, h, t, total, true);
    if (table_has_unknown(t))
        h_element_as(h, "td", "angka",
                     total->masked ? req_tr(req, M_TABLE_HIDDEN) : req_count(req, total->unknown));
    h_close(h);
}

/* The totals of the rows as bars. A masked one is only named. */
static void chart(Req *req, Html *h, const Table *t)
{
    Arena *a = req->arena;
    TableNotes n = table_notes(a, req->lang, t);
    ChartBar *bars = ARENA_ARRAY(a, t->row_count, ChartBar);
    const Field *sum = t->ask.def->sum;
    Str unit = sum ? sum->unit : (t->unit ? req_label(req, &t->unit->label) : S(""));
    int64_t longest = 0;
    if (t->row_count > CHART_BARS_MAX) {
        h_element(h, "p", req_tr(req, M_TABLE_TOO_MANY_BARS));
        return;
    }
    for (size_t i = 0; i < t->row_count; i++) {
        const Count *c = &t->row_totals[i];
        bars[i] = (ChartBar){.label = req_label(req, &t->rows[i].label),
                             .value = table_figure(a, req->lang, t, c),
                             .n = c->masked ? 0 : (sum ? c->sum : c->n)};
        longest = bars[i].n > longest ? bars[i].n : longest;
    }
    if (!longest)
        return;
    page_chart(req, h,
               &(Chart){.id = S("grafik"),
                        .title = n.title,
                        .unit = n.unit,
                        .about = req_say(req, M_TABLE_CHART_ROWS, unit),
                        .bars = bars,
                        .n = t->row_count});
}

static void table_body(Req *req, Html *h, const Table *t)
{
    TableNotes n = table_notes(req->arena, req->lang, t);
    page_scroll_open(h, req_say(req, M_TABLE_REGION, n.title)); /* unlike the chart's */
    h_class(h, "table", "daftar silang");
    h_element(h, "caption",
              str_printf(req->arena, "%.*s. %.*s. %.*s", STR_ARG(n.title), STR_ARG(n.unit),
                         STR_ARG(n.period)));
    h_open(h, "thead");
    h_open(h, "tr");
    page_head_cell(h, req_label(req, &t->row_title), "col");
    for (size_t c = 0; c < table_columns_shown(t); c++)
        page_head_cell(h, req_label(req, &t->columns[c].label), "col");
    page_head_cell(h, req_tr(req, M_TOTAL), "col");
    if (table_has_unknown(t))
        page_head_cell(h, req_tr(req, M_TABLE_WITHOUT), "col");
    h_close(h);
    h_close(h);
    h_open(h, "tbody");
    for (size_t r = 0; r <= t->row_count; r++)
        table_row(req, h, t, r);
    page_table_end(h);
    h_element(h, "p", n.source);
    h_element(h, "p", n.method);
}

static void downloads(Req *req, Html *h, const TableAsk *ask)
{
    h_class(h, "p", "unduh");
    page_link(h, ask_url(req, ask, ".xlsx"), req_tr(req, M_WEB_XLSX));
    page_link(h, ask_url(req, ask, ".csv"), req_tr(req, M_WEB_CSV));
    page_print_button(req, h, ask_url(req, ask, ""));
    h_close(h);
}

/* What to do where nothing was released: who may, freezes; who sees exact figures, looks first. */
static void offer_release(Req *req, Html *h, TableAsk ask)
{
    const Register *releases = role_reg(req->model, REG_ROLE_RELEASE);
    Period p;
    if (!releases || !release_needed(req->model, ask.audience) || !period_parse(ask.period, &p) ||
        !table_period_fits(ask.period, ask.audience))
        return;
    ask.preview = true;
    h_class(h, "p", "tombol");
    if (default_audience(req) == AUDIENCE_INTERNAL)
        page_link(h, ask_url(req, &ask, ""), req_tr(req, M_TABLE_SEE_PREVIEW));
    if (req_may(req, releases, VERB_CREATE) && date_cmp(p.to, clock_today()) < 0)
        page_link(h, release_form(req, p), req_tr(req, M_TABLE_FREEZE));
    h_close(h);
}

Err page_table(Req *req)
{
    TableAsk ask;
    Problems problems = {.arena = req->arena};
    Table t;
    TRY(read_ask(req, &ask));
    Crumb up = {req_tr(req, M_TABLES), S("/tabel")};
    Err e = table_count(&req->reader, &ask, &problems, &t);
    if (e != ERR_OK && e != E_INVALID)
        return e;
    if (e == ERR_OK && t.parent_reg) /* back to the record it was asked from */
        up = (Crumb){t.parent_title, url_record(req, t.parent_reg, ask.parent, "")};
    Html *h = page_begin(req, req_label(req, &ask.def->label), &up, 1);
    if (e == ERR_OK && !str_empty(t.parent_title))
        h_element(h, "p", req_say(req, M_TABLE_UNDER, t.parent_title));
    ask_form(req, h, &ask);
    for (size_t i = 0; i < problems.n; i++)
        page_notice(h, "galat", problem_text(req->arena, req->lang, &problems.items[i]));
    if (e == E_INVALID || ask.preview)
        offer_release(req, h, ask);
    if (e == ERR_OK && ask.preview)
        page_notice(h, "awas", req_tr(req, M_TABLE_PREVIEW));
    if (e == ERR_OK && ask.def->sum && !t.total.n) { /* a sum of nothing is no zero */
        page_notice(h, "info", req_tr(req, M_TABLE_NOTHING));
    } else if (e == ERR_OK) {
        if (!ask.preview)
            downloads(req, h, &ask);
        chart(req, h, &t);
        table_body(req, h, &t);
    }
    return page_end(req, h);
}

static Str file_name(Req *req, Str name, Str of, const char *suffix)
{
    return str_printf(req->arena, "%.*s-%.*s.%s", STR_ARG(name), STR_ARG(of), suffix);
}

static Err download(Req *req, bool xlsx)
{
    TableAsk ask;
    Problems problems = {.arena = req->arena};
    Table t;
    Str bytes;
    TRY(read_ask(req, &ask));
    TRY(ask.preview ? E_BAD_REQ : ERR_OK);
    TRY(table_count(&req->reader, &ask, &problems, &t));
    /* a table that names records leaves as lists of them do: so often an hour */
    bool figures = table_verb(ask.def, ask.rows, ask.columns, ask.parent) == VERB_COUNT;
    t.ask.mark = page_taken(req, figures ? S("table") : S("export"), ask.def->reg);
    Str of = str_empty(ask.period) ? ask.parent : ask.period;
    if (xlsx) {
        TRY(table_book(req->arena, req->lang, &t, &bytes));
        page_send_xlsx(req, file_name(req, ask.def->name, of, "xlsx"), bytes);
        return ERR_OK;
    }
    buf_put(page_csv_begin(req, file_name(req, ask.def->name, of, "csv")),
            table_csv(req->arena, req->lang, &t, ','));
    return ERR_OK;
}

Err page_table_csv(Req *req)
{
    return download(req, false);
}

Err page_table_xlsx(Req *req)
{
    return download(req, true);
}

/* ---- all tables, and the total of each unit for a period ---- */

/* Whether the reader may count it, for this audience: no table of names is made for the public. */
static bool may_ask(Req *req, const TableDef *t, Audience audience)
{
    Verb verb = table_verb(t, STR_NONE, t->columns, STR_NONE);
    return req_may(req, t->reg, verb) && (audience != AUDIENCE_PUBLIC || verb == VERB_COUNT);
}

/* Every table of a period in one workbook: those of one register are counted in one walk over it.
 */
Err page_tables_xlsx(Req *req)
{
    const Model *m = req->model;
    TableAsk *asks = ARENA_ARRAY(req->arena, m->table_count, TableAsk);
    Problems problems = {.arena = req->arena};
    Str bytes, period = req_query(req, S("masa")), word = req_query(req, S("untuk"));
    Audience audience = default_audience(req);
    Period p;
    size_t n = 0;
    TRY(req_needs_duty(req, "tables"));
    if (!str_empty(word) && !audience_of(word, &audience))
        return E_BAD_REQ;
    if (!period_parse(period, &p) || !table_period_fits(period, audience))
        TRY(default_period(req, audience, &period));
    for (size_t i = 0; i < m->table_count; i++)
        if (may_ask(req, &m->tables[i], audience))
            asks[n++] = (TableAsk){.def = &m->tables[i], .period = period, .audience = audience};
    Table *tables = ARENA_ARRAY(req->arena, n, Table);
    TRY(table_count_set(&req->reader, asks, n, &problems, tables));
    Str mark = page_taken(req, S("export"), NULL); /* some of them name records */
    for (size_t i = 0; i < n; i++)
        tables[i].ask.mark = mark;
    TRY(table_set_book(req->arena, req->lang, tables, n, &bytes));
    page_send_xlsx(req, file_name(req, S("tabel"), period, "xlsx"), bytes);
    return ERR_OK;
}

static Err totals(Req *req, Html *h, Str period, Audience audience)
{
    h_class(h, "dl", "angka-besar");
    for (size_t i = 0; i < req->model->reg_count; i++) {
        const Register *r = req->model->regs[i];
        Count n;
        if (!r->stats.on || !r->stats.unit || !req_may(req, r, VERB_COUNT))
            continue;
        Err e = table_total(&req->reader, r, period, audience, &n);
        if (e == E_INVALID) /* younger than the release */
            continue;
        TRY(e);
        h_open(h, "div");
        h_element(h, "dt", req_label(req, &r->label));
        h_open(h, "dd");
        h_element(h, "strong",
                  count_text(req->arena, req->lang, &n, &req->model->audiences[audience]));
        h_lit(h, " ");
        h_text(h, str_lower(req->arena, req_label(req, &r->stats.unit->label)));
        h_close(h);
        h_close(h);
    }
    h_close(h);
    return ERR_OK;
}

/* Totals and the workbook of a period, or that it was not released. */
static Err period_figures(Req *req, Html *h, Str period, Audience audience)
{
    Releases releases = {0};
    bool needed = release_needed(req->model, audience);
    if (needed)
        TRY(releases_read(&req->reader, req->arena, period, audience, &releases));
    if (needed && !releases.n) {
        page_notice(
            h, "info",
            req_say(req, M_TABLE_NOT_RELEASED, period_label(req->arena, req->lang, period)));
        return ERR_OK;
    }
    TRY(totals(req, h, period, audience));
    page_notice(h, "info", req_tr(req, M_TABLES_UNITS));
    if (req->model->audiences[audience].round_to)
        page_notice(h, "info",
                    req_say(req, M_TABLE_ROUNDED,
                            str_int(req->arena, req->model->audiences[audience].round_to)));
    page_link_in_as(h, "p", "unduh",
                    str_printf(req->arena, "/tabel.xlsx?masa=%.*s", STR_ARG(period)),
                    req_tr(req, M_TABLES_XLSX));
    return ERR_OK;
}

Err page_tables(Req *req)
{
    Str period = req_query(req, S("masa"));
    Audience audience = default_audience(req);
    Period p;
    TRY(req_needs_duty(req, "tables"));
    if (!period_parse(period, &p) || !table_period_fits(period, audience))
        TRY(default_period(req, audience, &period));
    Html *h = page_begin(req, req_tr(req, M_TABLES), NULL, 0);
    h_class(h, "form", "saringan");
    h_attr(h, "method", S("get"));
    period_select(req, h, period, false);
    page_form_end(h, req_tr(req, M_TABLE_SHOW), STR_NONE);
    TRY(period_figures(req, h, period, audience));
    h_open(h, "ul");
    for (size_t i = 0; i < req->model->table_count; i++) {
        const TableDef *t = &req->model->tables[i];
        if (!may_ask(req, t, AUDIENCE_INTERNAL))
            continue;
        h_open(h, "li");
        page_link(
            h, str_printf(req->arena, "/tabel/%.*s?masa=%.*s", STR_ARG(t->name), STR_ARG(period)),
            req_label(req, &t->label));
        h_lit(h, " ");
        h_element_as(h, "span", "jumlah",
                     req_say(req, M_TABLE_UNIT,
                             t->sum ? t->sum->unit : req_label(req, &t->reg->stats.unit->label)));
        h_close(h);
    }
    h_close(h);
    const Register *figures = role_reg(req->model, REG_ROLE_FIGURE);
    if (figures && req_may(req, figures, VERB_LIST)) {
        h_element(h, "h2", req_tr(req, M_SERIES));
        h_element(h, "p", req_tr(req, M_SERIES_HINT));
        page_link_in_as(h, "p", "tombol", S("/seri"), req_tr(req, M_SERIES_ALL));
    }
    return page_end(req, h);
}
