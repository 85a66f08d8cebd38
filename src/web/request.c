/* The life of a request on the workers: who asks, is it really they, the page, its write, what must
 * go on record before the answer leaves. Knows nothing of the HTTP library. */
#include "web/asked.h"
#include "web/req.h"

#include "base/clock.h"
#include "base/log.h"
#include "guard/limits.h"
#include "guard/session.h"
#include "guard/token.h"
#include "web/page.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static AuditAct act_of(const Req *req, Str action, const Register *reg, Str uid, Str result)
{
    return (AuditAct){.store = req->store,
                      .actor = &req->actor,
                      .action = action,
                      .uid = uid,
                      .result = result,
                      .reg = reg};
}

void req_on_record(Req *req, Str action, const Register *reg, Str uid, Str result)
{
    req->act_due = true;
    req->act = act_of(req, action, reg, uid, result);
}

Err req_write(Req *req, WriteFn before, WriteFn fn, void *arg, ThenFn then)
{
    req->next.before = before;
    req->next.fn = fn;
    req->next.arg = arg;
    req->next.then = then;
    return ERR_OK;
}

static Err go_on(Req *req, Err err)
{
    TRY(err);
    return req_redirect(req, req->next.path);
}

Err req_write_to(Req *req, WriteFn fn, void *arg, Str path)
{
    req->next.path = path;
    return req_write(req, NULL, fn, arg, go_on);
}

Err req_note(WriteTx *tx, const Req *req, Str action, const Register *reg, Str uid, Err result)
{
    AuditAct act =
        act_of(req, action, reg, uid, result == ERR_OK ? S("ok") : str_of(err_name(result)));
    return store_audit_act(tx, &act);
}

Err req_note_account(WriteTx *tx, const Req *req, Str action, Str user_uid, Err result)
{
    return req_note(tx, req, action, role_reg(req->model, REG_ROLE_USER), user_uid, result);
}

Err req_redirect(Req *req, Str path)
{
    bool local = str_starts(path, S("/")) && !str_starts(path, S("//"));
    for (size_t i = 0; i < path.len; i++) /* browsers drop controls and read \ as / */
        local = local && (unsigned char)path.ptr[i] > ' ' && path.ptr[i] != '\\';
    req->res.status = 303;
    req->res.location = local ? path : S("/");
    return ERR_OK;
}

Err req_go_on(Req *req, Str next)
{
    return req_redirect(req, str_empty(next) ? S("/") : next);
}

Str req_query(const Req *req, Str name)
{
    Str v = params_get(&req->query, name);
    return v.ptr ? str_trim(v) : v;
}

Str req_form(const Req *req, Str name)
{
    Str v = params_get(&req->form, name);
    return v.ptr ? str_trim(v) : v;
}

static Str cookie_name(const Req *req, Str name)
{
    return req->secure ? str_printf(req->arena, "__Host-%.*s", STR_ARG(name)) : name;
}

Str req_cookie_get(const Req *req, Str name)
{
    return cookie_get(req->cookies, cookie_name(req, name));
}

void req_cookie(Req *req, Str name, Str value, int days)
{
    Buf b = buf_new(req->arena, 160);
    buf_printf(&b, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Strict%s",
               STR_ARG(cookie_name(req, name)), STR_ARG(value), req->secure ? "; Secure" : "");
    if (days != 0)
        buf_printf(&b, "; Max-Age=%d", days < 0 ? 0 : days * 86400);
    *ARENA_PUSH(req->arena, req->res.cookies) = buf_str(&b);
}

bool req_take(Req *req, struct Limiter *l, Str key)
{
    if (limiter_take(l, key, clock_steady()))
        return true;
    req->res.retry_after = limiter_wait(l);
    return false;
}

Err req_may_try(Req *req)
{
    return !req->address.ptr || req_take(req, req->site->logins, req->address) ? ERR_OK : E_LIMIT;
}

