/* What one typed and did not save: the page of one's own drafts, and the newest on the first page.
 */
#include "web/page_drafts.h"

#include "base/clock.h"
#include "model/draft.h"

enum { ON_PAGE = 100, ON_FIRST_PAGE = 5 };

static DraftKey key_of(Req *req, const DraftRow *row)
{
    return (DraftKey){
        .store = req->store, .user_uid = req->subject.uid, .reg = row->reg, .rec = row->rec};
}

/* "register/uid" of the record that a new one was begun under, as the form carried it. */
static Err parent_of(Req *req, const DraftRow *row, Str *ret)
{
    Str text;
    int64_t at;
    Params typed = {0};
    *ret = STR_NONE;
    if (row->rec.len <= 1)
        return ERR_OK;
    TRY(draft_get(&req->reader, key_of(req, row), &text, &at));
    TRY(urlencoded_parse(req->arena, text, &typed));
    *ret = params_get(&typed, S("induk"));
    return ERR_OK;
}

static Err link_to(Req *req, Html *h, const Register *reg, const DraftRow *row)
{
    Record r;
    Str parent, label = req_label(req, &reg->label);
    if (!str_starts(row->rec, S("+"))) {
        bool found = store_get(&req->reader, reg, row->rec, VERB_LIST, &r) == ERR_OK;
        Str name = !found ? STR_NONE : str_empty(r.heading) ? r.number : r.heading;
        page_link(h, url_record(req, reg, row->rec, "/ubah?draf=lanjut"),
                  str_empty(name)
                      ? label
                      : str_printf(req->arena, "%.*s: %.*s", STR_ARG(label), STR_ARG(name)));
        return ERR_OK;
    }
    TRY(parent_of(req, row, &parent));
    Str form = str_printf(req->arena, "/%.*s/baru", STR_ARG(reg->name));
    page_link(h, url_with(req->arena, form, {"draf", S("lanjut")}, {"induk", parent}),
              req_say(req, M_WEB_NEW_TITLE, label));
    return ERR_OK;
}

static Str age_text(Req *req, int64_t at)
{
    int64_t days = date_days(clock_today()) - date_days(clock_date_of(at, NULL));
    return days <= 0 ? req_tr(req, M_DRAFT_TODAY)
                     : req_say(req, M_DRAFT_AGE, str_int(req->arena, days));
}

static void drop_form(Req *req, Html *h, const DraftRow *row)
{
    page_form_open(req, h, S("/draf/hapus"));
    page_hidden(h, S("daftar"), row->reg);
    page_hidden(h, S("catatan"), row->rec);
    page_form_end(h, req_tr(req, M_WEB_DRAFT_DROP), S("polos"));
}

static Err put_drafts(Req *req, Html *h, const DraftRow *rows, size_t n, bool drops)
{
    h_class(h, "ul", "draf");
    for (size_t i = 0; i < n; i++) {
        const Register *reg = model_reg(req->model, rows[i].reg);
        h_open(h, "li");
        if (reg)
            TRY(link_to(req, h, reg, &rows[i]));
        h_lit(h, ", ");
        h_text(h, age_text(req, rows[i].at));
        if (drops) {
            h_lit(h, " (");
            h_text(h, req_instant(req, rows[i].at));
            h_lit(h, ") ");
            drop_form(req, h, &rows[i]);
        }
        h_close(h);
    }
    h_close(h);
    return ERR_OK;
}

Err drafts_newest(Req *req, Html *h)
{
    DraftRow rows[ON_PAGE];
    size_t n;
    TRY(draft_list(&req->reader, req->subject.uid, rows, ON_PAGE, &n));
    if (!n)
        return ERR_OK;
    h_class(h, "section", "bagian");
    h_open(h, "h2");
    h_open(h, "a");
    h_url(h, "href", S("/draf"));
    h_text(h, req_tr(req, M_WEB_DRAFTS));
    h_lit(h, " ");
    h_class(h, "span", "jumlah");
    h_int(h, (int64_t)n);
    h_close(h);
    h_close(h);
    h_close(h);
    TRY(put_drafts(req, h, rows, n < ON_FIRST_PAGE ? n : ON_FIRST_PAGE, false));
    h_close(h);
    return ERR_OK;
}

Err page_drafts(Req *req)
{
    DraftRow rows[ON_PAGE];
    size_t n;
    TRY(draft_list(&req->reader, req->subject.uid, rows, ON_PAGE, &n));
    Html *h = page_begin(req, req_tr(req, M_WEB_DRAFTS), NULL, 0);
    h_element(h, "p", req_say(req, M_DRAFT_KEPT_DAYS, str_int(req->arena, DRAFT_DAYS)));
    if (n)
        TRY(put_drafts(req, h, rows, n, true));
    else
        page_notice(h, "info", req_tr(req, M_DRAFT_NONE));
    return page_end(req, h);
}

Err page_draft_drop_post(Req *req)
{
    DraftKey *key = ARENA_NEW(req->arena, DraftKey);
    DraftRow row = {.reg = req_form(req, S("daftar")), .rec = req_form(req, S("catatan"))};
    *key = key_of(req, &row);
    return req_write_to(req, draft_drop, key, S("/draf?pesan=buang"));
}
