/* Private matching: encoding, hardening, comparison by every way of counting, one-to-one choice. */
#include "test_kit.h"

#include "guard/crypto.h"
#include "identity/clk_compare.h"

static void keyed_block(const void *key, Str token, uint32_t number, unsigned char out[CLK_BLOCK])
{
    Hash h;
    hash_begin(&h, key, CLK_BLOCK);
    hash_part(&h, token);
    hash_int(&h, number);
    hash_end(&h, out, CLK_BLOCK);
}

static const Key key_one = {{1}}, key_two = {{2}};
static const ClkHash by_one = {keyed_block, &key_one}, by_two = {keyed_block, &key_two};
static const ClkPlan plain = {{NULL, 0}, 0};

static const Str first_name[] = {S("yohana"), S("bria")}, turned[] = {S("bria"), S("yohana")},
                 near_name[] = {S("yohanna"), S("bria")}, other_name[] = {S("markus"), S("tefa")};

static ClkPerson person(const Str names[2], int day, int month, int year)
{
    return (ClkPerson){.names = names,
                       .name_count = 2,
                       .day = day,
                       .month = month,
                       .year = year,
                       .sex = S("P"),
                       .village = S("53.05.01.2001")};
}

static double dice_of(const Clk *a, const Clk *b)
{
    int both = 0;
    for (int i = 0; i < CLK_WORDS; i++)
        both += __builtin_popcountll(a->words[i] & b->words[i]);
    return 2.0 * both / (clk_fill(a) + clk_fill(b));
}

static Clk encoded(const ClkHash *hash, const ClkPlan *plan, ClkPerson who)
{
    Clk c;
    clk_encode(hash, plan, &who, &c);
    return c;
}

static void test_similar_people_have_similar_bits(void **state)
{
    (void)state;
    Clk base = encoded(&by_one, &plain, person(first_name, 3, 4, 2008));
    Clk same = encoded(&by_one, &plain, person(turned, 3, 4, 2008));
    Clk raised = encoded(&by_one, &plain, person(near_name, 3, 4, 2006));
    Clk other = encoded(&by_one, &plain, person(other_name, 17, 11, 1980));
    assert_memory_equal(&base, &same, sizeof base);
    assert_true(clk_fill(&base) > 300 && clk_fill(&base) < 600);
    assert_true(dice_of(&base, &raised) > 0.75);
    assert_true(dice_of(&base, &other) < 0.65);
}

static void test_another_key_or_salt_makes_another_clk(void **state)
{
    (void)state;
    ClkPlan salted = {S("53.05"), 0};
    ClkPerson who = person(first_name, 3, 4, 2008);
    Clk a = encoded(&by_one, &plain, who), b = encoded(&by_two, &plain, who);
    Clk c = encoded(&by_one, &salted, who);
    assert_true(dice_of(&a, &b) < 0.6);
    assert_true(dice_of(&a, &c) < 0.6);
}

static void test_flips_are_stable_and_as_many_as_asked(void **state)
{
    (void)state;
    ClkPlan flipped = {STR_NONE, 50};
    ClkPerson who = person(first_name, 3, 4, 2008);
    Clk a = encoded(&by_one, &plain, who), b = encoded(&by_one, &flipped, who);
    Clk again = encoded(&by_one, &flipped, who);
    int changed = 0;
    for (int i = 0; i < CLK_WORDS; i++)
        changed += __builtin_popcountll(a.words[i] ^ b.words[i]);
    assert_memory_equal(&b, &again, sizeof b);
    assert_in_range(changed, 20, 90); /* 51 expected of 1024 */
}

static void test_what_is_not_known_adds_nothing(void **state)
{
    (void)state;
    Str blank[] = {S(""), STR_NONE};
    Clk c = encoded(&by_one, &plain, (ClkPerson){.names = blank, .name_count = 2});
    assert_int_equal(clk_fill(&c), 0);
    char long_letters[4000];
    memset(long_letters, 'a', sizeof long_letters);
    Str endless[] = {{long_letters, sizeof long_letters}};
    c = encoded(&by_one, &plain, (ClkPerson){.names = endless, .name_count = 1});
    assert_in_range(clk_fill(&c), 1, 3); /* "_a", "aa", "a_", one bit each */
}