Err req_in_time(const Req *req)
{
    return clock_steady() > req->deadline ? E_BUSY : ERR_OK;
}

/* ---- who asks ---- */

/* A browser's cookie opens no door for writing to the API: it is sent without anybody asking. */
static Str cookie_of(const Req *req)
{
    if (req_is_api(req) && (req->bearer.ptr || req->method != METHOD_GET))
        return STR_NONE;
    return req_cookie_get(req, S("sigap"));
}

static Err identify(Req *req)
{
    Str cookie = cookie_of(req);
    Subject s = {0};
    Err e = E_LOGIN;
    if (req_is_api(req) && req->bearer.ptr)
        e = token_subject(req->reader.db, req->arena, req->bearer, clock_now(),
                          &req->model->role_names, &s);
    else if (!str_empty(cookie))
        e = session_subject(req->reader.db, req->arena, cookie, clock_now(),
                            &req->model->role_names, &s);
    if (e == E_LOGIN || e == E_NOT_FOUND)
        return ERR_OK;
    TRY(e);
    req->subject = s;
    req->known = true;
    session_touch(s.session, clock_now());
    return ERR_OK;
}

/* A browser says where a form was sent from. `Referrer-Policy: no-referrer` makes it write the
 * origin as "null" even for our own forms, so that word proves nothing by itself. */
static bool own_origin(const Req *req)
{
    if (req->fetch_site.ptr && !str_is(req->fetch_site, "same-origin") &&
        !str_is(req->fetch_site, "none"))
        return false;
    Str o = req->origin;
    if (str_empty(o) || str_is(o, "null"))
        return true;
    Str host = str_starts(o, S("https://"))                  ? str_from(o, 8)
               : !req->secure && str_starts(o, S("http://")) ? str_from(o, 7)
                                                             : STR_NONE;
    return !str_empty(host) && str_eq(host, req->host);
}

static Err read_form(Req *req)
{
    Str boundary = multipart_boundary(req->content_type);
    if (boundary.ptr)
        return multipart_parse(req->arena, req->body, boundary, &req->form, &req->uploads);
    if (str_empty(req->body))
        return ERR_OK;
    if (!str_starts(req->content_type, S("application/x-www-form-urlencoded")))
        return E_BAD_REQ;
    return urlencoded_parse(req->arena, req->body, &req->form);
}

static Err admit_program(Req *req)
{
    if (!req->known)
        return E_LOGIN;
    if (!req_take(req, req->site->calls, req->subject.session))
        return E_LIMIT;
    bool json = str_starts(req->content_type, S("application/json"));
    return req->method == METHOD_GET || json ? ERR_OK : E_BAD_REQ;
}

static Err admit(Req *req)
{
    TRY(identify(req));
    if (req->route->flags & ROUTE_API)
        return admit_program(req);
    bool post = req->method == METHOD_POST;
    if (post) {
        if (!own_origin(req))
            return E_CSRF;
        TRY(read_form(req));
    }
    if (!req->known)
        return req->route->flags & ROUTE_PUBLIC ? ERR_OK : E_LOGIN;
    if (post && !csrf_valid(req->subject.session, params_get(&req->form, S("csrf"))))
        return req->route->flags & ROUTE_FORM ? page_keep_draft(req) : E_CSRF;
    return ERR_OK;
}

/* ---- compression ---- */

static void *z_alloc(void *arena, unsigned n, unsigned size)
{
    return arena_array(arena, n, size);
}

