/* The decision against an oracle written from the rules, not from the code: it lists every reason
 * for which a class may be open and looks whether one holds. */
#include "guard_kit.h"

#include "guard/policy.h"

static const Verb VERBS[] = {VERB_LIST, VERB_READ,   VERB_CREATE, VERB_CHANGE, VERB_MOVE,
                             VERB_VOID, VERB_IMPORT, VERB_EXPORT, VERB_COUNT};
enum { N_VERBS = sizeof VERBS / sizeof *VERBS, N_ROLES = 3, MAX_ROWS = 6 };

static bool names_verb(const Right *r, Verb v)
{
    return (r->verbs & v) != 0 || (v == VERB_LIST && (r->verbs & VERB_READ) != 0);
}

static bool one_of(Verb v, unsigned verbs)
{
    return (v & verbs) != 0;
}

/* One question: may class `c` be opened (c = 0: may the thing be done at all)? */
static bool oracle(const Subject *s, Verb v, Rights rights, const Relation *rel, unsigned c)
{
    if (s->system)
        return true;
    for (size_t i = 0; i < rights.n; i++) {
        const Right *r = &rights.items[i];
        bool mine = false;
        for (int role = 0; role < N_ROLES; role++)
            mine = mine || ((s->roles >> role) % 2 == 1 && r->role == role);
        if (!mine || !names_verb(r, v) || (c && !(r->classes & c)))
            continue;
        if (rel->excluded && r->scope != SCOPE_OVERSIGHT)
            continue;
        bool alters = one_of(v, VERB_CHANGE | VERB_VOID);
        bool writes = alters || one_of(v, VERB_MOVE | VERB_IMPORT);
        bool via_own = rel->own && (!c || (rel->own_classes & c));
        bool via_assigned = rel->assigned && (!c || (rel->assigned_classes & c));
        bool via_area = rel->area && (!c || (rel->area_classes & c));
        if (alters && rel->own_classes == 0) /* of its team alone */
            via_own = false;
        if (alters && rel->area_classes == 0)
            via_area = false;
        if (writes && rel->assigned_classes != CLASSES_ALL) /* lent in part */
            via_assigned = false;
        bool via_addressed = rel->addressed && (!c || (rel->addressed_classes & c));
        switch (r->scope) {
        case SCOPE_ALL:
        case SCOPE_OVERSIGHT:
            return true;
        case SCOPE_OWN:
            if (via_own || via_assigned)
                return true;
            break;
        case SCOPE_ASSIGNED:
            if (via_assigned)
                return true;
            break;
        case SCOPE_AREA:
            if (via_area || via_own || via_assigned)
                return true;
            break;
        case SCOPE_ADDRESSED:
            if (via_addressed)
                return true;
            break;
        }
    }
    return false;
}

static bool agrees(const Subject *s, Verb v, Rights rights, const Relation *rel)
{
    Decision d = policy_decide(s, v, rights, rel);
    if (d.allowed != oracle(s, v, rights, rel, 0))
        return false;
    for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        if (((d.classes & CLASS_BIT(c)) != 0) != oracle(s, v, rights, rel, CLASS_BIT(c)))
            return false;
    return (d.classes & ~CLASSES_ALL) == 0;
}

static unsigned random_classes(Dice *d)
{
    switch (dice(d, 4)) {
    case 0:
        return 0;
    case 1:
        return CLASSES_ALL;
    default:
        return dice(d, 1u << (CLASS_COUNT - 1)) << 1;
    }
}

