/* Two people changed one record: shows both values of every field that differs and lets the second
 * choose; the choice is sent to the ordinary form address with the present version. */
#include "web/page_form.h"

#include "base/rand.h"

/* Everything typed goes along, save what this page asks anew. */
static void carry(Req *req, Html *h)
{
    for (size_t i = 0; i < req->form.names.n; i++) {
        Str name = req->form.names.items[i];
        if (str_is(name, "csrf") || str_is(name, "idem") || str_is(name, "versi") ||
            str_starts(name, S("pilih.")))
            continue;
        page_hidden(h, name, req->form.values.items[i]);
    }
}

static void radio(Req *req, Html *h, const Field *f, const char *whose, Str text)
{
    h_open(h, "td");
    h_class(h, "label", "pilihan");
    page_input(h, "radio", str_printf(req->arena, "pilih.%.*s", STR_ARG(f->name)));
    h_attr(h, "value", str_of(whose));
    h_flag(h, "required");
    h_element(h, "span", str_empty(text) ? req_tr(req, M_WEB_EMPTY) : text);
    h_close(h);
    h_close(h);
}

static void row(Save *s, Html *h, const Field *f)
{
    Req *req = s->req;
    Value mine = {.text = s->change->vals[f->index]};
    Record target; /* typed by the reader, judged by nobody yet */
    if (f->kind == FK_REF && !f->multi && f->target && uid_shape(mine.text) &&
        store_get(&req->reader, f->target, mine.text, VERB_LIST, &target) == ERR_OK)
        mine.heading = target.heading;
    h_open(h, "tr");
    page_row_head(h, req_label(req, &f->label));
    radio(req, h, f, "mereka", record_value(req, &s->sheet->rec, f));
    radio(req, h, f, "saya", value_show(f, req->arena, req->lang, &mine));
    h_close(h);
}

Err page_conflict(Req *req, Save *s)
{
    Sheet fresh;
    Crumb crumbs[4];
    TRY(record_load(req, VERB_CHANGE, &fresh));
    *s->sheet = fresh;
    /* The change may have been trimmed against the old version: read the form again. */
    Problems ignored = {.arena = req->arena};
    s->change = store_change(req->arena, CHANGE_UPDATE, req->reg, req->uid, fresh.rec.version);
    TRY(form_read(&s->form, s->change, &ignored));
    size_t n = record_crumbs(req, &fresh.rec, true, crumbs);
    Html *h = page_begin(req, req_tr(req, M_WEB_CONFLICT), crumbs, n);
    req->res.status = err_http(E_STALE);
    page_notice(h, "awas", req_tr(req, M_E_STALE));
    page_form_open(req, h, url_record(req, req->reg, req->uid, "/ubah"));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, fresh.rec.version));
    carry(req, h);
    page_table_of(req, h, req_tr(req, M_WEB_CONFLICT), M_WEB_FIELD, M_WEB_THEIRS, M_WEB_MINE);
    for (size_t i = 0; i < req->reg->field_count; i++)
        if (s->change->set[i] && !fresh.rec.vals[i].sealed &&
            !str_eq(s->change->vals[i], fresh.rec.vals[i].text))
            row(s, h, req->reg->fields[i]);
    page_table_end(h);
    page_form_end(h, req_tr(req, M_WEB_SAVE), S("utama"));
    return page_end(req, h);
}
