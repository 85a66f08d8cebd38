/* Matching: levels of agreement, ownership of pairs, sums of weights, rules of persons. */
#include "test_kit.h"

#include "identity/match_cluster.h"
#include "identity/match_value.h"
#include "identity/sort_numbers.h"

#include <math.h>

static const char book_text[] = "id,nama,tanggal_lahir,jk,telepon\n"
                                "a,Yohanes Bere Taneo,1988-03-12,L,081234567890\n"
                                "b,Yohannes Taneo,1988-12-03,L,081234567890\n"
                                "c,Taneo Yohanes,1985-03-12,L,\n"
                                "d,Maria Klau,1990-01-01,P,081234567809\n"
                                "e,Maria Klau,1990-01-01,P,\n"
                                "f,Petrus Seran,1990,L,\n";

static const char *names_dir; /* the rules of domain/names */

typedef struct World {
    Arena *arena;
    const MatchBook *book;
    Comparer comparer;
    MatchModel model;
} World;

static World world_of(Str text)
{
    World w = {.arena = arena_new(SIZE_MAX)};
    Problems problems = {.arena = w.arena};
    NameRules *rules;
    assert_int_equal(name_rules_load(w.arena, names_dir, &problems, &rules), ERR_OK);
    MatchSettings settings = match_settings_default();
    MatchSource file = {S("book"), text};
    w.book = match_book_read(w.arena, &file, 1, rules, &settings, &problems);
    assert_int_equal(problems.errors, 0);
    comparer_init(w.arena, w.book, &w.comparer);
    return w;
}

static World world(void)
{
    World w = world_of((Str){book_text, sizeof book_text - 1});
    assert_int_equal(w.book->n, 6);
    return w;
}

static unsigned level(const World *w, CompareKind kind, uint32_t i, uint32_t j)
{
    Compared pair;
    match_compare(&w->comparer, match_row(w->book, i), match_row(w->book, j), &pair);
    for (size_t k = 0; k < w->book->comparison_count; k++)
        if (w->book->comparisons[k].kind == kind)
            return pattern_level(pair.pattern, k);
    fail();
    return 0;
}

static void levels_say_how_far_two_records_agree(void **state)
{
    (void)state;
    World w = world();
    assert_int_equal(level(&w, COMPARE_NAME, 0, 2), NAME_TWO(WORD_SAME, WORD_SAME));
    assert_int_equal(level(&w, COMPARE_NAME, 0, 1), NAME_TWO(WORD_SAME, WORD_ALIKE));
    assert_int_equal(level(&w, COMPARE_NAME, 0, 3), NAME_TWO(WORD_DIFFERENT, WORD_DIFFERENT));
    assert_int_equal(level(&w, COMPARE_REST, 0, 2), REST_EXTRA);
    assert_int_equal(level(&w, COMPARE_BIRTH, 0, 1), BIRTH_SWAPPED);
    assert_int_equal(level(&w, COMPARE_BIRTH, 0, 2), BIRTH_RAISED);
    assert_int_equal(level(&w, COMPARE_BIRTH, 3, 4), BIRTH_SAME_DEFAULT);
    assert_int_equal(level(&w, COMPARE_BIRTH, 3, 5), YEAR_SAME);
    assert_int_equal(level(&w, COMPARE_SEX, 0, 3), SEX_DIFFERENT);
    assert_int_equal(level(&w, COMPARE_NUMBER, 0, 1), NUMBER_SAME);
    assert_int_equal(level(&w, COMPARE_NUMBER, 0, 3), NUMBER_NEAR);
    assert_int_equal(level(&w, COMPARE_NUMBER, 0, 2), NUMBER_MISSING);
    arena_free(w.arena);
}

/* 2,000 people of 40 villages in four districts; names that only women or only men bear, clans of
 * both. */
static World crowd(Arena *a)
{
    static const char *const given[] = {"Maria", "Petrus"}, *const clans[] = {"Taneo", "Klau",
                                                                              "Seran"};
    Buf b = buf_new(a, 65536);
    buf_printf(&b, "id,nama,jk,desa,kabupaten\n");
    for (int i = 0; i < 2000; i++)
        buf_printf(&b, "%d,%s %s,%s,desa%d,kabupaten%d\n", i, given[i % 2], clans[i % 3],
                   i % 2 ? "L" : "P", i % 40, i % 4);
    buf_printf(&b, "x,Maria Seran,P,,kabupaten1\n");
    return world_of(buf_str(&b));
}

