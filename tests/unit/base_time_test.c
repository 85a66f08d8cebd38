/* Numbers, dates, periods, clock and the work queue. */
#include "test_kit.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/workqueue.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- numbers ---- */

static void numbers_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int scale;
        int64_t want;
    } good[] = {
        {"0", 0, 0},
        {" 12 ", 0, 12},
        {"1.234,5", 1, 12345},
        {"1234,5", 1, 12345},
        {"1234.5", 1, 12345},
        {"1.234.567", 0, 1234567},
        {"1.234.567,89", 2, 123456789},
        {"12jt", 0, 12000000},
        {"12 JT", 0, 12000000},
        {"1,5 juta", 0, 1500000},
        {"12 ribu", 0, 12000},
        {"12rb", 0, 12000},
        {"2 miliar", 0, INT64_C(2000000000)},
        {"Rp12.000", 0, 12000},
        {"Rp 12.000,00", 0, 12000},
        {"rp1.250.000,50", 2, 125000050},
        {"-3,25", 2, -325},
        {"-Rp500", 0, -500},
        {"5", 2, 500},
        {"9223372036854775807", 0, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t n = -1;
        if (!number_parse(str_of(good[i].typed), good[i].scale, &n) || n != good[i].want)
            fail_msg("%s: %lld", good[i].typed, (long long)n);
    }
}

static void numbers_refused(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int scale;
    } bad[] = {
        {"", 0},
        {"  ", 0},
        {"abc", 0},
        {"12a", 0},
        {"1,2,3", 2},
        {"1.2345", 0},
        {"12,5", 0},
        {"1,234", 2},
        {"12.34.56", 2},
        {"1.234.5", 1},
        {"--5", 0},
        {"5-", 0},
        {"Rp", 0},
        {"juta", 0},
        {"1 2", 0},
        {"0x10", 0},
        {"1e3", 0},
        {"Rp-5", 0},
        {"9223372036854775808", 0},
        {"9223372036854775807", 1},
        {"99999999999 miliar", 0},
        {",", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t n = 77;
        if (number_parse(str_of(bad[i].typed), bad[i].scale, &n))
            fail_msg("accepted %s as %lld", bad[i].typed, (long long)n);
        assert_int_equal(n, 77);
    }
}

static void numbers_are_shown(void **state)
{
    Arena *a = *state;
    assert_str(number_format(a, LANG_ID, 123456789, 2), "1.234.567,89");
    assert_str(number_format(a, LANG_EN, 123456789, 2), "1,234,567.89");
    assert_str(number_format(a, LANG_ID, 120000, 2), "1.200");
    assert_str(number_format(a, LANG_ID, 12050, 2), "120,5");
    assert_str(number_format(a, LANG_ID, 5, 2), "0,05");
    assert_str(number_format(a, LANG_ID, -1234, 0), "−1.234");
    assert_str(number_plain(a, -123450, 2), "-1234.5");
    assert_str(number_plain(a, INT64_MIN, 0), "-9223372036854775808");
    Dice d = {3};
    for (int i = 0; i < 2000; i++) {
        int scale = (int)dice(&d, 4);
        int64_t n = (int64_t)dice(&d, 1u << 30) * (int64_t)dice(&d, 100000), back;
        if (scale != 3) /* three decimals of one kind look like thousands */
            assert_true(number_parse(number_format(a, LANG_ID, n, scale), scale, &back) &&
                        back == n);
    }
}

/* ---- dates ---- */

static void dates_as_people_write_them(void **state)
{
    Arena *a = *state;
    static const char *const good[][2] = {
        {"12 Maret 2004", "2004-03-12"},    {"12 March 2004", "2004-03-12"},
        {"12 mar 2004", "2004-03-12"},      {"1 Agu 2021", "2021-08-01"},
        {"1 AUG 2021", "2021-08-01"},       {"17 Agustus 2021", "2021-08-17"},
        {"3 Mei 2020", "2020-05-03"},       {"3 May 2020", "2020-05-03"},
        {"31 Desember 1999", "1999-12-31"}, {"31 Dec 1999", "1999-12-31"},
        {"12/03/2004", "2004-03-12"},       {"12-3-2004", "2004-03-12"},
        {"12.03.2004", "2004-03-12"},       {"2004-03-12", "2004-03-12"},
        {" 2004-03 ", "2004-03"},           {"2004", "2004"},
        {"Maret 2004", "2004-03"},          {"03/2004", "2004-03"},
        {"29/02/2024", "2024-02-29"},       {"29 Februari 2000", "2000-02-29"},
    };
    static const char *const bad[] = {
        "",           "12/03/04",   "2004/03/12", "31/02/2004",      "29/02/2023",
        "29/02/1900", "13/13/2004", "0/1/2004",   "1/0/2004",        "2004-13",
        "2004-00",    "2004-03-32", "04",         "12 Maretto 2004", "kemarin",
        "1 1 1 2004", "12 Maret",   "1799",       "2201-01-01",      "12 Ma 2004"};
    Date d;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!date_parse(a, str_of(good[i][0]), &d))
            fail_msg("refused %s", good[i][0]);
        assert_str(date_iso(a, d), good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (date_parse(a, str_of(bad[i]), &d))
            fail_msg("accepted %s", bad[i]);
    assert_false(date_parse_iso(S("2004-3-12"), &d));
    assert_false(date_parse_iso(S("2004-"), &d) || date_parse_iso(S("2004-03-12-"), &d));
    assert_false(date_parse_iso(S("12-03-2004"), &d));
}

