/* libFuzzer: the first lines of a request as the program reads them: method and path on the first
 * line, then the query, the Cookie header and the address a form asks to be sent on to. What is
 * found lies inside what was sent, and nobody is sent to another host. SIGAP_DOMAIN names the
 * domain. */
#include "web/routes.h"

#include "fuzz_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find_route(Req *req, Str path)
{
    if (url_decode(req->arena, path, false, &req->path) != ERR_OK)
        return;
    Err e = route_find(req);
    if (e == ERR_OK && (!req->route || req->route->method != req->method))
        BUG("a route of another method");
    if (e == E_METHOD && str_empty(req->res.allow))
        BUG("no method told");
}

static void send_on(Req *req, Str path)
{
    if (req_redirect(req, path) != ERR_OK)
        BUG("no redirection");
    Str to = req->res.location;
    if (!str_starts(to, S("/")) || str_starts(to, S("//")) || str_starts(to, S("/\\")))
        BUG("sent to another host");
    for (size_t i = 0; i < to.len; i++)
        if ((unsigned char)to.ptr[i] <= ' ')
            BUG("a header that goes on");
}

/* Two lines as name and value of a query: put and read again, they are the same. */
static void there_and_back(Arena *a, Str name, Str value)
{
    Buf b = buf_new(a, 256);
    Params p;
    query_put(&b, name, value);
    query_put(&b, S("q"), S("x y"));
    if (urlencoded_parse(a, buf_str(&b), &p) != ERR_OK)
        return; /* no text, or too much */
    if (!params_has(&p, S("q")) ||
        (!str_is(name, "q") && !str_empty(name) && !str_eq(params_get(&p, name), value)))
        BUG("a parameter that does not come back");
    (void)params_all(&p, a, S("q"), ',');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(16u << 20);
    Str rest = {(const char *)data, size}, line[5] = {{0}};
    Req req = {.arena = a, .model = domain(), .method = (Method)(size % (METHOD_OTHER + 1))};
    for (size_t i = 0; i < 5 && str_cut(&rest, '\n', &line[i]); i++)
        ;
    find_route(&req, line[0]);
    if (urlencoded_parse(a, line[1], &req.query) == ERR_OK) {
        (void)req_query(&req, S("q"));
        (void)params_all(&req.query, a, S("q"), ' ');
    }
    there_and_back(a, line[0], line[1]);
    Str cookie = cookie_get(line[2], S("sigap"));
    if (cookie.len &&
        (cookie.ptr < line[2].ptr || cookie.ptr + cookie.len > line[2].ptr + line[2].len))
        BUG("a cookie from elsewhere");
    send_on(&req, line[3]);
    (void)multipart_boundary(line[4]);
    arena_free(a);
    return 0;
}
