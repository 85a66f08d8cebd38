#include "engine/clock_db.h"

#include "engine/rule_db.h"
#include "engine/system_actor.h"
#include "model/env.h"
#include "model/limit.h"
#include "model/row.h"

enum { TICK_MAX = 200 };

/* ---- starting ---- */

/* When a clock ends, and by what: "NAME CODE VALID-FROM" is which clock and which version of the
 * law's limit; " lokal SINCE" follows when the office's own period ends earlier. */
typedef struct Term {
    int64_t due;
    Str basis;
} Term;

static Err clock_term(WriteTx *tx, const Model *m, const Clock *k, int64_t now, Term *ret)
{
    const Limit *law = k->limit_code.ptr ? model_limit(m, k->limit_code, clock_today()) : NULL;
    LocalLimit own;
    *ret = (Term){
        duration_end(m, now, law ? law->period : k->limit, law ? law->work_days : k->work_days),
        k->name};
    if (!law)
        return ERR_OK;
    ret->basis = str_printf(tx->arena, "%.*s %.*s %.*s", STR_ARG(k->name), STR_ARG(law->code),
                            STR_ARG(law->from));
    TRY(local_limit_get(tx->db, tx->arena, law->code, &own));
    int64_t sooner =
        str_empty(own.code) ? ret->due : duration_end(m, now, own.period, law->work_days);
    if (sooner < ret->due)
        *ret = (Term){sooner, str_printf(tx->arena, "%.*s lokal %.*s", STR_ARG(ret->basis),
                                         STR_ARG(date_iso(tx->arena, own.since)))};
    return ERR_OK;
}

/* Home institution of somebody who holds one of the roles, the `near` one before others; untouched
 * when nobody does. */
static Err unit_of_role(WriteTx *tx, const Model *m, uint64_t roles, int64_t near, Str *ret_uid)
{
    const Register *inst = role_reg(m, REG_ROLE_INSTITUTION);
    Str uid = STR_NONE;
    for (size_t i = 0; i < m->role_count && !uid.ptr; i++) {
        if (!(roles & (1ull << i)))
            continue;
        TRY(db_text(
            tx->db,
            z_printf(tx->arena,
                     "SELECT g.uid FROM fakta_pengguna f JOIN %.*s g ON g.id=f.agency"
                     " WHERE f.active=1 AND ' '||f.roles||' ' LIKE :like"
                     " ORDER BY CASE WHEN f.agency=:near THEN 0 ELSE 1 END,f.user_id LIMIT 1",
                     STR_ARG(inst->name)),
            tx->arena, &uid,
            BIND(":like", str_printf(tx->arena, "%% %.*s %%", STR_ARG(m->roles[i].name))),
            BIND(":near", near)));
    }
    if (uid.ptr)
        *ret_uid = uid;
    return ERR_OK;
}

static Err start_clock(WriteTx *tx, Batch *batch, const Clock *k, const Record *rec)
{
    const Model *m = rec->reg->model;
    const Register *task = role_reg(m, REG_ROLE_TASK);
    if (!task || !reg_accepts_parent(task, rec->reg))
        return ERR_OK;
    int64_t now = clock_now();
    Term term;
    TRY(clock_term(tx, m, k, now, &term));
    int64_t warn = now + (term.due - now) * k->warn_percent / 100;
    Change *c = store_change(tx->arena, CHANGE_CREATE, task, STR_NONE, 0);
    c->parent_reg = rec->reg;
    c->parent_uid = rec->uid;
    TRY(rule_owner(tx, rec, &c->owner_uid));
    change_set_role(c, FIELD_ROLE_TASK_TITLE, k->label.text[LANG_ID]);
    Str unit = c->owner_uid;
    if (k->to_field)
        unit = rec->vals[k->to_field->index].text;
    else if (!k->to_owner)
        TRY(unit_of_role(tx, m, 1ull << k->to_role, rec->owner, &unit));
    change_set_role(c, FIELD_ROLE_TASK_UNIT, unit);
    change_set_role(c, FIELD_ROLE_TASK_STARTED, str_int(tx->arena, now));
    change_set_role(c, FIELD_ROLE_TASK_DUE, str_int(tx->arena, term.due));
    change_set_role(c, FIELD_ROLE_TASK_NEXT, str_int(tx->arena, k->warn_percent ? warn : term.due));
    change_set_role(c, FIELD_ROLE_TASK_LIMIT, term.basis);
    return store_apply_system(tx, batch, system_actor_clock(), c);
}

