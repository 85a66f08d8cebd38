/* Tables against a naive recount: persons once a period at the first identification, rows that
 * count beside the table, several values, masking, totals. Argument: domain folder. */
#include "test_kit.h"

#include "base/csv.h"
#include "engine/table_collect.h"
#include "failing_db.h"
#include "store_kit.h"

enum { PERSONS = 60, CASES = 40, VICTIMS = 320 };

static const char *domain;
static Kit kit;
static Subject officer, head, recorder;
static Str institutions[2];

typedef struct Person {
    Str uid;
    const char *sex, *origin, *birth;
} Person;
static Person persons[PERSONS];

typedef struct Case {
    Str uid;
    const char *kind, *forms, *state;
    int owner;
} Case;
static Case cases[CASES];

typedef struct Victim {
    Str uid;
    int person, case_;
    const char *date, *certain, *forms, *state, *loss;
    bool voided;
} Victim;
static Victim victims[VICTIMS];

/* ---- what is put in ---- */

static const char *pick(Dice *d, const char *const *list, unsigned n)
{
    return list[dice(d, n)];
}
#define PICK(d, list) pick((d), (list), sizeof(list) / sizeof *(list))

static void make_persons(Dice *d)
{
    static const char *const sexes[] = {"L", "P", "P", NULL}, *const origins[] = {"53.01", "53.03",
                                                                                  NULL};
    static const char *const births[] = {"2010-05-05", "1990-01-01", "2008", NULL};
    for (int i = 0; i < PERSONS; i++) {
        Person *p = &persons[i];
        *p = (Person){.sex = PICK(d, sexes), .origin = PICK(d, origins), .birth = PICK(d, births)};
        p->uid = kit_make(&kit, "orang", institutions[0], NULL, STR_NONE, "nama", "Ada Beno", "jk",
                          p->sex ? p->sex : "", "asal", p->origin ? p->origin : "", "tgl_lahir",
                          p->birth ? p->birth : "", NULL);
    }
}

static void make_cases(Dice *d)
{
    static const char *const kinds[] = {"orang", "badan", NULL}, *const forms[] = {
                                                                     "kerja", "kerja seks", NULL};
    for (int i = 0; i < CASES; i++) {
        Case *c = &cases[i];
        *c = (Case){
            .kind = PICK(d, kinds), .forms = PICK(d, forms), .owner = i % 3 == 0, .state = "baru"};
        c->uid = kit_make(&kit, "kasus", institutions[c->owner], NULL, STR_NONE, "judul", "Perkara",
                          "dibuka", i % 4 ? "2026-03-01" : "2026-08-01", "jenis",
                          c->kind ? c->kind : "", "bentuk", c->forms ? c->forms : "", NULL);
    }
}

static void make_victims(Dice *d)
{
    static const char *const dates[] = {"2025-12-31", "2026-01-01", "2026-01-20",
                                        "2026-03",    "2026-06-30", "2026-07-01",
                                        "2026-12-31", "2026",       "2027-01-01"};
    static const char *const certain[] = {"pasti", "pasti", "mungkin", "bukan", NULL};
    static const char *const forms[] = {"kerja", "kerja seks", "organ seks kerja", NULL};
    Save s;
    save_begin(&s, &kit, &kit.system);
    for (int i = 0; i < VICTIMS; i++) {
        Victim *v = &victims[i];
        *v = (Victim){.person = (int)dice(d, PERSONS),
                      .case_ = (int)dice(d, CASES),
                      .date = PICK(d, dates),
                      .certain = PICK(d, certain),
                      .forms = PICK(d, forms),
                      .state = "dugaan",
                      .loss = i % 3 ? "" : "500"};
        if (i % 40 == 39)
            v->date = "2024-05-17"; /* a day with few */
        Change *c = save_add(&s, CHANGE_CREATE, "korban", STR_NONE, 0);
        c->owner_uid = institutions[cases[v->case_].owner];
        c->parent_reg = kit_reg(&kit, "kasus");
        c->parent_uid = cases[v->case_].uid;
        save_set(&s, c, "orang", persons[v->person].uid);
        save_set(&s, c, "dicatat", str_of(v->date));
        save_set(&s, c, "keadaan", str_of(v->certain));
        save_set(&s, c, "bentuk", str_of(v->forms));
        save_set(&s, c, "rugi", str_of(v->loss));
        v->uid = str_copy(kit.arena, c->uid);
        save_prepare(&s, c);
    }
    MUST(save_end(&s, NULL));
}

static void change_some(Dice *d)
{
    for (int i = 0; i < VICTIMS; i += 9) {
        victims[i].voided = true;
        OK(kit_act(&kit, &kit.system, CHANGE_VOID, "korban", victims[i].uid, NULL, "dobel"));
    }
    for (int i = 1; i < VICTIMS; i += 5) {
        if (victims[i].voided)
            continue;
        victims[i].state = "terima";
        OK(kit_act(&kit, &kit.system, CHANGE_MOVE, "korban", victims[i].uid, "terima", NULL));
    }
    for (int i = 0; i < CASES; i++) {
        if (!cases[i].kind || dice(d, 3) == 0)
            continue;
        OK(kit_act(&kit, &kit.system, CHANGE_MOVE, "kasus", cases[i].uid, "mulai", NULL));
        cases[i].state = "jalan";
        if (str_is(kit_value(&kit, "kasus", cases[i].uid, "jumlah"), "0") || dice(d, 2))
            continue;
        OK(kit_act(&kit, &kit.system, CHANGE_MOVE, "kasus", cases[i].uid, "akhiri",
                   "sudah selesai semuanya"));
        cases[i].state = "tutup";
    }
}

