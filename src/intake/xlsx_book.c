#include "xlsx_book.h"

#include "workbook_read.h"
#include "xlsx_value.h"

#include <string.h>

enum { MAX_STYLES = 65536, MAX_STRINGS = WORKBOOK_MAX_CELLS, MAX_PARTS = 400 };

typedef struct Relations {
    Arena *arena;
    Str base; /* folder of the part the relations belong to, with "/" */
    XlsxRelation *items;
    size_t n, cap;
} Relations;

/* Targets are relative to the part's folder or, with a leading "/", to the archive. */
static Str part_name(const Relations *r, Str target)
{
    if (str_starts(target, S("/")))
        return str_copy(r->arena, str_from(target, 1));
    return str_printf(r->arena, "%.*s%.*s", STR_ARG(r->base), STR_ARG(target));
}

static XlsxFault relation_start(void *ctx, const char *name, const char **attrs)
{
    Relations *r = ctx;
    if (strcmp(name, "Relationship") != 0 || str_is(xlsx_attr(attrs, "TargetMode"), "External"))
        return XLSX_OK;
    if (r->n == MAX_PARTS)
        return XLSX_BROKEN;
    Str type = xlsx_attr(attrs, "Type");
    for (ptrdiff_t at; (at = str_find(type, '/')) >= 0;)
        type = str_from(type, (size_t)at + 1);
    *ARENA_PUSH(r->arena, *r) = (XlsxRelation){.id = str_copy(r->arena, xlsx_attr(attrs, "Id")),
                                               .type = str_copy(r->arena, type),
                                               .target = part_name(r, xlsx_attr(attrs, "Target"))};
    return XLSX_OK;
}

/* Relations of the part folder/file; a part without any has none. */
static XlsxFault read_relations(XlsxBook *book, Str folder, Str file, Relations *ret)
{
    *ret = (Relations){.arena = book->arena, .base = folder};
    Str part = str_printf(book->arena, "%.*s_rels/%.*s.rels", STR_ARG(folder), STR_ARG(file));
    XlsxWalk walk = {.ctx = ret, .start = relation_start};
    XlsxFault fault = xlsx_zip_walk(book->zip, part, &walk);
    return fault == XLSX_MISSING ? XLSX_OK : fault;
}

static Str relation_of_type(const Relations *r, const char *type)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_is(r->items[i].type, type))
            return r->items[i].target;
    return STR_NONE;
}

static XlsxFault book_start(void *ctx, const char *name, const char **attrs)
{
    XlsxBook *book = ctx;
    if (strcmp(name, "workbookPr") == 0)
        book->from_1904 = xlsx_yes(xlsx_attr(attrs, "date1904"));
    if (strcmp(name, "sheet") != 0)
        return XLSX_OK;
    if (book->sheets.n == MAX_PARTS)
        return XLSX_BROKEN;
    Str state = xlsx_attr(attrs, "state");
    Buf title = buf_new(book->arena, 64);
    xlsx_put_text(&title, xlsx_attr(attrs, "name"));
    *ARENA_PUSH(book->arena, book->sheets) =
        (XlsxSheetRef){.name = buf_str(&title),
                       .id = str_copy(book->arena, xlsx_attr(attrs, "id")),
                       .hidden = !str_empty(state) && !str_is(state, "visible")};
    return XLSX_OK;
}

/* Keeps the sheets that are tables of cells: no charts, no macro sheets. */
static void link_sheets(XlsxBook *book, const Relations *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < book->sheets.n; i++) {
        XlsxSheetRef sheet = book->sheets.items[i];
        for (size_t j = 0; j < r->n; j++)
            if (str_eq(r->items[j].id, sheet.id) && str_is(r->items[j].type, "worksheet"))
                sheet.part = r->items[j].target;
        if (!str_empty(sheet.part))
            book->sheets.items[kept++] = sheet;
    }
    book->sheets.n = kept;
}

/* Shared strings: the runs of a rich text are joined, reading aids (rPh) are left out. */
typedef struct Strings {
    XlsxBook *book;
    Buf text, plain; /* as in the file, and with its escapes resolved */
    bool in_text, in_aid;
} Strings;

static XlsxFault string_start(void *ctx, const char *name, const char **attrs)
{
    (void)attrs;
    Strings *s = ctx;
    if (strcmp(name, "si") == 0)
        s->text.len = 0;
    else if (strcmp(name, "rPh") == 0)
        s->in_aid = true;
    else if (strcmp(name, "t") == 0)
        s->in_text = !s->in_aid;
    return XLSX_OK;
}

static XlsxFault string_end(void *ctx, const char *name)
{
    Strings *s = ctx;
    if (strcmp(name, "t") == 0)
        s->in_text = false;
    else if (strcmp(name, "rPh") == 0)
        s->in_aid = false;
    if (strcmp(name, "si") != 0)
        return XLSX_OK;
    if (s->book->strings.n == MAX_STRINGS)
        return XLSX_CELLS;
    s->plain.len = 0;
    xlsx_put_text(&s->plain, buf_str(&s->text));
    *ARENA_PUSH(s->book->arena, s->book->strings) = str_copy(s->book->arena, buf_str(&s->plain));
    return XLSX_OK;
}

