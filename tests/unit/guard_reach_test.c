/* Reach: the predicate and the relation against a filter over plain arrays, and against each other:
 * a list must show exactly the records the decision would open. */
#include "guard_kit.h"

#include "guard/reach.h"

enum { RECORDS = 60, ROWS = 400, ROUNDS = 150 };

static const char *const AREAS[] = {"53", "53.03", "53.03.12", "53.04", "31"};
enum { N_AREAS = 5, NOW = 1000000 };

typedef struct Row {
    int64_t rec;
    PrincipalKind kind;
    int64_t id;
    unsigned classes;
    int64_t until;
} Row;

static void make_records(Kit *k)
{
    OK(db_exec(k->db, "CREATE TABLE thing(id INTEGER PRIMARY KEY)"));
    for (int i = 1; i <= RECORDS; i++)
        OK(db_exec(k->db, str_printf(k->a, "INSERT INTO thing VALUES(%d)", i).ptr));
}

static Row random_row(Dice *d)
{
    static const int64_t untils[] = {NOW - 1, NOW, NOW + 1, REACH_FOREVER};
    Row r = {.rec = 1 + dice(d, RECORDS),
             .kind = (PrincipalKind)(1 + dice(d, 7)),
             .id = 1 + dice(d, 12),
             .classes = dice(d, 64) << 1,
             .until = untils[dice(d, 4)]};
    if ((r.kind == PRINCIPAL_BARRED || r.kind == PRINCIPAL_BARRED_TEAM) && dice(d, 3))
        r.kind = PRINCIPAL_OWNER;
    if (r.kind == PRINCIPAL_AREA)
        r.id = area_id(str_of(AREAS[dice(d, N_AREAS)]));
    return r;
}

static void store(Kit *k, const Row *rows)
{
    OK(db_begin(k->db));
    OK(db_exec(k->db, "DELETE FROM jangkau"));
    for (int i = 0; i < ROWS; i++)
        OK(reach_put(k->db, S("thing"), rows[i].rec, principal_of(rows[i].kind, rows[i].id),
                     rows[i].classes, rows[i].until, str_printf(k->a, "row %d", i)));
    OK(db_commit(k->db));
}

static Subject random_subject(Dice *d)
{
    Subject s = {.user = dice(d, 13), .agency_count = dice(d, 4)};
    for (size_t i = 0; i < s.agency_count; i++)
        s.agencies[i] = 1 + dice(d, 12);
    if (dice(d, 3))
        s.area = str_of(AREAS[dice(d, N_AREAS)]);
    return s;
}

static bool member_of(const Subject *s, int64_t id)
{
    for (size_t i = 0; i < s->agency_count; i++)
        if (s->agencies[i] == id)
            return true;
    return false;
}

/* The relation, row by row, from the rules. */
static Relation naive_relation(const Row *rows, const Subject *s, int64_t rec)
{
    Relation rel = {0};
    for (int i = 0; i < ROWS; i++) {
        const Row *r = &rows[i];
        if (r->rec != rec || r->until <= NOW)
            continue;
        if (r->kind == PRINCIPAL_OWNER && member_of(s, r->id)) {
            rel.lasting |= r->classes != 0;
            rel.own = true;
            rel.own_classes |= r->classes;
        }
        if ((r->kind == PRINCIPAL_TEAM && member_of(s, r->id)) ||
            (r->kind == PRINCIPAL_USER && s->user == r->id)) {
            rel.lasting |= r->classes == CLASSES_ALL && r->until == REACH_FOREVER;
            rel.assigned = true;
            rel.assigned_classes |= r->classes;
        }
        if (r->kind == PRINCIPAL_AREA && s->area.ptr && r->id == area_id(s->area)) {
            rel.area = true;
            rel.area_classes |= r->classes;
        }
        if (r->kind == PRINCIPAL_ADDRESSED && member_of(s, r->id)) {
            rel.addressed = true;
            rel.addressed_classes |= r->classes;
        }
        rel.excluded |= (r->kind == PRINCIPAL_BARRED && s->user == r->id) ||
                        (r->kind == PRINCIPAL_BARRED_TEAM && member_of(s, r->id));
    }
    return rel;
}

