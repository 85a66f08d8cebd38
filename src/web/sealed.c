#include "web/sealed.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/messages.h"
#include "web/api.h"
#include "web/headers.h"
#include "web/html.h"
#include "web/intake.h"
#include "web/listen_parts.h"
#include "web/params.h"

#include <signal.h>
#include <stdatomic.h>

enum { BODY_PASSPHRASE = 4096, PAUSE_MS = 3000, CONNECTIONS = 64, PER_ADDRESS = 32, LOOK_MS = 50 };

typedef struct Door {
    const SealedDoor *given;
    atomic_bool opened;
    atomic_llong next_try; /* steady clock: a wrong passphrase makes everybody wait */
} Door;

typedef struct Visit {
    Arena *arena;
    Buf body;
    Str letter; /* the register a program sends something for; absent: anything else */
} Visit;

/* ---- the page ---- */

static void put_head(Html *h, bool opened)
{
    h_lit(h, "<!DOCTYPE html>");
    h_open(h, "html");
    h_attr(h, "lang", S("id"));
    h_open(h, "head");
    h_lit(h, "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
    if (opened)
        h_lit(h, "<meta http-equiv=\"refresh\" content=\"3;url=/\">");
    h_element(h, "title", tr(LANG_ID, M_SEALED_TITLE));
    h_close(h);
}

static void put_words(Html *h, Msg msg)
{
    h_element(h, "p", tr(LANG_ID, msg));
    h_element_attr(h, "p", "lang", S("en"), tr(LANG_EN, msg));
}

static void put_form(Html *h)
{
    h_open(h, "form");
    h_attr(h, "method", S("post"));
    h_url(h, "action", S("/segel"));
    h_open(h, "label");
    h_attr(h, "for", S("sandi"));
    h_text(h, tr(LANG_ID, M_SEALED_PASSPHRASE));
    h_lit(h, " / <span lang=\"en\">");
    h_text(h, tr(LANG_EN, M_SEALED_PASSPHRASE));
    h_lit(h, "</span>");
    h_close(h);
    h_lit(h, "<p><input id=\"sandi\" name=\"sandi\" type=\"password\" autocomplete=\"off\" "
             "maxlength=\"1024\" required autofocus> <button type=\"submit\">");
    h_text(h, tr(LANG_ID, M_SEALED_OPEN));
    h_lit(h, "</button></p>");
    h_close(h);
}

static Str page(Arena *a, Msg told, bool opened)
{
    Buf out = buf_new(a, 4096);
    Html h = html_new(a, &out);
    put_head(&h, opened);
    h_open(&h, "body");
    h_open(&h, "main");
    h_element(&h, "h1", tr(LANG_ID, M_SEALED_TITLE));
    put_words(&h, told);
    if (!opened)
        put_form(&h);
    h_close_to(&h, 0);
    return buf_str(&out);
}

/* ---- answers ---- */

static enum MHD_Result answer_as(struct MHD_Connection *c, unsigned status, Str body,
                                 const char *type, Str location)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
        {"Strict-Transport-Security", HSTS}, /* browsers pass over it where there is no TLS */
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"Connection", "close"}};
    struct MHD_Response *r = MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr,
                                                             MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    Headers h = {r, true};
    for (size_t i = 0; i < COUNT(headers); i++)
        header_add(&h, headers[i][0], headers[i][1]);
    header_add(&h, "Content-Type", type);
    if (location.ptr)
        header_add(&h, "Location", location.ptr);
    if (status == MHD_HTTP_UNAUTHORIZED)
        header_add(&h, "WWW-Authenticate", "Bearer");
    return headers_send(&h, c, status);
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, Str body)
{
    return answer_as(c, status, body, "text/html; charset=utf-8", STR_NONE);
}

/* ---- what programs send meanwhile ---- */

static Str header(struct MHD_Connection *c, const char *name)
{
    const char *text = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return text ? str_of(text) : STR_NONE;
}

static enum MHD_Result refuse_letter(Visit *v, struct MHD_Connection *c, Err e, Lang lang)
{
    Buf out = buf_new(v->arena, 256);
    Json j = {.out = &out, .first = true};
    json_open(&j, '{');
    json_pair(&j, S("type"), str_printf(v->arena, "urn:sigap:%s", err_name(e)));
    json_pair(&j, S("title"), tr(lang, msg_of_err(e)));
    json_int(&j, S("status"), err_http(e));
    json_pair(&j, S("code"), str_of(err_name(e)));
    json_close(&j, '}');
    return answer_as(c, (unsigned)err_http(e), buf_str(&out),
                     "application/problem+json; charset=utf-8", STR_NONE);
}

static enum MHD_Result thank_for_letter(Visit *v, struct MHD_Connection *c, Str uid, Lang lang)
{
    Buf out = buf_new(v->arena, 256);
    Json j = {.out = &out, .first = true};
    Str href = str_printf(v->arena, "/api/v1/%.*s/%.*s", STR_ARG(v->letter), STR_ARG(uid));
    json_open(&j, '{');
    json_pair(&j, S("uid"), uid);
    json_pair(&j, S("href"), href);
    json_pair(&j, S("keterangan"), tr(lang, M_LETTER_TAKEN));
    json_close(&j, '}');
    return answer_as(c, MHD_HTTP_ACCEPTED, buf_str(&out), "application/json; charset=utf-8", href);
}