/* ---- stopping ---- */

static const State *state_closed(const Register *reg, Str name)
{
    const State *s = reg_state(reg, name);
    return s && s->closed ? s : NULL;
}

/* The move of a task that ends in the named kind of closed state from where it stands: the first
 * declared one for a clock that was met. */
static const Move *closing_move(const Record *task)
{
    for (size_t i = 0; i < task->reg->move_count; i++) {
        const Move *m = &task->reg->moves[i];
        if (str_list_has(&m->from, task->state) && state_closed(task->reg, m->to))
            return m;
    }
    return NULL;
}

/* Tasks under the record that belong to the clock. */
static Err clock_tasks(WriteTx *tx, const Record *rec, const Clock *k, IdList *ret)
{
    const Register *task = role_reg(rec->reg->model, REG_ROLE_TASK);
    const Field *limit = role_field(rec->reg->model, FIELD_ROLE_TASK_LIMIT);
    return db_ids(tx->db,
                  z_printf(tx->arena,
                           "SELECT id FROM %.*s WHERE induk=:id AND induk_reg=:reg AND batal=0"
                           " AND (%.*s=:exact OR %.*s LIKE :like) ORDER BY id",
                           STR_ARG(task->name), STR_ARG(limit->name), STR_ARG(limit->name)),
                  tx->arena, ret, BIND(":id", rec->id), BIND(":reg", rec->reg->name),
                  BIND(":exact", k->name),
                  BIND(":like", str_printf(tx->arena, "%.*s %%", STR_ARG(k->name))));
}

