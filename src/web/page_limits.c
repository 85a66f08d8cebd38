/* Deadlines of the law, with their source, and the shorter periods the office sets for itself. */
#include "base/clock.h"
#include "base/utf8.h"
#include "model/limit.h"
#include "web/page.h"
#include "web/widget.h"

static const LocalLimit *own_of(const LocalLimits *all, Str code)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->items[i].code, code))
            return &all->items[i];
    return NULL;
}

static bool in_force(const Model *m, const Limit *row)
{
    return model_limit(m, row->code, clock_today()) == row;
}

/* The clocks that read the row, by register; empty: nothing does. */
static Str clocks_of(Req *req, const Limit *row)
{
    const Model *m = req->model;
    Buf b = buf_new(req->arena, 128);
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->clock_count; k++) {
            const Clock *c = &m->regs[i]->clocks[k];
            Str reg = req_label(req, &m->regs[i]->label), name = req_label(req, &c->label);
            if (str_eq(c->limit_code, row->code))
                buf_printf(&b, "%s%.*s: %.*s", b.len ? "; " : "", STR_ARG(reg), STR_ARG(name));
        }
    return buf_str(&b);
}

/* ---- the table ---- */

static bool asked_for(Req *req, const Limit *row, Str folded)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (str_contains(utf8_fold(req->arena, row->label.text[lang]), folded))
            return true;
    return str_contains(utf8_fold(req->arena, row->basis), folded) ||
           str_contains(utf8_fold(req->arena, row->code), folded);
}

static Str law_words(Req *req, const Limit *row)
{
    Str words = duration_words(req->arena, req->lang, row->period);
    return row->work_days ? req_say(req, M_LIMIT_WORK_DAYS, words) : words;
}

static Str span(Req *req, const Limit *row)
{
    if (str_empty(row->from) && str_empty(row->until))
        return req_tr(req, M_LIMIT_ALWAYS);
    return req_say(req, M_LIMIT_SPAN, req_day(req, row->from), req_day(req, row->until));
}

static void own_cell(Req *req, Html *h, const Limit *row, const LocalLimit *own, bool read)
{
    bool now = in_force(req->model, row);
    h_open(h, "td");
    if (own && now) {
        h_element(h, "strong", duration_words(req->arena, req->lang, own->period));
        h_open(h, "br");
        h_text(h, str_printf(req->arena, "%.*s ", STR_ARG(own->reason)));
    } else if (!read || !now) {
        h_lit(h, "–");
    }
    if (read && now)
        page_link(h, str_printf(req->arena, "/tenggat?ubah=%.*s#f", STR_ARG(row->code)),
                  req_tr(req, own ? M_CODE_CHANGE : M_LIMIT_SHORTEN));
    h_close(h);
}

static void limit_row(Req *req, Html *h, const Limit *row, const LocalLimit *own)
{
    Str clocks = clocks_of(req, row);
    h_open(h, "tr");
    page_row_head(h, req_label(req, &row->label));
    h_element(h, "td", law_words(req, row));
    own_cell(req, h, row, own, !str_empty(clocks));
    h_element(h, "td", row->basis);
    h_element(h, "td", span(req, row));
    h_element(h, "td", str_empty(clocks) ? req_tr(req, M_LIMIT_NO_CLOCK) : clocks);
    h_close(h);
}

static void limit_table(Req *req, Html *h, const LocalLimits *all)
{
    const Model *m = req->model;
    Str q = utf8_fold(req->arena, req_query(req, S("q")));
    size_t shown = 0;
    page_table_of(req, h, req_tr(req, M_LIMITS), M_LIMIT_WHAT, M_LIMIT_LAW, M_LIMIT_OWN,
                  M_LIMIT_SOURCE, M_LIMIT_WHEN, M_LIMIT_CLOCKS);
    for (size_t i = 0; i < m->limit_count; i++)
        if (asked_for(req, &m->limits[i], q)) {
            limit_row(req, h, &m->limits[i], own_of(all, m->limits[i].code));
            shown++;
        }
    page_table_end(h);
    if (!shown)
        page_notice(h, "info", req_tr(req, M_LIMITS_NONE));
}

/* ---- the form ---- */

typedef struct LimitForm {
    const Limit *row; /* NULL: no form */
    Str n, unit, reason;
} LimitForm;

static void unit_select(Req *req, Html *h, Str unit)
{
    static const Msg labels[] = {M_UNIT_HOURS, M_UNIT_DAYS, M_UNIT_MONTHS};
    CodeList units = {0};
    for (int i = 0; i <= DURATION_MONTHS; i++)
        *ARENA_PUSH(req->arena, units) =
            (Code){.code = duration_unit_word((DurationUnit)i), .label = msg_label(labels[i])};
    widget_select(req, h, S("unit"), req_tr(req, M_LIMIT_UNIT), &units, unit);
}

