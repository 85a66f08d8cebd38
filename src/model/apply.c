/* The writer's half of a write: inside the command's savepoint, policy and version are judged
 * again, the number is given, and row, history, reach, derived fields and audit are written
 * together. */
#include "base/base64.h"
#include "base/json.h"
#include "guard/audit.h"
#include "guard/reach.h"
#include "model/derive.h"
#include "model/env.h"
#include "model/follow.h"
#include "model/give_reach.h"
#include "model/plan.h"
#include "model/restriction.h"
#include "model/row.h"
#include "model/undo.h"

enum { RULE_DEPTH_MAX = 4 };

typedef struct Apply {
    WriteTx *tx;
    Batch *batch;
    const Subject *subject;
    int64_t tx_id;
    int64_t now;
    Str by;     /* what the transaction says of itself, as the hash of each version has it */
    Str reason; /* as the transaction has it */
} Apply;

static Err fail(Apply *ap, Change *c, const Field *f, Msg msg, Str arg, Err e)
{
    Problem p = {.msg = msg, .args = {arg}};
    if (f) {
        p.field = f->name;
        p.label = &f->label;
    }
    problem_add(&ap->batch->problems, p);
    ap->batch->failed = c;
    return e;
}

/* ---- transaction row, number, idempotency ---- */

/* What a rule or clock writes has the command as its cause. */
static Err put_cause(WriteTx *tx, int64_t id, int64_t root)
{
    return db_run(tx->db, "INSERT INTO sebab(tx,root) VALUES(:tx,:root)", BIND(":tx", id),
                  BIND(":root", root));
}

static Err read_said(Apply *ap)
{
    Stmt *st;
    TRY(db_first(ap->tx->db,
                 "SELECT " TX_SAID " FROM tx t LEFT JOIN sebab s ON s.tx=t.id WHERE t.id=:id", &st,
                 BIND(":id", ap->tx_id)));
    ap->by = tx_said(ap->tx->arena, st, 0);
    stmt_done(st);
    return ERR_OK;
}

/* What a person typed is closed; what a rule or clock says of itself is not. `cause`: 0, none. */
static Err begin_tx(Apply *ap, const Actor *actor, const Change *c, int64_t cause)
{
    const Subject *s = actor->subject;
    ap->reason = c && c->sealed.ptr ? c->sealed : c ? c->reason : STR_NONE;
    TRY(db_number(ap->tx->db,
                  "INSERT INTO tx(at,actor,agency,session,via,reason,import)"
                  " VALUES(:at,:actor,:agency,:session,:via,:reason,:import) RETURNING id",
                  &ap->tx_id, BIND(":at", ap->now), BIND(":actor", s->uid),
                  BIND(":agency", s->agency_count ? s->agencies[0] : 0),
                  BIND(":session", s->session), BIND(":via", actor->via),
                  BIND(":reason", str_empty(ap->reason) ? STR_NONE : ap->reason),
                  BIND(":import", actor->import)));
    if (cause)
        TRY(put_cause(ap->tx, ap->tx_id, cause));
    return read_said(ap);
}

static Err next_in_series(WriteTx *tx, Str series, int64_t *ret)
{
    return db_number(tx->db,
                     "INSERT INTO nomor(series,last) VALUES(:s,1)"
                     " ON CONFLICT(series) DO UPDATE SET last=nomor.last+1 RETURNING last",
                     ret, BIND(":s", series));
}

/* "KRB-{tahun}-{urut:5}" -> "KRB-2026-00012"; the series is everything but the running number. */
static Err give_number(Apply *ap, const Register *reg, Str *ret)
{
    Arena *a = ap->tx->arena;
    Str t = reg->number;
    Buf before = buf_new(a, 32);
    int64_t n = 0;
    while (t.len) {
        if (str_starts(t, S("{tahun}"))) {
            buf_printf(&before, "%04d", clock_today().year);
            t = str_from(t, 7);
        } else if (str_starts(t, S("{urut:"))) {
            int width = t.ptr[6] - '0';
            TRY(next_in_series(ap->tx, buf_str(&before), &n));
            *ret = str_printf(a, "%.*s%0*lld%.*s", STR_ARG(buf_str(&before)), width, (long long)n,
                              STR_ARG(str_from(t, 8)));
            return ERR_OK;
        } else {
            buf_char(&before, t.ptr[0]);
            t = str_from(t, 1);
        }
    }
    return ERR_OK;
}

