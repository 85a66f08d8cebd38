/* Thirty days of fifty people who open files as their work asks, and one among them who harvests:
 * she is told within a day, and of the others hardly anybody ever. */
#include "guard_kit.h"

#include "guard/readings.h"

/* What a person opens on a day: so many persons out of those she knows, some of them lent to her or
 * of another institution; more on her busy day of the month. */
typedef struct Habit {
    const char *role;
    int people, least, most, knows, busy;
    int lent, elsewhere; /* of a hundred */
} Habit;

static const Habit habits[] = {
    {"intake", 7, 3, 9, 60, 18, 5, 5},
    {"intake, the day of a boat with thirty-four people", 1, 3, 9, 60, 34, 5, 5},
    {"social worker", 10, 3, 9, 25, 12, 10, 90},
    {"investigator", 7, 2, 8, 40, 18, 5, 80},
    {"investigator of that boat", 1, 2, 8, 40, 34, 5, 80},
    {"prosecutor", 4, 1, 6, 30, 10, 0, 100},
    {"health", 4, 1, 6, 15, 7, 100, 100},
    {"legal aid", 4, 2, 7, 20, 9, 20, 100},
    {"partner", 4, 1, 4, 8, 5, 100, 100},
    {"secretary before a meeting", 2, 3, 8, 80, 26, 0, 60},
    {"data protection", 1, 0, 4, 90, 6, 50, 100},
    {"post, immigration, inspector", 4, 1, 7, 200, 12, 0, 0},
};
enum { HABITS = sizeof habits / sizeof *habits, DAYS = 30, ROWS = 99 };

typedef struct Replay {
    Kit *k;
    Dice dice;
    ReadingBudget most, slow;
    bool by_institution; /* counts as lent whatever is another institution's */
    int alarms, stops;   /* people who do their work: days told, openings refused */
} Replay;

static const ReadingBudget standard = {300, 40, 10}, standard_slow = {300 * READING_SPAN, 200, 50};

/* One person opened, by two records: hers as a victim, and herself. False: refused. */
static bool opens(Replay *r, Str actor, Str day, int person, bool lent)
{
    char uid[2][24];
    for (int i = 0; i < 2; i++) {
        snprintf(uid[i], sizeof uid[i], "%.8s-%d-%d", actor.ptr, person, i);
        ReadingMark mark = {str_of(uid[i]), str_of(uid[0]), lent};
        if (readings_allow(r->k->db, actor, day, &mark, &r->most) != ERR_OK)
            return false;
        OK(readings_note(&r->k->tx, actor, day, &mark));
    }
    return true;
}

static void works(Replay *r, const Habit *h, Str actor, Str day, bool busy)
{
    int n = busy ? h->busy : h->least + (int)dice(&r->dice, (unsigned)(h->most - h->least + 1));
    for (int i = 0; i < n; i++) {
        int person = busy ? 1000 + i : (int)dice(&r->dice, (unsigned)h->knows);
        int kind = person * 37 % 100; /* lent once, lent always */
        bool lent = kind < h->lent, elsewhere = lent || kind < h->elsewhere;
        r->stops += !opens(r, actor, day, person, r->by_institution ? elsewhere : lent);
    }
}

static Str day_of(Kit *k, int day)
{
    return date_iso(k->a, date_add_days((Date){2026, 3, 1}, day));
}

/* Everybody's thirty days; `harvest` persons a day from day 11 on by one more. Ret: her first alarm
 * in days after she began, -1 if there was none. */
static int replay(Replay *r, int harvest, bool lent)
{
    ReadingRow rows[ROWS];
    char name[16];
    size_t n;
    int told = -1, slow = 0;
    OK(db_begin(r->k->db));
    for (int day = 0; day < DAYS; day++) {
        Str date = day_of(r->k, day);
        int user = 0;
        for (int h = 0; h < HABITS; h++)
            for (int i = 0; i < habits[h].people; i++, user++) {
                snprintf(name, sizeof name, "u%02d", user);
                works(r, &habits[h], str_of(name), date, day == user % DAYS);
            }
        for (int i = 0; day > 10 && i < harvest; i++)
            (void)opens(r, S("harvester"), date, 100 * day + i, lent);
        OK(readings_high(r->k->db, r->k->a,
                         &(ReadingAsk){.since = date, .daily = true, .most = r->most}, rows, ROWS,
                         &n));
        for (size_t i = 0; i < n; i++) {
            bool hers = str_is(rows[i].name, "harvester");
            r->alarms += !hers;
            told = hers && told < 0 ? day - 11 : told;
        }
        OK(readings_high(
            r->k->db, r->k->a,
            &(ReadingAsk){.since = day_of(r->k, day - READING_SPAN + 1), .most = r->slow}, rows,
            ROWS, &n));
        int others = 0;
        for (size_t i = 0; i < n; i++) {
            bool hers = str_is(rows[i].name, "harvester");
            others += !hers;
            told = hers && told < 0 ? day - 11 : told;
        }
        slow = others > slow ? others : slow; /* an alarm stands until it is less */
    }
    r->alarms += slow;
    OK(db_end(r->k->db, ERR_OK));
    return told;
}