static XlsxFault string_text(void *ctx, Str text)
{
    Strings *s = ctx;
    if (!s->in_text)
        return XLSX_OK;
    if (s->text.len + text.len > WORKBOOK_MAX_TEXT)
        return XLSX_BROKEN;
    buf_put(&s->text, text);
    return XLSX_OK;
}

static XlsxFault read_strings(XlsxBook *book, Str part)
{
    if (str_empty(part))
        return XLSX_OK;
    Strings s = {
        .book = book, .text = buf_new(book->arena, 1024), .plain = buf_new(book->arena, 1024)};
    XlsxWalk walk = {.ctx = &s, .start = string_start, .end = string_end, .text = string_text};
    return xlsx_zip_walk(book->zip, part, &walk);
}

typedef struct Styles {
    XlsxBook *book;
    ARENA_LIST(int64_t) own; /* ids of the file's own date formats */
    bool in_cells;
} Styles;

static void add_style(Styles *s, Str format)
{
    int64_t id = 0;
    bool date = str_i64(format, &id) && xlsx_builtin_is_date(id);
    for (size_t i = 0; i < s->own.n && !date; i++)
        date = s->own.items[i] == id;
    *ARENA_PUSH(s->book->arena, s->book->dates) = date;
}

static XlsxFault style_start(void *ctx, const char *name, const char **attrs)
{
    Styles *s = ctx;
    int64_t id;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = true;
    if (strcmp(name, "numFmt") == 0 && str_i64(xlsx_attr(attrs, "numFmtId"), &id) &&
        xlsx_format_is_date(xlsx_attr(attrs, "formatCode"))) {
        if (s->own.n == MAX_STYLES / 16) /* every style is compared with each of them */
            return XLSX_BROKEN;
        *ARENA_PUSH(s->book->arena, s->own) = id;
    }
    if (strcmp(name, "xf") == 0 && s->in_cells) {
        if (s->book->dates.n == MAX_STYLES)
            return XLSX_BROKEN;
        add_style(s, xlsx_attr(attrs, "numFmtId"));
    }
    return XLSX_OK;
}

static XlsxFault style_end(void *ctx, const char *name)
{
    Styles *s = ctx;
    if (strcmp(name, "cellXfs") == 0)
        s->in_cells = false;
    return XLSX_OK;
}

static XlsxFault read_styles(XlsxBook *book, Str part)
{
    if (str_empty(part))
        return XLSX_OK;
    Styles s = {.book = book};
    XlsxWalk walk = {.ctx = &s, .start = style_start, .end = style_end};
    return xlsx_zip_walk(book->zip, part, &walk);
}

/* What a zip without a workbook is. */
static XlsxFault other_kind(XlsxBook *book)
{
    if (str_starts(xlsx_zip_peek(book->zip, book->arena, S("mimetype")),
                   S("application/vnd.oasis.opendocument.spreadsheet")))
        return XLSX_IS_ODS;
    if (xlsx_zip_has(book->zip, S("xl/workbook.bin")))
        return XLSX_IS_XLSB;
    if (xlsx_zip_has(book->zip, S("word/document.xml")))
        return XLSX_IS_DOCX;
    return XLSX_IS_ZIP;
}

/* Cuts "xl/workbook.xml" into folder "xl/" and file. */
static Str folder_of(Str part, Str *ret_file)
{
    size_t at = part.len;
    while (at > 0 && part.ptr[at - 1] != '/')
        at--;
    *ret_file = str_from(part, at);
    return str_head(part, at);
}

static XlsxFault read_parts(XlsxBook *book)
{
    Relations top, inner;
    Str file;
    XLSX_TRY(read_relations(book, S(""), S(""), &top));
    Str part = relation_of_type(&top, "officeDocument");
    if (str_empty(part))
        part = S("xl/workbook.xml");
    if (str_ends(part, S(".bin")) || str_starts(part, S("word/")))
        return other_kind(book);
    Str folder = folder_of(part, &file);
    XlsxWalk walk = {.ctx = book, .start = book_start};
    XlsxFault fault = xlsx_zip_walk(book->zip, part, &walk);
    if (fault == XLSX_MISSING)
        return other_kind(book);
    XLSX_TRY(fault);
    XLSX_TRY(read_relations(book, folder, file, &inner));
    link_sheets(book, &inner);
    XLSX_TRY(read_styles(book, relation_of_type(&inner, "styles")));
    return read_strings(book, relation_of_type(&inner, "sharedStrings"));
}

XlsxFault xlsx_book_open(Arena *a, Str bytes, XlsxBook *ret)
{
    XlsxBook book = {.arena = a};
    XLSX_TRY(xlsx_zip_open(a, bytes, &book.zip));
    XlsxFault fault = read_parts(&book);
    if (fault != XLSX_OK)
        return fault == XLSX_MISSING ? XLSX_BROKEN : fault;
    if (!book.sheets.n)
        return XLSX_BROKEN;
    *ret = book;
    return XLSX_OK;
}
