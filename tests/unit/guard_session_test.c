/* Sessions: idle and absolute life, facts as of today, purposes, CSRF tokens. Time is moved by
 * clock_shift. */
#include "guard_kit.h"

#include "guard/account.h"
#include "guard/session.h"
#include "guard/subject.h"

static Str role_names[] = {{"admin", 5}, {"officer", 7}, {"leader", 6}};
static const StrList ROLES = {.items = role_names, .n = 3};

#define MINUTE ((int64_t)60 * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static Str today(Kit *k, int days)
{
    return date_iso(k->a, date_add_days(clock_today(), days));
}

static UserFact user(Kit *k, const char *roles, int64_t agency)
{
    UserFact f = {.user = 7,
                  .uid = S("uid-7"),
                  .login = S("Maria"),
                  .name = S("Maria B."),
                  .roles = str_of(roles),
                  .active = true,
                  .area = S("53.03"),
                  .agency = agency};
    OK(user_fact_put(&k->tx, &f));
    return f;
}

static void member(Kit *k, int64_t id, int64_t agency, Str start, Str end)
{
    MemberFact m = {.membership = id, .user = 7, .agency = agency, .start = start, .end = end};
    OK(member_fact_put(&k->tx, &m));
}

static Str opened(Kit *k)
{
    Str token;
    OK(session_open(&k->tx, k->a, S("uid-7"), &token));
    assert_int_equal(token.len, 64);
    return token;
}

static Err ask(Kit *k, Str token, Subject *ret)
{
    return session_subject(k->db, k->a, token, clock_now(), &ROLES, ret);
}

/* A user who may log in now, with one session. */
static Str usual(Kit *k)
{
    user(k, "officer", 3);
    member(k, 1, 3, today(k, -10), STR_NONE);
    return opened(k);
}

static void a_subject_is_filled_from_facts(void **state)
{
    Kit *k = *state;
    Subject s;
    user(k, "leader officer unknown", 9);
    member(k, 1, 3, today(k, -10), STR_NONE);
    member(k, 2, 9, today(k, 0), today(k, 0));
    member(k, 3, 5, today(k, 1), STR_NONE);
    member(k, 4, 6, today(k, -9), today(k, -1));
    member(k, 5, 3, today(k, -2), today(k, 3));
    member(k, 6, 8, STR_NONE, STR_NONE);
    Str token = opened(k);
    OK(ask(k, token, &s));
    assert_int_equal(s.user, 7);
    assert_true(str_is(s.uid, "uid-7"));
    assert_true(str_is(s.login, "maria"));
    assert_int_equal(s.roles, 6);
    assert_int_equal(s.agency_count, 2);
    assert_int_equal(s.agencies[0], 9); /* home first */
    assert_int_equal(s.agencies[1], 3);
    assert_true(str_is(s.area, "53.03"));
    assert_int_equal(s.session.len, 32);
    assert_false(s.system);
    Subject t;
    OK(user_subject(k->db, k->a, S(" MARIA"), clock_now(), &ROLES, &t));
    assert_int_equal(t.roles, s.roles);
    assert_true(str_empty(t.session));
    assert_int_equal(user_subject(k->db, k->a, S("x"), clock_now(), &ROLES, &t), E_LOGIN);
}

static void tokens_are_not_stored(void **state)
{
    Kit *k = *state;
    Subject s;
    Str token = usual(k), other = opened(k);
    assert_false(str_eq(token, other));
    int64_t n = -1;
    OK(db_number(k->db, "SELECT count(*) FROM sesi WHERE hash=:p", &n, BIND(":p", token)));
    assert_int_equal(n, 0);
    OK(ask(k, token, &s));
    OK(db_number(k->db, "SELECT count(*) FROM sesi WHERE hash=:p", &n, BIND(":p", s.session)));
    assert_int_equal(n, 1);
    char *wrong = arena_alloc(k->a, 64);
    memcpy(wrong, token.ptr, 64);
    wrong[5] = wrong[5] == 'a' ? 'b' : 'a';
    assert_int_equal(ask(k, (Str){wrong, 64}, &s), E_LOGIN);
    assert_int_equal(ask(k, s.session, &s), E_LOGIN); /* the hash is no token */
    assert_int_equal(ask(k, STR_NONE, &s), E_LOGIN);
    assert_int_equal(ask(k, S("' OR 1=1 --"), &s), E_LOGIN);
}

static void idle_sessions_end(void **state)
{
    Kit *k = *state;
    Subject s;
    Str token = usual(k);
    clock_shift(30 * MINUTE - 5000);
    OK(ask(k, token, &s));
    clock_shift(30 * MINUTE);
    assert_int_equal(ask(k, token, &s), E_LOGIN);
    clock_shift(0);
    OK(ask(k, token, &s));
    clock_shift(20 * MINUTE);
    session_touch(s.session, clock_now());
    clock_shift(49 * MINUTE);
    OK(ask(k, token, &s));
    clock_shift(51 * MINUTE);
    assert_int_equal(ask(k, token, &s), E_LOGIN);
}

