/* The second factor of a log-in: given after the password, set up by its user, removed by who keeps
 * accounts; and the proof asked again before an act that could hand the installation over. */
#include "web/page_users.h"

#include "guard/second_factor.h"
#include "guard/session.h"
#include "intake/user_make.h"
#include "web/password_try.h"
#include "web/qr.h"

/* ---- what the pages share ---- */

static void code_input(Req *req, Html *h, Str hint)
{
    h_class(h, "div", "isian");
    page_label(h, S("kode"), req_tr(req, M_FACTOR_CODE));
    h_open(h, "input");
    h_attr(h, "id", S("kode"));
    h_attr(h, "name", S("kode"));
    h_attr(h, "autocomplete", S("one-time-code"));
    h_attr(h, "autocapitalize", S("characters"));
    h_attr(h, "maxlength", S("40"));
    h_flag(h, "required");
    h_flag(h, "autofocus");
    if (!str_empty(hint))
        h_element_as(h, "p", "isyarat", hint);
    h_close(h);
}

typedef struct Proof {
    PasswordTry given;
    const Req *req;
    const char *action, *page; /* what goes on record; where the proof is asked for */
    Str code;                  /* absent: a password was judged already */
} Proof;

/* A wrong code counts as a wrong password does. */
static Err judge_code(WriteTx *tx, Proof *p)
{
    AccountTry *t = &p->given.try;
    TRY(account_try(tx, p->req->arena, p->req->subject.login, t));
    if (t->err == ERR_OK)
        t->err = second_factor_take(tx, p->req->store->in->keyring, p->req->subject.uid, p->code);
    return t->err != ERR_OK && err_kind(t->err) != ERR_KIND_USER ? t->err : ERR_OK;
}

static Err write_proof(WriteTx *tx, void *arg)
{
    Proof *p = arg;
    if (p->code.ptr)
        TRY(judge_code(tx, p));
    if (p->given.try.err == ERR_OK) {
        TRY(account_right(tx, &p->given.try));
        TRY(session_prove(tx, p->req->subject.session));
    }
    return req_note_account(tx, p->req, str_of(p->action), p->req->subject.uid, p->given.try.err);
}

/* On to the page that was asked for, or back with what went wrong. */
static Err after_proof(Req *req, Err err)
{
    const Proof *p = req->next.arg;
    Str next = req_form(req, S("lanjut"));
    TRY(err);
    if (p->given.try.err == ERR_OK)
        return req_go_on(req, next);
    return req_redirect(
        req, url_with(req->arena, str_of(p->page), {"pesan", S("salah")}, {"lanjut", next}));
}

static Proof *proof_of_code(Req *req, const char *action, const char *page)
{
    Proof *p = ARENA_NEW(req->arena, Proof);
    Str code = req_form(req, S("kode"));
    *p = (Proof){.req = req, .action = action, .page = page, .code = code.ptr ? code : S("")};
    return p;
}

/* ---- after the password ---- */

Err page_code(Req *req)
{
    Str next = req_query(req, S("lanjut"));
    if (!req->subject.code_due)
        return req_go_on(req, next);
    Html *h = page_begin(req, req_tr(req, M_FACTOR_TITLE), NULL, 0);
    if (str_is(req_query(req, S("pesan")), "salah"))
        page_notice(h, "galat", req_tr(req, M_FACTOR_WRONG));
    page_form_open_as(req, h, S("/masuk/kode"), S("sempit"));
    page_hidden(h, S("lanjut"), next);
    code_input(req, h, req_tr(req, M_FACTOR_CODE_HINT));
    page_form_end(h, req_tr(req, M_WEB_LOGIN), S("utama"));
    page_form_button(req, h, S("/keluar"), req_tr(req, M_LOCK_OTHER), S("polos"));
    return page_end(req, h);
}

Err page_code_post(Req *req)
{
    TRY(req_may_try(req));
    return req_write(req, NULL, write_proof, proof_of_code(req, "login:code", "/masuk/kode"),
                     after_proof);
}

/* ---- proof again ---- */

