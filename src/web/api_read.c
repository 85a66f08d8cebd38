/* Reading through the API: the entry, code lists, lists and single records. */
#include "base/number.h"
#include "base/utf8.h"
#include "model/reason.h"
#include "web/api.h"
#include "web/list.h"
#include "web/list_query.h"
#include "web/record.h"

/* ---- values ---- */

static Str instant_utc(Req *req, Str canonical)
{
    int64_t at;
    if (!str_i64(canonical, &at))
        return canonical;
    int64_t day = at / 86400000 - (at % 86400000 < 0), ms = at - day * 86400000;
    return str_printf(req->arena, "%.*sT%02d:%02d:%02d.%03dZ",
                      STR_ARG(date_iso(req->arena, date_from_days(day))), (int)(ms / 3600000),
                      (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* That a list names records out of reach is not told (KAS-16). */
static void put_many(Req *req, Json *j, const Field *f, Str words)
{
    Str word;
    Record target;
    json_open(j, '[');
    while (str_word(&words, &word))
        if (f->kind != FK_REF || record_named(req, f, word, &target))
            json_text(j, word);
    json_close(j, ']');
}

void api_put_value(Req *req, Json *j, const Field *f, Str canonical)
{
    int64_t n;
    if (f->multi)
        put_many(req, j, f, canonical);
    else if (str_empty(canonical))
        json_text(j, STR_NONE);
    else if (f->kind == FK_NUMBER && str_i64(canonical, &n))
        json_raw(j, number_plain(req->arena, n, f->scale));
    else if (f->kind == FK_INSTANT)
        json_text(j, instant_utc(req, canonical));
    else
        json_text(j, canonical);
}

/* ---- records ---- */

static void put_fields(Req *req, Json *j, const Record *r, bool listed)
{
    json_open_at(j, S("isian"), '{');
    for (size_t i = 0; i < r->reg->field_count; i++) {
        const Field *f = r->reg->fields[i];
        if (r->vals[i].sealed || (listed && (!f->list || f->class_)))
            continue;
        json_key(j, f->name);
        api_put_value(req, j, f, r->vals[i].text);
    }
    json_close(j, '}');
}

static void put_closed(Json *j, const Record *r)
{
    json_open_at(j, S("tertutup"), '[');
    for (size_t i = 0; i < r->reg->field_count; i++)
        if (r->vals[i].sealed)
            json_text(j, r->reg->fields[i]->name);
    json_close(j, ']');
}

/* A record: its columns, its fields, which of them are closed. `listed`: only what lists show. */
static void api_put_record(Req *req, Json *j, const Record *r, bool listed)
{
    json_open(j, '{');
    json_pair(j, S("uid"), r->uid);
    json_pair(j, S("href"), api_url(req, r->reg, r->uid));
    json_pair(j, S("nomor"), r->number);
    json_int(j, S("versi"), r->version);
    json_pair(j, S("status"), r->state);
    json_pair(j, S("tajuk"), r->heading);
    json_flag(j, S("batal"), r->void_tx != 0);
    json_pair(j, S("induk"),
              r->parent_reg && !str_empty(r->parent_uid)
                  ? str_printf(req->arena, "%.*s/%.*s", STR_ARG(r->parent_reg->name),
                               STR_ARG(r->parent_uid))
                  : STR_NONE);
    put_fields(req, j, r, listed);
    if (!listed)
        put_closed(j, r);
    json_close(j, '}');
}

/* "code; words": as the page asks it, but with every request, since a token knows no log-in. */
static Err read_purpose(Req *req, const Record *about, Str *ret, Problems *problems)
{
    Str words = req->stated_purpose, code, header = S("Sigap-Tujuan");
    *ret = STR_NONE;
    if (str_empty(words))
        return ERR_OK;
    if (!utf8_valid(words))
        return E_BAD_REQ;
    str_cut(&words, ';', &code);
    code = str_trim(code);
    words = str_trim(words);
    purpose_judge(req, code, header, words, header, problems);
    if (problems->errors)
        return E_INVALID;
    TRY(reason_seal(&req->reader, reason_subject(&req->reader, about), words, &words));
    *ret = str_printf(req->arena, "%.*s: %.*s", STR_ARG(code), STR_ARG(words));
    return ERR_OK;
}

Err api_load(Req *req, Verb verb, Record *ret, Decision *ret_decision, Problems *problems)
{
    Str purpose;
    TRY(store_get(&req->reader, req->reg, req->uid, verb, ret));
    *ret_decision = store_decide(&req->reader, ret, verb);
    TRY(read_purpose(req, ret, &purpose, problems));
    if (str_empty(purpose))
        return ERR_OK;
    req->actor.purpose = purpose;
    return record_open(req, ret, ret_decision->classes);
}

Err api_show(Req *req)
{
    Record r;
    Decision d;
    Problems problems = {.arena = req->arena};
    Err e = api_load(req, VERB_READ, &r, &d, &problems);
    if (e == E_INVALID)
        return api_problem(req, e, &problems);
    TRY(e);
    Json j = json_begin(req, 200);
    req->res.etag = api_etag(req, r.version);
    api_put_record(req, &j, &r, false);
    return ERR_OK;
}

/* ---- lists ---- */

static Str next_url(Req *req, Str cursor)
{
    Buf q = buf_new(req->arena, 128);
    for (size_t i = 0; i < req->query.names.n; i++)
        if (!str_is(req->query.names.items[i], "-dari"))
            query_put(&q, req->query.names.items[i], req->query.values.items[i]);
    query_put(&q, S("-dari"), cursor);
    return str_printf(req->arena, "%.*s?%.*s", STR_ARG(api_url(req, req->reg, STR_NONE)),
                      STR_ARG(buf_str(&q)));
}

Err api_list(Req *req)
{
    Query q;
    QueryPage page = {0};
    Problems problems = {.arena = req->arena};
    if (!req_may(req, req->reg, VERB_LIST))
        return E_DENIED;
    Err e = list_query(req, VERB_LIST, &q, &problems);
    if (e == E_INVALID)
        return api_problem(req, e, &problems);
    TRY(e);
    TRY(query_page(&req->reader, &q, &page));
    Json j = json_begin(req, 200);
    json_open(&j, '{');
    json_pair(&j, S("count"), list_total(req, page.total));
    json_pair(&j, S("next"), str_empty(page.next) ? STR_NONE : next_url(req, page.next));
    json_open_at(&j, S("items"), '[');
    for (size_t i = 0; i < page.n; i++)
        api_put_record(req, &j, &page.items[i], true);
    json_close(&j, ']');
    json_close(&j, '}');
    return ERR_OK;
}

/* ---- entry and code lists ---- */

static void put_label(Json *j, const Label *label)
{
    json_open_at(j, S("label"), '{');
    for (int lang = 0; lang < LANG_COUNT; lang++)
        json_pair(j, str_of(lang_code((Lang)lang)), label->text[lang]);
    json_close(j, '}');
}

Err api_entry(Req *req)
{
    Json j = json_begin(req, 200);
    json_open(&j, '{');
    json_pair(&j, S("openapi"), S("/api/v1/openapi.json"));
    json_open_at(&j, S("registers"), '[');
    for (size_t i = 0; i < req->model->reg_count; i++) {
        const Register *reg = req->model->regs[i];
        if (!req_may(req, reg, VERB_LIST))
            continue;
        json_open(&j, '{');
        json_pair(&j, S("name"), reg->name);
        put_label(&j, &reg->label);
        json_pair(&j, S("href"), api_url(req, reg, STR_NONE));
        json_flag(&j, S("create"), req_may(req, reg, VERB_CREATE));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return ERR_OK;
}

Err api_codes(Req *req)
{
    const CodeList *list = model_list(req->model, req->name);
    if (!list)
        return E_NOT_FOUND;
    CodeRows rows = code_rows(list);
    Json j = json_begin(req, 200);
    json_open(&j, '{');
    json_pair(&j, S("name"), list->name);
    put_label(&j, &list->label);
    json_open_at(&j, S("items"), '[');
    for (size_t i = 0; i < rows.n; i++) {
        const Code *c = &rows.items[i];
        json_open(&j, '{');
        json_pair(&j, S("code"), c->code);
        put_label(&j, &c->label);
        json_pair(&j, S("from"), c->from);
        json_pair(&j, S("until"), c->until);
        json_flag(&j, S("local"), c->local);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return ERR_OK;
}
