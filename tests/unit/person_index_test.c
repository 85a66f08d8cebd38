/* The names in memory while they are being read after a start: whoever is saved meanwhile is found
 * as saved, whoever is made void is not found, and nobody is missing once it says it is whole.
 * Argument: domain folder. */
#include "test_kit.h"

#include "model/person_index.h"
#include "store_kit.h"

enum { PEOPLE = 4000, CHANGED = 100, VOIDED = 40, STARTS = 5 };

static const char *domain;
static Str uids[PEOPLE];

static Str name_of(Kit *k, int i, int round)
{
    return str_printf(k->arena, "Orang Uji %d %d", i, round);
}

static void make_people(Kit *k)
{
    Save s;
    save_begin(&s, k, &k->system);
    for (int i = 0; i < PEOPLE; i++) {
        Change *c = save_add(&s, CHANGE_CREATE, "orang", STR_NONE, 0);
        uids[i] = str_copy(k->arena, c->uid);
        save_set(&s, c, "nama", name_of(k, i, 0));
        save_prepare(&s, c);
    }
    MUST(save_end(&s, NULL));
}

static bool found(const PersonIndex *ix, Kit *k, Str name, Str uid)
{
    PersonHit hits[4];
    size_t n = person_index_find(ix, k->arena, &(PersonFacts){.name = name}, hits, 4);
    return n == 1 && str_eq(hits[0].uid, uid);
}

static void check_everybody(Kit *k, int round)
{
    const PersonIndex *ix = k->store.persons;
    for (int i = 0; i < PEOPLE; i++) {
        bool changed = i < CHANGED, gone = i >= PEOPLE - VOIDED * round;
        HOLDS(found(ix, k, name_of(k, i, changed ? round : 0), uids[i]) == !gone);
        HOLDS(!changed || !found(ix, k, name_of(k, i, round - 1), uids[i]));
    }
    HOLDS(person_index_size(ix) == (size_t)(PEOPLE - VOIDED * round));
}

/* A start: the reading of those on file begins behind, and saves go on at once. */
static void start_and_save(Kit *k, int round)
{
    MUST(store_open(k->arena, k->model, &k->in, &k->store));
    for (int i = 0; i < CHANGED; i++)
        kit_change(k, "orang", uids[i], "nama", name_of(k, i, round).ptr, NULL);
    for (int i = PEOPLE - VOIDED * round; i < PEOPLE - VOIDED * (round - 1); i++)
        MUST(kit_act(k, &k->system, CHANGE_VOID, "orang", uids[i], NULL, "uji"));
    MUST(person_index_ready(k->store.persons, PERSONS_WAIT_MS));
    check_everybody(k, round);
}

static void test_saves_while_names_are_read(void **state)
{
    (void)state;
    Kit k;
    kit_open(&k, domain, NULL);
    MUST(person_index_ready(k.store.persons, PERSONS_WAIT_MS));
    make_people(&k);
    for (int round = 1; round <= STARTS; round++) {
        store_close(&k.store);
        start_and_save(&k, round);
    }
    store_close(&k.store); /* one that is ended while it reads */
    MUST(store_open(k.arena, k.model, &k.in, &k.store));
    kit_close(&k);
}

/* ---- one after the other ---- */

enum { NEWCOMERS = 2000, ASKED_AGAIN = 200 };

/* Four of a name each, born on days that follow each other. */
static PersonFacts newcomer(Arena *a, int i)
{
    static const char *const words[] = {"Ma",  "ri", "Yo",  "ha",  "nes", "Do",  "ming", "Ta",
                                        "neo", "Se", "ran", "Kla", "us",  "Bri", "a",    "Lo"};
    unsigned r = (unsigned)(i / 4) * 2654435761u, day = r / 540 % 24 + (unsigned)(i % 4);
    const char *w[6];
    for (int k = 0; k < 6; k++)
        w[k] = words[r >> (4 * k) & 15];
    return (PersonFacts){
        .name = str_printf(a, "%s%s%s %s%s%s", w[0], w[1], w[2], w[3], w[4], w[5]),
        .birth = str_printf(a, "%u-%02u-%02u", 1960 + r % 45, 1 + r / 45 % 12, 1 + day)};
}

static Str newcomer_uid(Arena *a, int i)
{
    return str_printf(a, "%08x-0000-7000-8000-000000000000", (unsigned)i);
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

/* Puts her in, and asks for her. */
static void take_newcomer(PersonIndex *ix, int i)
{
    Arena *a = arena_new(SIZE_MAX);
    PersonFacts f = newcomer(a, i);
    Str uid = newcomer_uid(a, i);
    person_index_put(ix, uid, &f);
    PersonHit hits[40];
    size_t n = person_index_find(ix, a, &f, hits, 40), at = 0;
    while (at < n && !str_eq(hits[at].uid, uid))
        at++;
    HOLDS(at < n);
    arena_free(a);
}

/* Everybody near one of them, in order of uid. */
static StrList everybody_near(const PersonIndex *ix, Arena *a, int i)
{
    StrList l = {.items = ARENA_ARRAY(a, NEWCOMERS, Str)};
    PersonFacts f = newcomer(a, i);
    l.n = person_index_near(ix, a, &f, l.items, NEWCOMERS);
    qsort(l.items, l.n, sizeof *l.items, by_text);
    return l;
}

/* Whoever is put in is found by the next who asks, at once; who is found does not hang on the order
 * they came in. */
static void test_one_after_the_other(void **state)
{
    (void)state;
    static StrList before[ASKED_AGAIN];
    Kit k;
    size_t found = 0;
    kit_open(&k, domain, NULL);
    MUST(person_index_ready(k.store.persons, PERSONS_WAIT_MS));
    for (int i = 0; i < NEWCOMERS; i++)
        take_newcomer(k.store.persons, i);
    for (int i = 0; i < ASKED_AGAIN; i++)
        found += (before[i] = everybody_near(k.store.persons, k.arena, i)).n;
    HOLDS(found > 2 * ASKED_AGAIN);
    store_close(&k.store);
    MUST(store_open(k.arena, k.model, &k.in, &k.store));
    MUST(person_index_ready(k.store.persons, PERSONS_WAIT_MS));
    for (int i = NEWCOMERS; i-- > 0;)
        take_newcomer(k.store.persons, i);
    for (int i = 0; i < ASKED_AGAIN; i++) {
        StrList now = everybody_near(k.store.persons, k.arena, i);
        HOLDS(now.n == before[i].n);
        for (size_t j = 0; j < now.n; j++)
            HOLDS(str_eq(now.items[j], before[i].items[j]));
    }
    kit_close(&k);
}

int main(int argc, char **argv)
{
    HOLDS(argc > 1);
    domain = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_saves_while_names_are_read),
                                       cmocka_unit_test(test_one_after_the_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
