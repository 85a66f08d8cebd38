/* Rebuilds every derived table and column from the rows: the proof that nothing but caches is lost
 * when one of them is wrong. */
#include "guard/reach.h"
#include "model/derive.h"
#include "model/env.h"
#include "model/follow.h"
#include "model/give_reach.h"
#include "model/key_chain.h"
#include "model/row.h"

typedef Err (*EachRow)(WriteTx *tx, const Store *s, Record *r);

/* Calls `fn` for every row of the register in id order. */
static Err each_row(WriteTx *tx, const Store *s, const Register *reg, EachRow fn)
{
    int64_t last = 0;
    for (;;) {
        WriteTx step = *tx; /* memory of one row only */
        int64_t id = 0;
        Str sql = str_printf(tx->arena, "SELECT COALESCE(MIN(id),0) FROM %.*s WHERE id>:last",
                             STR_ARG(reg->name));
        TRY(db_number(tx->db, sql.ptr, &id, BIND(":last", last)));
        if (!id)
            return ERR_OK;
        step.arena = arena_new(16 * 1024 * 1024);
        Record r;
        Err e = row_by_id(tx->db, step.arena, reg, id, &r);
        if (e == ERR_OK)
            e = fn(&step, s, &r);
        arena_free(step.arena);
        TRY(e);
        last = id;
    }
}

static Err each_register(WriteTx *tx, const Store *s, EachRow fn)
{
    for (size_t i = 0; i < s->model->reg_count; i++)
        TRY(each_row(tx, s, s->model->regs[i], fn));
    return ERR_OK;
}

static Err rebuild_derived(WriteTx *tx, const Store *s, Record *r)
{
    return derive_record(tx, s, r);
}

static Err rebuild_blind(WriteTx *tx, const Store *s, Record *r)
{
    RecordEnv env = env_written(tx, s, r);
    Err e = ERR_OK;
    for (size_t i = 0; i < r->reg->field_count && e == ERR_OK; i++)
        if (r->reg->fields[i]->lookup)
            e = follow_blind(tx, s, r->reg->fields[i], r->id, env_value(&env, r->reg->fields[i]));
    env_wipe(&env);
    return e;
}

static Err rebuild_facts(WriteTx *tx, const Store *s, Record *r)
{
    return follow_facts(tx, s, r, NULL);
}

static Err rebuild_reach(WriteTx *tx, const Store *s, Record *r)
{
    return r->reg->reach == REACH_PARENT && r->parent_reg && !gives_reach(r->reg)
               ? ERR_OK /* comes with its parent */
               : follow_reach(tx, s, r, false);
}

static bool has_lookup(const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i]->lookup)
            return true;
    return false;
}

Err store_rebuild_blind(WriteTx *tx, const Store *s)
{
    TRY(db_exec(tx->db, "DELETE FROM sidik"));
    for (size_t i = 0; i < s->model->reg_count; i++)
        if (has_lookup(s->model->regs[i]))
            TRY(each_row(tx, s, s->model->regs[i], rebuild_blind));
    return ERR_OK;
}

Err store_rebuild(WriteTx *tx, void *store)
{
    const Store *s = store;
    TRY(db_exec(tx->db, "DELETE FROM jangkau; DELETE FROM fakta_pengguna;"
                        "DELETE FROM fakta_anggota"));
    /* Derived values read other derived values across registers: twice settles one hop. */
    TRY(each_register(tx, s, rebuild_derived));
    TRY(each_register(tx, s, rebuild_derived));
    TRY(store_rebuild_blind(tx, s));
    TRY(each_register(tx, s, rebuild_facts));
    TRY(each_register(tx, s, rebuild_reach));
    return ERR_OK;
}

static Err rebuild_part(WriteTx *tx, const Store *s, Record *r)
{
    TRY(derive_record(tx, s, r));
    TRY(rebuild_blind(tx, s, r));
    TRY(follow_person(tx, s, r));
    return derive_dependents(tx, s, r, false, NULL);
}

Err store_rebuild_file(WriteTx *tx, const Store *s, const Register *reg, Str uid)
{
    int64_t id;
    TRY(row_id(tx->db, reg, uid, &id));
    for (size_t i = 0; i < s->model->reg_count; i++) {
        const Register *part = s->model->regs[i];
        IdList ids;
        TRY(key_chain_rows(tx->db, tx->arena, part, reg, id, &ids));
        for (size_t k = 0; k < ids.n; k++) {
            Record r;
            TRY(row_by_id(tx->db, tx->arena, part, ids.items[k], &r));
            TRY(rebuild_part(tx, s, &r));
        }
    }
    return ERR_OK;
}