static void dates_are_shown(void **state)
{
    Arena *a = *state;
    Date d = {2026, 8, 5};
    assert_str(date_long(a, LANG_ID, d), "5 Agustus 2026");
    assert_str(date_long(a, LANG_EN, d), "5 August 2026");
    assert_str(date_short(a, LANG_ID, d), "5 Agu 2026");
    assert_str(date_short(a, LANG_EN, d), "5 Aug 2026");
    assert_str(date_long(a, LANG_ID, ((Date){2026, 8, 0})), "Agustus 2026");
    assert_str(date_long(a, LANG_EN, ((Date){2026, 0, 0})), "2026");
    assert_null(date_iso(a, (Date){0}).ptr);
}

static void days_go_both_ways(void **state)
{
    (void)state;
    assert_int_equal(date_days((Date){1970, 1, 1}), 0);
    assert_int_equal(date_days((Date){2000, 3, 1}), 11017);
    for (int64_t n = -62000; n < 84000; n++) {
        Date d = date_from_days(n);
        assert_int_equal(date_days(d), n);
        assert_true(date_exists(d) && date_is_full(d));
    }
    Date last = date_last((Date){2024, 2, 0});
    assert_int_equal(last.day, 29);
    assert_int_equal(date_last((Date){2023, 0, 0}).month, 12);
    assert_int_equal(date_add_days((Date){2024, 2, 28}, 2).day, 1);
    last = date_add_months((Date){2026, 8, 31}, 6);
    assert_true(last.year == 2027 && last.month == 2 && last.day == 28);
    last = date_add_months((Date){2026, 3, 15}, -15);
    assert_true(last.year == 2024 && last.month == 12 && last.day == 15);
    assert_true(date_cmp((Date){2024, 2, 0}, (Date){2024, 2, 1}) == 0);
}

