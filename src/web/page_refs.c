/* "Referred to by": what names a record elsewhere, as far as the reader may know of it. */
#include "web/list.h"
#include "web/page_show.h"

enum { SHOWN = 20 };

bool may_refer(Req *req, const Register *reg, const Register *to)
{
    bool refers = false;
    for (size_t i = 0; i < to->referrer_count; i++)
        refers |= to->referrers[i]->reg == reg && !to->referrers[i]->class_;
    return refers && req_may(req, reg, VERB_LIST);
}

Err referring(Req *req, const Record *to, const Register *reg, int limit, Query *q, QueryPage *ret)
{
    *q = query_new(reg);
    q->limit = limit;
    q->refers_to_reg = to->reg;
    q->refers_to = to->uid;
    return query_page(&req->reader, q, ret);
}

static Err one_register(Req *req, Html *h, const Record *r, const Register *reg, bool *ret_any)
{
    Query q;
    QueryPage page;
    TRY(referring(req, r, reg, SHOWN, &q, &page));
    if (!page.n)
        return ERR_OK;
    Columns cols = list_columns(req, reg);
    if (reg->has_parent) /* which file it stands in is what one looks for */
        *ARENA_PUSH(req->arena, cols) = (Column){.name = S("induk")};
    *ret_any = true;
    h_open(h, "h3");
    h_text(h, req_label(req, &reg->label));
    h_lit(h, " ");
    h_element_as(h, "span", "jumlah", list_total(req, page.total));
    h_close(h);
    list_table(req, h, &q, &page, &cols, req_label(req, &reg->label), false);
    if (page.next.ptr)
        h_element(h, "p", req_say(req, M_WEB_REFERRED_MORE, str_int(req->arena, SHOWN)));
    return ERR_OK;
}

Err show_referrers(Req *req, Html *h, const Record *r)
{
    bool any = false, asked = str_is(req_query(req, S("rujuk")), "ya"), possible = false;
    for (size_t i = 0; i < req->model->reg_count; i++)
        possible |= may_refer(req, req->model->regs[i], r->reg);
    if (!possible)
        return ERR_OK;
    h_class(h, "section", "bagian anak");
    h_attr(h, "id", S("rujuk"));
    h_element(h, "h2", req_tr(req, M_WEB_REFERRED));
    if (asked && r->reg->role == REG_ROLE_PERSON)
        TRY(show_cluster(req, h, r));
    for (size_t i = 0; asked && i < req->model->reg_count; i++)
        if (may_refer(req, req->model->regs[i], r->reg))
            TRY(one_register(req, h, r, req->model->regs[i], &any));
    if (asked && !any)
        h_element(h, "p", req_tr(req, M_WEB_REFERRED_NONE));
    if (!asked) {
        page_link_in_as(
            h, "p", "tombol",
            str_printf(req->arena, "%.*s#rujuk", STR_ARG(list_url(req, S("rujuk"), S("ya")))),
            req_tr(req, M_WEB_SHOW_ALL));
    }
    h_close(h);
    return ERR_OK;
}
