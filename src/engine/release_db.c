#include "engine/release_db.h"

#include "base/clock.h"
#include "engine/follow_up.h"
#include "model/give_reach.h"
#include "model/row.h"

/* ---- reading ---- */

static const char *column(Arena *a, const Model *m, FieldRole role)
{
    return str_z(a, role_field(m, role)->name);
}

static bool is_for(const Model *m, Str code, Audience asked)
{
    const Code *c = code_find(role_field(m, FIELD_ROLE_RELEASE_AUDIENCE)->codes, code);
    Audience widest;
    return c && audience_of(c->mapping, &widest) && widest >= asked;
}

bool release_needed(const Model *m, Audience audience)
{
    return audience != AUDIENCE_INTERNAL && role_reg(m, REG_ROLE_RELEASE);
}

/* Published releases of a period in the order of their versions. */
static Err published(Db *db, Arena *a, const Model *m, Period period, IdList *ret)
{
    const char *version = column(a, m, FIELD_ROLE_RELEASE_VERSION);
    Stmt *st;
    TRY(db_stmt(db,
                str_printf(a,
                           "SELECT id FROM %s WHERE batal=0 AND %s=:from AND %s=:to AND %s>0"
                           " ORDER BY %s",
                           str_z(a, role_reg(m, REG_ROLE_RELEASE)->name),
                           column(a, m, FIELD_ROLE_RELEASE_FROM),
                           column(a, m, FIELD_ROLE_RELEASE_TO), version, version)
                    .ptr,
                &st, BIND(":from", date_iso(a, period.from)), BIND(":to", date_iso(a, period.to))));
    return stmt_ids(st, a, ret);
}

/* Its figures; E_CORRUPT when they are not those of its hash. */
static Err open_text(Reader *rd, Arena *a, const Record *r, Str *ret)
{
    const Keyring *k = rd->store->in->keyring;
    const Field *body = role_field(r->reg->model, FIELD_ROLE_RELEASE_BODY);
    Dek dek;
    TRY(keyring_dek(k, rd->keys, r->uid, &dek));
    Err e = row_unseal(k, &dek, a, r, r->uid, body, r->vals[body->index].blob, ret);
    dek_wipe(&dek);
    TRY(e);
    return str_eq(keyed_hash(k, a, "release1", *ret),
                  role_text(rd->store, r, FIELD_ROLE_RELEASE_HASH))
               ? ERR_OK
               : E_CORRUPT;
}

static Err read_release(Reader *rd, Arena *a, const Record *r, Release *ret)
{
    *ret = (Release){.uid = r->uid,
                     .number = r->number,
                     .hash = role_text(rd->store, r, FIELD_ROLE_RELEASE_HASH),
                     .correction = role_text(rd->store, r, FIELD_ROLE_RELEASE_CORRECTION)};
    if (!str_i64(role_text(rd->store, r, FIELD_ROLE_RELEASE_VERSION), &ret->version) ||
        !str_i64(role_text(rd->store, r, FIELD_ROLE_RELEASE_LOCKED), &ret->at))
        return E_CORRUPT;
    return open_text(rd, a, r, &ret->text);
}

Err releases_read(Reader *rd, Arena *a, Str period, Audience audience, Releases *ret)
{
    const Model *m = rd->store->model;
    IdList ids = {0};
    Period p;
    size_t newest = 0;
    *ret = (Releases){0};
    if (!period_parse(period, &p))
        return ERR_OK;
    TRY(published(rd->db, a, m, p, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        Record r;
        TRY(row_by_id(rd->db, a, role_reg(m, REG_ROLE_RELEASE), ids.items[i], &r));
        TRY(read_release(rd, a, &r, ARENA_PUSH(a, *ret)));
        if (is_for(m, role_text(rd->store, &r, FIELD_ROLE_RELEASE_AUDIENCE), audience))
            newest = ret->n;
    }
    ret->n = newest;
    return ERR_OK;
}

Err release_latest(Reader *rd, Audience audience, Str *ret_period)
{
    const Model *m = rd->store->model;
    Stmt *st;
    Err e;
    *ret_period = STR_NONE;
    if (!role_reg(m, REG_ROLE_RELEASE))
        return ERR_OK;
    Arena *a = rd->arena;
    const char *from = column(a, m, FIELD_ROLE_RELEASE_FROM);
    TRY(db_stmt(rd->db,
                str_printf(a, "SELECT %s,%s FROM %s WHERE batal=0 AND %s>0 ORDER BY %s DESC", from,
                           column(a, m, FIELD_ROLE_RELEASE_AUDIENCE),
                           str_z(a, role_reg(m, REG_ROLE_RELEASE)->name),
                           column(a, m, FIELD_ROLE_RELEASE_VERSION), from)
                    .ptr,
                &st));
    while (stmt_next(st, &e)) {
        Date day;
        if (!ret_period->ptr && is_for(m, row_text(a, st, 1), audience) &&
            date_parse_iso(row_text(a, st, 0), &day))
            *ret_period = period_half_year(a, day, 0);
    }
    return e;
}

/* ---- publishing ---- */

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
    TRY(published(tx->db, tx->arena, m, period, &before));
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
