#include "web/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/workqueue.h"
#include "engine/care_desk.h"
#include "engine/disk_room.h"
#include "engine/security.h"
#include "guard/audit_journal.h"
#include "guard/limits.h"
#include "guard/readings.h"
#include "guard/session.h"
#include "guard/whence.h"
#include "intake/import_desk.h"
#include "model/draft.h"
#include "web/deadlines.h"
#include "web/headers.h"
#include "web/listen_parts.h"
#include "web/routes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS = 2000,
    PER_ADDRESS = 64,
    WORKERS = 4,
    SLOW_WORKERS = 2,
    QUEUE_MAX = 1024,
    SLOW_MAX = 64,
    /* Of libmicrohttpd for one connection, head and first bytes. More than this it maps and unmaps
     * for each, which is more than half of what a connection costs. */
    POOL = 32 * 1024,
    REQUEST_ARENA = 64 * 1024 * 1024, /* hard limit; pages stay far below, exports need it */
    GRACE_MS = 10 * 1000,             /* a request must have arrived by then, plus 1 s a KiB */
    IDLE_MS = 30 * 1000,
    TICK_MS = 30 * 1000,
    FIRST_LOOK_MS = 60 * 1000, /* the first minute is for the people who wait at the door */
    LOGINS_A_MINUTE = 6,
    CALLS_A_MINUTE = 1200, /* 20 a second for one token */
    CALLS_BURST = 200,
    DRAIN_MS = 5 * 1000, /* for answers still being sent at shut-down */
};

typedef struct Server {
    Site site;
    Arena *arena;
    Listen *at;
    struct MHD_Daemon *daemon, *redirect;
    WorkQueue *queue, *slow;
    ReadConn conns[WORKERS + SLOW_WORKERS];
    atomic_int conns_given;
    atomic_int suspended; /* requests in the hands of workers and the writer */
    atomic_int open;      /* requests not yet wholly answered */
    atomic_bool draining;
    atomic_bool proxied; /* a proxy in front speaks TLS: it said so */
    bool proxy_noted;    /* of the main thread */
    Deadlines *deadlines;
    Write ticks[2];
    atomic_int ticking;
    _Atomic int64_t ticked_at;
    Err (*tick)(WriteTx *, void *);
    void *tick_arg;
    int64_t told; /* last audit row in the journal; below 0: none yet */
} Server;

typedef enum ExchangeState { X_HEAD, X_BODY, X_RUNNING, X_DONE } ExchangeState;

/* A request with the library's side of it. `req` is first: a Req * of ours is an Exchange *. */
/* A browser shows the answer to an upload only after it could send all of it. */
enum { DISCARD_MAX = 80 * 1024 * 1024 };

typedef struct Exchange {
    Req req;
    Server *server;
    struct MHD_Connection *conn;
    Deadline *slot;
    ExchangeState state;
    Buf body;
    size_t body_max;
    size_t discarded; /* bytes of a body that is too large, read so that its sender hears why */
    bool too_large;
    bool in_hand; /* counted in server->suspended */
    int64_t began;
    size_t headers, head_bytes;
    Str language; /* first of Accept-Language, two letters */
} Exchange;

/* A suspended request is back with the library: to be answered, or because its sender has left. */
static void out_of_hand(Exchange *x)
{
    if (x->in_hand)
        atomic_fetch_sub(&x->server->suspended, 1);
    x->in_hand = false;
}

static void set_deadline(Server *s, Deadline *slot, int64_t at)
{
    if (slot)
        deadline_set(s->deadlines, slot, at);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    Server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context =
            info ? deadline_take(s->deadlines, info->connect_fd, clock_steady() + GRACE_MS) : NULL;
        return;
    }
    /* Called before the socket is closed: after this the descriptor is no longer ours. */
    if (*context)
        deadline_give(s->deadlines, *context);
}

/* ---- reading a request ---- */

static void on_reply(Req *req)
{
    Exchange *x = (Exchange *)req;
    x->state = X_DONE;
    MHD_resume_connection(x->conn);
}

/* A password that is judged, and a file that may wait for a scanner, keep nobody else waiting. */
static WorkQueue *queue_of(const Server *s, const Req *req)
{
    bool slow = req->route && (req->route->flags & ROUTE_SLOW);
    return slow || multipart_boundary(req->content_type).ptr ? s->slow : s->queue;
}

static void on_again(Req *req)
{
    workqueue_push_back(queue_of(((Exchange *)req)->server, req), req);
}

/* We parse the query ourselves; the library would too, and hang up without a word when its pool
 * cannot hold a few hundred pairs. The text lies in that pool. */