static Err idem_check(Apply *ap, bool *ret_replayed)
{
    Batch *b = ap->batch;
    Stmt *st;
    TRY(db_first(ap->tx->db, "SELECT hash,uid FROM idem WHERE kunci=:k AND user_id=:u", &st,
                 BIND(":k", b->idem_key), BIND(":u", ap->subject->user)));
    *ret_replayed = st != NULL;
    if (!st)
        return ERR_OK;
    bool same = str_eq(row_text(b->arena, st, 0), b->idem_hash);
    b->result_uid = row_text(b->arena, st, 1);
    stmt_done(st);
    return same ? ERR_OK : E_REUSED;
}

static Err idem_put(Apply *ap)
{
    const Batch *b = ap->batch;
    return db_run(ap->tx->db,
                  "INSERT INTO idem(kunci,user_id,hash,uid,at) VALUES(:k,:u,:h,:uid,:at)",
                  BIND(":k", b->idem_key), BIND(":u", ap->subject->user), BIND(":h", b->idem_hash),
                  BIND(":uid", b->result_uid), BIND(":at", ap->now));
}

Err store_sweep_repeats(WriteTx *tx, void *none)
{
    (void)none;
    return db_run(tx->db, "DELETE FROM idem WHERE at<:at",
                  BIND(":at", clock_now() - IDEM_DAYS * DAY_MS));
}

/* ---- rows ---- */

static Err owner_id(Apply *ap, const Change *c, int64_t *ret)
{
    const Register *inst = role_reg(c->reg->model, REG_ROLE_INSTITUTION);
    if (inst && !str_empty(c->owner_uid))
        return row_id(ap->tx->db, inst, c->owner_uid, ret);
    *ret = ap->subject->agency_count ? ap->subject->agencies[0] : 0;
    return ERR_OK;
}

/* Each column behind a comma: its name, its parameter, or both with what stands between. */
static void put_columns(Buf *sql, const Register *reg, bool name, const char *between, bool value)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (f->calc || field_storage(f) == STORE_LINK)
            continue;
        for (int target = 0; target <= field_has_target_column(f); target++) {
            buf_lit(sql, ",");
            if (name)
                buf_printf(sql, "%.*s%s", STR_ARG(f->name), target ? "__reg" : "");
            if (value)
                buf_printf(sql, "%s:%c%zu", between, target ? 'g' : 'f', i);
        }
    }
}

static Err bind_columns(Apply *ap, Stmt *st, const Change *c, const Record *before)
{
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        if (f->calc || field_storage(f) == STORE_LINK)
            continue;
        Str value = c->vals[i], blob = c->blobs[i];
        if (!c->set[i]) {
            value = before ? before->vals[i].text : STR_NONE;
            blob = before ? before->vals[i].blob : STR_NONE;
        }
        if (f->reason && blob.ptr) /* as the worker closed it */
            value = blob;
        TRY(row_bind(ap->tx->db, ap->tx->arena, st, f, value, blob));
    }
    return ERR_OK;
}

static Err put_links(Apply *ap, const Change *c, int64_t id)
{
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->set[i] && field_storage(c->reg->fields[i]) == STORE_LINK)
            TRY(row_put_links(ap->tx->db, ap->tx->arena, c->reg->fields[i], id, c->vals[i]));
    return ERR_OK;
}

