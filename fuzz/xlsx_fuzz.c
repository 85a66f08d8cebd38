/* libFuzzer: the XLSX reader without its child. The first byte chooses what the rest is: a whole
 * file, one part inside an otherwise good file (past zip and CRC, where bytes at random end), or
 * what a taken-over child says to its parent. */
#include "fuzz_zip.h"
#include "workbook_read.h"
#include "xlsx_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX = 64 * 1024 * 1024, PARTS = 6 };

typedef struct Part {
    const char *name;
    Str text;
} Part;

#define REL(id, type, target) "<Relationship Id='" id "' Type='x/" type "' Target='" target "'/>"

static const Part good[PARTS] = {
    {"_rels/.rels",
     S("<Relationships>" REL("a", "officeDocument", "xl/workbook.xml") "</Relationships>")},
    {"xl/workbook.xml", S("<workbook><workbookPr date1904='0'/><sheets><sheet name='D' "
                          "id='r1'/></sheets></workbook>")},
    {"xl/_rels/workbook.xml.rels",
     S("<Relationships>" REL("r1", "worksheet", "s.xml") REL("r2", "styles", "t.xml")
           REL("r3", "sharedStrings", "u.xml") "</Relationships>")},
    {"xl/t.xml", S("<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs>"
                   "</styleSheet>")},
    {"xl/u.xml", S("<sst><si><t>x</t></si></sst>")},
    {"xl/s.xml", S("<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c>"
                   "<c r='B1' s='1'><v>45231.5</v></c></row></sheetData></worksheet>")},
};

/* The good file with part `which` replaced. */
static Str wrap(Arena *a, size_t which, Str text)
{
    FuzzZip z = fuzz_zip_new();
    for (size_t i = 0; i < PARTS; i++) {
        Str content = i == which ? text : good[i].text;
        zip_source_t *s = zip_source_buffer(z.zip, content.ptr, content.len, 0);
        zip_int64_t at = zip_file_add(z.zip, good[i].name, s, 0);
        (void)zip_set_file_compression(z.zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    }
    return fuzz_zip_end(&z, a);
}

static void read_file(Arena *a, Str bytes)
{
    Workbook book;
    Problems problems = {.arena = a};
    Err e = workbook_read_here(a, bytes, S("fuzz.xlsx"), &book, &problems);
    if ((e == ERR_OK) != (problems.errors == 0))
        __builtin_trap(); /* a failure without a reason, or the other way */
}

static void read_wire(Arena *a, Str bytes)
{
    Workbook book;
    WireIn in = wire_in(a);
    Str first = str_head(bytes, bytes.len / 2);
    if (wire_take(&in, first) == XLSX_OK && wire_take(&in, str_from(bytes, first.len)) == XLSX_OK)
        (void)wire_finish(&in, &book);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    Arena *a = arena_new(ARENA_MAX);
    Str rest = {(const char *)data + 1, size - 1};
    size_t kind = data[0] % (PARTS + 2);
    if (kind < PARTS)
        read_file(a, wrap(a, kind, rest));
    else if (kind == PARTS)
        read_file(a, rest);
    else
        read_wire(a, rest);
    arena_free(a);
    return 0;
}