static bool naive_in_scope(const Relation *rel, unsigned scopes)
{
    if (scopes & SCOPE_BIT(SCOPE_OVERSIGHT))
        return true;
    if (rel->excluded)
        return false;
    if (scopes & SCOPE_BIT(SCOPE_ALL))
        return true;
    return (rel->assigned && (scopes & ~SCOPE_BIT(SCOPE_ADDRESSED))) ||
           (rel->addressed && (scopes & SCOPE_BIT(SCOPE_ADDRESSED))) ||
           (rel->own && (scopes & (SCOPE_BIT(SCOPE_OWN) | SCOPE_BIT(SCOPE_AREA)))) ||
           (rel->area && (scopes & SCOPE_BIT(SCOPE_AREA)));
}

static void run_list(Kit *k, Buf sql, const Subject *s, unsigned scopes, int64_t now, bool *ret)
{
    Stmt *st;
    bool row = true;
    buf_char(&sql, '\0');
    OK(db_stmt(k->db, sql.ptr, &st));
    reach_bind(st, scopes, s, now);
    memset(ret, 0, (RECORDS + 1) * sizeof *ret);
    for (;;) {
        OK(stmt_step(st, &row));
        if (!row)
            break;
        int64_t id = row_int(st, 0);
        assert_false(ret[id]);
        ret[id] = true;
    }
}

static void listed(Kit *k, const Subject *s, unsigned scopes, int64_t now, bool *ret)
{
    Buf sql = buf_new(k->a, 512);
    buf_lit(&sql, "SELECT r.id FROM thing r WHERE r.id>0");
    reach_predicate(&sql, S("thing"), "r", scopes, s);
    run_list(k, sql, s, scopes, now, ret);
}

/* The walks of all principals together, in order. */
static void walked(Kit *k, const Subject *s, unsigned scopes, int64_t now, bool *ret)
{
    Buf sql = buf_new(k->a, 512);
    for (size_t i = 0; i < reach_walks(scopes, s); i++) {
        if (i)
            buf_lit(&sql, " UNION ");
        reach_walk(&sql, S("thing"), "r", i, scopes, s);
    }
    buf_lit(&sql, " ORDER BY 1 DESC");
    run_list(k, sql, s, scopes, now, ret);
}

static void check_relation(Kit *k, const Subject *s, int64_t rec, const Relation *expected)
{
    Relation rel;
    OK(reach_relation(k->db, s, S("thing"), rec, NOW, &rel));
    assert_int_equal(rel.own, expected->own);
    assert_int_equal(rel.assigned, expected->assigned);
    assert_int_equal(rel.area, expected->area);
    assert_int_equal(rel.excluded, expected->excluded);
    assert_int_equal(rel.own_classes, expected->own_classes);
    assert_int_equal(rel.assigned_classes, expected->assigned_classes);
    assert_int_equal(rel.area_classes, expected->area_classes);
    assert_int_equal(rel.lasting, expected->lasting);
    assert_int_equal(rel.addressed, expected->addressed);
    assert_int_equal(rel.addressed_classes, expected->addressed_classes);
}

/* The list shows a record exactly when the decision allows it. */
static void check_decision(const Relation *rel, unsigned scopes, bool shown)
{
    Right rows[6];
    size_t n = 0;
    Subject s = {.user = 1, .roles = 1};
    for (int scope = SCOPE_ASSIGNED; scope <= SCOPE_OVERSIGHT; scope++)
        if (scopes & SCOPE_BIT(scope))
            rows[n++] = (Right){0, VERB_LIST, (Scope)scope, 0};
    assert_int_equal(policy_decide(&s, VERB_LIST, (Rights){rows, n}, rel).allowed, shown);
}