static Err stmt_insert(Apply *ap, const Register *reg, Stmt **ret)
{
    *ret = db_known(ap->tx->db, reg, FORM_INSERT);
    if (*ret)
        return ERR_OK;
    Buf sql = buf_new(ap->tx->arena, 1024);
    buf_printf(&sql,
               "INSERT INTO %.*s(uid,nomor,versi,dibuat_tx,ubah_tx,ubah_at,pemilik,status,induk,"
               "induk_reg",
               STR_ARG(reg->name));
    put_columns(&sql, reg, true, "", false);
    buf_lit(&sql, ") VALUES(:uid,:nomor,1,:tx,:tx,:at,:pemilik,:status,:induk,:induk_reg");
    put_columns(&sql, reg, false, "", true);
    buf_lit(&sql, ") RETURNING id");
    TRY(db_stmt(ap->tx->db, buf_z(&sql), ret));
    db_know(*ret, reg, FORM_INSERT);
    return ERR_OK;
}

static Err insert_row(Apply *ap, Change *c, int64_t *ret_id)
{
    const Register *reg = c->reg;
    int64_t owner, parent = 0;
    bool row;
    Stmt *st;
    TRY(owner_id(ap, c, &owner));
    if (c->parent_reg)
        TRY(row_id(ap->tx->db, c->parent_reg, c->parent_uid, &parent));
    if (reg->number.ptr)
        TRY(give_number(ap, reg, &c->number));
    TRY(stmt_insert(ap, reg, &st));
    stmt_text(st, ":uid", c->uid);
    stmt_text(st, ":nomor", c->number);
    stmt_int(st, ":tx", ap->tx_id);
    stmt_int(st, ":at", ap->now);
    stmt_int(st, ":pemilik", owner);
    stmt_text(st, ":status", reg->start_state);
    if (c->parent_reg)
        stmt_int(st, ":induk", parent);
    stmt_text(st, ":induk_reg", c->parent_reg ? c->parent_reg->name : STR_NONE);
    TRY(bind_columns(ap, st, c, NULL));
    TRY(stmt_step(st, &row));
    *ret_id = row_int(st, 0);
    stmt_done(st);
    return ERR_OK;
}

static Err stmt_update(Apply *ap, const Register *reg, Stmt **ret)
{
    *ret = db_known(ap->tx->db, reg, FORM_UPDATE);
    if (*ret)
        return ERR_OK;
    Buf sql = buf_new(ap->tx->arena, 1024);
    buf_printf(&sql,
               "UPDATE %.*s SET versi=versi+1,ubah_tx=:tx,ubah_at=:at,status=:status,batal=:batal",
               STR_ARG(reg->name));
    put_columns(&sql, reg, true, "=", true);
    buf_lit(&sql, " WHERE id=:id");
    TRY(db_stmt(ap->tx->db, buf_z(&sql), ret));
    db_know(*ret, reg, FORM_UPDATE);
    return ERR_OK;
}

static Err update_row(Apply *ap, const Change *c, const Record *before, Str state, int64_t void_tx)
{
    Stmt *st;
    TRY(stmt_update(ap, c->reg, &st));
    stmt_int(st, ":tx", ap->tx_id);
    stmt_int(st, ":at", ap->now);
    stmt_text(st, ":status", state);
    stmt_int(st, ":batal", void_tx);
    stmt_int(st, ":id", before->id);
    TRY(bind_columns(ap, st, c, before));
    return stmt_run(st);
}

/* `before`: the stored record, NULL for a new one. A restored record brings back all its values. */
static Err check_unique(Apply *ap, Change *c, const Record *before)
{
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        int64_t other = 0, id = before ? before->id : 0;
        bool kept = before && !c->set[i];
        Str value = kept ? before->vals[i].text : c->vals[i];
        if (!f->unique || !value.ptr || (kept && !before->void_tx) || c->voided)
            continue;
        Str sql = str_printf(ap->tx->arena,
                             "SELECT id FROM %.*s WHERE %.*s=:p AND batal=0 AND id<>:id LIMIT 1",
                             STR_ARG(c->reg->name), STR_ARG(f->name));
        TRY(db_number(ap->tx->db, sql.ptr, &other, BIND(":p", value), BIND(":id", id)));
        if (other)
            return fail(ap, c, f, M_E_DUPLICATE, value, E_DUPLICATE);
    }
    return ERR_OK;
}

