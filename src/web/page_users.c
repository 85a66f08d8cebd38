/* One's own account: password and sessions; and, for who keeps accounts, the password of another.
 */
#include "web/widget.h"

#include "base/rand.h"
#include "guard/second_factor.h"
#include "guard/session.h"
#include "intake/user_make.h"
#include "web/audit_words.h"
#include "web/page_users.h"
#include "web/password_try.h"

enum { SESSIONS_SHOWN = 20, EVENTS_SHOWN = 30 };

Str password_propose(Req *req)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* none that look alike */
    unsigned char chance[16];
    Buf b = buf_new(req->arena, 32);
    rand_bytes(chance, sizeof chance);
    for (size_t i = 0; i < sizeof chance; i++) {
        if (i && i % 4 == 0)
            buf_char(&b, '-');
        buf_char(&b, letters[chance[i] % (sizeof letters - 1)]);
    }
    return buf_str(&b);
}

/* ---- one's own ---- */

void account_input(Req *req, Html *h, Str name, Msg label, const char *type, Str autocomplete)
{
    h_class(h, "div", "isian");
    page_label(h, name, req_tr(req, label));
    page_input(h, type, name);
    h_attr(h, "id", name);
    h_attr(h, "autocomplete", autocomplete);
    h_attr(h, "maxlength", S("256"));
    h_flag(h, "required");
    h_close(h);
}

static void password_form(Req *req, Html *h)
{
    h_element(h, "h2", req_tr(req, M_PASSWORD_CHANGE));
    h_element(h, "p", req_say(req, M_PASSWORD_RULE, str_int(req->arena, PASSWORD_MIN)));
    page_form_open_as(req, h, S("/akun/sandi"), S("sempit"));
    account_input(req, h, S("lama"), M_PASSWORD_OLD, "password", S("current-password"));
    account_input(req, h, S("sandi"), M_PASSWORD_NEW, "password", S("new-password"));
    account_input(req, h, S("ulang"), M_PASSWORD_AGAIN, "password", S("new-password"));
    page_form_end(h, req_tr(req, M_PASSWORD_CHANGE), S("utama"));
}

static void session_item(Req *req, Html *h, const SessionRow *s)
{
    h_open(h, "li");
    h_text(h, req_say(req, M_SESSION_LINE, req_instant(req, s->opened_at),
                      req_instant(req, s->seen_at)));
    if (str_eq(s->session, req->subject.session)) {
        h_lit(h, " ");
        h_element(h, "strong", req_tr(req, M_SESSION_THIS));
    } else {
        page_form_open(req, h, S("/akun/sesi"));
        page_hidden(h, S("sesi"), s->session);
        page_form_end(h, req_tr(req, M_SESSION_END), STR_NONE);
    }
    h_close(h);
}

static Err sessions(Req *req, Html *h)
{
    SessionRow rows[SESSIONS_SHOWN];
    size_t n;
    TRY(session_list(req->reader.db, req->arena, req->subject.uid, rows, SESSIONS_SHOWN, &n));
    h_element(h, "h2", req_tr(req, M_SESSIONS));
    h_open(h, "ul");
    for (size_t i = 0; i < n; i++)
        session_item(req, h, &rows[i]);
    h_close(h);
    return ERR_OK;
}

/* A log-in that failed or came from somewhere new, or anything done by another. */
static bool is_odd(const AuditLine *l)
{
    return !str_is(l->result, "ok") || l->actor.ptr || str_is(l->action, "login:new");
}

static Err events(Req *req, Html *h)
{
    AuditLine lines[EVENTS_SHOWN];
    size_t n;
    TRY(audit_of_account(&req->reader, req->subject.uid, lines, EVENTS_SHOWN, &n));
    h_element_attr(h, "h2", "id", S("kejadian"), req_tr(req, M_ACCOUNT_EVENTS));
    h_open(h, "ul");
    for (size_t i = 0; i < n; i++) {
        const AuditLine *l = &lines[i];
        Str what = audit_action(req, l);
        if (!str_is(l->result, "ok"))
            what = req_say(req, M_ACCOUNT_REFUSED, what);
        if (l->actor.ptr)
            what = req_say(req, M_ACCOUNT_BY, what, l->actor);
        h_open(h, "li");
        h_text(h, req_instant(req, l->at));
        h_lit(h, ": ");
        h_open_(h, is_odd(l) ? "strong" : "span");
        h_text(h, what);
        h_close(h);
        h_close(h);
    }
    h_close(h);
    return ERR_OK;
}