static void hide_query(const char *uri)
{
    char *query = strchr(uri, '?');
    if (query)
        query[1] = 0;
}

/* The request line was read: the first we hear of a request, and the only sight of the raw URI. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    Server *s = cls;
    Arena *a = arena_new(REQUEST_ARENA);
    Exchange *x = ARENA_NEW(a, Exchange);
    Req *req = &x->req;
    x->server = s;
    x->conn = c;
    x->began = clock_steady();
    req->arena = a;
    req->site = &s->site;
    req->store = s->site.store;
    req->model = s->site.store->model;
    req->reply = on_reply;
    req->res.body = buf_new(a, 256);
    req->again = on_again;
    Str raw = str_copy(a, str_of(uri));
    ptrdiff_t q = str_find(raw, '?');
    req->path = q < 0 ? raw : str_head(raw, (size_t)q);
    req->query_text = q < 0 ? STR_NONE : str_from(raw, (size_t)q + 1);
    hide_query(uri);
    if (raw.len > URL_MAX)
        req->refused = E_TOO_LARGE;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->slot = info ? info->socket_context : NULL;
    req->secure = listen_secure(s->at);
    if (req->secure)
        req->address = listen_peer(a, c);
    set_deadline(s, x->slot, x->began + GRACE_MS);
    atomic_fetch_add(&s->open, 1);
    return x;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    Exchange *x = cls;
    Req *req = &x->req;
    Str v = str_of(value);
    x->headers++;
    x->head_bytes += strlen(name) + v.len + 4;
    struct {
        const char *name;
        Str *to;
    } wanted[] = {{"host", &req->host},
                  {"origin", &req->origin},
                  {"sec-fetch-site", &req->fetch_site},
                  {"cookie", &req->cookies},
                  {"content-type", &req->content_type},
                  {"user-agent", &req->browser},
                  {"if-match", &req->if_match},
                  {"idempotency-key", &req->idempotency_key},
                  {"sigap-tujuan", &req->stated_purpose}};
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (strcasecmp(name, wanted[i].name) == 0)
            *wanted[i].to = str_copy(req->arena, v);
    if (strcasecmp(name, "authorization") == 0 && strncasecmp(value, "Bearer ", 7) == 0)
        req->bearer = str_copy(req->arena, str_trim(str_from(v, 7)));
    if (strcasecmp(name, "accept-language") == 0)
        x->language = str_copy(req->arena, str_head(str_lower(req->arena, str_trim(v)), 2));
    if (strcasecmp(name, "accept-encoding") == 0)
        req->accepts_gzip = str_contains(v, S("gzip"));
    /* Only a proxy on this machine can say these: with TLS of our own nobody is believed. */
    if (listen_secure(x->server->at))
        return MHD_YES;
    if (strcasecmp(name, "x-forwarded-proto") == 0 && str_is(v, "https")) {
        req->secure = true;
        atomic_store(&x->server->proxied, true);
    }
    if (strcasecmp(name, "x-forwarded-for") == 0) { /* a proxy here appends who spoke to it */
        Str piece;
        while (str_cut(&v, ',', &piece))
            req->address = str_copy(req->arena, str_trim(piece));
    }
    return MHD_YES;
}

static Err check_head(Exchange *x, const char *method)
{
    Req *req = &x->req;
    MHD_get_connection_values(x->conn, MHD_HEADER_KIND, on_header, x);
    req->head = strcmp(method, "HEAD") == 0;
    bool get = req->head || strcmp(method, "GET") == 0;
    req->method = get                            ? METHOD_GET
                  : strcmp(method, "POST") == 0  ? METHOD_POST
                  : strcmp(method, "PATCH") == 0 ? METHOD_PATCH
                                                 : METHOD_OTHER;
    req->lang = lang_of(req_cookie_get(req, S("bahasa")));
    if (req_is_api(req) && x->language.ptr)
        req->lang = lang_of(x->language);
    req->dense = str_is(req_cookie_get(req, S("padat")), "1");
    Str scheme = req_cookie_get(req, S("warna"));
    req->scheme = str_is(scheme, "gelap")    ? SCHEME_DARK
                  : str_is(scheme, "terang") ? SCHEME_LIGHT
                                             : SCHEME_SYSTEM;
    if (req->refused)
        return req->refused;
    if (x->headers > HEADERS_MAX || x->head_bytes > HEAD_MAX)
        return E_TOO_LARGE;
    TRY(url_decode(req->arena, req->path, false, &req->path));
    TRY(urlencoded_parse(req->arena, req->query_text, &req->query));
    return route_find(req);
}