/* ---- history ---- */

static void delta_entry(Buf *b, Str key, bool sealed, Str value)
{
    buf_char(b, b->len > 1 ? ',' : ' ');
    json_put(b, str_printf(b->arena, "%.*s%s", STR_ARG(key), sealed ? "!" : ""));
    buf_char(b, ':');
    json_put(b, sealed && value.ptr ? base64_encode(b->arena, value) : value);
}

/* New values of what changed; on creation everything that has a value. System columns get a colon,
 * a calculation that keeps its own former value an equals sign: nothing else knows it. */
static Str make_delta(Arena *a, const Change *c, const Record *before, const Record *after)
{
    Buf b = buf_new(a, 512);
    buf_char(&b, '{');
    if (!before || !str_eq(before->state, after->state))
        delta_entry(&b, S(":status"), false, after->state);
    if (!before || before->owner != after->owner)
        delta_entry(&b, S(":pemilik"), false, after->owner_name);
    if (before && (before->void_tx != 0) != (after->void_tx != 0))
        delta_entry(&b, S(":batal"), false, after->void_tx ? S("ya") : S("tidak"));
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        if (f->remembers && (!before || !str_eq(before->vals[i].text, after->vals[i].text)))
            delta_entry(&b, str_printf(a, "=%.*s", STR_ARG(f->name)), false, after->vals[i].text);
        if (f->calc || !c->set[i] || (!before && !c->vals[i].ptr))
            continue;
        delta_entry(&b, f->name, f->class_ != CLASS_NONE,
                    f->class_ ? after->vals[i].blob : after->vals[i].text);
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

static Err put_history(Apply *ap, const Change *c, const Record *before, const Record *after)
{
    Arena *a = ap->tx->arena;
    Str delta = make_delta(a, c, before, after);
    return db_run(ap->tx->db,
                  "INSERT INTO riwayat(reg,rec,ver,tx,delta,rowhash)"
                  " VALUES(:reg,:rec,:ver,:tx,:delta,:hash)",
                  BIND(":reg", c->reg->name), BIND(":rec", after->id), BIND(":ver", after->version),
                  BIND(":tx", ap->tx_id), BIND(":delta", delta),
                  BIND(":hash", row_hash(ap->batch->store->in->keyring, a, after, delta, ap->by)));
}

/* ---- judging again ---- */

/* To take a change back asks for the right that it took to make it. */
static Verb verb_of(const Change *c, const Record *before)
{
    if (c->kind != CHANGE_UNDO) {
        if (c->kind == CHANGE_UPDATE)
            return VERB_CHANGE;
        return c->kind == CHANGE_MOVE ? VERB_MOVE : VERB_VOID;
    }
    if (c->unmade || before->void_tx) /* undone, or undone and wanted after all */
        return VERB_CREATE;
    if (c->voided != (before->void_tx != 0))
        return VERB_VOID;
    return str_eq(c->state, before->state) ? VERB_CHANGE : VERB_MOVE;
}

/* A step is taken back by who may take it. */
static bool may_step_back(const Subject *s, const Change *c, const Record *before)
{
    for (size_t i = 0; i < c->reg->move_count; i++)
        if ((c->reg->moves[i].by & s->roles) && str_eq(c->reg->moves[i].to, before->state) &&
            str_list_has(&c->reg->moves[i].from, c->state))
            return true;
    return false;
}

/* A file restricted since the worker looked is left alone. */
static Err judge_restriction(Apply *ap, Change *c, const Record *r, Verb verb)
{
    bool restricted = false;
    if (!ap->subject->system && restriction_bars(c->reg, verb))
        TRY(restriction_holds(ap->tx->db, ap->tx->arena, r, &restricted));
    return restricted ? fail(ap, c, NULL, M_E_RESTRICTED, STR_NONE, E_RESTRICTED) : ERR_OK;
}

/* An office to which a record is shut cannot open it to itself. */
static bool may_give(const Register *reg, const Relation *rel)
{
    return !gives_reach(reg) || !rel->own || rel->own_classes || rel->assigned_classes;
}

/* Whom a record is lent to in part, by grant or referral, does not pass it on. */
static bool passes_on(const Register *reg, const Relation *rel)
{
    return gives_reach(reg) && rel->assigned && !rel->own && rel->assigned_classes != CLASSES_ALL;
}

/* What is set back lends reach anew: to the persons it names its writer must have a lasting one,
 * today. */
static Err judge_lent(Apply *ap, Change *c, const Record *before)
{
    bool back = c->kind == CHANGE_RESTORE || (c->kind == CHANGE_UNDO && !c->voided);
    for (size_t i = 0; back && i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        Str person = c->set[i] ? c->vals[i] : before->vals[i].text;
        int64_t id;
        Relation rel;
        if (!lends_reach(f) || str_empty(person) || (!c->set[i] && !before->void_tx))
            continue;
        TRY(row_id(ap->tx->db, f->target, person, &id));
        TRY(reach_relation(ap->tx->db, ap->subject, f->target->name, id, ap->now, &rel));
        if (!rel.lasting)
            return fail(ap, c, f, M_REF_LENT, STR_NONE, E_INVALID);
    }
    return ERR_OK;
}

static Err judge(Apply *ap, Change *c, const Record *before)
{
    Relation rel;
    if (!ap->subject->system && !c->followed) {
        Verb verb = verb_of(c, before);
        if (record_locked(before))
            return fail(ap, c, NULL, M_RECORD_LOCKED, STR_NONE, E_FLOW);
        TRY(reach_relation(ap->tx->db, ap->subject, c->reg->name, before->id, ap->now, &rel));
        if (!policy_decide(ap->subject, verb, c->reg->rights, &rel).allowed)
            return fail(ap, c, NULL, M_E_NOT_FOUND, STR_NONE, E_NOT_FOUND);
        if (verb != VERB_MOVE && !may_give(c->reg, &rel))
            return fail(ap, c, NULL, M_E_DENIED, STR_NONE, E_DENIED);
        TRY(judge_restriction(ap, c, before, verb));
        TRY(judge_lent(ap, c, before));
        if (c->kind == CHANGE_UNDO && verb == VERB_MOVE && !may_step_back(ap->subject, c, before))
            return fail(ap, c, NULL, M_E_DENIED, STR_NONE, E_DENIED);
    }
    if (c->base_version && c->base_version != before->version)
        return fail(ap, c, NULL, M_E_STALE, STR_NONE, E_STALE);
    if (c->kind == CHANGE_UNDO)
        return ERR_OK;
    if (before->void_tx && c->kind != CHANGE_RESTORE)
        return fail(ap, c, NULL, M_RECORD_VOID, STR_NONE, E_FLOW);
    if (!before->void_tx && c->kind == CHANGE_RESTORE)
        return fail(ap, c, NULL, M_E_FLOW, STR_NONE, E_FLOW);
    return ERR_OK;
}

/* Nothing new hangs under a void record, nor under one the subject no longer reaches. */
static Err judge_parent(Apply *ap, Change *c)
{
    Relation rel;
    Record parent;
    if (!c->parent_reg)
        return ERR_OK;
    TRY(row_by_uid(ap->tx->db, ap->tx->arena, c->parent_reg, c->parent_uid, &parent));
    if (parent.void_tx)
        return fail(ap, c, NULL, M_RECORD_VOID, STR_NONE, E_FLOW);
    if (ap->subject->system || (c->reg->reach != REACH_PARENT && !gives_reach(c->reg)) ||
        batch_pending(ap->batch, parent.uid))
        return ERR_OK;
    TRY(judge_restriction(ap, c, &parent, VERB_CREATE));
    TRY(reach_relation(ap->tx->db, ap->subject, parent.reg->name, parent.id, ap->now, &rel));
    if (!may_give(c->reg, &rel) || passes_on(c->reg, &rel))
        return fail(ap, c, NULL, M_E_DENIED, STR_NONE, E_DENIED);
    return policy_decide(ap->subject, VERB_CREATE, c->reg->rights, &rel).allowed
               ? ERR_OK
               : fail(ap, c, NULL, M_E_NOT_FOUND, STR_NONE, E_NOT_FOUND);
}

static Err judge_move(Apply *ap, Change *c, const Record *before, Str *ret_state)
{
    const Move *m = reg_move(c->reg, c->move);
    if (!m || !str_list_has(&m->from, before->state))
        return fail(ap, c, NULL, M_E_FLOW, STR_NONE, E_FLOW);
    if (!ap->subject->system && !(m->by & ap->subject->roles))
        return fail(ap, c, NULL, M_E_DENIED, STR_NONE, E_DENIED);
    *ret_state = m->to;
    return ERR_OK;
}

static bool sets_nothing(const Change *c)
{
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->set[i])
            return false;
    return c->kind == CHANGE_UPDATE;
}

