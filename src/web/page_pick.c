/* Suggestions while typing, as JSON: places, and records the reader may list. */
#include "model/query.h"
#include "web/api.h"
#include "web/page.h"

enum { PICKS = 10 };

static Json begin(Req *req)
{
    Json j = json_begin(req, 200);
    json_open(&j, '[');
    return j;
}

static void item(Json *j, Str value, Str label)
{
    json_open(j, '{');
    json_pair(j, S("nilai"), value);
    json_pair(j, S("label"), label);
    json_close(j, '}');
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
    for (size_t i = 0; i < COUNT(levels); i++)
        if (str_is(want, levels[i].word))
            level = levels[i].level;
    Json j = begin(req);
    size_t n = str_empty(q) ? 0 : place_search(req->model, req->arena, q, level, hits, PICKS);
    for (size_t i = 0; i < n; i++)
        item(&j, hits[i]->code, place_label(req->model, req->arena, hits[i]->code));
    json_close(&j, ']');
    return ERR_OK;
}

static Err pick_from(Req *req, Json *j, const Register *reg, Str text)
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
        item(j, r->uid,
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
    Json j = begin(req);
    if (!str_empty(q))
        TRY(pick_from(req, &j, req->reg, q));
    json_close(&j, ']');
    return ERR_OK;
}

/* The same over all registers that carry a tag. */
Err page_pick_tag(Req *req)
{
    Str q = req_query(req, S("q"));
    Json j = begin(req);
    for (size_t i = 0; !str_empty(q) && i < req->model->reg_count; i++) {
        const Register *reg = req->model->regs[i];
        if (reg_has_tag(reg, req->name) && req_may(req, reg, VERB_LIST))
            TRY(pick_from(req, &j, reg, q));
    }
    json_close(&j, ']');
    return ERR_OK;
}