static void lists_agree_with_a_plain_filter(void **state)
{
    Kit *k = *state;
    Dice d = {77};
    Row rows[ROWS];
    bool shown[RECORDS + 1], on_walk[RECORDS + 1];
    make_records(k);
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 15 == 0) {
            for (int i = 0; i < ROWS; i++)
                rows[i] = random_row(&d);
            store(k, rows);
        }
        Subject s = random_subject(&d);
        unsigned scopes = dice(&d, 64);
        listed(k, &s, scopes, NOW, shown);
        if (reach_walks(scopes, &s)) {
            walked(k, &s, scopes, NOW, on_walk);
            assert_memory_equal(on_walk, shown, sizeof shown);
        }
        for (int64_t rec = 1; rec <= RECORDS; rec++) {
            Relation rel = naive_relation(rows, &s, rec);
            assert_int_equal(shown[rec], naive_in_scope(&rel, scopes));
            check_relation(k, &s, rec, &rel);
            check_decision(&rel, scopes, shown[rec]);
        }
    }
}

static bool reaches(Kit *k, const Subject *s, int64_t rec, int64_t now)
{
    Relation rel;
    bool shown[RECORDS + 1];
    OK(reach_relation(k->db, s, S("thing"), rec, now, &rel));
    listed(k, s, SCOPE_BIT(SCOPE_ASSIGNED), now, shown);
    assert_int_equal(shown[rec], rel.assigned);
    return rel.assigned;
}

static void expiry_is_exact(void **state)
{
    Kit *k = *state;
    Subject s = {.user = 4};
    make_records(k);
    OK(reach_put(k->db, S("thing"), 1, principal_of(PRINCIPAL_USER, 4), CLASSES_ALL, 5000,
                 S("grant")));
    assert_true(reaches(k, &s, 1, 0));
    assert_true(reaches(k, &s, 1, 4999));
    assert_false(reaches(k, &s, 1, 5000));
    assert_false(reaches(k, &s, 1, 5001));
    OK(reach_put(k->db, S("thing"), 1, principal_of(PRINCIPAL_USER, 4), CLASSES_ALL, REACH_FOREVER,
                 S("grant")));
    assert_true(reaches(k, &s, 1, REACH_FOREVER - 1));
    OK(reach_put_from(k->db, S("thing"), 2, principal_of(PRINCIPAL_USER, 4), 0, 100, 200, S("a")));
    assert_false(reaches(k, &s, 2, 99));
    assert_true(reaches(k, &s, 2, 100));
    assert_true(reaches(k, &s, 2, 199));
    assert_false(reaches(k, &s, 2, 200));
    OK(reach_put(k->db, S("other"), 3, principal_of(PRINCIPAL_USER, 4), 0, REACH_FOREVER, S("a")));
    assert_false(reaches(k, &s, 3, 100)); /* a record of another register with the same number */
}

static int64_t count(Kit *k)
{
    int64_t n = -1;
    OK(db_number(k->db, "SELECT count(*) FROM jangkau", &n));
    return n;
}

static void copies_do_not_add_up(void **state)
{
    Kit *k = *state;
    Subject s = {.user = 4};
    Relation rel;
    int64_t me = principal_of(PRINCIPAL_USER, 4);
    OK(reach_put(k->db, S("file"), 9, me, CLASS_BIT(CLASS_STORY), 100, S("grant-1")));
    OK(reach_put(k->db, S("file"), 9, me, CLASS_BIT(CLASS_CONTACT), 200, S("grant-2")));
    OK(reach_copy(k->db, S("file"), 9, S("thing"), 1, S("file 9")));
    OK(reach_copy(k->db, S("file"), 9, S("thing"), 1, S("file 9"))); /* again: no change */
    OK(reach_copy(k->db, S("thing"), 1, S("part"), 5, S("thing 1")));
    assert_int_equal(count(k), 6);
    OK(reach_relation(k->db, &s, S("part"), 5, 50, &rel));
    assert_int_equal(rel.assigned_classes, CLASS_BIT(CLASS_STORY) | CLASS_BIT(CLASS_CONTACT));
    OK(reach_relation(k->db, &s, S("part"), 5, 150, &rel));
    assert_int_equal(rel.assigned_classes, CLASS_BIT(CLASS_CONTACT));
}

