#include "engine/rule_db.h"

#include "engine/system_actor.h"
#include "model/env.h"
#include "model/plan.h"
#include "model/row.h"

/* Whether a live record with these values (of a rule that acts once: or a void one) stands under
 * the parent. Instants and dates that a rule sets to the day it runs are no part of its identity.
 * The plus keeps the planner on the few records under the parent: half the register may have the
 * same kind. */
static Err stands_already(WriteTx *tx, const Rule *rule, const Change *made, int64_t parent,
                          bool *ret)
{
    Arena *a = tx->arena;
    Buf sql = buf_new(a, 256);
    Stmt *st;
    bool row;
    buf_printf(&sql, "SELECT 1 FROM %.*s WHERE %sinduk=:induk AND induk_reg=:reg",
               STR_ARG(rule->make->name), rule->once ? "" : "batal=0 AND ");
    for (size_t i = 0; i < rule->n; i++) {
        const Field *f = rule->set[i].field;
        if (f->kind != FK_DATE && f->kind != FK_INSTANT && field_storage(f) == STORE_COLUMN)
            buf_printf(&sql, " AND +%.*s IS NOT DISTINCT FROM :f%zu", STR_ARG(f->name), f->index);
    }
    buf_lit(&sql, " LIMIT 1");
    TRY(db_stmt(tx->db, buf_z(&sql), &st, BIND(":induk", parent),
                BIND(":reg", made->parent_reg->name)));
    for (size_t i = 0; i < rule->n; i++) {
        const Field *f = rule->set[i].field;
        if (f->kind == FK_DATE || f->kind == FK_INSTANT || field_storage(f) != STORE_COLUMN)
            continue;
        if (f->kind == FK_REF && !f->target)
            BUG("a rule cannot set a tagged reference");
        TRY(row_bind(tx->db, a, st, f, made->vals[f->index], STR_NONE));
    }
    TRY(stmt_step(st, &row));
    stmt_done(st);
    *ret = row;
    return ERR_OK;
}

static Str rule_value(const Setting *set, const ExprEnv *env, Arena *a)
{
    Str v = expr_text(set->value, env);
    Date d;
    if (set->field->kind == FK_INSTANT && date_parse_iso(v, &d))
        return str_int(a, clock_now()); /* today() for an instant is now */
    return v;
}

static Err run_rule(WriteTx *tx, Batch *batch, const Record *rec, const Rule *rule, RecordEnv *env)
{
    ExprEnv e = env_expr(env);
    bool stands;
    if (!expr_true(rule->when, &e) || (rule->under_parent && !rec->parent_reg))
        return ERR_OK;
    Change *c = store_change(tx->arena, CHANGE_CREATE, rule->make, STR_NONE, 0);
    c->parent_reg = rule->under_parent ? rec->parent_reg : rec->reg;
    c->parent_uid = rule->under_parent ? rec->parent_uid : rec->uid;
    c->reason = rule->name;
    for (size_t i = 0; i < rule->n; i++)
        change_set(c, rule->set[i].field, rule_value(&rule->set[i], &e, tx->arena));
    TRY(stands_already(tx, rule, c, rule->under_parent ? rec->parent : rec->id, &stands));
    if (stands)
        return ERR_OK;
    TRY(rule_owner(tx, rec, &c->owner_uid));
    return store_apply_system(tx, batch, system_actor_rules(), c);
}

Err rules_run(WriteTx *tx, Batch *batch, const Record *rec)
{
    if (rec->void_tx)
        return ERR_OK;
    RecordEnv env = env_written(tx, batch->store, rec);
    Err err = ERR_OK;
    for (size_t i = 0; i < rec->reg->rule_count && err == ERR_OK; i++)
        err = run_rule(tx, batch, rec, &rec->reg->rules[i], &env);
    env_wipe(&env);
    return err;
}

Err rule_owner(WriteTx *tx, const Record *rec, Str *ret_uid)
{
    const Register *inst = role_reg(rec->reg->model, REG_ROLE_INSTITUTION);
    Record owner;
    if (!inst || !rec->owner) {
        *ret_uid = STR_NONE;
        return ERR_OK;
    }
    TRY(row_by_id(tx->db, tx->arena, inst, rec->owner, &owner));
    *ret_uid = owner.uid;
    return ERR_OK;
}