static void flushing_keeps_what_was_seen(void **state)
{
    Kit *k = *state;
    Subject s;
    Str token = usual(k);
    OK(ask(k, token, &s));
    clock_shift(20 * MINUTE);
    int64_t seen = clock_now(), stored = 0;
    session_touch(s.session, seen);
    session_touch(s.session, seen - MINUTE); /* never backwards */
    session_touch(S("no session"), seen);
    OK(session_flush(&k->tx));
    OK(db_number(k->db, "SELECT seen_at FROM sesi WHERE hash=:p", &stored, BIND(":p", s.session)));
    assert_int_equal(stored, seen);
    OK(db_exec(k->db, "UPDATE sesi SET seen_at=seen_at+600000")); /* as another process might */
    session_touch(s.session, seen + MINUTE);
    OK(session_flush(&k->tx));
    OK(db_number(k->db, "SELECT seen_at FROM sesi WHERE hash=:p", &stored, BIND(":p", s.session)));
    assert_int_equal(stored, seen + 10 * MINUTE);
    OK(db_exec(k->db, "UPDATE sesi SET seen_at=seen_at-600000"));
    OK(purpose_put(&k->tx, s.session, S("file"), S("asesmen"), S("kunjungan")));
    clock_shift(51 * MINUTE);
    OK(session_flush(&k->tx)); /* removes what ended, with its purposes */
    int64_t n = -1;
    OK(db_number(k->db, "SELECT count(*) FROM sesi", &n));
    assert_int_equal(n, 0);
    OK(db_number(k->db, "SELECT count(*) FROM tujuan_buka", &n));
    assert_int_equal(n, 0);
}

static void no_session_outlives_twelve_hours(void **state)
{
    Kit *k = *state;
    Subject s;
    Str token = usual(k);
    OK(ask(k, token, &s));
    for (int64_t at = 0; at < 12 * HOUR; at += 20 * MINUTE) {
        clock_shift(at);
        OK(ask(k, token, &s));
        session_touch(s.session, clock_now());
    }
    clock_shift(12 * HOUR - 5000);
    OK(ask(k, token, &s));
    clock_shift(12 * HOUR);
    assert_int_equal(ask(k, token, &s), E_LOGIN);
}

/* Opens a session at that shift of the clock and asks at once. */
static Err at_shift(Kit *k, int64_t shift)
{
    Subject s;
    clock_shift(shift);
    return ask(k, opened(k), &s);
}

static void access_ends_with_the_membership(void **state)
{
    Kit *k = *state;
    user(k, "officer", 3);
    member(k, 1, 3, today(k, -1), today(k, 2));
    OK(at_shift(k, 0));
    OK(at_shift(k, 2 * DAY));
    assert_int_equal(at_shift(k, 3 * DAY), E_LOGIN);
    assert_int_equal(at_shift(k, -2 * DAY), E_LOGIN);
    clock_shift(0);
    OK(member_fact_drop(&k->tx, 1));
    assert_int_equal(at_shift(k, 0), E_LOGIN);
}

/* The clock is set to ten minutes before midnight, so that only the membership can end. */
static void midnight_ends_an_open_session(void **state)
{
    Kit *k = *state;
    Subject s;
    int64_t midnight = clock_instant(date_add_days(clock_today(), 1), 0);
    clock_shift(midnight - clock_now() - 10 * MINUTE);
    user(k, "officer", 3);
    member(k, 1, 3, today(k, -1), today(k, 0));
    Str token = opened(k);
    OK(session_subject(k->db, k->a, token, midnight - 1, &ROLES, &s));
    assert_int_equal(session_subject(k->db, k->a, token, midnight, &ROLES, &s), E_LOGIN);
    member(k, 1, 3, today(k, -1), today(k, 1));
    OK(session_subject(k->db, k->a, token, midnight, &ROLES, &s));
}

static void inactive_and_expired_users(void **state)
{
    Kit *k = *state;
    Subject s;
    Str token = usual(k);
    UserFact f = user(k, "officer", 3);
    f.active = false;
    OK(user_fact_put(&k->tx, &f));
    assert_int_equal(ask(k, token, &s), E_LOGIN);
    f.active = true;
    f.until = today(k, 0);
    OK(user_fact_put(&k->tx, &f));
    OK(ask(k, token, &s));
    f.until = today(k, -1);
    OK(user_fact_put(&k->tx, &f));
    assert_int_equal(ask(k, token, &s), E_LOGIN);
}

