#include "model/store.h"

#include "base/clock.h"
#include "guard/account.h"
#include "guard/audit.h"
#include "guard/reach.h"
#include "model/counted.h"
#include "model/equal_names.h"
#include "model/give_reach.h"
#include "model/likeness.h"
#include "model/local_code.h"
#include "model/person_index.h"
#include "model/reason.h"
#include "model/restriction.h"
#include "model/row.h"

Err readconn_open(const Store *s, ReadConn *ret)
{
    ReadConn c = {0};
    TRY(db_open(s->in->data_db, DB_READ, &c.db));
    Err e = db_open(s->in->keys_db, DB_READ, &c.keys);
    if (e != ERR_OK) {
        db_close(c.db);
        return e;
    }
    c.counted = counted_new();
    *ret = c;
    return ERR_OK;
}

void readconn_close(ReadConn *c)
{
    counted_free(c->counted);
    db_close(c->db);
    db_close(c->keys);
}

Err readconn_with(const Store *s, ReadConn *conn, Err (*fn)(void *ctx, Arena *a), void *ctx)
{
    TRY(readconn_open(s, conn));
    Arena *a = arena_new(SIZE_MAX);
    Err e = fn(ctx, a);
    arena_free(a);
    readconn_close(conn);
    return e;
}

Err store_open(Arena *a, const Model *m, Installation *in, Store *ret)
{
    Store s = {.model = m, .in = in};
    Db *data = NULL, *keys = NULL;
    Err e = db_open(in->data_db, DB_WRITE, &data);
    if (e == ERR_OK)
        e = db_open(in->keys_db, DB_WRITE, &keys);
    if (e == ERR_OK)
        e = db_open(in->keys_db, DB_READ, &s.writer_keys);
    if (e == ERR_OK)
        e = local_codes_load(data, m);
    if (e == ERR_OK)
        e = equal_names_load(data, m);
    if (e == ERR_OK)
        e = likeness_load(data, m);
    if (e != ERR_OK) {
        db_close(data);
        db_close(keys);
        db_close(s.writer_keys);
        return e;
    }
    s.writer = writer_new(data, keys);
    e = person_index_open(a, &s, &s.persons);
    if (e != ERR_OK) {
        store_close(&s);
        return e;
    }
    *ret = s;
    return ERR_OK;
}

void store_close(Store *s)
{
    if (s->persons)
        person_index_stop(s->persons);
    writer_free(s->writer);
    db_close(s->writer_keys);
    s->writer = NULL;
    s->writer_keys = NULL;
}

Err reader_begin(Reader *rd, const Store *s, ReadConn *c, Arena *a, const Actor *actor)
{
    *rd = (Reader){.store = s,
                   .db = c->db,
                   .keys = c->keys,
                   .counted = c->counted,
                   .arena = a,
                   .actor = actor};
    TRY(db_begin_read(c->db));
    Err e = db_begin_late(c->keys); /* its snapshot is later: the key of every row is there */
    if (e != ERR_OK)
        db_rollback(c->db);
    return e;
}

Err reader_failed(const Reader *rd)
{
    Err e = db_failed(rd->db);
    return e == ERR_OK ? db_failed(rd->keys) : e;
}

void reader_end(Reader *rd)
{
    dek_wipe(&rd->reasons.dek);
    db_rollback(rd->db);
    db_rollback(rd->keys);
}

/* As of this snapshot. */
static Err relation_of(Reader *rd, const Record *r, Relation *ret)
{
    if (rd->stands.reg != r->reg || rd->stands.id != r->id) {
        Relation rel;
        TRY(reach_relation(rd->db, rd->actor->subject, r->reg->name, r->id, clock_now(), &rel));
        rd->stands.reg = r->reg;
        rd->stands.id = r->id;
        rd->stands.rel = rel;
    }
    *ret = rd->stands.rel;
    return ERR_OK;
}

static Decision by_rights(Reader *rd, const Record *r, Verb verb)
{
    Relation rel;
    const Subject *s = rd->actor->subject;
    if (relation_of(rd, r, &rel) != ERR_OK)
        return (Decision){0};
    return policy_decide(s, verb, r->reg->rights, &rel);
}

bool store_excluded(Reader *rd, const Register *reg, Str uid)
{
    Record r;
    Relation rel;
    Err e = row_by_uid(rd->db, rd->arena, reg, uid, &r);
    if (e == ERR_OK)
        e = relation_of(rd, &r, &rel);
    return e == ERR_OK ? rel.excluded : e != E_NOT_FOUND;
}