static void what_another_agreement_tells_is_no_news(void **state)
{
    (void)state;
    Arena *text = arena_new(SIZE_MAX);
    World w = crowd(text);
    assert_int_equal(level(&w, COMPARE_SEX, 0, 3), SEX_DIFFERENT); /* of one clan */
    assert_int_equal(level(&w, COMPARE_SEX, 0, 6), SEX_MISSING);   /* Maria both */
    assert_int_equal(level(&w, COMPARE_SEX, 0, 2), SEX_MISSING);
    size_t district = w.book->comparison_count - 1;
    assert_true(str_is(w.book->comparisons[district].name, "kabupaten"));
    Compared pair;
    match_compare(&w.comparer, match_row(w.book, 1), match_row(w.book, 41), &pair);
    assert_int_equal(pattern_level(pair.pattern, district - 1), TEXT_SAME);
    assert_int_equal(pattern_level(pair.pattern, district),
                     TEXT_MISSING); /* the village tells it */
    match_compare(&w.comparer, match_row(w.book, 1), match_row(w.book, 2000), &pair);
    assert_int_equal(pattern_level(pair.pattern, district), TEXT_SAME); /* no village to tell */
    arena_free(w.arena);
    arena_free(text);
}

/* What is found by marks for one record against many is what two records give alone. */
static void marks_give_the_same_pattern(void **state)
{
    (void)state;
    World w = world();
    CompareSide side;
    match_side_init(w.arena, &side);
    for (uint32_t i = 0; i < w.book->n; i++) {
        match_side_set(&w.comparer, &side, match_row(w.book, i), 100);
        for (uint32_t j = 0; j < w.book->n; j++) {
            Compared pair;
            match_compare(&w.comparer, match_row(w.book, i), match_row(w.book, j), &pair);
            assert_true(match_pattern(&w.comparer, &side, match_row(w.book, j)) == pair.pattern);
            match_compare(&w.comparer, match_row(w.book, j), match_row(w.book, i), &pair);
            assert_true(match_pattern(&w.comparer, &side, match_row(w.book, j)) == pair.pattern);
        }
    }
    arena_free(w.arena);
}

/* Each pair that shares a block is a candidate once. */
static void a_pair_is_compared_once(void **state)
{
    (void)state;
    World w = world();
    const BlockBook *b = match_blocks_new(w.arena, w.book, false, 0);
    int found[6][6] = {{0}}, together[6][6] = {{0}};
    Candidates c;
    for (uint32_t g = 0; g < b->block_count; g++)
        for (uint64_t i = b->starts[g]; i < b->starts[g + 1]; i++)
            for (uint64_t j = i + 1; j < b->starts[g + 1]; j++) {
                assert_true(b->members[i] < b->members[j]);
                together[b->members[i]][b->members[j]] = 1;
            }
    match_candidates_init(w.arena, w.book->n, &c);
    for (uint32_t x = 0; x < w.book->n; x++) {
        match_candidates(b, x, &c);
        for (size_t i = 0; i < c.n; i++)
            found[x][c.records[i]]++;
    }
    assert_memory_equal(found, together, sizeof found);
    assert_int_equal(together[0][1] + together[0][2] + together[3][4], 3);
    arena_free(w.arena);
}

static bool is_candidate(const World *w, uint32_t x, uint32_t y)
{
    Candidates c;
    match_candidates_init(w->arena, w->book->n, &c);
    match_candidates(match_blocks_new(w->arena, w->book, false, 0), x, &c);
    for (size_t i = 0; i < c.n; i++)
        if (c.records[i] == y)
            return true;
    return false;
}

/* Two of one name and village in a book that names everybody once are two persons; where the same
 * people stand in it again, or nobody of the other book in it, it is a book like others. */
static void within_a_register_only_plain_keys_count(void **state)
{
    (void)state;
    static const char register_of[] = "id,buku,nama,tanggal_lahir,desa\n"
                                      "a,warga,Maria Klau,1990-02-03,Oelneke\n"
                                      "b,warga,Maria Klau,1985-07-09,Oelneke\n"
                                      "c,warga,Petrus Seran,1990-02-03,Naimata\n"
                                      "d,polisi,Maria Klau,1990-02-03,Oelneke\n",
                      *const more[] = {"", "e,warga,Maria Klau,1990-02-03,Oelneke\n",
                                       "e,polisi,Dorkas Bria,1970-02-03,Tefa\n"
                                       "f,polisi,Dorkas Bria,1971-02-03,Tefa\n"
                                       "g,polisi,Dorkas Bria,1972-02-03,Tefa\n"
                                       "h,polisi,Dorkas Bria,1973-02-03,Tefa\n"
                                       "i,polisi,Dorkas Bria,1974-02-03,Tefa\n"
                                       "j,warga,Yosef Lopo,1975-02-03,Tefa\n"};
    for (int i = 0; i < 3; i++) {
        Arena *text = arena_new(SIZE_MAX);
        World w = world_of(str_printf(text, "%s%s", register_of, more[i]));
        assert_int_equal(is_candidate(&w, 0, 1), i > 0);
        assert_true(is_candidate(&w, 0, 2) && is_candidate(&w, 1, 3));
        arena_free(w.arena);
        arena_free(text);
    }
}