Err account_warning(Req *req, Html *h)
{
    AuditLine lines[EVENTS_SHOWN];
    size_t n;
    int64_t odd = 0, logins = 0;
    TRY(audit_of_account(&req->reader, req->subject.uid, lines, EVENTS_SHOWN, &n));
    for (size_t i = 0; i < n && logins < 2; i++) {
        logins += str_is(lines[i].action, "login") && !is_odd(&lines[i]);
        odd += is_odd(&lines[i]);
    }
    if (!odd)
        return ERR_OK;
    page_told(h, S("kabar awas di-layar"), req_say(req, M_ACCOUNT_ODD, req_count(req, odd)),
              S("/akun#kejadian"), req_tr(req, M_ACCOUNT_EVENTS));
    return ERR_OK;
}

static void own_roles(Req *req, Html *h)
{
    const Model *m = req->model;
    h_element(h, "h2", req_tr(req, M_ROLES));
    h_open(h, "ul");
    for (size_t i = 0; i < m->role_count; i++)
        if (req->subject.roles >> i & 1)
            page_link_in(h, "li", str_printf(req->arena, "/peran/%.*s", STR_ARG(m->roles[i].name)),
                         req_label(req, &m->roles[i].label));
    h_close(h);
}

static Err account_page(Req *req, const Problems *problems)
{
    Html *h = page_begin(req, req_tr(req, M_ACCOUNT), NULL, 0);
    if (req->subject.change_due)
        page_notice(h, "awas", req_tr(req, M_PASSWORD_DUE));
    widget_summary(req, h, problems);
    h_open(h, "p");
    h_element(h, "strong", req->subject.name);
    h_lit(h, " ");
    h_element(h, "code", req->subject.login);
    h_close(h);
    password_form(req, h);
    if (!req->subject.change_due) {
        h_element(h, "h2", req_tr(req, M_FACTOR_TITLE));
        page_link_in(h, "p", S("/akun/kode"), req_tr(req, M_FACTOR_MANAGE));
        TRY(sessions(req, h));
        TRY(events(req, h));
        own_roles(req, h);
    }
    return page_end(req, h);
}

Err page_account(Req *req)
{
    return account_page(req, NULL);
}

typedef struct NewSecret {
    PasswordTry old; /* of one's own */
    Req *req;
    Str user_uid, login, hash;
    bool temporary;
} NewSecret;

static Err put_secret(WriteTx *tx, void *arg)
{
    const NewSecret *n = arg;
    Req *req = n->req;
    TRY(account_put(tx, n->user_uid, n->login, n->hash));
    if (n->temporary) {
        TRY(account_change_due(tx, n->user_uid));
        TRY(user_ask_roles_again(tx, req->store, n->user_uid, req->subject.uid));
    }
    TRY(session_close_user(tx, n->user_uid, n->temporary ? STR_NONE : req->subject.session));
    return req_note_account(tx, req, S("password"), n->user_uid, ERR_OK);
}

static void weak(Req *req, Problems *problems)
{
    problem_add(problems, (Problem){.field = S("sandi"),
                                    .msg = M_PASSWORD_WEAK,
                                    .args = {str_int(req->arena, PASSWORD_MIN)}});
}

/* What is wrong with the passwords typed; nothing of them is shown again. */
static void check_new(Req *req, const AccountTry *given, Problems *problems)
{
    Str old = params_get(&req->form, S("lama")), new = params_get(&req->form, S("sandi"));
    if (given->err != ERR_OK)
        problem_at(problems, S("lama"), M_PASSWORD_OLD_WRONG, STR_NONE);
    if (!str_eq(new, params_get(&req->form, S("ulang"))))
        problem_at(problems, S("ulang"), M_PASSWORD_NOT_SAME, STR_NONE);
    Err e = password_acceptable(req->store->in->dir, new, req->subject.login);
    if (str_eq(new, old) || (e != ERR_OK && e != E_LEAKED))
        weak(req, problems);
    else if (e == E_LEAKED)
        problem_at(problems, S("sandi"), M_E_LEAKED, STR_NONE);
}

/* A wrong password counts as one at log-in does; a right one beside an unfit new one does not. */
static Err write_refused(WriteTx *tx, void *arg)
{
    const NewSecret *n = arg;
    return n->old.try.err == ERR_OK ? account_right(tx, &n->old.try) : ERR_OK;
}

static Err after_refused(Req *req, Err err)
{
    TRY(err);
    return account_page(req, req->state);
}

static Err after_judged(Req *req, Err err)
{
    NewSecret *n = req->next.arg;
    Problems *problems = ARENA_NEW(req->arena, Problems);
    TRY(err);
    problems->arena = req->arena;
    check_new(req, &n->old.try, problems);
    if (problems->errors) {
        req->state = problems;
        return req_write(req, NULL, write_refused, n, after_refused);
    }
    TRY(password_hash(req->arena, params_get(&req->form, S("sandi")), &n->hash));
    return req_write_to(req, put_secret, n, S("/akun?pesan=sandi"));
}

