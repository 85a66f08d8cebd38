#include "web/qr.h"

#include <qrencode.h>

enum { QUIET = 4 };

/* One path of unit squares, runs of dark modules joined: a code of 45 x 45 is about 8 KB. */
static Str dark_path(Arena *a, const QRcode *code)
{
    Buf b = buf_new(a, 8192);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++) {
            int from = x;
            while (x < code->width && code->data[y * code->width + x] & 1)
                x++;
            if (x > from)
                buf_printf(&b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
    return buf_str(&b);
}

static void draw(Html *h, const QRcode *code, Str label)
{
    Str size = str_int(h->arena, code->width + 2 * QUIET);
    h_class(h, "svg", "qr");
    h_attr(h, "viewBox", str_printf(h->arena, "0 0 %.*s %.*s", STR_ARG(size), STR_ARG(size)));
    h_attr(h, "role", S("img"));
    h_attr(h, "aria-label", label);
    h_attr(h, "shape-rendering", S("crispEdges"));
    h_open(h, "rect");
    h_attr(h, "width", size);
    h_attr(h, "height", size);
    h_attr(h, "fill", S("#fff"));
    h_close(h);
    h_open(h, "path");
    h_attr(h, "d", dark_path(h->arena, code));
    h_attr(h, "fill", S("#000"));
    h_close(h);
    h_close(h);
}

Err qr_svg(Html *h, Str text, Str label)
{
    QRcode *code =
        QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, QR_ECLEVEL_M);
    if (!code)
        return E_TOO_LARGE;
    draw(h, code, label);
    QRcode_free(code);
    return ERR_OK;
}
