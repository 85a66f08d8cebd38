#include "web/home_figures.h"

#include "base/clock.h"
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

static Err figure(Req *req, Html *h, const Register *reg, Audience audience)
{
    Arena *a = req->arena;
    Count now, then;
    Str period = period_half_year(a, clock_today(), 0),
        before = period_half_year(a, clock_today(), 1);
    TRY(table_total(&req->reader, reg, period, audience, &now));
    TRY(table_total(&req->reader, reg, before, audience, &then));
    h_class(h, "section", "bagian hitungan");
    h_element(h, "h2",
              str_printf(a, "%.*s, %.*s", STR_ARG(req_label(req, &reg->stats.unit->label)),
                         STR_ARG(period_label(a, req->lang, period))));
    h_element_as(h, "p", "besar", count_text(a, req->lang, &now, audience));
    h_element(h, "p",
              str_printf(a, "%.*s (%.*s)", STR_ARG(compared(req, &now, &then, audience, before)),
                         STR_ARG(req_tr(req, M_FIGURE_RUNNING))));
    h_close(h);
    return ERR_OK;
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
            TRY(figure(req, h, model_reg(m, m->roles[i].figures.items[k]),
                       (Audience)m->roles[i].audience));
    h_close(h);
    return ERR_OK;
}