/* 1,500 people with births, mothers and villages of three words; every fifth stands twice. */
static World village(Arena *a)
{
    static const char *const given[] = {"Maria", "Petrus", "Yuliana", "Markus", "Dorkas"},
                             *const clans[] = {"Taneo", "Klau", "Seran", "Nabuasa",
                                               "Tefa",  "Bria", "Lopo"};
    Buf b = buf_new(a, 65536);
    buf_printf(&b, "id,nama,tanggal_lahir,jk,desa,nama_ibu\n");
    for (unsigned i = 0; i < 1500; i++) {
        unsigned r = (unsigned)match_mix(i % 5 ? i : i - i % 10, 1);
        buf_printf(&b, "%u,%s %s,%04u-%02u-%02u,%s,Desa %s %u,%s %s\n", i, given[r % 5],
                   clans[r / 8 % 7], 1970 + r / 64 % 30 - i % 10, 1 + r / 2048 % 12,
                   2 + r / 32768 % 25, r % 2 ? "L" : "P", clans[r / 16 % 7], r / 4096 % 9,
                   given[r / 512 % 5], clans[r / 1024 % 7]);
    }
    return world_of(buf_str(&b));
}

/* Comparing stops early where the rest cannot make up for it: what is kept is what whole pairs
 * weigh. */
static void no_pair_that_weighs_enough_is_left_out(void **state)
{
    (void)state;
    Arena *text = arena_new(SIZE_MAX);
    World w = village(text);
    const size_t n = w.book->comparison_count;
    MatchRun run = {.comparer = &w.comparer,
                    .threads = 1,
                    .blocks = match_blocks_new(w.arena, w.book, false, 60)};
    Patterns patterns = match_count_patterns(w.arena, &run);
    match_model_learn(&w.comparer, &patterns, false, &w.model);
    for (double least = -12; least <= 4; least += 8) {
        MatchEdges edges = match_find_edges(w.arena, &run, &w.model, least);
        size_t kept = 0;
        Candidates c;
        match_candidates_init(w.arena, w.book->n, &c);
        for (uint32_t x = 0; x < w.book->n; x++) {
            match_candidates(run.blocks, x, &c);
            for (size_t i = 0; i < c.n; i++) {
                Compared pair;
                match_compare(&w.comparer, match_row(w.book, x), match_row(w.book, c.records[i]),
                              &pair);
                double weight = match_weight(&w.model, &pair, n);
                if (weight < least)
                    continue;
                assert_true(kept < edges.n && edges.items[kept].b == c.records[i] &&
                            edges.items[kept].pattern == pair.pattern);
                kept++;
            }
        }
        assert_int_equal(kept, edges.n);
        assert_true(kept > 50 && kept < edges.compared);
    }
    arena_free(w.arena);
    arena_free(text);
}

/* Pairs that people decided are known: they leave those nobody knows, and teach against the
 * weights.
 */
static void decisions_teach(void **state)
{
    (void)state;
    enum { DECIDED = 60 };
    Arena *text = arena_new(SIZE_MAX);
    World w = village(text);
    MatchRules rules = {0};
    MatchRun run = {.comparer = &w.comparer,
                    .threads = 1,
                    .blocks = match_blocks_new(w.arena, w.book, false, 60)};
    MatchModel known[2];
    double share, all = 0;
    Patterns patterns = match_count_patterns(w.arena, &run);
    match_model_learn(&w.comparer, &patterns, false, &w.model);
    for (size_t i = 0; i < patterns.n; i++)
        all += patterns.items[i].count;
    share = w.model.share[CLASS_SAME] + w.model.share[CLASS_FORGED] + w.model.share[CLASS_RENAMED];
    MatchEdges edges = match_find_edges(w.arena, &run, &w.model, -12);
    for (int same = 0; same <= 1; same++) {
        rules.n = 0;
        for (size_t i = 0; i < edges.n && rules.n < DECIDED; i++)
            if ((edges.items[i].weight < 0) == same)
                *ARENA_PUSH(w.arena, rules) = (MatchRule){edges.items[i].b, edges.items[i].a, same};
        assert_int_equal(rules.n, DECIDED);
        run.rules = &rules;
        patterns = match_count_patterns(w.arena, &run);
        double decided = 0, counted = 0;
        for (size_t i = 0; i < patterns.n; i++) {
            decided += patterns.items[i].decided ? patterns.items[i].count : 0;
            counted += patterns.items[i].count;
        }
        assert_true(decided == DECIDED && counted == all);
        match_model_learn(&w.comparer, &patterns, false, &known[same]);
    }
    for (int same = 0; same <= 1; same++) {
        double now = known[same].share[CLASS_SAME] + known[same].share[CLASS_FORGED] +
                     known[same].share[CLASS_RENAMED];
        assert_true(same ? now > share : now < share);
    }
    arena_free(w.arena);
    arena_free(text);
}

