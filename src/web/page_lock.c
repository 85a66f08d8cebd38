/* The locked screen: the session stays, nothing is answered until the password is given again. For
 * a counter where others pass by. */
#include "web/page.h"

#include "guard/session.h"
#include "web/password_try.h"

Err page_lock(Req *req)
{
    Str next = req_query(req, S("lanjut"));
    if (!req->subject.locked)
        return req_go_on(req, next);
    Html *h = page_begin(req, req_tr(req, M_LOCK_TITLE), NULL, 0);
    if (str_is(req_query(req, S("pesan")), "salah"))
        page_notice(h, "galat", req_tr(req, M_LOCK_WRONG));
    page_form_open_as(req, h, S("/kunci/buka"), S("sempit"));
    page_hidden(h, S("lanjut"), next);
    h_element(h, "p", req_say(req, M_LOCK_HINT, req->subject.name));
    h_class(h, "div", "isian");
    page_label(h, S("sandi"), req_tr(req, M_WEB_PASSWORD));
    h_lit(h,
          "<input id=\"sandi\" name=\"sandi\" type=\"password\" autocomplete=\"current-password\" "
          "maxlength=\"256\" required autofocus>");
    h_close(h);
    page_form_end(h, req_tr(req, M_LOCK_OPEN), S("utama"));
    page_form_button(req, h, S("/keluar"), req_tr(req, M_LOCK_OTHER), S("polos"));
    return page_end(req, h);
}

static Str lock_page(Req *req, Str message)
{
    return url_with(req->arena, S("/kunci"), {"pesan", message},
                    {"lanjut", req_form(req, S("lanjut"))});
}

static Err write_lock(WriteTx *tx, void *arg)
{
    const Req *req = arg;
    TRY(session_lock(tx, req->subject.session, true));
    return req_note_account(tx, req, S("lock"), req->subject.uid, ERR_OK);
}

Err page_lock_post(Req *req)
{
    return req_write_to(req, write_lock, req, lock_page(req, STR_NONE));
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
    return req_note_account(tx, u->req, S("unlock"), u->req->subject.uid, u->given.try.err);
}

static Err after_unlock(Req *req, Err err)
{
    const Unlock *u = req->next.arg;
    TRY(err);
    if (u->given.try.err != ERR_OK)
        return req_redirect(req, lock_page(req, S("salah")));
    return req_go_on(req, req_form(req, S("lanjut")));
}

static Err after_judged(Req *req, Err err)
{
    TRY(err);
    return req_write(req, NULL, write_unlock, req->next.arg, after_unlock);
}

Err page_unlock_post(Req *req)
{
    Unlock *u = ARENA_NEW(req->arena, Unlock);
    u->req = req;
    TRY(req_may_try(req));
    password_try(req, &u->given, req->subject.login, params_get(&req->form, S("sandi")),
                 after_judged);
    return ERR_OK;
}
