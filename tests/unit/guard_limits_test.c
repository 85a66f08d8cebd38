/* Token buckets: rate, burst, separate keys, floods. */
#include "guard_kit.h"

#include "guard/limits.h"

#include <pthread.h>

static int take_many(Limiter *l, Str key, int64_t now, int n)
{
    int taken = 0;
    while (n--)
        taken += limiter_take(l, key, now);
    return taken;
}

static void burst_then_rate(void **state)
{
    (void)state;
    Limiter *l = limiter_new(6, 3);
    assert_int_equal(take_many(l, S("a"), 1000, 10), 3);
    assert_false(limiter_take(l, S("a"), 1000 + 9999));
    assert_true(limiter_take(l, S("a"), 1000 + 10000));
    assert_false(limiter_take(l, S("a"), 1000 + 10001));
    assert_int_equal(take_many(l, S("a"), 1000 + 3600000, 10), 3);
    assert_int_equal(take_many(l, S("a"), 0, 10), 0);     /* a clock set back gives nothing */
    assert_int_equal(take_many(l, S("a"), 10000, 10), 1); /* and takes nothing */
    assert_int_equal(take_many(l, S("a"), INT64_MAX, 10), 3);
    limiter_free(l);
}

static void keys_do_not_share(void **state)
{
    (void)state;
    Limiter *l = limiter_new(6, 2);
    assert_int_equal(take_many(l, S("a"), 0, 5), 2);
    assert_int_equal(take_many(l, S("b"), 0, 5), 2);
    assert_int_equal(take_many(l, STR_NONE, 0, 5), 2);
    limiter_free(l);
    limiter_free(NULL);
}

/* 40,000 new addresses push out full buckets before the one that is being held back. */
static void a_flood_does_not_free_the_guilty(void **state)
{
    (void)state;
    char name[32];
    Limiter *l = limiter_new(1, 5);
    assert_int_equal(take_many(l, S("guilty"), 0, 10), 5);
    for (int i = 0; i < 40000; i++) {
        snprintf(name, sizeof name, "address %d", i);
        limiter_take(l, str_of(name), 0);
    }
    assert_int_equal(take_many(l, S("guilty"), 0, 10), 0);
    limiter_free(l);
}

static void *taker(void *arg)
{
    return (void *)(intptr_t)take_many(arg, S("shared"), 0, 1000);
}

static void threads_share_one_bucket(void **state)
{
    (void)state;
    pthread_t t[4];
    void *got;
    intptr_t sum = 0;
    Limiter *l = limiter_new(1, 1500);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, taker, l), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &got);
        sum += (intptr_t)got;
    }
    assert_int_equal(sum, 1500);
    limiter_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(burst_then_rate),
        cmocka_unit_test(keys_do_not_share),
        cmocka_unit_test(a_flood_does_not_free_the_guilty),
        cmocka_unit_test(threads_share_one_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
