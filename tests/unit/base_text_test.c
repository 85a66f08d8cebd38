/* Memory and text: arena, strings, base64, Unicode, CSV, JSON, problems, ids. */
#include "test_kit.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/problem.h"
#include "base/rand.h"
#include "base/utf8.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

/* ---- arena ---- */

static void arena_serves_past_its_limit(void **state)
{
    (void)state;
    Arena *a = arena_new(1000);
    char *p = arena_alloc(a, 900);
    assert_false(arena_over(a));
    char *q = arena_alloc(a, 5u << 20);
    assert_true(arena_over(a));
    for (size_t i = 0; i < 900; i++)
        assert_int_equal(p[i], 0);
    memset(q, 1, 5u << 20);
    assert_int_equal((uintptr_t)arena_alloc(a, 3) % _Alignof(max_align_t), 0);
    arena_free(a);
    arena_free(NULL);
}

/* Who writes past a record of an arena is stopped there, as past one of malloc. */
static void arena_is_watched_piece_by_piece(void **state)
{
    Arena *a = *state;
    char *one = arena_alloc(a, 13), *two = arena_alloc(a, 100000), *three = arena_alloc(a, 16);
    assert_int_equal(one[12] + two[99999] + three[15], 0);
#ifdef __SANITIZE_ADDRESS__
    assert_true(__asan_address_is_poisoned(one + 13));
    assert_true(__asan_address_is_poisoned(two + 100000));
    assert_true(__asan_address_is_poisoned(three + 16));
#endif
}

static char order[8];
static void note_a(void *ctx)
{
    strcat(order, ctx);
}

static void arena_runs_deferred_in_reverse(void **state)
{
    (void)state;
    static char one[] = "1", two[] = "2", three[] = "3";
    Arena *a = arena_new(64);
    arena_defer(a, note_a, one);
    arena_defer(a, note_a, two);
    arena_alloc(a, 100000);
    arena_defer(a, note_a, three);
    assert_string_equal(order, "");
    arena_free(a);
    assert_string_equal(order, "321");
}

static void arena_lists_grow(void **state)
{
    Arena *a = *state;
    StrList list = {0};
    for (int i = 0; i < 1000; i++)
        *ARENA_PUSH(a, list) = str_int(a, i);
    assert_int_equal(list.n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_str(list.items[i], str_z(a, str_int(a, i)));
}

/* ---- str and buf ---- */

static void str_compares_and_cuts(void **state)
{
    (void)state;
    Str rest = S("a,,b,"), piece;
    assert_true(str_eq(STR_NONE, S("")) && str_empty(STR_NONE) && !str_of(NULL).ptr);
    assert_true(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("b"), S("ab")) > 0);
    assert_true(str_cut(&rest, ',', &piece) && str_is(piece, "a"));
    assert_true(str_cut(&rest, ',', &piece) && piece.len == 0);
    assert_true(str_cut(&rest, ',', &piece) && str_is(piece, "b"));
    assert_true(str_cut(&rest, ',', &piece) && piece.len == 0);
    assert_false(str_cut(&rest, ',', &piece));
    assert_true(str_starts(S("abc"), S("ab")) && !str_starts(S("a"), S("ab")));
    assert_true(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")));
    assert_str(str_trim(S(" \t\r\nx y\v ")), "x y");
    assert_str(str_from(S("abc"), 7), "");
    assert_str(str_head(S("abc"), 7), "abc");
    assert_true(str_contains(S("abc"), S("bc")) && str_contains(S(""), S("")));
    assert_false(str_contains(S("ab"), S("abc")));
    assert_true(str_has_word(S("  satu  dua"), S("dua")) && !str_has_word(S("satudua"), S("dua")));
}

static void str_reads_integers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "9223372036854775808",
                                      "0x1",
                                      "--1",
                                      "-9223372036854775809"};
    int64_t n = 7;
    assert_true(str_i64(S("9223372036854775807"), &n) && n == INT64_MAX);
    assert_true(str_i64(S("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(str_i64(S("007"), &n) && n == 7);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(str_i64(str_of(bad[i]), &n));
        assert_int_equal(n, 7);
    }
}

static void str_copies(void **state)
{
    Arena *a = *state;
    assert_null(str_copy(a, STR_NONE).ptr);
    assert_non_null(str_copy(a, S("")).ptr);
    assert_string_equal(str_z(a, STR_NONE), "");
    assert_string_equal(str_z(a, str_head(S("abcdef"), 3)), "abc");
    assert_str(str_lower(a, S("ABC É z")), "abc É z");
    Buf b = buf_new(a, 1);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "%d,", i % 10);
    buf_put(&b, STR_NONE);
    buf_char(&b, '!');
    Str s = buf_str(&b);
    assert_int_equal(s.len, 10001);
    assert_str(str_from(s, 9992), "6,7,8,9,!");
}