static Err stop_clock(WriteTx *tx, Batch *batch, const Clock *k, const Record *rec)
{
    const Register *task = role_reg(rec->reg->model, REG_ROLE_TASK);
    if (!task || !role_field(rec->reg->model, FIELD_ROLE_TASK_LIMIT))
        return ERR_OK;
    IdList ids = {0};
    TRY(clock_tasks(tx, rec, k, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        Record t;
        TRY(row_by_id(tx->db, tx->arena, task, ids.items[i], &t));
        const Move *m = closing_move(&t);
        if (!m || state_closed(task, t.state))
            continue;
        Change *c = store_change(tx->arena, CHANGE_MOVE, task, t.uid, 0);
        c->move = m->name;
        change_set_role(c, FIELD_ROLE_TASK_NEXT, STR_NONE);
        TRY(store_apply_system(tx, batch, system_actor_clock(), c));
    }
    return ERR_OK;
}

static bool applies(WriteTx *tx, const Batch *batch, const Clock *k, const Record *rec)
{
    RecordEnv env = env_written(tx, batch->store, rec);
    ExprEnv e = env_expr(&env);
    bool holds = !k->when || expr_true(k->when, &e);
    env_wipe(&env);
    return holds;
}

/* Whatever runs ends with its record, but for reviews of what was done. */
static Err stop_all(WriteTx *tx, Batch *batch, const Record *rec)
{
    for (size_t i = 0; i < rec->reg->clock_count; i++)
        if (rec->reg->clocks[i].stop.kind != ON_NONE)
            TRY(stop_clock(tx, batch, &rec->reg->clocks[i], rec));
    return ERR_OK;
}

static bool trigger_fires(const Trigger *t, const Change *change, const Record *before,
                          const Record *after)
{
    switch (t->kind) {
    case ON_NONE:
        return false;
    case ON_CREATE:
        return change->kind == CHANGE_CREATE;
    case ON_MOVE:
        return change->kind == CHANGE_MOVE && str_eq(change->move, t->name);
    case ON_STATE:
        return str_eq(after->state, t->name) && (!before || !str_eq(before->state, t->name));
    case ON_FIELD: {
        const Value *now = &after->vals[t->field->index];
        return change->set[t->field->index] && (now->text.ptr || now->blob.ptr);
    }
    }
    BUG("unknown trigger");
}

Err clocks_run(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
               const Record *after)
{
    const Register *reg = after->reg;
    bool closed =
        state_closed(reg, after->state) && (!before || !str_eq(before->state, after->state));
    if (!reg->clock_count || change->kind == CHANGE_UNDO) /* undo takes the tasks back itself */
        return ERR_OK;
    if (closed || after->void_tx)
        return stop_all(tx, batch, after);
    for (size_t i = 0; i < reg->clock_count; i++) {
        const Clock *k = &reg->clocks[i];
        if (trigger_fires(&k->stop, change, before, after))
            TRY(stop_clock(tx, batch, k, after));
        if (trigger_fires(&k->start, change, before, after) && applies(tx, batch, k, after))
            TRY(start_clock(tx, batch, k, after));
    }
    return ERR_OK;
}

/* ---- the ticker ---- */

static Err late_task(WriteTx *tx, Batch *batch, const Record *task, const Clock *k, Str unit)
{
    Change *c = store_change(tx->arena, CHANGE_CREATE, task->reg, STR_NONE, 0);
    c->parent_reg = task->parent_reg;
    c->parent_uid = task->parent_uid;
    c->owner_uid = unit;
    change_set_role(c, FIELD_ROLE_TASK_TITLE,
                    tr_args(tx->arena, LANG_ID, M_TASK_LATE, k->label.text[LANG_ID]));
    change_set_role(c, FIELD_ROLE_TASK_UNIT, unit);
    change_set_role(c, FIELD_ROLE_TASK_STARTED, str_int(tx->arena, clock_now()));
    change_set_role(c, FIELD_ROLE_TASK_LIMIT, k->name); /* closed with the clock */
    return store_apply_system(tx, batch, system_actor_clock(), c);
}

/* A late task is answered by one more for those it is escalated to, and for who waits for another
 * institution. */
static Err escalate(WriteTx *tx, Batch *batch, const Record *task, const Clock *k)
{
    Str unit = STR_NONE, owner = STR_NONE;
    if (!k)
        return ERR_OK;
    if (k->escalate)
        TRY(unit_of_role(tx, task->reg->model, k->escalate, task->owner, &unit));
    if (k->to_field)
        TRY(rule_owner(tx, task, &owner));
    if (!str_empty(owner))
        TRY(late_task(tx, batch, task, k, owner));
    return str_empty(unit) || str_eq(unit, owner) ? ERR_OK : late_task(tx, batch, task, k, unit);
}

static Err act_on(WriteTx *tx, Batch *batch, const Record *task, int64_t now)
{
    const Model *m = task->reg->model;
    const Field *due_field = role_field(m, FIELD_ROLE_TASK_DUE);
    const Field *limit = role_field(m, FIELD_ROLE_TASK_LIMIT);
    int64_t due = 0;
    bool has_due = str_i64(task->vals[due_field->index].text, &due);
    bool done = state_closed(task->reg, task->state) != NULL; /* by hand, before its time */
    bool late = has_due && due <= now && !done;
    Change *c = store_change(tx->arena, CHANGE_UPDATE, task->reg, task->uid, 0);
    change_set_role(c, FIELD_ROLE_TASK_NEXT,
                    late || done || !has_due ? STR_NONE : str_int(tx->arena, due));
    TRY(store_apply_system(tx, batch, system_actor_clock(), c));
    return late && limit ? escalate(tx, batch, task, task_clock(task)) : ERR_OK;
}

static Err due_tasks(WriteTx *tx, const Register *task, int64_t now, IdList *ret)
{
    const Field *next = role_field(task->model, FIELD_ROLE_TASK_NEXT);
    return db_ids(
        tx->db,
        z_printf(tx->arena,
                 "SELECT id FROM %.*s WHERE %.*s<=:now AND batal=0 ORDER BY %.*s LIMIT %d",
                 STR_ARG(task->name), STR_ARG(next->name), STR_ARG(next->name), TICK_MAX),
        tx->arena, ret, BIND(":now", now));
}

Err clocks_tick(WriteTx *tx, void *store)
{
    const Store *s = store;
    const Register *task = role_reg(s->model, REG_ROLE_TASK);
    Batch batch = {.store = s, .actor = system_actor_clock(), .arena = tx->arena};
    IdList ids = {0};
    int64_t now = clock_now();
    batch.problems.arena = tx->arena;
    if (!task || !role_field(s->model, FIELD_ROLE_TASK_NEXT) ||
        !role_field(s->model, FIELD_ROLE_TASK_DUE))
        return ERR_OK;
    TRY(due_tasks(tx, task, now, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        Record t;
        TRY(row_by_id(tx->db, tx->arena, task, ids.items[i], &t));
        TRY(act_on(tx, &batch, &t, now));
    }
    return ERR_OK;
}