static void z_free(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

void res_compress(Req *req)
{
    enum { WORTH_IT = 1024, GZIP_WINDOW = 15 + 16 };
    Res *res = &req->res;
    if (!req->accepts_gzip || res->gzipped || res->body.len < WORTH_IT)
        return;
    z_stream z = {.zalloc = z_alloc, .zfree = z_free, .opaque = req->arena};
    if (deflateInit2(&z, 1, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    size_t room = deflateBound(&z, res->body.len);
    char *out = arena_alloc(req->arena, room);
    z.next_in = (Bytef *)res->body.ptr;
    z.avail_in = (uInt)res->body.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    int done = deflate(&z, Z_FINISH);
    size_t n = z.total_out;
    deflateEnd(&z);
    if (done != Z_STREAM_END)
        return;
    res->body.ptr = out;
    res->body.len = n;
    res->gzipped = true;
}

/* ---- what must be on record before the answer leaves ---- */

static Err write_audit(WriteTx *tx, void *arg)
{
    Req *req = arg;
    if (req->reads.n)
        TRY(store_audit_reads(tx, &req->reads));
    if (req->act_due)
        TRY(store_audit_act(tx, &req->act));
    return ERR_OK;
}

static void audited(void *ctx, Err err)
{
    Req *req = ctx;
    if (err == ERR_OK) {
        req->reply(req);
        return;
    }
    req->audit_failed = true;
    req->write_err = err;
    req->again(req);
}

static void submit(Req *req, Write w)
{
    req->write = w;
    req->write.ctx = req;
    writer_submit(req->store->writer, &req->write);
}

static void finish(Req *req)
{
    res_compress(req);
    req->reads = (AuditReads){
        .store = req->store, .actor = &req->actor, .items = req->opened, .n = req->opened_count};
    if (req->reads.n || req->act_due)
        submit(req, (Write){.fn = write_audit, .arg = req, .done = audited, .reading = true});
    else
        req->reply(req);
}

/* ---- steps ---- */

static void written(void *ctx, Err err)
{
    Req *req = ctx;
    req->write_err = err;
    req->again(req);
}

/* Openings of several snapshots of one request add up. */
static void collect_opened(Req *req)
{
    size_t n = req->reader.opened.n;
    if (n == 0)
        return;
    Opened *all = ARENA_ARRAY(req->arena, req->opened_count + n, Opened);
    if (req->opened_count)
        memcpy(all, req->opened, req->opened_count * sizeof *all);
    memcpy(all + req->opened_count, req->reader.opened.items, n * sizeof *all);
    req->opened = all;
    req->opened_count += n;
}

static bool is_refusal(const Req *req, Err e)
{
    if (!req->known || !req->route)
        return false;
    return e == E_DENIED || (e == E_NOT_FOUND && (req->route->flags & ROUTE_RECORD));
}

static void fail(Req *req, Err e)
{
    bool login = e == E_LOGIN && !req_is_api(req);
    if (login && req->method == METHOD_GET && !(req->route->flags & ROUTE_PUBLIC)) {
        page_send_to_login(req);
        return;
    }
    if (login && (req->route->flags & ROUTE_FORM)) {
        page_login_again(req);
        return;
    }
    if (err_kind(e) != ERR_KIND_USER)
        log_error("%s %s: %s", req->method == METHOD_GET ? "GET" : "write",
                  req->route ? req->route->pattern : "-", err_name(e));
    if (is_refusal(req, e))
        req_on_record(req, str_printf(req->arena, "refused:%s", req->route->action), req->reg,
                      req->uid, str_of(err_name(e)));
    page_error(req, e);
}

/* Proof of who asks holds this long for opening a page, and for the form sent from it. */
enum { PROOF_MINUTES = 15, PROOF_FORM_MINUTES = 30 };

static bool proof_is_old(const Req *req)
{
    int64_t minutes = req->method == METHOD_GET ? PROOF_MINUTES : PROOF_FORM_MINUTES;
    return clock_now() - req->subject.proven_at > minutes * 60 * 1000;
}

/* Whether who may come in, and as whom, could be changed by it: pages and calls of any record. */
static bool changes_rights(const Req *req)
{
    RegRole role = req->reg ? req->reg->role : REG_ROLE_NONE;
    return req->route->flags & ROUTE_ALTERS &&
           (role == REG_ROLE_USER || role == REG_ROLE_MEMBERSHIP);
}

/* The page that has to be answered before this one; absent when nothing stands in the way. */
static Str comes_first(const Req *req)
{
    const Subject *s = &req->subject;
    unsigned flags = req->route->flags;
    if (!req->known || flags & ROUTE_PUBLIC)
        return STR_NONE;
    if (s->locked && !(flags & ROUTE_LOCKED))
        return S("/kunci");
    if (s->code_due && !(flags & ROUTE_CODE))
        return S("/masuk/kode");
    if (s->change_due && !(flags & ROUTE_OWN))
        return S("/akun");
    if (s->factor_due && !(flags & ROUTE_OWN))
        return S("/akun/kode");
    bool proven = flags & ROUTE_PROVEN || changes_rights(req);
    return proven && proof_is_old(req) ? S("/buktikan") : STR_NONE;
}

/* What was typed behind a gate becomes a draft; programs are told no. */
static Err behind_gate(Req *req, Str gate)
{
    if (req_is_api(req))
        return E_DENIED;
    if (req->route->flags & ROUTE_FORM && req->method == METHOD_POST)
        return page_keep_draft(req);
    Str next = req->method == METHOD_GET ? req->path : S("/");
    return req_redirect(req, url_with(req->arena, gate, {"lanjut", next}));
}

static Err run_page(Req *req)
{
    if (req->refused != ERR_OK) {
        TRY(identify(req));
        return req->refused;
    }
    if (req->then) {
        ThenFn then = req->then;
        req->then = NULL;
        return then(req, req->write_err);
    }
    TRY(req_in_time(req));
    TRY(admit(req));
    Str first = comes_first(req);
    if (first.ptr)
        return behind_gate(req, first);
    TRY(asked_open(req));
    return req->next.fn || req->res.status ? ERR_OK : req->route->page(req);
}

static int64_t statements_of(const ReadConn *conn)
{
    return db_statements_run(conn->db) + (conn->keys ? db_statements_run(conn->keys) : 0);
}

/* With SIGAP_TRACE set, the log says what each step of a request cost in statements: a test holds
 * that a page of a thousand rows needs as many as one of ten. */
static void trace(const Req *req, const ReadConn *conn, int64_t before)
{
    if (getenv("SIGAP_TRACE") && req->route)
        log_info("trace %s %.*s %lld", req->method == METHOD_POST ? "POST" : "GET",
                 STR_ARG(req->path), (long long)(statements_of(conn) - before));
}

static Err step_in_snapshot(Req *req, ReadConn *conn)
{
    int64_t before = statements_of(conn);
    req->actor.subject = &req->subject;
    req->actor.via = req_is_api(req) ? S("api") : S("web");
    req->actor.lang = req->lang;
    Err e = reader_begin(&req->reader, req->store, conn, req->arena, &req->actor);
    if (e != ERR_OK) {
        request_refuse(req, e);
        return e;
    }
    e = run_page(req);
    if (e == ERR_OK)
        e = arena_over(req->arena) ? E_TOO_LARGE : reader_failed(&req->reader);
    if (e != ERR_OK) {
        req->next.fn = NULL;
        fail(req, e);
    }
    collect_opened(req);
    reader_end(&req->reader);
    trace(req, conn, before);
    return e;
}

void request_step(Req *req, ReadConn *conn)
{
    if (req->audit_failed) { /* what was opened may not be shown: it could not be put on record */
        request_refuse(req, req->write_err);
        req->reply(req);
        return;
    }
    Err e = step_in_snapshot(req, conn);
    if (e == ERR_OK && req->next.fn) {
        WriteFn fn = req->next.fn;
        req->then = req->next.then;
        req->next.fn = NULL;
        submit(req, (Write){.fn = fn,
                            .before = req->next.before,
                            .arg = req->next.arg,
                            .done = written,
                            .reading = req->route->flags & ROUTE_READING});
        return;
    }
    finish(req);
}
