/* Suggestions while typing, as JSON: places, and records the reader may list. */
#include "model/query.h"
#include "web/page.h"

#include "base/json.h"

enum { PICKS = 10 };

static void begin(Req *req)
{
    req->res.body = buf_new(req->arena, 1024);
    req->res.type = S("application/json; charset=utf-8");
    buf_char(&req->res.body, '[');
}

static void item(Req *req, Str value, Str label)
{
    Buf *b = &req->res.body;
    if (b->len > 1)
        buf_char(b, ',');
    buf_lit(b, "{\"nilai\":");
    json_put(b, value);
    buf_lit(b, ",\"label\":");
    json_put(b, label);
    buf_char(b, '}');
}

Err page_pick_place(Req *req)
{
    static const struct {
        const char *word;
        PlaceLevel level;
    } levels[] = {{"prov", PLACE_PROVINCE},
                  {"kab", PLACE_DISTRICT},
                  {"kec", PLACE_SUBDISTRICT},
                  {"desa", PLACE_VILLAGE}};
    const Place *hits[PICKS];
    PlaceLevel level = PLACE_ANY;
    Str want = req_query(req, S("jenjang")), q = req_query(req, S("q"));
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (str_is(want, levels[i].word))
            level = levels[i].level;
    begin(req);
    size_t n = str_empty(q) ? 0 : place_search(req->model, req->arena, q, level, hits, PICKS);
    for (size_t i = 0; i < n; i++)
        item(req, hits[i]->code, place_label(req->model, req->arena, hits[i]->code));
    buf_char(&req->res.body, ']');
    return ERR_OK;
}

static Err pick_from(Req *req, const Register *reg, Str text)
{
    Query q = query_new(reg);
    QueryPage page;
    q.limit = PICKS;
    if (!str_empty(reg->number) && str_find(text, '-') > 0)
        query_filter(&q, req->arena, NULL, S("nomor"), FILTER_EQ, text);
    else if (reg->has_search)
        q.text = text;
    else
        return ERR_OK;
    TRY(query_page(&req->reader, &q, &page));
    for (size_t i = 0; i < page.n; i++) {
        const Record *r = &page.items[i];
        item(req, r->uid,
             str_printf(req->arena, "%.*s%s%.*s", STR_ARG(r->heading),
                        str_empty(r->number) ? "" : " · ", STR_ARG(r->number)));
    }
    return ERR_OK;
}

Err page_pick_record(Req *req)
{
    Str q = req_query(req, S("q"));
    if (!req_may(req, req->reg, VERB_LIST))
        return E_DENIED;
    begin(req);
    if (!str_empty(q))
        TRY(pick_from(req, req->reg, q));
    buf_char(&req->res.body, ']');
    return ERR_OK;
}

/* The same over all registers that carry a tag. */
Err page_pick_tag(Req *req)
{
    Str q = req_query(req, S("q"));
    begin(req);
    for (size_t i = 0; !str_empty(q) && i < req->model->reg_count; i++) {
        const Register *reg = req->model->regs[i];
        if (reg_has_tag(reg, req->name) && req_may(req, reg, VERB_LIST))
            TRY(pick_from(req, reg, q));
    }
    buf_char(&req->res.body, ']');
    return ERR_OK;
}