static void test_hex_is_read_back_and_checked(void **state)
{
    (void)state;
    Clk c = encoded(&by_one, &plain, person(first_name, 3, 4, 2008)), back;
    char hex[CLK_HEX];
    clk_to_hex(&c, hex);
    assert_true(clk_from_hex((Str){hex, CLK_HEX}, &back));
    assert_memory_equal(&c, &back, sizeof c);
    assert_false(clk_from_hex((Str){hex, CLK_HEX - 1}, &back));
    hex[7] = 'g';
    assert_false(clk_from_hex((Str){hex, CLK_HEX}, &back));
}

static void random_clks(Dice *d, Clk *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int w = 0; w < CLK_WORDS; w++)
            c[i].words[w] = (uint64_t)dice(d, 1u << 31) << 33 ^ (uint64_t)dice(d, 1u << 31) << 11 ^
                            dice(d, 1u << 31);
}

static void test_every_way_of_counting_finds_the_pairs_of_the_definition(void **state)
{
    enum { NA = 300, NB = 277 };
    Dice d = {7};
    Clk *a = ARENA_ARRAY(*state, NA, Clk), *b = ARENA_ARRAY(*state, NB, Clk);
    random_clks(&d, a, NA);
    random_clks(&d, b, NB);
    for (size_t i = 0; i < NB; i += 3)
        for (int w = 0; w < (int)(i % CLK_WORDS); w++)
            b[i].words[w] = a[i % NA].words[w];
    for (ClkCount how = CLK_COUNT_AUTO; how <= CLK_COUNT_AVX512; how++) {
        ClkPairs got;
        assert_true(clk_compare(*state, a, NA, b, NB, 0.6, NA * NB, how, &got));
        size_t k = 0;
        for (uint32_t i = 0; i < NA; i++)
            for (uint32_t j = 0; j < NB; j++) {
                double want = dice_of(&a[i], &b[j]);
                if (want < 0.6)
                    continue;
                assert_true(k < got.n && got.items[k].a == i && got.items[k].b == j);
                assert_true(got.items[k].dice > want - 1e-6 && got.items[k].dice < want + 1e-6);
                k++;
            }
        assert_int_equal(k, got.n);
        assert_true(k > 20);
    }
}

static void test_too_many_pairs_are_told(void **state)
{
    Clk *a = ARENA_ARRAY(*state, 50, Clk);
    Dice d = {9};
    random_clks(&d, a, 50);
    ClkPairs got;
    assert_false(clk_compare(*state, a, 50, a, 50, 0.1, 100, CLK_COUNT_AUTO, &got));
    assert_int_equal(got.n, 100);
    assert_true(clk_compare(*state, a, 0, a, 50, 0.1, 100, CLK_COUNT_AUTO, &got));
    assert_int_equal(got.n, 0);
}

static void test_one_to_one_takes_the_most_similar_first(void **state)
{
    ClkPair list[] = {{0, 0, 0.8f}, {0, 1, 0.9f}, {1, 1, 0.85f}, {1, 0, 0.7f}, {2, 0, 0.8f}};
    ClkPairs pairs = {list, 5, 5};
    clk_one_to_one(*state, 3, 2, &pairs);
    assert_int_equal(pairs.n, 2);
    assert_true(pairs.items[0].a == 0 && pairs.items[0].b == 1);
    assert_true(pairs.items[1].a == 2 && pairs.items[1].b == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_similar_people_have_similar_bits),
        cmocka_unit_test(test_another_key_or_salt_makes_another_clk),
        cmocka_unit_test(test_flips_are_stable_and_as_many_as_asked),
        cmocka_unit_test(test_what_is_not_known_adds_nothing),
        cmocka_unit_test(test_hex_is_read_back_and_checked),
        ARENA_TEST(test_every_way_of_counting_finds_the_pairs_of_the_definition),
        ARENA_TEST(test_too_many_pairs_are_told),
        ARENA_TEST(test_one_to_one_takes_the_most_similar_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
