#include "model/person_facts.h"

#include "base/log.h"
#include "model/row.h"

const Field *person_fact_field(const Model *m, size_t i)
{
    static const FieldRole roles[] = {
#define X(member, role) FIELD_ROLE_PERSON_##role,
        PERSON_FACTS(X)
#undef X
    };
    return role_field(m, roles[i]);
}

PersonFacts person_facts_of(const Change *c)
{
    PersonFacts facts = {0};
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        const Field *f = person_fact_field(c->reg->model, i);
        if (f && f->reg == c->reg)
            *person_fact(&facts, i) = c->vals[f->index];
    }
    return facts;
}

Err person_facts_open(const Store *s, Db *keys, Arena *a, const Record *r, unsigned classes,
                      PersonFacts *ret)
{
    const Keyring *k = s->in->keyring;
    Dek dek;
    *ret = (PersonFacts){0};
    Err e = keyring_dek(k, keys, r->uid, &dek);
    if (e != ERR_OK)
        return e == E_NOT_FOUND ? ERR_OK : e;
    for (size_t i = 0; i < PERSON_FACT_COUNT && e == ERR_OK; i++) {
        const Field *f = person_fact_field(s->model, i);
        Str *to = person_fact(ret, i);
        if (!f || (f->class_ && !(classes & CLASS_BIT(f->class_))))
            continue;
        if (!f->class_)
            *to = r->vals[f->index].text;
        else if (r->vals[f->index].blob.ptr)
            e = row_unseal(k, &dek, a, r, r->uid, f, r->vals[f->index].blob, to);
    }
    dek_wipe(&dek);
    return e;
}

/* The statement that reads of each live person what her facts stand in. */
static Err select_all(const Store *s, Db *db, Arena *a, RowWant *ret_want, Stmt **ret)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    Buf sql = buf_new(a, 2048);
    bool *field = ARENA_ARRAY(a, reg->field_count, bool);
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++)
        if (person_fact_field(s->model, i))
            field[person_fact_field(s->model, i)->index] = true;
    *ret_want = (RowWant){.field = field, .named = ARENA_ARRAY(a, reg->field_count, bool)};
    row_select(&sql, reg, *ret_want);
    buf_lit(&sql, " WHERE r.batal=0");
    return db_stmt(db, buf_z(&sql), ret);
}

Err person_facts_each(const Store *s, ReadConn *c,
                      bool (*each)(void *ctx, Str uid, const PersonFacts *facts), void *ctx)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    Arena *all = arena_new(SIZE_MAX);
    RowWant want;
    Stmt *st;
    bool row = false, more = true;
    Err e = db_begin_late(c->keys); /* one lock for all keys, not one a person */
    if (e == ERR_OK)
        e = select_all(s, c->db, all, &want, &st);
    while (e == ERR_OK && (e = stmt_step(st, &row)) == ERR_OK && row && more) {
        Arena *a = arena_new(1 << 20);
        Record r;
        PersonFacts facts;
        row_read(a, st, reg, want, &r);
        if (person_facts_open(s, c->keys, a, &r, CLASSES_ALL, &facts) == ERR_OK)
            more = each(ctx, r.uid, &facts);
        else
            log_error("a person cannot be opened: %.*s", STR_ARG(r.uid));
        arena_free(a);
    }
    if (e == ERR_OK && row)
        stmt_done(st);
    arena_free(all);
    return e;
}

Err person_facts_count(const Store *s, int64_t *ret)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    ReadConn c;
    *ret = 0;
    if (!reg)
        return ERR_OK;
    TRY(readconn_open(s, &c));
    Arena *a = arena_new(1024);
    Err e = db_number(c.db, z_printf(a, "SELECT max(id) FROM %.*s", STR_ARG(reg->name)), ret);
    arena_free(a);
    readconn_close(&c);
    return e;
}

Err person_load_found(Reader *rd, Str uid, Record *ret)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_PERSON);
    const Field *name = role_field(rd->store->model, FIELD_ROLE_PERSON_NAME);
    bool restricted;
    TRY(store_get(rd, reg, uid, VERB_LIST, ret));
    TRY(store_restricted(rd, ret, &restricted));
    if (restricted)
        return E_NOT_FOUND;
    bool opens = !name || !name->class_ ||
                 (store_decide(rd, ret, VERB_READ).classes & CLASS_BIT(name->class_));
    return opens ? ERR_OK : E_NOT_FOUND;
}
