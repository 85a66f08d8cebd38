#include "model/plan.h"

#include "guard/installation.h"

Storage field_storage(const Field *f)
{
    return f->multi && !f->class_ ? STORE_LINK : STORE_COLUMN;
}

bool field_has_target_column(const Field *f)
{
    return f->kind == FK_REF && !f->target && !f->class_;
}

static const char *column_type(const Field *f)
{
    if (f->class_)
        return DB_BLOB;
    if (f->kind == FK_NUMBER || f->kind == FK_INSTANT || f->kind == FK_REF)
        return DB_INTEGER;
    return DB_TEXT;
}

Err plan_system_tables(Db *db)
{
    return db_exec(
        db,
        "CREATE TABLE IF NOT EXISTS tx(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
        " actor TEXT NOT NULL, agency INTEGER, session TEXT, via TEXT NOT NULL, reason TEXT,"
        " import INTEGER);"
        "CREATE TABLE IF NOT EXISTS riwayat(reg TEXT NOT NULL, rec INTEGER NOT NULL,"
        " ver INTEGER NOT NULL, tx INTEGER NOT NULL, delta TEXT NOT NULL, rowhash TEXT NOT NULL,"
        " PRIMARY KEY(reg, rec, ver));"
        "CREATE INDEX IF NOT EXISTS ix_riwayat_tx ON riwayat(tx);"
        "CREATE TABLE IF NOT EXISTS sebab(tx INTEGER PRIMARY KEY, root INTEGER NOT NULL);"
        "CREATE INDEX IF NOT EXISTS ix_sebab_root ON sebab(root);"
        "CREATE TABLE IF NOT EXISTS kode_lokal(list TEXT NOT NULL, code TEXT NOT NULL,"
        " label_id TEXT NOT NULL, label_en TEXT NOT NULL, since TEXT, until TEXT,"
        " PRIMARY KEY(list, code));"
        "CREATE TABLE IF NOT EXISTS batas_lokal(code TEXT PRIMARY KEY, n INTEGER NOT NULL,"
        " unit TEXT NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL);"
        "CREATE TABLE IF NOT EXISTS nomor(series TEXT PRIMARY KEY, last INTEGER NOT NULL);"
        "CREATE TABLE IF NOT EXISTS idem(kunci TEXT NOT NULL, user_id INTEGER NOT NULL,"
        " hash TEXT NOT NULL, uid TEXT, at INTEGER NOT NULL, PRIMARY KEY(kunci, user_id));"
        "CREATE TABLE IF NOT EXISTS sidik(field TEXT NOT NULL, hash TEXT NOT NULL,"
        " rec INTEGER NOT NULL, PRIMARY KEY(field, hash, rec));"
        "CREATE INDEX IF NOT EXISTS ix_sidik_rec ON sidik(field, rec);");
}

typedef struct Planner {
    const Model *model;
    Db *db;
    Arena *arena;
    Problems *problems;
    Plan *plan;
    Str before; /* the model's text when it was last applied, may be absent */
    bool same;  /* that text still holds, to the letter */
} Planner;

static void add_step(Planner *p, Str sql)
{
    *ARENA_PUSH(p->arena, p->plan->steps) = sql;
}

static void refuse(Planner *p, Str file, int line, Msg msg, Str what)
{
    problem_add(p->problems, (Problem){.place = file, .line = line, .msg = msg, .args = {what}});
}

/* What the model's text says of "reg" or "reg.field", or STR_NONE. */
static Str text_of(Str text, Str key)
{
    Str line, word;
    while (str_cut(&text, '\n', &line))
        if (str_word(&line, &word) && str_eq(word, key))
            return line;
    return STR_NONE;
}

/* A field that is there but was declared otherwise before, maybe under another name: its stored
 * values would change meaning. */
static void check_retype(Planner *p, const Field *f, Str name)
{
    if (p->same)
        return;
    Str reg = f->reg->name, key = str_printf(p->arena, "%.*s.%.*s", STR_ARG(reg), STR_ARG(f->name));
    Str old = str_printf(p->arena, "%.*s.%.*s", STR_ARG(reg), STR_ARG(name));
    Str then = text_of(p->before, old), now = text_of(p->model->text, key);
    if (then.ptr && !str_eq(then, now))
        refuse(p, f->reg->file, f->line, M_PLAN_RETYPE, key);
}

