#include "model/env.h"

#include "model/row.h"

/* The place of a uid in the table: 1 + its index in the batch, or an empty place. */
static size_t *place_of(const Batch *b, Str uid)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < uid.len; i++)
        h = (h ^ (unsigned char)uid.ptr[i]) * 1099511628211u;
    size_t at = (size_t)(h >> 20) & (b->place_count - 1);
    while (b->places[at] && !str_eq(b->items[b->places[at] - 1]->uid, uid))
        at = (at + 1) & (b->place_count - 1);
    return &b->places[at];
}

static void places_grow(Batch *b)
{
    b->place_count = b->place_count ? b->place_count * 4 : 64;
    b->places = ARENA_ARRAY(b->arena, b->place_count, size_t);
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i]->kind == CHANGE_CREATE)
            *place_of(b, b->items[i]->uid) = i + 1;
}

void batch_add(Batch *b, Change *c)
{
    *ARENA_PUSH(b->arena, *b) = c;
    if (b->n * 2 > b->place_count)
        places_grow(b);
    else if (c->kind == CHANGE_CREATE)
        *place_of(b, c->uid) = b->n;
}

const Change *batch_pending(const Batch *b, Str uid)
{
    size_t at = b && b->n && !str_empty(uid) ? *place_of(b, uid) : 0;
    return at ? b->items[at - 1] : NULL;
}

/* An environment for the record with that uid in the register of the field's target, or for the
 * parent; false when there is none. */
static bool env_of_uid(const RecordEnv *from, const Field *via, Str uid, RecordEnv *ret)
{
    if (str_empty(uid))
        return false;
    const Change *pending = batch_pending(from->batch, uid);
    *ret = (RecordEnv){.store = from->store,
                       .db = from->db,
                       .keys = from->keys,
                       .arena = from->arena,
                       .batch = from->batch,
                       .subject = from->subject};
    if (pending) {
        ret->reg = pending->reg;
        ret->change = pending;
        return true;
    }
    const Register *reg = NULL;
    int64_t id;
    Record *rec = ARENA_NEW(from->arena, Record);
    if (via ? row_resolve(from->db, via, uid, &reg, &id) != ERR_OK
            : row_id(from->db, from->rec ? from->rec->parent_reg : from->change->parent_reg, uid,
                     &id) != ERR_OK)
        return false;
    if (!reg)
        reg = from->rec ? from->rec->parent_reg : from->change->parent_reg;
    if (row_by_id(from->db, from->arena, reg, id, rec) != ERR_OK)
        return false;
    ret->reg = reg;
    ret->rec = rec;
    return true;
}

static Str parent_uid(const RecordEnv *env)
{
    if (env->rec)
        return env->rec->parent_uid;
    return env->change ? env->change->parent_uid : STR_NONE;
}

static bool env_step(RecordEnv *env, const Field *via, RecordEnv *ret)
{
    if (!via && !(env->rec ? env->rec->parent_reg : env->change->parent_reg))
        return false;
    return env_of_uid(env, via, via ? env_value(env, via) : parent_uid(env), ret);
}

Err env_key_subject(RecordEnv *env, Str *ret_uid)
{
    RecordEnv above;
    if (env->reg->key == KEY_OWN || env->reg->key == KEY_NONE) {
        *ret_uid = env->rec ? env->rec->uid : env->change->uid;
        return ERR_OK;
    }
    const Field *via = env->reg->key == KEY_REF ? env->reg->key_ref : NULL;
    if (!env_step(env, via, &above))
        return E_NOT_FOUND;
    return env_key_subject(&above, ret_uid);
}

Err env_dek(const RecordEnv *env, Str subject, Dek *ret)
{
    const Keyring *k = env->store->in->keyring;
    const Change *pending = batch_pending(env->batch, subject);
    if (pending && pending->new_key.ptr)
        return keyring_unwrap(k, subject, pending->new_key, ret);
    return keyring_dek(k, env->keys, subject, ret);
}

static Str open_stored(RecordEnv *env, const Field *f)
{
    Str plain = STR_NONE;
    if (!env->key_tried) {
        env->key_tried = true;
        env->key_found = env_key_subject(env, &env->key_subject) == ERR_OK &&
                         env_dek(env, env->key_subject, &env->dek) == ERR_OK;
    }
    if (!env->key_found ||
        row_unseal(env->store->in->keyring, &env->dek, env->arena, env->rec, env->key_subject, f,
                   env->rec->vals[f->index].blob, &plain) != ERR_OK)
        return STR_NONE;
    return plain;
}

/* uid of the owning institution: of the stored record, named by the change, or the subject's own.
 */
static Str owner_uid(RecordEnv *env)
{
    const Register *inst = role_reg(env->reg->model, REG_ROLE_INSTITUTION);
    int64_t id = env->rec ? env->rec->owner : 0;
    Record r;
    if (!env->rec && env->change && !str_empty(env->change->owner_uid))
        return env->change->owner_uid;
    if (!env->rec && env->subject && env->subject->agency_count)
        id = env->subject->agencies[0];
    return inst && id && row_by_id(env->db, env->arena, inst, id, &r) == ERR_OK ? r.uid : STR_NONE;
}

