/* The locked screen: the session stays, nothing is answered until the password is given again. For
 * a counter where others pass by. */
#include "web/page.h"

#include "base/clock.h"
#include "guard/limits.h"
#include "guard/session.h"
#include "web/password_try.h"

Err page_lock(Req *req)
{
    Str next = req_query(req, S("lanjut"));
    if (!req->subject.locked)
        return req_redirect(req, str_empty(next) ? S("/") : next);
    Html *h = page_begin(req, req_tr(req, M_LOCK_TITLE), NULL, 0);
    if (str_is(req_query(req, S("pesan")), "salah"))
        page_notice(h, "galat", req_tr(req, M_LOCK_WRONG));
    page_form_open_as(req, h, S("/kunci/buka"), S("sempit"));
    page_hidden(h, S("lanjut"), next);
    h_open(h, "p");
    h_text(h, tr_args(req->arena, req->lang, M_LOCK_HINT, req->subject.name));
    h_close(h);
    h_class(h, "div", "isian");
    h_open(h, "label");
    h_attr(h, "for", S("sandi"));
    h_text(h, req_tr(req, M_WEB_PASSWORD));
    h_close(h);
    h_lit(h,
          "<input id=\"sandi\" name=\"sandi\" type=\"password\" autocomplete=\"current-password\" "
          "maxlength=\"256\" required autofocus>");
    h_close(h);
    page_button(h, req_tr(req, M_LOCK_OPEN), S("utama"), STR_NONE, STR_NONE);
    h_close(h);
    page_form_open(req, h, S("/keluar"));
    page_button(h, req_tr(req, M_LOCK_OTHER), S("polos"), STR_NONE, STR_NONE);
    h_close(h);
    page_end(req, h);
    return ERR_OK;
}

static Err note(WriteTx *tx, const Req *req, Str action, Err result)
{
    AuditAct act = {.store = req->store,
                    .actor = &req->actor,
                    .action = action,
                    .uid = req->subject.uid,
                    .result = result == ERR_OK ? S("ok") : str_of(err_name(result)),
                    .reg = role_reg(req->model, REG_ROLE_USER)};
    return store_audit_act(tx, &act);
}

static Err lock_page(Req *req, Str message)
{
    Buf q = buf_new(req->arena, 128);
    if (message.ptr)
        query_put(&q, S("pesan"), message);
    query_put(&q, S("lanjut"), req_form(req, S("lanjut")));
    return req_redirect(req, str_printf(req->arena, "/kunci?%.*s", STR_ARG(buf_str(&q))));
}

static Err write_lock(WriteTx *tx, void *arg)
{
    const Req *req = arg;
    TRY(session_lock(tx, req->subject.session, true));
    return note(tx, req, S("lock"), ERR_OK);
}

static Err after_lock(Req *req, Err err)
{
    TRY(err);
    return lock_page(req, STR_NONE);
}

Err page_lock_post(Req *req)
{
    req_write(req, NULL, write_lock, req, after_lock);
    return ERR_OK;
}

typedef struct Unlock {
    PasswordTry given;
    const Req *req;
} Unlock;

static Err write_unlock(WriteTx *tx, void *arg)
{
    const Unlock *u = arg;
    if (u->given.try.err == ERR_OK) {
        TRY(account_right(tx, &u->given.try));
        TRY(session_lock(tx, u->req->subject.session, false));
    }
    return note(tx, u->req, S("unlock"), u->given.try.err);
}

static Err after_unlock(Req *req, Err err)
{
    const Unlock *u = req->next.arg;
    TRY(err);
    if (u->given.try.err != ERR_OK)
        return lock_page(req, S("salah"));
    Str next = req_form(req, S("lanjut"));
    return req_redirect(req, str_empty(next) ? S("/") : next);
}

static Err after_judged(Req *req, Err err)
{
    TRY(err);
    req_write(req, NULL, write_unlock, req->next.arg, after_unlock);
    return ERR_OK;
}

Err page_unlock_post(Req *req)
{
    Unlock *u = ARENA_NEW(req->arena, Unlock);
    u->req = req;
    if (req->address.ptr && !limiter_take(req->site->logins, req->address, clock_steady()))
        return E_LIMIT;
    password_try(req, &u->given, req->subject.login, params_get(&req->form, S("sandi")),
                 after_judged);
    return ERR_OK;
}
