/* Clocks: when limits end, tasks made and finished by what happens to a record, the ticker that
 * acts once and catches up. Argument: domain folder. */
#include "test_kit.h"

#include "engine/clock_db.h"
#include "engine/follow_up.h"
#include "model/limit.h"
#include "store_kit.h"

static const char *domain;
static Kit kit;
static Str office, chief_office;
static Subject officer;

static const int64_t hour = 3600000;

/* Thursday before a weekend and a holiday on Monday (17 August). */
static const Date thursday = {2026, 8, 13};

static void set_clock(Date d, int minute)
{
    clock_shift(0);
    clock_shift(clock_instant(d, minute) - clock_now());
}

static int setup(void **state)
{
    (void)state;
    set_clock(thursday, 600);
    kit_open(&kit, domain, follow_up_after_change);
    office = kit_institution(&kit, "A", "53.03");
    chief_office = kit_institution(&kit, "B", "53.71");
    officer = kit_user(&kit, office, "petugas", "petugas", "");
    (void)kit_user(&kit, chief_office, "ketua", "ketua", "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    kit_close(&kit);
    clock_shift(0);
    return 0;
}

static Str make_case(void)
{
    set_clock(thursday, 600);
    return kit_make(&kit, "kasus", office, NULL, STR_NONE, "judul", "Perkara", "jenis", "orang",
                    NULL);
}

static int64_t task_int(const char *what, Str case_uid, const char *clock)
{
    int64_t n = 0;
    Str sql = str_printf(kit.arena,
                         "SELECT COALESCE(SUM(%s),0) FROM tugas WHERE tenggat IS NOT NULL"
                         " AND batas LIKE '%s%%' AND induk="
                         "(SELECT id FROM kasus WHERE uid=:p) AND induk_reg='kasus'",
                         what, clock);
    OK(db_number(kit.conn.db, sql.ptr, &n, BIND(":p", case_uid)));
    return n;
}

static int64_t tasks(Str case_uid, const char *clock, const char *state)
{
    return task_int(str_printf(kit.arena, "status='%s'", state).ptr, case_uid, clock);
}

static int64_t near(int64_t got, int64_t want)
{
    return llabs(got - want) < 60000;
}

static void tick(void)
{
    OK(writer_run(kit.store.writer, NULL, clocks_tick, &kit.store));
}

/* ---- when a limit ends ---- */

static int64_t at(int year, int month, int d, int minute)
{
    return clock_instant((Date){year, month, d}, minute);
}

static void limits_skip_days_off(void **state)
{
    (void)state;
    const Model *m = kit.model;
    int64_t from = at(2026, 8, 13, 600);
    assert_int_equal(duration_end(m, from, (Duration){3, DURATION_DAYS}, false),
                     at(2026, 8, 16, 600));
    assert_int_equal(duration_end(m, from, (Duration){3, DURATION_DAYS}, true),
                     at(2026, 8, 19, 600));
    assert_int_equal(duration_end(m, from, (Duration){2, DURATION_HOURS}, true),
                     at(2026, 8, 13, 720));
    assert_int_equal(duration_end(m, at(2026, 8, 15, 720), (Duration){1, DURATION_DAYS}, true),
                     at(2026, 8, 19, 0));
    assert_int_equal(duration_end(m, at(2026, 8, 14, 1380), (Duration){2, DURATION_HOURS}, true),
                     at(2026, 8, 18, 60));
    assert_int_equal(duration_end(m, at(2026, 12, 24, 0), (Duration){2, DURATION_DAYS}, true),
                     at(2026, 12, 29, 0));
    assert_int_equal(duration_end(m, from, (Duration){0, DURATION_DAYS}, true), from);
    assert_int_equal(duration_end(m, at(2026, 8, 31, 600), (Duration){6, DURATION_MONTHS}, false),
                     at(2027, 2, 28, 600));
}

static void own_periods_never_outlast_the_law(void **state)
{
    (void)state;
    static const struct {
        Duration own, law;
        bool longer;
    } rows[] = {
        {{24, DURATION_HOURS}, {1, DURATION_DAYS}, false},
        {{25, DURATION_HOURS}, {1, DURATION_DAYS}, true},
        {{7, DURATION_DAYS}, {7, DURATION_DAYS}, false},
        {{8, DURATION_DAYS}, {7, DURATION_DAYS}, true},
        {{28, DURATION_DAYS}, {1, DURATION_MONTHS}, false},
        {{29, DURATION_DAYS}, {1, DURATION_MONTHS}, true},
        {{1, DURATION_MONTHS}, {31, DURATION_DAYS}, false},
        {{1, DURATION_MONTHS}, {30, DURATION_DAYS}, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(duration_may_exceed(rows[i].own, rows[i].law), rows[i].longer);
}

static bool works(int64_t instant)
{
    Date d = clock_date_of(instant, NULL);
    int64_t weekday = (date_days(d) + 3) % 7; /* 0 = Monday */
    bool off = d.year == 2026 && ((d.month == 8 && d.day == 17) || (d.month == 1 && d.day == 1) ||
                                  (d.month == 12 && d.day == 25));
    return weekday < 5 && !off;
}

static void limits_agree_hour_by_hour(void **state)
{
    (void)state;
    Dice d = {9};
    for (int i = 0; i < 300; i++) {
        int64_t from = at(2026, 1, 1, 0) + (int64_t)dice(&d, 360 * 24) * hour, now = from;
        int64_t limit = 1 + dice(&d, 400);
        for (int64_t left = limit; left > 0; now += hour)
            left -= works(now);
        assert_int_equal(duration_end(kit.model, from, (Duration){limit, DURATION_HOURS}, true),
                         now);
    }
}

/* ---- what starts and stops ---- */

static void a_new_case_starts_its_clock(void **state)
{
    (void)state;
    Str c = make_case();
    assert_int_equal(tasks(c, "telaah TELAAH 2025-01-01", "terbuka"), 1);
    int64_t due = at(2026, 8, 19, 600), now = at(2026, 8, 13, 600);
    assert_true(near(task_int("tenggat", c, "telaah"), due));
    assert_true(near(task_int("mulai", c, "telaah"), now));
    assert_true(near(task_int("next_at", c, "telaah"), now + (due - now) * 80 / 100));
    int64_t unit = task_int("unit", c, "telaah");
    assert_int_equal(unit, officer.agencies[0]);
    assert_int_equal(task_int("pemilik", c, "telaah"), unit);
}

static void the_limit_in_force_that_day_counts(void **state)
{
    (void)state;
    set_clock((Date){2024, 12, 30}, 600);
    Str c = kit_make(&kit, "kasus", office, NULL, STR_NONE, "judul", "Lama", NULL);
    assert_int_equal(tasks(c, "telaah TELAAH ", "terbuka"), 1);
    assert_true(near(task_int("tenggat", c, "telaah"), at(2024, 12, 31, 600))); /* 24 hours then */
    OK(kit_act(&kit, &kit.system, CHANGE_VOID, "kasus", c, NULL, "uji"));
}

static void moves_stop_and_start(void **state)
{
    (void)state;
    Str c = make_case();
    OK(kit_act(&kit, &officer, CHANGE_MOVE, "kasus", c, "mulai", NULL));
    assert_int_equal(tasks(c, "telaah", "selesai"), 1);
    assert_int_equal(task_int("next_at IS NOT NULL", c, "telaah"), 0);
    assert_int_equal(tasks(c, "lanjut", "terbuka"), 1);
    assert_true(near(task_int("tenggat", c, "lanjut"), at(2026, 8, 20, 600)));
    kit_change(&kit, "kasus", c, "jenis", "badan", NULL);
    assert_int_equal(tasks(c, "lanjut", "terbuka"), 1);
    kit_change(&kit, "kasus", c, "kode_luar", "X-1", NULL);
    assert_int_equal(tasks(c, "lanjut", "selesai"), 1);
    assert_int_equal(tasks(c, "", "terbuka"), 0);
}

static void a_void_or_closed_case_has_no_clock(void **state)
{
    (void)state;
    Str c = make_case(), closed = make_case();
    OK(kit_act(&kit, &kit.system, CHANGE_VOID, "kasus", c, NULL, "dobel"));
    assert_int_equal(tasks(c, "", "terbuka"), 0);
    Str person = kit_make(&kit, "orang", office, NULL, STR_NONE, "nama", "Ada Beno", NULL);
    (void)kit_make(&kit, "korban", office, "kasus", closed, "orang", str_z(kit.arena, person),
                   NULL);
    OK(kit_act(&kit, &officer, CHANGE_MOVE, "kasus", closed, "mulai", NULL));
    OK(kit_act(&kit, &officer, CHANGE_MOVE, "kasus", closed, "akhiri", "sudah selesai semuanya"));
    assert_int_equal(tasks(closed, "", "terbuka"), 0);
    assert_int_equal(tasks(closed, "", "selesai"), 2);
    /* A limit of six months ends on that day half a year on. */
    OK(kit_act(&kit, &kit.system, CHANGE_MOVE, "kasus", closed, "buka", NULL));
    assert_int_equal(tasks(closed, "pantau", "terbuka"), 1);
    assert_true(near(task_int("tenggat", closed, "pantau"), at(2027, 2, 13, 600)));
    kit_change(&kit, "kasus", closed, "saat", "1700000000000", NULL);
    assert_int_equal(tasks(closed, "pantau", "selesai"), 1);
}

static void what_fails_starts_nothing(void **state)
{
    (void)state;
    int64_t before = kit_int(&kit, "SELECT COUNT(*) FROM tugas");
    Str first = make_case();
    kit_change(&kit, "kasus", first, "kode_luar", "X-2", NULL);
    Save s;
    save_begin(&s, &kit, &officer);
    for (int i = 0; i < 2; i++) {
        Change *c = save_add(&s, CHANGE_CREATE, "kasus", STR_NONE, 0);
        save_set(&s, c, "judul", S("Perkara"));
        save_set(&s, c, "kode_luar", i ? S("X-2") : S("X-3"));
        save_prepare(&s, c);
    }
    FAILS(save_end(&s, NULL), E_DUPLICATE);
    assert_int_equal(kit_int(&kit, "SELECT COUNT(*) FROM tugas"), before + 1);
}

/* ---- the ticker ---- */

static int64_t escalations(Str case_uid)
{
    int64_t n = 0;
    OK(db_number(kit.conn.db,
                 "SELECT COUNT(*) FROM tugas WHERE tenggat IS NULL AND induk="
                 "(SELECT id FROM kasus WHERE uid=:p) AND induk_reg='kasus'", &n,
                 BIND(":p", case_uid)));
    return n;
}

static void the_ticker_acts_once(void **state)
{
    (void)state;
    Str c = make_case();
    int64_t due = task_int("tenggat", c, "telaah"), version = task_int("versi", c, "telaah");
    tick();
    assert_int_equal(task_int("versi", c, "telaah"), version); /* not due yet */
    set_clock((Date){2026, 8, 18}, 600);                       /* past 80 % */
    tick();
    assert_int_equal(task_int("next_at", c, "telaah"), due);
    assert_int_equal(task_int("versi", c, "telaah"), version + 1);
    tick();
    assert_int_equal(task_int("versi", c, "telaah"), version + 1);
    assert_int_equal(escalations(c), 0);
    set_clock((Date){2026, 8, 19}, 700);
    for (int i = 0; i < 3; i++)
        tick();
    assert_int_equal(task_int("next_at IS NOT NULL", c, "telaah"), 0);
    assert_int_equal(tasks(c, "telaah", "terbuka"), 1); /* late, but still to be done */
    assert_int_equal(escalations(c), 1);
    int64_t unit = 0;
    OK(db_number(kit.conn.db,
                 "SELECT unit FROM tugas WHERE tenggat IS NULL AND induk="
                 "(SELECT id FROM kasus WHERE uid=:p)", &unit, BIND(":p", c)));
    assert_int_equal(unit, kit_int(&kit, "SELECT id FROM institusi WHERE kode='B'"));
    assert_int_equal(kit_int(&kit, "SELECT COUNT(*) FROM audit WHERE actor='sistem:ticker'") > 0,
                     1);
}

static void what_is_done_by_hand_is_not_late(void **state)
{
    (void)state;
    Str c = make_case(), task;
    Read r;
    Stmt *st;
    bool row;
    read_begin(&r, &kit, &kit.system);
    OK(db_stmt(r.rd.db,
               "SELECT uid FROM tugas WHERE induk=(SELECT id FROM kasus WHERE uid=:p)"
               " AND induk_reg='kasus'",
               &st));
    stmt_text(st, ":p", c);
    OK(stmt_step(st, &row));
    task = row_text(kit.arena, st, 0);
    stmt_done(st);
    read_end(&r);
    OK(kit_act(&kit, &officer, CHANGE_MOVE, "tugas", task, "selesaikan", NULL));
    set_clock((Date){2026, 9, 30}, 600);
    tick();
    assert_int_equal(escalations(c), 0);
    assert_int_equal(task_int("next_at IS NOT NULL", c, "telaah"), 0);
}

static void the_ticker_catches_up(void **state)
{
    (void)state;
    enum { MANY = 230 }; /* more than one turn takes */
    Str made[MANY];
    for (int i = 0; i < MANY; i++)
        made[i] = make_case();
    set_clock((Date){2026, 11, 2}, 600);
    for (int i = 0; i < 4; i++)
        tick();
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(escalations(made[i]), 1);
        assert_int_equal(task_int("next_at IS NOT NULL", made[i], "telaah"), 0);
    }
    int64_t rows = kit_int(&kit, "SELECT COUNT(*) FROM riwayat");
    tick();
    assert_int_equal(kit_int(&kit, "SELECT COUNT(*) FROM riwayat"), rows);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    domain = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_skip_days_off),
        cmocka_unit_test(own_periods_never_outlast_the_law),
        cmocka_unit_test(limits_agree_hour_by_hour),
        cmocka_unit_test(a_new_case_starts_its_clock),
        cmocka_unit_test(the_limit_in_force_that_day_counts),
        cmocka_unit_test(moves_stop_and_start),
        cmocka_unit_test(a_void_or_closed_case_has_no_clock),
        cmocka_unit_test(what_fails_starts_nothing),
        cmocka_unit_test(the_ticker_acts_once),
        cmocka_unit_test(what_is_done_by_hand_is_not_late),
        cmocka_unit_test(the_ticker_catches_up),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