static void drops_take_their_source_only(void **state)
{
    Kit *k = *state;
    int64_t me = principal_of(PRINCIPAL_USER, 4);
    OK(reach_put(k->db, S("file"), 9, me, 0, 100, S("a")));
    OK(reach_put(k->db, S("thing"), 1, me, 0, 100, S("file 9")));
    OK(reach_put(k->db, S("thing"), 1, me, 0, 100, S("file 91")));
    OK(reach_put(k->db, S("thing"), 2, me, 0, 100, S("file 9")));
    OK(reach_copy(k->db, S("file"), 9, S("thing"), 1, S("file 9")));
    assert_int_equal(count(k), 5);
    OK(reach_drop(k->db, S("thing"), 1, S("file 9")));
    assert_int_equal(count(k), 3);
    OK(reach_drop(k->db, S("thing"), 1, STR_NONE));
    assert_int_equal(count(k), 2);
}

static void system_and_ids(void **state)
{
    Kit *k = *state;
    Subject system = {.system = true};
    Relation rel = {.own = true};
    bool shown[RECORDS + 1];
    make_records(k);
    OK(reach_relation(k->db, &system, S("thing"), 1, NOW, &rel));
    assert_false(rel.own);
    listed(k, &system, 0, NOW, shown);
    assert_true(shown[1] && shown[RECORDS]);
    assert_int_equal(area_id(S("53.03.12.2001")), 5303122001);
    assert_int_equal(area_id(STR_NONE), 0);
    assert_int_equal(area_id(S("5x3/0:3")), 5303); /* digits alone count */
    assert_true(area_id(S("99999999999999999999999999999999")) > 0);
    assert_true(principal_of(PRINCIPAL_USER, 4) != principal_of(PRINCIPAL_TEAM, 4));
    assert_true(principal_of(PRINCIPAL_BARRED, 1) > 0);
}

/* Nobody's rows (user 0, institution 0, no area) are not those of a subject without them. */
static void nobody_is_not_nobody_else(void **state)
{
    Kit *k = *state;
    Relation rel;
    bool shown[RECORDS + 1];
    Subject none = {.agency_count = 1, .area = STR_NONE};
    static const PrincipalKind kinds[] = {
        PRINCIPAL_OWNER,  PRINCIPAL_USER,        PRINCIPAL_TEAM,     PRINCIPAL_AREA,
        PRINCIPAL_BARRED, PRINCIPAL_BARRED_TEAM, PRINCIPAL_ADDRESSED};
    make_records(k);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        OK(reach_put(k->db, S("thing"), 1, principal_of(kinds[i], 0), CLASSES_ALL, REACH_FOREVER,
                     str_printf(k->a, "%zu", i)));
    OK(reach_relation(k->db, &none, S("thing"), 1, NOW, &rel));
    assert_false(rel.own || rel.assigned || rel.area || rel.excluded || rel.addressed);
    listed(k, &none, SCOPE_BIT(SCOPE_AREA), NOW, shown);
    assert_false(shown[1]);
    listed(k, &none, SCOPE_BIT(SCOPE_ALL), NOW, shown);
    assert_true(shown[1]);
}

