#include "workbook_read.h"

#include "reader_spawn.h"
#include "workbook_csv.h"
#include "xlsx_sheet.h"

#include <string.h>

typedef XlsxFault (*XlsxRunner)(Str bytes, WireIn *in);

static void add(Problems *list, Str place, Msg msg, Str arg, bool warning)
{
    problem_add(list, (Problem){.place = place, .msg = msg, .args = {arg}, .warning = warning});
}

size_t sheet_row_from(const SheetRow *rows, size_t n, int line)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rows[mid].line < line)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* What a file is that we do not read: by its first bytes, with the way out. */
typedef struct Magic {
    Str head, name;
    Msg msg;
} Magic;

static const Magic magics[] = {
    {{"%PDF", 4}, {"PDF", 3}, M_WB_NOT_TABLE},
    {{"\x89PNG", 4}, {"PNG", 3}, M_WB_NOT_TABLE},
    {{"\xFF\xD8\xFF", 3}, {"JPEG", 4}, M_WB_NOT_TABLE},
    {{"Rar!", 4}, {"RAR", 3}, M_WB_NOT_TABLE},
    {{"7z\xBC\xAF", 4}, {"7z", 2}, M_WB_NOT_TABLE},
    {{"\x1F\x8B", 2}, {"GZIP", 4}, M_WB_NOT_TABLE},
    {{"{\\rtf", 5}, {"RTF (Word)", 10}, M_WB_NOT_TABLE},
    {{"\xFF\xFE", 2}, {"CSV UTF-16", 10}, M_WB_OTHER_TABLE},
    {{"\xFE\xFF", 2}, {"CSV UTF-16", 10}, M_WB_OTHER_TABLE},
    {{"\x09\x08\x10\x00\x00\x06\x05", 7}, {"XLS (Excel 5)", 13}, M_WB_OTHER_TABLE},
};

/* Texts that call themselves tables: many offices' systems export HTML under the name .xls. */
static const Magic markups[] = {
    {{"<html", 5}, {"HTML", 4}, M_WB_OTHER_TABLE},
    {{"<!doctype html", 14}, {"HTML", 4}, M_WB_OTHER_TABLE},
    {{"<table", 6}, {"HTML", 4}, M_WB_OTHER_TABLE},
    {{"<?xml", 5}, {"XML", 3}, M_WB_OTHER_TABLE},
};

static const Magic *find_magic(const Magic *list, size_t n, Str head)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(head, list[i].head))
            return &list[i];
    return NULL;
}

static bool has_wide_name(Str bytes, const char *name)
{
    char wide[64];
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        wide[i * 2] = name[i];
        wide[i * 2 + 1] = 0;
    }
    return str_contains(bytes, (Str){wide, n * 2});
}

/* OLE containers: old Excel, old Word, or a new workbook behind a password. */
static Magic ole_kind(Str bytes)
{
    if (has_wide_name(bytes, "EncryptedPackage"))
        return (Magic){.msg = M_WB_LOCKED};
    if (has_wide_name(bytes, "Workbook") || has_wide_name(bytes, "Book"))
        return (Magic){.name = S("XLS (Excel 97-2003)"), .msg = M_WB_OTHER_TABLE};
    return (Magic){.name = S("DOC/PPT (Office 97-2003)"), .msg = M_WB_NOT_TABLE};
}

/* Adds the problem of a file we do not read; false when it may be one that we do. */
static bool refuse_other(Arena *a, Str bytes, Str place, Problems *problems)
{
    const Magic *found = find_magic(magics, COUNT(magics), bytes);
    Magic ole;
    if (!found && str_starts(bytes, S("\xD0\xCF\x11\xE0"))) {
        ole = ole_kind(bytes);
        found = &ole;
    }
    if (!found) {
        Str text = str_starts(bytes, S("\xEF\xBB\xBF")) ? str_from(bytes, 3) : bytes;
        Str head = str_lower(a, str_trim(str_head(text, 256)));
        found = find_magic(markups, COUNT(markups), head);
    }
    if (!found)
        return false;
    add(problems, place, found->msg, found->name, false);
    return true;
}

typedef struct FaultWords {
    Err err;
    Msg msg;
    const char *arg;
    bool at_sheet; /* happened in the sheet read last */
} FaultWords;

