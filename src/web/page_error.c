/* What went wrong, in words, with the same status and bytes for "not there" and "not yours". */
#include "web/api.h"
#include "web/page.h"

static void body(Req *req, Err e, const Problems *list)
{
    req->res.status = err_http(e);
    req->res.location = req->res.disposition = req->res.type = STR_NONE;
    req->res.gzipped = false;
    if (req_is_api(req)) {
        api_problem(req, e, list);
        return;
    }
    Str title = req_tr(req, e == E_NOT_FOUND ? M_WEB_NOT_FOUND_TITLE : M_WEB_ERROR_TITLE);
    Html *h = page_begin(req, title, NULL, 0);
    page_notice(h, "galat", req_tr(req, msg_of_err(e)));
    if (list && list->n) {
        h_open(h, "ul");
        for (size_t i = 0; i < list->n; i++)
            h_element(h, "li", problem_text(req->arena, req->lang, &list->items[i]));
        h_close(h);
    }
    h_open(h, "p");
    /* A list of problems is only given to one who reached the record: what was typed waits there.
     */
    if (list && list->n && req->reg && !str_empty(req->uid)) {
        page_link(h, url_record(req, req->reg, req->uid, ""), req_tr(req, M_WEB_TO_RECORD));
        h_lit(h, " ");
    }
    page_link(h, S("/"), req_tr(req, M_WEB_TO_HOME));
    h_close(h);
    page_end(req, h);
}

void page_problems(Req *req, Err e, const Problems *list)
{
    body(req, e, list);
}

void page_error(Req *req, Err e)
{
    body(req, e, NULL);
}

void request_refuse(Req *req, Err e)
{
    req->known = false; /* without a snapshot there is no telling what menu to show */
    body(req, e, NULL);
}
