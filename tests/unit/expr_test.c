/* Truth tables and functions of expressions, on the registers of tests/domain_mini.
 * Arguments: source root. */
#include "base/clock.h"
#include "model/expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Values are given as "field=value" words; hops as "via.field" or "induk.field", children as
 * "child.field" with values separated by |, and find as "find". A blank in a value is written _. */
typedef struct Given {
    const char *words;
    Arena *arena;
} Given;

static Arena *arena;
static Model *model;

static Str given(const Given *g, Str key)
{
    Str rest = str_of(g->words), word;
    while (str_word(&rest, &word)) {
        ptrdiff_t eq = str_find(word, '=');
        if (eq < 0 || !str_eq(str_head(word, (size_t)eq), key))
            continue;
        char *v = arena_alloc(arena, word.len);
        size_t n = word.len - (size_t)eq - 1;
        for (size_t i = 0; i < n; i++)
            v[i] = word.ptr[(size_t)eq + 1 + i] == '_' ? ' ' : word.ptr[(size_t)eq + 1 + i];
        return (Str){v, n};
    }
    return STR_NONE;
}

static Str own(void *ctx, const Field *f)
{
    return given(ctx, f->name);
}

static Str hop(void *ctx, const Field *via, const Field *f)
{
    return given(ctx, str_printf(arena, "%.*s.%.*s", STR_ARG(via ? via->name : S("induk")),
                                 STR_ARG(f->name)));
}

static StrList children(void *ctx, const Register *child, const Field *f)
{
    StrList list = {0};
    Str piece, all = given(ctx, str_printf(arena, "%.*s.%.*s", STR_ARG(child->name),
                                           STR_ARG(f ? f->name : S("count"))));
    while (str_cut(&all, '|', &piece))
        *ARENA_PUSH(arena, list) = piece.len ? piece : STR_NONE;
    return list;
}

static Str find(void *ctx, const Field *f, Str value)
{
    Str key = given(ctx, str_printf(arena, "find.%.*s", STR_ARG(f->name)));
    return str_eq(key, value) ? S("uid-1") : STR_NONE;
}

static ExprEnv env_of(Given *g)
{
    return (ExprEnv){.arena = arena,
                     .today = {2026, 3, 12},
                     .ctx = g,
                     .own = own,
                     .hop = hop,
                     .children = children,
                     .find = find};
}

static Expr *linked(const char *reg, const char *text, const char *out, ExprUseAs as)
{
    Problems problems = {.arena = arena};
    const Register *r = model_reg(model, str_of(reg));
    Expr *e = expr_parse(arena, str_of(text), S("test"), 1, 1, &problems);
    expr_link(e, r, out ? reg_field(r, str_of(out)) : NULL, as, S("test"), &problems);
    for (size_t i = 0; i < problems.n; i++)
        print_error("%s: %.*s\n", text, STR_ARG(problem_text(arena, LANG_EN, &problems.items[i])));
    assert_int_equal(problems.n, 0);
    return e;
}

static bool truth(const char *reg, const char *text, const char *words)
{
    Given g = {words, arena};
    ExprEnv env = env_of(&g);
    return expr_true(linked(reg, text, NULL, EXPR_CONDITION), &env);
}

static void assert_value(const char *reg, const char *out, const char *text, const char *words,
                         const char *want)
{
    Given g = {words, arena};
    ExprEnv env = env_of(&g);
    Str got = expr_text(linked(reg, text, out, EXPR_VALUE), &env);
    if (!want) {
        assert_null(got.ptr);
        return;
    }
    assert_string_equal(str_z(arena, got), want);
}