static void ages_are_never_overstated(void **state)
{
    (void)state;
    static const struct {
        Date birth, at;
        int age;
    } cases[] = {
        {{2004, 3, 12}, {2022, 3, 11}, 17}, {{2004, 3, 12}, {2022, 3, 12}, 18},
        {{2004, 2, 29}, {2022, 2, 28}, 17}, {{2004, 2, 29}, {2022, 3, 1}, 18},
        {{2004, 2, 29}, {2024, 2, 29}, 20}, {{2004, 0, 0}, {2022, 12, 30}, 17},
        {{2004, 0, 0}, {2022, 12, 31}, 18}, {{2004, 3, 0}, {2022, 3, 30}, 17},
        {{2004, 3, 0}, {2022, 3, 31}, 18},  {{2004, 2, 0}, {2022, 2, 28}, 17},
        {{2004, 3, 12}, {2004, 3, 12}, 0},  {{2004, 3, 12}, {2004, 3, 11}, -1},
        {{0, 0, 0}, {2022, 1, 1}, -1},      {{2004, 1, 1}, {0, 0, 0}, -1},
        {{2004, 6, 1}, {2022, 0, 0}, 17},   {{2004, 6, 15}, {2022, 6, 0}, 17},
        {{2004, 6, 1}, {2022, 6, 0}, 18},   {{2004, 0, 0}, {2004, 3, 1}, 0},
        {{2004, 0, 0}, {2004, 0, 0}, 0},    {{2004, 6, 0}, {2004, 5, 31}, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (date_age(cases[i].birth, cases[i].at) != cases[i].age)
            fail_msg("case %zu: %d", i, date_age(cases[i].birth, cases[i].at));
}

static void assert_period(Arena *a, const char *name, const char *from, const char *to)
{
    Period p;
    if (!period_parse(str_of(name), &p))
        fail_msg("refused %s", name);
    assert_str(date_iso(a, p.from), from);
    assert_str(date_iso(a, p.to), to);
}

static void periods_are_read(void **state)
{
    Arena *a = *state;
    static const char *const bad[] = {"",          "2026-S3",    "2026-S0",
                                      "2026-S",    "26-S1",      "2026-13",
                                      "abc",       "2026-02-30", "2026-03-01/2026-02-01",
                                      "2026/2025", "2026/",      "/2026"};
    Period p;
    assert_period(a, "2026-S1", "2026-01-01", "2026-06-30");
    assert_period(a, "2026-S2", "2026-07-01", "2026-12-31");
    assert_period(a, "2026", "2026-01-01", "2026-12-31");
    assert_period(a, "2024-02", "2024-02-01", "2024-02-29");
    assert_period(a, "2026-01-15/2026-02-20", "2026-01-15", "2026-02-20");
    assert_period(a, "2025/2026", "2025-01-01", "2026-12-31");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (period_parse(str_of(bad[i]), &p))
            fail_msg("accepted %s", bad[i]);
    assert_str(period_label(a, LANG_ID, S("2026-S1")), "Semester 1 2026");
    assert_str(period_label(a, LANG_EN, S("2026-S2")), "Half-year 2 of 2026");
    assert_str(period_label(a, LANG_ID, S("2026")), "2026");
}

/* ---- clock ---- */

static void clock_keeps_the_zone(void **state)
{
    Arena *a = *state;
    static const struct {
        int minutes;
        const char *name;
    } zones[] = {{420, "WIB"}, {480, "WITA"}, {540, "WIT"}};
    int minute;
    for (size_t i = 0; i < 3; i++) {
        clock_set_zone(zones[i].minutes);
        assert_string_equal(clock_zone_name(), zones[i].name);
        int64_t at = clock_instant((Date){2026, 3, 1}, 0);
        assert_int_equal(at, INT64_C(1772323200000) - (int64_t)zones[i].minutes * 60000);
        assert_str(date_iso(a, clock_date_of(at, &minute)), "2026-03-01");
        assert_int_equal(minute, 0);
        assert_str(date_iso(a, clock_date_of(at - 1, &minute)), "2026-02-28");
        assert_int_equal(minute, 1439);
    }
    clock_set_zone(480);
    assert_str(date_iso(a, clock_date_of(-1, &minute)), "1970-01-01");
    assert_str(date_iso(a, clock_date_of(INT64_C(-86400000), &minute)), "1969-12-31");
    assert_int_equal(minute, 480);
}

static void clock_is_shifted(void **state)
{
    (void)state;
    int64_t now = clock_now();
    clock_shift(INT64_C(86400000) * 40);
    assert_true(clock_now() - now >= INT64_C(86400000) * 40);
    assert_true(date_days(clock_today()) - date_days(clock_date_of(now, NULL)) >= 40);
    clock_shift(0);
    assert_true(clock_now() - now < 60000);
}

/* ---- work queue ---- */

static atomic_int done, states_made, states_freed;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void count_job(void *job, void *thread_state)
{
    assert_non_null(thread_state);
    atomic_fetch_add(&done, *(int *)job);
}

static void *make_state(void *ctx)
{
    atomic_fetch_add(&states_made, 1);
    return ctx;
}

static void free_state(void *thread_state)
{
    (void)thread_state;
    atomic_fetch_add(&states_freed, 1);
}

static void workqueue_serves_all(void **state)
{
    (void)state;
    static int ctx, one = 1;
    WorkQueue *q = workqueue_new(4, 100000, count_job, make_state, free_state, &ctx);
    for (int i = 0; i < 5000; i++)
        OK(workqueue_push(q, &one));
    workqueue_free(q);
    assert_int_equal(atomic_load(&done), 5000);
    assert_int_equal(atomic_load(&states_made), 4);
    assert_int_equal(atomic_load(&states_freed), 4);
    workqueue_free(NULL);
}

static void wait_job(void *job, void *thread_state)
{
    (void)thread_state;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    atomic_fetch_add(&done, *(int *)job);
}

static void workqueue_is_bounded(void **state)
{
    (void)state;
    static int one = 1;
    int accepted = 0, refused = 0;
    atomic_store(&done, 0);
    pthread_mutex_lock(&gate);
    WorkQueue *q = workqueue_new(1, 3, wait_job, NULL, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        Err e = workqueue_push(q, &one);
        accepted += e == ERR_OK;
        refused += e == E_BUSY;
    }
    assert_true(accepted >= 3 && accepted <= 4); /* three wait, one may be at work */
    assert_int_equal(accepted + refused, 20);
    workqueue_push_back(q, &one); /* never refused */
    pthread_mutex_unlock(&gate);
    workqueue_free(q);
    assert_int_equal(atomic_load(&done), accepted + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(numbers_as_people_write_them),
        ARENA_TEST(numbers_refused),
        ARENA_TEST(numbers_are_shown),
        ARENA_TEST(dates_as_people_write_them),
        ARENA_TEST(dates_are_shown),
        ARENA_TEST(days_go_both_ways),
        ARENA_TEST(ages_are_never_overstated),
        ARENA_TEST(periods_are_read),
        ARENA_TEST(clock_keeps_the_zone),
        ARENA_TEST(clock_is_shifted),
        ARENA_TEST(workqueue_serves_all),
        ARENA_TEST(workqueue_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
