/* What each role may reach, in words, made from the rights of the registers. Everybody may read it:
 * who sees what is no secret among colleagues. */
#include "guard/role_grant.h"
#include "intake/user_make.h"
#include "web/page_users.h"

#include "model/role_report.h"

/* ---- roles that wait for a second person ---- */

Str role_labels(Req *req, Str words)
{
    Str word;
    Buf b = buf_new(req->arena, 128);
    while (str_word(&words, &word)) {
        int role = model_role(req->model, word);
        buf_join(&b, ", ", role < 0 ? word : req_label(req, &req->model->roles[role].label));
    }
    return buf_str(&b);
}

/* Who asked, and who gets it, do not approve. */
static bool may_approve(const Req *req, const RoleAsked *asked)
{
    return req_duty(req, "approve") && !str_eq(asked->by_uid, req->subject.uid) &&
           !str_eq(asked->user_uid, req->subject.uid);
}

static void put_asked(Req *req, Html *h, const RoleAsked *asked)
{
    const Register *users = role_reg(req->model, REG_ROLE_USER);
    h_open(h, "li");
    if (req_may(req, users, VERB_READ))
        page_link(h, url_record(req, users, asked->user_uid, ""), asked->user_name);
    else
        h_text(h, asked->user_name);
    h_lit(h, ": ");
    h_element(h, "strong", role_labels(req, asked->roles));
    h_lit(h, ". ");
    h_text(h, req_say(req, M_ROLES_ASKED_BY, asked->by_name, req_instant(req, asked->at)));
    if (may_approve(req, asked)) {
        page_form_open(req, h, S("/peran/setujui"));
        page_hidden(h, S("akun"), asked->user_uid);
        page_hidden(h, S("peranan"), asked->roles);
        page_form_end(h, req_tr(req, M_ROLES_APPROVE), S("utama"));
    }
    h_close(h);
}

Err roles_waiting(Req *req, Html *h, Str user_uid)
{
    RoleAskedList list;
    if (!req_duty(req, "approve")) { /* others are told of their own */
        if (!str_empty(user_uid))
            return ERR_OK;
        user_uid = req->subject.uid;
    }
    TRY(roles_asked(req->reader.db, req->arena, user_uid, &list));
    if (!list.n)
        return ERR_OK;
    h_class(h, "section", "kabar awas");
    h_element(h, "p", req_tr(req, M_ROLES_ASKED));
    h_open(h, "ul");
    for (size_t i = 0; i < list.n; i++)
        put_asked(req, h, &list.items[i]);
    h_close(h);
    h_close(h);
    return ERR_OK;
}

static Err approve(WriteTx *tx, void *arg)
{
    Req *req = arg;
    RoleAskedList list;
    Str uid = req_form(req, S("akun")), given;
    TRY(roles_asked(tx->db, tx->arena, uid, &list));
    if (!list.n || !str_eq(list.items[0].roles, req_form(req, S("peranan"))))
        return E_STALE; /* what was read is not what is asked now */
    return user_approve_roles(tx, req->store, &req->actor, uid, req->subject.uid, &given);
}

Err page_roles_approve_post(Req *req)
{
    TRY(req_needs_duty(req, "approve"));
    return req_write_to(req, approve, req, S("/peran?pesan=simpan"));
}

/* ---- what a role reaches ---- */

Err page_roles(Req *req)
{
    const Model *m = req->model;
    Html *h = page_begin(req, req_tr(req, M_ROLES), NULL, 0);
    TRY(roles_waiting(req, h, STR_NONE));
    h_element(h, "p", req_tr(req, M_ROLES_LEAD));
    h_class(h, "dl", "bantuan");
    for (size_t i = 0; i < m->role_count; i++) {
        const RoleDef *role = &m->roles[i];
        page_link_in(h, "dt", str_printf(req->arena, "/peran/%.*s", STR_ARG(role->name)),
                     req_label(req, &role->label));
        h_open(h, "dd");
        h_text(h, req_label(req, &role->help));
        if (role->second) {
            h_lit(h, " ");
            h_text(h, req_tr(req, M_ROLES_TWO));
        }
        h_close(h);
    }
    h_close(h);
    return page_end(req, h);
}

static void line(Req *req, Html *h, const RoleLine *l)
{
    Str none = S("–");
    h_open(h, "tr");
    page_row_head(h, req_label(req, &l->reg->label));
    h_element(h, "td", l->verbs);
    h_element(h, "td", l->scope);
    h_element(h, "td", l->open.len ? l->open : none);
    h_element(h, "td", l->closed.len ? l->closed : none);
    h_close(h);
}

Err page_role(Req *req)
{
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
    page_table_of(req, h, req_label(req, &role->label), M_ROLE_REGISTER, M_ROLE_VERBS, M_ROLE_SCOPE,
                  M_ROLE_OPEN, M_ROLE_CLOSED);
    for (size_t i = 0; i < n; i++)
        line(req, h, &lines[i]);
    page_table_end(h);
    h_element(h, "h2", req_tr(req, M_ROLE_NOT));
    h_element(h, "p", role_unreached(m, req->arena, req->lang, index));
    return page_end(req, h);
}
