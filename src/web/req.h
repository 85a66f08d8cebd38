/* One request on its way: what was asked, who asks, and the answer under construction. Lives in its
 * own arena and is owned by one thread at a time (I/O thread -> worker -> writer -> worker -> I/O).
 */
#pragma once

#include "model/store.h"
#include "web/params.h"

#include <stdatomic.h>

typedef struct Req Req;

/* Makes the answer in req->res, or fails. Runs on a worker inside one read snapshot. */
typedef Err (*PageFn)(Req *req);
/* Runs on a worker after the write asked for by req_write was answered with `err`. */
typedef Err (*ThenFn)(Req *req, Err err);

typedef enum Method { METHOD_OTHER, METHOD_GET, METHOD_POST, METHOD_PATCH } Method;

enum RouteFlag {
    ROUTE_PUBLIC = 1 << 0,   /* no session needed */
    ROUTE_SLOW = 1 << 1,     /* hashes passwords: served by its own two threads */
    ROUTE_UPLOAD = 1 << 2,   /* body up to BODY_UPLOAD bytes */
    ROUTE_RECORD = 1 << 3,   /* about one record: E_NOT_FOUND is put on record as a refusal */
    ROUTE_FORM = 1 << 4,     /* posts the fields of a record: kept as a draft when CSRF fails */
    ROUTE_OWN = 1 << 6,      /* one's own account: open while the password is a temporary one */
    ROUTE_API = 1 << 7,      /* JSON for programs: a token, no cookie for writes, no CSRF */
    ROUTE_LOCKED = 1 << 8,   /* also answered while the screen is locked */
    ROUTE_CODE = 1 << 9,     /* also answered while the second factor is due */
    ROUTE_PROVEN = 1 << 10,  /* wants a fresh proof of who asks (ASVS 7.5.3) */
    ROUTE_READING = 1 << 11, /* its write serves reading: also answered on a full disk */
    ROUTE_ALTERS = 1 << 12,  /* changes a record: wants such a proof where that changes rights */
    ROUTE_ASSET = 1 << 5,    /* constant bytes, answered on the I/O thread */
};

typedef struct Route {
    Method method;
    const char *pattern, *action;
    unsigned flags;
    PageFn page;
} Route;

enum {
    BODY_FORM = 64 * 1024,
    BODY_UPLOAD = 6 * 1024 * 1024,
    HEAD_MAX = 16 * 1024,
    HEADERS_MAX = 64,
    URL_MAX = 4 * 1024,
    WORK_MS = 20 * 1000, /* a worker's deadline for one page */
};

/* What all requests share; const after start. */
typedef struct Site {
    const Store *store;
    struct Limiter *logins;     /* log-in attempts per address */
    struct Limiter *calls;      /* API requests per token */
    struct CareDesk *care;      /* backups and verification */
    _Atomic int64_t *ticked_at; /* instant of the last turn of the ticker; 0: none yet */
    struct ImportDesk *desk;    /* where import files are checked and applied */
} Site;

typedef struct Res {
    int status;
    Str type;        /* content type; absent: HTML */
    Str location;    /* of a redirect */
    Str disposition; /* Content-Disposition of a download */
    Str etag;        /* version of the record, quoted */
    Str allow;       /* methods, with E_METHOD */
    StrList cookies; /* whole Set-Cookie values */
    Buf body;
    int retry_after; /* seconds to wait, with E_LIMIT and E_BUSY; 0: the least there is */
    int refresh;     /* seconds until the browser asks again; 0 = never */
    bool gzipped, immutable, clear_site, close;
} Res;

/* What a request without a connection is made of (web/intake.h): the record it creates gets the
 * uid told to the sender, its moment of coming, and takes the letter away in the same command. */
typedef struct FromLetter {
    Str uid;
    int64_t at;
    WriteFn drop; /* arg: the FromLetter */
} FromLetter;

