/* Acts on one record: open its protected fields, a move of its flow, void and restore. */
#include "web/page_form.h"
#include "web/page_show.h"

#include "guard/session.h"
#include "model/reason.h"

/* ---- opening ---- */

typedef struct Opening {
    Str session, file_uid, purpose, reason;
} Opening;

static Err write_purpose(WriteTx *tx, void *arg)
{
    const Opening *o = arg;
    return purpose_put(tx, o->session, o->file_uid, o->purpose, o->reason);
}

Err page_open_post(Req *req)
{
    Sheet s;
    Problems problems = {.arena = req->arena};
    TRY(record_load(req, VERB_READ, &s));
    Opening *o = ARENA_NEW(req->arena, Opening);
    *o = (Opening){.session = req->subject.session,
                   .purpose = req_form(req, S("guna")),
                   .reason = req_form(req, S("-alasan"))};
    TRY(store_file_uid(&req->reader, &s.rec, &o->file_uid));
    purpose_judge(req, o->purpose, STR_NONE, o->reason, STR_NONE, &problems);
    if (problems.n)
        return page_problems(req, E_INVALID, &problems);
    TRY(reason_seal(&req->reader, reason_subject(&req->reader, &s.rec), o->reason, &o->reason));
    return req_write_to(req, write_purpose, o, url_record(req, req->reg, req->uid, ""));
}

/* ---- moves, void, restore ---- */

typedef struct Act {
    Record rec;
    const Move *move; /* NULL: void or restore */
    const Change *change;
    Batch *batch;
    Problems problems;
    const char *message;
} Act;

static Err show_again(Req *req, Act *act)
{
    Crumb crumbs[4];
    size_t n = record_crumbs(req, &act->rec, true, crumbs);
    if (!act->move)
        return page_problems(req, E_INVALID, &act->problems);
    Str title = req_label(req, &act->move->label);
    Html *h = page_begin_bare(req, req_say(req, M_WEB_ERROR_PREFIX, title), crumbs, n);
    widget_summary(req, h, &act->problems);
    h_element(h, "h1", title);
    move_form(req, h, &act->rec, act->move, &act->problems);
    return page_end(req, h);
}

static Err after_act(Req *req, Err err)
{
    Act *act = req->state;
    if (act->batch->problems.n && err_kind(err) == ERR_KIND_USER && err != ERR_OK) {
        act->problems = act->batch->problems;
        return show_again(req, act);
    }
    TRY(err);
    const Change *made = act->change->made;
    if (made && !act->batch->replayed) /* one goes on working there; it leads back */
        return req_redirect(req, url_record(req, made->reg, made->uid, "?pesan=simpan"));
    return req_redirect(req, url_record(req, req->reg, req->uid, act->message));
}

/* Loads the record, starts the change; the caller fills it in and calls run_act. */
static Err begin_act(Req *req, ChangeKind kind, Verb verb, Act **ret, Change **ret_change)
{
    Act *act = ARENA_NEW(req->arena, Act);
    int64_t version;
    Str file;
    if (!str_i64(req_form(req, S("versi")), &version) || version < 1)
        return E_BAD_REQ;
    TRY(store_get(&req->reader, req->reg, req->uid, verb, &act->rec));
    if (req->reg->has_sealed)
        TRY(record_purpose(req, &act->rec, &file));
    act->problems.arena = req->arena;
    act->batch = store_batch(&req->reader);
    form_idempotent(req, act->batch);
    req->state = act;
    *ret = act;
    *ret_change = store_change(req->arena, kind, req->reg, req->uid, version);
    (*ret_change)->reason = req_form(req, S("-alasan"));
    act->change = *ret_change;
    return ERR_OK;
}

static Err run_act(Req *req, Act *act, Change *c)
{
    Err e = store_prepare(&req->reader, act->batch, c, &act->problems);
    if (e == E_INVALID || act->problems.errors)
        return show_again(req, act);
    TRY(e);
    return req_write(req, store_batch_keys, store_batch_apply, act->batch, after_act);
}

Err page_move_post(Req *req)
{
    Act *act;
    Change *c;
    const Move *m = reg_move(req->reg, req->name);
    if (!m)
        return E_NOT_FOUND;
    TRY(begin_act(req, CHANGE_MOVE, VERB_MOVE, &act, &c));
    if (!(m->by & req->subject.roles))
        return E_DENIED;
    act->move = m;
    act->message = "?pesan=langkah";
    c->move = m->name;
    Form f = {.req = req,
              .reg = req->reg,
              .rec = &act->rec,
              .typed = &req->form,
              .classes = store_decide(&req->reader, &act->rec, VERB_MOVE).classes};
    TRY(form_read(&f, c, &act->problems));
    return run_act(req, act, c);
}

/* ---- taking back ---- */

static Err after_batch(Req *req, Err err)
{
    const Batch *b = req->next.arg;
    if (b->problems.n && err_kind(err) == ERR_KIND_USER && err != ERR_OK)
        return page_problems(req, err, &b->problems);
    TRY(err);
    return req_redirect(req, req->next.path);
}

Err page_write_batch(Req *req, Batch *b, Str path)
{
    req->next.path = path;
    return req_write(req, store_batch_keys, store_batch_apply, b, after_batch);
}

/* Everything is judged on the writer: rights, time, and that nothing was changed since. */
Err page_undo_post(Req *req)
{
    Record r;
    Batch *b = store_batch(&req->reader);
    if (!str_i64(req_form(req, S("versi")), &b->undo_version))
        return E_BAD_REQ;
    TRY(store_get(&req->reader, req->reg, req->uid, VERB_READ, &r));
    form_idempotent(req, b);
    b->undo_reg = req->reg;
    b->undo_uid = req->uid;
    return page_write_batch(req, b, url_record(req, req->reg, req->uid, "?pesan=urung"));
}

static Err void_or_restore(Req *req, ChangeKind kind, const char *message)
{
    Act *act;
    Change *c;
    TRY(begin_act(req, kind, VERB_VOID, &act, &c));
    act->message = message;
    reason_judge(c->reason, STR_NONE, &act->problems);
    return run_act(req, act, c);
}

Err page_void_post(Req *req)
{
    return void_or_restore(req, CHANGE_VOID, "?pesan=batal");
}

Err page_restore_post(Req *req)
{
    return void_or_restore(req, CHANGE_RESTORE, "?pesan=pulih");
}
