/* Log-in, log-out, and how the reader wants pages: language, density, colours. */
#include "web/page_users.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "engine/settings_db.h"
#include "guard/session.h"
#include "guard/subject.h"
#include "guard/whence.h"
#include "model/draft.h"
#include "web/password_try.h"

void page_send_to_login(Req *req)
{
    Str from = str_is(req->path, "/") ? STR_NONE : req->path;
    if (from.ptr && !str_empty(req->query_text))
        from = str_printf(req->arena, "%.*s?%.*s", STR_ARG(from), STR_ARG(req->query_text));
    (void)req_redirect(req, url_with(req->arena, S("/masuk"), {"lanjut", from}));
}

/* ---- the page ---- */

/* One line of the practice list: log-in, password, role, institution, separated by tabs. */
static void practice_row(Req *req, Html *h, Str line, Str next)
{
    Str cell[4] = {S(""), S(""), S(""), S("")};
    for (size_t i = 0; i < 4 && str_cut(&line, '\t', &cell[i]);)
        i++;
    if (str_empty(cell[0]))
        return;
    h_open(h, "tr");
    h_open(h, "td");
    page_form_open(req, h, S("/masuk"));
    page_hidden(h, S("masuk"), cell[0]);
    page_hidden(h, S("sandi"), cell[1]);
    page_hidden(h, S("lanjut"), next);
    h_open(h, "button");
    h_attr(h, "type", S("submit"));
    h_text(h, req_tr(req, M_WEB_LOGIN));
    h_lit(h, "&nbsp;");
    h_element(h, "code", cell[0]);
    h_close(h);
    h_close(h);
    h_close(h);
    h_element(h, "td", cell[2]);
    h_element(h, "td", cell[3]);
    h_close(h);
}

static void practice_list(Req *req, Html *h, Str next)
{
    Str text, line;
    const char *path = z_printf(req->arena, "%s/latihan-masuk.txt", req->store->in->dir);
    if (!req->store->in->practice || file_read(req->arena, path, 64 * 1024, &text) != ERR_OK)
        return;
    h_open(h, "section");
    h_element(h, "h2", req_tr(req, M_WEB_PRACTICE_LOGINS));
    h_element(h, "p", req_tr(req, M_WEB_PRACTICE_HINT));
    page_table_of(req, h, req_tr(req, M_WEB_PRACTICE_LOGINS), M_WEB_LOGIN_NAME, M_WEB_ROLE,
                  M_WEB_INSTITUTION);
    while (str_cut(&text, '\n', &line))
        practice_row(req, h, str_trim(line), next);
    page_table_end(h);
    h_close(h);
}

/* `typed` is what a form held when its session had ended; absent otherwise. */
static void login_page(Req *req, Str next, Str typed, Err e)
{
    Html *h = page_begin(req, req_tr(req, M_WEB_LOGIN), NULL, 0);
    if (e != ERR_OK)
        page_notice(h, "galat", req_tr(req, M_WEB_LOGIN_WRONG));
    if (!str_empty(typed))
        page_notice(h, "info", req_tr(req, M_WEB_LOGIN_AGAIN));
    page_form_open_as(req, h, S("/masuk"), S("sempit"));
    page_hidden(h, S("lanjut"), next);
    if (!str_empty(typed))
        page_hidden(h, S("isian"), typed);
    account_input(req, h, S("masuk"), M_WEB_LOGIN_NAME, "text", S("username"));
    account_input(req, h, S("sandi"), M_WEB_PASSWORD, "password", S("current-password"));
    page_form_end(h, req_tr(req, M_WEB_LOGIN), S("utama"));
    if (str_empty(typed))
        practice_list(req, h, next);
    h_lit(h, "<p class=\"intan\" aria-hidden=\"true\">◆ ◆ ◆ ◆ ◆</p>");
    page_end(req, h);
}

Err page_login(Req *req)
{
    if (req->known)
        return req_redirect(req, S("/"));
    login_page(req, req_query(req, S("lanjut")), STR_NONE, ERR_OK);
    return ERR_OK;
}

void page_login_again(Req *req)
{
    Str next = url_with(req->arena, req->path, {"draf", S("lanjut")},
                        {"induk", req_form(req, S("induk"))});
    login_page(req, next, form_draft_text(req), ERR_OK);
    req->res.status = err_http(E_LOGIN);
}

/* ---- the act ---- */

typedef struct Attempt {
    PasswordTry given;
    Req *req;
    Err err;
    Str token, next;
    DraftPut draft; /* text absent: none */
} Attempt;

/* The draft a carried form becomes: its address says of which record. */
static DraftPut carried_draft(Req *req, Str user_uid, Str next)
{
    DraftPut put = {.key = {.store = req->store, .user_uid = user_uid}, .text = STR_NONE};
    Str typed = req_form(req, S("isian")), reg, what, parent;
    Params params;
    if (str_empty(typed) || !str_starts(next, S("/")) ||
        urlencoded_parse(req->arena, typed, &params) != ERR_OK ||
        !str_eq(params_get(&params, S("-siapa")), page_user_mark(req, user_uid)))
        return put; /* typed by somebody else at this computer: hers alone to send again */
    Str rest = str_from(next, 1), path;
    (void)str_cut(&rest, '?', &path);
    if (!str_cut(&path, '/', &reg) || !model_reg(req->model, reg) || !str_cut(&path, '/', &what))
        return put;
    parent = params_get(&params, S("induk"));
    ptrdiff_t slash = str_find(parent, '/');
    put.key.reg = reg;
    put.key.rec = uid_shape(what) ? what
                                  : str_printf(req->arena, "+%.*s",
                                               STR_ARG(str_from(parent, (size_t)(slash + 1))));
    put.text = typed;
    return put;
}

