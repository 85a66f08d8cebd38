/* A user's own tokens for the API: made, shown once, listed with their last use, revoked. */
#include "base/clock.h"
#include "base/utf8.h"
#include "guard/token.h"
#include "web/page.h"
#include "web/widget.h"

/* Carries a new token over the redirect to the one page that shows it. */
#define FRESH "token-baru"

typedef struct Making {
    Arena *arena;
    Str user_uid, name, text, uid;
    int64_t until;
} Making;

/* ---- the page ---- */

static void fresh(Req *req, Html *h)
{
    Str text = req_cookie_get(req, S(FRESH));
    if (str_empty(text))
        return;
    req_cookie(req, S(FRESH), S("-"), -1);
    page_notice(h, "aman", req_tr(req, M_TOKEN_ONCE));
    h_class(h, "p", "kode");
    h_element(h, "code", text);
    h_close(h);
}

static void row(Req *req, Html *h, const Token *t)
{
    h_open(h, "tr");
    page_row_head(h, t->name);
    h_element(h, "td", req_instant(req, t->made_at));
    h_element(h, "td", date_long(req->arena, req->lang, clock_date_of(t->until - 1, &(int){0})));
    h_element(h, "td", t->used_at ? req_instant(req, t->used_at) : req_tr(req, M_TOKEN_NEVER));
    h_open(h, "td");
    page_form_button(req, h, str_printf(req->arena, "/token/%.*s/cabut", STR_ARG(t->uid)),
                     req_tr(req, M_TOKEN_REVOKE), S("bahaya"));
    h_close(h);
    h_close(h);
}

static void listing(Req *req, Html *h, const Tokens *tokens)
{
    if (!tokens->n) {
        h_element(h, "p", req_tr(req, M_TOKEN_NONE));
        return;
    }
    page_table_of(req, h, req_tr(req, M_TOKEN_TITLE), M_TOKEN_NAME, M_TOKEN_MADE, M_TOKEN_UNTIL,
                  M_TOKEN_USED, M_TOKEN_REVOKE);
    for (size_t i = 0; i < tokens->n; i++)
        row(req, h, &tokens->items[i]);
    page_table_end(h);
}

static Err show(Req *req, const Problems *problems)
{
    Tokens tokens;
    TRY(token_list(req->reader.db, req->arena, req->subject.uid, clock_now(), &tokens));
    Html *h = page_begin(req, req_tr(req, M_TOKEN_TITLE), NULL, 0);
    h_element(h, "p", req_tr(req, M_TOKEN_HINT));
    for (size_t i = 0; problems && i < problems->n; i++)
        page_notice(h, "galat", problem_text(req->arena, req->lang, &problems->items[i]));
    fresh(req, h);
    listing(req, h, &tokens);
    Date last = date_add_days(clock_today(), TOKEN_DAYS_MAX);
    page_form_open_as(req, h, S("/token"), S("bagian"));
    widget_text(req, h, S("nama"), req_tr(req, M_TOKEN_NAME), req_tr(req, M_TOKEN_NAME_HINT),
                req_form(req, S("nama")), true);
    widget_text(req, h, S("sampai"), req_tr(req, M_TOKEN_UNTIL),
                req_say(req, M_TOKEN_UNTIL_HINT, date_long(req->arena, req->lang, last)),
                req_form(req, S("sampai")), true);
    page_form_end(h, req_tr(req, M_TOKEN_MAKE), S("utama"));
    page_end(req, h);
    if (problems && problems->errors)
        req->res.status = err_http(E_INVALID);
    return ERR_OK;
}

Err page_tokens(Req *req)
{
    return show(req, NULL);
}

/* ---- making and revoking ---- */

static Err write_token(WriteTx *tx, void *arg)
{
    Making *m = arg;
    return token_make(tx, m->arena, m->user_uid, m->name, m->until, &m->text);
}

static Err after_making(Req *req, Err err)
{
    const Making *m = req->state;
    Problems problems = {.arena = req->arena};
    if (err == E_LIMIT || err == E_INVALID) {
        problem_add(&problems, (Problem){.msg = err == E_LIMIT ? M_TOKEN_MANY : M_TOKEN_BAD_UNTIL});
        return show(req, &problems);
    }
    TRY(err);
    req_on_record(req, S("token:make"), NULL, STR_NONE, S("ok"));
    req_cookie(req, S(FRESH), m->text, 0);
    return req_redirect(req, S("/token"));
}

Err page_token_make_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    Str name = req_form(req, S("nama")), until = req_form(req, S("sampai"));
    Date last = {0}, today = clock_today();
    if (str_empty(name) || utf8_count(name) > TOKEN_NAME_MAX)
        problem_add(&problems, (Problem){.msg = M_TOKEN_BAD_NAME});
    if (str_empty(until) || !date_parse(req->arena, until, &last) || !date_is_full(last) ||
        date_days(last) < date_days(today) || date_days(last) > date_days(today) + TOKEN_DAYS_MAX)
        problem_add(&problems, (Problem){.msg = M_TOKEN_BAD_UNTIL});
    if (problems.errors)
        return show(req, &problems);
    Making *m = ARENA_NEW(req->arena, Making);
    *m = (Making){.arena = req->arena,
                  .user_uid = req->subject.uid,
                  .name = name,
                  .until = clock_instant(date_add_days(last, 1), 0)};
    req->state = m;
    return req_write(req, NULL, write_token, m, after_making);
}

static Err write_revocation(WriteTx *tx, void *arg)
{
    const Making *m = arg;
    return token_revoke(tx, m->user_uid, m->uid);
}

static Err after_revoking(Req *req, Err err)
{
    TRY(err);
    req_on_record(req, S("token:revoke"), NULL, req->uid, S("ok"));
    return req_redirect(req, S("/token"));
}

Err page_token_revoke_post(Req *req)
{
    Making *m = ARENA_NEW(req->arena, Making);
    *m = (Making){.arena = req->arena, .user_uid = req->subject.uid, .uid = req->uid};
    return req_write(req, NULL, write_revocation, m, after_revoking);
}
