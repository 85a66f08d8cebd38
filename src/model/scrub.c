#include "model/scrub.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/rand.h"
#include "model/derive.h"
#include "model/row.h"

#define PAST_SELECT                                                                                \
    "SELECT h.ver,h.tx,h.delta,h.rowhash,t.at," TX_SAID " FROM riwayat h"                          \
    " LEFT JOIN tx t ON t.id=h.tx LEFT JOIN sebab s ON s.tx=h.tx"                                  \
    " WHERE h.reg=:reg AND h.rec=:rec ORDER BY h.ver"

typedef struct Run {
    const Store *store;
    const Keyring *keyring;
    Db *db, *keys;
    Problems *problems;
    Scrub *sum;
    int at_most; /* records of a register; 0: all */
} Run;

/* `uid` absent: a fault of no one record. Texts are copied into the arena of the problems. */
static void fault(Run *run, Msg msg, const Register *reg, Str uid, int64_t number)
{
    Arena *a = run->problems->arena;
    if (++run->sum->faults > SCRUB_TOLD_MAX)
        return;
    problem_add(run->problems,
                (Problem){.msg = msg,
                          .place = reg ? reg->name : STR_NONE,
                          .args = {uid.ptr ? str_copy(a, uid) : S("?"), str_int(a, number)}});
}

/* ---- one record ---- */

Record past_begin(Arena *a, const Record *now)
{
    return (Record){.reg = now->reg,
                    .id = now->id,
                    .uid = now->uid,
                    .number = now->number,
                    .owner = now->owner,
                    .parent_uid = now->parent_uid,
                    .vals = ARENA_ARRAY(a, now->reg->field_count, Value)};
}

static void apply_value(Arena *a, Record *past, Str key, Str value)
{
    bool sealed = str_ends(key, S("!")), kept = str_starts(key, S("="));
    Str name = sealed ? str_head(key, key.len - 1) : str_from(key, kept);
    const Field *f = field_once_called(past->reg, name);
    if (str_is(key, ":status"))
        past->state = value;
    else if (str_is(key, ":batal"))
        past->void_tx = str_is(value, "ya") ? past->changed_tx : 0;
    else if (f && !sealed)
        past->vals[f->index].text = value;
    else if (f && (!value.ptr || !base64_decode(a, value, &past->vals[f->index].blob)))
        past->vals[f->index].blob = STR_NONE;
}

static bool apply_delta(Arena *a, Record *past, Str delta)
{
    StrList keys, values;
    if (json_read_flat(a, delta, &keys, &values) != ERR_OK)
        return false;
    for (size_t i = 0; i < keys.n; i++)
        apply_value(a, past, keys.items[i], values.items[i]);
    return true;
}

static PastVersion past_version(Arena *a, Stmt *st)
{
    return (PastVersion){.version = row_int(st, 0),
                         .tx = row_int(st, 1),
                         .delta = row_text(a, st, 2),
                         .hash = row_text(a, st, 3),
                         .at = row_int(st, 4),
                         .by = tx_said(a, st, 5)};
}

bool past_step(Arena *a, Record *past, const PastVersion *v)
{
    past->version++;
    past->changed_tx = v->tx;
    past->changed_at = v->at;
    if (past->version == 1)
        past->created_tx = past->changed_tx;
    return v->version == past->version && apply_delta(a, past, v->delta);
}

Err past_versions(Db *db, Arena *a, const Record *r, PastVersions *ret)
{
    *ret = (PastVersions){0};
    Stmt *st;
    Err e;
    TRY(db_stmt(db, PAST_SELECT, &st, BIND(":reg", r->reg->name), BIND(":rec", r->id)));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) = past_version(a, st);
    return e;
}