static int setup(void **state)
{
    (void)state;
    Dice d = {5};
    kit_open(&kit, domain, NULL);
    institutions[0] = kit_institution(&kit, "A", "53.03");
    institutions[1] = kit_institution(&kit, "B", "53.71");
    officer = kit_user(&kit, institutions[0], "petugas", "petugas", "");
    head = kit_user(&kit, institutions[1], "ketua", "ketua", "");
    recorder = kit_user(&kit, institutions[0], "pencatat", "pencatat", "");
    make_persons(&d);
    make_cases(&d);
    make_victims(&d);
    change_some(&d);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    kit_close(&kit);
    return 0;
}

/* ---- the naive recount ---- */

static const char *group_of(const Victim *v)
{
    Date birth, opened;
    const char *b = persons[v->person].birth;
    if (!b || !date_parse_iso(str_of(b), &birth) ||
        !date_parse_iso(str_of(v->case_ % 4 ? "2026-03-01" : "2026-08-01"), &opened))
        return "tidak_diketahui";
    return date_age(birth, opened) < 18 ? "anak" : "dewasa";
}

/* Codes of one dimension, "" when there is none. */
static const char *codes_of(const Victim *v, const char *dim)
{
    const char *c = "*";
    if (strcmp(dim, "jk") == 0)
        c = persons[v->person].sex;
    else if (strcmp(dim, "asal") == 0)
        c = persons[v->person].origin;
    else if (strcmp(dim, "kelompok") == 0)
        c = group_of(v);
    else if (strcmp(dim, "bentuk") == 0)
        c = v->forms;
    else if (strcmp(dim, "status") == 0)
        c = v->state;
    else if (strcmp(dim, "pemilik") == 0)
        c = cases[v->case_].owner ? "2" : "1";
    return c ? c : "";
}

static bool in_period(const char *date, const char *from, const char *to)
{
    char first[16];
    snprintf(first, sizeof first, "%s%s", date,
             strlen(date) == 4   ? "-01-01"
             : strlen(date) == 7 ? "-01"
                                 : "");
    return strcmp(first, from) >= 0 && strcmp(first, to) <= 0;
}

static bool certain_is(const Victim *v, const char *code)
{
    return v->certain && strcmp(v->certain, code) == 0;
}

/* Whether the row is one of those that are counted. */
static bool speaks(const Subject *who, const Victim *v, const char *from, const char *to)
{
    bool mine = who->system || who == &head || cases[v->case_].owner == 0;
    return !v->voided && mine && !certain_is(v, "bukan") && in_period(v->date, from, to);
}

/* Marks what counts: 1 in the table, 2 beside it. */
static void choose(const Subject *who, const char *from, const char *to, int *counts)
{
    memset(counts, 0, sizeof *counts * VICTIMS);
    for (int p = 0; p < PERSONS; p++) {
        int best = -1;
        for (int i = 0; i < VICTIMS; i++) {
            const Victim *v = &victims[i], *b = best < 0 ? NULL : &victims[best];
            if (v->person != p || !speaks(who, v, from, to))
                continue;
            bool apart = certain_is(v, "mungkin"), best_apart = b && certain_is(b, "mungkin");
            if (!b || apart < best_apart || (apart == best_apart && strcmp(v->date, b->date) < 0))
                best = i;
        }
        if (best >= 0)
            counts[best] = certain_is(&victims[best], "mungkin") ? 2 : 1;
    }
}

static bool has_code(const char *codes, Str code)
{
    return code.len ? str_has_word(str_of(codes), code) : codes[0] == '\0';
}

/* A figure, and what each of the two offices has of it. */
typedef struct Naive {
    int64_t all, of[2];
} Naive;

static void add(Naive *n, const Victim *v)
{
    n->all++;
    n->of[cases[v->case_].owner]++;
}

static Naive recount(const int *counts, const char *row_dim, Str row, const char *column_dim,
                     Str column)
{
    Naive n = {0};
    for (int i = 0; i < VICTIMS; i++)
        if (counts[i] == 1 && (!row_dim || has_code(codes_of(&victims[i], row_dim), row)) &&
            (!column_dim || has_code(codes_of(&victims[i], column_dim), column)))
            add(&n, &victims[i]);
    return n;
}

/* Figures that were hidden though not small, for one office made them up; and such that were not.
 */
static int held, shown_of_two;

static const AudienceRule *rule_of(Audience audience)
{
    return &kit.model->audiences[audience];
}

static void same_count(const Count *got, Naive want, Audience audience, const char *what)
{
    const AudienceRule *rule = rule_of(audience);
    int64_t largest = want.of[0] > want.of[1] ? want.of[0] : want.of[1];
    bool small = want.all > 0 && want.all < rule->least;
    bool of_one = rule->one_office && !small && largest * 100 > rule->one_office * want.all;
    int64_t number = rule->round_to ? 5 * ((want.all + 2) / 5) : want.all;
    held += of_one && got->beside;
    shown_of_two += rule->one_office && want.all && !got->masked;
    if (got->n != number || got->masked != (small || got->beside) ||
        (got->beside && rule->least == 0) || (of_one && !got->beside))
        fail_msg("%s: %lld%s, expected %lld", what, (long long)got->n, got->masked ? " masked" : "",
                 (long long)want.all);
}

/* How many totals were said to be small, rather than hidden for the sake of others. */
static int small_totals, small_columns;

