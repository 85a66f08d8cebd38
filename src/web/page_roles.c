/* What each role may reach, in words, made from the rights of the registers. Everybody may read it:
 * who sees what is no secret among colleagues. */
#include "web/page.h"

#include "model/role_report.h"

Err page_roles(Req *req)
{
    const Model *m = req->model;
    Html *h = page_begin(req, req_tr(req, M_ROLES), NULL, 0);
    h_element(h, "p", req_tr(req, M_ROLES_LEAD));
    h_class(h, "dl", "bantuan");
    for (size_t i = 0; i < m->role_count; i++) {
        const RoleDef *role = &m->roles[i];
        h_open(h, "dt");
        page_link(h, str_printf(req->arena, "/peran/%.*s", STR_ARG(role->name)),
                  req_label(req, &role->label));
        h_close(h);
        h_element(h, "dd", req_label(req, &role->help));
    }
    h_close(h);
    page_end(req, h);
    return ERR_OK;
}

static void line(Req *req, Html *h, const RoleLine *l)
{
    Str none = S("–");
    h_open(h, "tr");
    h_open(h, "th");
    h_attr(h, "scope", S("row"));
    h_text(h, req_label(req, &l->reg->label));
    h_close(h);
    h_element(h, "td", l->verbs);
    h_element(h, "td", l->scope);
    h_element(h, "td", l->open.len ? l->open : none);
    h_element(h, "td", l->closed.len ? l->closed : none);
    h_close(h);
}

Err page_role(Req *req)
{
    static const Msg heads[] = {M_ROLE_REGISTER, M_ROLE_VERBS, M_ROLE_SCOPE, M_ROLE_OPEN,
                                M_ROLE_CLOSED};
    const Model *m = req->model;
    RoleLine *lines;
    int index = model_role(m, req->name);
    if (index < 0)
        return E_NOT_FOUND;
    const RoleDef *role = &m->roles[index];
    Crumb crumb = {req_tr(req, M_ROLES), S("/peran")};
    Html *h = page_begin(req, req_label(req, &role->label), &crumb, 1);
    h_element(h, "p", req_label(req, &role->help));
    size_t n = role_report(m, req->arena, req->lang, index, &lines);
    page_table_begin(req, h, req_label(req, &role->label), heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < n; i++)
        line(req, h, &lines[i]);
    page_table_end(h);
    h_element(h, "h2", req_tr(req, M_ROLE_NOT));
    h_element(h, "p", role_unreached(m, req->arena, req->lang, index));
    page_end(req, h);
    return ERR_OK;
}
