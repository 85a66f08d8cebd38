/* Names brought to one spelling and compared; dates, NIK and string distances beside them. */
#include "test_kit.h"

#include "base/file.h"
#include "identity/date_compare.h"
#include "identity/name_compare.h"
#include "identity/nik.h"
#include "identity/string_distance.h"

static const char *names_dir;
static Arena *rules_arena;
static NameRules *rules;

static Name named(Arena *a, const char *text)
{
    Name name;
    name_normalise(rules, a, str_of(text), &name, NULL);
    return name;
}

static Str canonical(Arena *a, const char *text)
{
    Name name = named(a, text);
    Buf b = buf_new(a, 64);
    for (int i = 0; i < name.n; i++) {
        buf_put(&b, i ? S(" ") : S(""));
        buf_put(&b, token_canonical(&name.tokens[i]));
    }
    return buf_str(&b);
}

static void one_spelling(void **state)
{
    static const char *const pairs[][2] = {
        {"Soekarno", "Sukarno"},
        {"Djoenaidi", "Junaidi"},
        {"Tjandra", "Candra"},
        {"Achmad", "Akhmad"},
        {"Johannes", "Yohanes"},
        {"Philipus", "Filipus"},
        {"Theresia", "Teresia"},
        {"Ma'u", "Mau"},
        {"Ma\xE2\x80\x99u", "Mau"},
        {"Christina", "Kristina"},
        {"Alexander", "Aleksander"},
        {"Jo\xC3\xA3o", "Joao"},
        {"Moh. Yusuf", "Muhammad Jusuf"},
        {"M.Yusuf", "Muhammad Yusuf"},
        {"Drs. H. Abd. Rahman, S.Pd", "Abdul Rahman"},
        {"St. Aminah", "Siti Aminah"},
        {"Saleh", "Salech"},
        {"Y0hanes", "Yohanes"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        Str want = canonical(*state, pairs[i][1]);
        assert_str(canonical(*state, pairs[i][0]), str_z(*state, want));
    }
}

static void parts_of_a_name(void **state)
{
    Name name, alias;
    name_normalise(rules, *state, S("Aminah binti Abdullah alias Mince"), &name, &alias);
    assert_int_equal(name.n, 2);
    assert_int_equal(name.patronym, 1);
    assert_int_equal(alias.n, 1);
    assert_str(token_raw(&alias.tokens[0]), "mince");
    name = named(*state, "Haji");
    assert_int_equal(name.n, 1);
    name = named(*state, "Ndoen-Pello");
    assert_int_equal(name.n, 2);
    name = named(*state, "Al-Amin");
    assert_int_equal(name.n, 1);
}

static void names_of_any_shape(void **state)
{
    Buf b = buf_new(*state, 20000), many = buf_new(*state, 400);
    for (int i = 0; i < 10000; i++)
        buf_char(&b, (char)('a' + i % 26));
    for (int i = 0; i < 40; i++)
        buf_lit(&many, "kata ");
    Name name;
    name_normalise(rules, *state, buf_str(&b), &name, NULL);
    assert_int_equal(name.n, 1);
    assert_int_equal(name.tokens[0].raw_len, TOKEN_MAX);
    name_normalise(rules, *state, buf_str(&many), &name, NULL);
    assert_int_equal(name.n, NAME_TOKENS);
    assert_int_equal(name.dropped, 40 - NAME_TOKENS);
    assert_int_equal(named(*state, "").n, 0);
    assert_int_equal(named(*state, " .,-' 12 ").n, 0);
    name = named(*state, "\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD");
    assert_int_equal(name.n, 1);
    assert_int_equal(name.tokens[0].strict_len, 0);
}

static TokenLevel level(Arena *a, const char *x, const char *y)
{
    Name p = named(a, x), q = named(a, y);
    TokenLevel there = token_compare(&p.tokens[0], &q.tokens[0]);
    assert_int_equal(there, token_compare(&q.tokens[0], &p.tokens[0]));
    return there;
}

static void levels_of_words(void **state)
{
    assert_int_equal(level(*state, "Bria", "BRIA"), TOKEN_EXACT);
    assert_int_equal(level(*state, "Djoko", "Joko"), TOKEN_CANONICAL);
    assert_int_equal(level(*state, "Mince", "Wilhelmina"), TOKEN_EQUIVALENT);
    assert_int_equal(level(*state, "Moh", "Muhammad"), TOKEN_EQUIVALENT);
    assert_int_equal(level(*state, "Nahak", "Nahka"), TOKEN_NEAR);
    assert_int_equal(level(*state, "Ahmad", "Ahmat"), TOKEN_NEAR);
    assert_int_equal(level(*state, "Y", "Yohanes"), TOKEN_INITIAL);
    assert_int_equal(level(*state, "Bria", "Tefa"), TOKEN_DIFFERENT);
    assert_int_equal(level(*state, "Y", "Bria"), TOKEN_DIFFERENT);
}

static void levels_of_dates(void **state)
{
    (void)state;
    Date born = {2008, 3, 12};
    assert_int_equal(date_compare(born, born), DATE_SAME);
    assert_int_equal(date_compare(born, (Date){2008, 12, 3}), DATE_SWAPPED);
    assert_int_equal(date_compare(born, (Date){2001, 3, 12}), DATE_SECOND_OLDER);
    assert_int_equal(date_compare((Date){1998, 3, 12}, born), DATE_FIRST_OLDER);
    assert_int_equal(date_compare(born, (Date){1988, 3, 12}), DATE_OTHER_YEAR);
    assert_int_equal(date_compare(born, (Date){2008, 3, 21}), DATE_SLIP);
    assert_int_equal(date_compare(born, (Date){2008, 0, 0}), DATE_SAME_YEAR);
    assert_int_equal(date_compare(born, (Date){0}), DATE_MISSING);
    assert_int_equal(date_compare((Date){1990, 1, 1}, (Date){1990, 1, 1}), DATE_SAME_DEFAULT);
    assert_int_equal(date_compare(born, (Date){1970, 8, 30}), DATE_DIFFERENT);
}

static void dates_as_written(void **state)
{
    static const struct {
        const char *text;
        Date want;
    } cases[] = {{"12-3-2008", {2008, 3, 12}},
                 {"20080312", {2008, 3, 12}},
                 {"12032008", {2008, 3, 12}},
                 {"12/03/08", {2008, 3, 12}},
                 {"31-12-85", {1985, 12, 31}},
                 {"31-02-1999", {1999, 2, 31}},
                 {"1630", {1630, 0, 0}},
                 {"1630-08", {1630, 8, 0}},
                 {"1630-08-01", {1630, 8, 1}},
                 {"1 August 1630", {1630, 8, 1}},
                 {"29/02/1296", {1296, 2, 29}},
                 {"1630-00-00", {1630, 0, 0}},
                 {"+1830-08-01T00:00:00Z", {1830, 8, 1}},
                 {"1985-12-31 08:30", {1985, 12, 31}}};
    Date got;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(date_read_loose(*state, str_of(cases[i].text), (Date){2026, 11, 21}, &got));
        assert_int_equal(got.year * 10000 + got.month * 100 + got.day,
                         cases[i].want.year * 10000 + cases[i].want.month * 100 +
                             cases[i].want.day);
    }
    static const char *const none[] = {"kemarin",     "1111-11-11", "0043-03-15",
                                       "-1500-03-15", "-1500",      "44 BC"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(date_read_loose(*state, str_of(none[i]), (Date){2026, 11, 21}, &got));
}

static void what_a_nik_says(void **state)
{
    (void)state;
    NikFacts f;
    assert_int_equal(nik_decode(S("5304.0552.0308.0001"), &f), NIK_FINE);
    assert_int_equal(f.region, 530405);
    assert_true(f.woman);
    assert_int_equal(f.day, 12);
    assert_int_equal(nik_year(&f, 0, (Date){2026, 11, 21}), 2008);
    assert_int_equal(nik_decode(S("53040552"), &f), NIK_SHAPE);
    assert_int_equal(nik_decode(S("5304053213080001"), &f), NIK_DATE);
}

static Str random_word(Dice *d, char *room, unsigned longest, bool wide)
{
    size_t n = 0;
    for (unsigned left = dice(d, longest); left > 0; left--) {
        if (wide && dice(d, 8) == 0)
            room[n++] = '\xC3', room[n++] = '\xA9';
        else
            room[n++] = (char)('a' + dice(d, 4));
    }
    return (Str){room, n};
}

/* The same letters as two bytes each take the other road through the code. */
static Str widened(Str s, char *room)
{
    for (size_t i = 0; i < s.len; i++) {
        room[2 * i] = '\xC3';
        room[2 * i + 1] = (char)(0x80 + (s.ptr[i] - 'a'));
    }
    return (Str){room, 2 * s.len};
}

static void both_roads_agree(void **state)
{
    (void)state;
    Dice d = {7};
    char x[256], y[256], wx[256], wy[256];
    for (int i = 0; i < 200000; i++) {
        Str a = random_word(&d, x, i % 50 ? 14 : 100, false);
        Str b = random_word(&d, y, i % 50 ? 14 : 100, false);
        Str wa = widened(a, wx), wb = widened(b, wy);
        assert_int_equal(osa_distance(a, b), osa_distance(wa, wb));
        assert_true(jaro_winkler_similarity(a, b) == jaro_winkler_similarity(wa, wb));
    }
    assert_int_equal(osa_distance(S("nahak"), S("nahka")), 1);
    assert_true(jaro_winkler_similarity(S("martha"), S("marhta")) > 0.961);
    assert_int_equal(osa_distance(random_word(&d, x, 9, true), STR_NONE) < 9, 1);
}

static int load_rules(void **state)
{
    (void)state;
    rules_arena = arena_new(64u << 20);
    Problems problems = {.arena = rules_arena};
    Err e = name_rules_load(rules_arena, names_dir, &problems, &rules);
    for (size_t i = 0; i < problems.n; i++) {
        Str line = problem_text(rules_arena, LANG_EN, &problems.items[i]);
        printf("%.*s\n", STR_ARG(line));
    }
    return e == ERR_OK ? 0 : -1;
}

static int drop_rules(void **state)
{
    (void)state;
    arena_free(rules_arena);
    return 0;
}

int main(int argc, char **argv)
{
    names_dir = argc > 1 ? argv[1] : "domain/names";
    const struct CMUnitTest tests[] = {
        ARENA_TEST(levels_of_words), ARENA_TEST(levels_of_dates),    ARENA_TEST(one_spelling),
        ARENA_TEST(parts_of_a_name), ARENA_TEST(names_of_any_shape), ARENA_TEST(dates_as_written),
        ARENA_TEST(what_a_nik_says), ARENA_TEST(both_roads_agree),
    };
    return cmocka_run_group_tests(tests, load_rules, drop_rules);
}
