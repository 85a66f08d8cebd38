#include "store_kit.h"

#include "base/file.h"
#include "engine/import_db.h"
#include "model/plan.h"
#include "model/scrub.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void kit_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    exit(1);
}

void kit_must(Err e, const char *file, int line, const char *what)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "%s:%d: %s: %s\n", file, line, err_name(e), what);
    exit(1);
}

static void print_problems(const Problems *problems)
{
    Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < problems->n; i++)
        fprintf(stderr, "  %.*s\n", STR_ARG(problem_text(a, LANG_EN, &problems->items[i])));
    arena_free(a);
}

static void migrate(Kit *k)
{
    Problems problems = {.arena = k->arena};
    Plan plan;
    Db *db;
    MUST(db_open(k->in.data_db, DB_WRITE, &db));
    MUST(plan_system_tables(db));
    MUST(import_schema(db));
    MUST(plan_make(k->model, db, k->arena, &problems, &plan));
    MUST(plan_apply(k->model, db, &plan));
    db_close(db);
}

void kit_open(Kit *k, const char *domain, AfterChange engine)
{
    *k = (Kit){.arena = arena_new((size_t)1 << 30)};
    Problems problems = {.arena = k->arena};
    strcpy(k->dir, "/tmp/store-XXXXXX");
    HOLDS(mkdtemp(k->dir));
    Err e = model_load(domain, &problems, &k->model);
    print_problems(&problems);
    MUST(e);
    MUST(installation_create(k->dir, true, 480));
    MUST(installation_open(k->arena, k->dir, &k->in));
    migrate(k);
    MUST(store_open(k->arena, k->model, &k->in, &k->store));
    k->store.after_change = engine;
    MUST(readconn_open(&k->store, &k->conn));
    k->system = (Subject){.uid = S("sistem:uji"), .system = true};
}

void kit_close(Kit *k)
{
    StrList names;
    readconn_close(&k->conn);
    store_close(&k->store);
    installation_close(&k->in);
    model_free(k->model);
    MUST(file_list(k->arena, k->dir, S(""), &names));
    for (size_t i = 0; i < names.n; i++)
        unlink(str_printf(k->arena, "%s/%.*s", k->dir, STR_ARG(names.items[i])).ptr);
    rmdir(k->dir);
    arena_free(k->arena);
}

const Register *kit_reg(const Kit *k, const char *name)
{
    const Register *r = model_reg(k->model, str_of(name));
    HOLDS(r);
    return r;
}

const Field *kit_field(const Kit *k, const char *reg, const char *name)
{
    const Field *f = reg_field(kit_reg(k, reg), str_of(name));
    HOLDS(f);
    return f;
}

static Err exec_command(WriteTx *tx, void *sql)
{
    return db_exec(tx->db, sql);
}

void kit_exec(Kit *k, const char *sql)
{
    char *copy = strdup(sql);
    MUST(writer_run(k->store.writer, NULL, exec_command, copy));
    free(copy);
}

int64_t kit_int(Kit *k, const char *sql)
{
    int64_t n = 0;
    MUST(db_number(k->conn.db, sql, &n));
    return n;
}

int64_t kit_faults(Kit *k)
{
    Problems problems = {.arena = k->arena};
    Scrub scrub;
    MUST(scrub_run(&k->store, &k->conn, &problems, &scrub));
    return scrub.faults;
}

/* ---- reading ---- */

void read_begin(Read *r, Kit *k, const Subject *s)
{
    r->arena = arena_new(256u << 20);
    r->actor = (Actor){.subject = s, .via = S("uji")};
    MUST(reader_begin(&r->rd, &k->store, &k->conn, r->arena, &r->actor));
}

void read_end(Read *r)
{
    reader_end(&r->rd);
    arena_free(r->arena);
}

static Str one_value(Kit *k, const char *reg, Str uid, const char *field)
{
    Read r;
    Record rec;
    read_begin(&r, k, &k->system);
    MUST(store_get(&r.rd, kit_reg(k, reg), uid, VERB_READ, &rec));
    MUST(store_unseal(&r.rd, &rec, CLASSES_ALL));
    Str v = field ? rec.vals[kit_field(k, reg, field)->index].text : rec.state;
    v = str_copy(k->arena, v);
    read_end(&r);
    return v;
}

Str kit_value(Kit *k, const char *reg, Str uid, const char *field)
{
    return one_value(k, reg, uid, field);
}