static void check_table(const Subject *who, const char *rows, const char *columns,
                        const char *period, const char *from, const char *to, Audience audience)
{
    static int counts[VICTIMS];
    Read r;
    Table t;
    Count total;
    Naive apart = {0}, all = {0};
    int64_t records = 0;
    choose(who, from, to, counts);
    read_begin(&r, &kit, who);
    Problems problems = {.arena = r.arena};
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .rows = str_of(rows),
                    .columns = str_of(columns),
                    .period = str_of(period),
                    .audience = audience};
    OK(table_count(&r.rd, &ask, &problems, &t));
    for (int i = 0; i < VICTIMS; i++) {
        if (counts[i])
            add(counts[i] == 2 ? &apart : &all, &victims[i]);
        records += speaks(who, &victims[i], from, to) && !certain_is(&victims[i], "mungkin");
    }
    assert_int_equal(t.records, records);
    same_count(&t.total, all, audience, "total");
    same_count(&t.apart, apart, audience, "apart");
    assert_true(t.has_apart);
    for (size_t i = 0; i < t.row_count; i++) {
        same_count(&t.row_totals[i], recount(counts, rows, t.rows[i].code, NULL, STR_NONE),
                   audience, rows);
        for (size_t k = 0; k < t.column_count && *columns; k++)
            same_count(&t.cells[i * t.column_count + k],
                       recount(counts, rows, t.rows[i].code, columns, t.columns[k].code), audience,
                       "cell");
    }
    for (size_t k = 0; k < t.column_count && *columns; k++)
        same_count(&t.column_totals[k], recount(counts, NULL, STR_NONE, columns, t.columns[k].code),
                   audience, columns);
    for (size_t k = 0; k < t.column_count && *columns; k++)
        small_columns += t.column_totals[k].masked && !t.column_totals[k].beside;
    small_totals += t.total.masked && !t.total.beside;
    OK(table_total(&r.rd, ask.def->reg, str_of(period), audience, &total));
    same_count(&total, all, audience, "one figure");
    read_end(&r);
}

/* ---- tests ---- */

static void every_crossing_agrees(void **state)
{
    (void)state;
    static const char *const dims[] = {"kelompok", "jk", "asal", "bentuk", "status", "pemilik", ""};
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 7; k++)
            if (i != k)
                check_table(&kit.system, dims[i], dims[k], "2026-S1", "2026-01-01", "2026-06-30",
                            AUDIENCE_INTERNAL);
}

static Table counted(Read *r, const char *rows, const char *columns, const char *period,
                     Audience audience)
{
    Problems problems = {.arena = r->arena};
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .rows = str_of(rows),
                    .columns = str_of(columns),
                    .period = str_of(period),
                    .audience = audience};
    Table t;
    OK(table_count(&r->rd, &ask, &problems, &t));
    return t;
}

static size_t head_at(const TableHead *heads, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(heads[i].code, code))
            return i;
    fail_msg("no head %.*s", STR_ARG(code));
    return 0;
}

static int beside_twice;

/* Crossed either way the same is hidden, and to the public whatever is to the task force. */
static void same_hidden(const Table *wide, const Table *turned, const Table *narrow)
{
    for (size_t i = 0; i < wide->row_count; i++)
        for (size_t k = 0; k < wide->column_count; k++) {
            const Count *c = &wide->cells[i * wide->column_count + k];
            size_t ti = head_at(turned->rows, turned->row_count, wide->columns[k].code);
            size_t tk = head_at(turned->columns, turned->column_count, wide->rows[i].code);
            const Count *other = &turned->cells[ti * turned->column_count + tk];
            const Count *before = &narrow->cells[i * narrow->column_count + k];
            if (c->masked != other->masked || c->beside != other->beside)
                fail_msg("%.*s and %.*s", STR_ARG(wide->rows[i].code),
                         STR_ARG(wide->columns[k].code));
            assert_true(c->masked || !before->masked);
            assert_true(c->beside || !before->beside);
            beside_twice += before->beside && c->n > 0 && c->n < rule_of(AUDIENCE_PUBLIC)->least;
        }
}

static void tables_hide_alike(void **state)
{
    (void)state;
    static const char *const dims[] = {"kelompok", "jk", "asal", "bentuk", "status"};
    static const char *const periods[] = {"2026-S1", "2026-S2", "2025-S2"};
    Read r;
    read_begin(&r, &kit, &kit.system);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++)
            for (size_t p = 0; p < 3 && i != k; p++) {
                Table wide = counted(&r, dims[i], dims[k], periods[p], AUDIENCE_PUBLIC);
                Table turned = counted(&r, dims[k], dims[i], periods[p], AUDIENCE_PUBLIC);
                Table narrow = counted(&r, dims[i], dims[k], periods[p], AUDIENCE_TASK_FORCE);
                same_hidden(&wide, &turned, &narrow);
            }
    read_end(&r);
    assert_true(beside_twice > 0);
}

static void same_counts(const Count *x, const Count *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i].n != y[i].n || x[i].masked != y[i].masked || x[i].sum != y[i].sum)
            fail_msg("count %zu: %lld in the set, %lld by itself", i, (long long)x[i].n,
                     (long long)y[i].n);
}

/* Counted together, in one walk or in several, each is as it is by itself. */
static void a_set_is_its_tables(void **state)
{
    (void)state;
    const TableDef *def = model_table(kit.model, S("korban_jk"));
    const TableAsk asks[] = {
        {.def = def, .rows = S("kelompok"), .columns = S("jk"), .period = S("2026-S1")},
        {.def = def, .rows = S("bentuk"), .columns = S("asal"), .period = S("2026-S1")},
        {.def = def, .rows = S("asal"), .columns = S(""), .period = S("2026-S2")},
        {.def = def, .rows = S("pemilik"), .columns = S("jk"), .period = S("2026-S1")},
    };
    enum { SET = sizeof asks / sizeof *asks };
    Table set[SET], t;
    Read r;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count_set(&r.rd, asks, SET, &problems, set));
    for (size_t i = 0; i < SET; i++) {
        OK(table_count(&r.rd, &asks[i], &problems, &t));
        assert_int_equal(set[i].row_count, t.row_count);
        assert_int_equal(set[i].column_count, t.column_count);
        same_counts(set[i].cells, t.cells, t.row_count * t.column_count);
        same_counts(&set[i].total, &t.total, 1);
        same_counts(&set[i].apart, &t.apart, 1);
    }
    assert_true(set[0].total.n && set[2].total.n != set[0].total.n);
    read_end(&r);
}

