/* Passwords and back-off. */
#include "guard_kit.h"

#include "guard/account.h"
#include "guard/subject.h"

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
        if (password_acceptable("/tmp/none", str_of(weak[i]), S("Maria.Bria")) != E_INVALID)
            fail_msg("accepted: %s", weak[i]);
    }
    static const char *const good[] = {"kuda laut biru tua",   "839201746582",
                                       "lontar-Sasando_kelok", "empat gajah makan soto",
                                       "xK9#vQ2mLp7w",         "サソリ座の男と女の夜の海"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (password_acceptable("/tmp/none", str_of(good[i]), S("maria.bria")) != ERR_OK)
            fail_msg("refused: %s", good[i]);
    char big[PASSWORD_MAX + 2];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)('a' + i * 7 % 26);
    OK(password_acceptable("/tmp/none", (Str){big, PASSWORD_MAX}, STR_NONE));
    assert_int_equal(password_acceptable("/tmp/none", (Str){big, PASSWORD_MAX + 1}, STR_NONE),
                     E_INVALID);
    assert_int_equal(password_acceptable("/tmp/none", STR_NONE, STR_NONE), E_INVALID);
    assert_int_equal(password_acceptable("/tmp/none", S("kuda laut \xff\xfe biru"), STR_NONE),
                     E_INVALID);
}

/* What comes of one try to log in. */
static Err attempt(Kit *k, const char *login, const char *password)
{
    AccountTry t;
    OK(account_try(&k->tx, k->a, str_of(login), &t));
    account_judge(&t, str_of(password));
    if (t.err == ERR_OK)
        OK(account_right(&k->tx, &t));
    return t.err;
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
    assert_int_equal(attempt(k, "Maria.Bria", "kuda laut"), ERR_OK);
    assert_int_equal(attempt(k, "maria.bria", "kuda"), E_LOGIN);
    assert_int_equal(attempt(k, "nobody", "kuda laut"), E_LOGIN);
}

static int64_t wait_seconds(Kit *k, int64_t now)
{
    Account acc;
    OK(account_find(k->db, k->a, S("maria"), &acc));
    return acc.wait_until > now ? (acc.wait_until - now + 500) / 1000 : 0;
}

static void waits_double_to_sixteen_minutes(void **state)
{
    Kit *k = *state;
    static const int expected[] = {0, 0, 8, 16, 32, 64, 128, 256, 512, 960, 960, 960};
    int64_t shift = 0;
    put(k, "u-1", "maria", "kuda laut");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(attempt(k, "maria", "kuda"), E_LOGIN);
        assert_in_range(wait_seconds(k, clock_now()), expected[i] ? expected[i] - 1 : 0,
                        expected[i]);
        if (!expected[i])
            continue;
        assert_int_equal(attempt(k, "maria", "kuda laut"), E_LIMIT); /* and does not count */
        assert_in_range(wait_seconds(k, clock_now()), expected[i] - 1, expected[i]);
        clock_shift(shift += (int64_t)expected[i] * 1000 + 1);
        assert_int_equal(attempt(k, "maria", "kuda laut"), ERR_OK); /* leaves the count */
        assert_int_equal(wait_seconds(k, clock_now()), 0);
    }
    clock_shift(shift += (int64_t)12 * 960 * 1000 + 1000); /* all forgotten */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(attempt(k, "maria", "kuda"), E_LOGIN);
        assert_int_equal(wait_seconds(k, clock_now()), 0);
    }
}

/* Two browsers: who was right takes back what she counted, not what the other did. */
static void tries_at_once_are_counted_before_they_are_judged(void **state)
{
    Kit *k = *state;
    AccountTry mine, other, third, fourth;
    put(k, "u-1", "maria", "kuda laut");
    OK(account_try(&k->tx, k->a, S("maria"), &mine));
    OK(account_try(&k->tx, k->a, S("maria"), &other));
    OK(account_try(&k->tx, k->a, S("maria"), &third));
    OK(account_try(&k->tx, k->a, S("maria"), &fourth));
    assert_int_equal(third.err, ERR_OK);
    assert_int_equal(fourth.err, E_LIMIT);
    OK(account_right(&k->tx, &mine));
    assert_in_range(wait_seconds(k, clock_now()), 7, 8);
    assert_int_equal(attempt(k, "maria", "kuda laut"), E_LIMIT);
}

/* A day of guesses without a pause, and an owner who logs in every hour: at most 100 are judged. */
static void no_day_has_more_than_a_hundred_tries(void **state)
{
    Kit *k = *state;
    enum { DAY = 24 * 60 * 60 * 1000, DAYS = 3 };
    const char *asked = getenv("SIGAP_GUESSES");
    int64_t guesses = asked ? strtoll(asked, NULL, 10) : 20000, step = DAY / guesses;
    int64_t *at = calloc(1000, sizeof *at), judged = 0, most = 0, owner = 0;
    put(k, "u-1", "maria", "kuda laut");
    for (int64_t i = 0; i < guesses * DAYS; i++) {
        AccountTry t;
        Arena *a = arena_new(4096);
        clock_shift(i * step);
        OK(account_try(&k->tx, a, S("maria"), &t));
        if (i % (guesses / 24) == 0 && t.err == ERR_OK) {
            OK(account_right(&k->tx, &t));
            owner++;
        } else if (t.err == ERR_OK) {
            assert_true(judged < 1000);
            at[judged++] = i * step;
        }
        arena_free(a);
    }
    for (int64_t i = 0, first = 0; i < judged; i++) {
        while (at[i] - at[first] >= DAY)
            first++;
        most = i - first + 1 > most ? i - first + 1 : most;
    }
    print_message(
        "%lld guesses a day: at most %lld judged in 24 hours, the owner came in %lld times\n",
        (long long)guesses, (long long)most, (long long)owner);
    free(at);
    assert_in_range(most, 90, 100);
}

static void a_new_password_clears_the_count(void **state)
{
    Kit *k = *state;
    put(k, "u-1", "maria", "kuda laut");
    for (int i = 0; i < 5; i++)
        (void)attempt(k, "maria", "kuda");
    put(k, "u-1", "maria", "bukit batu");
    assert_int_equal(attempt(k, "maria", "bukit batu"), ERR_OK);
    assert_int_equal(attempt(k, "maria", "kuda laut"), E_LOGIN);
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
        KIT_TEST(hashes_match_their_password_only),
        cmocka_unit_test(weak_passwords_are_refused),
        KIT_TEST(logins_are_folded_and_unique),
        KIT_TEST(waits_double_to_sixteen_minutes),
        KIT_TEST(tries_at_once_are_counted_before_they_are_judged),
        KIT_TEST(no_day_has_more_than_a_hundred_tries),
        KIT_TEST(a_new_password_clears_the_count),
        KIT_TEST(the_account_follows_the_log_in_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