static Str link_table(Arena *a, const Field *f, Str name)
{
    return str_printf(a, "%.*s__%.*s", STR_ARG(f->reg->name), STR_ARG(name));
}

Str field_link_table(Arena *a, const Field *f)
{
    return link_table(a, f, f->name);
}

static Err plan_link_table(Planner *p, const Field *f)
{
    Arena *a = p->arena;
    Str table = field_link_table(a, f), old = link_table(a, f, f->was);
    StrList have, had;
    TRY(db_columns(p->db, a, table, &have));
    TRY(db_columns(p->db, a, old, &had));
    if (have.n || had.n)
        check_retype(p, f, have.n ? f->name : f->was);
    if (have.n)
        return ERR_OK;
    const char *type = f->kind == FK_REF ? DB_INTEGER : DB_TEXT;
    if (had.n) {
        add_step(p, str_printf(a, "ALTER TABLE %.*s RENAME TO %.*s", STR_ARG(old), STR_ARG(table)));
        add_step(p, str_printf(a, "DROP INDEX IF EXISTS ix_%.*s", STR_ARG(old)));
    } else {
        add_step(p,
                 str_printf(a,
                            "CREATE TABLE %.*s(rec INTEGER NOT NULL, ord INTEGER NOT NULL,"
                            " val %s NOT NULL%s, PRIMARY KEY(rec, ord))",
                            STR_ARG(table), type, field_has_target_column(f) ? ", reg TEXT" : ""));
    }
    add_step(
        p, str_printf(a, "CREATE INDEX ix_%.*s ON %.*s(val, rec)", STR_ARG(table), STR_ARG(table)));
    return ERR_OK;
}

static Str index_name(Arena *a, const Field *f, Str name)
{
    return str_printf(a, "ix_%.*s_%.*s", STR_ARG(f->reg->name), STR_ARG(name));
}

/* The index of a renamed field goes: the next field of the old name would be without one. */
static void plan_index(Planner *p, const Field *f, const StrList *indexes)
{
    bool wanted =
        !f->class_ && (f->facet || f->sort || f->unique || f->matched || f->kind == FK_REF ||
                       f->role == FIELD_ROLE_TASK_NEXT || f->reg->stats.date == f);
    Str name = index_name(p->arena, f, f->name), old = index_name(p->arena, f, f->was);
    if (!str_empty(f->was) && !reg_field(f->reg, f->was) && str_list_has(indexes, old))
        add_step(p, str_printf(p->arena, "DROP INDEX %.*s", STR_ARG(old)));
    if (wanted && !str_list_has(indexes, name))
        add_step(p, str_printf(p->arena, "CREATE INDEX %.*s ON %.*s(%.*s)", STR_ARG(name),
                               STR_ARG(f->reg->name), STR_ARG(f->name)));
}

static void rename_column(Planner *p, const Field *f, const char *tail)
{
    add_step(p, str_printf(p->arena, "ALTER TABLE %.*s RENAME COLUMN %.*s%s TO %.*s%s",
                           STR_ARG(f->reg->name), STR_ARG(f->was), tail, STR_ARG(f->name), tail));
}

static void plan_column(Planner *p, const Field *f, const StrList *have, const StrList *indexes)
{
    Arena *a = p->arena;
    Str reg = f->reg->name;
    if (str_list_has(have, f->name)) {
        check_retype(p, f, f->name);
    } else if (!str_empty(f->was) && str_list_has(have, f->was)) {
        check_retype(p, f, f->was);
        rename_column(p, f, "");
        if (field_has_target_column(f))
            rename_column(p, f, "__reg");
    } else {
        add_step(p, str_printf(a, "ALTER TABLE %.*s ADD COLUMN %.*s %s", STR_ARG(reg),
                               STR_ARG(f->name), column_type(f)));
        if (field_has_target_column(f))
            add_step(p, str_printf(a, "ALTER TABLE %.*s ADD COLUMN %.*s__reg TEXT", STR_ARG(reg),
                                   STR_ARG(f->name)));
    }
    plan_index(p, f, indexes);
}