static void comparisons(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        bool want;
    } rows[] = {
        {"ada_lp = ya", "ada_lp=ya", true},
        {"ada_lp = ya", "ada_lp=tidak", false},
        {"ada_lp = ya", "", false},
        {"ada_lp != ya", "ada_lp=tidak", true},
        {"ada_lp != ya", "", false},
        {"not ada_lp = ya", "", true},
        {"jumlah > 9", "jumlah=10", true},
        {"jumlah > 9", "jumlah=9", false},
        {"jumlah >= 9", "jumlah=9", true},
        {"jumlah < 9", "jumlah=10", false},
        {"jumlah <= -1", "jumlah=-2", true},
        {"jumlah = 0", "jumlah=0", true},
        {"jumlah = 0", "", false},
        {"luas > 1.5", "luas=151", true},
        {"luas > 1.5", "luas=150", false},
        {"luas = 2", "luas=200", true},
        {"dibuka >= '2026-01-02'", "dibuka=2026-01-02", true},
        {"dibuka >= '2026-01-02'", "dibuka=2026", false},
        {"dibuka < '2026-01-02'", "dibuka=2026-01", true},
        {"dibuka = '2026'", "dibuka=2026-01-01", false},
        {"dibuka in ('2026', '2026-01')", "dibuka=2026-01", true},
        {"dibuka <= today()", "dibuka=2026-03-12", true},
        {"asal has '53.03'", "asal=53.01_53.03", true},
        {"asal has '53.03'", "asal=53.01", false},
        {"asal has '53.03'", "", false},
        {"status in (baru, jalan)", "status=jalan", true},
        {"status in (baru, jalan)", "status=tutup", false},
        {"judul = 'dua kata'", "judul=dua_kata", true},
        {"empty(judul)", "", true},
        {"empty(judul)", "judul=x", false},
        {"not empty(judul)", "judul=x", true},
        {"year(dibuka) = 2026", "dibuka=2026-05", true},
        {"pengelola.kode = 'DP3A'", "pengelola.kode=DP3A", true},
        {"saat < today()", "saat=0", true},
        {"pengelola = find(institusi, kode, 'X')", "pengelola=uid-1 find.kode=X", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (truth("kasus", rows[i].text, rows[i].words) != rows[i].want)
            fail_msg("%s with %s", rows[i].text, rows[i].words);
}

static void precedence(void **state)
{
    (void)state;
    const char *names[] = {"", "judul=a", "judul=b"};
    for (size_t i = 0; i < 3; i++) {
        bool a = i == 1, b = i == 2;
        assert_int_equal(truth("kasus", "judul = 'a' or judul = 'b' and judul = 'a'", names[i]),
                         a || (b && a));
        assert_int_equal(truth("kasus", "(judul = 'a' or judul = 'b') and judul = 'a'", names[i]),
                         (a || b) && a);
        assert_int_equal(truth("kasus", "not judul = 'a' and not judul = 'b'", names[i]), !a && !b);
        assert_int_equal(truth("kasus", "not (judul = 'a' or judul = 'b')", names[i]), !(a || b));
    }
}

static void functions(void **state)
{
    (void)state;
    static const struct {
        const char *reg, *out, *text, *words, *want;
    } rows[] = {
        {"korban", "umur", "age(orang.tgl_lahir, induk.dibuka)",
         "orang.tgl_lahir=2008-03-13 induk.dibuka=2026-03-12", "17"},
        {"korban", "umur", "age(orang.tgl_lahir, induk.dibuka)",
         "orang.tgl_lahir=2008-03-12 induk.dibuka=2026-03-12", "18"},
        {"korban", "umur", "age(orang.tgl_lahir, induk.dibuka)", "orang.tgl_lahir=2008", NULL},
        {"korban", "umur", "first(age(orang.tgl_lahir, today()), 5)", "", "5"},
        {"korban", "kelompok", "band(kelompok, umur)", "umur=17", "anak"},
        {"korban", "kelompok", "band(kelompok, umur)", "umur=99", "dewasa"},
        {"korban", "kelompok", "band(kelompok, umur)", "", NULL},
        {"korban", "kelompok", "if(empty(umur), tidak_diketahui, anak)", "", "tidak_diketahui"},
        {"korban", "jenis", "orang", "orang=u1",
         "orang"}, /* a code of the list wins over a field */
        {"korban", "jk", "orang.jk", "orang.jk=P", "P"},
        {"korban", "jk", "nik_sex(cerita)", "cerita=5303144208990001", "P"},
        {"korban", "dicatat", "nik_birth(cerita)", "cerita=5303144208990001", "1999-08-02"},
        {"korban", "dicatat", "nik_birth(cerita)", "cerita=5304125504050003", "2005-04-15"},
        {"korban", "dicatat", "nik_birth(cerita)", "cerita=5371033002000001", NULL},
        {"orang", "inisial", "initials(nama)", "nama=maria__Élise_da_Costa", "MÉDC"},
        {"orang", "inisial", "initials(nama)", "nama=F._S._T.", "FST"},
        {"orang", "inisial", "initials(nama)", "", NULL},
        {"kasus", "ada_lp", "differ(judul, lp)", "judul=a lp=a", "tidak"},
        {"kasus", "ada_lp", "differ(judul, lp)", "judul=a lp=b", "ya"},
        {"kasus", "ada_lp", "differ(judul, lp)", "judul=a", NULL},
        {"kasus", "ada_lp", "jumlah > 1", "jumlah=2", "ya"},
        {"kasus", "ada_lp", "part_year(dibuka, today())", "dibuka=2026", "ya"},
        {"kasus", "ada_lp", "part_year(dibuka, dibuka)", "dibuka=2026", "tidak"},
        {"kasus", "jumlah", "count(korban)", "korban.count=||", "3"},
        {"kasus", "jumlah", "count(korban)", "", "0"},
        {"kasus", "rugi", "sum(korban.rugi)", "korban.rugi=5||7", "12"},
        {"kasus", "rugi", "sum(korban.rugi)", "korban.rugi=|", NULL},
        {"kasus", "rugi", "first(sum(korban.rugi), 0)", "", "0"},
        {"kasus", "asal", "set(korban.asal)", "korban.asal=53.01|53.03|53.01", "53.01 53.03"},
        {"kasus", "lokasi", "last(korban.asal)", "korban.asal=53.01|53.03|", "53.03"},
        {"kasus", "pengelola", "find(institusi, kode, 'DP3A')", "find.kode=DP3A", "uid-1"},
        {"kasus", "pengelola", "find(institusi, kode, judul)", "find.kode=DP3A", NULL},
        {"kasus", "pengelola", "pemilik", "pemilik=uid-7", "uid-7"},
        {"kasus", "luas", "if(jumlah > 0, 1.5, 2)", "jumlah=1", "150"},
        {"kasus", "tahun", "year(dibuka)", "dibuka=2004-05", "2004"},
        {"kasus", "judul", "if(ada_lp = ya, 'dilaporkan', 'belum')", "", "belum"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_value(rows[i].reg, rows[i].out, rows[i].text, rows[i].words, rows[i].want);
}

static void date_becomes_moment(void **state)
{
    (void)state;
    Given g = {"", arena};
    ExprEnv env = env_of(&g);
    Str got = expr_text(linked("kasus", "today()", "saat", EXPR_VALUE), &env);
    int64_t at, want = clock_instant((Date){2026, 3, 12}, 0);
    assert_true(str_i64(got, &at) && at == want);
}

static void uses(void **state)
{
    (void)state;
    ExprUses u = {0};
    const Register *victim = model_reg(model, S("korban"));
    expr_uses(linked("korban", "if(umur > 1, age(orang.tgl_lahir, induk.dibuka), umur)", "umur",
                     EXPR_CALC),
              arena, &u);
    assert_int_equal(u.n, 3);
    assert_ptr_equal(u.items[0].field, reg_field(victim, S("umur")));
    assert_ptr_equal(u.items[1].via, reg_field(victim, S("orang")));
    assert_true(u.items[2].parent && str_is(u.items[2].field->name, "dibuka"));
    u = (ExprUses){0};
    expr_uses(linked("kasus", "sum(korban.rugi)", "rugi", EXPR_CALC), arena, &u);
    assert_true(u.n == 1 && u.items[0].child == victim);
}

static void simple_conditions(void **state)
{
    (void)state;
    const Field *f;
    Str code;
    assert_true(
        expr_simple(linked("kasus", "ada_lp = ya", NULL, EXPR_CONDITION), arena, &f, &code));
    assert_true(str_is(f->name, "ada_lp") && str_is(code, "ya"));
    assert_true(
        expr_simple(linked("orang", "bahasa has tet", NULL, EXPR_CONDITION), arena, &f, &code));
    assert_true(expr_simple(linked("kasus", "ada_lp in (ya, tidak)", NULL, EXPR_CONDITION), arena,
                            &f, &code));
    assert_true(str_is(f->name, "ada_lp") && str_is(code, "ya tidak"));
    assert_false(
        expr_simple(linked("kasus", "ada_lp != ya", NULL, EXPR_CONDITION), arena, &f, &code));
    assert_false(
        expr_simple(linked("kasus", "status = baru", NULL, EXPR_CONDITION), arena, &f, &code));
    assert_false(
        expr_simple(linked("korban", "induk.ada_lp = ya", NULL, EXPR_CONDITION), arena, &f, &code));
}

static void assert_words(const char *reg, const char *text, Lang lang, const char *want)
{
    Str got = expr_words(linked(reg, text, NULL, EXPR_CONDITION), arena, lang);
    assert_string_equal(str_z(arena, got), want);
}

static void words(void **state)
{
    (void)state;
    assert_words("kasus", "ada_lp = ya and (jumlah > 1 or not empty(lp))", LANG_ID,
                 "“Ada LP” adalah “Ya” dan (“Jumlah korban” lebih dari 1 atau “Nomor LP” terisi)");
    assert_words("kasus", "status in (baru, jalan)", LANG_EN, "“State” is one of “New”, “Running”");
    assert_words("korban", "induk.dibuka < '2026-01-02'", LANG_ID,
                 "“Dibuka” pada “Catatan induk” kurang dari 2 Januari 2026");
    assert_words("kasus", "count(korban) >= 1000", LANG_EN, "number of Victim is at least 1,000");
}

/* Places of problems: the column counts from the start of the text in its file. */
static void problems_have_places(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
    } rows[] = {{"ada_lp = ", 20},       {"ada_lp = yah", 20}, {"ada_lp == ya", 19},
                {"jumlah > 'x'", 20},    {"zzz = 1", 11},      {"empty(judul) and zzz", 28},
                {"'open", 11},           {"12abc = 1", 11},    {"f(x)", 11},
                {"age(dibuka) > 1", 11}, {"ada_lp in ()", 21}};
    const Register *r = model_reg(model, S("kasus"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Problems p = {.arena = arena};
        Expr *e = expr_parse(arena, str_of(rows[i].text), S("test"), 7, 11, &p);
        expr_link(e, r, NULL, EXPR_CONDITION, S("test"), &p);
        if (!p.n || p.items[0].line != 7 || p.items[0].column != rows[i].column)
            fail_msg("%s: column %d", rows[i].text, p.n ? p.items[0].column : -1);
    }
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[4096];
    Problems p = {.arena = arena};
    memset(text, '(', sizeof text);
    assert_null(expr_parse(arena, (Str){text, sizeof text}, S("test"), 1, 1, &p));
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "not ", 4);
    assert_null(expr_parse(arena, (Str){text, sizeof text}, S("test"), 1, 1, &p));
    assert_int_equal(p.n, 2);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    arena = arena_new(64u << 20);
    Problems problems = {.arena = arena};
    if (model_load(str_printf(arena, "%s/tests/domain_mini", argv[1]).ptr, &problems, &model))
        return 2;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons),
        cmocka_unit_test(precedence),
        cmocka_unit_test(functions),
        cmocka_unit_test(date_becomes_moment),
        cmocka_unit_test(uses),
        cmocka_unit_test(simple_conditions),
        cmocka_unit_test(words),
        cmocka_unit_test(problems_have_places),
        cmocka_unit_test(depth_is_bounded),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    model_free(model);
    arena_free(arena);
    return failed;
}