Err past_rewrite(Arena *a, Str delta, PastEntry *fn, void *ctx, Str *ret)
{
    StrList keys, values;
    Buf b = buf_new(a, delta.len + 64);
    TRY(json_read_flat(a, delta, &keys, &values));
    buf_char(&b, '{');
    for (size_t i = 0; i < keys.n; i++) {
        TRY(fn(ctx, keys.items[i], &values.items[i]));
        buf_char(&b, b.len > 1 ? ',' : ' ');
        json_put(&b, keys.items[i]);
        buf_char(&b, ':');
        json_put(&b, values.items[i]);
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    return ERR_OK;
}

Err past_put(Db *db, const Keyring *k, Arena *a, const Record *past, const PastVersion *v)
{
    return db_run(db,
                  "UPDATE riwayat SET delta=:delta, rowhash=:hash"
                  " WHERE reg=:reg AND rec=:rec AND ver=:ver",
                  BIND(":delta", v->delta), BIND(":hash", row_hash(k, a, past, v->delta, v->by)),
                  BIND(":reg", past->reg->name), BIND(":rec", past->id), BIND(":ver", v->version));
}

static bool version_fits(Run *run, Arena *a, Stmt *st, Record *past)
{
    PastVersion v = past_version(a, st);
    return past_step(a, past, &v) && (row_hash_fits(run->keyring, a, past, &v, false) ||
                                      row_hash_fits(run->keyring, a, past, &v, true));
}

/* Brings `past` forward through all versions; every one must fit the hash beside it. */
static Err check_versions(Run *run, Arena *a, Record *past)
{
    Stmt *st;
    Err e;
    TRY(db_stmt(run->db, PAST_SELECT, &st, BIND(":reg", past->reg->name), BIND(":rec", past->id)));
    while (stmt_next(st, &e)) {
        run->sum->versions++;
        if (!version_fits(run, a, st, past))
            fault(run, M_SCRUB_VERSION, past->reg, past->uid, past->version);
    }
    return e;
}

/* Values that only history knows, where it holds them: a field may be younger than the record. */
static bool kept_fit(const Record *now, const Record *past)
{
    bool fit = true;
    for (size_t i = 0; i < now->reg->field_count; i++)
        if (now->reg->fields[i]->remembers && past->vals[i].text.ptr)
            fit &= str_eq(now->vals[i].text, past->vals[i].text);
    return fit;
}

/* The record of access names the command of each version: one that was taken away, with the row as
 * it stood before it, stands there still. */
static Err check_newest(Run *run, const Record *now)
{
    int64_t told;
    TRY(db_number(run->db, "SELECT coalesce(max(tx),0) FROM audit WHERE uid=:uid AND reg=:reg",
                  &told, BIND(":uid", now->uid), BIND(":reg", now->reg->name)));
    if (told > now->changed_tx)
        fault(run, M_SCRUB_LATER, now->reg, now->uid, now->version);
    return ERR_OK;
}

static Err check_record(void *ctx, Arena *a, const Record *now)
{
    Run *run = ctx;
    Record past = past_begin(a, now);
    bool derived_fit;
    TRY(check_versions(run, a, &past));
    TRY(check_newest(run, now));
    run->sum->records++;
    if (now->version != past.version ||
        !str_eq(row_hash(run->keyring, a, now, STR_NONE, STR_NONE),
                row_hash(run->keyring, a, &past, STR_NONE, STR_NONE)))
        fault(run, M_SCRUB_RECORD, now->reg, now->uid, now->version);
    TRY(derive_check(run->store, run->db, run->keys, a, now, &derived_fit));
    if (!derived_fit || !kept_fit(now, &past))
        fault(run, M_SCRUB_DERIVED, now->reg, now->uid, now->version);
    return ERR_OK;
}

/* ---- all of them ---- */

/* An id from which to take a few records: any one, so that each copy is tried elsewhere. */
static Err somewhere(Run *run, Arena *a, const Register *reg, int64_t *ret)
{
    uint64_t chance;
    int64_t last = 0;
    Str sql = str_printf(a, "SELECT MAX(id) FROM %.*s", STR_ARG(reg->name));
    TRY(db_number(run->db, sql.ptr, &last));
    rand_bytes(&chance, sizeof chance);
    *ret = last ? (int64_t)(chance % (uint64_t)last) + 1 : 0;
    return ERR_OK;
}

Err past_each(Db *db, Arena *sql_memory, const Register *reg, PastWalk walk)
{
    Buf sql = buf_new(sql_memory, 4096);
    Stmt *st;
    Err e;
    row_select(&sql, reg, walk.want);
    buf_lit(&sql, " WHERE r.id>=:from ORDER BY r.id LIMIT :most");
    TRY(db_stmt(db, buf_z(&sql), &st, BIND(":from", walk.from),
                BIND(":most", walk.at_most ? walk.at_most : -1)));
    while (stmt_next(st, &e)) {
        Arena *a = arena_new(PAST_MEMORY); /* of one record */
        Record now;
        row_read(a, st, reg, walk.want, &now);
        e = walk.fn(walk.ctx, a, &now);
        arena_free(a);
        if (e != ERR_OK)
            break;
    }
    stmt_done(st);
    return e;
}

static Err check_register(Run *run, Arena *sql_memory, const Register *reg)
{
    PastWalk walk = {
        .want = {.all = true}, .at_most = run->at_most, .fn = check_record, .ctx = run};
    if (run->at_most)
        TRY(somewhere(run, sql_memory, reg, &walk.from));
    return past_each(run->db, sql_memory, reg, walk);
}

/* Versions whose record is gone: rows of registers are voided, never deleted; and records that are
 * gone with all their versions, of which the record of access tells. */
static Err check_orphans(Run *run)
{
    int64_t all = 0, told;
    TRY(db_number(run->db, "SELECT COUNT(*) FROM riwayat", &all));
    if (all != run->sum->versions)
        fault(run, M_SCRUB_ORPHANS, NULL, STR_NONE, all - run->sum->versions);
    TRY(db_number(run->db, "SELECT COUNT(*) FROM audit WHERE tx<>0", &told));
    if (told > all)
        fault(run, M_SCRUB_GONE, NULL, STR_NONE, told - all);
    return ERR_OK;
}

/* What cannot be read in one place does not keep from reading the others. */
static Err go_on(Run *run, const Register *reg, Err e)
{
    if (e != E_CORRUPT)
        return e;
    fault(run, M_SCRUB_UNREADABLE, reg, STR_NONE, 0);
    return ERR_OK;
}

static Err each_register(Run *run, const Model *m)
{
    Arena *a = arena_new(PAST_MEMORY);
    Err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < m->reg_count; i++)
        e = go_on(run, m->regs[i], check_register(run, a, m->regs[i]));
    arena_free(a);
    return e;
}