static void periods_and_scopes_agree(void **state)
{
    (void)state;
    static const char *const periods[][3] = {{"2026-S1", "2026-01-01", "2026-06-30"},
                                             {"2026-S2", "2026-07-01", "2026-12-31"},
                                             {"2026", "2026-01-01", "2026-12-31"},
                                             {"2025", "2025-01-01", "2025-12-31"},
                                             {"2026-01-20/2026-03-01", "2026-01-20", "2026-03-01"},
                                             {"2019", "2019-01-01", "2019-12-31"}};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        const char *const *p = periods[i];
        check_table(&kit.system, "bentuk", "jk", p[0], p[1], p[2], AUDIENCE_INTERNAL);
        check_table(&officer, "kelompok", "bentuk", p[0], p[1], p[2], AUDIENCE_INTERNAL);
        if (!strchr(p[0], 'S'))
            continue; /* others get half-years only */
        check_table(&head, "kelompok", "jk", p[0], p[1], p[2], AUDIENCE_TASK_FORCE);
        check_table(&kit.system, "asal", "", p[0], p[1], p[2], AUDIENCE_PUBLIC);
    }
}

/* Of two offices one makes up most of some figures, and both together all of each. */
static void what_too_few_offices_make_up_is_hidden(void **state)
{
    (void)state;
    AudienceRule *rule = &kit.model->audiences[AUDIENCE_PUBLIC];
    static const char *const dims[] = {"kelompok", "jk", "asal", "bentuk", "status", "pemilik", ""};
    held = shown_of_two = 0;
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 7; k++)
            if (i != k)
                check_table(&kit.system, dims[i], dims[k], "2026-S1", "2026-01-01", "2026-06-30",
                            AUDIENCE_PUBLIC);
    assert_true(held > 20 && shown_of_two > 20);
    shown_of_two = 0;
    rule->two_offices = 90;
    check_table(&kit.system, "bentuk", "jk", "2026-S1", "2026-01-01", "2026-06-30",
                AUDIENCE_PUBLIC);
    assert_int_equal(shown_of_two, 0);
    rule->one_office = 0; /* asked of two alone */
    rule->two_offices = 100;
    check_table(&kit.system, "pemilik", "jk", "2026-S1", "2026-01-01", "2026-06-30",
                AUDIENCE_PUBLIC);
    rule->one_office = rule->two_offices = 100; /* more than all of it nobody has */
    check_table(&kit.system, "pemilik", "", "2026-S1", "2026-01-01", "2026-06-30", AUDIENCE_PUBLIC);
    rule->one_office = 80;
    rule->two_offices = 0;
    assert_true(shown_of_two >= 4);
}

/* A sum is judged by what the offices have of it, not by how many rows they have; and how many have
 * no value is told to nobody from whom small figures are hidden. */
static void a_sum_is_judged_by_its_amounts(void **state)
{
    (void)state;
    AudienceRule *rule = &kit.model->audiences[AUDIENCE_PUBLIC];
    Read r;
    Table t;
    TableDef def = *model_table(kit.model, S("korban_jk"));
    def.sum = kit_field(&kit, "korban", "rugi");
    TableAsk ask = {
        .def = &def, .rows = S("jk"), .period = S("2026-S1"), .audience = AUDIENCE_PUBLIC};
    int64_t of[2] = {0}, rows = 0;
    for (int i = 0; i < VICTIMS; i++)
        rows += speaks(&kit.system, &victims[i], "2026-01-01", "2026-06-30") &&
                !certain_is(&victims[i], "mungkin");
    for (int i = 0; i < VICTIMS; i++)
        if (speaks(&kit.system, &victims[i], "2026-01-01", "2026-06-30") &&
            !certain_is(&victims[i], "mungkin") && victims[i].loss[0])
            of[cases[victims[i].case_].owner]++;
    int64_t share = 100 * (of[0] > of[1] ? of[0] : of[1]) / (of[0] + of[1]);
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    for (int more = 0; more < 2; more++) {
        rule->one_office = share + more;
        OK(table_count(&r.rd, &ask, &problems, &t));
        assert_int_equal(t.total.sum, 500 * (of[0] + of[1]));
        assert_int_equal(t.total.n, rows); /* no count is shown, none is rounded */
        assert_int_equal(t.total.first, 500 * (of[0] > of[1] ? of[0] : of[1]));
        assert_int_equal(t.total.second, 500 * (of[0] > of[1] ? of[1] : of[0]));
        assert_int_equal(t.total.beside, !more);
        assert_true(t.total.unknown > 0 && !table_has_unknown(&t));
        Str said = table_notes(r.arena, LANG_EN, &t).method;
        assert_true(str_contains(said, tr(LANG_EN, M_TABLE_UNKNOWN_SOME)));
        assert_false(str_contains(said, S("rounded")));
    }
    rule->one_office = 80;
    read_end(&r);
}

/* A figure beside the table is hidden while it is small or one office's, and when it was so in an
 * earlier version: the difference would tell it. */
static void a_figure_apart_that_was_hidden_stays_so(void **state)
{
    static const struct {
        Count before, now;
        bool masked, beside;
    } rows[] = {
        {{.n = 40, .first = 20, .second = 10}, {.n = 41, .first = 21, .second = 10}, false, false},
        {{.n = 2, .first = 1, .second = 1}, {.n = 40, .first = 20, .second = 10}, true, true},
        {{.n = 40, .first = 39, .second = 1}, {.n = 80, .first = 40, .second = 20}, true, true},
        {{.n = 40, .first = 20, .second = 10}, {.n = 41, .first = 40, .second = 1}, true, true},
        {{.n = 2, .first = 1, .second = 1}, {.n = 2, .first = 1, .second = 1}, true, false},
    };
    Read r;
    Table t;
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .rows = S("jk"),
                    .period = S("2026-S1"),
                    .audience = AUDIENCE_INTERNAL};
    (void)state;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count(&r.rd, &ask, &problems, &t));
    t.ask.audience = AUDIENCE_PUBLIC;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Table stages[2] = {t, t};
        stages[0].apart = rows[i].before;
        stages[1].apart = t.apart = rows[i].now;
        table_mask(&t, stages, 2);
        assert_int_equal(t.apart.masked, rows[i].masked);
        assert_int_equal(t.apart.beside, rows[i].beside);
        assert_int_equal(t.apart.n, (rows[i].now.n + 2) / 5 * 5);
    }
    read_end(&r);
}

