/* The query object against a naive walk over what was put in: scope, paging in every order,
 * places, search, facets, counts, look-up. Argument: domain folder. */
#include "test_kit.h"

#include "store_kit.h"

enum { CASES = 1050, FEW = 60 };

static const char *domain;
static Kit kit;
static Subject officer_a, officer_b, head, recorder;

/* What was put in. */
typedef struct Fact {
    Str uid;
    const char *title, *kind, *value, *moment, *place, *forms, *opened;
    int owner;   /* 0 = A, 1 = B */
    int witness; /* -1 = none */
} Fact;
static Fact facts[CASES];
static Str witnesses[5];

static Str institutions[2];

static const char *pick(Dice *d, const char *const *list, unsigned n)
{
    return list[dice(d, n)];
}
#define PICK(d, list) pick((d), (list), sizeof(list) / sizeof *(list))

static Fact invent(Dice *d)
{
    static const char *const titles[] = {"Kapal malam", "Kapál 50% penuh", "kapal_malam",
                                         "Kebun sawit", "Kebun 500 pohon", "Rumah \\ tangga"};
    static const char *const kinds[] = {"orang", "badan", NULL};
    static const char *const values[] = {"0", "100", "99999999", "5", NULL};
    static const char *const moments[] = {"1700000000000", "1600000000000", NULL};
    static const char *const places[] = {"53",       "53.01", "53.01.04",      "53.03",
                                         "53.03.12", "53.71", "53.03.12.2001", "53.03.13.2001",
                                         NULL};
    static const char *const forms[] = {"kerja", "kerja seks", "organ kerja seks", NULL};
    static const char *const days[] = {"2025-12-31", "2026-01-01", "2026-02-10", "2026-06-30",
                                       "2026-07-01"};
    return (Fact){.title = PICK(d, titles),
                  .kind = PICK(d, kinds),
                  .value = PICK(d, values),
                  .moment = PICK(d, moments),
                  .place = PICK(d, places),
                  .forms = PICK(d, forms),
                  .opened = PICK(d, days),
                  .owner = (int)dice(d, 4) == 0,
                  .witness = (int)dice(d, 6) - 1};
}

static void add_case(Save *s, Fact *f)
{
    Change *c = save_add(s, CHANGE_CREATE, "kasus", STR_NONE, 0);
    c->owner_uid = institutions[f->owner];
    f->uid = str_copy(kit.arena, c->uid);
    save_set(s, c, "judul", str_of(f->title));
    save_set(s, c, "jenis", str_of(f->kind));
    save_set(s, c, "nilai", str_of(f->value));
    save_set(s, c, "saat", str_of(f->moment));
    save_set(s, c, "tempat", str_of(f->place));
    save_set(s, c, "jalur", str_of(f->place));
    save_set(s, c, "bentuk", str_of(f->forms));
    save_set(s, c, "dibuka", str_of(f->opened));
    if (f->witness >= 0)
        save_set(s, c, "saksi", witnesses[f->witness]);
    save_prepare(s, c);
}

static void add_cases(size_t from, size_t to)
{
    static Dice d = {11};
    while (from < to) {
        Save s;
        save_begin(&s, &kit, &kit.system);
        for (size_t i = 0; i < 150 && from < to; i++, from++) {
            facts[from] = invent(&d);
            add_case(&s, &facts[from]);
        }
        MUST(save_end(&s, NULL));
    }
}