/* ---- one change ---- */

static Str action_word(Arena *a, const Change *c)
{
    switch (c->kind) {
    case CHANGE_CREATE:
        return S("create");
    case CHANGE_UPDATE:
        return S("change");
    case CHANGE_MOVE:
        return str_printf(a, "move:%.*s", STR_ARG(c->move));
    case CHANGE_VOID:
        return S("void");
    case CHANGE_RESTORE:
        return S("restore");
    case CHANGE_UNDO:
        return S("undo");
    }
    BUG("unknown change");
}

static Err put_audit(Apply *ap, const Change *c)
{
    const Actor *actor = ap->batch->actor;
    unsigned classes = 0;
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->set[i] && c->reg->fields[i]->class_)
            classes |= CLASS_BIT(c->reg->fields[i]->class_);
    AuditRow row = {.actor = ap->subject->uid,
                    .agency = ap->subject->agency_count ? ap->subject->agencies[0] : 0,
                    .session = ap->subject->session,
                    .action = action_word(ap->tx->arena, c),
                    .reg = c->reg->name,
                    .uid = c->uid,
                    .classes = classes,
                    .purpose = actor->purpose,
                    .result = S("ok"),
                    .tx = ap->tx_id};
    return audit_append(ap->tx, ap->batch->store->in->keyring, &row);
}

