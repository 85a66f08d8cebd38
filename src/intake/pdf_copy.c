/* PDF: ISO 32000-1. */
#include "pdf_copy.h"

#include "picture.h"

#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTED = 200 };

static const char everywhere[] =
    "/Metadata /PieceInfo /LastModified /EF /EmbeddedFiles /AF /Collection /Threads /SpiderInfo "
    "/CreatorInfo /XFA /Perms /DSS";
static const char of_comments[] = "/T /M /CreationDate /NM";
static const char of_widgets[] = "/M"; /* /T is the name of the field */
static const char of_signatures[] = "/ByteRange /Contents /Name /M /Location /Reason /ContactInfo "
                                    "/Cert /Prop_Build /Reference";

/* One reading of the document. */
typedef struct Pdf {
    Arena *arena;
    qpdf_data q;
    XlsxFault fault;
} Pdf;

static void remove_keys(const Pdf *p, qpdf_oh dict, const char *keys)
{
    Str rest = str_of(keys), key;
    while (str_word(&rest, &key))
        qpdf_oh_remove_key(p->q, dict, str_z(p->arena, key));
}

static StrList keys_of(const Pdf *p, qpdf_oh dict)
{
    StrList keys = {0};
    qpdf_oh_begin_dict_key_iter(p->q, dict);
    while (qpdf_oh_dict_more_keys(p->q))
        *ARENA_PUSH(p->arena, keys) = str_copy(p->arena, str_of(qpdf_oh_dict_next_key(p->q)));
    return keys;
}

static void clean_dictionary(const Pdf *p, qpdf_oh dict)
{
    remove_keys(p, dict, everywhere);
    if (qpdf_oh_has_key(p->q, dict, "/ByteRange"))
        remove_keys(p, dict, of_signatures);
    if (!qpdf_oh_has_key(p->q, dict, "/Rect"))
        return;
    qpdf_oh kind = qpdf_oh_get_key(p->q, dict, "/Subtype");
    bool widget = qpdf_oh_is_name_and_equals(p->q, kind, "/Widget");
    remove_keys(p, dict, widget ? of_widgets : of_comments);
}

/* What stands in an object itself; what it only refers to is an object of its own. */
static void clean(Pdf *p, qpdf_oh oh, int depth)
{
    StrList keys = {0};
    int n = qpdf_oh_is_array(p->q, oh) ? qpdf_oh_get_array_n_items(p->q, oh) : 0;
    if (depth > MAX_NESTED)
        p->fault = XLSX_BROKEN;
    if (p->fault != XLSX_OK || (depth && qpdf_oh_is_indirect(p->q, oh)))
        return;
    for (int i = 0; i < n; i++)
        clean(p, qpdf_oh_get_array_item(p->q, oh, i), depth + 1);
    if (qpdf_oh_is_dictionary(p->q, oh)) {
        clean_dictionary(p, oh);
        keys = keys_of(p, oh);
    }
    for (size_t i = 0; i < keys.n; i++)
        clean(p, qpdf_oh_get_key(p->q, oh, keys.items[i].ptr), depth + 1);
}

/* The bytes of a JPEG as they lie in the file, once no other filter is around them. */
static bool bare_jpeg(Pdf *p, qpdf_oh stream, qpdf_oh dict)
{
    unsigned char *raw = NULL;
    size_t len = 0;
    Str bare;
    if (qpdf_oh_get_stream_data(p->q, stream, qpdf_dl_none, NULL, &raw, &len) & QPDF_ERRORS)
        return false;
    arena_defer(p->arena, free, raw);
    Str bytes = {(const char *)raw, len};
    bool ok = str_starts(bytes, S("\xFF\xD8\xFF")) && picture_bare(p->arena, bytes, &bare);
    if (ok)
        qpdf_oh_replace_stream_data(p->q, stream, (const unsigned char *)bare.ptr, bare.len,
                                    qpdf_oh_get_key(p->q, dict, "/Filter"),
                                    qpdf_oh_get_key(p->q, dict, "/DecodeParms"));
    return ok;
}

static bool blank(char c)
{
    return str_find(S("\0\t\n\f\r "), c) >= 0;
}

/* The picture goes on to EI. What is taken out of it, or stands behind it, becomes blanks. Gives
 * the EI, or NULL. */
static char *bare_inline(Arena *a, char *from, const char *end)
{
    Str bare;
    size_t len = picture_jpeg(a, (Str){from, (size_t)(end - from)}, &bare);
    char *at = len && len >= bare.len ? from + len : NULL;
    while (at && (at = memmem(at, (size_t)(end - at), "EI", 2))) {
        if ((at == from + len || blank(at[-1])) && (at + 2 == end || blank(at[2]))) {
            memset(from + bare.len, ' ', (size_t)(at - from) - bare.len);
            memcpy(from, bare.ptr, bare.len);
            break;
        }
        at += 2;
    }
    return at;
}

/* What is drawn may hold pictures: BI, entries, ID, bytes, EI (8.9.7). How many JPEG were made
 * bare, or -1: one is not whole, or under a second filter. */
static int bare_drawing(Arena *a, char *from, const char *end)
{
    int n = 0;
    for (char *at = from; at && (at = memmem(at, (size_t)(end - at), "ID", 2));) {
        char *data = at + 2;
        while (data < end && blank(*data))
            data++;
        Str entries = {from, (size_t)(at - from)}, bytes = {data, (size_t)(end - data)};
        if (data == at + 2) {
            at = data;
        } else if (str_starts(bytes, S("\xFF\xD8\xFF"))) {
            from = at = bare_inline(a, data, end);
            n++;
        } else {
            from = at = str_contains(entries, S("/DCT")) ? NULL : data;
        }
    }
    return from ? n : -1;
}