Err page_prove(Req *req)
{
    SecondFactor factor;
    TRY(second_factor_find(req->reader.db, req->subject.uid, &factor));
    Html *h = page_begin(req, req_tr(req, M_PROVE_TITLE), NULL, 0);
    if (str_is(req_query(req, S("pesan")), "salah"))
        page_notice(h, "galat", req_tr(req, factor.confirmed ? M_FACTOR_WRONG : M_LOCK_WRONG));
    h_element(h, "p", req_tr(req, M_PROVE_HINT));
    page_form_open_as(req, h, S("/buktikan"), S("sempit"));
    page_hidden(h, S("lanjut"), req_query(req, S("lanjut")));
    if (factor.confirmed)
        code_input(req, h, req_tr(req, M_FACTOR_CODE_HINT));
    else
        account_input(req, h, S("sandi"), M_WEB_PASSWORD, "password", S("current-password"));
    page_form_end(h, req_tr(req, M_PROVE_GO), S("utama"));
    return page_end(req, h);
}

static Err after_judged(Req *req, Err err)
{
    TRY(err);
    return req_write(req, NULL, write_proof, req->next.arg, after_proof);
}

/* Who has a second factor proves by it: a password may be known to whoever stole the session. */
Err page_prove_post(Req *req)
{
    SecondFactor factor;
    TRY(req_may_try(req));
    TRY(second_factor_find(req->reader.db, req->subject.uid, &factor));
    Proof *p = proof_of_code(req, "prove", "/buktikan");
    if (factor.confirmed)
        return req_write(req, NULL, write_proof, p, after_proof);
    p->code = STR_NONE;
    password_try(req, &p->given, req->subject.login, params_get(&req->form, S("sandi")),
                 after_judged);
    return ERR_OK;
}

/* ---- setting it up ---- */

static void none_yet(Req *req, Html *h)
{
    h_element(h, "p", req_tr(req, M_FACTOR_WHY));
    page_form_button(req, h, S("/akun/kode/mulai"), req_tr(req, M_FACTOR_BEGIN), S("utama"));
}

/* Groups of four are read off a screen without losing the place. */
static Str grouped(Arena *a, Str seed)
{
    Buf b = buf_new(a, seed.len * 2);
    for (size_t i = 0; i < seed.len; i++) {
        if (i && i % 4 == 0)
            buf_char(&b, ' ');
        buf_char(&b, seed.ptr[i]);
    }
    return buf_str(&b);
}

static Err waiting(Req *req, Html *h, Str seed)
{
    Str uri = second_factor_uri(req->arena, S("SIGAP"), req->subject.login, seed);
    h_open(h, "ol");
    h_element(h, "li", req_tr(req, M_FACTOR_STEP_APP));
    h_open(h, "li");
    h_text(h, req_tr(req, M_FACTOR_STEP_SCAN));
    h_lit(h, " ");
    h_element(h, "code", grouped(req->arena, seed));
    TRY(qr_svg(h, uri, req_tr(req, M_FACTOR_PICTURE)));
    h_close(h);
    h_element(h, "li", req_tr(req, M_FACTOR_STEP_CODE));
    h_close(h);
    page_form_open_as(req, h, S("/akun/kode"), S("sempit"));
    code_input(req, h, STR_NONE);
    page_form_end(h, req_tr(req, M_FACTOR_CONFIRM), S("utama"));
    return ERR_OK;
}

static void in_use(Req *req, Html *h, const SecondFactor *factor)
{
    h_element(h, "p",
              req_say(req, M_FACTOR_SINCE, req_instant(req, factor->since),
                      str_int(req->arena, factor->recovery)));
    h_element(h, "p", req_tr(req, M_FACTOR_RENEW_HINT));
    page_form_button(req, h, S("/akun/kode/hapus"), req_tr(req, M_FACTOR_RENEW), S("bahaya"));
}

Err page_factor(Req *req)
{
    SecondFactor factor;
    Str seed;
    Crumb crumb = {req_tr(req, M_ACCOUNT), S("/akun")};
    TRY(second_factor_find(req->reader.db, req->subject.uid, &factor));
    Err e = second_factor_seed(req->reader.db, req->arena, req->store->in->keyring,
                               req->subject.uid, &seed);
    if (e != ERR_OK && e != E_NOT_FOUND)
        return e;
    Html *h = page_begin(req, req_tr(req, M_FACTOR_TITLE), &crumb, 1);
    if (req->subject.factor_due)
        page_notice(h, "awas", req_tr(req, M_FACTOR_DUE));
    if (str_is(req_query(req, S("pesan")), "salah"))
        page_notice(h, "galat", req_tr(req, M_FACTOR_WRONG));
    if (factor.confirmed)
        in_use(req, h, &factor);
    else if (e == E_NOT_FOUND)
        none_yet(req, h);
    else
        TRY(waiting(req, h, seed));
    return page_end(req, h);
}