Str kit_state(Kit *k, const char *reg, Str uid)
{
    return one_value(k, reg, uid, NULL);
}

/* ---- writing ---- */

void save_begin(Save *s, Kit *k, const Subject *who)
{
    *s = (Save){.kit = k};
    read_begin(&s->read, k, who);
    s->batch = store_batch(&s->read.rd);
    s->problems.arena = s->read.arena;
}

Change *save_add(Save *s, ChangeKind kind, const char *reg, Str uid, int64_t version)
{
    return store_change(s->read.arena, kind, kit_reg(s->kit, reg), uid, version);
}

void save_set(Save *s, Change *c, const char *field, Str value)
{
    (void)s;
    const Field *f = reg_field(c->reg, str_of(field));
    HOLDS(f);
    change_set(c, f, value);
}

void save_prepare(Save *s, Change *c)
{
    if (s->err == ERR_OK)
        s->err = store_prepare(&s->read.rd, s->batch, c, &s->problems);
}

Err save_end(Save *s, Str *ret_uid)
{
    reader_end(&s->read.rd);
    Err e = s->err == ERR_OK ? store_run(s->batch) : s->err;
    if (e == ERR_OK && ret_uid)
        *ret_uid = str_copy(s->kit->arena, s->batch->result_uid);
    arena_free(s->read.arena);
    return e;
}

static void set_pairs(Save *s, Change *c, va_list pairs)
{
    const char *field;
    while ((field = va_arg(pairs, const char *))) {
        const char *value = va_arg(pairs, const char *);
        save_set(s, c, field, str_of(value));
    }
}

static void end_good(Save *s, Change *c, Str *ret_uid)
{
    save_prepare(s, c);
    if (s->err != ERR_OK)
        print_problems(&s->problems);
    MUST(save_end(s, ret_uid));
}

Str kit_make(Kit *k, const char *reg, Str owner, const char *parent_reg, Str parent, ...)
{
    Save s;
    Str uid;
    va_list pairs;
    save_begin(&s, k, &k->system);
    Change *c = save_add(&s, CHANGE_CREATE, reg, STR_NONE, 0);
    c->owner_uid = owner;
    c->parent_reg = parent_reg ? kit_reg(k, parent_reg) : NULL;
    c->parent_uid = parent;
    va_start(pairs, parent);
    set_pairs(&s, c, pairs);
    va_end(pairs);
    end_good(&s, c, &uid);
    return uid;
}

void kit_change(Kit *k, const char *reg, Str uid, ...)
{
    Save s;
    va_list pairs;
    save_begin(&s, k, &k->system);
    Change *c = save_add(&s, CHANGE_UPDATE, reg, uid, 0);
    va_start(pairs, uid);
    set_pairs(&s, c, pairs);
    va_end(pairs);
    end_good(&s, c, NULL);
}

Err kit_act(Kit *k, const Subject *who, ChangeKind kind, const char *reg, Str uid, const char *move,
            const char *reason)
{
    Save s;
    save_begin(&s, k, who);
    Change *c = save_add(&s, kind, reg, uid, 0);
    c->move = str_of(move);
    c->reason = str_of(reason);
    save_prepare(&s, c);
    return save_end(&s, NULL);
}

Str kit_institution(Kit *k, const char *code, const char *area)
{
    Str name = str_printf(k->arena, "Institusi %s", code);
    return kit_make(k, "institusi", STR_NONE, NULL, STR_NONE, "kode", code, "nama", name.ptr,
                    "wilayah", area, NULL);
}

static int64_t id_of(Kit *k, const char *reg, Str uid)
{
    int64_t id = 0;
    Str sql = str_printf(k->arena, "SELECT id FROM %s WHERE uid=:p", reg);
    MUST(db_number(k->conn.db, sql.ptr, &id, BIND(":p", uid)));
    return id;
}

Subject kit_user(Kit *k, Str institution, const char *login, const char *role, const char *area)
{
    Str uid = kit_make(k, "pengguna", institution, "institusi", institution, "masuk", login, "nama",
                       login, "peran", role, "wilayah", area, NULL);
    Subject s = {.user = id_of(k, "pengguna", uid), .uid = uid, .login = str_of(login)};
    s.roles = 1ull << model_role(k->model, str_of(role));
    s.agencies[0] = id_of(k, "institusi", institution);
    s.agency_count = 1;
    s.area = str_of(area);
    return s;
}
