/* Escaping by context, nesting by construction. */
#include "web/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct Kit {
    Arena *arena;
    Buf out;
    Html html;
} Kit;

static int setup(void **state)
{
    Arena *a = arena_new(1 << 20);
    Kit *k = ARENA_NEW(a, Kit);
    k->arena = a;
    k->out = buf_new(a, 64);
    k->html = html_new(a, &k->out);
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    Kit *k = *state;
    arena_free(k->arena);
    return 0;
}

static void assert_html(Kit *k, const char *want)
{
    h_close_to(&k->html, 0);
    Str got = buf_str(&k->out);
    if (!str_is(got, want))
        fail_msg("got %.*s", STR_ARG(got));
    k->out.len = 0;
}

static void escapes_text(void **state)
{
    Kit *k = *state;
    h_element(&k->html, "p", S("<script>alert('x')</script> & \"y\""));
    assert_html(k, "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;</p>");
}

static void escapes_attributes(void **state)
{
    Kit *k = *state;
    h_open(&k->html, "p");
    h_attr(&k->html, "title", S("\" onclick=\"x"));
    h_attr(&k->html, "lang", STR_NONE);
    h_flag(&k->html, "hidden");
    assert_html(k, "<p title=\"&quot; onclick=&quot;x\" hidden=\"\"></p>");
}

static void links_stay_on_this_site(void **state)
{
    static const struct {
        const char *url, *want;
    } rows[] = {{"/kasus?a=1&b=2", "<a href=\"/kasus?a=1&amp;b=2\"></a>"},
                {"?tab=x", "<a href=\"?tab=x\"></a>"},
                {"#isi", "<a href=\"#isi\"></a>"},
                {"tel:110", "<a href=\"tel:110\"></a>"},
                {"javascript:alert(1)", "<a href=\"#\"></a>"},
                {" javascript:alert(1)", "<a href=\"#\"></a>"},
                {"//evil.example", "<a href=\"#\"></a>"},
                {"/\\evil.example", "<a href=\"#\"></a>"},
                {"https://evil.example", "<a href=\"#\"></a>"},
                {"", "<a href=\"#\"></a>"}};
    Kit *k = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        h_open(&k->html, "a");
        h_url(&k->html, "href", str_of(rows[i].url));
        assert_html(k, rows[i].want);
    }
}

static void closes_what_was_forgotten(void **state)
{
    Kit *k = *state;
    h_open(&k->html, "ul");
    int mark = h_mark(&k->html);
    h_open(&k->html, "li");
    h_open(&k->html, "b");
    h_text(&k->html, S("x"));
    h_close_to(&k->html, mark);
    h_open(&k->html, "li");
    h_open(&k->html, "br");
    h_open(&k->html, "input");
    h_attr(&k->html, "name", S("a"));
    assert_html(k, "<ul><li><b>x</b></li><li><br><input name=\"a\"></li></ul>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(escapes_text, setup, teardown),
        cmocka_unit_test_setup_teardown(escapes_attributes, setup, teardown),
        cmocka_unit_test_setup_teardown(links_stay_on_this_site, setup, teardown),
        cmocka_unit_test_setup_teardown(closes_what_was_forgotten, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