static Replay begin(void **state)
{
    Kit *k = *state;
    char sql[200];
    /* made by steps of engine/system_db.c, which guard does not know */
    OK(db_exec(k->db,
               "CREATE TABLE bacaan(day TEXT NOT NULL, actor TEXT NOT NULL, uid TEXT NOT NULL,"
               " orang TEXT, luar INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(day, actor, uid))"));
    for (int i = 0; i < 50; i++) {
        snprintf(sql, sizeof sql, i < 49 ? "u%02d" : "harvester", i);
        OK(db_run(k->db,
                  "INSERT INTO fakta_pengguna(user_id,uid,login,name,roles,active,agency)"
                  " VALUES(:id,:uid,:uid,:uid,'',1,1)",
                  BIND(":id", (int64_t)i + 1), BIND(":uid", str_of(sql))));
    }
    return (Replay){.k = k, .dice = {7}, .most = standard, .slow = standard_slow};
}

/* At most one false alarm a week in fifty people. */
static const int few = DAYS / 7;

static void a_harvester_of_her_own_office_is_told_on_the_day(void **state)
{
    Replay r = begin(state);
    assert_int_equal(replay(&r, 30, false), 0);
    assert_true(r.alarms <= few && r.stops == 0);
}

static void a_harvester_of_what_is_lent_is_told_and_stopped(void **state)
{
    Replay r = begin(state);
    ReadingMark next = {S("next"), S("next"), true};
    assert_int_equal(replay(&r, 30, true), 0);
    assert_true(r.alarms <= few && r.stops == 0);
    Str last = day_of(r.k, DAYS - 1);
    assert_int_equal(readings_allow(r.k->db, S("harvester"), last, &next, &standard), E_BUDGET);
    next.lent = false; /* her own work goes on */
    OK(readings_allow(r.k->db, S("harvester"), last, &next, &standard));
}

/* Below every limit of a day, for weeks. */
static void a_slow_harvester_is_told_within_so_many_days(void **state)
{
    static const struct {
        int a_day, days;
        bool lent;
    } slow[] = {{25, 5, false}, {10, 14, false}, {3, 12, true}};
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        Replay r = begin(state);
        assert_int_equal(replay(&r, slow[i].a_day, slow[i].lent), slow[i].days);
        assert_true(r.alarms <= few && r.stops == 0);
        OK(db_exec(r.k->db, "DROP TABLE bacaan; DELETE FROM fakta_pengguna"));
    }
}

static void who_leads_an_office_hears_of_its_people_alone(void **state)
{
    Replay r = begin(state);
    ReadingRow rows[ROWS];
    size_t n;
    for (int i = 0; i < 30; i++)
        assert_true(opens(&r, S("u00"), day_of(r.k, 0), i, false));
    for (int64_t agency = 0; agency < 3; agency++) {
        OK(readings_high(
            r.k->db, r.k->a,
            &(ReadingAsk){
                .since = day_of(r.k, 0), .daily = true, .agency = agency, .most = standard},
            rows, ROWS, &n));
        assert_true((n > 0) == (agency < 2));
    }
}

/* Why "outside" is not "another institution's": who serves and prosecutes works on others' files.
 */
static void by_institution_alone_would_stop_those_who_work(void **state)
{
    Replay r = begin(state);
    r.by_institution = true;
    (void)replay(&r, 0, false);
    assert_true(r.alarms > 10 * few && r.stops > few);
}

/* Why the alarm is not at the old 300 records: thirty people a day are sixty of them. */
static void by_records_alone_nobody_would_be_told(void **state)
{
    Replay r = begin(state);
    r.most = (ReadingBudget){300, 1000, 1000};
    r.slow = (ReadingBudget){300 * READING_SPAN, 10000, 10000};
    assert_int_equal(replay(&r, 30, false), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_harvester_of_her_own_office_is_told_on_the_day),
        KIT_TEST(a_harvester_of_what_is_lent_is_told_and_stopped),
        KIT_TEST(a_slow_harvester_is_told_within_so_many_days),
        KIT_TEST(who_leads_an_office_hears_of_its_people_alone),
        KIT_TEST(by_institution_alone_would_stop_those_who_work),
        KIT_TEST(by_records_alone_nobody_would_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
