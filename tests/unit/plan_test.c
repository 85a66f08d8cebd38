/* The migration plan: what is new is made, a rename keeps what was stored, a drop or another type
 * is refused, and a plan that fails half-way changes nothing. Argument: domain folder. */
#include "test_kit.h"

#include "failing_db.h"
#include "model/load.h"
#include "model/plan.h"
#include "model/scrub.h"
#include "store_kit.h"

static const char *domain;

static int setup(void **state)
{
    Kit *k = calloc(1, sizeof *k);
    kit_open(k, domain, NULL);
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    kit_close(*state);
    free(*state);
    return 0;
}

/* A field of the loaded model, as if its file had been edited. */
static Field *edit(Kit *k, const char *reg, const char *field)
{
    return (Field *)(uintptr_t)kit_field(k, reg, field);
}

static Field *renamed(Kit *k, const char *reg, const char *from, const char *to)
{
    Field *f = edit(k, reg, from);
    f->was = f->name;
    f->name = str_of(to);
    return f;
}

/* Plans for the model as it was edited, on a connection of its own, and applies it when `apply`. */
static Err plan(Kit *k, Problems *problems, Plan *ret, bool apply)
{
    Db *db;
    k->model->text = link_text(k->model, k->arena);
    *problems = (Problems){.arena = k->arena};
    OK(db_open(k->in.data_db, DB_WRITE, &db));
    Err e = plan_make(k->model, db, k->arena, problems, ret);
    if (e == ERR_OK && apply)
        e = plan_apply(k->model, db, ret);
    db_close(db);
    return e;
}

/* The program ends and starts again with the edited model. */
static void restart(Kit *k)
{
    Problems problems;
    Plan done;
    readconn_close(&k->conn);
    store_close(&k->store);
    OK(plan(k, &problems, &done, true));
    OK(store_open(k->arena, k->model, &k->in, &k->store));
    OK(readconn_open(&k->store, &k->conn));
}

static void refused(Kit *k, Msg msg, const char *what, const char *file, int64_t line)
{
    Problems problems;
    Plan left = {0};
    FAILS(plan(k, &problems, &left, false), E_DOMAIN);
    assert_int_equal(left.steps.n, 0);
    assert_int_equal(problems.n, 1);
    assert_int_equal(problems.items[0].msg, msg);
    assert_str(problems.items[0].args[0], what);
    assert_str(problems.items[0].place, file);
    assert_int_equal(problems.items[0].line, line);
}

static void nothing_to_do(Kit *k)
{
    Problems problems;
    Plan left;
    OK(plan(k, &problems, &left, false));
    assert_int_equal(left.steps.n, 0);
}

static bool has_step(const Plan *p, const char *sql)
{
    for (size_t i = 0; i < p->steps.n; i++)
        if (str_is(p->steps.items[i], sql))
            return true;
    return false;
}

static void what_is_applied_leaves_nothing(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan none;
    nothing_to_do(k);
    OK(plan(k, &problems, &none, true));
    const Field *jalur = kit_field(k, "kasus", "jalur");
    assert_str(field_link_table(k->arena, jalur), "kasus__jalur");
    assert_int_equal(field_storage(jalur), STORE_LINK);
    assert_int_equal(field_storage(kit_field(k, "kasus", "kisah")), STORE_COLUMN);
    assert_true(field_has_target_column(kit_field(k, "kasus", "terkait")));
    assert_false(field_has_target_column(kit_field(k, "kasus", "saksi")));
}

/* A sealed value of several lines lies in its column, whatever its type. */
static void what_is_sealed_has_one_column(void **state)
{
    Kit *k = *state;
    Field *f = edit(k, "kasus", "jalur");
    f->class_ = CLASS_STORY;
    assert_int_equal(field_storage(f), STORE_COLUMN);
    f = edit(k, "kasus", "terkait");
    f->class_ = CLASS_STORY;
    assert_false(field_has_target_column(f));
}

