/* Writing through the API: create, change and moves. The same changes through the same gate as the
 * forms; a version is told by If-Match, a repeated request by Idempotency-Key. */
#include "base/clock.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "engine/identity_db.h"
#include "guard/keys.h"
#include "web/api.h"
#include "web/api_body.h"
#include "web/page_form.h"

enum { IDEM_MAX = 100 };

typedef struct ApiWrite {
    ApiBody body;
    Record rec; /* stored form of what is changed or moved */
    Decision decision;
    Change *change;
    Batch *batch;
    Problems problems;
} ApiWrite;

/* ---- what was sent ---- */

/* `"7"` -> 7. E_NO_VERSION when the header is missing or names no version. */
static Err read_version(const Req *req, int64_t *ret)
{
    Str s = req->if_match;
    if (s.len < 3 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"' ||
        !str_i64((Str){s.ptr + 1, s.len - 2}, ret) || *ret < 1)
        return E_NO_VERSION;
    return ERR_OK;
}

static Err read_idempotency(Req *req, Batch *b)
{
    Str key = req->idempotency_key;
    if (key.len > IDEM_MAX || !utf8_valid(key))
        return E_BAD_REQ;
    if (str_empty(key))
        return ERR_OK;
    b->idem_key = key;
    b->idem_hash =
        keyed_hash(req->store->in->keyring, req->arena, "sgpidem",
                   str_printf(req->arena, "%d %.*s %.*s\n%.*s", (int)req->method,
                              STR_ARG(req->path), STR_ARG(req->if_match), STR_ARG(req->body)));
    return ERR_OK;
}

static Err begin(Req *req, ApiWrite **ret)
{
    ApiWrite *w = ARENA_NEW(req->arena, ApiWrite);
    w->problems.arena = req->arena;
    w->batch = store_batch(&req->reader);
    req->state = w;
    *ret = w;
    return read_idempotency(req, w->batch);
}

/* A class nobody opened for this request is neither overwritten nor guessed at. */
static void check_classes(ApiWrite *w, unsigned classes)
{
    const Change *c = w->change;
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        if (!c->set[i] || !f->class_)
            continue;
        bool closed = w->rec.reg && w->rec.vals[i].sealed;
        if (!(classes & CLASS_BIT(f->class_)))
            problem_add(&w->problems,
                        (Problem){.field = f->name, .label = &f->label, .msg = M_FIELD_DENIED});
        else if (closed)
            problem_add(&w->problems,
                        (Problem){.field = f->name, .label = &f->label, .msg = M_API_CLOSED});
    }
}

/* ---- answers ---- */

static Err refuse(Req *req, ApiWrite *w, Err e)
{
    return w->problems.n ? api_problem(req, e, &w->problems) : e;
}

/* Members may be added to the problem that was just written; close it with json_close. */
static Json reopen(Req *req)
{
    req->res.body.len--;
    return (Json){.out = &req->res.body};
}

/* A person who may be on file already is asked about, never joined: who she may be, as far as the
 * caller may know of her. */