static Err check_keys(Run *run)
{
    StrList bad = {0};
    TRY(keys_check(run->keyring, run->keys, run->problems->arena, &run->sum->keys, &bad));
    for (size_t i = 0; i < bad.n; i++)
        fault(run, M_SCRUB_KEY, NULL, bad.items[i], 0);
    return ERR_OK;
}

/* What an expression could not read it took for absent. */
static Err finish(Run *run)
{
    TRY(go_on(run, NULL, check_keys(run)));
    return db_failed(run->db) == E_IO ? E_IO : ERR_OK;
}

static Run begin(const Store *s, const ReadConn *c, int at_most, Problems *problems, Scrub *ret)
{
    *ret = (Scrub){0};
    return (Run){s, s->in->keyring, c->db, c->keys, problems, ret, at_most};
}

Err scrub_run(const Store *s, const ReadConn *c, Problems *problems, Scrub *ret)
{
    Run run = begin(s, c, 0, problems, ret);
    TRY(go_on(&run, NULL, db_intact(c->db)));
    TRY(go_on(&run, NULL, db_intact(c->keys)));
    TRY(each_register(&run, s->model));
    TRY(go_on(&run, NULL, check_orphans(&run)));
    return finish(&run);
}

Err scrub_sample(const Store *s, const ReadConn *c, int at_most, Problems *problems, Scrub *ret)
{
    Run run = begin(s, c, at_most, problems, ret);
    TRY(each_register(&run, s->model));
    return finish(&run);
}
