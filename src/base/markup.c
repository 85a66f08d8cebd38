#include "markup.h"

void markup_escape(Buf *to, Str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        Str entity;
        switch (s.ptr[i]) {
        case '<':
            entity = S("&lt;");
            break;
        case '>':
            entity = S("&gt;");
            break;
        case '&':
            entity = S("&amp;");
            break;
        case '"':
            entity = S("&quot;");
            break;
        case '\'':
            entity = S("&#39;");
            break;
        default:
            continue;
        }
        buf_put(to, (Str){s.ptr + from, i - from});
        buf_put(to, entity);
        from = i + 1;
    }
    if (s.len > from)
        buf_put(to, (Str){s.ptr + from, s.len - from});
}
