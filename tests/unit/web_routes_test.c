/* Addresses: what fits which route, and that every route is an action. */
#include "web/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define UID "01a1fc1b-10b7-71fd-b027-4f528524ec75"

static Register ledger = {.name = {"buku", 4}};
static Register *regs[] = {&ledger};
static Model model = {.regs = regs, .reg_count = 1};

static Err find(Req *req, Method method, const char *path)
{
    *req = (Req){.model = &model, .method = method, .path = str_of(path)};
    return route_find(req);
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        Method method;
        const char *path, *pattern;
    } rows[] = {
        {METHOD_GET, "/", "/"},
        {METHOD_GET, "/masuk", "/masuk"},
        {METHOD_POST, "/masuk", "/masuk"},
        {METHOD_GET, "/buku", "/{reg}"},
        {METHOD_GET, "/buku.csv", "/{reg}.csv"},
        {METHOD_GET, "/buku.xlsx", "/{reg}.xlsx"},
        {METHOD_GET, "/buku/baru", "/{reg}/baru"},
        {METHOD_GET, "/buku/" UID, "/{reg}/{uid}"},
        {METHOD_GET, "/buku/" UID "/ubah", "/{reg}/{uid}/ubah"},
        {METHOD_POST, "/buku/" UID "/ubah", "/{reg}/{uid}/ubah"},
        {METHOD_POST, "/buku/" UID "/buka", "/{reg}/{uid}/buka"},
        {METHOD_POST, "/buku/" UID "/terima", "/{reg}/{uid}/{name}"},
        {METHOD_GET, "/pilih/wilayah", "/pilih/wilayah"},
        {METHOD_GET, "/pilih/buku", "/pilih/{reg}"},
        {METHOD_PATCH, "/api/v1/buku/" UID, "/api/v1/{reg}/{uid}"},
        {METHOD_GET, "/api/v1/openapi.json", "/api/v1/openapi.json"},
        {METHOD_GET, "/tabel/korban_umur.csv", "/tabel/{name}.csv"},
        {METHOD_GET, "/aset/sigap-1234.css", "/aset/{name}"},
    };
    Req req;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (find(&req, rows[i].method, rows[i].path) != ERR_OK)
            fail_msg("%s not found", rows[i].path);
        assert_string_equal(req.route->pattern, rows[i].pattern);
        assert_null(req.res.allow.ptr);
    }
}

static void captures(void **state)
{
    (void)state;
    Req req;
    assert_int_equal(find(&req, METHOD_POST, "/buku/" UID "/terima"), ERR_OK);
    assert_ptr_equal(req.reg, &ledger);
    assert_true(str_is(req.uid, UID));
    assert_true(str_is(req.name, "terima"));
}

static void refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "buku",
                                      "//",
                                      "/lain",
                                      "/buku/",
                                      "/buku/x",
                                      "/buku//baru",
                                      "/Buku",
                                      "/buku/baru/",
                                      "/buku/baru/x",
                                      "/..",
                                      "/../masuk",
                                      "/masuk/",
                                      "/buku.pdf",
                                      "/aset/../x",
                                      "/buku/" UID "x",
                                      "/buku/01A1FC1B-10B7-71FD-B027-4F528524EC75"};
    Req req;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (find(&req, METHOD_GET, bad[i]) != E_NOT_FOUND)
            fail_msg("%s found", bad[i]);
}

static void names_the_methods(void **state)
{
    (void)state;
    Req req;
    assert_int_equal(find(&req, METHOD_POST, "/buku/" UID), E_METHOD);
    assert_true(str_is(req.res.allow, "GET, HEAD"));
    assert_int_equal(find(&req, METHOD_GET, "/keluar"), E_METHOD);
    assert_true(str_is(req.res.allow, "POST"));
    assert_int_equal(find(&req, METHOD_OTHER, "/"), E_METHOD);
}

/* A reader who is not logged in reaches only these; nothing else may become public by accident. */
static void few_routes_are_public(void **state)
{
    (void)state;
    static const char *const open[] = {"/aset/{name}", "/masuk", "/bahasa"};
    size_t n;
    const Route *all = routes_all(&n);
    for (size_t i = 0; i < n; i++) {
        bool listed = false;
        for (size_t k = 0; k < sizeof open / sizeof *open; k++)
            listed |= strcmp(open[k], all[i].pattern) == 0;
        assert_int_equal(listed, (all[i].flags & ROUTE_PUBLIC) != 0);
        assert_true(strlen(all[i].action) > 0);
        assert_non_null(all[i].page);
        bool api = strncmp(all[i].pattern, "/api/", 5) == 0;
        assert_int_equal(api, (all[i].flags & ROUTE_API) != 0);
        assert_true(all[i].method == METHOD_GET || all[i].method == METHOD_POST ||
                    (api && all[i].method == METHOD_PATCH));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(captures),
        cmocka_unit_test(refuses),
        cmocka_unit_test(names_the_methods),
        cmocka_unit_test(few_routes_are_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