Err page_password_post(Req *req)
{
    NewSecret *n = ARENA_NEW(req->arena, NewSecret);
    /* a session left open is no place to try passwords from */
    TRY(req_may_try(req));
    *n = (NewSecret){.req = req, .user_uid = req->subject.uid, .login = req->subject.login};
    password_try(req, &n->old, req->subject.login, params_get(&req->form, S("lama")), after_judged);
    return ERR_OK;
}

static Err end_session(WriteTx *tx, void *arg)
{
    Req *req = arg;
    TRY(session_close(tx, req->subject.uid, req_form(req, S("sesi"))));
    return req_note_account(tx, req, S("logout"), req->subject.uid, ERR_OK);
}

Err page_session_post(Req *req)
{
    return req_write_to(req, end_session, req, S("/akun?pesan=sesi"));
}

/* ---- the password of another ---- */

Err account_of_other(Req *req, Record *ret)
{
    TRY(req_needs_duty(req, "users"));
    if (str_eq(req->uid, req->subject.uid))
        return E_DENIED;
    return store_get(&req->reader, role_reg(req->model, REG_ROLE_USER), req->uid, VERB_CHANGE, ret);
}

/* What a seal on a proposed password is about: this one, in this session. */
static Str proposal(Req *req, Str password)
{
    return str_printf(req->arena, "%.*s sandi %.*s", STR_ARG(req->subject.session),
                      STR_ARG(password));
}

void password_proposed(Req *req, Html *h, Str proposed)
{
    page_notice(h, "awas", req_tr(req, M_PASSWORD_TEMPORARY));
    h_open(h, "p");
    h_attr(h, "id", S("sandi"));
    h_text(h, req_tr(req, M_PASSWORD_TEMP_LABEL));
    h_lit(h, ": ");
    h_element(h, "strong", proposed);
    h_close(h);
    page_hidden(h, S("sandi"), proposed);
    page_hidden(h, S("usul"), csrf_token(req->arena, proposal(req, proposed)));
}

Str password_given(Req *req, Problems *problems)
{
    Str given = req_form(req, S("sandi"));
    if (csrf_valid(proposal(req, given), req_form(req, S("usul"))))
        return given;
    problem_at(problems, S("sandi"), M_PASSWORD_NOT_PROPOSED, STR_NONE);
    return password_propose(req);
}

static Err factor_of_other(Req *req, Html *h, Str uid)
{
    SecondFactor factor;
    TRY(second_factor_find(req->reader.db, uid, &factor));
    h_element(h, "h2", req_tr(req, M_FACTOR_TITLE));
    if (!factor.confirmed) {
        h_element(h, "p", req_tr(req, M_FACTOR_NONE));
        return ERR_OK;
    }
    h_element(h, "p", req_tr(req, M_FACTOR_RESET_HINT));
    page_form_button(req, h, str_printf(req->arena, "/akun/%.*s/kode", STR_ARG(uid)),
                     req_tr(req, M_FACTOR_RESET), S("bahaya"));
    return ERR_OK;
}

static Err user_page(Req *req, const Record *r, const Problems *problems)
{
    const Register *reg = r->reg;
    Crumb crumb = {req_label(req, &reg->label), url_reg(req, reg)};
    Html *h = page_begin(req, req_say(req, M_ACCOUNT_OF, r->heading), &crumb, 1);
    widget_summary(req, h, problems);
    h_open(h, "p");
    page_link(h, url_record(req, reg, r->uid, ""), req_tr(req, M_ACCOUNT_RECORD));
    h_lit(h, " · ");
    page_link(h, url_record(req, reg, r->uid, "/ubah"), req_tr(req, M_ACCOUNT_DISABLE));
    h_close(h);
    h_element(h, "h2", req_tr(req, M_PASSWORD_GIVE));
    page_form_open_as(req, h, str_printf(req->arena, "/akun/%.*s/sandi", STR_ARG(r->uid)),
                      S("sempit"));
    password_proposed(req, h, password_propose(req));
    page_form_end(h, req_tr(req, M_PASSWORD_GIVE), S("utama"));
    TRY(factor_of_other(req, h, r->uid));
    return page_end(req, h);
}

Err page_user(Req *req)
{
    Record r;
    TRY(account_of_other(req, &r));
    return user_page(req, &r, NULL);
}

Err page_user_post(Req *req)
{
    Record r;
    Problems problems = {.arena = req->arena};
    NewSecret *n = ARENA_NEW(req->arena, NewSecret);
    const Field *login = role_field(req->model, FIELD_ROLE_USER_LOGIN);
    TRY(account_of_other(req, &r));
    Str password = password_given(req, &problems);
    *n = (NewSecret){
        .req = req, .user_uid = r.uid, .login = r.vals[login->index].text, .temporary = true};
    if (problems.errors)
        return user_page(req, &r, &problems);
    TRY(password_hash(req->arena, password, &n->hash));
    return req_write_to(req, put_secret, n,
                        str_printf(req->arena, "/akun/%.*s?pesan=sandi", STR_ARG(req->uid)));
}
