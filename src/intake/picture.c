/* JPEG: ITU-T T.81 annex B, JFIF 1.02, Exif 2.3. PNG: W3C Portable Network Graphics. WebP: RFC
 * 9649. */
#include "picture.h"

/* A number of `n` bytes at `at`; false when it lies outside. */
static bool number(Str s, size_t at, size_t n, bool little, uint32_t *ret)
{
    if (at > s.len || s.len - at < n)
        return false;
    *ret = 0;
    for (size_t i = 0; i < n; i++)
        *ret = *ret << 8 | (unsigned char)s.ptr[little ? at + n - 1 - i : at + i];
    return true;
}

static Str slice(Str s, size_t at, size_t n)
{
    return str_head(str_from(s, at), n);
}

/* ---- JPEG ---- */

enum { SOF = 0xC0, DAC = 0xCF, RST = 0xD0, SOI = 0xD8, EOI, SOS, DQT, EXP = 0xDF, APP = 0xE0 };
enum { EXIF_ORIENTATION = 0x0112, EXIF_ENTRY = 12 };

/* How the camera was held, 1 to 8, out of the first directory of an Exif segment; 0: not told. */
static unsigned orientation(Str exif)
{
    Str tiff = str_from(exif, 6);
    bool little = str_starts(tiff, S("II"));
    uint32_t at, entries, tag, value;
    if (!number(tiff, 4, 4, little, &at) || !number(tiff, at, 2, little, &entries))
        return 0;
    for (size_t i = 0; i < entries; i++) {
        size_t entry = (size_t)at + 2 + i * EXIF_ENTRY;
        if (!number(tiff, entry, 2, little, &tag) || !number(tiff, entry + 8, 2, little, &value))
            return 0;
        if (tag == EXIF_ORIENTATION)
            return value <= 8 ? value : 0;
    }
    return 0;
}

static void put_segment(Buf *out, unsigned code, Str body)
{
    buf_char(out, '\xFF');
    buf_char(out, (char)code);
    buf_char(out, (char)((body.len + 2) >> 8));
    buf_char(out, (char)((body.len + 2) & 0xFF));
    buf_put(out, body);
}