static void the_first_administrator_needs_no_membership(void **state)
{
    Kit *k = *state;
    Subject s;
    user(k, "admin", 0);
    Str token = opened(k);
    OK(ask(k, token, &s));
    assert_int_equal(s.agency_count, 0);
    member(k, 1, 3, today(k, -5), today(k, -1)); /* once a member, always by membership */
    assert_int_equal(ask(k, token, &s), E_LOGIN);
    OK(member_fact_drop(&k->tx, 1));
    user(k, "admin", 3);
    assert_int_equal(ask(k, token, &s), E_LOGIN);
}

static void at_most_sixteen_agencies(void **state)
{
    Kit *k = *state;
    Subject s;
    user(k, "officer", 40);
    for (int i = 1; i <= 40; i++)
        member(k, i, i, today(k, -1), STR_NONE);
    OK(ask(k, opened(k), &s));
    assert_int_equal(s.agency_count, AGENCIES_MAX);
    assert_int_equal(s.agencies[0], 40);
    OK(ask(k, opened(k), &s)); /* the statement was released */
}

static void closing(void **state)
{
    Kit *k = *state;
    Subject s, t;
    Str one = usual(k), two = opened(k), three = opened(k);
    OK(ask(k, one, &s));
    OK(session_close(&k->tx, s.uid, s.session));
    assert_int_equal(ask(k, one, &t), E_LOGIN);
    OK(ask(k, two, &s));
    OK(session_close_user(&k->tx, S("uid-7"), s.session));
    OK(ask(k, two, &t));
    assert_int_equal(ask(k, three, &t), E_LOGIN);
    OK(session_close_user(&k->tx, S("uid-7"), STR_NONE));
    assert_int_equal(ask(k, two, &t), E_LOGIN);
}

static void purposes_hang_on_the_session(void **state)
{
    Kit *k = *state;
    Subject s, t;
    Str p = S("untouched");
    OK(ask(k, usual(k), &s));
    OK(ask(k, opened(k), &t));
    OK(purpose_get(k->db, k->a, s.session, S("file-1"), &p));
    assert_null(p.ptr);
    OK(purpose_put(&k->tx, s.session, S("file-1"), S("asesmen"), S("wawancara kedua")));
    OK(purpose_get(k->db, k->a, s.session, S("file-1"), &p));
    assert_true(str_is(p, "asesmen: wawancara kedua"));
    OK(purpose_get(k->db, k->a, s.session, S("file-2"), &p));
    assert_null(p.ptr);
    OK(purpose_get(k->db, k->a, t.session, S("file-1"), &p));
    assert_null(p.ptr);
    OK(purpose_put(&k->tx, s.session, S("file-1"), S("rujukan"), STR_NONE));
    OK(purpose_get(k->db, k->a, s.session, S("file-1"), &p));
    assert_true(str_is(p, "rujukan"));
    OK(session_close(&k->tx, s.uid, s.session));
    OK(purpose_get(k->db, k->a, s.session, S("file-1"), &p));
    assert_null(p.ptr);
}

static void csrf_tokens(void **state)
{
    Kit *k = *state;
    Str session = S("0123456789abcdef0123456789abcdef");
    Str x = csrf_token(k->a, session), y = csrf_token(k->a, session);
    assert_false(str_eq(x, y));
    assert_true(csrf_valid(session, x));
    assert_true(csrf_valid(session, y));
    assert_false(csrf_valid(S("fedcba9876543210fedcba9876543210"), x));
    assert_false(csrf_valid(STR_NONE, csrf_token(k->a, STR_NONE)));
    assert_false(csrf_valid(session, STR_NONE));
    assert_false(csrf_valid(session, str_head(x, 62)));
    char *bad = arena_alloc(k->a, x.len);
    for (size_t i = 0; i < x.len; i++) {
        memcpy(bad, x.ptr, x.len);
        bad[i] = bad[i] == '0' ? '1' : '0';
        assert_false(csrf_valid(session, (Str){bad, x.len}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_subject_is_filled_from_facts),
        KIT_TEST(tokens_are_not_stored),
        KIT_TEST(idle_sessions_end),
        KIT_TEST(flushing_keeps_what_was_seen),
        KIT_TEST(no_session_outlives_twelve_hours),
        KIT_TEST(access_ends_with_the_membership),
        KIT_TEST(midnight_ends_an_open_session),
        KIT_TEST(inactive_and_expired_users),
        KIT_TEST(the_first_administrator_needs_no_membership),
        KIT_TEST(at_most_sixteen_agencies),
        KIT_TEST(closing),
        KIT_TEST(purposes_hang_on_the_session),
        KIT_TEST(csrf_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