static void form(Req *req, Html *h, const LimitForm *f, bool has_own)
{
    page_form_open_as(req, h, S("/tenggat"), S("bagian"));
    h_element_attr(h, "h2", "id", S("f"), req_label(req, &f->row->label));
    h_element(h, "p", req_say(req, M_LIMIT_BY_LAW, law_words(req, f->row), f->row->basis));
    page_hidden(h, S("kode"), f->row->code);
    widget_text(req, h, S("nilai"), req_tr(req, M_LIMIT_NUMBER), STR_NONE, f->n, true);
    unit_select(req, h, f->unit);
    widget_text(req, h, S("alasan"), req_tr(req, M_LIMIT_REASON), req_tr(req, M_LIMIT_REASON_HINT),
                f->reason, true);
    h_element(h, "p", req_tr(req, M_LIMIT_NEW_ONLY));
    page_form_end(h, req_tr(req, M_WEB_SAVE), S("utama"));
    if (!has_own)
        return;
    page_form_open_as(req, h, S("/tenggat"), S("bagian"));
    page_hidden(h, S("kode"), f->row->code);
    page_hidden(h, S("hapus"), S("1"));
    h_element(h, "p", req_tr(req, M_LIMIT_REMOVE_NOTE));
    page_form_end(h, req_tr(req, M_LIMIT_REMOVE), STR_NONE);
}

static Err show(Req *req, const LocalLimits *all, const LimitForm *f, const Problems *problems)
{
    Crumb up = {req_tr(req, M_ADMIN), S("/admin")};
    Html *h = page_begin(req, req_tr(req, M_LIMITS), &up, 1);
    widget_summary(req, h, problems);
    h_element(h, "p", req_tr(req, M_LIMITS_LEAD));
    if (f->row)
        form(req, h, f, own_of(all, f->row->code) != NULL);
    page_find_form(req, h, S("/tenggat"), M_LIMITS_SEARCH);
    limit_table(req, h, all);
    return page_end(req, h);
}

/* The row in force of that code that some clock reads. */
static Err row_of(Req *req, Str code, const Limit **ret)
{
    *ret = model_limit(req->model, code, clock_today());
    return *ret && !str_empty(clocks_of(req, *ret)) ? ERR_OK : E_NOT_FOUND;
}

Err page_limits(Req *req)
{
    LocalLimits all;
    LimitForm f = {0};
    Str asked = req_query(req, S("ubah"));
    TRY(req_needs_duty(req, "base_data"));
    TRY(local_limits(req->reader.db, req->arena, &all));
    if (!str_empty(asked)) {
        TRY(row_of(req, asked, &f.row));
        const LocalLimit *own = own_of(&all, asked);
        f.unit = duration_unit_word(own ? own->period.unit : f.row->period.unit);
        f.n = own ? str_int(req->arena, own->period.n) : STR_NONE;
        f.reason = own ? own->reason : STR_NONE;
    }
    return show(req, &all, &f, NULL);
}

/* ---- saving ---- */

typedef struct LimitSave {
    Req *req;
    LocalLimit own;
    bool remove;
} LimitSave;

static void read_period(Req *req, const LimitForm *f, Duration *ret, Problems *problems)
{
    bool number = str_i64(f->n, &ret->n) && ret->n >= 1 && ret->n <= LIMIT_MAX;
    bool unit = duration_unit_of(f->unit, &ret->unit);
    if (!number)
        problem_about(problems, S("nilai"), M_LIMIT_NUMBER, M_LIMIT_BAD_NUMBER, STR_NONE);
    if (!unit)
        problem_about(problems, S("unit"), M_LIMIT_UNIT, M_LIMIT_BAD_UNIT, STR_NONE);
    if (number && unit && duration_may_exceed(*ret, f->row->period))
        problem_about(problems, S("nilai"), M_LIMIT_NUMBER, M_LIMIT_LONGER, law_words(req, f->row));
}

static void read_form(Req *req, const LimitForm *f, LocalLimit *ret, Problems *problems)
{
    size_t letters = utf8_count(f->reason);
    *ret = (LocalLimit){.code = f->row->code, .reason = f->reason, .since = clock_today()};
    read_period(req, f, &ret->period, problems);
    if (letters < LIMIT_REASON_MIN || letters > LIMIT_REASON_MAX)
        problem_about(problems, S("alasan"), M_LIMIT_REASON, M_LIMIT_BAD_REASON, STR_NONE);
}

static Err save(WriteTx *tx, void *arg)
{
    LimitSave *s = arg;
    Str period = s->remove ? S("") : duration_words(tx->arena, LANG_ID, s->own.period);
    TRY(s->remove ? local_limit_remove(tx, s->own.code) : local_limit_put(tx, &s->own));
    return req_note(tx, s->req,
                    str_printf(tx->arena, "limit:%.*s=%.*s", STR_ARG(s->own.code), STR_ARG(period)),
                    NULL, STR_NONE, ERR_OK);
}

Err page_limits_post(Req *req)
{
    LocalLimits all;
    LimitSave *s = ARENA_NEW(req->arena, LimitSave);
    Problems problems = {.arena = req->arena};
    LimitForm f = {.n = req_form(req, S("nilai")),
                   .unit = req_form(req, S("unit")),
                   .reason = str_trim(req_form(req, S("alasan")))};
    TRY(req_needs_duty(req, "base_data"));
    TRY(row_of(req, req_form(req, S("kode")), &f.row));
    s->req = req;
    s->remove = str_is(req_form(req, S("hapus")), "1");
    s->own.code = f.row->code;
    if (!s->remove)
        read_form(req, &f, &s->own, &problems);
    if (problems.errors) {
        TRY(local_limits(req->reader.db, req->arena, &all));
        return show(req, &all, &f, &problems);
    }
    return req_write_to(req, save, s, S("/tenggat?pesan=simpan"));
}