/* Pages, forms, patterns, glyphs, looks of comments; and what else is no picture. */
static bool clean_drawing(Pdf *p, qpdf_oh stream)
{
    unsigned char *raw = NULL;
    size_t len = 0;
    if (qpdf_oh_get_stream_data(p->q, stream, qpdf_dl_specialized, NULL, &raw, &len) & QPDF_ERRORS)
        return false;
    char *drawn = (char *)raw;
    int n = len ? bare_drawing(p->arena, drawn, drawn + len) : 0;
    qpdf_oh none = qpdf_oh_new_null(p->q);
    if (n > 0)
        qpdf_oh_replace_stream_data(p->q, stream, raw, len, none, none);
    free(raw); /* lib */
    return n >= 0;
}

/* JPEG 2000 is not read here. */
static void clean_stream(Pdf *p, qpdf_oh stream)
{
    qpdf_oh dict = qpdf_oh_get_dict(p->q, stream);
    clean(p, dict, 0);
    Str filter = str_of(qpdf_oh_unparse_resolved(p->q, qpdf_oh_get_key(p->q, dict, "/Filter")));
    qpdf_oh kind = qpdf_oh_get_key(p->q, dict, "/Subtype");
    bool ok = !str_contains(filter, S("/JPX"));
    if (str_contains(filter, S("/DCT")))
        ok = ok && bare_jpeg(p, stream, dict);
    else if (!qpdf_oh_is_name_and_equals(p->q, kind, "/Image"))
        ok = ok && clean_drawing(p, stream);
    if (!ok)
        p->fault = XLSX_BROKEN;
}

/* Objects are numbered from 1 without gaps, as `copy` writes them. */
static void clean_objects(Pdf *p)
{
    int n =
        qpdf_oh_get_int_value_as_int(p->q, qpdf_oh_get_key(p->q, qpdf_get_trailer(p->q), "/Size"));
    for (int i = 1; i < n && p->fault == XLSX_OK; i++) {
        qpdf_oh oh = qpdf_get_object_by_id(p->q, i, 0);
        if (qpdf_oh_is_stream(p->q, oh))
            clean_stream(p, oh);
        else
            clean(p, oh, 0);
        qpdf_oh_release_all(p->q);
    }
}

/* The trailer says where the document begins; everything else in it is about the file. */
static void clean_trailer(Pdf *p)
{
    qpdf_oh trailer = qpdf_get_trailer(p->q);
    StrList keys = keys_of(p, trailer);
    for (size_t i = 0; i < keys.n; i++)
        if (!str_has_word(S("/Root /Size /Encrypt"), keys.items[i]))
            qpdf_oh_remove_key(p->q, trailer, keys.items[i].ptr);
}

static XlsxFault write_copy(const Pdf *p, Str *ret)
{
    if (qpdf_init_write_memory(p->q) & QPDF_ERRORS)
        return XLSX_BROKEN;
    qpdf_set_preserve_encryption(p->q, QPDF_FALSE);
    qpdf_set_object_stream_mode(p->q, qpdf_o_disable);
    qpdf_set_deterministic_ID(p->q, QPDF_TRUE);
    qpdf_set_suppress_original_object_IDs(p->q, QPDF_TRUE);
    if (qpdf_write(p->q) & QPDF_ERRORS)
        return XLSX_BROKEN;
    Str made = {(const char *)qpdf_get_buffer(p->q), qpdf_get_buffer_length(p->q)};
    *ret = str_copy(p->arena, made);
    return XLSX_OK;
}

/* A fault of the library that the calls before did not tell. */
static XlsxFault told(const Pdf *p)
{
    if (!qpdf_has_error(p->q))
        return XLSX_OK;
    enum qpdf_error_code_e code = qpdf_get_error_code(p->q, qpdf_get_error(p->q));
    return code == qpdf_e_password ? XLSX_LOCKED : XLSX_BROKEN;
}

/* Writing gives up whatever the newest revision does not reach, and numbers the rest. */
static XlsxFault copy(Arena *a, Str bytes, bool objects, Str *ret)
{
    Pdf p = {.arena = a, .q = qpdf_init()};
    qpdf_silence_errors(p.q);
    qpdf_set_suppress_warnings(p.q, QPDF_TRUE);
    (void)qpdf_read_memory(p.q, "", bytes.ptr, bytes.len, NULL);
    p.fault = told(&p);
    if (p.fault == XLSX_OK && qpdf_get_num_pages(p.q) < 1)
        p.fault = XLSX_BROKEN;
    if (p.fault == XLSX_OK && objects)
        clean_objects(&p);
    if (p.fault == XLSX_OK) {
        clean_trailer(&p);
        p.fault = told(&p);
    }
    if (p.fault == XLSX_OK)
        p.fault = write_copy(&p, ret);
    qpdf_cleanup(&p.q);
    return p.fault;
}

XlsxFault pdf_copy(Arena *a, Str bytes, Str *ret)
{
    Str whole = STR_NONE;
    XLSX_TRY(copy(a, bytes, false, &whole));
    return copy(a, whole, true, ret);
}
