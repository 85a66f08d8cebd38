/* Code lists: what is shipped, and the rows an installation adds to the open ones. */
#include "base/clock.h"
#include "base/utf8.h"
#include "model/local_code.h"
#include "web/page.h"
#include "web/widget.h"

/* ---- all lists ---- */

static size_t local_count(const CodeList *list)
{
    return code_rows(list).n - list->n;
}

static bool list_asked_for(Req *req, const CodeList *list, Str folded)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (str_contains(utf8_fold(req->arena, list->label.text[lang]), folded))
            return true;
    return str_contains(list->name, folded);
}

static Str list_url(Req *req, const CodeList *list)
{
    return str_printf(req->arena, "/kode/%.*s", STR_ARG(list->name));
}

static void list_row(Req *req, Html *h, const CodeList *list)
{
    h_open(h, "tr");
    page_row_link(h, list_url(req, list), req_label(req, &list->label));
    h_element(h, "td", str_int(req->arena, (int64_t)list->n));
    h_element(h, "td", str_int(req->arena, (int64_t)local_count(list)));
    h_element(h, "td", req_tr(req, list->open ? M_CODES_OPEN : M_CODES_CLOSED));
    h_close(h);
}

Err page_code_lists(Req *req)
{
    const Model *m = req->model;
    Str q = utf8_fold(req->arena, req_query(req, S("q")));
    size_t shown = 0;
    TRY(req_needs_duty(req, "base_data"));
    Crumb crumb = {req_tr(req, M_ADMIN), S("/admin")};
    Html *h = page_begin(req, req_tr(req, M_CODES), &crumb, 1);
    h_element(h, "p", req_tr(req, M_CODES_LEAD));
    page_find_form(req, h, S("/kode"), M_CODES_SEARCH);
    page_table_of(req, h, req_tr(req, M_CODES), M_CODES_LIST, M_CODES_SHIPPED, M_CODES_LOCAL,
                  M_CODES_KIND);
    for (size_t i = 0; i < m->list_count; i++)
        if (list_asked_for(req, m->lists[i], q)) {
            list_row(req, h, m->lists[i]);
            shown++;
        }
    page_table_end(h);
    if (!shown)
        page_notice(h, "info", req_tr(req, M_CODES_NONE));
    return page_end(req, h);
}

/* ---- one list ---- */

static Err list_of(Req *req, CodeList **ret)
{
    TRY(req_needs_duty(req, "base_data"));
    for (size_t i = 0; i < req->model->list_count; i++)
        if (str_eq(req->model->lists[i]->name, req->name)) {
            *ret = req->model->lists[i];
            return ERR_OK;
        }
    return E_NOT_FOUND;
}

/* The fields that take their values from the list. */
static void users_of(Req *req, Html *h, const CodeList *list)
{
    const Model *m = req->model;
    Buf b = buf_new(req->arena, 256);
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->field_count; k++) {
            const Field *f = m->regs[i]->fields[k];
            if (f->kind != FK_CODE || f->codes != list)
                continue;
            Str reg = req_label(req, &m->regs[i]->label), field = req_label(req, &f->label);
            buf_printf(&b, "%s%.*s: %.*s", b.len ? "; " : "", STR_ARG(reg), STR_ARG(field));
        }
    h_element(h, "p",
              b.len ? req_say(req, M_CODES_USED_BY, buf_str(&b))
                    : req_tr(req, M_CODES_USED_BY_NONE));
}

static Str state_words(Req *req, const Code *c)
{
    if (c->proposed)
        return req_tr(req, M_CODE_PROPOSED);
    return req_tr(req, code_valid(c, clock_today()) ? M_CODE_VALID : M_CODE_NOT_VALID);
}

