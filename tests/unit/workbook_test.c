/* Reading and writing of workbooks: good ones, every bad one we know, and the locked-in child,
 * which is this program again (argv "urai xlsx"). */
#include "clock.h"
#include "csv.h"
#include "reader_child.h"
#include "workbook_read.h"
#include "workbook_write.h"
#include "xlsx_value.h"
#include "xlsx_wire.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

/* One test's arena, problems and result. */
typedef struct Case {
    Arena *a;
    Problems problems;
    Workbook book;
} Case;

static int set_up(void **state)
{
    Case *c = calloc(1, sizeof *c);
    c->a = arena_new(256 * 1024 * 1024);
    c->problems.arena = c->a;
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    Case *c = *state;
    arena_free(c->a);
    free(c);
    return 0;
}

static Err read_bytes(Case *c, Str bytes, const char *name)
{
    c->problems = (Problems){.arena = c->a};
    return workbook_read(c->a, bytes, str_of(name), &c->book, &c->problems);
}

static bool has_problem(const Case *c, Msg msg)
{
    for (size_t i = 0; i < c->problems.n; i++)
        if (c->problems.items[i].msg == msg)
            return true;
    return false;
}

/* Reading must fail in this way and say so. */
static void refused(Case *c, Str bytes, const char *name, Err e, Msg msg)
{
    assert_string_equal(err_name(read_bytes(c, bytes, name)), err_name(e));
    assert_true(has_problem(c, msg));
    assert_int_equal(c->problems.errors, 1);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        assert_true(problem_text(c->a, (Lang)lang, &c->problems.items[0]).len > 20);
}

static const Cell *cell(const Case *c, size_t sheet, int line, size_t column)
{
    static const Cell none = {CELL_EMPTY, STR_NONE};
    const Sheet *s = &c->book.sheets[sheet];
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].line == line)
            return column < s->rows[i].n ? &s->rows[i].cells[column] : &none;
    return &none;
}

static void is_cell(const Case *c, size_t sheet, int line, size_t column, CellKind kind,
                    const char *text)
{
    const Cell *got = cell(c, sheet, line, column);
    char *z = strndup(got->text.ptr ? got->text.ptr : "", got->text.len);
    assert_string_equal(z, text);
    free(z);
    assert_int_equal(got->kind, kind);
}

/* --- files made by hand ---------------------------------------------------------------------- */

typedef struct Part {
    const char *name, *text;
} Part;

static Str zip_of(Arena *a, const Part *parts, size_t n)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *s = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        assert_true(zip_file_add(zip, parts[i].name, s, 0) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    zip_source_stat(memory, &st);
    char *bytes = arena_alloc(a, st.size);
    zip_source_open(memory);
    assert_int_equal(zip_source_read(memory, bytes, st.size), (int64_t)st.size);
    zip_source_close(memory);
    zip_source_free(memory);
    return (Str){bytes, st.size};
}

#define RELS(inner) "<?xml version='1.0'?><Relationships>" inner "</Relationships>"
#define REL(id, type, target)                                                                      \
    "<Relationship Id='" id "' Type='http://x/" type "' Target='" target "'/>"

static const char top_rels[] = RELS(REL("rId1", "officeDocument", "xl/workbook.xml"));
static const char book_rels[] =
    RELS(REL("r1", "worksheet", "worksheets/sheet1.xml")
             REL("r2", "worksheet", "/xl/worksheets/sheet2.xml") REL("r3", "styles", "styles.xml")
                 REL("r4", "sharedStrings", "sharedStrings.xml"));
static const char one_sheet[] =
    "<workbook xmlns:r='x'><sheets><sheet name='Data' sheetId='1' r:id='r1'/></sheets></workbook>";
static const char styles[] =
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[$-421]dd\\ mmmm\\ yyyy;@'/>"
    "<numFmt numFmtId='165' formatCode='&quot;hari&quot;\\ 0.00'/>"
    "<numFmt numFmtId='166' formatCode='[h]:mm'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/>"
    "<xf numFmtId='22'/><xf numFmtId='166'/></cellXfs></styleSheet>";

/* A workbook of one sheet with the given XML; `strings` may be NULL. */
static Str sheet_file(Case *c, const char *book, const char *sheet, const char *strings)
{
    const Part parts[] = {{"_rels/.rels", top_rels},
                          {"xl/workbook.xml", book},
                          {"xl/_rels/workbook.xml.rels", book_rels},
                          {"xl/styles.xml", styles},
                          {"xl/worksheets/sheet1.xml", sheet},
                          {"xl/sharedStrings.xml", strings ? strings : "<sst/>"}};
    return zip_of(c->a, parts, sizeof parts / sizeof *parts);
}

#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

/* --- values ------------------------------------------------------------------------------------
 */

static void number_is(Arena *a, const char *raw, const char *want)
{
    Buf b = buf_new(a, 64);
    assert_int_equal(xlsx_put_number(&b, str_of(raw)), want != NULL);
    Str got = buf_str(&b);
    assert_string_equal(str_z(a, got), want ? want : "");
}

static void numbers(void **state)
{
    Case *c = *state;
    static const char *const pairs[][2] = {
        {"12", "12"},
        {"12.0", "12"},
        {"12.50", "12.5"},
        {"-0.0", "0"},
        {"-7.25", "-7.25"},
        {".5", "0.5"},
        {"1.2E1", "12"},
        {"1.2E-3", "0.0012"},
        {"1E+3", "1000"},
        {"0.30000000000000004", "0.3"},
        {"5301011200040001", "5301011200040001"},
        {"5.301011200040001E+15", "5301011200040001"},
        {"9401011200040003", "9401011200040003"},
        {"5.3E+15", "5.3E+15"},
        {"5.30101120004E+15", "5.30101120004E+15"},
        {"1E+400", NULL},
        {"5,3", NULL},
        {"0x10", NULL},
        {"nan", NULL},
        {"1e", NULL},
        {"", NULL},
        {"99999999999999999999999999999999999999999999999999", NULL},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], "1E+400") != 0)
            number_is(c->a, pairs[i][0], pairs[i][1]);
    number_is(c->a, "1E+400", "1E+400");
}