/* Room for the body, or a refusal before a byte of it is read. */
static Err expect_body(Exchange *x)
{
    Req *req = &x->req;
    bool upload = req->route && (req->route->flags & ROUTE_UPLOAD);
    x->body_max = upload ? BODY_UPLOAD : BODY_FORM;
    const char *length = MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, "content-length");
    int64_t n = 0;
    if (length && (!str_i64(str_of(length), &n) || n < 0))
        return E_BAD_REQ;
    x->too_large = (uint64_t)n > x->body_max;
    if (x->too_large && n > DISCARD_MAX)
        return E_TOO_LARGE;
    if (!x->too_large && req->method != METHOD_GET)
        x->body = buf_new(req->arena, n ? (size_t)n : 1024);
    set_deadline(x->server, x->slot, x->began + GRACE_MS + n * 1000 / 1024);
    return ERR_OK;
}

/* ---- answering ---- */

static enum MHD_Result answer(Exchange *x)
{
    Req *req = &x->req;
    Buf *body = &req->res.body;
    set_deadline(x->server, x->slot,
                 clock_steady() + 2 * IDLE_MS + (int64_t)body->len * 1000 / 1024);
    static char nothing[1];
    struct MHD_Response *r = MHD_create_response_from_buffer(
        body->len, body->len ? body->ptr : nothing, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    Headers h = {r, true};
    headers_add(req, &h);
    return headers_send(&h, x->conn, req->res.status ? (unsigned)req->res.status : MHD_HTTP_OK);
}

static enum MHD_Result refuse(Exchange *x, Err e)
{
    x->req.res.close = true;
    request_refuse(&x->req, e);
    res_compress(&x->req);
    x->state = X_DONE;
    return answer(x);
}

static enum MHD_Result on_head_read(Exchange *x, const char *method)
{
    Req *req = &x->req;
    x->state = X_BODY;
    Err e = check_head(x, method);
    if (e == ERR_OK)
        e = expect_body(x);
    if (atomic_load(&x->server->draining))
        e = E_BUSY;
    /* An unknown address or method is an ordinary page for who is logged in; anything else is told
     * at once, before the body. */
    bool page = e == E_NOT_FOUND || e == E_METHOD;
    if (page && req->method == METHOD_GET) {
        req->refused = e;
        return MHD_YES;
    }
    if (e != ERR_OK)
        return refuse(x, e);
    if (req->route->flags & ROUTE_ASSET) {
        e = req->route->page(req);
        x->state = X_DONE;
        return e == ERR_OK ? answer(x) : refuse(x, e);
    }
    return MHD_YES;
}

/* Hands the request to the workers. Suspended before it is pushed: a worker may be done before this
 * function returns. */
static enum MHD_Result dispatch(Exchange *x)
{
    Server *s = x->server;
    Req *req = &x->req;
    atomic_fetch_add(&s->suspended, 1);
    x->in_hand = true;
    if (atomic_load(&s->draining)) {
        out_of_hand(x);
        return refuse(x, E_BUSY);
    }
    set_deadline(s, x->slot, 0);
    req->body = buf_str(&x->body);
    req->deadline = clock_steady() + WORK_MS;
    x->state = X_RUNNING;
    MHD_suspend_connection(x->conn);
    if (workqueue_push(queue_of(s, req), req) != ERR_OK) {
        request_refuse(req, E_BUSY);
        on_reply(req);
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    (void)cls, (void)c, (void)url, (void)version;
    Exchange *x = *context;
    if (!x)
        return MHD_NO;
    if (x->state == X_HEAD)
        return on_head_read(x, method);
    if (x->state == X_BODY && *size) {
        x->too_large |= x->body.len + *size > x->body_max;
        if (x->too_large && (x->discarded += *size) > DISCARD_MAX)
            return MHD_NO;
        if (x->body.arena && !x->too_large)
            buf_put(&x->body, (Str){data, *size});
        *size = 0;
        return MHD_YES;
    }
    if (x->state == X_BODY)
        return x->too_large ? refuse(x, E_TOO_LARGE) : dispatch(x);
    if (x->state == X_DONE) {
        out_of_hand(x);
        return answer(x);
    }
    return MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)c, (void)code;
    Exchange *x = *context;
    if (!x)
        return;
    *context = NULL;
    out_of_hand(x);
    set_deadline(x->server, x->slot, clock_steady() + IDLE_MS);
    atomic_fetch_sub(&x->server->open, 1);
    arena_free(x->req.arena);
}

/* ---- workers ---- */

static void *worker_state(void *ctx)
{
    Server *s = ctx;
    return &s->conns[atomic_fetch_add(&s->conns_given, 1)];
}

static void work(void *job, void *state)
{
    request_step(job, state);
}

static Err start_workers(Server *s)
{
    for (size_t i = 0; i < WORKERS + SLOW_WORKERS; i++) {
        Err e = readconn_open(s->site.store, &s->conns[i]);
        while (e != ERR_OK && i > 0)
            readconn_close(&s->conns[--i]);
        TRY(e);
    }
    s->queue = workqueue_new(WORKERS, QUEUE_MAX, work, worker_state, NULL, s);
    s->slow = workqueue_new(SLOW_WORKERS, SLOW_MAX, work, worker_state, NULL, s);
    return ERR_OK;
}

static void stop_workers(Server *s)
{
    workqueue_free(s->queue);
    workqueue_free(s->slow);
    for (size_t i = 0; i < WORKERS + SLOW_WORKERS; i++)
        readconn_close(&s->conns[i]);
}

/* ---- the clockwork ---- */

static void ticked(void *ctx, Err err)
{
    Server *s = ctx;
    if (err != ERR_OK)
        log_error("tick: %s", err_name(err));
    else
        atomic_store(&s->ticked_at, clock_now());
    atomic_fetch_sub(&s->ticking, 1);
}

static Err flush_sessions(WriteTx *tx, void *arg)
{
    TRY(draft_sweep(tx, arg));
    TRY(store_sweep_repeats(tx, arg));
    TRY(readings_sweep(tx, date_iso(tx->arena, date_add_days(clock_today(), -READING_SPAN))));
    TRY(whence_sweep(tx));
    return session_flush(tx);
}

static void submit_ticks(Server *s)
{
    if (atomic_load(&s->ticking))
        return; /* the last one still waits: the disk is slow enough as it is */
    arena_give_back();
    atomic_store(&s->ticking, s->tick ? 2 : 1);
    s->ticks[0] = (Write){.fn = flush_sessions, .done = ticked, .ctx = s};
    writer_submit(s->site.store->writer, &s->ticks[0]);
    if (!s->tick)
        return;
    s->ticks[1] = (Write){.fn = s->tick, .arg = s->tick_arg, .done = ticked, .ctx = s};
    writer_submit(s->site.store->writer, &s->ticks[1]);
}

static int stop_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    int saved = errno;
    (void)!write(stop_pipe[1], number == SIGHUP ? "h" : "x", 1);
    errno = saved;
}