/* Half-years in which few are counted: the total itself is small, and said to be. */
static void few_are_said_to_be_few(void **state)
{
    (void)state;
    small_totals = small_columns = 0;
    for (int half = 2015 * 2; half < 2028 * 2; half++) {
        char period[16], from[16], to[16];
        bool first = half % 2 == 0;
        snprintf(period, sizeof period, "%d-S%d", half / 2, half % 2 + 1);
        snprintf(from, sizeof from, "%d-%s", half / 2, first ? "01-01" : "07-01");
        snprintf(to, sizeof to, "%d-%s", half / 2, first ? "06-30" : "12-31");
        check_table(&head, "kelompok", "jk", period, from, to, AUDIENCE_TASK_FORCE);
        check_table(&kit.system, "bentuk", "jk", period, from, to, AUDIENCE_PUBLIC);
    }
    assert_true(small_totals > 0 && small_columns > 0);
}

static void audiences_and_questions_are_checked(void **state)
{
    (void)state;
    Read r;
    Table t;
    Count c;
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .period = S("2026"),
                    .audience = AUDIENCE_INTERNAL};
    read_begin(&r, &kit, &head);
    Problems problems = {.arena = r.arena};
    FAILS(table_count(&r.rd, &ask, &problems, &t), E_DENIED); /* her figures are the task force's */
    FAILS(table_total(&r.rd, ask.def->reg, S("2026"), AUDIENCE_INTERNAL, &c), E_DENIED);
    ask.audience = AUDIENCE_PUBLIC;
    FAILS(table_count(&r.rd, &ask, &problems, &t), E_INVALID); /* a year less its half tells */
    assert_int_equal(problems.items[0].msg, M_PERIOD_HALF);
    problems = (Problems){.arena = r.arena};
    ask.period = S("2026-S1");
    OK(table_count(&r.rd, &ask, &problems, &t));
    ask.rows = S("cerita");
    ask.period = S("2026-S3");
    FAILS(table_count(&r.rd, &ask, &problems, &t), E_INVALID);
    assert_int_equal(problems.n, 2);
    read_end(&r);
    read_begin(&r, &kit, &recorder);
    problems = (Problems){.arena = r.arena};
    ask = (TableAsk){.def = ask.def, .period = S("2026-S1"), .audience = AUDIENCE_PUBLIC};
    FAILS(table_count(&r.rd, &ask, &problems, &t), E_DENIED);
    read_end(&r);
}

/* Cases: rows, not persons; a condition on the state; several values add up to more. */
static void cases_are_counted_by_row(void **state)
{
    (void)state;
    Read r;
    Table t;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    TableAsk ask = {.def = model_table(kit.model, S("kasus_jenis")),
                    .rows = S("bentuk"),
                    .columns = S("status"),
                    .period = S("2026-S1")};
    OK(table_count(&r.rd, &ask, &problems, &t));
    int64_t all = 0, sum = 0;
    for (size_t i = 0; i < t.row_count; i++) {
        int64_t want = 0;
        for (int k = 0; k < CASES; k++)
            want += k % 4 != 0 && strcmp(cases[k].state, "tutup") != 0 &&
                    has_code(cases[k].forms ? cases[k].forms : "", t.rows[i].code);
        same_count(&t.row_totals[i], (Naive){.all = want}, AUDIENCE_INTERNAL, "cases");
        sum += want;
    }
    for (int k = 0; k < CASES; k++)
        all += k % 4 != 0 && strcmp(cases[k].state, "tutup") != 0;
    same_count(&t.total, (Naive){.all = all}, AUDIENCE_INTERNAL, "all cases");
    assert_true(t.multi && !t.has_apart && sum > all);
    read_end(&r);
}

/* What has no value is counted beside the sum: of the whole, of each row and of each column. */
static void what_has_no_value_is_no_part_of_a_sum(void **state)
{
    (void)state;
    static int valued[VICTIMS], bare[VICTIMS];
    Read r;
    Table t;
    TableDef def = *model_table(kit.model, S("korban_jk"));
    def.sum = kit_field(&kit, "korban", "rugi");
    TableAsk ask = {.def = &def, .rows = S("jk"), .columns = S("status"), .period = S("2026-S1")};
    for (int i = 0; i < VICTIMS; i++) {
        bool counts = speaks(&kit.system, &victims[i], "2026-01-01", "2026-06-30") &&
                      !certain_is(&victims[i], "mungkin");
        valued[i] = counts && victims[i].loss[0];
        bare[i] = counts && !victims[i].loss[0];
    }
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count(&r.rd, &ask, &problems, &t));
    assert_true(t.total.sum > 0 && t.total.unknown > 0);
    for (size_t i = 0; i < t.row_count; i++) {
        int64_t n = recount(valued, "jk", t.rows[i].code, NULL, STR_NONE).all;
        assert_int_equal(t.row_totals[i].sum, 500 * n);
        assert_int_equal(t.row_totals[i].unknown,
                         recount(bare, "jk", t.rows[i].code, NULL, STR_NONE).all);
    }
    for (size_t k = 0; k < t.column_count; k++)
        assert_int_equal(t.column_totals[k].unknown,
                         recount(bare, NULL, STR_NONE, "status", t.columns[k].code).all);
    assert_int_equal(t.total.sum, 500 * recount(valued, NULL, STR_NONE, NULL, STR_NONE).all);
    assert_int_equal(t.total.unknown, recount(bare, NULL, STR_NONE, NULL, STR_NONE).all);
    read_end(&r);
}

