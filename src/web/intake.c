#include "web/intake.h"

#include "base/json_tree.h"
#include "base/log.h"
#include "guard/limits.h"
#include "model/person_index.h"
#include "web/routes.h"

#include <semaphore.h>

enum {
    REPEAT_MAX = 100,
    NAMES_WAIT_MS = 60 * 1000,
    NO_LIMIT = 1000 * 1000,
    LETTER_ARENA = 64 * 1024
};

bool intake_register_shape(Str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((name.ptr[i] < 'a' || name.ptr[i] > 'z') && name.ptr[i] != '_')
            return false;
    return name.len > 0 && name.len <= 64;
}

Err intake_take(Db *db, Arena *a, const SentLetter *sent, Str *ret_uid)
{
    Buf text = buf_new(a, sent->body.len + 256);
    if (sent->repeat.len > REPEAT_MAX)
        return E_BAD_REQ;
    query_put(&text, S("token"), sent->token);
    query_put(&text, S("ulang"), str_empty(sent->repeat) ? S("") : sent->repeat);
    query_put(&text, S("bahasa"), sent->lang == LANG_EN ? S("en") : S("id"));
    query_put(&text, S("isi"), sent->body);
    LetterPut put = {.token = sent->token,
                     .repeat = sent->repeat,
                     .reg = sent->reg,
                     .said = sent->body,
                     .text = buf_str(&text)};
    return letterbox_put(db, a, &put, ret_uid);
}

/* ---- putting in ---- */

/* A request without a connection: it goes the way of every other, and this thread waits where the
 * I/O thread would be told. */
typedef struct Replay {
    Req req;
    sem_t turn;
    bool done;
} Replay;

static void on_again(Req *req)
{
    sem_post(&((Replay *)req)->turn);
}

static void on_reply(Req *req)
{
    ((Replay *)req)->done = true;
    on_again(req);
}

static void run(Replay *r, ReadConn *conn)
{
    sem_init(&r->turn, 0, 0);
    while (!r->done) {
        request_step(&r->req, conn);
        while (sem_wait(&r->turn) != 0) /* a signal came between */
            continue;
    }
    sem_destroy(&r->turn);
}

static Err drop_letter(WriteTx *tx, void *arg)
{
    return letterbox_drop(tx, &((FromLetter *)arg)->uid);
}

static Err make_request(Req *req, const Site *site, Arena *a, FromLetter *from, const Letter *l)
{
    Params sent = {0};
    TRY(urlencoded_parse(a, l->text, &sent));
    *req = (Req){.arena = a,
                 .site = site,
                 .store = site->store,
                 .model = site->store->model,
                 .method = METHOD_POST,
                 .path = str_printf(a, "/api/v1/%.*s", STR_ARG(l->reg)),
                 .content_type = S("application/json"),
                 .bearer = params_get(&sent, S("token")),
                 .idempotency_key = params_get(&sent, S("ulang")),
                 .body = params_get(&sent, S("isi")),
                 .lang = lang_of(params_get(&sent, S("bahasa"))),
                 .letter = from,
                 .deadline = INT64_MAX,
                 .reply = on_reply,
                 .again = on_again};
    req->res.body = buf_new(a, 256);
    req->refused = route_find(req);
    return ERR_OK;
}

static Err put_in_one(const Site *site, ReadConn *conn, Arena *a, Str uid)
{
    Letter l;
    Replay *r = ARENA_NEW(a, Replay);
    const Store *s = site->store;
    Err e = letterbox_open(conn->db, a, s->in->keyring, uid, &l);
    if (e ==
        E_CORRUPT) { /* it holds up neither the others nor the start, and waits for its sender */
        log_error("sealed letter %.*s cannot be opened", STR_ARG(uid));
        return ERR_OK;
    }
    TRY(e);
    FromLetter from = {.uid = uid, .at = l.at, .drop = drop_letter};
    TRY(make_request(&r->req, site, a, &from, &l));
    run(r, conn);
    int status = r->req.res.status;
    log_info("sealed letter: %d", status);
    if (status < 300)
        return writer_run(s->writer, NULL, letterbox_drop, &uid); /* also where it was a repeat */
    if (status >= 500 || status == 429)
        return ERR_OK;
    LetterFault fault = {s->in->keyring, uid, buf_str(&r->req.res.body)};
    return writer_run(s->writer, NULL, letterbox_fault, &fault);
}

