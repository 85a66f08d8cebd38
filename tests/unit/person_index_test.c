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

int main(int argc, char **argv)
{
    HOLDS(argc > 1);
    domain = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_saves_while_names_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