/* Search text in order of id: a search reads it newest first, a fifth of what the rows take. */
static void plan_search(Planner *p, const Register *r, const StrList *indexes)
{
    Str name = str_printf(p->arena, "ix_%.*s_cari", STR_ARG(r->name));
    if (r->has_search && !str_list_has(indexes, name))
        add_step(p, str_printf(p->arena, "CREATE INDEX %.*s ON %.*s(id, cari, batal)",
                               STR_ARG(name), STR_ARG(r->name)));
}

static Err plan_register(Planner *p, const Register *r)
{
    Arena *a = p->arena;
    StrList have, indexes;
    TRY(db_columns(p->db, a, r->name, &have));
    TRY(db_indexes(p->db, a, r->name, &indexes));
    if (!have.n) {
        add_step(p,
                 str_printf(a,
                            "CREATE TABLE %.*s(id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
                            " nomor TEXT, versi INTEGER NOT NULL, dibuat_tx INTEGER NOT NULL,"
                            " ubah_tx INTEGER NOT NULL, ubah_at INTEGER NOT NULL, pemilik INTEGER,"
                            " status TEXT, batal INTEGER NOT NULL DEFAULT 0, tajuk TEXT,"
                            " induk INTEGER, induk_reg TEXT, cari TEXT)",
                            STR_ARG(r->name)));
        if (r->has_parent)
            add_step(p, str_printf(a, "CREATE INDEX ix_%.*s_induk ON %.*s(induk, induk_reg)",
                                   STR_ARG(r->name), STR_ARG(r->name)));
    }
    for (size_t i = 0; i < r->field_count; i++) {
        if (field_storage(r->fields[i]) == STORE_LINK)
            TRY(plan_link_table(p, r->fields[i]));
        else
            plan_column(p, r->fields[i], &have, &indexes);
    }
    plan_search(p, r, &indexes);
    return ERR_OK;
}

static bool was_renamed(const Register *r, Str field)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (str_eq(r->fields[i]->was, field))
            return true;
    return false;
}

/* Registers and fields that were applied and are neither declared any more nor renamed: nobody
 * would reach what they hold. */
static void check_drops(Planner *p)
{
    Str text = p->before, line, key;
    while (str_cut(&text, '\n', &line)) {
        if (!str_word(&line, &key) || text_of(p->model->text, key).ptr)
            continue;
        Str field = key, name = S("");
        (void)str_cut(&field, '.', &name);
        const Register *r = model_reg(p->model, name);
        if (r && was_renamed(r, field))
            continue;
        Str file = r ? r->file : str_printf(p->arena, "registers/%.*s.yaml", STR_ARG(name));
        refuse(p, file, 1, M_PLAN_DROP, key);
    }
}

Err plan_make(const Model *m, Db *db, Arena *a, Problems *problems, Plan *ret)
{
    Plan plan = {0};
    Planner p = {.model = m, .db = db, .arena = a, .problems = problems, .plan = &plan};
    TRY(meta_get(db, a, S("model"), &p.before));
    p.same = str_eq(p.before, m->text);
    for (size_t i = 0; i < m->reg_count; i++)
        TRY(plan_register(&p, m->regs[i]));
    if (!p.same)
        check_drops(&p);
    if (problems->errors)
        return E_DOMAIN;
    *ret = plan;
    return ERR_OK;
}

/* After the steps: nothing is left to do, and the pages of the database agree. */
static Err self_test(const Model *m, Db *db, Arena *a)
{
    Problems problems = {.arena = a};
    Plan left;
    if (plan_make(m, db, a, &problems, &left) != ERR_OK || left.steps.n)
        return E_CORRUPT;
    return db_intact(db);
}

Err plan_apply(const Model *m, Db *db, const Plan *plan)
{
    TRY(db_begin(db));
    Err e = ERR_OK;
    Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < plan->steps.n && e == ERR_OK; i++)
        e = db_exec(db, str_z(a, plan->steps.items[i]));
    if (e == ERR_OK)
        e = meta_put(db, S("model"), m->text);
    if (e == ERR_OK && plan->steps.n)
        e = self_test(m, db, a);
    arena_free(a);
    return db_end(db, e);
}