/* The CSV carries the same figures as the table, masked ones without their number. */
static void csv_carries_the_same(void **state)
{
    (void)state;
    Read r;
    Table t;
    CsvRow row;
    bool more;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .period = S("2026-S1"),
                    .audience = AUDIENCE_PUBLIC};
    OK(table_count(&r.rd, &ask, &problems, &t));
    CsvReader csv = csv_reader(r.arena, table_csv(r.arena, LANG_ID, &t, ';'));
    csv.sep = ';';
    for (int i = 0; i < 7; i++)
        OK(csv_next(&csv, &row, &more)); /* five lines of heading, an empty one, the head */
    assert_int_equal(row.n, t.column_count + 2);
    int masked = 0;
    for (size_t i = 0; i <= t.row_count; i++) {
        OK(csv_next(&csv, &row, &more));
        assert_true(more && row.n == t.column_count + 2);
        for (size_t k = 0; k <= t.column_count; k++) {
            const Count *c = k == t.column_count ? (i == t.row_count ? &t.total : &t.row_totals[i])
                             : i == t.row_count  ? &t.column_totals[k]
                                                 : &t.cells[i * t.column_count + k];
            masked += c->masked;
            assert_str(row.cells[k + 1], c->beside   ? "*"
                                         : c->masked ? "<10"
                                                     : str_z(r.arena, str_int(r.arena, c->n)));
        }
    }
    OK(csv_next(&csv, &row, &more));
    assert_false(more);
    assert_true(masked > 0);
    read_end(&r);
}

static Err count_of(const Subject *who, TableAsk ask, Table *ret, size_t *ret_problems)
{
    Read r;
    read_begin(&r, &kit, who);
    Problems problems = {.arena = r.arena};
    Err e = table_count(&r.rd, &ask, &problems, ret);
    *ret_problems = problems.n;
    ret->parent_title = str_copy(kit.arena, ret->parent_title);
    read_end(&r);
    return e;
}

/* Under one record whoever may read it sees all figures, for any time, and nobody else sees any. */
static void a_table_of_one_record_is_not_masked(void **state)
{
    (void)state;
    Table t = {.parent_title = STR_NONE};
    size_t n, victims_of = 0;
    int one = victims[1].case_;
    bool seen[PERSONS] = {false};
    for (int i = 0; i < VICTIMS; i++)
        if (victims[i].case_ == one && !victims[i].voided && !certain_is(&victims[i], "bukan"))
            seen[victims[i].person] = true;
    for (int i = 0; i < PERSONS; i++)
        victims_of += seen[i];
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .audience = AUDIENCE_PUBLIC,
                    .parent = cases[one].uid};
    OK(count_of(&kit.system, ask, &t, &n));
    assert_int_equal(t.total.n + t.apart.n, victims_of);
    assert_true(victims_of > 0 && victims_of < 10 && !t.total.masked && !t.apart.masked);
    assert_ptr_equal(t.parent_reg, kit_reg(&kit, "kasus"));
    assert_true(str_starts(t.parent_title, S("KAS-")));
    FAILS(count_of(&recorder, ask, &t, &n), E_DENIED); /* may list cases, and read no victim */
    Subject stranger = {.user = 999};                  /* may do nothing with cases */
    FAILS(count_of(&stranger, ask, &t, &n), E_NOT_FOUND);
    kit_exec(&kit, str_printf(kit.arena, "UPDATE kasus SET nomor='' WHERE uid='%.*s'",
                              STR_ARG(cases[one].uid))
                       .ptr);
    OK(count_of(&kit.system, ask, &t, &n));
    assert_str(t.parent_title, "Perkara");
    for (int i = 0; i < CASES; i++) {
        ask.parent = cases[i].uid;
        FAILS(count_of(&officer, ask, &t, &n), cases[i].owner == 0 ? ERR_OK : E_NOT_FOUND);
    }
    ask.parent = victims[0].uid; /* no record that victims lie under */
    FAILS(count_of(&kit.system, ask, &t, &n), E_NOT_FOUND);
    ask.parent = cases[one].uid;
    ask.period = S("2026-S3");
    FAILS(count_of(&kit.system, ask, &t, &n), E_INVALID);
    assert_int_equal(n, 1);
    ask = (TableAsk){.def = ask.def, .period = STR_NONE};
    FAILS(count_of(&kit.system, ask, &t, &n), E_INVALID);
}

/* The same asked of two records, and of one with and without it, is not counted in one walk. */
static void walks_are_not_mixed(void **state)
{
    (void)state;
    enum { SET = 6 };
    Table set[SET], t;
    Read r;
    const TableDef *def = model_table(kit.model, S("korban_jk"));
    const TableAsk asks[SET] = {
        {.def = def, .period = S("2026-S1")},
        {.def = def, .period = S("2026-S1"), .audience = AUDIENCE_PUBLIC},
        {.def = def, .period = S("2026")},
        {.def = def, .period = S("2026"), .parent = cases[victims[1].case_].uid},
        {.def = def, .period = S("2026"), .parent = cases[victims[2].case_].uid},
        {.def = model_table(kit.model, S("kasus_jenis")), .period = S("2026")}};
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count_set(&r.rd, asks, SET, &problems, set));
    for (size_t i = 0; i < SET; i++) {
        OK(table_count(&r.rd, &asks[i], &problems, &t));
        assert_int_equal(set[i].total.n, t.total.n);
        same_counts(set[i].cells, t.cells, t.row_count * t.column_count);
    }
    read_end(&r);
}

