/* Passwords and back-off. */
#include "guard_kit.h"

#include "guard/account.h"

#define USER_1 S("u-1")

static void put(Kit *k, const char *uid, const char *login, const char *password)
{
    Str hash;
    OK(password_hash_practice(k->a, str_of(password), &hash));
    OK(account_put(&k->tx, str_of(uid), str_of(login), hash));
}

static void hashes_match_their_password_only(void **state)
{
    Kit *k = *state;
    Str real, cheap;
    OK(password_hash(k->a, S("kuda laut biru tua"), &real));
    OK(password_hash_practice(k->a, S("kuda laut biru tua"), &cheap));
    assert_true(str_starts(real, S("$argon2id$v=19$m=65536,t=3,p=1$")));
    assert_true(str_starts(cheap, S("$argon2id$v=19$m=8192,t=1,p=1$")));
    assert_true(password_matches(real, S("kuda laut biru tua")));
    assert_true(password_matches(cheap, S("kuda laut biru tua")));
    assert_false(password_matches(real, S("kuda laut biru tuA")));
    assert_false(password_matches(cheap, S("")));
    assert_false(password_matches(cheap, STR_NONE));
    assert_false(password_matches(STR_NONE, S("x")));
    assert_false(password_matches(S("$argon2id$nonsense"), S("x")));
    password_dummy(S("x"));
}

static void weak_passwords_are_refused(void **state)
{
    (void)state;
    static const char *const weak[] = {
        "pendek",         "elevenchars",      "password1234",   "Password!2026", "indonesia2024",
        "Bismillah123",   "qwertyuiop12",     "123456789012",   "098765432109",  "aaaaaaaaaaaa",
        "121212121212",   "abcdefghijklm",    "sayangku12345",  "tuhanyesus777", "kupangkupang1",
        "maria.bria2026", "MARIA.BRIA!!!",    "rahasiarahasia", "adminadmin123", "iloveyou2024",
        "11111111111111", "P@ssw0rd12345678", "jqzjqzjqzjqz"};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        if (password_acceptable(str_of(weak[i]), S("Maria.Bria")) != E_INVALID)
            fail_msg("accepted: %s", weak[i]);
    }
    static const char *const good[] = {"kuda laut biru tua",   "839201746582",
                                       "lontar-Sasando_kelok", "empat gajah makan soto",
                                       "xK9#vQ2mLp7w",         "サソリ座の男と女の夜の海"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (password_acceptable(str_of(good[i]), S("maria.bria")) != ERR_OK)
            fail_msg("refused: %s", good[i]);
    char big[PASSWORD_MAX + 2];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)('a' + i * 7 % 26);
    OK(password_acceptable((Str){big, PASSWORD_MAX}, STR_NONE));
    assert_int_equal(password_acceptable((Str){big, PASSWORD_MAX + 1}, STR_NONE), E_INVALID);
    assert_int_equal(password_acceptable(STR_NONE, STR_NONE), E_INVALID);
    assert_int_equal(password_acceptable(S("kuda laut \xff\xfe biru"), STR_NONE), E_INVALID);
}

static void logins_are_folded_and_unique(void **state)
{
    Kit *k = *state;
    Account acc;
    put(k, "u-1", " Maria.Bria ", "kuda laut");
    OK(account_find(k->db, k->a, S("MARIA.bria"), &acc));
    assert_true(str_is(acc.user_uid, "u-1"));
    assert_true(str_is(acc.login, "maria.bria"));
    Str hash;
    OK(password_hash_practice(k->a, S("x"), &hash));
    assert_int_equal(account_put(&k->tx, S("u-2"), S("maria.BRIA"), hash), E_DUPLICATE);
    assert_int_equal(account_find(k->db, k->a, S("nobody"), &acc), E_NOT_FOUND);
    OK(account_check(k->db, k->a, S("Maria.Bria"), S("kuda laut"), &acc));
    assert_int_equal(account_check(k->db, k->a, S("maria.bria"), S("kuda"), &acc), E_LOGIN);
    acc.user_uid = S("untouched");
    assert_int_equal(account_check(k->db, k->a, S("nobody"), S("kuda laut"), &acc), E_LOGIN);
    assert_true(str_is(acc.user_uid, "untouched"));
}

static int64_t wait_seconds(Kit *k, int64_t now)
{
    Account acc;
    OK(account_find(k->db, k->a, S("maria"), &acc));
    return acc.wait_until ? (acc.wait_until - now + 500) / 1000 : 0;
}

static void back_off_doubles_to_fifteen_minutes(void **state)
{
    Kit *k = *state;
    static const int expected[] = {0, 0, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900};
    Account acc;
    int64_t shift = 0;
    put(k, "u-1", "maria", "kuda laut");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        OK(account_attempt(&k->tx, USER_1, false));
        int64_t wait = wait_seconds(k, clock_now());
        assert_in_range(wait, expected[i] > 1 ? expected[i] - 1 : 0, expected[i]);
        if (!expected[i])
            continue;
        assert_int_equal(account_check(k->db, k->a, S("maria"), S("kuda laut"), &acc), E_LIMIT);
        OK(account_attempt(&k->tx, USER_1, false)); /* does not count */
        assert_in_range(wait_seconds(k, clock_now()), expected[i] - 1, expected[i]);
        shift += (int64_t)expected[i] * 1000 + 1;
        clock_shift(shift);
        OK(account_check(k->db, k->a, S("maria"), S("kuda laut"), &acc));
    }
    OK(account_attempt(&k->tx, USER_1, true));
    OK(account_find(k->db, k->a, S("maria"), &acc));
    assert_int_equal(acc.failed, 0);
    assert_int_equal(acc.wait_until, 0);
    assert_int_equal(account_attempt(&k->tx, S("nobody"), false), E_NOT_FOUND);
}

static void a_new_password_clears_the_count(void **state)
{
    Kit *k = *state;
    Account acc;
    put(k, "u-1", "maria", "kuda laut");
    for (int i = 0; i < 5; i++)
        OK(account_attempt(&k->tx, USER_1, false));
    put(k, "u-1", "maria", "bukit batu");
    OK(account_check(k->db, k->a, S("maria"), S("bukit batu"), &acc));
    assert_int_equal(account_check(k->db, k->a, S("maria"), S("kuda laut"), &acc), E_LOGIN);
}

static void the_account_follows_the_log_in_name(void **state)
{
    Kit *k = *state;
    Account acc;
    put(k, "u-1", "maria", "kuda laut");
    UserFact f = {.user = 1, .uid = S("u-1"), .login = S("Maria.Bria"), .active = true};
    OK(user_fact_put(&k->tx, &f));
    OK(account_find(k->db, k->a, S("maria.bria"), &acc));
    assert_int_equal(account_find(k->db, k->a, S("maria"), &acc), E_NOT_FOUND);
    UserFact g = {.user = 2, .uid = S("u-2"), .login = S("MARIA.BRIA"), .active = true};
    assert_int_equal(user_fact_put(&k->tx, &g), E_DUPLICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(hashes_match_their_password_only), cmocka_unit_test(weak_passwords_are_refused),
        KIT_TEST(logins_are_folded_and_unique),     KIT_TEST(back_off_doubles_to_fifteen_minutes),
        KIT_TEST(a_new_password_clears_the_count),  KIT_TEST(the_account_follows_the_log_in_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
