#include "xlsx_zip.h"

#include <expat.h>
#include <string.h>
#include <zip.h>

enum {
    MAX_ENTRIES = 200,
    MAX_INFLATED = 64 * 1024 * 1024, /* over all parts read */
    MAX_RATIO = 100,
    RATIO_FROM = 1024 * 1024, /* small parts may be dense */
    MAX_DEPTH = 32,
    PIECE = 64 * 1024
};

struct XlsxZip {
    zip_t *zip;
    size_t inflated;
    size_t file_size;
    Arena *arena;
};

static void close_zip(void *zip)
{
    zip_discard(zip);
}

XlsxFault xlsx_zip_open(Arena *a, Str bytes, XlsxZip **ret)
{
    zip_source_t *source = zip_source_buffer_create(bytes.ptr, bytes.len, 0, NULL);
    if (!source)
        return XLSX_MEMORY;
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (!zip) {
        zip_source_free(source);
        return XLSX_BROKEN;
    }
    arena_defer(a, close_zip, zip);
    if (zip_get_num_entries(zip, 0) > MAX_ENTRIES)
        return XLSX_BOMB;
    XlsxZip *z = ARENA_NEW(a, XlsxZip);
    *z = (XlsxZip){.zip = zip, .file_size = bytes.len, .arena = a};
    *ret = z;
    return XLSX_OK;
}

/* Part names are compared without case (ECMA-376 part 2). */
static zip_int64_t locate(XlsxZip *z, Str name)
{
    return zip_name_locate(z->zip, str_z(z->arena, name), ZIP_FL_NOCASE);
}

bool xlsx_zip_has(XlsxZip *z, Str name)
{
    return locate(z, name) >= 0;
}

/* Opens an entry that is stored or deflated; other methods are more code to attack than use. */
static XlsxFault open_entry(XlsxZip *z, Str name, zip_file_t **ret, size_t *ret_packed)
{
    zip_int64_t at = locate(z, name);
    if (at < 0)
        return XLSX_MISSING;
    zip_stat_t st;
    if (zip_stat_index(z->zip, (zip_uint64_t)at, 0, &st) != 0)
        return XLSX_BROKEN;
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return XLSX_LOCKED;
    if (!(st.valid & ZIP_STAT_COMP_METHOD) ||
        (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE))
        return XLSX_BROKEN;
    zip_file_t *f = zip_fopen_index(z->zip, (zip_uint64_t)at, 0);
    if (!f)
        return XLSX_BROKEN;
    *ret = f;
    *ret_packed = st.comp_size < z->file_size ? (size_t)st.comp_size : z->file_size;
    return XLSX_OK;
}

Str xlsx_zip_peek(XlsxZip *z, Arena *a, Str name)
{
    zip_file_t *f;
    size_t packed;
    if (open_entry(z, name, &f, &packed) != XLSX_OK)
        return STR_NONE;
    char head[128];
    zip_int64_t n = zip_fread(f, head, sizeof head);
    zip_fclose(f);
    return n > 0 ? str_copy(a, (Str){head, (size_t)n}) : STR_NONE;
}

typedef struct Parse {
    XML_Parser parser;
    const XlsxWalk *walk;
    XlsxFault fault;
    int depth;
} Parse;