static Err catch_signals(bool hang_up)
{
    if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return E_IO;
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&act.sa_mask);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    bool ok = sigaction(SIGTERM, &act, NULL) == 0 && sigaction(SIGINT, &act, NULL) == 0 &&
              sigaction(SIGPIPE, &ignore, NULL) == 0 &&
              (!hang_up || sigaction(SIGHUP, &act, NULL) == 0);
    return ok ? ERR_OK : E_IO;
}

static Err put_proxy(WriteTx *tx, void *arg)
{
    (void)arg;
    return meta_put(tx->db, META_TRANSPORT, S(TRANSPORT_PROXY));
}

/* Once: that a proxy in front speaks TLS. */
static void note_proxy(Server *s)
{
    if (!atomic_load(&s->proxied) || s->proxy_noted)
        return;
    Err e = writer_run(s->site.store->writer, NULL, put_proxy, NULL);
    s->proxy_noted = e == ERR_OK;
}

/* Audit rows into the journal, where there is one: another machine keeps them (docs/decisions/015).
 */
static void tell_journal(Server *s)
{
    Db *db;
    if (!audit_journal_there())
        return;
    Err e = db_open(s->site.store->in->data_db, DB_READ, &db);
    if (e == ERR_OK) {
        e = audit_journal_tell(db, &s->told);
        db_close(db);
    }
    if (e != ERR_OK)
        log_error("audit to the journal: %s", err_name(e));
}

/* Whether it was asked to go on with another certificate, rather than to end. */
static bool serve_until_asked(Server *s)
{
    char asked = 0;
    int64_t next_tick = clock_steady(), next_look = next_tick + FIRST_LOOK_MS;
    struct pollfd stop = {.fd = stop_pipe[0], .events = POLLIN};
    for (;;) {
        if (poll(&stop, 1, 1000) > 0 && read(stop_pipe[0], &asked, 1) == 1)
            return asked == 'h';
        deadlines_cut(s->deadlines, clock_steady());
        note_proxy(s);
        tell_journal(s);
        room_watch(s->site.store->in, s->site.store->writer);
        bool full = writer_refuses(s->site.store->writer);
        if (clock_steady() >= next_look && !full) {
            care_look(s->site.care);
            next_look = clock_steady() + TICK_MS;
        }
        if (clock_steady() < next_tick || full)
            continue;
        submit_ticks(s);
        next_tick = clock_steady() + TICK_MS;
    }
}

