#include "model/equal_names.h"

#include "identity/name_rules.h"

typedef struct OwnGroup {
    int64_t id;
    Str names;
    bool weak;
} OwnGroup;

typedef ARENA_LIST(OwnGroup) OwnGroups;

static Err read_groups(Db *db, const Model *m, Arena *a, OwnGroups *ret)
{
    const Register *reg = role_reg(m, REG_ROLE_EQUAL_NAMES);
    const Field *words = role_field(m, FIELD_ROLE_EQUAL_NAMES_WORDS),
                *perhaps = role_field(m, FIELD_ROLE_EQUAL_NAMES_PERHAPS);
    Stmt *st;
    Err e;
    TRY(db_stmt(db,
                z_printf(a, "SELECT id,status,%.*s,%.*s FROM %.*s WHERE batal=0 ORDER BY id",
                         STR_ARG(words->name), STR_ARG(perhaps->name), STR_ARG(reg->name)),
                &st));
    while (stmt_next(st, &e)) {
        const State *state = reg_state(reg, row_text(a, st, 1));
        if (state && state->opens)
            *ARENA_PUSH(a, *ret) = (OwnGroup){row_int(st, 0), str_lower(a, row_text(a, st, 2)),
                                              str_is(row_text(a, st, 3), "ya")};
    }
    return e;
}

/* In the arena of the model: readers may hold what went before. */
static Err read_own(Db *db, const Model *m, EqualWords *ret)
{
    OwnGroups all = {0};
    TRY(read_groups(db, m, m->arena, &all));
    for (size_t i = 0; i < all.n; i++)
        equal_words_add(m->arena, m->names, all.items[i].names,
                        (uint16_t)(GROUP_OWN | all.items[i].id % GROUP_OWN), all.items[i].weak,
                        ret);
    return ERR_OK;
}

Err equal_names_write(Db *db, const Model *m, Arena *a, Buf *to)
{
    OwnGroups all = {0};
    if (role_reg(m, REG_ROLE_EQUAL_NAMES))
        TRY(read_groups(db, m, a, &all));
    equal_names_head(to);
    for (size_t i = 0; i < all.n; i++)
        equal_names_row(all.items[i].names, all.items[i].weak, to);
    return ERR_OK;
}

Err equal_names_load(Db *db, const Model *m)
{
    if (!role_reg(m, REG_ROLE_EQUAL_NAMES) || !m->names)
        return ERR_OK;
    EqualWords *own = ARENA_NEW(m->arena, EqualWords);
    TRY(read_own(db, m, own));
    name_rules_set_own(m->names, own);
    return ERR_OK;
}

typedef struct Publish {
    const Model *model;
    EqualWords *own;
} Publish;

static void publish(void *arg)
{
    const Publish *p = arg;
    name_rules_set_own(p->model->names, p->own);
}

Err equal_names_changed(WriteTx *tx, const Model *m)
{
    if (!m->names)
        return ERR_OK;
    Publish *p = ARENA_NEW(tx->arena, Publish);
    *p = (Publish){m, ARENA_NEW(m->arena, EqualWords)};
    TRY(read_own(tx->db, m, p->own));
    writer_after_commit(tx, publish, p);
    return ERR_OK;
}