static void parts_make_the_weight(void **state)
{
    (void)state;
    World w = world();
    Patterns none = {.scale = 1};
    match_model_learn(&w.comparer, &none, false, &w.model);
    size_t n = w.book->comparison_count;
    for (uint32_t i = 0; i < 6; i++)
        for (uint32_t j = i + 1; j < 6; j++) {
            Compared pair;
            match_compare(&w.comparer, match_row(w.book, i), match_row(w.book, j), &pair);
            MatchParts p = match_parts(&w.model, &pair, n);
            double sum = p.prior + p.forged + p.kin;
            for (size_t k = 0; k < n; k++)
                sum += p.level[k] + p.rare[k];
            assert_true(fabs(sum - match_weight(&w.model, &pair, n)) < 1e-9);
            PatternBits bits = match_pattern_bits(&w.model, pair.pattern, pair.books, n);
            assert_true(match_weight(&w.model, &pair, n) <=
                        bits.person + match_rare_bits(&pair, n));
        }
    arena_free(w.arena);
}

static void records_of_a_register_are_rivals(void **state)
{
    (void)state;
    World w = world_of(S("id,buku,nama,tanggal_lahir\n"
                         "a,warga,Maria Klau,1990-02-03\n"
                         "b,warga,Maria Seran,1992-07-09\n"
                         "c,polisi,Maria Bria,1991-02-03\n"));
    const MatchRules rules = {0};
    Patterns none = {.scale = 1};
    match_model_learn(&w.comparer, &none, false, &w.model);
    for (int i = 0; i < 3; i++) {
        MatchEdge edges[] = {{0, 2, 0, i == 1 ? 9 : 5}, {1, 2, 0, 5}};
        MatchEdges found = {.items = edges, .n = 2, .register_at = i < 2};
        MatchClusters c =
            match_clusters_make(w.arena, &w.comparer, &w.model, &found, 0, false, &rules);
        assert_int_equal(c.of[2], i == 0 ? 2 : 0);
        assert_true(i == 2 || c.of[1] == 1);
    }
    arena_free(w.arena);
}

static void rules_of_reviewers_win(void **state)
{
    (void)state;
    World w = world();
    Patterns none = {.scale = 1};
    match_model_learn(&w.comparer, &none, false, &w.model);
    MatchEdge edges[] = {{0, 1, 0, 9}, {1, 2, 0, 8}, {3, 4, 0, 7}};
    MatchEdges found = {.items = edges, .n = 3};
    const MatchRules none_decided = {0},
                     rules = {.items = (MatchRule[]){{3, 4, false}, {4, 5, true}}, .n = 2};
    MatchClusters c = match_clusters_make(w.arena, &w.comparer, &w.model, &found, 0, false, &rules);
    assert_int_equal(c.of[1], 0);
    assert_int_equal(c.of[3], 3);
    assert_int_equal(c.of[4], 4);
    assert_int_equal(c.of[5], 4);
    c = match_clusters_make(w.arena, &w.comparer, &w.model, &found, 0, true, &none_decided);
    assert_int_equal(c.persons, 6); /* one source that names each person once */
    arena_free(w.arena);
}

/* More than are left to the library's own sorting; equal keys keep the order of what stands below.
 */
static void numbers_are_sorted(void **state)
{
    (void)state;
    enum { MANY = 20000, KEYS = 300, LOW = 25 };
    Arena *a = arena_new(SIZE_MAX);
    uint64_t *items = ARENA_ARRAY(a, MANY, uint64_t), sum = 0, sorted = 0;
    for (uint64_t i = 0; i < MANY; i++)
        sum += items[i] = match_mix(i % KEYS, 1) >> LOW << LOW | i;
    items = sort_numbers(a, items, MANY, LOW);
    for (size_t i = 0; i < MANY; i++) {
        sorted += items[i];
        assert_true(i == 0 || items[i - 1] < items[i]);
    }
    assert_true(sum == sorted);
    arena_free(a);
}

int main(int argc, char **argv)
{
    names_dir = argc > 1 ? argv[1] : "domain/names";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_say_how_far_two_records_agree),
        cmocka_unit_test(what_another_agreement_tells_is_no_news),
        cmocka_unit_test(marks_give_the_same_pattern),
        cmocka_unit_test(a_pair_is_compared_once),
        cmocka_unit_test(within_a_register_only_plain_keys_count),
        cmocka_unit_test(no_pair_that_weighs_enough_is_left_out),
        cmocka_unit_test(decisions_teach),
        cmocka_unit_test(parts_make_the_weight),
        cmocka_unit_test(records_of_a_register_are_rivals),
        cmocka_unit_test(rules_of_reviewers_win),
        cmocka_unit_test(numbers_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
