/* A new user: institution, roles and a temporary password in one form. */
#include "web/form_read.h"
#include "web/page_users.h"

#include "guard/account.h"
#include "guard/subject.h"
#include "intake/user_make.h"

/* The institution is picked as in any form of a register: from a list when there are few, else by
 * words or number. */
static const Field *institution_field(const Req *req)
{
    const Register *reg = role_reg(req->model, REG_ROLE_INSTITUTION);
    Field *f = ARENA_NEW(req->arena, Field);
    *f = (Field){.name = S("instansi"),
                 .label = msg_label(M_WEB_INSTITUTION),
                 .reg = reg,
                 .kind = FK_REF,
                 .target = reg,
                 .required = true};
    return f;
}

static void role_boxes(Req *req, Html *h, Str chosen)
{
    const Model *m = req->model;
    h_open(h, "fieldset");
    h_element(h, "legend", req_tr(req, M_USER_ROLES));
    for (size_t i = 0; i < m->role_count; i++)
        page_check(h, S("peranan"), m->roles[i].name, req_label(req, &m->roles[i].label),
                   str_has_word(chosen, m->roles[i].name));
    page_link_in(h, "p", S("/peran"), req_tr(req, M_ROLES));
    h_close(h);
}

static Err typed_user(Req *req, Problems *problems, NewUser *ret)
{
    Form f = {.req = req, .reg = role_reg(req->model, REG_ROLE_INSTITUTION)};
    *ret = (NewUser){.login = login_fold(req->arena, req_form(req, S("masuk"))),
                     .name = req_form(req, S("nama")),
                     .roles = params_all(&req->form, req->arena, S("peranan"), ' '),
                     .password = password_given(req, problems),
                     .temporary = true};
    return form_read_picked(&f, institution_field(req), problems, &ret->institution_uid);
}

static Err form_page(Req *req, const NewUser *u, const Problems *problems)
{
    const Register *reg = role_reg(req->model, REG_ROLE_USER);
    Crumb crumb = {req_label(req, &reg->label), url_reg(req, reg)};
    Html *h = page_begin(req, req_tr(req, M_USER_NEW), &crumb, 1);
    widget_summary(req, h, problems);
    Form f = {.req = req,
              .h = h,
              .reg = role_reg(req->model, REG_ROLE_INSTITUTION),
              .problems = problems,
              .typed = req->method == METHOD_POST ? &req->form : NULL};
    page_form_open(req, h, S("/akun/baru"));
    widget_field(&f, institution_field(req));
    widget_text(req, h, S("nama"), req_tr(req, M_USER_NAME), STR_NONE, u->name, true);
    widget_text(req, h, S("masuk"), req_tr(req, M_WEB_LOGIN_NAME), STR_NONE, u->login, true);
    role_boxes(req, h, u->roles);
    password_proposed(req, h, u->password);
    page_form_end(h, req_tr(req, M_USER_NEW), S("utama"));
    return page_end(req, h);
}

Err page_user_new(Req *req)
{
    NewUser u = {.password = password_propose(req)};
    return req_duty(req, "users") ? form_page(req, &u, NULL) : E_DENIED;
}

static void check_user(Req *req, const NewUser *u, Problems *problems)
{
    if (str_empty(u->institution_uid) && !problems->errors)
        problem_at(problems, S("instansi"), M_USER_NEEDS_INSTITUTION, STR_NONE);
    if (str_empty(u->login))
        problem_at(problems, S("masuk"), M_USER_NEEDS_LOGIN, STR_NONE);
    if (!roles_known(req->model, u->roles))
        problem_at(problems, S("peranan"), M_USER_NEEDS_ROLE, STR_NONE);
}

typedef struct Made {
    NewUser user;
    Batch *batch;
} Made;

static Err after_made(Req *req, Err err)
{
    Made *made = req->state;
    if (err == E_DUPLICATE || err == E_INVALID) {
        Problems problems = {.arena = req->arena};
        problem_at(&problems, S("masuk"), M_USER_LOGIN_TAKEN, made->user.login);
        return form_page(req, &made->user, &problems);
    }
    TRY(err);
    return req_redirect(req, str_printf(req->arena, "/%.*s/%.*s?pesan=simpan",
                                        STR_ARG(made->batch->items[0]->reg->name),
                                        STR_ARG(made->batch->items[0]->uid)));
}

Err page_user_new_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    Made *made = ARENA_NEW(req->arena, Made);
    TRY(req_needs_duty(req, "users"));
    TRY(typed_user(req, &problems, &made->user));
    req->state = made;
    check_user(req, &made->user, &problems);
    Err e = problems.errors ? E_INVALID
                            : user_prepare(&req->reader, &made->user, &problems, &made->batch);
    if (e == E_INVALID)
        return form_page(req, &made->user, &problems);
    TRY(e);
    return req_write(req, store_batch_keys, store_batch_apply, made->batch, after_made);
}
