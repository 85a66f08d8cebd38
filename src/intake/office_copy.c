/* Office Open XML: ECMA-376. OpenDocument: OASIS ODF 1.2. */
#include "office_copy.h"

#include "markup.h"
#include "working_copy.h"
#include "xlsx_zip.h"

#include <expat.h>
#include <string.h>
#include <zip.h>

enum { MAX_DEPTH = 2, MAX_XML_DEPTH = 256 };

/* Names without their prefix. Of a part with such a root only the root is left: properties, people,
 * settings. */
static const char root_alone[] = "coreProperties Properties properties CoverPageProperties people "
                                 "labelList document-meta document-settings";
/* Left out with all that stands in them. */
static const char left_out[] =
    "rsids docId revisionPtr absPath fileSharing fileVersion docVars attachedTemplate presenceInfo";
/* Left without the text that stands in them. */
static const char emptied[] = "author creator date creator-initials date-string";
static const char attributes_left_out[] =
    "initials dateUtc refreshedBy refreshedDate refreshedDateIso dT documentId userId providerId";
/* People: the schema wants a name. */
static const char people[] = "person cmAuthor author";
/* Say where a part is. */
static const char references[] = "Relationship Override file-entry";
/* Parts that are not given out, by what their names hold; nor what refers to them. */
static const char *const parts_left_out[] = {"docProps/thumbnail", "Thumbnails/", "_xmlsignatures/",
                                             "printerSettings", "/attachedTemplate"};

/* One part on its way through the parser. */
typedef struct Rewrite {
    Buf out;
    XML_Parser parser;
    int depth, left_out, emptied; /* elements open; of them the outermost that is left out, .. */
    bool alone;                   /* only the root is kept */
} Rewrite;

static Str local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_of(colon ? colon + 1 : name);
}

static bool names_left_out(Str name)
{
    for (size_t i = 0; i < COUNT(parts_left_out); i++)
        if (str_contains(name, str_of(parts_left_out[i])))
            return true;
    return false;
}

/* Blanks other than the common one would be read as that in an attribute. */
static void put_escaped(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("\t\n\r", text.ptr[i]))
            buf_printf(out, "&#%d;", text.ptr[i]);
        else
            markup_escape(out, (Str){text.ptr + i, 1});
}

/* An address elsewhere may be called as it likes. */
static bool element_left_out(Str name, const char **attributes)
{
    if (!str_has_word(str_of(references), name))
        return str_has_word(str_of(left_out), name);
    bool elsewhere = str_is(xlsx_attr(attributes, "TargetMode"), "External");
    return names_left_out(xlsx_attr(attributes, "Type")) ||
           (!elsewhere && (names_left_out(xlsx_attr(attributes, "Target")) ||
                           names_left_out(xlsx_attr(attributes, "PartName")) ||
                           names_left_out(xlsx_attr(attributes, "full-path"))));
}

/* What is written for an attribute of an element; absent: nothing. `dated`: the element says who
 * changed or remarked something. */
static Str attribute_kept(Str element, bool dated, Str name, Str value)
{
    bool person = str_has_word(str_of(people), element);
    if (str_is(name, "author") || str_is(name, "userName") ||
        (person && (str_is(name, "name") || str_is(name, "displayName"))))
        return S("-");
    bool printer = str_is(element, "pageSetup") && str_is(name, "id");
    bool gone = str_has_word(str_of(attributes_left_out), name) || str_starts(name, S("rsid")) ||
                (dated && (str_is(name, "date") || str_is(name, "dt"))) || printer;
    return gone ? STR_NONE : value;
}

static void put_start(Rewrite *r, const char *name, const char **attributes)
{
    bool dated = xlsx_attr(attributes, "author").ptr || str_is(local(name), "cm");
    buf_printf(&r->out, "<%s", name);
    for (; attributes[0]; attributes += 2) {
        Str attribute = local(attributes[0]), value = str_of(attributes[1]);
        bool space = str_starts(str_of(attributes[0]), S("xmlns")) || str_is(attribute, "version");
        value = attribute_kept(local(name), dated, attribute, value);
        if (!value.ptr || (r->alone && !space))
            continue;
        buf_printf(&r->out, " %s=\"", attributes[0]);
        put_escaped(&r->out, value);
        buf_char(&r->out, '"');
    }
    buf_char(&r->out, '>');
}

static bool hidden(const Rewrite *r)
{
    return r->left_out || (r->alone && r->depth > 1);
}

static void XMLCALL on_start(void *ctx, const char *name, const char **attributes)
{
    Rewrite *r = ctx;
    if (++r->depth > MAX_XML_DEPTH)
        XML_StopParser(r->parser, XML_FALSE);
    if (hidden(r))
        return;
    if (element_left_out(local(name), attributes)) {
        r->left_out = r->depth;
        return;
    }
    r->alone |= r->depth == 1 && str_has_word(str_of(root_alone), local(name));
    if (!r->emptied && str_has_word(str_of(emptied), local(name)))
        r->emptied = r->depth;
    put_start(r, name, attributes);
}

