#include "web/home_figures.h"

#include "base/clock.h"
#include "base/number.h"
#include "engine/release_db.h"
#include "engine/table.h"

bool home_has_figures(const Req *req)
{
    for (size_t i = 0; i < req->model->role_count; i++)
        if ((req->subject.roles >> i & 1) && req->model->roles[i].figures.n)
            return true;
    return false;
}

/* What a role's figures are of: the half-year that runs beside the one before, or the newest that
 * was released beside the one before, if that was. */
typedef struct Half {
    Audience audience;
    const AudienceRule *rule;
    Str period, before;     /* absent: none was released */
    const Release *release; /* NULL: it runs */
} Half;

static Err half_shown(Req *req, Audience audience, Half *ret)
{
    Arena *a = req->arena;
    Releases all = {0}, earlier = {0};
    Period p;
    *ret = (Half){audience, &req->model->audiences[audience], period_half_year(a, clock_today(), 0),
                  period_half_year(a, clock_today(), 1), NULL};
    if (!release_needed(req->model, audience))
        return ERR_OK;
    TRY(release_latest(&req->reader, audience, &ret->period));
    if (!period_parse(ret->period, &p))
        return ERR_OK;
    ret->before = period_half_year(a, p.from, 1);
    TRY(releases_read(&req->reader, a, ret->period, audience, &all));
    TRY(releases_read(&req->reader, a, ret->before, audience, &earlier));
    ret->release = all.n ? &all.items[all.n - 1] : NULL;
    ret->before = earlier.n ? ret->before : STR_NONE;
    return ERR_OK;
}

/* Small numbers are not compared: how they moved would tell them. */
static Str compared(Req *req, const Count *now, const Count *then, const Half *half)
{
    Msg msg = M_FIGURE_BESIDE;
    if (!now->masked && !then->masked)
        msg = now->n > then->n ? M_FIGURE_RISE : now->n < then->n ? M_FIGURE_FALL : M_FIGURE_SAME;
    return req_say(req, msg, count_text(req->arena, req->lang, then, half->rule),
                   period_label(req->arena, req->lang, half->before));
}

/* Whether the half-year runs, or who released it. */
static Str standing(Req *req, const Release *release)
{
    if (!release)
        return req_tr(req, M_FIGURE_RUNNING);
    return req_say(req, M_FIGURE_RELEASED, release->number, str_int(req->arena, release->version));
}

/* One figure of the half-year: what it is, how much, and what stands beside it. */
static void shown(Req *req, Html *h, const Half *half, Str what, Str much, Str beside)
{
    Arena *a = req->arena;
    Str period = period_label(a, req->lang, half->period);
    page_section(h, "bagian hitungan", str_printf(a, "%.*s, %.*s", STR_ARG(what), STR_ARG(period)));
    h_element_as(h, "p", "besar", much);
    h_element(h, "p",
              str_printf(a, "%.*s (%.*s)", STR_ARG(beside), STR_ARG(standing(req, half->release))));
    h_close(h);
}

static Err figure(Req *req, Html *h, const Register *reg, const Half *half)
{
    Arena *a = req->arena;
    Count now, then;
    Str beside = S("");
    TRY(table_total(&req->reader, reg, half->period, half->audience, &now));
    if (half->before.ptr) {
        TRY(table_total(&req->reader, reg, half->before, half->audience, &then));
        beside = compared(req, &now, &then, half);
    }
    shown(req, h, half, req_label(req, &reg->stats.unit->label),
          count_text(a, req->lang, &now, half->rule), beside);
    return ERR_OK;
}

/* The part that the first code of the share has of all of them, out of figures the audience may
 * see: where one of these is hidden, so is the share. */
static Err share_of(Req *req, const TableDef *def, Audience audience, Str period, Str *ret_part,
                    Str *ret_counts)
{
    Arena *a = req->arena;
    Table t;
    Problems problems = {.arena = a};
    int64_t first = 0, all = 0;
    bool masked = false;
    TableAsk ask = {.def = def, .rows = def->rows, .period = period, .audience = audience};
    TRY(table_count(&req->reader, &ask, &problems, &t));
    for (size_t i = 0; i < t.row_count; i++)
        if (str_list_has(&def->share, t.rows[i].code)) {
            all += t.row_totals[i].n;
            first += str_eq(t.rows[i].code, def->share.items[0]) ? t.row_totals[i].n : 0;
            masked |= t.row_totals[i].masked;
        }
    *ret_part =
        masked ? req_tr(req, M_TABLE_HIDDEN)
        : all && all >= req->model->audiences[audience].percent_from
            ? str_printf(a, "%.*s %%",
                         STR_ARG(number_format(a, req->lang, (first * 1000 + all / 2) / all, 1)))
            : S("-");
    *ret_counts =
        masked || !all ? STR_NONE : req_say(req, M_FIGURE_OF, str_int(a, first), str_int(a, all));
    return ERR_OK;
}

static Err share(Req *req, Html *h, const TableDef *def, const Half *half)
{
    Arena *a = req->arena;
    Str now, then, counts, other, beside = S("");
    TRY(share_of(req, def, half->audience, half->period, &now, &counts));
    if (half->before.ptr) {
        TRY(share_of(req, def, half->audience, half->before, &then, &other));
        beside = req_say(req, M_FIGURE_BESIDE, then, period_label(a, req->lang, half->before));
    }
    shown(req, h, half, req_label(req, &def->share_label), now,
          counts.len ? str_printf(a, "%.*s; %.*s", STR_ARG(counts), STR_ARG(beside)) : beside);
    return ERR_OK;
}

static Err one(Req *req, Html *h, Str name, const Half *half)
{
    const TableDef *def = model_table(req->model, name);
    return def && def->share.n ? share(req, h, def, half)
                               : figure(req, h, model_reg(req->model, name), half);
}

static Err figures_of(Req *req, Html *h, const RoleDef *role)
{
    Half half;
    TRY(half_shown(req, (Audience)role->audience, &half));
    if (!half.period.ptr)
        h_element(h, "p", req_tr(req, M_FIGURE_UNRELEASED));
    for (size_t k = 0; half.period.ptr && k < role->figures.n; k++) {
        Err e = one(req, h, role->figures.items[k], &half);
        if (e != E_INVALID) /* younger than the release */
            TRY(e);
    }
    if (half.period.ptr && half.rule->round_to)
        h_element(h, "p", req_say(req, M_TABLE_ROUNDED, str_int(req->arena, half.rule->round_to)));
    return ERR_OK;
}

Err home_figures(Req *req, Html *h)
{
    const Model *m = req->model;
    if (!home_has_figures(req))
        return ERR_OK;
    page_print_alone(req, h, req->path);
    h_class(h, "div", "ringkas");
    for (size_t i = 0; i < m->role_count; i++)
        if ((req->subject.roles >> i & 1) && m->roles[i].figures.n)
            TRY(figures_of(req, h, &m->roles[i]));
    h_close(h);
    return ERR_OK;
}