static int setup(void **state)
{
    (void)state;
    kit_open(&kit, domain, NULL);
    institutions[0] = kit_institution(&kit, "A", "53.03");
    institutions[1] = kit_institution(&kit, "B", "53.71");
    officer_a = kit_user(&kit, institutions[0], "a", "petugas", "");
    officer_b = kit_user(&kit, institutions[1], "b", "petugas", "");
    head = kit_user(&kit, institutions[1], "ketua", "ketua", "");
    recorder = kit_user(&kit, institutions[1], "penyidik", "penyidik", "");
    for (int i = 0; i < 5; i++)
        witnesses[i] = kit_make(&kit, "orang", institutions[i % 2], NULL, STR_NONE, "nama",
                                i == 3 ? "Ada Beno" : "Cita Dewi", "nik",
                                i == 3 ? "5303121203040001" : NULL, NULL);
    add_cases(0, CASES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    kit_close(&kit);
    return 0;
}

/* ---- walking ---- */

typedef struct Walk {
    bool seen[CASES];
    size_t n, pages;
} Walk;

static size_t fact_of(Str uid)
{
    for (size_t i = 0; i < CASES; i++)
        if (str_eq(facts[i].uid, uid))
            return i;
    fail_msg("a row nobody made");
    return 0;
}

static const char *sort_text(const Fact *f, const char *sort)
{
    const char *v = NULL;
    if (strcmp(sort, "judul") == 0)
        v = f->title;
    else if (strcmp(sort, "jenis") == 0)
        v = f->kind;
    else if (strcmp(sort, "dibuka") == 0)
        v = f->opened;
    else if (strcmp(sort, "nilai") == 0)
        v = f->value;
    else if (strcmp(sort, "saat") == 0)
        v = f->moment;
    return v ? v : "";
}

static int in_order(const Fact *a, const Fact *b, const char *sort)
{
    const char *x = sort_text(a, sort), *y = sort_text(b, sort);
    if (strcmp(sort, "nilai") == 0 || strcmp(sort, "saat") == 0) {
        long long n = *x ? atoll(x) : -1, m = *y ? atoll(y) : -1;
        return (n > m) - (n < m);
    }
    return strcmp(x, y);
}

/* All pages of a query, each row once and in order. */
static Walk walk(const Subject *who, Query *q, const char *sort)
{
    Walk w = {0};
    Read r;
    Str cursor = STR_NONE;
    const Fact *last = NULL;
    char keep[256];
    do {
        QueryPage page;
        read_begin(&r, &kit, who);
        q->cursor = cursor;
        OK(query_page(&r.rd, q, &page));
        for (size_t i = 0; i < page.n; i++) {
            size_t at = fact_of(page.items[i].uid);
            if (w.seen[at])
                fail_msg("%s: a row came twice", sort);
            w.seen[at] = true;
            int c = last ? in_order(last, &facts[at], sort) : 0;
            assert_true(q->descending ? c >= 0 : c <= 0);
            last = &facts[at];
        }
        w.n += page.n;
        w.pages++;
        snprintf(keep, sizeof keep, "%.*s", STR_ARG(page.next));
        cursor = page.next.ptr ? str_of(keep) : STR_NONE;
        read_end(&r);
        assert_true(w.pages <= CASES);
    } while (cursor.ptr);
    return w;
}

static Query cases(void)
{
    Query q = query_new(kit_reg(&kit, "kasus"));
    q.limit = 500;
    return q;
}

/* ---- scope ---- */

static void scope_shows_ones_own(void **state)
{
    (void)state;
    const Subject *who[] = {&officer_a, &officer_b, &head, &recorder, &kit.system};
    for (size_t u = 0; u < 5; u++) {
        Query q = cases();
        Walk w = walk(who[u], &q, "");
        for (size_t i = 0; i < CASES; i++) {
            bool want = u == 0 ? facts[i].owner == 0 : u == 1 ? facts[i].owner == 1 : u != 3;
            assert_int_equal(w.seen[i], want);
        }
    }
}

static void without_a_right_nothing_is_asked(void **state)
{
    (void)state;
    Read r;
    QueryPage page;
    Query q = query_new(kit_reg(&kit, "orang"));
    read_begin(&r, &kit, &head);
    int64_t before = db_statements_run(kit.conn.db);
    FAILS(query_page(&r.rd, &q, &page), E_DENIED);
    assert_int_equal(db_statements_run(kit.conn.db), before);
    read_end(&r);
}

/* ---- paging ---- */

static void every_order_visits_each_row_once(void **state)
{
    (void)state;
    static const char *const sorts[] = {"judul",  "dibuka", "jenis", "nilai",  "saat",  "saksi",
                                        "jumlah", "",       "nomor", "diubah", "status"};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        for (int way = 0; way < 2; way++) {
            Query q = cases();
            q.sort = reg_field(q.reg, str_of(sorts[i]));
            q.sort_system = q.sort || !*sorts[i] ? STR_NONE : str_of(sorts[i]);
            q.descending = way;
            q.limit = 97;
            Walk w = walk(&kit.system, &q, sorts[i]);
            if (w.n != CASES)
                fail_msg("by %s, %s: %zu rows", sorts[i], way ? "down" : "up", w.n);
        }
}

static void a_page_costs_the_same_for_many_rows(void **state)
{
    (void)state;
    int64_t cost[2];
    for (int many = 0; many < 2; many++) {
        Read r;
        QueryPage page;
        Query q = cases();
        Facet *facets;
        size_t n;
        bool capped;
        read_begin(&r, &kit, &head);
        q.limit = many ? 500 : 10;
        if (!many)
            query_filter(&q, r.arena, NULL, S("nomor"), FILTER_IN,
                         S("KAS-2026-0001 KAS-2026-0002 KAS-2026-0003"));
        int64_t before = db_statements_run(kit.conn.db);
        q.facets = true;
        OK(query_page(&r.rd, &q, &page));
        OK(query_facets(&r.rd, q.reg, &page, &facets, &n, &capped));
        cost[many] = db_statements_run(kit.conn.db) - before;
        assert_true(many ? page.n == 500 : page.n <= 3);
        read_end(&r);
    }
    assert_int_equal(cost[0], cost[1]);
    /* ids, how long they hold, rows, and facets of columns and of link tables */
    assert_true(cost[0] <= 5);
}

static void totals_are_capped(void **state)
{
    (void)state;
    Read r;
    QueryPage page;
    Query q = cases();
    read_begin(&r, &kit, &kit.system);
    q.limit = 10;
    OK(query_page(&r.rd, &q, &page));
    assert_int_equal(page.total, 201);
    assert_int_equal(page.n, 10);
    size_t want = 0;
    for (size_t i = 0; i < CASES; i++)
        want += facts[i].place && strcmp(facts[i].place, "53.71") == 0 && facts[i].kind &&
                strcmp(facts[i].kind, "badan") == 0;
    query_filter(&q, r.arena, kit_field(&kit, "kasus", "tempat"), STR_NONE, FILTER_EQ, S("53.71"));
    query_filter(&q, r.arena, kit_field(&kit, "kasus", "jenis"), STR_NONE, FILTER_IN, S("badan"));
    OK(query_page(&r.rd, &q, &page));
    assert_true(want > 10 && want < 200);
    assert_int_equal(page.total, want);
    read_end(&r);
}

/* ---- filters, as they stand in a query string ---- */

static size_t count_by_params(const char *name, const char *value)
{
    Read r;
    Query q = cases();
    StrList names = {0}, values = {0};
    Problems problems = {0};
    read_begin(&r, &kit, &kit.system);
    problems.arena = r.arena;
    *ARENA_PUSH(kit.arena, names) = str_of(name);
    *ARENA_PUSH(kit.arena, values) = str_of(value);
    OK(query_from_params(&r.rd, &q, &names, &values, &problems));
    for (size_t i = 0; i < q.filters.n; i++) /* outlives the reader */
        for (size_t k = 0; k < q.filters.items[i].values.n; k++)
            q.filters.items[i].values.items[k] =
                str_copy(kit.arena, q.filters.items[i].values.items[k]);
    QueryPage page;
    size_t n = 0;
    q.limit = 500;
    q.cursor = STR_NONE;
    do {
        OK(query_page(&r.rd, &q, &page));
        n += page.n;
        q.cursor = page.next;
    } while (page.next.ptr);
    read_end(&r);
    return n;
}

static bool under(const char *place, const char *top)
{
    size_t n = strlen(top);
    return place && strncmp(place, top, n) == 0 && (place[n] == '\0' || place[n] == '.');
}

static void places_take_in_what_lies_below(void **state)
{
    (void)state;
    static const char *const tops[] = {"53",   "53.01", "53.03", "53.03.12", "53.03.12.2001",
                                       "53.7", "5"};
    for (size_t t = 0; t < sizeof tops / sizeof *tops; t++) {
        size_t want = 0;
        for (size_t i = 0; i < CASES; i++)
            want += under(facts[i].place, tops[t]);
        assert_int_equal(count_by_params("tempat", tops[t]), want);
        assert_int_equal(count_by_params("jalur", tops[t]), want);
    }
    size_t none = 0;
    for (size_t i = 0; i < CASES; i++)
        none += !facts[i].place;
    assert_int_equal(count_by_params("tempat", "-"), none);
    assert_int_equal(count_by_params("jalur", "-"), none);
}

static void dates_and_numbers_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *from, *to;
    } cases_[] = {
        {"dibuka.dari", "2026-01-01", "2026-01-01", "9"},
        {"dibuka.sampai", "2026-06-30", "", "2026-06-30"},
        {"dibuka.dari", "2026", "2026-01-01", "9"},
        {"dibuka.sampai", "2026", "", "9"},
        {"dibuka.sampai", "2025", "", "2025-12-31"},
        {"dibuka.sampai", "2026-06", "", "2026-06-30"},
        {"dibuka.dari", "2026-07", "2026-07-01", "9"},
    };
    for (size_t t = 0; t < sizeof cases_ / sizeof *cases_; t++) {
        size_t want = 0;
        for (size_t i = 0; i < CASES; i++)
            want += strcmp(facts[i].opened, cases_[t].from) >= 0 &&
                    strcmp(facts[i].opened, cases_[t].to) <= 0;
        assert_int_equal(count_by_params(cases_[t].name, cases_[t].value), want);
    }
    size_t rich = 0;
    for (size_t i = 0; i < CASES; i++)
        rich += facts[i].value && atoll(facts[i].value) >= 100;
    assert_int_equal(count_by_params("nilai.dari", "100"), rich);
}