static const FaultWords fault_words[XLSX_FAULTS] = {
    [XLSX_BROKEN] = {E_PARSE, M_WB_BROKEN, NULL, false},
    [XLSX_MISSING] = {E_PARSE, M_WB_BROKEN, NULL, false},
    [XLSX_LOCKED] = {E_PARSE, M_WB_LOCKED, NULL, false},
    [XLSX_BOMB] = {E_TOO_LARGE, M_WB_BOMB, NULL, false},
    [XLSX_DTD] = {E_PARSE, M_WB_DTD, NULL, false},
    [XLSX_ROWS] = {E_TOO_LARGE, M_WB_MANY_ROWS, NULL, true},
    [XLSX_COLUMNS] = {E_TOO_LARGE, M_WB_MANY_COLUMNS, NULL, true},
    [XLSX_CELLS] = {E_TOO_LARGE, M_WB_MANY_CELLS, NULL, false},
    [XLSX_IS_ODS] = {E_PARSE, M_WB_OTHER_TABLE, "ODS (LibreOffice Calc)", false},
    [XLSX_IS_XLSB] = {E_PARSE, M_WB_OTHER_TABLE, "XLSB", false},
    [XLSX_IS_DOCX] = {E_PARSE, M_WB_NOT_TABLE, "DOCX (Word)", false},
    [XLSX_IS_ZIP] = {E_PARSE, M_WB_NOT_TABLE, "ZIP", false},
    [XLSX_OUTPUT] = {E_TOO_LARGE, M_WB_MANY_CELLS, NULL, false},
    [XLSX_SANDBOX] = {E_IO, M_WB_READER_FAILED, NULL, false},
    [XLSX_MEMORY] = {E_TOO_LARGE, M_WB_SLOW, NULL, false},
};

static Err report_fault(XlsxFault fault, const WireIn *in, Str place, Problems *problems)
{
    const FaultWords *w = &fault_words[fault];
    if (w->at_sheet && in->names.n)
        place = in->names.items[in->names.n - 1];
    add(problems, place, w->msg, str_of(w->arg), false);
    return w->err;
}

static Err read_xlsx(Arena *a, Str bytes, Str place, XlsxRunner run, Workbook *ret,
                     Problems *problems)
{
    WireIn in = wire_in(a);
    XlsxFault fault = run(bytes, &in);
    if (fault == XLSX_OK)
        fault = wire_finish(&in, ret);
    if (fault != XLSX_OK)
        return report_fault(fault, &in, place, problems);
    for (size_t i = 0; i < in.names.n; i++)
        if (!str_empty(in.hidden.items[i]))
            add(problems, in.names.items[i], M_WB_HIDDEN, STR_NONE, true);
    return ERR_OK;
}

/* Empty sheets are told; a file with nothing else is an error. */
static Err check_content(const Workbook *book, Str place, Problems *problems)
{
    size_t filled = 0;
    for (size_t i = 0; i < book->n; i++)
        filled += book->sheets[i].n > 0;
    if (!filled) {
        add(problems, place, M_WB_NO_ROWS, STR_NONE, false);
        return E_INVALID;
    }
    for (size_t i = 0; i < book->n; i++)
        if (!book->sheets[i].n)
            add(problems, book->sheets[i].name, M_WB_EMPTY_SHEET, STR_NONE, true);
    return ERR_OK;
}

/* "C:\data\korban 2026.csv" -> "korban 2026.csv". */
static Str base_name(Str path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\')
            return str_from(path, i);
    return path;
}

static Str without_suffix(Str name)
{
    for (size_t i = name.len; i > 1; i--)
        if (name.ptr[i - 1] == '.')
            return str_head(name, i - 1);
    return name;
}

static Err refuse(Problems *problems, Str place, Msg msg, Err e)
{
    add(problems, place, msg, STR_NONE, false);
    return e;
}

static Err read_any(Arena *a, Str bytes, Str file_name, XlsxRunner run, Workbook *ret,
                    Problems *problems)
{
    Str place = base_name(file_name);
    Workbook book = {0};
    if (!bytes.len)
        return refuse(problems, place, M_WB_EMPTY_FILE, E_PARSE);
    if (bytes.len > WORKBOOK_MAX_BYTES)
        return refuse(problems, place, M_WB_LARGE_FILE, E_TOO_LARGE);
    if (str_starts(bytes, S("PK\x03\x04")) || str_starts(bytes, S("PK\x05\x06")))
        TRY(read_xlsx(a, bytes, place, run, &book, problems));
    else if (refuse_other(a, bytes, place, problems))
        return E_PARSE;
    else
        TRY(workbook_csv(a, bytes, place, without_suffix(place), &book, problems));
    if (arena_over(a))
        return refuse(problems, place, M_WB_MANY_CELLS, E_TOO_LARGE);
    TRY(check_content(&book, place, problems));
    *ret = book;
    return ERR_OK;
}

Err workbook_read(Arena *a, Str bytes, Str file_name, Workbook *ret, Problems *problems)
{
    return read_any(a, bytes, file_name, reader_spawn_xlsx, ret, problems);
}

static bool to_wire(void *ctx, Str bytes)
{
    return wire_take(ctx, bytes) == XLSX_OK;
}

static XlsxFault read_here(Str bytes, WireIn *in)
{
    Arena *a = arena_new(SIZE_MAX);
    WireOut out = {.pending = buf_new(a, 256 * 1024), .ctx = in, .pass = to_wire};
    XlsxFault fault = xlsx_read(a, bytes, &out);
    if (!wire_end(&out) && fault == XLSX_OK)
        fault = XLSX_OUTPUT;
    arena_free(a);
    return fault;
}

Err workbook_read_here(Arena *a, Str bytes, Str file_name, Workbook *ret, Problems *problems)
{
    return read_any(a, bytes, file_name, read_here, ret, problems);
}
