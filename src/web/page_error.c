/* What went wrong, in words, with the same status and bytes for "not there" and "not yours". */
#include "web/api.h"
#include "web/page.h"

static void body(Req *req, Err e, const Problems *list)
{
    req->res.status = err_http(e);
    req->res.location = req->res.disposition = req->res.type = STR_NONE;
    req->res.gzipped = false;
    if (req_is_api(req)) {
        (void)api_problem(req, e, list);
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

Err page_problems(Req *req, Err e, const Problems *list)
{
    body(req, e, list);
    return ERR_OK;
}

/* Long texts are what nobody wants to type again; the rest goes along unseen. Passwords never do.
 */
static void typed_again(Req *req, Html *h)
{
    for (size_t i = 0; i < req->form.names.n; i++) {
        Str name = req->form.names.items[i], value = req->form.values.items[i];
        if (str_is(name, "csrf") || str_contains(name, S("sandi")) || str_empty(value))
            continue;
        page_hidden(h, name, value);
        if (str_find(value, ' ') >= 0)
            h_element(h, "p", value);
    }
}

/* Nothing was saved, and what was typed waits in the page itself: there is no room for a draft. */
static void send_again(Req *req)
{
    req->res.status = err_http(E_FULL);
    Html *h = page_begin(req, req_tr(req, M_WEB_ERROR_TITLE), NULL, 0);
    page_notice(h, "galat", req_tr(req, M_E_FULL));
    h_element(h, "p", req_tr(req, req->uploads.n ? M_FULL_FILES : M_FULL_TYPED));
    page_form_open_as(req, h, req->path, S("bagian"));
    typed_again(req, h);
    page_form_end(h, req_tr(req, M_FULL_AGAIN), S("utama"));
    page_end(req, h);
}

void page_error(Req *req, Err e)
{
    if (e == E_FULL && req->method == METHOD_POST && req->known && !req_is_api(req))
        send_again(req);
    else
        body(req, e, NULL);
}

void request_refuse(Req *req, Err e)
{
    req->known = false; /* without a snapshot there is no telling what menu to show */
    body(req, e, NULL);
}