static void stop(Parse *p, XlsxFault fault)
{
    if (fault == XLSX_OK || p->fault != XLSX_OK)
        return;
    p->fault = fault;
    XML_StopParser(p->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

/* Expat may deliver events after a stop; they are ignored. */
static void XMLCALL on_start(void *ctx, const char *name, const char **attrs)
{
    Parse *p = ctx;
    if (p->fault != XLSX_OK)
        return;
    if (++p->depth > MAX_DEPTH)
        stop(p, XLSX_BROKEN);
    else
        stop(p, p->walk->start(p->walk->ctx, local_name(name), attrs));
}

static void XMLCALL on_end(void *ctx, const char *name)
{
    Parse *p = ctx;
    if (p->fault != XLSX_OK)
        return;
    p->depth--;
    if (p->walk->end)
        stop(p, p->walk->end(p->walk->ctx, local_name(name)));
}

static void XMLCALL on_text(void *ctx, const char *s, int len)
{
    Parse *p = ctx;
    if (p->fault == XLSX_OK)
        stop(p, p->walk->text(p->walk->ctx, (Str){s, (size_t)len}));
}

static void XMLCALL on_doctype(void *ctx, const char *name, const char *sysid, const char *pubid,
                               int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    stop(ctx, XLSX_DTD);
}

bool xlsx_zip_name(XlsxZip *z, Arena *a, size_t i, Str *ret)
{
    if (i >= (size_t)zip_get_num_entries(z->zip, 0))
        return false;
    *ret = str_copy(a, str_of(zip_get_name(z->zip, i, 0)));
    return true;
}

/* The next piece of an entry, within what may be inflated; the last, of none, checks the CRC. */
static XlsxFault next_piece(XlsxZip *z, zip_file_t *f, size_t packed, void *piece, size_t *total,
                            zip_int64_t *ret)
{
    *ret = zip_fread(f, piece, PIECE);
    if (*ret < 0)
        return XLSX_BROKEN;
    *total += (size_t)*ret;
    z->inflated += (size_t)*ret;
    bool bomb = z->inflated > MAX_INFLATED || (*total > RATIO_FROM && *total / MAX_RATIO > packed);
    return bomb ? XLSX_BOMB : XLSX_OK;
}

XlsxFault xlsx_zip_read(XlsxZip *z, Arena *a, Str name, Str *ret)
{
    zip_file_t *f;
    size_t packed, total = 0;
    zip_int64_t n = 1;
    XLSX_TRY(open_entry(z, name, &f, &packed));
    XlsxFault fault = XLSX_OK;
    char *piece = arena_alloc(a, PIECE);
    Buf all = buf_new(a, PIECE);
    while (n > 0 && (fault = next_piece(z, f, packed, piece, &total, &n)) == XLSX_OK)
        buf_put(&all, (Str){piece, (size_t)n});
    zip_fclose(f);
    *ret = buf_str(&all);
    return fault;
}

/* Inflates and parses to the end of the entry. */
static XlsxFault feed(XlsxZip *z, zip_file_t *f, size_t packed, Parse *p)
{
    size_t total = 0;
    for (;;) {
        void *piece = XML_GetBuffer(p->parser, PIECE);
        if (!piece)
            return XLSX_MEMORY;
        zip_int64_t n;
        XLSX_TRY(next_piece(z, f, packed, piece, &total, &n));
        if (XML_ParseBuffer(p->parser, (int)n, n == 0) != XML_STATUS_OK)
            return p->fault != XLSX_OK ? p->fault : XLSX_BROKEN;
        if (n == 0)
            return XLSX_OK;
    }
}

XlsxFault xlsx_zip_walk(XlsxZip *z, Str name, const XlsxWalk *walk)
{
    zip_file_t *f;
    size_t packed;
    XLSX_TRY(open_entry(z, name, &f, &packed));
    Parse p = {.parser = XML_ParserCreate(NULL), .walk = walk};
    XlsxFault fault = XLSX_MEMORY;
    if (p.parser) {
        XML_SetUserData(p.parser, &p);
        XML_SetElementHandler(p.parser, on_start, on_end);
        if (walk->text)
            XML_SetCharacterDataHandler(p.parser, on_text);
        XML_SetStartDoctypeDeclHandler(p.parser, on_doctype);
        fault = feed(z, f, packed, &p);
        XML_ParserFree(p.parser);
    }
    zip_fclose(f);
    return fault;
}

Str xlsx_attr(const char **attrs, const char *name)
{
    for (; attrs[0]; attrs += 2)
        if (strcmp(local_name(attrs[0]), name) == 0)
            return str_of(attrs[1]);
    return STR_NONE;
}

bool xlsx_yes(Str value)
{
    return str_is(value, "1") || str_is(value, "true");
}
