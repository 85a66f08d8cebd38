/* A queue: a saved query with its own columns, order and empty state. */
#include "web/bulk.h"
#include "web/list_query.h"

Err page_queue(Req *req)
{
    const QueueDef *def = model_queue(req->model, req->name);
    Query q;
    QueryPage page;
    if (!def)
        return E_NOT_FOUND;
    if (def->roles && !(def->roles & req->subject.roles))
        return E_DENIED;
    TRY(queue_query(req, def, &q));
    TRY(query_page(&req->reader, &q, &page));
    Columns cols = list_named_columns(req, def->reg, &def->columns);
    Html *h = page_begin(req, req_label(req, &def->label), NULL, 0);
    if (page.n) {
        page_print_alone(req, h, req->path);
        h_element_as(h, "p", "jumlah-baris",
                     req_say(req, M_WEB_COUNT, list_total(req, page.total)));
        cols.ticks = bulk_offered(req, &page, def->reg);
        list_table(req, h, &q, &page, &cols, req_label(req, &def->label), false);
        if (cols.ticks)
            bulk_bar(req, h, &page, def->reg,
                     str_printf(req->arena, "/antrean/%.*s?", STR_ARG(def->name)));
    } else {
        h_class(h, "div", "kosong");
        h_element(h, "p", req_label(req, &def->empty));
        h_close(h);
    }
    h_class(h, "nav", "halaman");
    h_attr(h, "aria-label", req_tr(req, M_WEB_PAGES));
    if (page.next.ptr)
        page_link(h, list_url(req, S("-dari"), page.next), req_tr(req, M_WEB_NEXT_PAGE));
    page_link(h, url_reg(req, def->reg), req_label(req, &def->reg->label));
    h_close(h);
    return page_end(req, h);
}