static Err ask_same(Req *req, const ApiWrite *w, bool *ret_asked)
{
    enum { ALIKE = 5 };
    Alike alike[ALIKE];
    size_t n = 0;
    if (w->change->kind == CHANGE_CREATE && !w->batch->repeats && !w->body.sure)
        TRY(identity_alike(&req->reader, w->change, alike, ALIKE, &n));
    *ret_asked = n > 0;
    if (!n)
        return ERR_OK;
    (void)api_problem(req, E_MAYBE_SAME, NULL);
    Json j = reopen(req);
    json_open_at(&j, S("candidates"), '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_pair(&j, S("uid"), alike[i].person.uid);
        json_pair(&j, S("href"), api_url(req, alike[i].person.reg, alike[i].person.uid));
        json_pair(&j, S("nomor"), alike[i].person.number);
        json_pair(&j, S("tajuk"), alike[i].person.heading);
        json_pair(&j, S("alasan"),
                  identity_reasons(req->arena, req->model, req->lang, &alike[i].like));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return ERR_OK;
}

/* The key was used for another request: where that one's result is. */
static Err reused(Req *req, const ApiWrite *w)
{
    (void)api_problem(req, E_REUSED, NULL);
    Json j = reopen(req);
    json_pair(&j, S("uid"), w->batch->result_uid);
    json_close(&j, '}');
    return ERR_OK;
}

/* Somebody changed the record meanwhile: both values of every field that differs. */
static Err stale(Req *req, ApiWrite *w)
{
    Record now;
    Decision d;
    Problems ignored = {.arena = req->arena};
    TRY(api_load(req, VERB_READ, &now, &d, &ignored));
    (void)api_problem(req, E_STALE, NULL);
    Json j = reopen(req);
    json_int(&j, S("versi"), now.version);
    json_open_at(&j, S("conflicts"), '[');
    for (size_t i = 0; i < req->reg->field_count; i++) {
        const Field *f = req->reg->fields[i];
        bool differs = w->change->set[i] && !str_eq(w->change->vals[i], now.vals[i].text);
        if (!differs || now.vals[i].sealed)
            continue;
        json_open(&j, '{');
        json_pair(&j, S("field"), f->name);
        json_key(&j, S("yours"));
        api_put_value(req, &j, f, w->change->vals[i]);
        json_key(&j, S("stored"));
        api_put_value(req, &j, f, now.vals[i].text);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    req->res.etag = api_etag(req, now.version);
    return ERR_OK;
}

/* What was written: only what its writer may read is in it. */
static Err written(Req *req, Err err)
{
    ApiWrite *w = req->state;
    Batch *b = w->batch;
    Record r;
    if (err == E_STALE)
        return stale(req, w);
    if (err == E_REUSED)
        return reused(req, w);
    if (b->problems.n && (err == E_INVALID || err == E_DUPLICATE || err == E_FLOW)) {
        w->problems = b->problems;
        return refuse(req, w, err);
    }
    TRY(err);
    Str uid = str_empty(b->result_uid) ? w->change->uid : b->result_uid;
    bool created = w->change->kind == CHANGE_CREATE;
    Json j = json_begin(req, created ? 201 : 200);
    json_open(&j, '{');
    json_pair(&j, S("uid"), uid);
    json_pair(&j, S("href"), api_url(req, req->reg, uid));
    if (store_get(&req->reader, req->reg, uid, VERB_LIST, &r) == ERR_OK) {
        json_pair(&j, S("nomor"), r.number);
        json_int(&j, S("versi"), r.version);
        json_pair(&j, S("status"), r.state);
        req->res.etag = api_etag(req, r.version);
    }
    api_put_problems(req, &j, S("warnings"), &w->problems, true);
    json_close(&j, '}');
    if (created)
        req->res.location = api_url(req, req->reg, uid);
    return ERR_OK;
}

static Err run(Req *req, ApiWrite *w)
{
    Problems found = {.arena = req->arena};
    Err e = store_prepare(&req->reader, w->batch, w->change, &found);
    problems_add_new(&w->problems, &found);
    if (e == E_STALE)
        return stale(req, w);
    if (e == ERR_OK && w->problems.errors)
        e = E_INVALID;
    if (e != ERR_OK)
        return refuse(req, w, e);
    bool asked;
    TRY(ask_same(req, w, &asked));
    if (asked)
        return ERR_OK;
    return req_write(req, store_batch_keys, store_batch_apply, w->batch, written);
}

/* ---- the operations ---- */

static Err read_parent(Req *req, ApiWrite *w)
{
    Str text = w->body.parent, name;
    if (str_empty(text))
        return ERR_OK;
    const Register *reg = str_cut(&text, '/', &name) ? model_reg(req->model, name) : NULL;
    if (!reg || !uid_shape(text) || !reg_accepts_parent(req->reg, reg)) {
        problem_at(&w->problems, S("induk"), M_API_PARENT, STR_NONE);
        return E_INVALID;
    }
    w->change->parent_reg = reg;
    w->change->parent_uid = text;
    return ERR_OK;
}

/* It came when no key was there: known by the uid that was told for it, and as old as it is. */
static void take_from_letter(Req *req, ApiWrite *w)
{
    FromLetter *from = req->letter;
    Change *c = w->change;
    c->uid = from->uid;
    w->batch->also = from->drop;
    w->batch->also_arg = from;
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        if (f->kind == FK_INSTANT && !c->set[i] && !str_empty(form_default(req, f)))
            change_set(c, f, str_int(req->arena, from->at));
    }
}

Err api_create(Req *req)
{
    ApiWrite *w;
    if (!req_may(req, req->reg, VERB_CREATE))
        return E_DENIED;
    TRY(begin(req, &w));
    Err e = api_body_read(req->arena, req->body, &w->body, &w->problems);
    if (e != ERR_OK)
        return refuse(req, w, e);
    w->change = store_change(req->arena, CHANGE_CREATE, req->reg, STR_NONE, 0);
    w->change->reason = w->body.reason;
    e = read_parent(req, w);
    if (e != ERR_OK)
        return refuse(req, w, e);
    api_body_fill(req->arena, &w->body, w->change, clock_today(), &w->problems);
    check_classes(w, form_create_classes(req, req->reg));
    if (req->letter)
        take_from_letter(req, w);
    return run(req, w);
}

/* Loads the record for the verb, reads version and body, and fills the change in. */
static Err begin_stored(Req *req, ChangeKind kind, Verb verb, ApiWrite **ret, Err *ret_refused)
{
    ApiWrite *w;
    int64_t version;
    TRY(begin(req, &w));
    *ret = w;
    Err e = api_load(req, verb, &w->rec, &w->decision, &w->problems);
    if (e == E_INVALID) {
        *ret_refused = e;
        return ERR_OK;
    }
    TRY(e);
    TRY(read_version(req, &version));
    *ret_refused = api_body_read(req->arena, req->body, &w->body, &w->problems);
    w->change = store_change(req->arena, kind, req->reg, req->uid, version);
    w->change->reason = w->body.reason;
    if (*ret_refused != ERR_OK)
        return ERR_OK;
    api_body_fill(req->arena, &w->body, w->change, clock_today(), &w->problems);
    check_classes(w, w->decision.classes);
    return ERR_OK;
}

Err api_change(Req *req)
{
    ApiWrite *w;
    Err refused = ERR_OK;
    TRY(begin_stored(req, CHANGE_UPDATE, VERB_CHANGE, &w, &refused));
    return refused != ERR_OK ? refuse(req, w, refused) : run(req, w);
}

static Err void_or_restore(Req *req, ChangeKind kind)
{
    ApiWrite *w;
    Err refused = ERR_OK;
    TRY(begin_stored(req, kind, VERB_VOID, &w, &refused));
    if (refused == ERR_OK)
        reason_judge(w->body.reason, S("alasan"), &w->problems);
    return refused != ERR_OK ? refuse(req, w, refused) : run(req, w);
}

Err api_move(Req *req)
{
    ApiWrite *w;
    Err refused = ERR_OK;
    if (str_is(req->name, "batalkan"))
        return void_or_restore(req, CHANGE_VOID);
    if (str_is(req->name, "pulihkan"))
        return void_or_restore(req, CHANGE_RESTORE);
    const Move *m = reg_move(req->reg, req->name);
    if (!m)
        return E_NOT_FOUND;
    TRY(begin_stored(req, CHANGE_MOVE, VERB_MOVE, &w, &refused));
    if (!(m->by & req->subject.roles))
        return E_DENIED;
    if (refused != ERR_OK) /* then there may be no change yet */
        return refuse(req, w, refused);
    w->change->move = m->name;
    return run(req, w);
}