static Err put_in(const Site *site, ReadConn *conn, const StrList *uids)
{
    for (size_t i = 0; i < uids->n; i++) {
        Arena *a = arena_new(LETTER_ARENA);
        Err e = put_in_one(site, conn, a, uids->items[i]);
        arena_free(a);
        TRY(e);
    }
    return ERR_OK;
}

Err intake_put_in(const Store *s, ReadConn *conn)
{
    StrList uids;
    Arena *a = arena_new(LETTER_ARENA);
    Err e = letterbox_waiting(conn->db, a, &uids);
    if (e == ERR_OK && uids.n)
        e = person_index_ready(s->persons, NAMES_WAIT_MS);
    if (e == ERR_OK && uids.n) {
        Site site = {.store = s, .calls = limiter_new(NO_LIMIT, NO_LIMIT)};
        e = put_in(&site, conn, &uids);
        limiter_free(site.calls);
    }
    arena_free(a);
    return e;
}

/* ---- mending one ---- */

static Str typed_of(Arena *a, const JsonTree *value, Lang lang)
{
    Str s = value->text;
    if (value->kind != TREE_NUMBER || lang == LANG_EN)
        return s;
    char *text = arena_alloc(a, s.len);
    for (size_t i = 0; i < s.len; i++)
        text[i] = s.ptr[i] == '.' ? ',' : s.ptr[i];
    return (Str){text, s.len};
}

static void add_value(Req *req, Params *typed, Str name, const JsonTree *value)
{
    if (value->kind == TREE_TEXT || value->kind == TREE_NUMBER)
        params_add(typed, req->arena, name, typed_of(req->arena, value, req->lang));
    for (size_t i = 0; value->kind == TREE_LIST && i < value->n; i++)
        add_value(req, typed, name, &value->items[i]);
}

/* What the letter said, and where it said nothing, what the empty form proposes. */
static void fill_form(Req *req, const Register *reg, const Letter *l, const JsonTree *said,
                      Params *ret)
{
    const JsonTree *fields = said->kind == TREE_OBJECT ? json_tree_get(said, S("isian")) : NULL;
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        const JsonTree *value =
            fields && fields->kind == TREE_OBJECT ? json_tree_get(fields, f->name) : NULL;
        Str given = form_default(req, f);
        if (value)
            add_value(req, ret, f->name, value);
        else if (!str_empty(given))
            params_add(ret, req->arena, f->name,
                       value_edit(f, req->arena, req->lang,
                                  f->kind == FK_INSTANT ? str_int(req->arena, l->at) : given));
    }
}

static Err drop_both(WriteTx *tx, void *arg)
{
    Save *s = arg;
    TRY(draft_drop(tx, &s->draft));
    return letterbox_drop(tx, &s->letter);
}

Err intake_own(Req *req, Str uid, Letter *ret, JsonTree *ret_said)
{
    Params sent = {0};
    int line;
    *ret_said = (JsonTree){0};
    Err e = letterbox_open(req->reader.db, req->arena, req->store->in->keyring, uid, ret);
    if (!str_eq(ret->user_uid, req->subject.uid))
        return E_NOT_FOUND;
    TRY(e);
    TRY(urlencoded_parse(req->arena, ret->text, &sent));
    if (json_tree_read(req->arena, params_get(&sent, S("isi")), ret_said, &line) != ERR_OK)
        *ret_said = (JsonTree){0}; /* then there is nothing to fill in */
    return ERR_OK;
}

Err intake_into_form(Req *req, Save *s)
{
    Letter l;
    JsonTree said;
    Str uid =
        req->method == METHOD_POST ? req_form(req, S("-kiriman")) : req_query(req, S("-kiriman"));
    if (str_empty(uid) || s->sheet)
        return ERR_OK;
    TRY(intake_own(req, uid, &l, &said));
    if (!str_eq(l.reg, req->reg->name))
        return E_NOT_FOUND;
    s->letter = uid;
    if (req->method == METHOD_POST) {
        s->change->uid = uid;
        s->batch->also = drop_both;
        s->batch->also_arg = s;
        return ERR_OK;
    }
    Params *typed = ARENA_NEW(req->arena, Params);
    fill_form(req, req->reg, &l, &said, typed);
    s->form.typed = s->sub.typed = typed;
    return ERR_OK;
}