static Rights random_rights(Dice *d, Right *rows)
{
    size_t n = dice(d, MAX_ROWS + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = (Right){.role = (int)dice(d, N_ROLES),
                          .verbs = dice(d, 3) ? 1u << dice(d, N_VERBS) | 1u << dice(d, N_VERBS)
                                              : dice(d, 1u << N_VERBS),
                          .scope = (Scope)dice(d, 6),
                          .classes = random_classes(d)};
    return (Rights){rows, n};
}

/* Every role set, verb and relation for one table of rights. */
static size_t sweep(Dice *d, Rights rights, size_t *ret_wrong)
{
    size_t n = 0;
    for (unsigned roles = 0; roles < 1u << N_ROLES; roles++)
        for (unsigned bits = 0; bits < 32; bits++)
            for (size_t v = 0; v < N_VERBS; v++, n++) {
                Subject s = {.user = 1, .roles = roles};
                Relation rel = {.own = bits & 1,
                                .assigned = bits & 2,
                                .area = bits & 4,
                                .excluded = bits & 8,
                                .addressed = bits & 16,
                                .own_classes = random_classes(d),
                                .assigned_classes = random_classes(d),
                                .area_classes = random_classes(d),
                                .addressed_classes = random_classes(d)};
                *ret_wrong += !agrees(&s, VERBS[v], rights, &rel);
            }
    return n;
}

static void decisions_agree_with_the_oracle(void **state)
{
    (void)state;
    Dice d = {2126};
    Right rows[MAX_ROWS];
    size_t n = 0, wrong = 0;
    while (n < 400000) {
        Rights rights = random_rights(&d, rows);
        n += sweep(&d, rights, &wrong);
    }
    print_message("%zu decisions, %zu mismatches\n", n, wrong);
    assert_int_equal(wrong, 0);
}

/* One row at a time: all scopes, verbs and relations, nothing left to chance. */
static void single_rows_are_exhaustive(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (int role = 0; role < N_ROLES; role++)
        for (int scope = SCOPE_ASSIGNED; scope <= SCOPE_OVERSIGHT; scope++)
            for (size_t has = 0; has < N_VERBS; has++)
                for (size_t v = 0; v < N_VERBS; v++)
                    for (unsigned bits = 0; bits < 128; bits++) {
                        Right row = {role, VERBS[has], (Scope)scope, CLASSES_ALL};
                        Subject s = {.user = 1, .roles = 1};
                        Relation rel = {bits & 1,
                                        bits & 2,
                                        bits & 4,
                                        bits & 8 ? CLASS_BIT(CLASS_STORY) : 0,
                                        bits & 16 ? CLASS_BIT(CLASS_HEALTH) : 0,
                                        bits & 32 ? CLASS_BIT(CLASS_LEGAL) : 0,
                                        bits & 64};
                        wrong += !agrees(&s, VERBS[v], (Rights){&row, 1}, &rel);
                    }
    assert_int_equal(wrong, 0);
}

static void system_nobody_and_odd_rows(void **state)
{
    (void)state;
    Relation none = {0}, barred = {.excluded = true, .own = true, .own_classes = CLASSES_ALL};
    Right all = {.role = 0, .verbs = VERB_READ, .scope = SCOPE_ALL, .classes = CLASSES_ALL};
    Subject system = {.system = true}, nobody = {0}, one = {.roles = 1};
    Decision d = policy_decide(&system, VERB_VOID, (Rights){NULL, 0}, &barred);
    assert_true(d.allowed && d.classes == CLASSES_ALL);
    assert_false(policy_decide(&nobody, VERB_READ, (Rights){&all, 1}, &none).allowed);
    assert_true(policy_decide(&one, VERB_READ, (Rights){&all, 1}, &none).allowed);
    assert_true(policy_decide(&one, VERB_LIST, (Rights){&all, 1}, &none).allowed);
    assert_false(policy_decide(&one, VERB_READ, (Rights){&all, 1}, &barred).allowed);
    assert_false(policy_decide(&one, (Verb)0, (Rights){&all, 1}, &none).allowed);
    assert_false(
        policy_decide(&one, (Verb)(VERB_READ | VERB_VOID), (Rights){&all, 1}, &none).allowed);
    Subject many = {.roles = UINT64_MAX};
    Right far = all;
    for (int role = -70; role < 200; role++) {
        far.role = role;
        assert_int_equal(policy_decide(&many, VERB_READ, (Rights){&far, 1}, &none).allowed,
                         role >= 0 && role < 64);
    }
    far = all;
    far.scope = (Scope)9;
    Relation every = {.own = true, .assigned = true, .area = true};
    assert_false(policy_decide(&one, VERB_READ, (Rights){&far, 1}, &every).allowed);
}

static void scopes_before_any_query(void **state)
{
    (void)state;
    Right rows[] = {{0, VERB_READ, SCOPE_OWN, 0},
                    {0, VERB_CHANGE, SCOPE_ASSIGNED, 0},
                    {1, VERB_LIST, SCOPE_ALL, 0},
                    {2, VERB_READ, SCOPE_AREA, 0}};
    Rights rights = {rows, 4};
    Subject s = {.roles = 1}, t = {.roles = 6}, system = {.system = true}, nobody = {0};
    assert_int_equal(policy_scopes(&s, VERB_LIST, rights), SCOPE_BIT(SCOPE_OWN));
    assert_int_equal(policy_scopes(&s, VERB_CHANGE, rights), SCOPE_BIT(SCOPE_ASSIGNED));
    assert_int_equal(policy_scopes(&s, VERB_VOID, rights), 0);
    assert_int_equal(policy_scopes(&t, VERB_LIST, rights),
                     SCOPE_BIT(SCOPE_ALL) | SCOPE_BIT(SCOPE_AREA));
    assert_int_equal(policy_scopes(&t, VERB_READ, rights), SCOPE_BIT(SCOPE_AREA));
    assert_int_equal(policy_scopes(&system, VERB_VOID, rights), SCOPE_BIT(SCOPE_ALL));
    assert_int_equal(policy_scopes(&nobody, VERB_LIST, rights), 0);
    rows[0].classes = CLASS_BIT(CLASS_STORY);
    rows[3].classes = CLASS_BIT(CLASS_HEALTH) | CLASS_BIT(CLASS_STORY);
    unsigned health = CLASS_BIT(CLASS_HEALTH), story = CLASS_BIT(CLASS_STORY);
    Subject every = {.roles = 7};
    assert_int_equal(policy_class_scopes(&s, VERB_READ, rights, health), 0);
    assert_int_equal(policy_class_scopes(&every, VERB_READ, rights, health), SCOPE_BIT(SCOPE_AREA));
    assert_int_equal(policy_class_scopes(&every, VERB_READ, rights, story),
                     SCOPE_BIT(SCOPE_AREA) | SCOPE_BIT(SCOPE_OWN));
    assert_int_equal(policy_class_scopes(&every, VERB_VOID, rights, story), 0);
    assert_int_equal(policy_class_scopes(&system, VERB_VOID, rights, story), SCOPE_BIT(SCOPE_ALL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_agree_with_the_oracle),
        cmocka_unit_test(single_rows_are_exhaustive),
        cmocka_unit_test(system_nobody_and_odd_rows),
        cmocka_unit_test(scopes_before_any_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