/* ---- base64 ---- */

static void base64_goes_both_ways(void **state)
{
    Arena *a = *state;
    char bytes[300];
    Dice d = {1};
    Str back;
    for (size_t n = 0; n < sizeof bytes; n++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)dice(&d, 256);
        Str text = base64_encode(a, (Str){bytes, n});
        assert_int_equal(text.len, (n + 2) / 3 * 4);
        assert_true(base64_decode(a, text, &back));
        assert_true(str_eq(back, (Str){bytes, n}));
    }
    assert_str(base64_encode(a, S("Oelneke")), "T2VsbmVrZQ==");
}

static void base64_refuses(void **state)
{
    static const char *const bad[] = {"A",    "AA",       "AAA",  "A===", "====", "QQ=A",
                                      "Q Q=", "QQ==QQ==", "QQ-_", "QR==", "QUJ=", "QQ==\n"};
    Str back;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (base64_decode(*state, str_of(bad[i]), &back))
            fail_msg("accepted %s", bad[i]);
}

/* ---- Unicode ---- */

static void utf8_refuses_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",         "a\xC3",
        "\xC0\xAF",     "\xE0\x80\xAF",
        "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xFF",         "\xF8\x88\x80\x80\x80",
        "\xC3(",        "\x01",
        "a\x7F",        "\x1B[0m",
    };
    static const char *const good[] = {"", "a\tb\r\nc", "Ngada é", "\xF0\x9F\x98\x80", "日本"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (utf8_valid(str_of(bad[i])))
            fail_msg("accepted bad text %zu", i);
    assert_false(utf8_valid((Str){"a\0b", 3}));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_valid(str_of(good[i])));
}

static void utf8_folds(void **state)
{
    Arena *a = *state;
    assert_str(utf8_fold(a, S("  \u00c9L\t\n o\u0308 ")), "el o");
    assert_str(utf8_fold(a, S("So\u2019e  NOEMUTI")), "so’e noemuti");
    assert_str(utf8_fold(a, S("a\u00a0b")), "a b");
    assert_str(utf8_fold(a, S("Stra\u00dfe \uff21")), "strasse a");
    assert_str(utf8_fold(a, S("   ")), "");
    assert_str(utf8_nfc(a, S("e\u0301")), "\u00e9");
    Str once = utf8_fold(a, S("Ma\u0301\u0302r\u0131")), twice = utf8_fold(a, once);
    assert_true(str_eq(once, twice));
}

static void utf8_counts_and_converts(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(S("a\u00e9\U0001F600")), 3);
    assert_int_equal(utf8_first(S("\u00e9x")), 2);
    assert_int_equal(utf8_first(S("\x80x")), 1);
    assert_int_equal(utf8_first(S("")), 0);
}

/* ---- CSV ---- */

static void assert_row(CsvReader *csv, int line, const char *joined)
{
    CsvRow row;
    bool more;
    Buf b = buf_new(csv->arena, 64);
    OK(csv_next(csv, &row, &more));
    assert_true(more);
    assert_int_equal(row.line, line);
    for (size_t i = 0; i < row.n; i++) {
        buf_put(&b, row.cells[i]);
        buf_char(&b, '|');
    }
    assert_str(buf_str(&b), joined);
}

static void assert_end(CsvReader *csv)
{
    CsvRow row;
    bool more = true;
    OK(csv_next(csv, &row, &more));
    assert_false(more);
}