/* From a network or browser of hers that is new: her own page and next log-in tell it. */
static Err note_whence(WriteTx *tx, Req *req, Str user_uid)
{
    bool strange;
    TRY(whence_note(tx, req->store->in->keyring, user_uid, req->address, req->browser, &strange));
    return strange ? req_note_account(tx, req, S("login:new"), user_uid, ERR_OK) : ERR_OK;
}

static Err write_attempt(WriteTx *tx, void *arg)
{
    Attempt *at = arg;
    Req *req = at->req;
    Str user_uid = at->given.try.account.user_uid;
    if (at->given.try.err == ERR_OK)
        TRY(account_right(tx, &at->given.try));
    if (at->err == ERR_OK)
        TRY(session_open(tx, req->arena, user_uid, &at->token));
    if (at->err == ERR_OK && at->draft.text.ptr)
        TRY(draft_put(tx, &at->draft));
    TRY(req_note_account(tx, req, S("login"), user_uid, at->err));
    return at->err == ERR_OK ? note_whence(tx, req, user_uid) : ERR_OK;
}

static Err after_attempt(Req *req, Err err)
{
    Attempt *at = req->next.arg;
    TRY(err);
    if (at->err != ERR_OK) { /* one answer for all: a back-off would tell that the account exists */
        login_page(req, at->next, req_form(req, S("isian")), at->err);
        req->res.status = err_http(E_LOGIN);
        return ERR_OK;
    }
    req_cookie(req, S("sigap"), at->token, 0);
    return req_go_on(req, at->next);
}

/* A password that somebody else gave and that was never used lies on some paper: it ends. */
static Err given_too_long_ago(Req *req, const Account *account, bool *ret)
{
    Settings set;
    TRY(settings_read(req->reader.db, req->arena, &set));
    int64_t days = setting_number(&set, SETTING_GIVEN_DAYS);
    *ret = account->given_at && clock_now() - account->given_at > days * DAY_MS;
    return ERR_OK;
}

static Err after_judged(Req *req, Err err)
{
    bool over;
    Attempt *at = req->next.arg;
    Str login = at->given.login, user_uid = at->given.try.account.user_uid;
    TRY(err);
    TRY(given_too_long_ago(req, &at->given.try.account, &over));
    at->err = at->given.try.err == ERR_OK && over ? E_LOGIN : at->given.try.err;
    if (at->err == ERR_OK) { /* an account that has ended or belongs nowhere opens no session */
        Subject s;
        at->err = user_subject(req->reader.db, req->arena, login, clock_now(),
                               &req->model->role_names, &s);
    }
    at->draft = carried_draft(req, user_uid, at->next);
    req->subject = (Subject){.uid = user_uid, .login = login};
    return req_write(req, NULL, write_attempt, at, after_attempt);
}

Err page_login_post(Req *req)
{
    Str login = str_lower(req->arena, req_form(req, S("masuk")));
    Attempt *at = ARENA_NEW(req->arena, Attempt);
    at->req = req;
    at->next = req_form(req, S("lanjut"));
    TRY(req_may_try(req));
    password_try(req, &at->given, login, params_get(&req->form, S("sandi")), after_judged);
    return ERR_OK;
}

static Err write_logout(WriteTx *tx, void *arg)
{
    Req *req = arg;
    TRY(session_close(tx, req->subject.uid, req->subject.session));
    return req_note_account(tx, req, S("logout"), req->subject.uid, ERR_OK);
}

static Err after_logout(Req *req, Err err)
{
    TRY(err);
    req_cookie(req, S("sigap"), S(""), -1);
    req->res.clear_site = true;
    return req_redirect(req, S("/masuk"));
}

Err page_logout_post(Req *req)
{
    return req_write(req, NULL, write_logout, req, after_logout);
}

Err page_language_post(Req *req)
{
    enum { YEAR = 365 };
    Str lang = req_form(req, S("bahasa")), dense = req_form(req, S("padat"));
    if (lang.ptr)
        req_cookie(req, S("bahasa"), str_of(lang_code(lang_of(lang))), YEAR);
    if (dense.ptr)
        req_cookie(req, S("padat"), str_is(dense, "1") ? S("1") : S("0"), YEAR);
    Str scheme = req_form(req, S("warna"));
    if (str_is(scheme, "gelap") || str_is(scheme, "terang"))
        req_cookie(req, S("warna"), scheme, YEAR);
    else if (scheme.ptr)
        req_cookie(req, S("warna"), S(""), -1);
    return req_go_on(req, req_form(req, S("lanjut")));
}