static Err origin_cell(Req *req, Html *h, const CodeList *list, const Code *c)
{
    bool used = false;
    h_open(h, "td");
    h_text(h, req_tr(req, c->local ? M_CODE_LOCAL : M_CODE_SHIPPED));
    if (c->local) {
        TRY(local_code_used(req->reader.db, req->arena, req->model, list, c->code, &used));
        h_text(h, used ? req_tr(req, M_CODE_USED) : req_tr(req, M_CODE_NOT_USED));
        h_lit(h, " ");
        page_link(
            h,
            str_printf(req->arena, "/kode/%.*s?ubah=%.*s#f", STR_ARG(list->name), STR_ARG(c->code)),
            req_tr(req, M_CODE_CHANGE));
    }
    h_close(h);
    return ERR_OK;
}

static Err code_row(Req *req, Html *h, const CodeList *list, const Code *c)
{
    h_open(h, "tr");
    h_open(h, "th");
    h_attr(h, "scope", S("row"));
    h_element(h, "code", c->code);
    h_close(h);
    h_element(h, "td", c->label.text[LANG_ID]);
    h_element(h, "td", c->label.text[LANG_EN]);
    h_element(h, "td", req_day(req, c->from));
    h_element(h, "td", req_day(req, c->until));
    h_element(h, "td", state_words(req, c));
    TRY(origin_cell(req, h, list, c));
    h_close(h);
    return ERR_OK;
}

/* Local rows first: they are what a reader can do something about. */
static Err code_table(Req *req, Html *h, const CodeList *list)
{
    CodeRows rows = code_rows(list);
    page_table_of(req, h, req_label(req, &list->label), M_CODE_CODE, M_CODE_LABEL_ID,
                  M_CODE_LABEL_EN, M_CODE_FROM, M_CODE_UNTIL, M_CODE_STATE, M_CODE_ORIGIN);
    for (size_t i = list->n; i < rows.n; i++)
        TRY(code_row(req, h, list, &rows.items[i]));
    for (size_t i = 0; i < list->n && i < rows.n; i++)
        TRY(code_row(req, h, list, &rows.items[i]));
    page_table_end(h);
    return ERR_OK;
}

/* ---- the form ---- */

typedef struct CodeForm {
    Str old;                                  /* code of the row to change; absent: a new one */
    Str code, label[LANG_COUNT], from, until; /* as typed */
} CodeForm;

static void form(Req *req, Html *h, const CodeList *list, const CodeForm *f)
{
    Str hint = req_tr(req, M_WEB_HINT_DATE_FULL);
    page_form_open_as(req, h, list_url(req, list), S("bagian"));
    h_element_attr(h, "h2", "id", S("f"),
                   str_empty(f->old) ? req_tr(req, M_CODE_ADD)
                                     : req_say(req, M_CODE_CHANGE_ONE, f->old));
    if (str_empty(f->old))
        widget_text(req, h, S("kode"), req_tr(req, M_CODE_CODE), req_tr(req, M_CODE_CODE_HINT),
                    f->code, true);
    else
        page_hidden(h, S("lama"), f->old);
    widget_text(req, h, S("label_id"), req_tr(req, M_CODE_LABEL_ID), STR_NONE, f->label[LANG_ID],
                true);
    widget_text(req, h, S("label_en"), req_tr(req, M_CODE_LABEL_EN), STR_NONE, f->label[LANG_EN],
                true);
    widget_text(req, h, S("sejak"), req_tr(req, M_CODE_FROM), hint, f->from, false);
    widget_text(req, h, S("sampai"), req_tr(req, M_CODE_UNTIL), req_tr(req, M_CODE_UNTIL_HINT),
                f->until, false);
    h_element(h, "p", req_tr(req, M_CODE_AT_ONCE));
    page_form_end(h, req_tr(req, M_WEB_SAVE), S("utama"));
}

static Err show(Req *req, const CodeList *list, const CodeForm *f, const Problems *problems)
{
    Crumb crumbs[] = {{req_tr(req, M_ADMIN), S("/admin")}, {req_tr(req, M_CODES), S("/kode")}};
    Html *h = page_begin(req, req_label(req, &list->label), crumbs, 2);
    widget_summary(req, h, problems);
    users_of(req, h, list);
    if (list->open)
        form(req, h, list, f);
    else
        page_notice(h, "info", req_tr(req, M_CODES_CLOSED_NOTE));
    TRY(code_table(req, h, list));
    return page_end(req, h);
}

