#include "model/plan.h"

#include "guard/installation.h"

Storage field_storage(const Field *f)
{
    return f->multi && !f->class_ ? STORE_LINK : STORE_COLUMN;
}

Str field_link_table(Arena *a, const Field *f)
{
    return str_printf(a, "%.*s__%.*s", STR_ARG(f->reg->name), STR_ARG(f->name));
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
} Planner;

static void add_step(Planner *p, Str sql)
{
    *ARENA_PUSH(p->arena, p->plan->steps) = sql;
}

static void refuse(Planner *p, const Register *r, int line, Msg msg, Str what)
{
    problem_add(p->problems, (Problem){.place = r->file, .line = line, .msg = msg, .args = {what}});
}

static bool list_has(const StrList *list, Str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i], s))
            return true;
    return false;
}

/* The line of the model's text that starts with "reg.field ", or STR_NONE. */
static Str text_line(Str text, Str key)
{
    Str line;
    while (str_cut(&text, '\n', &line))
        if (str_starts(line, key) && line.len > key.len && line.ptr[key.len] == ' ')
            return line;
    return STR_NONE;
}

/* A field that is there but was declared otherwise before: its stored values would change meaning.
 */
static void check_retype(Planner *p, const Field *f)
{
    Arena *a = p->arena;
    Str key = str_printf(a, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(f->name));
    Str then = text_line(p->before, key), now = text_line(p->model->text, key);
    if (then.ptr && !str_eq(then, now))
        refuse(p, f->reg, f->line, M_PLAN_RETYPE, key);
}

static void plan_link_table(Planner *p, const Field *f)
{
    Arena *a = p->arena;
    Str table = field_link_table(a, f);
    StrList have;
    if (db_columns(p->db, a, table, &have) != ERR_OK)
        return;
    if (have.n) {
        check_retype(p, f);
        return;
    }
    const char *type = f->kind == FK_REF ? DB_INTEGER : DB_TEXT;
    add_step(p, str_printf(a,
                           "CREATE TABLE %.*s(rec INTEGER NOT NULL, ord INTEGER NOT NULL,"
                           " val %s NOT NULL%s, PRIMARY KEY(rec, ord))",
                           STR_ARG(table), type, field_has_target_column(f) ? ", reg TEXT" : ""));
    add_step(
        p, str_printf(a, "CREATE INDEX ix_%.*s ON %.*s(val, rec)", STR_ARG(table), STR_ARG(table)));
}

static void plan_index(Planner *p, const Field *f, const StrList *indexes)
{
    bool wanted =
        !f->class_ && (f->facet || f->sort || f->unique || f->matched || f->kind == FK_REF ||
                       f->role == FIELD_ROLE_TASK_NEXT || f->reg->stats.date == f);
    Str name = str_printf(p->arena, "ix_%.*s_%.*s", STR_ARG(f->reg->name), STR_ARG(f->name));
    if (wanted && !list_has(indexes, name))
        add_step(p, str_printf(p->arena, "CREATE INDEX %.*s ON %.*s(%.*s)", STR_ARG(name),
                               STR_ARG(f->reg->name), STR_ARG(f->name)));
}

static void plan_column(Planner *p, const Field *f, const StrList *have, const StrList *indexes)
{
    Arena *a = p->arena;
    Str reg = f->reg->name;
    if (list_has(have, f->name)) {
        check_retype(p, f);
    } else if (!str_empty(f->was) && list_has(have, f->was)) {
        add_step(p, str_printf(a, "ALTER TABLE %.*s RENAME COLUMN %.*s TO %.*s", STR_ARG(reg),
                               STR_ARG(f->was), STR_ARG(f->name)));
    } else {
        add_step(p, str_printf(a, "ALTER TABLE %.*s ADD COLUMN %.*s %s", STR_ARG(reg),
                               STR_ARG(f->name), column_type(f)));
        if (field_has_target_column(f))
            add_step(p, str_printf(a, "ALTER TABLE %.*s ADD COLUMN %.*s__reg TEXT", STR_ARG(reg),
                                   STR_ARG(f->name)));
    }
    plan_index(p, f, indexes);
}

static bool is_system_column(Str name)
{
    static const char *const names[] = {"id",      "uid",     "nomor",     "versi",  "dibuat_tx",
                                        "ubah_tx", "ubah_at", "pemilik",   "status", "batal",
                                        "tajuk",   "induk",   "induk_reg", "cari"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

static bool column_is_declared(const Register *r, Str column)
{
    Str base = str_ends(column, S("__reg")) ? str_head(column, column.len - 5) : column;
    for (size_t i = 0; i < r->field_count; i++)
        if (str_eq(r->fields[i]->name, base) || str_eq(r->fields[i]->was, base))
            return true;
    return is_system_column(column);
}

/* Search text in order of id: a search reads it newest first, a fifth of what the rows take. */
static void plan_search(Planner *p, const Register *r, const StrList *indexes)
{
    Str name = str_printf(p->arena, "ix_%.*s_cari", STR_ARG(r->name));
    if (r->has_search && !list_has(indexes, name))
        add_step(p, str_printf(p->arena, "CREATE INDEX %.*s ON %.*s(id, cari, batal)",
                               STR_ARG(name), STR_ARG(r->name)));
}

static void plan_register(Planner *p, const Register *r)
{
    Arena *a = p->arena;
    StrList have, indexes;
    if (db_columns(p->db, a, r->name, &have) != ERR_OK ||
        db_indexes(p->db, a, r->name, &indexes) != ERR_OK)
        return;
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
            plan_link_table(p, r->fields[i]);
        else
            plan_column(p, r->fields[i], &have, &indexes);
    }
    plan_search(p, r, &indexes);
    for (size_t i = 0; i < have.n; i++)
        if (!column_is_declared(r, have.items[i]))
            refuse(p, r, 1, M_PLAN_DROP,
                   str_printf(a, "%.*s.%.*s", STR_ARG(r->name), STR_ARG(have.items[i])));
}

Err plan_make(const Model *m, Db *db, Arena *a, Problems *problems, Plan *ret)
{
    Plan plan = {0};
    Planner p = {.model = m, .db = db, .arena = a, .problems = problems, .plan = &plan};
    TRY(meta_get(db, a, S("model"), &p.before));
    for (size_t i = 0; i < m->reg_count; i++)
        plan_register(&p, m->regs[i]);
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
    if (e == ERR_OK)
        return db_commit(db);
    db_rollback(db);
    return e;
}
