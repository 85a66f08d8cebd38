#include "web/home_figures.h"

#include "base/clock.h"
#include "base/number.h"
#include "engine/table.h"

bool home_has_figures(const Req *req)
{
    for (size_t i = 0; i < req->model->role_count; i++)
        if ((req->subject.roles >> i & 1) && req->model->roles[i].figures.n)
            return true;
    return false;
}

/* Small numbers are not compared: how they moved would tell them. */
static Str compared(Req *req, const Count *now, const Count *then, Audience audience, Str period)
{
    Msg msg = M_FIGURE_BESIDE;
    if (!now->masked && !then->masked)
        msg = now->n > then->n ? M_FIGURE_RISE : now->n < then->n ? M_FIGURE_FALL : M_FIGURE_SAME;
    return req_say(req, msg, count_text(req->arena, req->lang, then, audience),
                   period_label(req->arena, req->lang, period));
}

/* One figure of the half-year that runs: what it is, how much, and what stands beside it. */
static void shown(Req *req, Html *h, Str what, Str much, Str beside)
{
    Arena *a = req->arena;
    Str period = period_label(a, req->lang, period_half_year(a, clock_today(), 0));
    h_class(h, "section", "bagian hitungan");
    h_element(h, "h2", str_printf(a, "%.*s, %.*s", STR_ARG(what), STR_ARG(period)));
    h_element_as(h, "p", "besar", much);
    h_element(
        h, "p",
        str_printf(a, "%.*s (%.*s)", STR_ARG(beside), STR_ARG(req_tr(req, M_FIGURE_RUNNING))));
    h_close(h);
}

static Err figure(Req *req, Html *h, const Register *reg, Audience audience)
{
    Arena *a = req->arena;
    Count now, then;
    Str before = period_half_year(a, clock_today(), 1);
    TRY(table_total(&req->reader, reg, period_half_year(a, clock_today(), 0), audience, &now));
    TRY(table_total(&req->reader, reg, before, audience, &then));
    shown(req, h, req_label(req, &reg->stats.unit->label), count_text(a, req->lang, &now, audience),
          compared(req, &now, &then, audience, before));
    return ERR_OK;
}

/* The part that the first code of the share has of all of them, out of figures the audience may
 * see: where one of these is hidden, so is the share. */
static Err share_of(Req *req, const TableDef *def, Audience audience, int back, Str *ret_part,
                    Str *ret_counts)
{
    Arena *a = req->arena;
    Table t;
    Problems problems = {.arena = a};
    int64_t first = 0, all = 0;
    bool masked = false;
    TableAsk ask = {.def = def,
                    .rows = def->rows,
                    .period = period_half_year(a, clock_today(), back),
                    .audience = audience};
    TRY(table_count(&req->reader, &ask, &problems, &t));
    for (size_t i = 0; i < t.row_count; i++)
        if (str_list_has(&def->share, t.rows[i].code)) {
            all += t.row_totals[i].n;
            first += str_eq(t.rows[i].code, def->share.items[0]) ? t.row_totals[i].n : 0;
            masked |= t.row_totals[i].masked;
        }
    *ret_part =
        masked ? req_tr(req, M_TABLE_HIDDEN)
        : all  ? str_printf(a, "%.*s %%",
                            STR_ARG(number_format(a, req->lang, (first * 1000 + all / 2) / all, 1)))
               : S("-");
    *ret_counts =
        masked || !all ? STR_NONE : req_say(req, M_FIGURE_OF, str_int(a, first), str_int(a, all));
    return ERR_OK;
}

static Err share(Req *req, Html *h, const TableDef *def, Audience audience)
{
    Arena *a = req->arena;
    Str now, then, counts, other, period = period_half_year(a, clock_today(), 1);
    TRY(share_of(req, def, audience, 0, &now, &counts));
    TRY(share_of(req, def, audience, 1, &then, &other));
    Str beside = req_say(req, M_FIGURE_BESIDE, then, period_label(a, req->lang, period));
    shown(req, h, req_label(req, &def->share_label), now,
          counts.len ? str_printf(a, "%.*s; %.*s", STR_ARG(counts), STR_ARG(beside)) : beside);
    return ERR_OK;
}

static Err one(Req *req, Html *h, Str name, Audience audience)
{
    const TableDef *def = model_table(req->model, name);
    return def && def->share.n ? share(req, h, def, audience)
                               : figure(req, h, model_reg(req->model, name), audience);
}

Err home_figures(Req *req, Html *h)
{
    const Model *m = req->model;
    if (!home_has_figures(req))
        return ERR_OK;
    h_class(h, "div", "tombol");
    page_print_button(req, h, req->path);
    h_close(h);
    h_class(h, "div", "ringkas");
    for (size_t i = 0; i < m->role_count; i++)
        for (size_t k = 0; (req->subject.roles >> i & 1) && k < m->roles[i].figures.n; k++)
            TRY(one(req, h, m->roles[i].figures.items[k], (Audience)m->roles[i].audience));
    h_close(h);
    return ERR_OK;
}