static void csv_reads(void **state)
{
    CsvReader r =
        csv_reader(*state, S("\xEF\xBB\xBFnama,umur\r\n\"a \"\"b\"\", c\",1\n\n\"x\ny\","));
    assert_row(&r, 1, "nama|umur|");
    assert_row(&r, 2, "a \"b\", c|1|");
    assert_row(&r, 3, "|");
    assert_row(&r, 4, "x\ny||");
    assert_end(&r);
    r = csv_reader(*state, S("a\rb"));
    assert_row(&r, 1, "a|");
    assert_row(&r, 2, "b|");
    assert_end(&r);
    r = csv_reader(*state, S(""));
    assert_end(&r);
}

static void csv_finds_the_separator(void **state)
{
    CsvReader r = csv_reader(*state, S("a;b,c;d\n1;2;3\n"));
    assert_row(&r, 1, "a|b,c|d|");
    assert_row(&r, 2, "1|2|3|");
    r = csv_reader(*state, S("a\tb\tc,d\n"));
    assert_row(&r, 1, "a|b|c,d|");
    r = csv_reader(*state, S("\"nama, gelar, asal\";umur\n"));
    assert_row(&r, 1, "nama, gelar, asal|umur|");
}

static void csv_names_the_unclosed_quote(void **state)
{
    CsvReader r = csv_reader(*state, S("a,b\n1,\"x\ny\n"));
    CsvRow row;
    bool more;
    assert_row(&r, 1, "a|b|");
    FAILS(csv_next(&r, &row, &more), E_PARSE);
    assert_int_equal(r.line, 2);
}

static void csv_writes_safely(void **state)
{
    static const char *const cases[][2] = {
        {"abc", "abc"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"=1+1", "\"'=1+1\""},
        {"+62812", "\"'+62812\""},
        {"-5", "-5"},
        {"-1.234,5", "\"-1.234,5\""},
        {"-1-1", "\"'-1-1\""},
        {"-", "\"'-\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"\uff1d1", "\"'\uff1d1\""},
        {"\uff0b1", "\"'\uff0b1\""},
        {"\uff0d1", "\"'\uff0d1\""},
        {"\uff20x", "\"'\uff20x\""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Buf b = buf_new(*state, 64);
        csv_cell(&b, str_of(cases[i][0]), ',');
        assert_str(buf_str(&b), cases[i][1]);
    }
    Buf b = buf_new(*state, 64);
    csv_cell(&b, S("a,b"), ';');
    assert_str(buf_str(&b), "a,b");
}

static void csv_goes_both_ways(void **state)
{
    Arena *a = *state;
    static const char letters[] = "ab\",;\n\r\t 1";
    Dice d = {2};
    for (int round = 0; round < 500; round++) {
        StrList cells = {0};
        Buf b = buf_new(a, 64);
        for (unsigned i = 0, n = 1 + dice(&d, 5); i < n; i++) {
            Buf cell = buf_new(a, 16);
            buf_char(&cell, 'x'); /* no formula */
            for (unsigned k = dice(&d, 6); k > 0; k--)
                buf_char(&cell, letters[dice(&d, sizeof letters - 1)]);
            if (i)
                buf_char(&b, ',');
            *ARENA_PUSH(a, cells) = buf_str(&cell);
            csv_cell(&b, buf_str(&cell), ',');
        }
        CsvReader r = {.arena = a, .text = buf_str(&b), .line = 1, .sep = ','};
        CsvRow row;
        bool more;
        OK(csv_next(&r, &row, &more));
        assert_int_equal(row.n, cells.n);
        for (size_t i = 0; i < row.n; i++)
            assert_true(str_eq(row.cells[i], cells.items[i]));
        assert_end(&r);
    }
}

/* ---- JSON, problems, ids ---- */

static void json_goes_both_ways(void **state)
{
    Arena *a = *state;
    Buf b = buf_new(a, 64);
    StrList keys, values;
    buf_lit(&b, "{");
    json_put(&b, S("a\"\\\n\x01"));
    buf_lit(&b, ":");
    json_put(&b, S("\u00e9 \t/"));
    buf_lit(&b, ",\"b\":");
    json_put(&b, STR_NONE);
    buf_lit(&b, ",\"c\":\"\"}");
    OK(json_read_flat(a, buf_str(&b), &keys, &values));
    assert_int_equal(keys.n, 3);
    assert_str(keys.items[0], "a\"\\\n\x01");
    assert_str(values.items[0], "\u00e9 \t/");
    assert_null(values.items[1].ptr);
    assert_true(values.items[2].ptr && values.items[2].len == 0);
}

static void json_refuses(void **state)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "{\"a\":1}",
                                      "{\"a\":{}}",
                                      "1",
                                      "{\"a\":true}",
                                      "{\"a\":\"x\",\"a\":\"y\"}",
                                      "{\"a\":\"\xC3\"}",
                                      "{} x"};
    StrList keys, values;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        FAILS(json_read_flat(*state, str_of(bad[i]), &keys, &values), E_PARSE);
}