/* Nothing is in flight when it returns; gives the socket that listens, which is the caller's. */
static MHD_socket drain(Server *s)
{
    atomic_store(&s->draining, true);
    MHD_socket listening = MHD_quiesce_daemon(s->daemon);
    while (atomic_load(&s->suspended) || atomic_load(&s->ticking))
        clock_sleep(5);
    int64_t until = clock_steady() + DRAIN_MS;
    while (atomic_load(&s->open) && clock_steady() < until)
        clock_sleep(5);
    return listening;
}

/* ---- start and stop ---- */

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static Err listen_on(Server *s, MHD_socket listening)
{
    ListenParts parts;
    Err e = listen_parts(s->at, listening, &parts);
    if (e == ERR_OK)
        s->daemon = MHD_start_daemon(
            parts.flags | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC,
            (uint16_t)s->at->port, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, parts.items,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
            (unsigned)PER_ADDRESS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)60, MHD_OPTION_STRICT_FOR_CLIENT, 1,
            MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)511, MHD_OPTION_NOTIFY_CONNECTION,
            on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
            MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_END);
    listen_parts_free(&parts);
    return e == ERR_OK && !s->daemon ? E_IO : e;
}

/* Another certificate: tried before the old one is given up. Who comes meanwhile waits in the
 * socket, which stays open. */
static Err listen_again(Server *s)
{
    Err e = listen_try(s->at);
    if (e != ERR_OK) {
        log_error("certificate not taken: %s", err_name(e));
        return ERR_OK;
    }
    MHD_socket listening = drain(s);
    MHD_stop_daemon(s->daemon);
    s->daemon = NULL;
    atomic_store(&s->draining, false);
    e = listen_on(s, listening);
    if (e == ERR_OK)
        log_info("certificate read again");
    return e;
}

static Server *server_new(Arena *a, const Store *store)
{
    Server *s = ARENA_NEW(a, Server);
    s->arena = a;
    s->told = -1;
    s->site = (Site){.store = store,
                     .logins = limiter_new(LOGINS_A_MINUTE, 2 * LOGINS_A_MINUTE),
                     .calls = limiter_new(CALLS_A_MINUTE, CALLS_BURST)};
    s->deadlines = deadlines_new(a, CONNECTIONS + PER_ADDRESS);
    return s;
}

static Err make_tables(WriteTx *tx, void *arg)
{
    const Listen *at = arg;
    TRY(meta_put(tx->db, META_TRANSPORT,
                 listen_secure(at) ? S(TRANSPORT_TLS) : S(TRANSPORT_PLAIN)));
    return draft_schema(tx->db);
}

/* Until it is asked to end; then nothing is in flight any more. */
static Err serve_all(Server *s, ListenReady ready)
{
    Err e = ERR_OK;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    s->at->port = info ? info->port : s->at->port;
    TRY(listen_redirect(s->at, &s->redirect));
    if (ready)
        ready(s->at);
    while (e == ERR_OK && serve_until_asked(s))
        e = listen_again(s);
    if (s->redirect)
        MHD_stop_daemon(s->redirect);
    MHD_socket listening = s->daemon ? drain(s) : MHD_INVALID_SOCKET;
    if (listening != MHD_INVALID_SOCKET)
        close(listening);
    tell_journal(s);
    return e;
}

static Err serve(Server *s, ListenReady ready)
{
    TRY(catch_signals(listen_secure(s->at)));
    raise_descriptors();
    TRY(writer_run(s->site.store->writer, NULL, make_tables, s->at));
    TRY(start_workers(s));
    s->site.desk = desk_new(s->site.store);
    s->site.care = care_desk_new(s->site.store);
    s->site.ticked_at = &s->ticked_at;
    Err e = listen_on(s, MHD_INVALID_SOCKET);
    if (e == ERR_OK)
        e = serve_all(s, ready);
    stop_workers(s);
    desk_free(s->site.desk);
    care_desk_free(s->site.care);
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    return e;
}

Err serve_run(const Store *store, Listen *at, ListenReady ready,
              Err (*tick)(WriteTx *tx, void *arg), void *tick_arg)
{
    Arena *a = arena_new(8 * 1024 * 1024);
    Server *s = server_new(a, store);
    s->at = at;
    s->tick = tick;
    s->tick_arg = tick_arg;
    Err e = serve(s, ready);
    limiter_free(s->site.logins);
    limiter_free(s->site.calls);
    arena_free(a);
    return e;
}