/* A stored date as it is typed. */
static Str typed_date(Req *req, Str iso)
{
    Date d;
    if (!date_parse_iso(iso, &d))
        return STR_NONE;
    return str_printf(req->arena, "%02d/%02d/%04d", d.day, d.month, d.year);
}

Err page_codes(Req *req)
{
    CodeList *list;
    CodeForm f = {0};
    TRY(list_of(req, &list));
    Str asked = req_query(req, S("ubah"));
    const Code *c = str_empty(asked) ? NULL : code_find(list, asked);
    if (!str_empty(asked) && (!c || !c->local))
        return E_NOT_FOUND;
    if (c)
        f = (CodeForm){.old = c->code,
                       .code = c->code,
                       .label = {c->label.text[LANG_ID], c->label.text[LANG_EN]},
                       .from = typed_date(req, c->from),
                       .until = typed_date(req, c->until)};
    return show(req, list, &f, NULL);
}

/* ---- saving ---- */

typedef struct CodeSave {
    Req *req;
    LocalCode code;
    CodeForm form;
} CodeSave;

static Str read_day(Req *req, Str name, Msg label, Str typed, Problems *problems)
{
    Date d;
    if (str_empty(typed))
        return STR_NONE;
    if (date_parse(req->arena, typed, &d) && date_is_full(d))
        return date_iso(req->arena, d);
    problem_about(problems, name, label, M_CODE_BAD_DATE, STR_NONE);
    return STR_NONE;
}

static void read_form(Req *req, CodeSave *s, Problems *problems)
{
    CodeForm *f = &s->form;
    *f = (CodeForm){.old = req_form(req, S("lama")),
                    .label = {req_form(req, S("label_id")), req_form(req, S("label_en"))},
                    .from = req_form(req, S("sejak")),
                    .until = req_form(req, S("sampai"))};
    f->code = str_empty(f->old) ? req_form(req, S("kode")) : f->old;
    s->code.is_new = str_empty(f->old);
    s->code.row = (Code){.code = f->code,
                         .label = {{f->label[LANG_ID], f->label[LANG_EN]}},
                         .from = read_day(req, S("sejak"), M_CODE_FROM, f->from, problems),
                         .until = read_day(req, S("sampai"), M_CODE_UNTIL, f->until, problems)};
    local_code_check(&s->code, req->arena, problems);
}

static Err save(WriteTx *tx, void *arg)
{
    CodeSave *s = arg;
    TRY(local_code_put(tx, &s->code));
    return req_note(
        tx, s->req,
        str_printf(tx->arena, "code:%.*s/%.*s", STR_ARG(s->req->name), STR_ARG(s->code.row.code)),
        NULL, STR_NONE, ERR_OK);
}

static Err after_saving(Req *req, Err err)
{
    const CodeSave *s = req->state;
    if (err == E_DUPLICATE || err == E_LIMIT) {
        Problems problems = {.arena = req->arena};
        problem_add(&problems,
                    (Problem){.field = S("kode"),
                              .msg = err == E_LIMIT ? M_CODE_MANY : M_CODE_TAKEN,
                              .args = {err == E_LIMIT ? str_int(req->arena, LOCAL_CODES_MAX)
                                                      : s->code.row.code}});
        return show(req, s->code.list, &s->form, &problems);
    }
    TRY(err);
    return req_redirect(req, str_printf(req->arena, "/kode/%.*s?pesan=simpan", STR_ARG(req->name)));
}

Err page_codes_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    CodeSave *s = ARENA_NEW(req->arena, CodeSave);
    TRY(list_of(req, &s->code.list));
    if (!s->code.list->open)
        return E_DENIED;
    s->req = req;
    s->code.model = req->model;
    req->state = s;
    read_form(req, s, &problems);
    if (problems.errors)
        return show(req, s->code.list, &s->form, &problems);
    return req_write(req, NULL, save, s, after_saving);
}
