/* An installation: made once, opened with its own key file only, shifted only in practice. */
#include "guard_kit.h"
#include "guard/key_file.h"

#include "file.h"

static void made_once(void **state)
{
    Kit *k = *state;
    assert_true(k->in.practice);
    assert_int_equal(k->in.zone, 480);
    assert_int_equal(k->in.id.len, 36);
    assert_int_equal(installation_create(k->dir, true, 480), E_DUPLICATE);
    assert_true(file_exists(k->in.files_db));
    assert_true(file_exists(k->in.keys_db));
}

static void meta_rows(void **state)
{
    Kit *k = *state;
    Str v = S("untouched");
    OK(meta_get(k->db, k->a, S("model"), &v));
    assert_null(v.ptr);
    OK(meta_put(k->db, S("model"), S("one")));
    OK(meta_put(k->db, S("model"), S("two")));
    OK(meta_get(k->db, k->a, S("model"), &v));
    assert_true(str_is(v, "two"));
}

static void a_wrong_or_missing_key_file(void **state)
{
    Kit *k = *state;
    Installation other;
    Str kept;
    OK(file_read(k->a, k->in.key_file, 1000, &kept));
    unlink(k->in.key_file);
    assert_int_equal(installation_open(k->a, k->dir, &other), E_KEY);
    assert_int_equal(installation_create(k->dir, true, 480), E_DUPLICATE);
    OK(key_file_create(k->in.key_file));
    assert_int_equal(installation_open(k->a, k->dir, &other), E_KEY);
    OK(file_write(k->in.key_file, kept));
    OK(installation_open(k->a, k->dir, &other));
    assert_true(str_eq(other.id, k->in.id));
    installation_close(&other);
}

static void the_clock(void **state)
{
    Kit *k = *state;
    Installation again;
    int64_t real = clock_now(), day = 86400000;
    OK(installation_shift(&k->in, k->db, 40 * day));
    assert_in_range(clock_now() - real, 40 * day, 40 * day + 60000);
    clock_shift(0);
    clock_set_zone(0);
    OK(installation_open(k->a, k->dir, &again));
    assert_int_equal(again.clock_shift, 40 * day);
    assert_in_range(clock_now() - real, 40 * day, 40 * day + 60000);
    assert_int_equal(clock_zone(), 480);
    installation_close(&again);
}

static void a_real_one_keeps_time(void **state)
{
    Kit *k = *state;
    Installation real;
    Db *db;
    const char *dir = str_printf(k->a, "%s-real", k->dir).ptr;
    int64_t before = clock_now();
    OK(installation_create(dir, false, 540));
    OK(installation_open(k->a, dir, &real));
    assert_false(real.practice);
    assert_int_equal(clock_zone(), 540);
    OK(db_open(real.data_db, DB_WRITE, &db));
    assert_int_equal(installation_shift(&real, db, 1000000), E_DENIED);
    OK(meta_put(db, S("clock_shift"), S("86400000"))); /* by hand: not honoured */
    db_close(db);
    installation_close(&real);
    OK(installation_open(k->a, dir, &real));
    assert_in_range(clock_now() - before, 0, 60000);
    installation_close(&real);
    kit_remove(dir);
}

static void not_an_installation(void **state)
{
    Kit *k = *state;
    Installation other;
    const char *dir = str_printf(k->a, "%s-none", k->dir).ptr;
    const char *data = str_printf(k->a, "%s/sigap.db", dir).ptr;
    assert_int_equal(installation_open(k->a, dir, &other), E_NOT_FOUND);
    OK(file_mkdir(dir));
    assert_int_equal(installation_open(k->a, dir, &other), E_NOT_FOUND);
    OK(file_write(data, S("")));
    assert_int_equal(installation_open(k->a, dir, &other), E_CORRUPT);
    OK(file_write(data, S("this is no database, only a text of some length, to be sure of it")));
    assert_int_equal(installation_open(k->a, dir, &other), E_CORRUPT);
    kit_remove(dir);
    OK(meta_put(k->db, S("zone"), S("east")));
    assert_int_equal(installation_open(k->a, k->dir, &other), E_CORRUPT);
    assert_int_not_equal(installation_create("/proc/no/such", true, 480), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(made_once),
        KIT_TEST(meta_rows),
        KIT_TEST(a_wrong_or_missing_key_file),
        KIT_TEST(the_clock),
        KIT_TEST(a_real_one_keeps_time),
        KIT_TEST(not_an_installation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