/* What is missing in the tables is made as it would be in new ones. */
static void missing_parts_are_added(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan made;
    Db *db;
    OK(db_open(k->in.data_db, DB_WRITE, &db));
    OK(db_exec(db,
               "DROP INDEX ix_kasus_judul; DROP INDEX ix_kasus_cari; DROP INDEX ix_korban_dicatat;"
               "DROP INDEX ix_tugas_next_at; DROP INDEX ix_korban_orang; DROP INDEX "
               "ix_kasus_saksi; DROP TABLE kasus__jalur; "
               "DROP TABLE kasus__terkait;"
               "ALTER TABLE kasus DROP COLUMN kisah; ALTER TABLE kasus DROP COLUMN lp;"
               "DROP INDEX ix_kasus_jumlah; ALTER TABLE kasus DROP COLUMN jumlah; DROP TABLE "
               "korban; DROP TABLE korban__bentuk"));
    db_close(db);
    OK(plan(k, &problems, &made, false));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_judul ON kasus(judul)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_saksi ON kasus(saksi)"));
    assert_true(has_step(&made, "CREATE INDEX ix_korban_orang ON korban(orang)"));
    assert_true(has_step(&made, "CREATE INDEX ix_tugas_next_at ON tugas(next_at)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_cari ON kasus(id, cari, batal)"));
    assert_true(has_step(&made, "ALTER TABLE kasus ADD COLUMN kisah BLOB"));
    assert_true(has_step(&made, "ALTER TABLE kasus ADD COLUMN lp TEXT"));
    assert_true(has_step(&made, "CREATE INDEX ix_korban_induk ON korban(induk, induk_reg)"));
    assert_true(has_step(&made, "CREATE INDEX ix_korban_dicatat ON korban(dicatat)"));
    assert_true(has_step(
        &made,
        "CREATE TABLE kasus__jalur(rec INTEGER NOT NULL, ord INTEGER NOT NULL, val TEXT NOT NULL, "
        "PRIMARY KEY(rec, ord))"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus__jalur ON kasus__jalur(val, rec)"));
    assert_true(has_step(
        &made,
        "CREATE TABLE kasus__terkait(rec INTEGER NOT NULL, ord INTEGER NOT NULL, val INTEGER NOT "
        "NULL, reg TEXT, PRIMARY KEY(rec, ord))"));
    assert_false(has_step(&made, "CREATE INDEX ix_kasus_lp ON kasus(lp)"));
    OK(plan(k, &problems, &made, true));
    nothing_to_do(k);
}

/* Which fields have an index: what lists, facets, references, statistics and the ticker ask by. */
static void indexes_follow_use(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan made;
    edit(k, "kasus", "lp")->facet = true;
    edit(k, "kasus", "tempat")->facet = false; /* an index that is no longer wanted stays */
    edit(k, "kasus", "rugi")->unique = true;
    edit(k, "kasus", "kode_luar")->matched = true;
    edit(k, "korban", "rugi")->matched = true;
    edit(k, "kasus", "ada_lp")->sort = true;
    Field *sealed = edit(k, "kasus", "kisah");
    sealed->sort = true;
    kit_exec(k, "DROP INDEX IF EXISTS ix_orang_cari"); /* nothing of a person is searched as text */
    OK(plan(k, &problems, &made, false));
    assert_int_equal(made.steps.n, 3);
    assert_true(has_step(&made, "CREATE INDEX ix_korban_rugi ON korban(rugi)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_lp ON kasus(lp)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_rugi ON kasus(rugi)"));
}

/* A single reference to a tag has the register of what it points to beside it, also when renamed.
 */
static void a_tagged_reference_has_two_columns(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan made;
    Db *db;
    Field *f = edit(k, "kasus", "saksi");
    f->target = NULL;
    f->tag = S("tertutup");
    OK(db_open(k->in.data_db, DB_WRITE, &db));
    OK(db_exec(db, "DROP INDEX ix_kasus_saksi; ALTER TABLE kasus DROP COLUMN saksi;"
                   "DELETE FROM meta WHERE kunci='model'"));
    db_close(db);
    OK(plan(k, &problems, &made, true));
    assert_true(has_step(&made, "ALTER TABLE kasus ADD COLUMN saksi INTEGER"));
    assert_true(has_step(&made, "ALTER TABLE kasus ADD COLUMN saksi__reg TEXT"));
    renamed(k, "kasus", "saksi", "pelapor");
    OK(plan(k, &problems, &made, true));
    assert_true(has_step(&made, "ALTER TABLE kasus RENAME COLUMN saksi TO pelapor"));
    assert_true(has_step(&made, "ALTER TABLE kasus RENAME COLUMN saksi__reg TO pelapor__reg"));
    nothing_to_do(k);
}

/* A field may later take the name another had: its column, table and index are made. */
static void an_old_name_is_free_again(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan made;
    Field *f = renamed(k, "kasus", "saksi", "pelapor");
    renamed(k, "kasus", "jalur", "rute");
    OK(plan(k, &problems, &made, true));
    assert_true(has_step(&made, "DROP INDEX ix_kasus_saksi"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_pelapor ON kasus(pelapor)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus__rute ON kasus__rute(val, rec)"));
    edit(k, "kasus", "judul")->was = S("lp"); /* that is there, and asked by its index, all along */
    edit(k, "kasus", "lp")->facet = true;
    OK(plan(k, &problems, &made, true));
    edit(k, "kasus", "judul")->was = STR_NONE;
    edit(k, "kasus", "rute")->was = f->was = STR_NONE;
    f->name = S("saksi");
    edit(k, "kasus", "rute")->name = S("jalur");
    kit_exec(k, "DELETE FROM meta WHERE kunci='model'");
    OK(plan(k, &problems, &made, true));
    assert_true(has_step(&made, "ALTER TABLE kasus ADD COLUMN saksi INTEGER"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus_saksi ON kasus(saksi)"));
    assert_true(has_step(&made, "CREATE INDEX ix_kasus__jalur ON kasus__jalur(val, rec)"));
    nothing_to_do(k);
}

static void another_type_is_refused(void **state)
{
    Kit *k = *state;
    Field *f = edit(k, "kasus", "judul");
    f->class_ = CLASS_STORY;
    refused(k, M_PLAN_RETYPE, "kasus.judul", "registers/kasus.yaml", f->line);
    f->class_ = CLASS_NONE;
    f = edit(k, "kasus", "jalur");
    f->kind = FK_TEXT;
    refused(k, M_PLAN_RETYPE, "kasus.jalur", "registers/kasus.yaml", f->line);
    f->kind = FK_PLACE;
    nothing_to_do(k);
    f = renamed(k, "kasus", "nilai", "harga");
    f->scale = 0;
    refused(k, M_PLAN_RETYPE, "kasus.harga", "registers/kasus.yaml", f->line);
    f->scale = 2;
    f->name = f->was;
    f->was = STR_NONE;
    f = renamed(k, "kasus", "jalur", "rute");
    f->kind = FK_TEXT;
    refused(k, M_PLAN_RETYPE, "kasus.rute", "registers/kasus.yaml", f->line);
}

static void a_dropped_column_is_refused(void **state)
{
    Kit *k = *state;
    renamed(k, "kasus", "lp", "baru")->was = S("lain");
    refused(k, M_PLAN_DROP, "kasus.lp", "registers/kasus.yaml", 1);
}

static void a_dropped_list_is_refused(void **state)
{
    Kit *k = *state;
    renamed(k, "kasus", "jalur", "rute")->was = STR_NONE;
    refused(k, M_PLAN_DROP, "kasus.jalur", "registers/kasus.yaml", 1);
}

static void a_dropped_register_is_refused(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan left;
    Register *r = (Register *)(uintptr_t)kit_reg(k, "tugas");
    r->name = S("pekerjaan");
    FAILS(plan(k, &problems, &left, false), E_DOMAIN);
    assert_int_equal(problems.n, 1 + r->field_count);
    for (size_t i = 0; i < problems.n; i++) {
        assert_int_equal(problems.items[i].msg, M_PLAN_DROP);
        assert_str(problems.items[i].place, "registers/tugas.yaml");
    }
    assert_str(problems.items[0].args[0], "tugas");
}

/* Plain, sealed, looked up, of several values, and pointing to one of several registers. */
static void a_rename_keeps_what_was_stored(void **state)
{
    Kit *k = *state;
    Problems problems = {.arena = k->arena};
    Scrub scrub;
    Read r;
    Record rec;
    HistoryEntry *entries;
    size_t n;
    Str unit = kit_institution(k, "PPT", "53.03");
    Str person = kit_make(k, "orang", unit, NULL, STR_NONE, "nama", "Ada Beno", "nik",
                          "5303120101900001", NULL);
    Str first = kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Yang pertama", NULL);
    Str second = kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Yang kedua", "kisah",
                          "Ia dijemput.", "jalur", "53.03 53.01", "terkait", first.ptr, NULL);
    Str place = kit_value(k, "kasus", second, "jalur"),
        related = kit_value(k, "kasus", second, "terkait");
    assert_true(place.len && related.len);
    OK(scrub_run(&k->store, &k->conn, &problems, &scrub));
    assert_int_equal(scrub.faults, 0);
    renamed(k, "kasus", "judul", "nama_berkas");
    ((Register *)(uintptr_t)kit_reg(k, "kasus"))->heading = S("{nama_berkas}");
    renamed(k, "kasus", "kisah", "cerita");
    renamed(k, "kasus", "jalur", "rute");
    renamed(k, "kasus", "terkait", "berkaitan");
    renamed(k, "orang", "nik", "nomor_induk");
    restart(k);
    nothing_to_do(k);
    assert_str(kit_value(k, "kasus", second, "nama_berkas"), "Yang kedua");
    assert_str(kit_value(k, "kasus", second, "cerita"), "Ia dijemput.");
    assert_true(str_eq(kit_value(k, "kasus", second, "rute"), place));
    assert_true(str_eq(kit_value(k, "kasus", second, "berkaitan"), related));
    assert_str(kit_value(k, "orang", person, "nomor_induk"), "5303120101900001");
    kit_change(k, "kasus", second, "cerita", "Ia dijemput di pelabuhan.", NULL);
    assert_str(kit_value(k, "kasus", second, "cerita"), "Ia dijemput di pelabuhan.");
    OK(scrub_run(&k->store, &k->conn, &problems, &scrub));
    assert_int_equal(scrub.faults, 0);
    read_begin(&r, k, &k->system);
    OK(store_get(&r.rd, kit_reg(k, "kasus"), second, VERB_READ, &rec));
    OK(store_history(&r.rd, &rec, CLASSES_ALL, &entries, &n));
    assert_int_equal(n, 2);
    bool told = false;
    for (size_t i = 0; i < entries[1].n; i++)
        told |= entries[1].fields[i] == kit_field(k, "kasus", "cerita") &&
                str_is(entries[1].after[i].text, "Ia dijemput.");
    assert_true(told);
    Query q = {.reg = kit_reg(k, "orang"),
               .lookup = S("5303120101900001"),
               .lookup_field = kit_field(k, "orang", "nomor_induk"),
               .limit = 10};
    QueryPage page;
    OK(query_page(&r.rd, &q, &page));
    assert_int_equal(page.n, 1);
    read_end(&r);
}

/* ---- failures ---- */

static Str tables(Kit *k)
{
    Db *db;
    Stmt *st;
    StrList all = {0};
    Buf b = buf_new(k->arena, 4096);
    OK(db_open(k->in.data_db, DB_READ, &db));
    OK(db_stmt(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", &st));
    OK(stmt_texts(st, k->arena, &all));
    for (size_t i = 0; i < all.n; i++)
        buf_put(&b, all.items[i]);
    db_close(db);
    return buf_str(&b);
}

/* Every call fails once, in looking and in applying: it is told, and the tables are as they were.
 */
static void a_failure_changes_nothing(void **state)
{
    Kit *k = *state;
    Problems problems;
    Plan made;
    Db *db;
    OK(db_open(k->in.data_db, DB_WRITE, &db));
    OK(db_exec(db, "DROP TABLE kasus__jalur; ALTER TABLE kasus DROP COLUMN lp; DROP TABLE korban"));
    Str before = tables(k);
    int n = 1;
    for (bool failed = true; failed; n++) {
        problems = (Problems){.arena = k->arena};
        failing_db_at(n);
        Err e = plan_make(k->model, db, k->arena, &problems, &made);
        failed = failing_db_ended();
        FAILS(e, failed ? E_DB : ERR_OK);
    }
    assert_true(n > 30 && made.steps.n > 5);
    n = 1;
    for (bool failed = true; failed; n++) {
        failing_db_at(n);
        Err e = plan_apply(k->model, db, &made);
        failed = failing_db_ended();
        if (!failed) {
            OK(e);
            break;
        }
        assert_true(e == E_DB || e == E_CORRUPT); /* E_CORRUPT: the look at the end failed */
        assert_false(db_in_transaction(db));
        assert_str(str_printf(k->arena, "%d", str_eq(tables(k), before)), "1");
    }
    assert_true(n > 30);
    db_close(db);
    nothing_to_do(k);
}

/* A plan that does not do all that is missing is not taken for done. */
static void half_a_plan_is_undone(void **state)
{
    Kit *k = *state;
    Problems problems = {.arena = k->arena};
    Plan made;
    Db *db;
    OK(db_open(k->in.data_db, DB_WRITE, &db));
    OK(db_exec(db, "DROP TABLE kasus__jalur; ALTER TABLE kasus DROP COLUMN lp"));
    Str before = tables(k);
    OK(plan_make(k->model, db, k->arena, &problems, &made));
    made.steps.items++;
    made.steps.n--;
    FAILS(plan_apply(k->model, db, &made), E_CORRUPT);
    assert_true(str_eq(tables(k), before));
    db_close(db);
}

#define PLAN_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(what_is_applied_leaves_nothing), PLAN_TEST(what_is_sealed_has_one_column),
        PLAN_TEST(missing_parts_are_added),        PLAN_TEST(indexes_follow_use),
        PLAN_TEST(an_old_name_is_free_again),      PLAN_TEST(a_tagged_reference_has_two_columns),
        PLAN_TEST(another_type_is_refused),        PLAN_TEST(a_dropped_column_is_refused),
        PLAN_TEST(a_dropped_list_is_refused),      PLAN_TEST(a_dropped_register_is_refused),
        PLAN_TEST(a_rename_keeps_what_was_stored), PLAN_TEST(a_failure_changes_nothing),
        PLAN_TEST(half_a_plan_is_undone),
    };
    if (argc != 2)
        return 2;
    domain = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
