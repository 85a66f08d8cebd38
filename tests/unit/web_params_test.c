/* What a browser sends: escapes, forms, cookies. */
#include "web/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_text(Str s, const char *want)
{
    assert_true(str_is(s, want));
}

static void decodes(void **state)
{
    Str s;
    assert_int_equal(url_decode(*state, S("a%20b+c"), true, &s), ERR_OK);
    assert_text(s, "a b c");
    assert_int_equal(url_decode(*state, S("a+b"), false, &s), ERR_OK);
    assert_text(s, "a+b");
    assert_int_equal(url_decode(*state, S("%e2%86%92"), true, &s), ERR_OK);
    assert_text(s, "→");
}

static void refuses_broken_escapes(void **state)
{
    static const char *const bad[] = {"%",   "%4",     "%zz", "a%4g",
                                      "%ff", "%c3%28", "%00", "%ed%a0%80"};
    Str s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(url_decode(*state, str_of(bad[i]), true, &s), E_BAD_REQ);
}

static void reads_a_form(void **state)
{
    Params p;
    assert_int_equal(urlencoded_parse(*state, S("a=1&b=x%26y&a=2&&leer&=z"), &p), ERR_OK);
    assert_int_equal(p.names.n, 5);
    assert_text(params_get(&p, S("a")), "1");
    assert_text(params_all(&p, *state, S("a"), ';'), "1;2");
    assert_text(params_get(&p, S("b")), "x&y");
    assert_true(params_has(&p, S("leer")));
    assert_false(params_has(&p, S("c")));
    assert_null(params_all(&p, *state, S("c"), ';').ptr);
}

static void limits_the_number(void **state)
{
    Buf b = buf_new(*state, 64);
    Params p;
    for (int i = 0; i < PARAMS_MAX; i++)
        buf_lit(&b, "x=1&");
    assert_int_equal(urlencoded_parse(*state, buf_str(&b), &p), ERR_OK);
    buf_lit(&b, "y=1");
    assert_int_equal(urlencoded_parse(*state, buf_str(&b), &p), E_TOO_LARGE);
}

static void encodes_and_reads_back(void **state)
{
    Buf b = buf_new(*state, 64);
    Params p;
    query_put(&b, S("nama"), S("a b&c=d/%\"ü"));
    query_put(&b, S("x"), S(""));
    assert_text(buf_str(&b), "nama=a%20b%26c%3Dd%2F%25%22%C3%BC&x=");
    assert_int_equal(urlencoded_parse(*state, buf_str(&b), &p), ERR_OK);
    assert_text(params_get(&p, S("nama")), "a b&c=d/%\"ü");
}

static void finds_cookies(void **state)
{
    (void)state;
    Str h = S("a=1; sigap=abc;bahasa=\"en\" ; sigapx=no;kosong=");
    assert_text(cookie_get(h, S("sigap")), "abc");
    assert_text(cookie_get(h, S("bahasa")), "en");
    assert_text(cookie_get(h, S("kosong")), "");
    assert_null(cookie_get(h, S("siga")).ptr);
    assert_null(cookie_get(S("sigap"), S("sigap")).ptr);
    assert_null(cookie_get(STR_NONE, S("sigap")).ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(decodes, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_broken_escapes, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_a_form, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_the_number, setup, teardown),
        cmocka_unit_test_setup_teardown(encodes_and_reads_back, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_cookies, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
