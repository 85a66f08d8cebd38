/* What cannot be read is not taken for absent: a save during which any call to the database fails
 * is no save, and no value worked out without it is kept. Argument: domain folder. */
#include "test_kit.h"

#include "failing_db.h"
#include "store_kit.h"

static const char *domain;

/* `at`: the call that fails while the prepared change is written; 0: none. */
static Err save_failing(Kit *k, Str victim, int at, bool *ret_failed)
{
    Save s;
    save_begin(&s, k, &k->system);
    Change *c = save_add(&s, CHANGE_UPDATE, "korban", victim, 0);
    save_set(&s, c, "rugi", str_int(k->arena, at + 1));
    save_prepare(&s, c);
    failing_db_at(at);
    Err e = save_end(&s, NULL);
    *ret_failed = failing_db_ended();
    return e;
}

static void a_save_that_cannot_read_saves_nothing(void **state)
{
    Kit kit, *k = &kit;
    bool failed = true;
    int at = 1;
    (void)state;
    kit_open(k, domain, NULL);
    Str unit = kit_institution(k, "PPT", "53.03");
    Str person = kit_make(k, "orang", unit, NULL, STR_NONE, "nama", "Fani Gusti", "jk", "P",
                          "tgl_lahir", "2010-02-01", NULL);
    Str file =
        kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Satu", "dibuka", "2026-01-01", NULL);
    Str victim = kit_make(k, "korban", unit, "kasus", file, "orang", person.ptr, NULL);
    for (; failed; at++) {
        Err e = save_failing(k, victim, at, &failed);
        assert_int_equal(e != ERR_OK, failed);
        assert_int_equal(kit_faults(k), 0);
        assert_string_equal(kit_value(k, "korban", victim, "umur").ptr, "15");
    }
    assert_true(at > 10);
    kit_close(k);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_save_that_cannot_read_saves_nothing)};
    domain = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