Err store_restricted(Reader *rd, const Record *r, bool *ret)
{
    if (rd->restriction.reg != r->reg || rd->restriction.id != r->id) {
        TRY(restriction_holds(rd->db, rd->arena, r, &rd->restriction.holds));
        rd->restriction.reg = r->reg;
        rd->restriction.id = r->id;
    }
    *ret = rd->restriction.holds;
    return ERR_OK;
}

/* Whether a restriction of the person's file stands against what the rights would allow under
 * `above`, a record of `reg` itself or its parent. Unsure is as good as restricted. */
static bool held_back(Reader *rd, const Register *reg, const Record *above, Verb verb)
{
    bool restricted = false;
    if (rd->actor->subject->system || !restriction_bars(reg, verb))
        return false;
    return store_restricted(rd, above, &restricted) != ERR_OK || restricted;
}

bool record_locked(const Record *r)
{
    const State *state = reg_state(r->reg, r->state);
    return state && state->locked;
}

Decision store_decide(Reader *rd, const Record *r, Verb verb)
{
    Decision d = by_rights(rd, r, verb);
    bool stands = verb & (VERB_CHANGE | VERB_MOVE | VERB_VOID) && record_locked(r);
    return stands || (d.allowed && held_back(rd, r->reg, r, verb)) ? (Decision){0} : d;
}

bool store_builds_on(Reader *rd, const Record *r)
{
    Relation rel;
    return relation_of(rd, r, &rel) == ERR_OK && rel.lasting;
}

/* Near by a grant, a referral or an emergency alone: she records, but lets nobody in or out. */
static bool lent_in_part(const Subject *s, const Relation *rel)
{
    return !s->system && rel->assigned && !rel->own && rel->assigned_classes != CLASSES_ALL;
}

Decision store_decide_child(Reader *rd, const Record *parent, const Register *child, Verb verb)
{
    const Subject *s = rd->actor->subject;
    Relation rel;
    if (child->reach != REACH_PARENT && !gives_reach(child))
        return (Decision){.allowed = s->system || policy_scopes(s, verb, child->rights) != 0};
    if (relation_of(rd, parent, &rel) != ERR_OK || held_back(rd, child, parent, verb))
        return (Decision){0};
    if (verb == VERB_CREATE && gives_reach(child) && lent_in_part(s, &rel))
        return (Decision){0};
    Decision d = policy_decide(s, verb, child->rights, &rel);
    /* Of what is addressed to her the list shows what there is. */
    d.allowed |= verb == VERB_LIST && !rel.excluded &&
                 policy_scopes(s, verb, child->rights) & SCOPE_BIT(SCOPE_ADDRESSED);
    return d;
}

Err store_get(Reader *rd, const Register *reg, Str uid, Verb verb, Record *ret)
{
    const Subject *s = rd->actor->subject;
    Record r;
    if (!s->system && !policy_scopes(s, verb, reg->rights))
        return E_DENIED;
    TRY(row_by_uid(rd->db, rd->arena, reg, uid, &r));
    if (!by_rights(rd, &r, verb).allowed)
        return E_NOT_FOUND;
    if (held_back(rd, reg, &r, verb))
        return E_RESTRICTED;
    reason_open_fields(rd, &r);
    *ret = r;
    return ERR_OK;
}

static ReadingMark reading_under(Reader *rd, const Record *r, Str subject)
{
    const Register *persons = role_reg(rd->store->model, REG_ROLE_PERSON);
    int64_t id;
    bool person = persons && row_id(rd->db, persons, subject, &id) == ERR_OK;
    return (ReadingMark){r->uid, person ? subject : STR_NONE, !store_builds_on(rd, r)};
}

Err store_reading(Reader *rd, const Record *r, ReadingMark *ret)
{
    Str subject;
    TRY(row_key_subject(rd->db, rd->arena, r, &subject));
    *ret = reading_under(rd, r, subject);
    return ERR_OK;
}

void store_note_opened(Reader *rd, const Record *r, Str subject, unsigned classes)
{
    for (size_t i = 0; i < rd->opened.n; i++) {
        Opened *o = &rd->opened.items[i];
        if (o->reg == r->reg && str_eq(o->mark.uid, r->uid)) {
            o->classes |= classes;
            return;
        }
    }
    *ARENA_PUSH(rd->arena, rd->opened) =
        (Opened){.reg = r->reg, .mark = reading_under(rd, r, subject), .classes = classes};
}