static void several_values_are_any_of_them(void **state)
{
    (void)state;
    size_t some = 0, witness = 0, state_new = 0;
    for (size_t i = 0; i < CASES; i++) {
        some +=
            facts[i].forms && (strstr(facts[i].forms, "seks") || strstr(facts[i].forms, "organ"));
        witness += facts[i].witness == 2;
        state_new++;
    }
    assert_int_equal(count_by_params("bentuk", "seks organ"), some);
    assert_int_equal(count_by_params("saksi", str_z(kit.arena, witnesses[2])), witness);
    assert_int_equal(count_by_params("status", "baru jalan"), state_new);
    assert_int_equal(count_by_params("status", "tutup"), 0);
    size_t own = 0;
    for (size_t i = 0; i < CASES; i++)
        own += facts[i].owner == 1;
    assert_int_equal(count_by_params("pemilik", str_z(kit.arena, institutions[1])), own);
    assert_int_equal(count_by_params("pemilik", "tidak-ada"), 0);
}

static void unknown_names_are_problems(void **state)
{
    (void)state;
    static const char *const bad[] = {"xyz", "kisah", "dibuka.antara"};
    for (size_t i = 0; i < 3; i++) {
        Read r;
        Query q = cases();
        StrList names = {0}, values = {0};
        read_begin(&r, &kit, &kit.system);
        Problems problems = {.arena = r.arena};
        *ARENA_PUSH(r.arena, names) = str_of(bad[i]);
        *ARENA_PUSH(r.arena, values) = S("1");
        FAILS(query_from_params(&r.rd, &q, &names, &values, &problems), E_INVALID);
        read_end(&r);
    }
}