/* Value of a field in clear. What is taken back comes sealed out of the history. */
static Str now_plain(Apply *ap, const Change *c, const Record *after, const Field *f)
{
    if (c->kind != CHANGE_UNDO || !f->class_)
        return c->vals[f->index];
    RecordEnv env = env_written(ap->tx, ap->batch->store, after);
    Str value = env_value(&env, f);
    env_wipe(&env);
    return value;
}

/* Everything that follows from the row as it now stands. */
static Err follow_all(Apply *ap, Change *c, const Record *before, Record *after)
{
    const Store *s = ap->batch->store;
    TRY(derive_record(ap->tx, s, after));
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->reg->fields[i]->lookup && c->set[i])
            TRY(follow_blind(ap->tx, s, c->reg->fields[i], after->id,
                             now_plain(ap, c, after, c->reg->fields[i])));
    TRY(put_history(ap, c, before, after));
    TRY(follow_facts(ap->tx, s, after, ap->batch->actor));
    TRY(before ? follow_change(ap->tx, s, before, after) : follow_reach(ap->tx, s, after, true));
    TRY(follow_person(ap->tx, s, after));
    Err e = derive_dependents(ap->tx, s, after, before == NULL, ap->subject);
    if (e == E_DENIED)
        return fail(ap, c, NULL, M_OPENS_SHUT, STR_NONE, E_INVALID);
    TRY(e);
    TRY(put_audit(ap, c));
    return s->after_change ? s->after_change(ap->tx, ap->batch, c, before, after) : ERR_OK;
}

