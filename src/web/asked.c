#include "web/asked.h"

#include "base/base64.h"
#include "guard/keys.h"
#include "guard/session.h"
#include "web/page.h"

#define PURPOSE "sgpasked"
#define SEALED  S("tersegel")

void asked_form_open(Req *req, Html *h, Str action, Str class_, Str role)
{
    h_open(h, "form");
    h_attr(h, "class", class_);
    h_attr(h, "role", role);
    h_attr(h, "method", S("post"));
    h_url(h, "action", action);
    page_hidden(h, S("csrf"), csrf_token(req->arena, req->subject.session));
}

/* Words, numbers of records and who opened them, and whatever is a protected field somewhere. */
static bool looks_for(const Model *m, Str name)
{
    bool found = str_has_word(S("q nomor catatan masuk"), name);
    for (size_t i = 0; i < m->reg_count && !found; i++) {
        const Field *f = reg_field(m->regs[i], name);
        found = f && f->class_;
    }
    return found;
}

static bool any_looks_for(const Model *m, const Params *p)
{
    bool found = false;
    for (size_t i = 0; i < p->names.n && !found; i++)
        found = !str_empty(p->values.items[i]) && looks_for(m, p->names.items[i]);
    return found;
}

Str asked_url(Req *req, Str path, Str query)
{
    Arena *a = req->arena;
    Buf q = buf_new(a, 256);
    Params p;
    if (str_empty(query))
        return path;
    if (urlencoded_parse(a, query, &p) == ERR_OK && any_looks_for(req->model, &p)) {
        Str blob = seal_own(req->store->in->keyring, PURPOSE, req->subject.session, a, query);
        query_put(&q, SEALED, base64_encode(a, blob));
        query = buf_str(&q);
    }
    return str_printf(a, "%.*s?%.*s", STR_ARG(path), STR_ARG(query));
}

Err asked_params(const Req *req, Params *p)
{
    Str text = params_get(p, SEALED), blob, query;
    Params asked;
    if (!text.ptr)
        return ERR_OK;
    if (!base64_decode(req->arena, text, &blob))
        return E_BAD_REQ;
    TRY(unseal_own(req->store->in->keyring, PURPOSE, req->subject.session, req->arena, blob,
                   &query));
    TRY(urlencoded_parse(req->arena, query, &asked));
    for (size_t i = 0; i < p->names.n; i++)
        if (!str_eq(p->names.items[i], SEALED))
            params_add(&asked, req->arena, p->names.items[i], p->values.items[i]);
    *p = asked;
    return ERR_OK;
}

Err asked_open(Req *req)
{
    if (!req->known || asked_params(req, &req->query) == ERR_OK)
        return ERR_OK;
    return req_redirect(req, str_printf(req->arena, "%.*s?pesan=cari", STR_ARG(req->path)));
}

Err page_asked_post(Req *req)
{
    Buf q = buf_new(req->arena, 256);
    if (req->reg && !req_may(req, req->reg, VERB_LIST))
        return E_DENIED;
    for (size_t i = 0; i < req->form.names.n; i++)
        if (!str_is(req->form.names.items[i], "csrf") && !str_empty(req->form.values.items[i]))
            query_put(&q, req->form.names.items[i], req->form.values.items[i]);
    return req_redirect(req, asked_url(req, req->path, buf_str(&q)));
}