/* ---- search and look-up ---- */

static size_t titled(const char *const *titles)
{
    size_t n = 0;
    for (size_t i = 0; i < CASES; i++)
        for (size_t t = 0; titles[t]; t++)
            n += strcmp(facts[i].title, titles[t]) == 0;
    return n;
}

static void search_takes_signs_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(count_by_params("q", "50%"),
                     titled((const char *[]){"Kapál 50% penuh", NULL}));
    assert_int_equal(count_by_params("q", "l_m"), titled((const char *[]){"kapal_malam", NULL}));
    assert_int_equal(count_by_params("q", "\\"), titled((const char *[]){"Rumah \\ tangga", NULL}));
    assert_int_equal(count_by_params("q", "KAPAL malam"),
                     titled((const char *[]){"Kapal malam", "kapal_malam", NULL}));
    assert_int_equal(
        count_by_params("q", "kapal"),
        titled((const char *[]){"Kapal malam", "kapal_malam", "Kapál 50% penuh", NULL}));
    assert_int_equal(count_by_params("q", "kapal sawit"), 0);
    assert_int_equal(count_by_params("q", "%"), titled((const char *[]){"Kapál 50% penuh", NULL}));
    assert_int_equal(count_by_params("q", "' OR 1=1 --"), 0);
}