static void questions_are_judged_one_by_one(void **state)
{
    (void)state;
    Table t = {.parent_title = STR_NONE};
    Count c;
    size_t n;
    Read r;
    TableAsk ask = {
        .def = model_table(kit.model, S("korban_jk")), .period = S("2026"), .columns = S("cerita")};
    FAILS(count_of(&kit.system, ask, &t, &n), E_INVALID);
    assert_int_equal(n, 1);
    read_begin(&r, &kit, &kit.system);
    FAILS(table_total(&r.rd, ask.def->reg, S("2026-S3"), AUDIENCE_INTERNAL, &c), E_INVALID);
    FAILS(table_total(&r.rd, ask.def->reg, S("2026"), AUDIENCE_PUBLIC, &c), E_INVALID);
    read_end(&r);
    assert_int_equal(audience_msg(AUDIENCE_INTERNAL), M_AUDIENCE_INTERNAL);
    assert_int_equal(audience_msg(AUDIENCE_TASK_FORCE), M_AUDIENCE_TASK_FORCE);
    assert_int_equal(audience_msg(AUDIENCE_PUBLIC), M_AUDIENCE_PUBLIC);
}

/* What a definition allows: all dimensions, or those it names. */
static void dimensions_follow_the_definition(void **state)
{
    (void)state;
    TableDef def = *model_table(kit.model, S("korban_jk"));
    assert_int_equal(table_dims(kit.arena, &def).n, def.reg->stats.dims.n);
    def.free_dims = false;
    StrList dims = table_dims(kit.arena, &def);
    assert_int_equal(dims.n, 2);
    assert_str(dims.items[0], "kelompok");
    assert_str(dims.items[1], "jk");
    def.rows = def.columns = S("");
    assert_int_equal(table_dims(kit.arena, &def).n, 0);
    assert_str(table_dim_label(def.reg, S("jk")).text[LANG_EN], "Sex");
    assert_int_equal(table_verb(&def, S("cerita"), S("cerita"), STR_NONE), VERB_COUNT);
    assert_true(
        str_eq(table_dim_label(def.reg, S("cerita")).text[LANG_EN], tr(LANG_EN, M_FIELD_STATE)));
    assert_true(
        str_eq(table_dim_label(def.reg, S("pemilik")).text[LANG_EN], tr(LANG_EN, M_FIELD_OWNER)));
    assert_true(
        str_eq(table_dim_label(def.reg, S("status")).text[LANG_EN], tr(LANG_EN, M_FIELD_STATE)));
}

/* Places smaller than a regency name who lives there; rows and columns alike. */
static void places_below_a_regency_are_not_for_the_public(void **state)
{
    static const PlaceLevel small[] = {PLACE_ANY, PLACE_SUBDISTRICT, PLACE_VILLAGE};
    (void)state;
    Table t;
    size_t n;
    Field *origin = (Field *)(uintptr_t)kit_field(&kit, "korban", "asal");
    TableAsk rows = {.def = model_table(kit.model, S("korban_jk")),
                     .rows = S("asal"),
                     .columns = S("jk"),
                     .period = S("2026-S1"),
                     .audience = AUDIENCE_PUBLIC},
             columns = rows;
    columns.rows = S("jk");
    columns.columns = S("asal");
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        origin->level = small[i];
        FAILS(count_of(&kit.system, rows, &t, &n), E_INVALID);
        FAILS(count_of(&kit.system, columns, &t, &n), E_INVALID);
    }
    origin->level = PLACE_DISTRICT;
    Read r;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count(&r.rd, &columns, &problems, &t));
    read_end(&r);
}

/* A dimension that calls records by name (here made of the reference to the person) is counted only
 * of what may be read, and is not for the public. */
static void names_are_not_for_the_public(void **state)
{
    (void)state;
    Table t = {.parent_title = STR_NONE};
    size_t n;
    TableDef def = *model_table(kit.model, S("korban_jk"));
    Register *reg = (Register *)(uintptr_t)def.reg;
    StrList before = reg->stats.dims;
    *ARENA_PUSH(kit.arena, reg->stats.dims) = S("orang");
    def.rows = S("jk");
    def.columns = S("");
    assert_int_equal(table_verb(&def, S("orang"), S(""), STR_NONE), VERB_READ);
    assert_int_equal(table_verb(&def, S(""), S("orang"), STR_NONE), VERB_READ);
    assert_int_equal(table_verb(&def, S(""), S(""), STR_NONE), VERB_COUNT);
    assert_int_equal(table_verb(&def, S(""), S(""), cases[0].uid), VERB_READ);
    TableAsk ask = {
        .def = &def, .rows = S("orang"), .period = S("2026-S1"), .audience = AUDIENCE_PUBLIC};
    FAILS(count_of(&kit.system, ask, &t, &n), E_INVALID);
    ask.rows = S("jk");
    ask.columns = S("orang");
    FAILS(count_of(&kit.system, ask, &t, &n), E_INVALID);
    ask.parent = cases[0].uid; /* of one record her readers see the names anyway */
    OK(count_of(&kit.system, ask, &t, &n));
    ask.parent = t.parent_title = STR_NONE;
    ask.audience = AUDIENCE_TASK_FORCE;
    Read r;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count(&r.rd, &ask, &problems, &t));
    assert_true(t.column_count > 12);
    for (size_t i = 1; i < t.column_count; i++) /* in the order of what they are called */
        assert_true(
            str_cmp(t.columns[i - 1].label.text[LANG_ID], t.columns[i].label.text[LANG_ID]) <= 0);
    read_end(&r);
    t.parent_title = STR_NONE;
    FAILS(count_of(&head, ask, &t, &n), E_DENIED); /* she may count victims and read none */
    TableAsk beside[] = {ask, ask}; /* nor by way of a table beside it that only counts */
    beside[0].columns = S("");
    Table set[2];
    read_begin(&r, &kit, &head);
    problems = (Problems){.arena = r.arena};
    OK(table_count(&r.rd, beside, &problems, set));
    FAILS(table_count_set(&r.rd, beside, 2, &problems, set), E_DENIED);
    read_end(&r);
    reg->stats.dims = before;
}