static Str system_value(RecordEnv *env, SystemColumn column)
{
    const Record *r = env->rec;
    switch (column) {
    case SYS_UID:
        return r ? r->uid : (env->change ? env->change->uid : STR_NONE);
    case SYS_NUMBER:
        return r ? r->number : STR_NONE;
    case SYS_VERSION:
        return r ? str_int(env->arena, r->version) : STR_NONE;
    case SYS_STATE:
        return r ? r->state : env->reg->start_state;
    case SYS_OWNER:
        return owner_uid(env);
    case SYS_PARENT:
        return parent_uid(env);
    case SYS_VOID:
        return r && r->void_tx ? S("ya") : S("tidak");
    case SYS_CREATED:
    case SYS_CHANGED:
        return r ? str_int(env->arena, r->changed_at) : STR_NONE;
    case SYS_HEADING:
        return r ? r->heading : STR_NONE;
    case SYS_NONE:
    case SYS_COUNT:
        break;
    }
    BUG("no such system column");
}

Str env_value(RecordEnv *env, const Field *f)
{
    if (f->system)
        return system_value(env, f->system);
    if (env->derived && f->calc)
        return env->derived[f->index];
    if (env->change && env->change->set[f->index])
        return env->change->vals[f->index];
    if (!env->rec)
        return STR_NONE;
    const Value *v = &env->rec->vals[f->index];
    return f->class_ && v->blob.ptr && !v->text.ptr ? open_stored(env, f) : v->text;
}

static Str expr_own(void *ctx, const Field *f)
{
    return env_value(ctx, f);
}

/* Several fields are read through one reference, and each more than once. */
typedef struct EnvHop {
    const Field *via; /* NULL: the parent */
    Str uid;
    RecordEnv target;
    struct EnvHop *next;
} EnvHop;

/* The record behind a reference, or NULL. */
static RecordEnv *hop_target(RecordEnv *env, const Field *via)
{
    bool parent = env->rec ? env->rec->parent_reg != NULL : env->change->parent_reg != NULL;
    if (!via && !parent)
        return NULL;
    Str uid = via ? env_value(env, via) : parent_uid(env);
    for (EnvHop *h = env->hops; h; h = h->next)
        if (h->via == via && str_eq(h->uid, uid))
            return &h->target;
    EnvHop *h = ARENA_NEW(env->arena, EnvHop);
    if (!env_of_uid(env, via, uid, &h->target))
        return NULL;
    h->via = via;
    h->uid = uid;
    h->next = env->hops;
    env->hops = h;
    return &h->target;
}

static Str expr_hop(void *ctx, const Field *via, const Field *f)
{
    RecordEnv *target = hop_target(ctx, via);
    if (!target)
        return STR_NONE;
    const Field *there = f->system || f->reg == target->reg ? f : reg_field(target->reg, f->name);
    return there ? env_value(target, there) : STR_NONE;
}

static StrList expr_children(void *ctx, const Register *child, const Field *f)
{
    RecordEnv *env = ctx;
    Arena *a = env->arena;
    StrList list = {0};
    if (!env->rec)
        return list;
    bool *field = ARENA_ARRAY(a, child->field_count, bool);
    if (f && !f->system)
        field[f->index] = true;
    RowWant want = {.field = field};
    Buf sql = buf_new(a, 1024);
    row_select(&sql, child, want);
    buf_lit(&sql, " WHERE r.induk=:id AND r.induk_reg=:reg AND r.batal=0 ORDER BY r.id");
    Stmt *st;
    Err e;
    if (db_stmt(env->db, buf_z(&sql), &st, BIND(":id", env->rec->id),
                BIND(":reg", env->reg->name)) != ERR_OK)
        return list;
    while (stmt_next(st, &e)) {
        Record *r = ARENA_NEW(a, Record);
        row_read(a, st, child, want, r);
        RecordEnv of = {.store = env->store,
                        .db = env->db,
                        .keys = env->keys,
                        .arena = a,
                        .reg = child,
                        .rec = r};
        *ARENA_PUSH(a, list) = f ? env_value(&of, f) : S("");
        env_wipe(&of);
    }
    return list;
}

static Str expr_find(void *ctx, const Field *f, Str value)
{
    RecordEnv *env = ctx;
    Str uid;
    Str sql = str_printf(env->arena, "SELECT uid FROM %.*s WHERE %.*s=:v AND batal=0 LIMIT 1",
                         STR_ARG(f->reg->name), STR_ARG(f->name));
    return db_text(env->db, sql.ptr, env->arena, &uid, BIND(":v", value)) == ERR_OK ? uid
                                                                                    : STR_NONE;
}

ExprEnv env_expr(RecordEnv *env)
{
    return (ExprEnv){.arena = env->arena,
                     .today = clock_today(),
                     .me = env->subject && !env->subject->system ? env->subject->uid : STR_NONE,
                     .ctx = env,
                     .own = expr_own,
                     .hop = expr_hop,
                     .children = expr_children,
                     .find = expr_find};
}

RecordEnv env_written(const WriteTx *tx, const Store *s, const Record *rec)
{
    return (RecordEnv){.store = s,
                       .db = tx->db,
                       .keys = s->writer_keys,
                       .arena = tx->arena,
                       .reg = rec->reg,
                       .rec = rec};
}

void env_wipe(RecordEnv *env)
{
    for (EnvHop *h = env->hops; h; h = h->next)
        env_wipe(&h->target);
    env->hops = NULL;
    dek_wipe(&env->dek);
}
