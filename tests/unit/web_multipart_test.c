/* multipart/form-data: what is read, what is refused. */
#include "web/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PART(head, body)  "--X\r\n" head "\r\n\r\n" body "\r\n"
#define FIELD(name, body) PART("Content-Disposition: form-data; name=\"" name "\"", body)

typedef struct Kit {
    Arena *arena;
    Params params;
    Uploads files;
} Kit;

static int setup(void **state)
{
    Arena *a = arena_new(1 << 20);
    Kit *k = ARENA_NEW(a, Kit);
    k->arena = a;
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    Kit *k = *state;
    arena_free(k->arena);
    return 0;
}

static Err parse(Kit *k, Str body)
{
    k->params = (Params){0};
    k->files = (Uploads){0};
    return multipart_parse(k->arena, body, S("X"), &k->params, &k->files);
}

static void finds_the_boundary(void **state)
{
    (void)state;
    assert_true(str_is(multipart_boundary(S("multipart/form-data; boundary=abc")), "abc"));
    assert_null(multipart_boundary(S("multipart/form-data; boundary=\"a b\"")).ptr);
    assert_null(multipart_boundary(S("multipart/form-data")).ptr);
    assert_null(multipart_boundary(S("multipart/form-data; boundary=")).ptr);
    assert_null(multipart_boundary(S("multipart/mixed; boundary=a")).ptr);
    assert_null(multipart_boundary(S("application/json")).ptr);
    assert_null(multipart_boundary(
                    S("multipart/form-data; boundary="
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))
                    .ptr);
    assert_null(multipart_boundary(STR_NONE).ptr);
}

static void reads_fields_and_files(void **state)
{
    Kit *k = *state;
    assert_int_equal(
        parse(k, S(FIELD("a", "satu") PART("content-disposition: form-data; name=\"f\"; "
                                           "filename=\"x;y.xlsx\"\r\nContent-Type: a/b",
                                           "\0\r\n--Y") FIELD("b", "") "--X--\r\n")),
        ERR_OK);
    assert_true(str_is(params_get(&k->params, S("a")), "satu"));
    assert_true(params_has(&k->params, S("b")));
    assert_int_equal(k->files.n, 1);
    assert_true(str_is(k->files.items[0].name, "f"));
    assert_true(str_is(k->files.items[0].type, "a/b"));
    assert_int_equal(k->files.items[0].bytes.len, 6);
}

static void refuses_what_is_off(void **state)
{
    Kit *k = *state;
    static const Str bad[] = {
        {"", 0},
        {"--Z\r\n", 5},
        {"--X", 3},
        {"--X\r\n", 5},
        {"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nopen", 53},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parse(k, bad[i]), E_BAD_REQ);
    assert_int_equal(parse(k, S(PART("Content-Type: a/b", "x") "--X--")), E_BAD_REQ);
    assert_int_equal(parse(k, S(PART("Content-Disposition: attachment; name=\"a\"", "x") "--X--")),
                     E_BAD_REQ);
    assert_int_equal(parse(k, S(FIELD("a", "\xff\xfe") "--X--")), E_BAD_REQ);
    assert_int_equal(parse(k, S(FIELD("a", "x") "--Xjunk")), E_BAD_REQ);
}

static void limits_the_number(void **state)
{
    Kit *k = *state;
    Buf b = buf_new(k->arena, 1024);
    for (int i = 0; i <= PARAMS_MAX; i++)
        buf_lit(&b, FIELD("a", "1"));
    buf_lit(&b, "--X--");
    assert_int_equal(parse(k, buf_str(&b)), E_TOO_LARGE);
    b = buf_new(k->arena, 1024);
    for (int i = 0; i <= UPLOADS_MAX; i++)
        buf_lit(&b, PART("Content-Disposition: form-data; name=\"f\"; filename=\"x\"", "1"));
    buf_lit(&b, "--X--");
    assert_int_equal(parse(k, buf_str(&b)), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_the_boundary, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_fields_and_files, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_off, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_the_number, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
