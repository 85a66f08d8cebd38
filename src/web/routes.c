#include "web/routes.h"

#include "base/rand.h"
#include "web/page.h"

#include <string.h>

/* Fails to compile for an empty action. */
#define ACTION_GIVEN(action) (0u * (unsigned)sizeof(char[sizeof(action) > 1 ? 1 : -1]))
#define ROUTE(method_, pattern_, action_, flags_, page_)                                           \
    {.method = METHOD_##method_,                                                                   \
     .pattern = "" pattern_,                                                                       \
     .action = "" action_,                                                                         \
     .flags = (flags_) + ACTION_GIVEN("" action_),                                                 \
     .page = (page_)},
#define PUBLIC ROUTE_PUBLIC
#define RECORD ROUTE_RECORD
#define API    ROUTE_API
#define PROVEN ROUTE_PROVEN
#define ALTERS ROUTE_ALTERS

static const Route table[] = {
#include "web/route.def"
};

const Route *routes_all(size_t *ret_n)
{
    *ret_n = COUNT(table);
    return table;
}

static bool is_word(Str s)
{
    if (s.len == 0 || s.len > 64)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    return s.ptr[0] != '.';
}

typedef struct Captured {
    Str reg, uid, name;
} Captured;

/* One segment of a path against one of a pattern; a capture may be followed by a fixed suffix. */
static bool segment_fits(Str pattern, Str segment, Captured *ret)
{
    if (!str_starts(pattern, S("{")))
        return str_eq(pattern, segment) && segment.len > 0;
    ptrdiff_t end = str_find(pattern, '}');
    Str what = {pattern.ptr + 1, (size_t)end - 1};
    Str suffix = str_from(pattern, (size_t)end + 1);
    if (!str_ends(segment, suffix))
        return false;
    Str value = str_head(segment, segment.len - suffix.len);
    if (str_is(what, "uid")) {
        ret->uid = value;
        return uid_shape(value);
    }
    if (!is_word(value))
        return false;
    if (str_is(what, "reg"))
        ret->reg = value;
    else
        ret->name = value;
    return true;
}

static bool path_fits(const char *pattern, Str path, Captured *ret)
{
    Str want = str_of(pattern), p, s;
    *ret = (Captured){0};
    if (str_is(path, "/") || strcmp(pattern, "/") == 0)
        return str_eq(want, path);
    want = str_from(want, 1);
    path = str_from(path, 1);
    if (str_ends(path, S("/")))
        return false;
    while (str_cut(&want, '/', &p))
        if (!str_cut(&path, '/', &s) || !segment_fits(p, s, ret))
            return false;
    return path.len == 0;
}

static Err take(Req *req, const Route *route, const Captured *got, const Register *reg)
{
    req->route = route;
    req->res.allow = STR_NONE;
    req->uid = got->uid;
    req->name = got->name;
    req->reg = reg;
    return ERR_OK;
}

Err route_find(Req *req)
{
    static const char *const allowed[] = {
        "",      "GET, HEAD",        "POST",        "GET, HEAD, POST",
        "PATCH", "GET, HEAD, PATCH", "POST, PATCH", "GET, HEAD, POST, PATCH"};
    unsigned others = 0;
    for (size_t i = 0; i < COUNT(table); i++) {
        Captured got;
        if (!str_starts(req->path, S("/")) || !path_fits(table[i].pattern, req->path, &got))
            continue;
        const Register *reg = got.reg.ptr ? model_reg(req->model, got.reg) : NULL;
        if (got.reg.ptr && !reg)
            continue;
        if (table[i].method == req->method)
            return take(req, &table[i], &got, reg);
        others |= 1u << (table[i].method - METHOD_GET);
    }
    if (!others)
        return E_NOT_FOUND;
    req->res.allow = str_of(allowed[others]);
    return E_METHOD;
}
