/* After an exchange of keys every version that fits has a hash by the new key, also when the end of
 * it was cut off; one that does not fit goes on being told. Argument: domain folder. */
#include "test_kit.h"

#include "guard/letterbox.h"
#include "model/reseal.h"
#include "store_kit.h"

static const char *domain;

static StrList hashes(Kit *k)
{
    StrList all = {0};
    Stmt *st;
    OK(db_stmt(k->conn.db, "SELECT rowhash FROM riwayat ORDER BY reg,rec,ver", &st));
    OK(stmt_texts(st, k->arena, &all));
    return all;
}

static size_t kept(StrList before, StrList after)
{
    size_t same = 0;
    assert_int_equal(before.n, after.n);
    for (size_t i = 0; i < before.n; i++)
        same += str_eq(before.items[i], after.items[i]);
    return same;
}

/* What the key store wants, as the next start finds it. */
static void start_with(Kit *k, RootSeal root)
{
    keyring_free(k->in.keyring);
    OK(keyring_open_under(k->in.key_file, STR_NONE, k->in.id, root, &k->in.keyring));
}

/* The exchange comes into force; nothing is closed anew yet. */
static RootSeal exchange(Kit *k)
{
    int64_t n;
    RootSeal root;
    OK(installation_rotate(&k->in, k->arena, STR_NONE, &n));
    OK(installation_root(k->arena, &k->in, &root));
    return root;
}

static void versions_go_over_and_a_forged_one_stays_forged(void **state)
{
    Kit kit, *k = &kit;
    (void)state;
    kit_open(k, domain, NULL);
    kit_exec(k, LETTERBOX_TABLE);
    Str unit = kit_institution(k, "PPT", "53.03");
    Str file = kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Yang pertama", "kisah",
                        "Ia dijemput.", NULL);
    kit_change(k, "kasus", file, "judul", "Yang pertama, benar", NULL);
    kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Yang dipalsukan", NULL);
    kit_make(k, "kasus", unit, NULL, STR_NONE, "judul", "Yang tidak terbaca", NULL);
    assert_int_equal(kit_faults(k), 0);
    kit_exec(k, "UPDATE riwayat SET rowhash='00'||substr(rowhash,3) WHERE reg='kasus' AND rec=2");
    kit_exec(k, "UPDATE riwayat SET delta='{' WHERE reg='kasus' AND rec=3");
    int64_t forged = kit_faults(k);
    assert_true(forged > 0);
    StrList old = hashes(k);
    RootSeal open = exchange(k);
    assert_int_equal(kit_faults(k), forged); /* cut off before: read by who does not finish it */
    OK(reseal_finish(&k->store));
    StrList fresh = hashes(k);
    assert_int_equal(kept(old, fresh), 2);
    assert_int_equal(kit_faults(k), forged);
    assert_false(keyring_has_before(k->in.keyring));
    start_with(k, open); /* cut off behind the transaction of the data */
    assert_true(keyring_has_before(k->in.keyring));
    assert_int_equal(kit_faults(k), forged);
    OK(reseal_finish(&k->store));
    assert_int_equal(kept(fresh, hashes(k)), fresh.n);
    kit_exec(k, str_printf(k->arena, "UPDATE riwayat SET rowhash='%.*s' WHERE rowhash='%.*s'",
                           STR_ARG(old.items[0]), STR_ARG(fresh.items[0]))
                    .ptr);
    assert_int_equal(kit_faults(k), forged + 1); /* by the key of before: told at once */
    exchange(k);
    OK(reseal_finish(&k->store));
    assert_int_equal(kit_faults(k), forged + 1);
    kit_close(k);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_go_over_and_a_forged_one_stays_forged),
    };
    domain = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