static void dates(void **state)
{
    Case *c = *state;
    static const struct {
        const char *raw, *want;
        bool from_1904;
    } rows[] = {{"45231", "2023-11-01", false},
                {"45231.0", "2023-11-01", false},
                {"45231.5", "2023-11-01 12:00", false},
                {"45231.999999", "2023-11-02", false},
                {"1", "1900-01-01", false},
                {"59", "1900-02-28", false},
                {"60", "", false},
                {"61", "1900-03-01", false},
                {"0.5625", "13:30", false},
                {"2958465", "9999-12-31", false},
                {"2958466", "", false},
                {"-1", "", false},
                {"43769", "2023-11-01", true},
                {"0", "1904-01-01", true},
                {"0.25", "06:00", true},
                {"x", "", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Buf b = buf_new(c->a, 64);
        bool ok = xlsx_put_date(&b, str_of(rows[i].raw), rows[i].from_1904);
        assert_int_equal(ok, rows[i].want[0] != 0);
        assert_string_equal(str_z(c->a, buf_str(&b)), rows[i].want);
    }
}

static void date_formats(void **state)
{
    (void)state;
    assert_true(xlsx_format_is_date(S("yyyy-mm-dd")));
    assert_true(xlsx_format_is_date(S("[$-421]d mmmm yyyy;@")));
    assert_true(xlsx_format_is_date(S("[h]:mm")));
    assert_false(xlsx_format_is_date(S("General")));
    assert_false(xlsx_format_is_date(S("0.00E+00")));
    assert_false(xlsx_format_is_date(S("[Red]#,##0;\"hari\" 0")));
    assert_false(xlsx_format_is_date(S("\"tidak ditutup mm")));
    assert_false(xlsx_format_is_date(S("[Red")));
    assert_false(xlsx_format_is_date(S("\\")));
    assert_true(xlsx_builtin_is_date(14) && xlsx_builtin_is_date(47) && !xlsx_builtin_is_date(49));
}

static void cells(void **state)
{
    Case *c = *state;
    Str file = sheet_file(
        c, one_sheet,
        SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c>"
              "<c t='inlineStr'><is><t>da</t><r><t>lam</t></r><rPh><t>X</t></rPh></is></c>"
              "<c r='E1'><v>5301011200040001</v></c></row>"
              "<row r='3'><c r='A3' s='1'><v>45231</v></c><c r='B3' s='2'><v>45231.25</v></c>"
              "<c r='C3' s='3'><v>12.5</v></c><c r='D3' t='b'><v>1</v></c>"
              "<c r='E3' t='e'><v>#N/A</v></c><c r='F3'><f>A1+1</f><v>3</v></c>"
              "<c r='G3'><f>A1</f></c><c r='H3' t='str'><f>A1</f><v>teks</v></c>"
              "<c r='I3' t='d'><v>2024-02-29T08:15:00</v></c><c r='J3' s='5'><v>0.5</v></c>"
              "<c r='K3' s='1'/></row>"
              "<row><c><v>5.3E+15</v></c><c t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
              "<row r='9'><c r='A9' s='1'/></row>"),
        "<sst><si><r><t xml:space='preserve'>Siti </t></r><r><rPr><b/></rPr><t>&amp; Ani</t></r>"
        "<rPh sb='0' eb='1'><t>bantu</t></rPh></si><si><t>a_x000D__x000A_b_x0041__x12_</t></si>"
        "</sst>");
    assert_int_equal(read_bytes(c, file, "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 1);
    assert_true(str_is(c->book.sheets[0].name, "Data"));
    assert_int_equal(c->book.sheets[0].n, 3);
    is_cell(c, 0, 1, 0, CELL_TEXT, "Siti & Ani");
    is_cell(c, 0, 1, 1, CELL_TEXT, "a\nbA_x12_");
    is_cell(c, 0, 1, 2, CELL_TEXT, "dalam");
    is_cell(c, 0, 1, 3, CELL_EMPTY, "");
    is_cell(c, 0, 1, 4, CELL_NUMBER, "5301011200040001");
    is_cell(c, 0, 3, 0, CELL_DATE, "2023-11-01");
    is_cell(c, 0, 3, 1, CELL_DATE, "2023-11-01 06:00");
    is_cell(c, 0, 3, 2, CELL_NUMBER, "12.5");
    is_cell(c, 0, 3, 3, CELL_BOOL, "1");
    is_cell(c, 0, 3, 4, CELL_ERROR, "#N/A");
    is_cell(c, 0, 3, 5, CELL_FORMULA, "3");
    is_cell(c, 0, 3, 6, CELL_FORMULA, "");
    is_cell(c, 0, 3, 7, CELL_FORMULA, "teks");
    is_cell(c, 0, 3, 8, CELL_DATE, "2024-02-29 08:15");
    is_cell(c, 0, 3, 9, CELL_DATE, "12:00");
    assert_int_equal(c->book.sheets[0].rows[1].n, 10);
    is_cell(c, 0, 4, 0, CELL_NUMBER, "5.3E+15");
    is_cell(c, 0, 4, 1, CELL_ERROR, "#DIV/0!");
}

static void system_of_1904(void **state)
{
    Case *c = *state;
    Str file = sheet_file(c,
                          "<x:workbook xmlns:x='n' xmlns:r='x'><x:workbookPr date1904='1'/>"
                          "<x:sheets><x:sheet name='Data' r:id='r1'/></x:sheets></x:workbook>",
                          SHEET("<row r='1'><c r='A1' s='1'><v>43769</v></c></row>"), NULL);
    assert_int_equal(read_bytes(c, file, "a.xlsx"), ERR_OK);
    is_cell(c, 0, 1, 0, CELL_DATE, "2023-11-01");
}

static void merged(void **state)
{
    Case *c = *state;
    Str file = sheet_file(c, one_sheet,
                          "<worksheet><sheetData>"
                          "<row r='1'><c r='A1'><v>1</v></c></row>"
                          "<row r='2'><c r='B2'><v>2</v></c></row>"
                          "<row r='5'><c r='B5'><v>3</v></c></row></sheetData>"
                          "<mergeCells><mergeCell ref='A1:C1'/><mergeCell ref='A2:A1048576'/>"
                          "<mergeCell ref='nonsense'/><mergeCell ref='D4'/><mergeCell ref='1:2'/>"
                          "</mergeCells></worksheet>",
                          NULL);
    assert_int_equal(read_bytes(c, file, "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.sheets[0].rows[0].n, 3);
    is_cell(c, 0, 1, 0, CELL_NUMBER, "1");
    is_cell(c, 0, 1, 1, CELL_MERGED, "");
    is_cell(c, 0, 1, 2, CELL_MERGED, "");
    is_cell(c, 0, 2, 0, CELL_EMPTY, "");
    is_cell(c, 0, 2, 1, CELL_NUMBER, "2");
    is_cell(c, 0, 5, 0, CELL_MERGED, "");
}

static void hidden_and_empty(void **state)
{
    Case *c = *state;
    static const char book[] =
        "<workbook xmlns:r='x'><sheets><sheet name='Rahasia' state='veryHidden' r:id='r2'/>"
        "<sheet name='Grafik' r:id='none'/><sheet name='Data' r:id='r1'/>%s</sheets></workbook>";
    char text[512];
    (void)snprintf(text, sizeof text, book, "<sheet name='Kosong' state='visible' r:id='r1'/>");
    Part parts[] = {{"xl/workbook.xml", text},
                    {"xl/_rels/workbook.xml.rels", book_rels},
                    {"xl/styles.xml", styles},
                    {"xl/sharedStrings.xml", "<sst/>"},
                    {"xl/worksheets/sheet1.xml", SHEET("<row><c><v>1</v></c></row>")},
                    {"xl/worksheets/sheet2.xml", "not even XML"}};
    assert_int_equal(read_bytes(c, zip_of(c->a, parts, 6), "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 2);
    assert_true(has_problem(c, M_WB_HIDDEN));
    assert_true(str_is(c->problems.items[0].place, "Rahasia"));
    assert_int_equal(c->problems.errors, 0);
    parts[4].text = SHEET("<row r='4'><c s='1'/></row>");
    assert_int_equal(read_bytes(c, zip_of(c->a, parts, 6), "a.xlsx"), E_INVALID);
    assert_true(has_problem(c, M_WB_NO_ROWS));
    assert_int_equal(c->problems.errors, 1);
}

/* --- bad files ---------------------------------------------------------------------------------
 */

static void not_workbooks(void **state)
{
    Case *c = *state;
    static const char ole[] = "\xD0\xCF\x11\xE0 ... W\0o\0r\0k\0b\0o\0o\0k\0";
    static const char locked[] =
        "\xD0\xCF\x11\xE0 ... E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
    refused(c, S(""), "kosong.csv", E_PARSE, M_WB_EMPTY_FILE);
    refused(c, S("%PDF-1.7"), "a.xlsx", E_PARSE, M_WB_NOT_TABLE);
    refused(c, (Str){ole, sizeof ole}, "a.xls", E_PARSE, M_WB_OTHER_TABLE);
    refused(c, (Str){locked, sizeof locked}, "a.xlsx", E_PARSE, M_WB_LOCKED);
    refused(c, S("\xD0\xCF\x11\xE0 something else"), "a.doc", E_PARSE, M_WB_NOT_TABLE);
    refused(c, S("  <HTML><table>"), "a.xls", E_PARSE, M_WB_OTHER_TABLE);
    refused(c, S("\xEF\xBB\xBF<?xml version='1.0'?>"), "a.xls", E_PARSE, M_WB_OTHER_TABLE);
    refused(c, S("\xFF\xFEN\0a\0m\0a\0"), "a.csv", E_PARSE, M_WB_OTHER_TABLE);
    refused(c, S("Nama;\x01\x02\x03\0"), "a.csv", E_PARSE, M_WB_UNKNOWN);
    refused(c, S("\n;\n;;\n"), "a.csv", E_INVALID, M_WB_NO_ROWS);
    const Part ods[] = {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}};
    const Part docx[] = {{"word/document.xml", "<w/>"}};
    const Part pptx[] = {{"_rels/.rels", RELS(REL("a", "officeDocument", "ppt/p.xml"))}};
    const Part xlsb[] = {{"_rels/.rels", RELS(REL("a", "officeDocument", "xl/workbook.bin"))},
                         {"xl/workbook.bin", "x"}};
    refused(c, zip_of(c->a, ods, 1), "a.ods", E_PARSE, M_WB_OTHER_TABLE);
    refused(c, zip_of(c->a, docx, 1), "a.docx", E_PARSE, M_WB_NOT_TABLE);
    refused(c, zip_of(c->a, pptx, 1), "a.pptx", E_PARSE, M_WB_NOT_TABLE);
    refused(c, zip_of(c->a, xlsb, 2), "a.xlsb", E_PARSE, M_WB_OTHER_TABLE);
    char *huge = calloc(1, 60 * 1024 * 1024);
    memcpy(huge, "PK\x03\x04", 4);
    refused(c, (Str){huge, 60 * 1024 * 1024}, "a.xlsx", E_TOO_LARGE, M_WB_LARGE_FILE);
    free(huge);
}

static void bad_xml(void **state)
{
    Case *c = *state;
    static const char *const sheets[] = {
        "<worksheet><sheetData>",                              /* unclosed */
        SHEET("<row r='2'/><row r='2'><c><v>1</v></c></row>"), /* line twice */
        SHEET("<row r='0'/>"),                                 /* no line */
        SHEET("<row r='1'><c r='1A'><v>1</v></c></row>"),      /* no reference */
        SHEET("<row><c t='s'><v>7</v></c></row>"),             /* no such string */
        SHEET("<row><c t='s'><v>-1</v></c></row>"),
        SHEET("<row><c t='averylongtypename'><v>7</v></c></row>"),
        "<?xml version='1.0' encoding='Shift_JIS'?><worksheet/>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
        "<a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
        "</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        refused(c, sheet_file(c, one_sheet, sheets[i], NULL), "a.xlsx", E_PARSE, M_WB_BROKEN);
    refused(c,
            sheet_file(c, one_sheet,
                       "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
                       "<worksheet>&b;</worksheet>",
                       NULL),
            "a.xlsx", E_PARSE, M_WB_DTD);
    refused(c, sheet_file(c, "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><workbook/>", "<x/>", NULL),
            "a.xlsx", E_PARSE, M_WB_DTD);
    refused(c, sheet_file(c, "<workbook/>", "<x/>", NULL), "a.xlsx", E_PARSE, M_WB_BROKEN);
}

/* Names in the archive never become paths: the odd ones are simply not looked at. */
static void odd_names(void **state)
{
    Case *c = *state;
    const Part parts[] = {
        {"../../../../tmp/jahat", "x"},
        {"/etc/passwd", "x"},
        {"xl/workbook.xml", one_sheet},
        {"xl/_rels/workbook.xml.rels", RELS(REL("r1", "worksheet", "../../../etc/passwd"))}};
    refused(c, zip_of(c->a, parts, 4), "a.xlsx", E_PARSE, M_WB_BROKEN);
    const Part external[] = {{"xl/workbook.xml", one_sheet},
                             {"xl/_rels/workbook.xml.rels",
                              RELS("<Relationship Id='r1' Type='x/worksheet' TargetMode='External' "
                                   "Target='http://192.0.2.1/a.xml'/>")}};
    refused(c, zip_of(c->a, external, 2), "a.xlsx", E_PARSE, M_WB_BROKEN);
}

static Str rows_of(Case *c, int rows, const char *row)
{
    Buf b = buf_new(c->a, (size_t)rows * 40);
    buf_lit(&b, "<worksheet><sheetData>");
    for (int i = 0; i < rows; i++)
        buf_put(&b, str_of(row));
    buf_lit(&b, "</sheetData></worksheet>");
    buf_char(&b, 0);
    return sheet_file(c, one_sheet, b.ptr, "<sst><si><t>x</t></si></sst>");
}

/* Rows that do not deflate by more than the ratio allows. */
static Str varied_rows(Case *c, int rows, int cells_per_row)
{
    Buf b = buf_new(c->a, 1024 * 1024);
    unsigned seed = 7;
    buf_lit(&b, "<worksheet><sheetData>");
    for (int i = 0; i < rows; i++) {
        buf_lit(&b, "<row>");
        for (int j = 0; j < cells_per_row; j++) {
            seed = seed * 1103515245u + 12345u;
            buf_printf(&b, "<c><v>%u</v></c>", seed >> 8 & 7);
        }
        buf_lit(&b, "</row>");
    }
    buf_lit(&b, "</sheetData></worksheet>");
    buf_char(&b, 0);
    return sheet_file(c, one_sheet, b.ptr, NULL);
}

static void limits(void **state)
{
    Case *c = *state;
    assert_int_equal(read_bytes(c, varied_rows(c, WORKBOOK_MAX_ROWS, 2), "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.sheets[0].n, WORKBOOK_MAX_ROWS);
    refused(c, varied_rows(c, WORKBOOK_MAX_ROWS + 1, 2), "a.xlsx", E_TOO_LARGE, M_WB_MANY_ROWS);
    assert_true(str_is(c->problems.items[0].place, "Data"));
    assert_int_equal(read_bytes(c, rows_of(c, 1, "<row><c r='GR1'><v>1</v></c></row>"), "a.xlsx"),
                     ERR_OK);
    assert_int_equal(
        read_bytes(c, rows_of(c, 1, "<row><c r='GS1' s='1'/><c r='A1'><v>1</v></c></row>"),
                   "a.xlsx"),
        ERR_OK);
    refused(c, rows_of(c, 1, "<row><c r='GS1'><v>1</v></c></row>"), "a.xlsx", E_TOO_LARGE,
            M_WB_MANY_COLUMNS);
    refused(c, rows_of(c, 10001, "<row><c r='GR1'><v>1</v></c></row>"), "a.xlsx", E_TOO_LARGE,
            M_WB_MANY_CELLS);
    Arena *small = arena_new(64 * 1024);
    Problems problems = {.arena = c->a};
    Workbook book;
    assert_int_equal(workbook_read(small, varied_rows(c, 5000, 5), S("a.xlsx"), &book, &problems),
                     E_TOO_LARGE);
    assert_int_equal(problems.errors, 1);
    arena_free(small);
}

/* A zip entry of `size` blanks, made without holding them. */
typedef struct Blanks {
    uint64_t left;
    zip_uint64_t size;
} Blanks;

static zip_int64_t blanks(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    Blanks *b = ctx;
    if (cmd == ZIP_SOURCE_OPEN) {
        b->left = b->size;
    } else if (cmd == ZIP_SOURCE_READ) {
        zip_uint64_t n = len < b->left ? len : b->left;
        memset(data, ' ', n);
        b->left -= n;
        return (zip_int64_t)n;
    } else if (cmd == ZIP_SOURCE_STAT) {
        zip_stat_t *st = data;
        zip_stat_init(st);
        st->size = b->size;
        st->valid = ZIP_STAT_SIZE;
        return sizeof *st;
    } else if (cmd == ZIP_SOURCE_SUPPORTS) {
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              -1);
    }
    return 0;
}

static void add_to(zip_t *zip, const char *name, const char *text)
{
    assert_true(zip_file_add(zip, name, zip_source_buffer(zip, text, strlen(text), 0), 0) >= 0);
}

/* Milliseconds of processor so far, of this process and those it waited for: a busy machine does
 * not count. */
static int64_t processor_ms(void)
{
    struct rusage mine, theirs;
    assert_int_equal(getrusage(RUSAGE_SELF, &mine) | getrusage(RUSAGE_CHILDREN, &theirs), 0);
    struct timeval times[] = {mine.ru_utime, mine.ru_stime, theirs.ru_utime, theirs.ru_stime};
    int64_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += times[i].tv_sec * 1000 + times[i].tv_usec / 1000;
    return sum;
}

static void bomb(void **state)
{
    Case *c = *state;
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    Blanks gib = {.size = UINT64_C(1) << 30};
    add_to(zip, "xl/workbook.xml", one_sheet);
    add_to(zip, "xl/_rels/workbook.xml.rels", book_rels);
    add_to(zip, "xl/styles.xml", styles);
    add_to(zip, "xl/sharedStrings.xml", "<sst/>");
    zip_source_t *source = zip_source_function(zip, blanks, &gib);
    assert_true(zip_file_add(zip, "xl/worksheets/sheet1.xml", source, 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    zip_source_stat(memory, &st);
    char *bytes = arena_alloc(c->a, st.size);
    zip_source_open(memory);
    assert_int_equal(zip_source_read(memory, bytes, st.size), (int64_t)st.size);
    zip_source_close(memory);
    zip_source_free(memory);
    int64_t start = processor_ms();
    refused(c, (Str){bytes, st.size}, "a.xlsx", E_TOO_LARGE, M_WB_BOMB);
    assert_true(processor_ms() - start < 5000);
}

/* Under the ratio, over the sum. */
static void inflated_sum(void **state)
{
    Case *c = *state;
    Buf b = buf_new(c->a, 80 * 1024 * 1024);
    unsigned seed = 7;
    buf_lit(&b, "<worksheet>");
    while (b.len < 66 * 1024 * 1024) {
        seed = seed * 1103515245u + 12345u;
        buf_printf(&b, "%08x%600s", seed, "");
    }
    buf_lit(&b, "</worksheet>");
    buf_char(&b, 0);
    Str file = sheet_file(c, one_sheet, b.ptr, NULL);
    assert_true(file.len < WORKBOOK_MAX_BYTES && b.len / file.len < 100);
    refused(c, file, "a.xlsx", E_TOO_LARGE, M_WB_BOMB);
}

static void locked_zip(void **state)
{
    Case *c = *state;
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    add_to(zip, "xl/workbook.xml", one_sheet);
    assert_int_equal(zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, "sandi"), 0);
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    zip_source_stat(memory, &st);
    char *bytes = arena_alloc(c->a, st.size);
    zip_source_open(memory);
    assert_int_equal(zip_source_read(memory, bytes, st.size), (int64_t)st.size);
    zip_source_close(memory);
    zip_source_free(memory);
    refused(c, (Str){bytes, st.size}, "a.xlsx", E_PARSE, M_WB_LOCKED);
}

/* --- writers -----------------------------------------------------------------------------------
 */

static Str small_table(Case *c)
{
    static const BookLine notes[] = {{S("Saringan"), S("semua")},
                                     {S("Oleh"), S("=cmd|' /C calc'")}};
    static const BookColumn columns[] = {{S("Nama"), false}, {S("Umur"), true}, {S("NIK"), false}};
    static const Str cells_[] = {S("Siti"),    S("12.5"), S("5301011200040001"),
                                 S("=1+1"),    S("<5"),   S("0812"),
                                 S("@Ma’ruf"), STR_NONE,  STR_NONE};
    const BookTable t = {.name = S("Korban [2026] / semua yang tercatat di Kupang"),
                         .notes = notes,
                         .n_notes = 2,
                         .columns = columns,
                         .n_columns = 3,
                         .cells = cells_,
                         .n_rows = 3};
    Str bytes;
    assert_int_equal(workbook_write_table(c->a, LANG_ID, &t, &bytes), ERR_OK);
    return bytes;
}

static void table_round_trip(void **state)
{
    Case *c = *state;
    assert_int_equal(read_bytes(c, small_table(c), "a.xlsx"), ERR_OK);
    assert_int_equal(c->problems.n, 0);
    assert_int_equal(c->book.n, 2);
    assert_true(str_is(c->book.sheets[0].name, "Keterangan"));
    is_cell(c, 0, 2, 1, CELL_TEXT, "=cmd|' /C calc'");
    is_cell(c, 1, 1, 2, CELL_TEXT, "NIK");
    is_cell(c, 1, 2, 1, CELL_NUMBER, "12.5");
    is_cell(c, 1, 2, 2, CELL_TEXT, "5301011200040001");
    is_cell(c, 1, 3, 0, CELL_TEXT, "=1+1");
    is_cell(c, 1, 3, 1, CELL_TEXT, "<5");
    is_cell(c, 1, 4, 0, CELL_TEXT, "@Ma’ruf");
    assert_int_equal(c->book.sheets[1].rows[3].n, 1);
}

/* Cut off anywhere, a file is refused and nothing worse. */
static void truncated(void **state)
{
    Case *c = *state;
    Str whole = small_table(c);
    for (size_t n = 0; n < whole.len; n += 1 + whole.len / 400) {
        Arena *a = arena_new(1024 * 1024);
        Problems problems = {.arena = a};
        Workbook book;
        Err e = workbook_read_here(a, str_head(whole, n), S("a.xlsx"), &book, &problems);
        assert_int_equal(e, E_PARSE);
        arena_free(a);
    }
    for (size_t n = 8; n < whole.len; n += whole.len / 6)
        refused(c, str_head(whole, n), "a.xlsx", E_PARSE, M_WB_BROKEN);
    char *flipped = arena_alloc(c->a, whole.len);
    for (size_t n = 0; n < whole.len; n += 3) {
        Arena *a = arena_new(1024 * 1024);
        Problems problems = {.arena = a};
        Workbook book;
        memcpy(flipped, whole.ptr, whole.len);
        flipped[n] = (char)(flipped[n] ^ 0x55);
        Err e = workbook_read_here(a, (Str){flipped, whole.len}, S("a.xlsx"), &book, &problems);
        assert_true(e == ERR_OK || problems.errors == 1);
        arena_free(a);
    }
}

static void template_round_trip(void **state)
{
    Case *c = *state;
    static const Str sexes[] = {S("Laki-laki"), S("Perempuan")};
    static const Str guide[] = {S("Isi lembar Data mulai baris 4.")};
    static const BookField fields[] = {
        {S("nama"), S("Nama"), S("Nama lengkap"), S("Maria Contoh"), true, false, NULL, 0},
        {S("nik"), S("NIK"), S("16 angka"), S("5301011200040001"), false, true, NULL, 0},
        {S("jk"), S("Jenis kelamin"), S("Pilih"), S("Perempuan"), true, false, sexes, 2}};
    const BookTemplate t = {S("Templat impor korban"), S("korban.3"), guide, 1, fields, 3};
    Str bytes, version, code;
    assert_int_equal(workbook_write_template(c->a, LANG_ID, &t, &bytes), ERR_OK);
    assert_int_equal(read_bytes(c, bytes, "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 3);
    const Sheet *data = &c->book.sheets[1];
    assert_true(str_is(data->name, TEMPLATE_DATA));
    assert_int_equal(data->n, 3);
    assert_false(workbook_template_row_is_codes(&data->rows[0]));
    assert_true(workbook_template_row_is_codes(&data->rows[1]));
    assert_true(workbook_template_code(data->rows[1].cells[1].text, &version, &code));
    assert_true(str_is(version, "korban.3") && str_is(code, "nik"));
    assert_true(workbook_template_row_is_example(&data->rows[2]));
    assert_false(workbook_template_row_is_example(&data->rows[0]));
    is_cell(c, 1, 1, 0, CELL_TEXT, "Nama *");
    is_cell(c, 1, 3, 1, CELL_TEXT, "5301011200040001");
    is_cell(c, 2, 3, 0, CELL_TEXT, "Perempuan");
    assert_false(workbook_template_code(S("sigap:1"), &version, &code));
    assert_false(workbook_template_code(S("sigap:1:"), &version, &code));
}

static void marked_copy(void **state)
{
    Case *c = *state;
    Str file = sheet_file(
        c, one_sheet,
        SHEET("<row r='1'><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"
              "<row r='2'><c><v>5.3E+15</v></c><c s='1'><v>45231</v></c><c t='b'><v>0</v></c></row>"
              "<row r='7'><c><v>5301011200040001</v></c><c t='str'><f>A1</f><v>=A1</v></c></row>"),
        "<sst><si><t>NIK</t></si><si><t>Lahir</t></si></sst>");
    assert_int_equal(read_bytes(c, file, "a.xlsx"), ERR_OK);
    Problems found = {.arena = c->a};
    problem_add(&found, (Problem){.place = S("a.xlsx"), .msg = M_WB_LATIN, .warning = true});
    for (int i = 0; i < 2; i++)
        problem_add(&found, (Problem){.place = S("Data"),
                                      .line = 2,
                                      .column = 1,
                                      .sheet = true,
                                      .msg = i ? M_WB_QUOTE : M_WB_LONG_CELL,
                                      .args = {S("2")},
                                      .warning = i == 0});
    problem_add(&found, (Problem){.place = S("Data"), .line = 9, .sheet = true, .msg = M_E_STALE});
    Str bytes;
    assert_int_equal(workbook_write_marked(c->a, LANG_ID, &c->book, &found, &bytes), ERR_OK);
    assert_int_equal(read_bytes(c, bytes, "b.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 2);
    assert_true(workbook_sheet_is_report(&c->book.sheets[0]));
    assert_false(workbook_sheet_is_report(&c->book.sheets[1]));
    assert_int_equal(c->book.sheets[0].n, 6);
    is_cell(c, 0, 4, 1, CELL_TEXT, "Data");
    is_cell(c, 0, 4, 2, CELL_NUMBER, "2");
    is_cell(c, 0, 4, 3, CELL_TEXT, "A");
    is_cell(c, 1, 2, 0, CELL_TEXT, "5.3E+15");
    is_cell(c, 1, 2, 1, CELL_DATE, "2023-11-01");
    is_cell(c, 1, 2, 2, CELL_BOOL, "0");
    is_cell(c, 1, 7, 0, CELL_TEXT, "5301011200040001");
    is_cell(c, 1, 7, 1, CELL_TEXT, "=A1");
    /* A copy of a copy has one report, not two. */
    assert_int_equal(workbook_write_marked(c->a, LANG_EN, &c->book, &found, &bytes), ERR_OK);
    assert_int_equal(read_bytes(c, bytes, "c.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 2);
}

static void cross_table(void **state)
{
    Case *c = *state;
    static const Str cells[] = {S("Kabupaten"), S("0-17"), S("18+"), S("Jumlah"),
                                S("Kupang"),    S("<5"),   S("12"),  S("<17"),
                                S("Jumlah"),    S("<5"),   S("12"),  S("<17")};
    const BookCross t = {.name = S("Tabel"),
                         .title = S("Korban menurut umur dan kabupaten"),
                         .n_rows = 3,
                         .n_columns = 4,
                         .cells = cells,
                         .total_column = true};
    Str bytes;
    assert_int_equal(workbook_write_cross(c->a, LANG_ID, NULL, 0, &t, 1, &bytes), ERR_OK);
    assert_int_equal(read_bytes(c, bytes, "a.xlsx"), ERR_OK);
    is_cell(c, 1, 4, 1, CELL_TEXT, "<5");
    is_cell(c, 1, 4, 2, CELL_NUMBER, "12");
    is_cell(c, 1, 5, 3, CELL_TEXT, "<17");
}

/* Sheet names that Excel refuses are bent until it takes them. */
static void sheet_names(void **state)
{
    Case *c = *state;
    Cell one = {CELL_TEXT, S("x")};
    SheetRow row = {1, &one, 1};
    Sheet sheets[] = {{S("a/b"), &row, 1}, {S("A B"), &row, 1},
                      {S(""), &row, 1},    {S("'q'"), &row, 1},
                      {S("a:b"), &row, 1}, {S("ÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀ"), &row, 1}};
    Workbook book = {sheets, 6};
    Problems none = {.arena = c->a};
    Str bytes;
    assert_int_equal(workbook_write_marked(c->a, LANG_ID, &book, &none, &bytes), ERR_OK);
    assert_int_equal(read_bytes(c, bytes, "a.xlsx"), ERR_OK);
    assert_int_equal(c->book.n, 7);
    assert_true(str_is(c->book.sheets[2].name, "A B (2)"));
}

/* --- CSV ---------------------------------------------------------------------------------------
 */

static void csv_files(void **state)
{
    Case *c = *state;
    assert_int_equal(
        read_bytes(c, S("\xEF\xBB\xBFNama;Umur\r\n\"Siti; \"\"A\"\"\";12,5\r\n\r\n;\r\nBudi\r\n"),
                   "C:\\data\\korban 2026.csv"),
        ERR_OK);
    assert_true(str_is(c->book.sheets[0].name, "korban 2026"));
    assert_int_equal(c->book.sheets[0].n, 3);
    is_cell(c, 0, 2, 0, CELL_TEXT, "Siti; \"A\"");
    is_cell(c, 0, 2, 1, CELL_TEXT, "12,5");
    is_cell(c, 0, 5, 0, CELL_TEXT, "Budi");
    assert_int_equal(read_bytes(c, S("sep=;\r\na,b;c\r\n"), "a.csv"), ERR_OK);
    is_cell(c, 0, 2, 0, CELL_TEXT, "a,b");
    assert_int_equal(read_bytes(c, S("Nama,Kota\nMa\x92ruf,Jos\xE9\n"), "a.csv"), ERR_OK);
    assert_true(has_problem(c, M_WB_LATIN) && c->problems.errors == 0);
    is_cell(c, 0, 2, 0, CELL_TEXT, "Ma’ruf");
    is_cell(c, 0, 2, 1, CELL_TEXT, "José");
    assert_int_equal(read_bytes(c, S("LAPORAN KORBAN\n\nNama;Kota\nSiti;Soe, TTS\n"), "a.csv"),
                     ERR_OK); /* a title above the table has no separator */
    is_cell(c, 0, 4, 1, CELL_TEXT, "Soe, TTS");
    refused(c, S("a,b\n1,\"x\ny\nz"), "a.csv", E_PARSE, M_WB_QUOTE);
    assert_int_equal(c->problems.items[0].line, 2);
}

static void csv_limits(void **state)
{
    Case *c = *state;
    Buf b = buf_new(c->a, 200000);
    for (int i = 0; i <= WORKBOOK_MAX_ROWS; i++)
        buf_lit(&b, "a,b\n");
    refused(c, buf_str(&b), "a.csv", E_TOO_LARGE, M_WB_MANY_ROWS);
    b.len = 0;
    for (int i = 0; i <= WORKBOOK_MAX_COLUMNS; i++)
        buf_lit(&b, "a,");
    refused(c, buf_str(&b), "a.csv", E_TOO_LARGE, M_WB_MANY_COLUMNS);
    b.len = 0;
    for (int i = 0; i <= WORKBOOK_MAX_TEXT; i++)
        buf_char(&b, 'a');
    refused(c, buf_str(&b), "a.csv", E_TOO_LARGE, M_WB_LONG_CELL);
}

/* --- the child ---------------------------------------------------------------------------------
 */

/* Answers a taken-over child might give. */
static void lying_child(void **state)
{
    Case *c = *state;
    static const Str lies[] = {
        S("\x00\x00\x00\x00"),          /* empty record */
        S("\xFF\xFF\xFF\xFF"),          /* 4 GiB */
        S("\x01\x00\x00\x00X"),         /* no such kind */
        S("\x01\x00\x00\x00R"),         /* row before a sheet */
        S("\x03\x00\x00\x00S\x00\xFF"), /* name not UTF-8 */
        S("\x02\x00\x00\x00S\x00\x07\x00\x00\x00R\x01\x00\x00\x00\x01\x00"), /* cell missing */
        S("\x02\x00\x00\x00S\x00\x0C\x00\x00\x00R\x01\x00\x00\x00\x01\x00\x01\xFF\xFF\xFF\xFF"),
        S("\x02\x00\x00\x00S\x00\x0C\x00\x00\x00R\x01\x00\x00\x00\x01\x00\x63\x00\x00\x00\x00"),
        S("\x02\x00\x00\x00S\x00\x07\x00\x00\x00R\x00\x00\x00\x00\x00\x00"), /* line 0 */
        S("\x02\x00\x00\x00S\x00\x07\x00\x00\x00R\x01\x00\x00\x00\xFF\xFF"), /* 65,535 cells */
        S("\x02\x00\x00\x00S\x00\x02\x00\x00\x00M\x00"),                     /* half a range */
        S("\x01\x00\x00\x00"
          "E\x01\x00\x00\x00"
          "E"), /* goes on after the end */
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        WireIn in = wire_in(c->a);
        XlsxFault fault = wire_take(&in, lies[i]);
        if (fault == XLSX_OK)
            fault = wire_finish(&in, &c->book);
        assert_int_equal(fault, XLSX_BROKEN);
    }
    WireIn in = wire_in(c->a);
    assert_int_equal(wire_take(&in, S("\x02\x00\x00\x00S\x00")), XLSX_OK);
    assert_int_equal(wire_finish(&in, &c->book), XLSX_BROKEN); /* no end record */
}

static void child_usage(void **state)
{
    (void)state;
    char name[] = "sigap", verb[] = "urai", kind[] = "foto";
    char *argv[] = {name, verb, kind, NULL};
    assert_int_equal(reader_child_main(3, argv), 2);
    assert_int_equal(reader_child_main(2, argv), 2);
}

/* What a locked-in process tries, by the name the test gives it. 0 = it could. */
static int try_to(const char *what)
{
    if (!reader_child_lock())
        return 99;
    if (strcmp(what, "wait") == 0) {
        char c = 'x';
        return write(STDOUT_FILENO, &c, 1) == 1 && read(STDIN_FILENO, &c, 1) >= 0 ? 0 : 1;
    }
    if (strcmp(what, "open") == 0)
        return open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 1;
    if (strcmp(what, "socket") == 0)
        return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
    if (strcmp(what, "exec") == 0)
        return execl("/bin/true", "true", (char *)NULL);
    if (strcmp(what, "memory") == 0)
        return malloc(300 * 1024 * 1024) ? 0 : 1;
    return 98;
}

static pid_t start_trial(const char *what, int *ret_in, int *ret_out)
{
    char name[] = "sigap", verb[] = "kurung";
    char *argv[] = {name, verb, strdup(what), NULL};
    char *env[] = {NULL};
    int in[2], out[2];
    pid_t pid;
    posix_spawn_file_actions_t files;
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, env), 0);
    posix_spawn_file_actions_destroy(&files);
    free(argv[2]);
    close(in[0]);
    close(out[1]);
    *ret_in = in[1];
    *ret_out = out[0];
    return pid;
}

static int trial(const char *what)
{
    int in, out, status;
    pid_t pid = start_trial(what, &in, &out);
    close(in);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(out);
    return status;
}

static rlim_t limit_of(pid_t pid, __rlimit_resource_t what)
{
    struct rlimit r;
    assert_int_equal(prlimit(pid, what, NULL, &r), 0);
    return r.rlim_max;
}

/* The real limits, in a build without sanitizer. */
static void child_is_locked_in(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip();
#endif
    int in, out, status;
    char c;
    pid_t pid = start_trial("wait", &in, &out);
    assert_int_equal(read(out, &c, 1), 1);
    assert_int_equal(limit_of(pid, RLIMIT_CPU), 20);
    assert_int_equal(limit_of(pid, RLIMIT_AS), 256 * 1024 * 1024);
    assert_int_equal(limit_of(pid, RLIMIT_FSIZE), 0);
    assert_int_equal(limit_of(pid, RLIMIT_NPROC), 0);
    assert_int_equal(limit_of(pid, RLIMIT_CORE), 0);
    close(in);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(out);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = trial("open");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    status = trial("memory");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    status = trial("socket");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    status = trial("exec");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* 10,000 rows of 15 columns, as an agency would send them. */
static void ten_thousand_rows(void **state)
{
    Case *c = *state;
    enum { ROWS = 10000, COLUMNS = 15 };
    BookColumn columns[COLUMNS];
    Str *values = ARENA_ARRAY(c->a, ROWS * COLUMNS, Str);
    for (int i = 0; i < COLUMNS; i++)
        columns[i] = (BookColumn){str_printf(c->a, "Kolom %d", i), i % 3 == 2};
    for (int i = 0; i < ROWS * COLUMNS; i++)
        values[i] = str_printf(c->a, i % 3 == 2 ? "%d" : "Isi %d", i * 7 % 9973);
    const BookTable t = {
        .name = S("D"), .columns = columns, .n_columns = COLUMNS, .cells = values, .n_rows = ROWS};
    Str bytes;
    int64_t start = clock_steady();
    assert_int_equal(workbook_write_table(c->a, LANG_ID, &t, &bytes), ERR_OK);
    int64_t written = clock_steady(), worked = processor_ms();
    assert_int_equal(read_bytes(c, bytes, "a.xlsx"), ERR_OK);
    int64_t done = clock_steady();
    print_message("10,000 x 15: written in %d ms, read in %d ms, %zu bytes\n",
                  (int)(written - start), (int)(done - written), bytes.len);
    assert_int_equal(c->book.sheets[1].n, ROWS + 1);
    assert_true(processor_ms() - worked < 10000);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "urai") == 0)
        return reader_child_main(argc, argv);
    if (argc > 2 && strcmp(argv[1], "kurung") == 0)
        _exit(try_to(argv[2]));
    const struct CMUnitTest tests[] = {
        TEST(numbers),
        TEST(dates),
        TEST(date_formats),
        TEST(cells),
        TEST(system_of_1904),
        TEST(merged),
        TEST(hidden_and_empty),
        TEST(not_workbooks),
        TEST(bad_xml),
        TEST(odd_names),
        TEST(limits),
        TEST(bomb),
        TEST(inflated_sum),
        TEST(locked_zip),
        TEST(table_round_trip),
        TEST(truncated),
        TEST(template_round_trip),
        TEST(marked_copy),
        TEST(cross_table),
        TEST(sheet_names),
        TEST(csv_files),
        TEST(csv_limits),
        TEST(lying_child),
        TEST(child_usage),
        TEST(child_is_locked_in),
        TEST(ten_thousand_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
