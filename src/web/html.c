#include "web/html.h"

#include "base/markup.h"

#include <string.h>

Html html_new(Arena *a, Buf *out)
{
    return (Html){.out = out, .arena = a};
}

static bool is_void(const char *tag)
{
    static const char *const names[] = {"input", "br", "hr", "meta", "link", "img", "col"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(tag, names[i]) == 0)
            return true;
    return false;
}

static void end_tag(Html *h)
{
    if (h->tag_open)
        buf_char(h->out, '>');
    h->tag_open = h->is_void = false;
}

void h_open_(Html *h, const char *tag)
{
    end_tag(h);
    buf_char(h->out, '<');
    buf_put(h->out, str_of(tag));
    h->tag_open = true;
    h->is_void = is_void(tag);
    if (h->is_void)
        return;
    if (h->depth == HTML_DEPTH)
        BUG("elements nested too deeply");
    h->stack[h->depth++] = tag;
}

void h_attr_(Html *h, const char *name, Str value)
{
    if (!h->tag_open)
        BUG("attribute outside a tag");
    if (!value.ptr)
        return;
    buf_char(h->out, ' ');
    buf_put(h->out, str_of(name));
    buf_lit(h->out, "=\"");
    markup_escape(h->out, value);
    buf_char(h->out, '"');
}

void h_attr_int_(Html *h, const char *name, int64_t n)
{
    h_attr_(h, name, str_int(h->arena, n));
}

void h_flag_(Html *h, const char *name)
{
    h_attr_(h, name, S(""));
}

void h_url_(Html *h, const char *name, Str url)
{
    bool path = str_starts(url, S("/")) && !str_starts(url, S("//")) && !str_starts(url, S("/\\"));
    bool fine =
        path || str_starts(url, S("?")) || str_starts(url, S("#")) || str_starts(url, S("tel:"));
    h_attr_(h, name, fine ? url : S("#"));
}

void h_text(Html *h, Str text)
{
    end_tag(h);
    markup_escape(h->out, text);
}

void h_int(Html *h, int64_t n)
{
    h_text(h, str_int(h->arena, n));
}

void h_close(Html *h)
{
    end_tag(h);
    if (h->depth == 0)
        BUG("nothing to close");
    buf_lit(h->out, "</");
    buf_put(h->out, str_of(h->stack[--h->depth]));
    buf_char(h->out, '>');
}

int h_mark(const Html *h)
{
    return h->depth;
}

void h_close_to(Html *h, int mark)
{
    end_tag(h);
    while (h->depth > mark)
        h_close(h);
}

void h_raw_(Html *h, Str literal)
{
    end_tag(h);
    buf_put(h->out, literal);
}