static size_t look_up(const Subject *who, const char *nik)
{
    Read r;
    QueryPage page;
    Query q = query_new(kit_reg(&kit, "orang"));
    q.lookup_field = kit_field(&kit, "orang", "nik");
    q.lookup = str_of(nik);
    read_begin(&r, &kit, who);
    OK(query_page(&r.rd, &q, &page));
    size_t n = page.n;
    assert_true(!n || str_eq(page.items[0].uid, witnesses[3]));
    read_end(&r);
    return n;
}

static void look_up_finds_the_exact_value(void **state)
{
    (void)state;
    assert_int_equal(look_up(&kit.system, "5303121203040001"), 1);
    assert_int_equal(look_up(&kit.system, "53 0312 120304 0001"), 1);
    assert_int_equal(look_up(&kit.system, "5303121203040002"), 0);
    assert_int_equal(look_up(&officer_b, "5303121203040001"), 1);
    assert_int_equal(look_up(&recorder, "5303121203040001"), 0);
}

/* ---- facets ---- */

static void assert_facets(const Subject *who, const char *place, bool want_capped)
{
    Read r;
    Query q = cases();
    QueryPage page;
    Facet *facets;
    size_t n;
    bool capped;
    read_begin(&r, &kit, who);
    if (place)
        query_filter(&q, r.arena, kit_field(&kit, "kasus", "tempat"), STR_NONE, FILTER_UNDER,
                     str_of(place));
    q.facets = true;
    OK(query_page(&r.rd, &q, &page));
    OK(query_facets(&r.rd, q.reg, &page, &facets, &n, &capped));
    assert_int_equal(capped, want_capped);
    for (size_t f = 0; f < n; f++)
        for (size_t v = 0; v < facets[f].n; v++) {
            int64_t want = 0;
            const char *code = str_z(r.arena, facets[f].items[v].code);
            for (size_t i = want_capped ? CASES - 1000 : 0; i < CASES; i++) {
                if (place && !under(facts[i].place, place))
                    continue;
                Str name = facets[f].field ? facets[f].field->name : S("status");
                if (str_is(name, "jenis"))
                    want += facts[i].kind && strcmp(facts[i].kind, code) == 0;
                else if (str_is(name, "bentuk"))
                    want += facts[i].forms && str_has_word(str_of(facts[i].forms), str_of(code));
                else if (str_is(name, "tempat"))
                    want += facts[i].place && strcmp(facts[i].place, code) == 0;
                else
                    want += str_is(name, "status");
            }
            assert_int_equal(facets[f].items[v].count, want);
        }
    read_end(&r);
}

static void facets_count_the_first_thousand(void **state)
{
    (void)state;
    assert_facets(&kit.system, NULL, true);
    assert_facets(&kit.system, "53.03", false);
    assert_facets(&head, "53.71", false);
}

/* ---- last, because it changes rows ---- */

static void void_rows_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < FEW; i++)
        OK(kit_act(&kit, &kit.system, CHANGE_VOID, "kasus", facts[i].uid, NULL, "dobel"));
    Query q = cases();
    assert_int_equal(walk(&kit.system, &q, "").n, CASES - FEW);
    q = cases();
    q.include_void = true;
    assert_int_equal(walk(&kit.system, &q, "").n, CASES);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    domain = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_shows_ones_own),
        cmocka_unit_test(without_a_right_nothing_is_asked),
        cmocka_unit_test(every_order_visits_each_row_once),
        cmocka_unit_test(a_page_costs_the_same_for_many_rows),
        cmocka_unit_test(totals_are_capped),
        cmocka_unit_test(places_take_in_what_lies_below),
        cmocka_unit_test(dates_and_numbers_are_bounded),
        cmocka_unit_test(several_values_are_any_of_them),
        cmocka_unit_test(unknown_names_are_problems),
        cmocka_unit_test(search_takes_signs_as_they_are),
        cmocka_unit_test(look_up_finds_the_exact_value),
        cmocka_unit_test(facets_count_the_first_thousand),
        cmocka_unit_test(void_rows_are_left_out),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