Err store_unseal(Reader *rd, Record *r, unsigned classes)
{
    const Keyring *k = rd->store->in->keyring;
    unsigned opened = 0;
    Dek dek;
    Str subject;
    if (!r->reg->has_sealed || !classes)
        return ERR_OK;
    TRY(row_key_subject(rd->db, rd->arena, r, &subject));
    Err e = keyring_dek(k, rd->keys, subject, &dek);
    if (e == E_NOT_FOUND)
        return ERR_OK; /* erased: the fields stay closed */
    for (size_t i = 0; i < r->reg->field_count && e == ERR_OK; i++) {
        const Field *f = r->reg->fields[i];
        Value *v = &r->vals[i];
        if (!v->sealed || !(classes & CLASS_BIT(f->class_)))
            continue;
        e = row_unseal(k, &dek, rd->arena, r, subject, f, v->blob, &v->text);
        v->sealed = e != ERR_OK;
        opened |= CLASS_BIT(f->class_);
    }
    dek_wipe(&dek);
    if (e == ERR_OK && opened)
        store_note_opened(rd, r, subject, opened);
    return e;
}

Err store_file_uid(Reader *rd, const Record *r, Str *ret)
{
    Record above = *r;
    while (above.parent_reg)
        TRY(row_by_id(rd->db, rd->arena, above.parent_reg, above.parent, &above));
    *ret = above.uid;
    return ERR_OK;
}

Str store_heading(Reader *rd, const Register *reg, Str uid)
{
    Str heading;
    Str sql = str_printf(rd->arena, "SELECT tajuk FROM %.*s WHERE uid=:p", STR_ARG(reg->name));
    Err e = db_text(rd->db, sql.ptr, rd->arena, &heading, BIND(":p", uid));
    return e == ERR_OK ? heading : STR_NONE;
}

void store_headings(Reader *rd, const Register *reg, const Str *uids, size_t n, Str *ret)
{
    Stmt *st;
    Err e;
    Buf sql = buf_new(rd->arena, 256);
    buf_printf(&sql, "SELECT uid,tajuk FROM %.*s WHERE uid IN (", STR_ARG(reg->name));
    for (int i = 0; i < HEADINGS_AT_ONCE; i++)
        buf_printf(&sql, "%s:p%d", i ? "," : "", i);
    buf_lit(&sql, ")");
    for (size_t i = 0; i < n; i++)
        ret[i] = STR_NONE;
    if (db_stmt(rd->db, buf_z(&sql), &st) != ERR_OK)
        return;
    for (int i = 0; i < HEADINGS_AT_ONCE; i++)
        stmt_text(st, z_printf(rd->arena, ":p%d", i), (size_t)i < n ? uids[i] : STR_NONE);
    while (stmt_next(st, &e)) {
        Str uid = row_text(rd->arena, st, 0);
        for (size_t i = 0; i < n; i++)
            if (str_eq(uid, uids[i]))
                ret[i] = row_text(rd->arena, st, 1);
    }
}

/* ---- audit of reads and refusals ---- */

static AuditRow audit_base(const Actor *actor)
{
    const Subject *s = actor->subject;
    return (AuditRow){.actor = str_empty(s->uid) ? S("-") : s->uid,
                      .agency = s->agency_count ? s->agencies[0] : 0,
                      .session = s->session,
                      .purpose = actor->purpose,
                      .result = S("ok")};
}

Err store_audit_reads(WriteTx *tx, void *audit_reads)
{
    const AuditReads *reads = audit_reads;
    Str day = date_iso(tx->arena, clock_today());
    for (size_t i = 0; i < reads->n; i++) {
        AuditRow row = audit_base(reads->actor);
        const Register *reg = reads->items[i].reg;
        row.action = reg ? S("read") : S("population");
        row.reg = reg ? reg->name : STR_NONE;
        row.uid = reads->items[i].mark.uid;
        row.classes = reads->items[i].classes;
        TRY(audit_append(tx, reads->store->in->keyring, &row));
        TRY(readings_note(tx, row.actor, day, &reads->items[i].mark));
    }
    return ERR_OK;
}

Err store_audit_act(WriteTx *tx, void *audit_act)
{
    const AuditAct *act = audit_act;
    AuditRow row = audit_base(act->actor);
    row.action = act->action;
    row.reg = act->reg ? act->reg->name : STR_NONE;
    row.uid = act->uid;
    row.result = act->result;
    if (act->hourly)
        TRY(acts_allow(tx->db, row.actor, row.action, clock_now() - HOUR_MS, act->hourly));
    return audit_append(tx, act->store->in->keyring, &row);
}
