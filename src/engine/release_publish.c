#include "engine/release_publish.h"

#include "base/clock.h"
#include "engine/release_db.h"
#include "engine/system_actor.h"
#include "engine/table.h"
#include "model/give_reach.h"
#include "model/row.h"

/* `what` is copied: the problem outlives the command. */
static Err refuse(Batch *batch, const Model *m, FieldRole at, Msg msg, Str what)
{
    problem_add(&batch->problems, (Problem){.field = role_field(m, at)->name,
                                            .msg = msg,
                                            .args = {str_copy(batch->problems.arena, what)}});
    return E_INVALID;
}

static Err period_of(Batch *batch, Arena *a, const Record *r, Period *ret)
{
    Period half;
    if (date_parse_iso(role_text(batch->store, r, FIELD_ROLE_RELEASE_FROM), &ret->from) &&
        date_parse_iso(role_text(batch->store, r, FIELD_ROLE_RELEASE_TO), &ret->to) &&
        period_parse(period_half_year(a, ret->from, 0), &half) && !date_cmp(half.from, ret->from) &&
        !date_cmp(half.to, ret->to))
        return ERR_OK;
    return refuse(batch, r->reg->model, FIELD_ROLE_RELEASE_TO, M_RELEASE_PERIOD, STR_NONE);
}

/* The first of a half-year replaces nothing, any other the newest before it. */
static Err judge_replaced(WriteTx *tx, Batch *batch, const Record *r, Period period,
                          int64_t *ret_version)
{
    const Model *m = r->reg->model;
    int64_t named = role_id(batch->store, r, FIELD_ROLE_RELEASE_REPLACES);
    IdList before = {0};
    Record newest = {0};
    TRY(releases_published(tx->db, tx->arena, m, period, &before));
    if (before.n)
        TRY(row_by_id(tx->db, tx->arena, r->reg, before.items[before.n - 1], &newest));
    *ret_version = (int64_t)before.n + 1;
    if (named == newest.id)
        return ERR_OK;
    return named ? refuse(batch, m, FIELD_ROLE_RELEASE_REPLACES, M_RELEASE_NOTHING_BEFORE, STR_NONE)
                 : refuse(batch, m, FIELD_ROLE_RELEASE_REPLACES, M_RELEASE_REPLACES, newest.number);
}

/* Puts the text into the record, sealed under its own key, with its hash. */
static Err keep(WriteTx *tx, Batch *batch, const Record *r, int64_t version, Str text)
{
    const Keyring *k = batch->store->in->keyring;
    const Field *body = role_field(r->reg->model, FIELD_ROLE_RELEASE_BODY);
    Change *c = store_change(tx->arena, CHANGE_UPDATE, r->reg, r->uid, 0);
    Dek dek;
    TRY(keyring_dek(k, batch->store->writer_keys, r->uid, &dek));
    change_set(c, body, text);
    c->blobs[body->index] =
        seal(k, &dek, body->class_,
             (SealPlace){r->reg->name, field_first_name(body), r->uid, r->uid}, tx->arena, text);
    dek_wipe(&dek);
    change_set_role(c, FIELD_ROLE_RELEASE_LOCKED, str_int(tx->arena, clock_now()));
    change_set_role(c, FIELD_ROLE_RELEASE_VERSION, str_int(tx->arena, version));
    change_set_role(c, FIELD_ROLE_RELEASE_HASH, keyed_hash(k, tx->arena, "release1", text));
    return store_apply_system(tx, batch, system_actor_rules(), c);
}

static Err publish(WriteTx *tx, Batch *batch, const Record *r, Period period)
{
    Reader rd = {.store = batch->store,
                 .db = tx->db,
                 .keys = batch->store->writer_keys,
                 .arena = tx->arena,
                 .actor = system_actor_rules()};
    Buf text = buf_new(tx->arena, 64 * 1024);
    int64_t version;
    if (date_cmp(period.to, clock_today()) >= 0)
        return refuse(batch, r->reg->model, FIELD_ROLE_RELEASE_TO, M_RELEASE_RUNNING, STR_NONE);
    TRY(judge_replaced(tx, batch, r, period, &version));
    TRY(table_freeze(&rd, period, &text));
    return keep(tx, batch, r, version, buf_str(&text));
}

Err release_changed(WriteTx *tx, Batch *batch, const Record *after)
{
    Period period = {0};
    if (after->void_tx || role_text(batch->store, after, FIELD_ROLE_RELEASE_VERSION).ptr)
        return ERR_OK;
    TRY(period_of(batch, tx->arena, after, &period));
    return record_locked(after) ? publish(tx, batch, after, period) : ERR_OK;
}