static Err change_row(Apply *ap, Change *c, Record *before)
{
    Str state;
    TRY(judge(ap, c, before));
    state = before->state;
    if (c->kind == CHANGE_MOVE)
        TRY(judge_move(ap, c, before, &state));
    TRY(check_unique(ap, c, before));
    bool voided = c->kind == CHANGE_VOID || c->voided;
    if (c->kind == CHANGE_UNDO)
        state = c->state;
    TRY(update_row(ap, c, before, state, voided ? ap->tx_id : 0));
    return put_links(ap, c, before->id);
}

static Err apply_change(Apply *ap, Change *c)
{
    WriteTx *tx = ap->tx;
    Record before, after;
    int64_t id;
    if (c->kind == CHANGE_CREATE) {
        TRY(check_unique(ap, c, NULL));
        TRY(judge_parent(ap, c));
        TRY(insert_row(ap, c, &id));
        TRY(put_links(ap, c, id));
        TRY(row_by_id(tx->db, tx->arena, c->reg, id, &after));
        return follow_all(ap, c, NULL, &after);
    }
    TRY(row_by_uid(tx->db, tx->arena, c->reg, c->uid, &before));
    if (sets_nothing(c))
        return judge(ap, c, &before);
    TRY(change_row(ap, c, &before));
    TRY(row_by_id(tx->db, tx->arena, c->reg, before.id, &after));
    return follow_all(ap, c, &before, &after);
}

/* ---- commands ---- */

/* What is said of another record of the batch is closed under another key: it stands in a
 * transaction of its own, which belongs to the command. */
static Err next_reason(Apply *ap, const Change *c)
{
    Str reason = c->sealed.ptr ? c->sealed : c->reason;
    bool same = ap->batch->undo_reg || str_eq(reason, ap->reason);
    return same ? ERR_OK : begin_tx(ap, ap->batch->actor, c, ap->batch->tx);
}

Err store_batch_keys(WriteTx *tx, void *batch)
{
    const Batch *b = batch;
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i]->new_key.ptr)
            TRY(keys_put(tx->db, b->items[i]->uid, b->items[i]->new_key));
    return ERR_OK;
}

static Err apply_all(WriteTx *tx, Batch *b)
{
    Apply ap = {.tx = tx, .batch = b, .subject = b->actor->subject, .now = clock_now()};
    if (b->idem_key.ptr) {
        TRY(idem_check(&ap, &b->replayed));
        if (b->replayed)
            return ERR_OK;
    }
    if (b->repeats)
        return E_BUSY;
    TRY(begin_tx(&ap, b->actor, b->n ? b->items[0] : NULL, 0));
    b->tx = ap.tx_id;
    if (b->undo_reg)
        TRY(undo_plan(tx, b));
    for (size_t i = 0; i < b->n; i++) {
        TRY(next_reason(&ap, b->items[i]));
        TRY(apply_change(&ap, b->items[i]));
        if (!b->undo_reg)
            b->result_uid = b->items[i]->uid;
    }
    if (b->also)
        TRY(b->also(tx, b->also_arg));
    return b->idem_key.ptr ? idem_put(&ap) : ERR_OK;
}

/* One read transaction for all keys of the batch: a lock a key costs more than the key. */
Err store_batch_apply(WriteTx *tx, void *batch)
{
    const Batch *b = batch;
    TRY(db_begin_late(b->store->writer_keys));
    Err e = apply_all(tx, batch);
    if (e == ERR_OK)
        e = db_failed(b->store->writer_keys);
    db_rollback(b->store->writer_keys);
    return e;
}

Err store_apply_system(WriteTx *tx, Batch *b, const Actor *actor, Change *c)
{
    Apply ap = {.tx = tx, .batch = b, .subject = actor->subject, .now = clock_now()};
    if (b->depth >= RULE_DEPTH_MAX)
        return ERR_OK;
    TRY(begin_tx(&ap, actor, c, b->tx));
    b->depth++;
    Err e = apply_change(&ap, c);
    b->depth--;
    return e;
}