struct Req {
    Arena *arena;
    const Site *site;
    const Store *store;
    const Model *model;
    const Route *route;
    /* as sent */
    Method method;
    bool head, accepts_gzip, secure; /* secure: the browser speaks TLS, to us or to a proxy */
    Str path, query_text, host, origin, fetch_site, address, cookies, content_type, body;
    FromLetter *letter;                                    /* NULL: somebody is at the other end */
    Str browser;                                           /* what it calls itself */
    Str bearer, if_match, idempotency_key, stated_purpose; /* headers of the API */
    Params query, form;
    Uploads uploads;
    /* captured from the path */
    const Register *reg;
    Str uid, name;
    /* who asks */
    Lang lang;
    bool dense; /* the reader wants tight rows */
    enum { SCHEME_SYSTEM, SCHEME_LIGHT, SCHEME_DARK } scheme;
    bool known; /* `subject` is somebody */
    Subject subject;
    Actor actor;
    Reader reader;
    int64_t deadline; /* on the steady clock */
    Res res;
    const struct Settings *paper; /* read when a page begins */
    void *state;                  /* of a page between its steps */
    int controls;                 /* own controls written so far, for their ids */
    const Problems *told;         /* in the summary above: own controls repeat what is theirs */
    /* the machinery (request.c, server.c) */
    Err refused; /* found wrong before any page ran */
    struct {
        WriteFn before, fn;
        void *arg;
        ThenFn then;
        Str path; /* of req_write_to */
    } next;
    ThenFn then;
    Err write_err;
    Write write;
    Opened *opened;
    size_t opened_count;
    AuditReads reads;
    AuditAct act;
    bool act_due, audit_failed;
    void (*reply)(Req *req); /* hands the finished answer to the I/O thread */
    void (*again)(Req *req); /* puts the request back on a worker queue */
};

/* Asks for a write when the page function returns ERR_OK, which it gives: `fn(arg)` (after
 * `before(arg)` on the key store) runs on the writer, then `then` makes the answer. `arg` lives in
 * the request's arena. */
Err req_write(Req *req, WriteFn before, WriteFn fn, void *arg, ThenFn then);
/* The same, answered by sending the browser to a path of this site. */
Err req_write_to(Req *req, WriteFn fn, void *arg, Str path);
/* For such a command: puts on record what the reader did, to the record of `reg` (may be NULL), and
 * how it ended. */
MUST_CHECK Err req_note(WriteTx *tx, const Req *req, Str action, const Register *reg, Str uid,
                        Err result);
/* The same of somebody's account. */
MUST_CHECK Err req_note_account(WriteTx *tx, const Req *req, Str action, Str user_uid, Err result);
/* Puts an act that is no write and opens no value on record before the answer leaves. `reg` may be
 * NULL and `uid` absent; `result` is "ok" or the name of the error. Texts live until then. */
void req_on_record(Req *req, Str action, const Register *reg, Str uid, Str result);
/* Answers 303 to a path of this site. */
Err req_redirect(Req *req, Str path);
/* The same to where the reader wanted to go, or to the first page. */
Err req_go_on(Req *req, Str next);
/* First value from the query string or the posted form, trimmed; STR_NONE when not sent. */
Str req_query(const Req *req, Str name);
Str req_form(const Req *req, Str name);
/* A cookie for the whole site that lasts `days` (0 = until the browser closes, < 0 = forget it).
 * Under TLS its name begins with "__Host-": browsers then take it from this host by TLS only. */
void req_cookie(Req *req, Str name, Str value, int days);
Str req_cookie_get(const Req *req, Str name);
/* Takes one token of a limiter; when none is left the answer says how long to wait. */
bool req_take(Req *req, struct Limiter *l, Str key);
/* For whoever tries a password or a code: E_LIMIT after too many from her address. Without a proxy
 * everybody comes from this machine: then only the account's own back-off counts. */
MUST_CHECK Err req_may_try(Req *req);
/* E_BUSY when the worker's deadline has passed: for long loops. */
MUST_CHECK Err req_in_time(const Req *req);
/* Whether the path belongs to the API: answers are JSON, also of failures. */
static inline bool req_is_api(const Req *req)
{
    return str_starts(req->path, S("/api/"));
}
/* A person's word in the reader's language. */
static inline Str req_tr(const Req *req, Msg m)
{
    return tr(req->lang, m);
}
/* The same with {0}, {1}, {2} replaced by what follows. */
#define req_say(req, m, ...) tr_args((req)->arena, (req)->lang, m, __VA_ARGS__)
/* A word that is stored or sent, and what a reader is told for it. */
typedef struct Wording {
    const char *word;
    Msg msg;
} Wording;

/* The text for the word; absent when it is none of the list. */
#define req_wording(req, list, word) req_wording_(req, list, sizeof(list) / sizeof *(list), word)
Str req_wording_(const Req *req, const Wording *list, size_t n, Str word);

/* One step of a request on a worker: the page, or what follows its write. Ends by calling
 * req->reply, or by submitting a command whose answer continues it. */
void request_step(Req *req, ReadConn *conn);
/* Fills `res` for a failure that needs no database (limits, shut-down). Any thread. */
void request_refuse(Req *req, Err e);
/* Compresses the body when it is worth it. */
void res_compress(Req *req);