/* Nothing is read but the hash of the token: whether what was sent is right is judged when the key
 * has come. */
static enum MHD_Result take_letter(const Door *d, Visit *v, struct MHD_Connection *c)
{
    Str uid, bearer = header(c, "Authorization");
    Lang lang = lang_of(str_head(header(c, "Accept-Language"), 2));
    SentLetter sent = {.reg = v->letter,
                       .token =
                           str_starts(bearer, S("Bearer ")) ? str_trim(str_from(bearer, 7)) : S(""),
                       .repeat = header(c, "Idempotency-Key"),
                       .lang = lang,
                       .body = buf_str(&v->body)};
    Err e = str_starts(header(c, "Content-Type"), S("application/json"))
                ? intake_take(d->given->db, v->arena, &sent, &uid)
                : E_BAD_REQ;
    return e == ERR_OK ? thank_for_letter(v, c, uid, lang) : refuse_letter(v, c, e, lang);
}

/* ---- the passphrase ---- */

/* A form of another site may not try passphrases through somebody's browser. */
static bool own_form(struct MHD_Connection *c)
{
    const char *site = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Sec-Fetch-Site");
    return !site || str_is(str_of(site), "same-origin") || str_is(str_of(site), "none");
}

static enum MHD_Result judge(Door *d, struct MHD_Connection *c, Visit *v)
{
    Params form;
    Str typed;
    if (clock_steady() < atomic_load(&d->next_try))
        return answer(c, MHD_HTTP_TOO_MANY_REQUESTS, page(v->arena, M_SEALED_WAIT, false));
    if (!own_form(c) || urlencoded_parse(v->arena, buf_str(&v->body), &form) != ERR_OK ||
        !(typed = params_get(&form, S("sandi"))).ptr)
        return answer(c, MHD_HTTP_BAD_REQUEST, page(v->arena, M_SEALED_HINT, false));
    Err e = d->given->open(d->given->ctx, typed);
    if (e == ERR_OK) {
        atomic_store(&d->opened, true);
        return answer(c, MHD_HTTP_OK, page(v->arena, M_SEALED_OPENED, true));
    }
    log_info("sealed: a passphrase was refused: %s", err_name(e));
    atomic_store(&d->next_try, clock_steady() + PAUSE_MS);
    return answer(c, MHD_HTTP_FORBIDDEN, page(v->arena, M_SEALED_WRONG, false));
}

static Visit *begin(const Door *d, const char *url, bool post)
{
    Arena *a = arena_new(64 * 1024);
    Visit *v = ARENA_NEW(a, Visit);
    *v = (Visit){.arena = a, .body = buf_new(a, 1024)};
    if (post && d->given->db && str_starts(str_of(url), S("/api/v1/")))
        v->letter = str_copy(a, str_from(str_of(url), 8));
    if (!intake_register_shape(v->letter))
        v->letter = STR_NONE;
    return v;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **state)
{
    (void)version;
    Visit *v = *state;
    bool post = str_is(str_of(method), "POST");
    if (!v) {
        *state = begin(ctx, url, post);
        return MHD_YES;
    }
    if (*n) {
        if (v->body.len + *n > (size_t)(v->letter.ptr ? BODY_FORM : BODY_PASSPHRASE))
            return MHD_NO;
        buf_put(&v->body, (Str){data, *n});
        *n = 0;
        return MHD_YES;
    }
    if (v->letter.ptr)
        return take_letter(ctx, v, c);
    return post && str_is(str_of(url), "/segel")
               ? judge(ctx, c, v)
               : answer(c, MHD_HTTP_SERVICE_UNAVAILABLE, page(v->arena, M_SEALED_HINT, false));
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)ctx, (void)c, (void)why;
    Visit *v = *state;
    if (v)
        arena_free(v->arena);
    *state = NULL;
}

/* ---- waiting ---- */

static atomic_bool asked_to_end;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&asked_to_end, true);
}

static Err listen_on(Door *d, const Listen *at, struct MHD_Daemon **ret)
{
    ListenParts parts;
    Err e = listen_parts(at, MHD_INVALID_SOCKET, &parts);
    *ret = NULL;
    if (e == ERR_OK)
        *ret = MHD_start_daemon(
            parts.flags | MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)at->port, NULL, NULL, on_request,
            d, MHD_OPTION_ARRAY, parts.items, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)PER_ADDRESS,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)10, MHD_OPTION_LISTENING_ADDRESS_REUSE,
            (unsigned)1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, d, MHD_OPTION_END);
    listen_parts_free(&parts);
    return e == ERR_OK && !*ret ? E_IO : e;
}

Err sealed_wait(const SealedDoor *door, Listen *at, bool *ret_opened)
{
    enum { FAREWELL_MS = 300 }; /* the last answer is still on its way */
    Door d = {.given = door};
    struct MHD_Daemon *daemon;
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&act.sa_mask);
    if (sigaction(SIGTERM, &act, NULL) != 0 || sigaction(SIGINT, &act, NULL) != 0)
        return E_IO;
    TRY(listen_on(&d, at, &daemon));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    at->port = info ? info->port : at->port;
    door->ready(at);
    while (!atomic_load(&d.opened) && !atomic_load(&asked_to_end))
        clock_sleep(LOOK_MS);
    clock_sleep(FAREWELL_MS);
    MHD_stop_daemon(daemon);
    *ret_opened = atomic_load(&d.opened);
    return ERR_OK;
}