static void XMLCALL on_end(void *ctx, const char *name)
{
    Rewrite *r = ctx;
    if (!hidden(r))
        buf_printf(&r->out, "</%s>", name);
    if (r->left_out == r->depth)
        r->left_out = 0;
    if (r->emptied == r->depth)
        r->emptied = 0;
    r->depth--;
}

static void XMLCALL on_text(void *ctx, const char *text, int len)
{
    Rewrite *r = ctx;
    if (!hidden(r) && !r->alone && !r->emptied)
        put_escaped(&r->out, (Str){text, (size_t)len});
}

static void XMLCALL on_doctype(void *ctx, const char *name, const char *sysid, const char *pubid,
                               int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    XML_StopParser(((Rewrite *)ctx)->parser, XML_FALSE);
}

/* Comments and processing instructions stay behind, having no handler. */
static XlsxFault xml_copy(Arena *a, Str bytes, Str *ret)
{
    Rewrite r = {.out = buf_new(a, bytes.len + 64), .parser = XML_ParserCreate(NULL)};
    if (!r.parser)
        return XLSX_MEMORY;
    buf_lit(&r.out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool ok = XML_Parse(r.parser, bytes.ptr, (int)bytes.len, 1) == XML_STATUS_OK;
    XML_ParserFree(r.parser);
    *ret = buf_str(&r.out);
    return ok ? XLSX_OK : XLSX_BROKEN;
}

static XlsxFault part_copy(Arena *a, Str bytes, int depth, Str *ret)
{
    *ret = bytes;
    bool xml = str_starts(bytes, S("<")) || str_starts(bytes, S("\xEF\xBB\xBF<")) ||
               str_starts(bytes, S("\xFF\xFE<")) || str_starts(bytes, S("\xFE\xFF\0<"));
    if (xml)
        return xml_copy(a, bytes, ret);
    return depth < MAX_DEPTH ? working_copy(a, bytes, depth + 1, ret) : XLSX_BROKEN;
}

/* All parts carry the first day that an archive can write. */
static bool put_part(zip_t *to, Str name, Str bytes)
{
    enum { FIRST_DAY = 1 << 5 | 1 };
    zip_source_t *source = zip_source_buffer(to, bytes.ptr, bytes.len, 0);
    zip_int64_t at = source ? zip_file_add(to, name.ptr, source, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0) {
        zip_source_free(source);
        return false;
    }
    bool stored = str_is(name, "mimetype"); /* OpenDocument is recognised by it */
    return zip_file_set_dostime(to, (zip_uint64_t)at, 0, FIRST_DAY, 0) == 0 &&
           (!stored || zip_set_file_compression(to, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
}

static XlsxFault copy_parts(Arena *a, XlsxZip *from, int depth, zip_t *to)
{
    Str name, bytes;
    for (size_t i = 0; xlsx_zip_name(from, a, i, &name); i++) {
        if (str_ends(name, S("/")) || names_left_out(name))
            continue;
        XLSX_TRY(xlsx_zip_read(from, a, name, &bytes));
        XLSX_TRY(part_copy(a, bytes, depth, &bytes));
        if (!put_part(to, name, bytes))
            return XLSX_BROKEN;
    }
    return XLSX_OK;
}

static XlsxFault written(Arena *a, zip_source_t *memory, Str *ret)
{
    zip_stat_t st;
    if (zip_source_stat(memory, &st) != 0 || zip_source_open(memory) != 0)
        return XLSX_BROKEN;
    char *all = arena_alloc(a, (size_t)st.size + 1);
    bool ok = zip_source_read(memory, all, st.size) == (zip_int64_t)st.size;
    (void)zip_source_close(memory);
    *ret = (Str){all, (size_t)st.size};
    return ok ? XLSX_OK : XLSX_BROKEN;
}

XlsxFault office_copy(Arena *a, Str bytes, int depth, Str *ret)
{
    XlsxZip *from;
    XLSX_TRY(xlsx_zip_open(a, bytes, &from));
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    if (!memory)
        return XLSX_MEMORY;
    zip_source_keep(memory);
    zip_t *to = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    XlsxFault fault = to ? copy_parts(a, from, depth, to) : XLSX_MEMORY;
    if (fault == XLSX_OK && zip_close(to) != 0)
        fault = XLSX_BROKEN;
    if (fault == XLSX_OK)
        fault = written(a, memory, ret);
    else if (to)
        zip_discard(to);
    zip_source_free(memory);
    return fault;
}