static void put_orientation(Buf *out, unsigned held)
{
    static const char head[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    static const char tail[] = "\0\0\0\0\0";
    Buf exif = buf_new(out->arena, PICTURE_GROWS);
    buf_put(&exif, (Str){head, sizeof head - 1});
    buf_char(&exif, (char)held);
    buf_put(&exif, (Str){tail, sizeof tail});
    put_segment(out, APP + 1, buf_str(&exif));
}

/* Of what programs add, only what changes how the image looks: density without its thumbnail, the
 * mark of Adobe for its colours, the colour profile, the way up. */
static void application(Buf *out, unsigned code, Str body, bool *turned)
{
    if (code == APP && str_starts(body, S("JFIF\0")) && body.len >= 14) {
        Buf plain = buf_new(out->arena, 16);
        buf_put(&plain, str_head(body, 12));
        buf_put(&plain, S("\0\0"));
        put_segment(out, code, buf_str(&plain));
    } else if (code == APP + 1 && str_starts(body, S("Exif\0\0")) && !*turned) {
        unsigned held = orientation(body);
        *turned = held > 1;
        if (*turned)
            put_orientation(out, held);
    } else if ((code == APP + 14 && str_starts(body, S("Adobe"))) ||
               (code == APP + 2 && str_starts(body, S("ICC_PROFILE\0")))) {
        put_segment(out, code, body);
    }
}

/* Where the coded image that begins at `at` meets the next marker. */
static size_t coded_end(Str in, size_t at)
{
    for (; at + 1 < in.len; at++) {
        unsigned next = (unsigned char)in.ptr[at + 1];
        if (in.ptr[at] == '\xFF' && next != 0 && (next < RST || next >= SOI))
            return at;
    }
    return in.len;
}

/* The code of the marker at *at, which moves behind it; 0 when there is none. */
static unsigned marker(Str in, size_t *at)
{
    if (*at >= in.len || in.ptr[*at] != '\xFF')
        return 0;
    while (*at < in.len && in.ptr[*at] == '\xFF')
        ++*at;
    return *at < in.len ? (unsigned char)in.ptr[(*at)++] : 0;
}

/* How far it reaches, 0 when it is none. */
static size_t jpeg(Str in, Buf *out)
{
    bool turned = false, shown = false;
    uint32_t len;
    buf_put(out, S("\xFF\xD8"));
    for (size_t at = 2;;) {
        unsigned code = marker(in, &at);
        if (code == EOI) {
            buf_put(out, S("\xFF\xD9"));
            return shown ? at : 0; /* what follows is no part of the image */
        }
        if (code < SOF || (code >= RST && code <= SOI) || !number(in, at, 2, false, &len) ||
            len < 2 || len > in.len - at)
            return 0;
        Str body = slice(in, at + 2, len - 2);
        at += len;
        if (code <= DAC || (code >= SOS && code <= EXP))
            put_segment(out, code, body);
        else
            application(out, code, body, &turned);
        if (code == SOS) {
            size_t end = coded_end(in, at);
            buf_put(out, slice(in, at, end - at));
            at = end;
            shown = true;
        }
    }
}

/* ---- PNG ---- */

static bool png(Str in, Buf *out)
{
    Str kept = S("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT pHYs");
    bool shown = false;
    uint32_t len;
    buf_put(out, str_head(in, 8));
    for (size_t at = 8;
         number(in, at, 4, false, &len) && in.len - at >= 12 && len <= in.len - at - 12;
         at += (size_t)len + 12) {
        Str type = slice(in, at + 4, 4);
        if (str_has_word(kept, type))
            buf_put(out, slice(in, at, (size_t)len + 12));
        shown |= str_is(type, "IDAT");
        if (str_is(type, "IEND"))
            return shown;
    }
    return false;
}

/* ---- WebP ---- */

/* In the flags of VP8X: there is Exif, there is XMP, it moves. */
enum { WEBP_DROPPED = 0x08 | 0x04 | 0x02, WEBP_HEAD = 12 };

static void put_chunk(Buf *out, Str chunk, Str type)
{
    size_t at = out->len;
    buf_put(out, chunk);
    if (str_is(type, "VP8X") && chunk.len > 8)
        out->ptr[at + 8] = (char)(out->ptr[at + 8] & ~WEBP_DROPPED);
    if (chunk.len % 2)
        buf_char(out, 0);
}

static bool webp(Str in, Buf *out)
{
    Str kept = S("VP8X VP8L ALPH ICCP");
    bool shown = false;
    uint32_t len;
    if (!str_is(slice(in, 8, 4), "WEBP"))
        return false;
    buf_put(out, str_head(in, WEBP_HEAD));
    for (size_t at = WEBP_HEAD; number(in, at + 4, 4, true, &len);
         at += 8 + (size_t)len + len % 2) {
        Str type = slice(in, at, 4), chunk = slice(in, at, 8 + (size_t)len);
        if (chunk.len != 8 + (size_t)len)
            return false;
        bool image = str_is(type, "VP8 ") || str_is(type, "VP8L");
        shown |= image;
        if (image || str_has_word(kept, type))
            put_chunk(out, chunk, type);
    }
    for (size_t i = 0; i < 4; i++)
        out->ptr[4 + i] = (char)((out->len - 8) >> (8 * i));
    return shown;
}

bool picture_bare(Arena *a, Str bytes, Str *ret)
{
    Buf out = buf_new(a, bytes.len + PICTURE_GROWS);
    bool ok = false;
    if (str_starts(bytes, S("\xFF\xD8\xFF")))
        ok = jpeg(bytes, &out) > 0;
    else if (str_starts(bytes, S("\x89PNG\r\n\x1a\n")))
        ok = png(bytes, &out);
    else if (str_starts(bytes, S("RIFF")))
        ok = webp(bytes, &out);
    *ret = buf_str(&out);
    return ok;
}

size_t picture_jpeg(Arena *a, Str bytes, Str *ret)
{
    Buf out = buf_new(a, 1024);
    size_t len = str_starts(bytes, S("\xFF\xD8\xFF")) ? jpeg(bytes, &out) : 0;
    *ret = buf_str(&out);
    return len;
}