/* A code or state that is declared no more is shown as it is stored; of a row that is not counted,
 * because the person was met before, nothing is shown. */
static void what_is_not_declared_is_shown_as_stored(void **state)
{
    (void)state;
    static int counts[VICTIMS];
    Read r;
    Table t;
    int later = -1;
    choose(&kit.system, "2026-01-01", "2026-12-31", counts);
    for (int i = 0; i < VICTIMS; i++)
        if (!counts[i] && !victims[i].voided && !certain_is(&victims[i], "bukan") &&
            in_period(victims[i].date, "2026-01-01", "2026-12-31"))
            later = i;
    assert_true(later >= 0);
    kit_exec(&kit, str_printf(kit.arena, "UPDATE korban SET status='aneh' WHERE uid='%.*s'",
                              STR_ARG(victims[later].uid))
                       .ptr);
    kit_exec(&kit, "UPDATE kasus SET jenis='usang', status='dulu'"
                   " WHERE id=(SELECT min(id) FROM kasus WHERE batal=0)");
    TableDef def = *model_table(kit.model, S("korban_jk"));
    TableAsk victims_ask = {
        .def = &def, .rows = S("status"), .columns = S("jk"), .period = S("2026")};
    TableAsk cases_ask = {.def = model_table(kit.model, S("kasus_jenis")),
                          .rows = S("jenis"),
                          .columns = S("status"),
                          .period = S("2026")};
    bool code = false, once = false;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.arena};
    OK(table_count(&r.rd, &victims_ask, &problems, &t));
    for (size_t i = 0; i < t.row_count; i++)
        assert_false(str_is(t.rows[i].code, "aneh"));
    assert_true(t.records > 0);
    OK(table_count(&r.rd, &cases_ask, &problems, &t));
    for (size_t i = 0; i < t.row_count; i++)
        code |= str_is(t.rows[i].label.text[LANG_EN], "usang");
    for (size_t i = 0; i < t.column_count; i++)
        once |= str_is(t.columns[i].label.text[LANG_EN], "dulu");
    assert_true(code && once);
    def.sum = kit_field(&kit, "korban", "rugi");
    OK(table_count(&r.rd, &victims_ask, &problems, &t));
    assert_int_equal(t.records, 0); /* a sum is of rows */
    read_end(&r);
}

static Err count_narrowed(Read *r, Problems *problems)
{
    Table t;
    Count c;
    TableAsk ask = {.def = model_table(kit.model, S("korban_jk")),
                    .parent = cases[victims[1].case_].uid};
    TRY(table_total(&r->rd, ask.def->reg, S("2026"), AUDIENCE_INTERNAL, &c));
    return table_count(&r->rd, &ask, problems, &t);
}

/* Every call to the database fails once: no figure comes of it. */
static void a_failure_gives_no_figure(void **state)
{
    (void)state;
    Read r;
    int n = 1;
    for (bool failed = true; failed; n++) {
        read_begin(&r, &kit, &officer);
        Problems problems = {.arena = r.arena};
        failing_db_at(n);
        Err e = count_narrowed(&r, &problems);
        failed = failing_db_ended();
        if (e != E_NOT_FOUND) /* a reach that cannot be read is none */
            FAILS(e, failed ? E_DB : ERR_OK);
        assert_int_equal(e != ERR_OK, failed);
        read_end(&r);
    }
    assert_true(n > 5);
}

static void masks_begin_below_k(void **state)
{
    (void)state;
    assert_int_equal(rule_of(AUDIENCE_INTERNAL)->least, 0);
    assert_int_equal(rule_of(AUDIENCE_TASK_FORCE)->least, 5);
    assert_int_equal(rule_of(AUDIENCE_PUBLIC)->least, 10);
    Audience a;
    assert_true(audience_of(S("task-force"), &a) && a == AUDIENCE_TASK_FORCE);
    assert_false(audience_of(S("everybody"), &a));
    Count c = {.n = 4, .masked = true};
    assert_str(count_text(kit.arena, LANG_ID, &c, rule_of(AUDIENCE_TASK_FORCE)), "<5");
    c = (Count){.n = 1234};
    assert_str(count_text(kit.arena, LANG_ID, &c, rule_of(AUDIENCE_PUBLIC)), "1.234");
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    domain = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_crossing_agrees),
        cmocka_unit_test(tables_hide_alike),
        cmocka_unit_test(a_set_is_its_tables),
        cmocka_unit_test(periods_and_scopes_agree),
        cmocka_unit_test(a_figure_apart_that_was_hidden_stays_so),
        cmocka_unit_test(few_are_said_to_be_few),
        cmocka_unit_test(what_too_few_offices_make_up_is_hidden),
        cmocka_unit_test(a_sum_is_judged_by_its_amounts),
        cmocka_unit_test(audiences_and_questions_are_checked),
        cmocka_unit_test(cases_are_counted_by_row),
        cmocka_unit_test(what_has_no_value_is_no_part_of_a_sum),
        cmocka_unit_test(csv_carries_the_same),
        cmocka_unit_test(a_table_of_one_record_is_not_masked),
        cmocka_unit_test(walks_are_not_mixed),
        cmocka_unit_test(questions_are_judged_one_by_one),
        cmocka_unit_test(dimensions_follow_the_definition),
        cmocka_unit_test(places_below_a_regency_are_not_for_the_public),
        cmocka_unit_test(names_are_not_for_the_public),
        cmocka_unit_test(what_is_not_declared_is_shown_as_stored),
        cmocka_unit_test(a_failure_gives_no_figure),
        cmocka_unit_test(masks_begin_below_k),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