static void problem_says_where_and_what(void **state)
{
    Arena *a = *state;
    static const Label name = {{{"Nama", 4}, {"Name", 4}}};
    Problem p = {.place = S("buku.xlsx"),
                 .line = 7,
                 .column = 28,
                 .sheet = true,
                 .label = &name,
                 .msg = M_REQUIRED};
    assert_str(problem_text(a, LANG_ID, &p), "buku.xlsx: baris 7, kolom AB (Nama): Wajib diisi.");
    assert_str(problem_text(a, LANG_EN, &p),
               "buku.xlsx: row 7, column AB (Name): This must be filled in.");
    p = (Problem){.place = S("a.yaml"), .line = 3, .column = 9, .msg = M_REQUIRED};
    assert_str(problem_text(a, LANG_EN, &p), "a.yaml:3:9: This must be filled in.");
    p = (Problem){.label = &name, .msg = M_REQUIRED};
    assert_str(problem_text(a, LANG_ID, &p), "Nama: Wajib diisi.");
    Problems list = {.arena = a};
    problem_add(&list, p);
    p.warning = true;
    problem_add(&list, p);
    assert_true(list.n == 2 && list.errors == 1);
    assert_str(column_letters(a, 1), "A");
    assert_str(column_letters(a, 26), "Z");
    assert_str(column_letters(a, 702), "ZZ");
    assert_str(column_letters(a, 703), "AAA");
}

static void uid_has_its_shape(void **state)
{
    Arena *a = *state;
    static const char *const bad[] = {"", "0190a0b0-c0d0-7000-8000-00000000000",
                                      "0190A0B0-c0d0-7000-8000-000000000000",
                                      "0190a0b0_c0d0-7000-8000-000000000000"};
    Str before = STR_NONE;
    for (int i = 0; i < 200; i++) {
        Str uid = rand_uid(a);
        assert_true(uid_shape(uid));
        assert_int_equal(uid.ptr[14], '7');
        assert_non_null(strchr("89ab", uid.ptr[19]));
        assert_true(str_cmp(str_head(before, 13), str_head(uid, 13)) <= 0); /* by time */
        assert_false(str_eq(before, uid));
        before = uid;
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(uid_shape(str_of(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(arena_serves_past_its_limit),
        ARENA_TEST(arena_is_watched_piece_by_piece),
        ARENA_TEST(arena_runs_deferred_in_reverse),
        ARENA_TEST(arena_lists_grow),
        ARENA_TEST(str_compares_and_cuts),
        ARENA_TEST(str_reads_integers),
        ARENA_TEST(str_copies),
        ARENA_TEST(base64_goes_both_ways),
        ARENA_TEST(base64_refuses),
        ARENA_TEST(utf8_refuses_malformed),
        ARENA_TEST(utf8_folds),
        ARENA_TEST(utf8_counts_and_converts),
        ARENA_TEST(csv_reads),
        ARENA_TEST(csv_finds_the_separator),
        ARENA_TEST(csv_names_the_unclosed_quote),
        ARENA_TEST(csv_writes_safely),
        ARENA_TEST(csv_goes_both_ways),
        ARENA_TEST(json_goes_both_ways),
        ARENA_TEST(json_refuses),
        ARENA_TEST(problem_says_where_and_what),
        ARENA_TEST(uid_has_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