/* More institutions than a subject may have are not looked at, nor read behind the last. */
static void institutions_end_at_the_last_place(void **state)
{
    Kit *k = *state;
    Relation rel;
    bool shown[RECORDS + 1];
    Subject s = {.user = 4, .agency_count = AGENCIES_MAX + 3};
    for (int i = 0; i < AGENCIES_MAX; i++)
        s.agencies[i] = 100 + i;
    make_records(k);
    OK(reach_put(k->db, S("thing"), 1, principal_of(PRINCIPAL_OWNER, 100 + AGENCIES_MAX - 1), 0,
                 REACH_FOREVER, S("a")));
    OK(reach_put(k->db, S("thing"), 2, principal_of(PRINCIPAL_OWNER, 999), 0, REACH_FOREVER,
                 S("a")));
    OK(reach_relation(k->db, &s, S("thing"), 1, NOW, &rel));
    assert_true(rel.own);
    OK(reach_relation(k->db, &s, S("thing"), 2, NOW, &rel));
    assert_false(rel.own);
    listed(k, &s, SCOPE_BIT(SCOPE_OWN), NOW, shown);
    assert_true(shown[1] && !shown[2]);
    assert_int_equal(reach_walks(SCOPE_BIT(SCOPE_OWN), &s), 2 * AGENCIES_MAX + 1);
}

static void the_next_change_is_told(void **state)
{
    Kit *k = *state;
    int64_t at, me = principal_of(PRINCIPAL_USER, 4);
    OK(reach_next_change(k->db, NOW, &at));
    assert_int_equal(at, REACH_FOREVER);
    OK(reach_put(k->db, S("thing"), 1, me, 0, REACH_FOREVER, S("a")));
    OK(reach_next_change(k->db, NOW, &at));
    assert_int_equal(at, REACH_FOREVER);
    OK(reach_put(k->db, S("thing"), 1, me, 0, NOW + 9, S("b")));
    OK(reach_put_from(k->db, S("thing"), 1, me, 0, NOW + 5, NOW + 20, S("c")));
    OK(reach_put_from(k->db, S("thing"), 1, me, 0, NOW + 7, NOW + 20, S("d")));
    OK(reach_next_change(k->db, NOW, &at));
    assert_int_equal(at, NOW + 5);
    OK(reach_next_change(k->db, NOW + 5, &at));
    assert_int_equal(at, NOW + 7);
    OK(reach_next_change(k->db, NOW + 7, &at));
    assert_int_equal(at, NOW + 9);
    OK(reach_next_change(k->db, NOW + 9, &at));
    assert_int_equal(at, NOW + 20);
}

static void wide_begins_above_five_thousand(void **state)
{
    Kit *k = *state;
    Subject s = {.user = 4};
    bool wide = true;
    OK(db_exec(
        k->db,
        str_printf(k->a,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000)"
                   " INSERT INTO jangkau(reg,principal,rec,source,classes,since,until)"
                   " SELECT 'thing',%lld,i,'a',0,0,9223372036854775807 FROM n",
                   (long long)principal_of(PRINCIPAL_USER, 4))
            .ptr));
    OK(reach_is_wide(k->db, k->a, S("thing"), SCOPE_BIT(SCOPE_ASSIGNED), &s, &wide));
    assert_false(wide);
    OK(reach_put(k->db, S("thing"), 5001, principal_of(PRINCIPAL_USER, 4), 0, REACH_FOREVER,
                 S("a")));
    OK(reach_is_wide(k->db, k->a, S("thing"), SCOPE_BIT(SCOPE_ASSIGNED), &s, &wide));
    assert_true(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(lists_agree_with_a_plain_filter),
        KIT_TEST(expiry_is_exact),
        KIT_TEST(copies_do_not_add_up),
        KIT_TEST(drops_take_their_source_only),
        KIT_TEST(system_and_ids),
        KIT_TEST(nobody_is_not_nobody_else),
        KIT_TEST(institutions_end_at_the_last_place),
        KIT_TEST(the_next_change_is_told),
        KIT_TEST(wide_begins_above_five_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