static Err write_begin(WriteTx *tx, void *arg)
{
    const Req *req = arg;
    TRY(second_factor_begin(tx, req->store->in->keyring, req->subject.uid));
    return req_note_account(tx, req, S("factor:begin"), req->subject.uid, ERR_OK);
}

static Err after_begin(Req *req, Err err)
{
    if (err != E_DUPLICATE)
        TRY(err);
    return req_redirect(req, S("/akun/kode"));
}

Err page_factor_begin_post(Req *req)
{
    return req_write(req, NULL, write_begin, req, after_begin);
}

typedef struct Confirming {
    const Req *req;
    Str codes[RECOVERY_CODES];
    Err err;
} Confirming;

static Err write_confirm(WriteTx *tx, void *arg)
{
    Confirming *c = arg;
    const Req *req = c->req;
    Str code = req_form(req, S("kode"));
    c->err = second_factor_confirm(tx, req->arena, req->store->in->keyring, req->subject.uid,
                                   code.ptr ? code : S(""), c->codes);
    if (c->err != ERR_OK && err_kind(c->err) != ERR_KIND_USER)
        return c->err;
    if (c->err == ERR_OK)
        TRY(session_prove(tx, req->subject.session));
    return req_note_account(tx, req, S("factor:confirm"), req->subject.uid, c->err);
}

/* Told once, on the answer itself: there is nowhere to carry them that would not keep them. */
static Err after_confirm(Req *req, Err err)
{
    const Confirming *c = req->next.arg;
    TRY(err);
    if (c->err != ERR_OK)
        return req_redirect(req, S("/akun/kode?pesan=salah"));
    Crumb crumb = {req_tr(req, M_ACCOUNT), S("/akun")};
    Html *h = page_begin(req, req_tr(req, M_FACTOR_RECOVERY), &crumb, 1);
    page_notice(h, "aman", req_tr(req, M_FACTOR_ON));
    h_element(h, "p", req_tr(req, M_FACTOR_RECOVERY_HINT));
    h_class(h, "ol", "kode");
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        h_open(h, "li");
        h_element(h, "code", c->codes[i]);
        h_close(h);
    }
    h_close(h);
    page_link_in(h, "p", S("/"), req_tr(req, M_FACTOR_KEPT));
    return page_end(req, h);
}

Err page_factor_post(Req *req)
{
    Confirming *c = ARENA_NEW(req->arena, Confirming);
    c->req = req;
    return req_write(req, NULL, write_confirm, c, after_confirm);
}

/* ---- removing it ---- */

typedef struct Removal {
    const Req *req;
    Str user_uid;
} Removal;

static Err write_removal(WriteTx *tx, void *arg)
{
    const Removal *r = arg;
    TRY(second_factor_remove(tx, r->user_uid));
    TRY(session_close_user(tx, r->user_uid, r->req->subject.session));
    return req_note_account(tx, r->req, S("factor:remove"), r->user_uid, ERR_OK);
}

static Err write_reset(WriteTx *tx, void *arg)
{
    const Removal *r = arg;
    TRY(write_removal(tx, arg));
    return user_ask_roles_again(tx, r->req->store, r->user_uid, r->req->subject.uid);
}

static Err remove_factor(Req *req, Str user_uid, WriteFn write, Str path)
{
    Removal *r = ARENA_NEW(req->arena, Removal);
    *r = (Removal){req, user_uid};
    return req_write_to(req, write, r, path);
}

Err page_factor_remove_post(Req *req)
{
    return remove_factor(req, req->subject.uid, write_removal, S("/akun/kode"));
}

Err page_factor_reset_post(Req *req)
{
    Record user;
    TRY(account_of_other(req, &user));
    return remove_factor(req, user.uid, write_reset,
                         str_printf(req->arena, "/akun/%.*s?pesan=kode", STR_ARG(req->uid)));
}
