#include "engine/emergency_db.h"

#include "base/clock.h"
#include "engine/rule_db.h"
#include "engine/system_actor.h"
#include "guard/reach.h"
#include "guard/session.h"
#include "model/limit.h"
#include "model/row.h"

/* The classes that the list maps to it (`padanan`). */
#define OPENED_IN_EMERGENCY "class:emergency"

static const Register *victims_of(const Model *m)
{
    return role_reg(m, REG_ROLE_VICTIM);
}

/* The step that puts a grant in force and the one that reviews it are for another person; the first
 * leads from the start into a state that opens, the second starts there. */
static const Move *step(const Register *grants, bool review)
{
    for (size_t i = 0; i < grants->move_count; i++) {
        const Move *m = &grants->moves[i];
        const State *from = reg_state(grants, m->from.items[0]);
        if (m->other && reg_state(grants, m->to)->opens && from->opens == review)
            return m;
    }
    return NULL;
}

/* How long the law's row lets it last. */
static const Limit *lasts(const Model *m)
{
    const Field *end = role_field(m, FIELD_ROLE_GRANT_END);
    return end && end->limit_code.ptr ? model_limit(m, end->limit_code, clock_today()) : NULL;
}

bool emergency_may(const Model *m, const Subject *s)
{
    const Register *victims = victims_of(m), *grants = role_reg(m, REG_ROLE_GRANT);
    return victims && grants && lasts(m) && role_field(m, FIELD_ROLE_GRANT_EMERGENCY) &&
           step(grants, false) && step(grants, true) &&
           policy_scopes(s, VERB_READ, victims->rights);
}

Err emergency_find(Reader *rd, Str number, Record *ret)
{
    const Register *victims = victims_of(rd->store->model);
    Relation rel;
    Stmt *st;
    TRY(db_first(rd->db,
                 z_printf(rd->arena, "SELECT id FROM %.*s WHERE nomor=:number AND batal=0",
                          STR_ARG(victims->name)),
                 &st, BIND(":number", number)));
    if (!st)
        return E_NOT_FOUND;
    int64_t id = row_int(st, 0);
    stmt_done(st);
    TRY(reach_relation(rd->db, rd->actor->subject, victims->name, id, clock_now(), &rel));
    return rel.excluded ? E_NOT_FOUND : row_by_id(rd->db, rd->arena, victims, id, ret);
}

Err emergency_unreviewed(Reader *rd, int64_t user, int64_t *ret)
{
    const Model *m = rd->store->model;
    const Register *grants = role_reg(m, REG_ROLE_GRANT);
    return db_number(rd->db,
                     z_printf(rd->arena,
                              "SELECT count(*) FROM %.*s WHERE %.*s=:user AND %.*s='ya'"
                              " AND status=:state AND batal=0",
                              STR_ARG(grants->name),
                              STR_ARG(role_field(m, FIELD_ROLE_GRANT_USER)->name),
                              STR_ARG(role_field(m, FIELD_ROLE_GRANT_EMERGENCY)->name)),
                     ret, BIND(":user", user), BIND(":state", step(grants, true)->from.items[0]));
}

static Str classes_opened(Arena *a, const Model *m)
{
    CodeRows rows = code_rows(role_field(m, FIELD_ROLE_GRANT_CLASSES)->codes);
    Buf b = buf_new(a, 64);
    for (size_t i = 0; i < rows.n; i++)
        if (str_is(rows.items[i].mapping, OPENED_IN_EMERGENCY))
            buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(rows.items[i].code));
    return buf_str(&b);
}

static Change *grant_of(Arena *a, const Model *m, const Emergency *e)
{
    Change *c = store_change(a, CHANGE_CREATE, role_reg(m, REG_ROLE_GRANT), STR_NONE, 0);
    int64_t now = clock_now();
    c->parent_reg = e->victim.reg;
    c->parent_uid = e->victim.uid;
    c->sealed = e->sealed;
    change_set_role(c, FIELD_ROLE_GRANT_EMERGENCY, S("ya"));
    change_set_role(c, FIELD_ROLE_GRANT_USER, e->user_uid);
    change_set_role(c, FIELD_ROLE_GRANT_CLASSES, classes_opened(a, m));
    change_set_role(c, FIELD_ROLE_GRANT_PURPOSE, e->purpose);
    change_set_role(c, FIELD_ROLE_GRANT_REASON, e->sealed);
    change_set_role(c, FIELD_ROLE_GRANT_START, str_int(a, now));
    const Limit *l = lasts(m);
    change_set_role(c, FIELD_ROLE_GRANT_END,
                    str_int(a, duration_end(m, now, l->period, l->work_days)));
    return c;
}

Err emergency_open(WriteTx *tx, void *emergency)
{
    const Emergency *e = emergency;
    const Model *m = e->batch->store->model;
    Change *made = grant_of(tx->arena, m, e);
    TRY(rule_owner(tx, &e->victim, &made->owner_uid));
    TRY(store_apply_system(tx, e->batch, system_actor_rules(), made));
    Change *move = store_change(tx->arena, CHANGE_MOVE, made->reg, made->uid, 0);
    move->move = step(made->reg, false)->name;
    move->sealed = e->sealed;
    TRY(store_apply_system(tx, e->batch, system_actor_rules(), move));
    TRY(purpose_put(tx, e->session, e->file_uid, e->purpose, e->sealed));
    /* no reading budget stands between her and this person today */
    ReadingMark mark = {.uid = e->victim.uid, .lent = true};
    TRY(row_key_subject(tx->db, tx->arena, &e->victim, &mark.person));
    TRY(readings_note(tx, e->user_uid, date_iso(tx->arena, clock_today()), &mark));
    AuditAct act = {.store = e->batch->store,
                    .actor = e->batch->actor,
                    .action = S("emergency"),
                    .uid = e->victim.uid,
                    .result = S("ok"),
                    .reg = e->victim.reg};
    return store_audit_act(tx, &act);
}
