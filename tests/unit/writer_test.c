/* The writer: group commit of eight threads, failing commands, keys before data, hooks, and a
 * COMMIT that fails; and a thread behind the pages that leaves when it is asked to. */
#include "test_kit.h"

#include "base/clock.h"
#include "db/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 8, EACH = 250 };

typedef struct Kit {
    char dir[64];
    Writer *writer;
    Db *db, *keys; /* read connections */
} Kit;

static const char *path(const Kit *k, const char *name)
{
    static _Thread_local char buf[128];
    snprintf(buf, sizeof buf, "%s/%s", k->dir, name);
    return buf;
}

static int setup(void **state)
{
    Kit *k = calloc(1, sizeof *k);
    Db *db, *keys;
    strcpy(k->dir, "/tmp/writer-XXXXXX");
    assert_non_null(mkdtemp(k->dir));
    OK(db_open(path(k, "data.db"), DB_WRITE, &db));
    OK(db_open(path(k, "keys.db"), DB_WRITE, &keys));
    OK(db_exec(db, "CREATE TABLE counter(n INTEGER);INSERT INTO counter VALUES(0);"
                   "CREATE TABLE item(id INTEGER PRIMARY KEY, n INTEGER, tag TEXT UNIQUE);"
                   "CREATE TABLE up(id INTEGER PRIMARY KEY);"
                   "CREATE TABLE late(up INTEGER REFERENCES up(id) DEFERRABLE INITIALLY DEFERRED);"
                   "CREATE TABLE must(v TEXT NOT NULL)"));
    OK(db_exec(keys, "CREATE TABLE k(tag TEXT UNIQUE);"
                     "CREATE TABLE up(id INTEGER PRIMARY KEY);"
                     "CREATE TABLE late(up INTEGER REFERENCES up(id)"
                     " DEFERRABLE INITIALLY DEFERRED)"));
    k->writer = writer_new(db, keys);
    OK(db_open(path(k, "data.db"), DB_READ, &k->db));
    OK(db_open(path(k, "keys.db"), DB_READ, &k->keys));
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"data.db", "data.db-wal", "data.db-shm",
                                        "keys.db", "keys.db-wal", "keys.db-shm"};
    Kit *k = *state;
    writer_free(k->writer);
    db_close(k->db);
    db_close(k->keys);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path(k, names[i]));
    rmdir(k->dir);
    free(k);
    return 0;
}

static int64_t one(Db *db, const char *sql)
{
    int64_t n = -1;
    OK(db_number(db, sql, &n));
    return n;
}

/* ---- commands ---- */

typedef struct Job {
    Kit *kit;
    char tag[32];
    bool fail, fail_before, hooked;
    atomic_int hooks, dones;
    bool key_was_committed;
    Err err;
    Write w;
} Job;

static Err put_tag(Db *db, const char *sql, const char *tag)
{
    Stmt *st;
    TRY(db_stmt(db, sql, &st));
    stmt_text(st, ":tag", str_of(tag));
    return stmt_run(st);
}

static Err before(WriteTx *tx, void *arg)
{
    Job *j = arg;
    TRY(put_tag(tx->db, "INSERT INTO k(tag) VALUES(:tag)", j->tag));
    return j->fail_before ? E_KEY : ERR_OK;
}

static void hook(void *ctx)
{
    atomic_fetch_add(&((Job *)ctx)->hooks, 1);
}

static Err command(WriteTx *tx, void *arg)
{
    Job *j = arg;
    int64_t key = 0;
    TRY(db_exec(tx->db, "UPDATE counter SET n=n+1"));
    TRY(put_tag(tx->db, "INSERT INTO item(n,tag) SELECT n,:tag FROM counter", j->tag));
    if (j->w.before) { /* another connection sees the key: it is committed, not only written */
        Db *other;
        TRY(db_open(path(j->kit, "keys.db"), DB_READ, &other));
        Err e = db_number(other, "SELECT COUNT(*) FROM k WHERE tag=:p", &key,
                          BIND(":p", str_of(j->tag)));
        db_close(other);
        TRY(e);
        j->key_was_committed = key == 1;
    }
    if (j->hooked)
        writer_after_commit(tx, hook, j);
    return j->fail ? E_FLOW : ERR_OK;
}

static void done(void *ctx, Err err)
{
    Job *j = ctx;
    j->err = err;
    atomic_fetch_add(&j->dones, 1);
}

static void submit(Kit *k, Job *j, WriteFn fn)
{
    j->kit = k;
    j->w.fn = fn;
    j->w.arg = j;
    j->w.done = done;
    j->w.ctx = j;
    writer_submit(k->writer, &j->w);
}

static Err nothing(WriteTx *tx, void *arg)
{
    (void)tx, (void)arg;
    return ERR_OK;
}

/* What was submitted before is answered when this returns. */
static void wait_all(Kit *k)
{
    OK(writer_run(k->writer, NULL, nothing, NULL));
}

/* ---- eight threads ---- */

typedef struct Crowd {
    Kit *kit;
    int number;
    Job *jobs;
    pthread_t thread;
} Crowd;

static void *work(void *arg)
{
    Crowd *c = arg;
    for (int i = 0; i < EACH; i++) {
        Job *j = &c->jobs[i];
        snprintf(j->tag, sizeof j->tag, "%d-%d", c->number, i);
        j->fail = i % 10 == 9;
        j->hooked = true;
        j->w.before = i % 5 == 0 ? before : NULL;
        submit(c->kit, j, command);
        while (i % 3 == 0 && !atomic_load(&j->dones))
            clock_sleep(1); /* some wait for their answer, some do not */
    }
    return NULL;
}

static void acknowledged_ones_are_there(void **state)
{
    Kit *k = *state;
    Crowd crowd[THREADS];
    int64_t good = 0, n;
    for (int t = 0; t < THREADS; t++) {
        crowd[t] = (Crowd){.kit = k, .number = t, .jobs = calloc(EACH, sizeof(Job))};
        pthread_create(&crowd[t].thread, NULL, work, &crowd[t]);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(crowd[t].thread, NULL);
    wait_all(k);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < EACH; i++) {
            Job *j = &crowd[t].jobs[i];
            FAILS(j->err, j->fail ? E_FLOW : ERR_OK);
            assert_int_equal(atomic_load(&j->dones), 1);
            assert_int_equal(atomic_load(&j->hooks), j->fail ? 0 : 1);
            assert_true(!j->w.before || j->key_was_committed);
            OK(db_number(k->db, "SELECT COUNT(*) FROM item WHERE tag=:p", &n,
                         BIND(":p", str_of(j->tag))));
            assert_int_equal(n, !j->fail);
            good += !j->fail;
        }
    assert_int_equal(good, THREADS * EACH * 9 / 10);
    assert_int_equal(one(k->db, "SELECT n FROM counter"), good);
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item"), good);
    assert_int_equal(one(k->db, "SELECT COUNT(DISTINCT n) FROM item WHERE n BETWEEN 1 AND"
                                " (SELECT n FROM counter)"),
                     good);
    for (int t = 0; t < THREADS; t++)
        free(crowd[t].jobs);
}

/* ---- single failures ---- */

static void failed_key_stops_its_command_only(void **state)
{
    Kit *k = *state;
    Job bad = {.tag = "bad", .fail_before = true, .w.before = before};
    Job good = {.tag = "good", .w.before = before};
    submit(k, &bad, command);
    submit(k, &good, command);
    wait_all(k);
    FAILS(bad.err, E_KEY);
    FAILS(good.err, ERR_OK);
    assert_int_equal(one(k->keys, "SELECT COUNT(*) FROM k"), 1);
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item WHERE tag='good'"), 1);
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item"), 1);
}

static Err leaves_a_row_open(WriteTx *tx, void *arg)
{
    Stmt *st;
    bool row;
    (void)arg;
    TRY(db_exec(tx->db, "INSERT INTO item(n,tag) VALUES(1,'a'),(2,'b')"));
    TRY(db_stmt(tx->db, "SELECT tag FROM item", &st));
    TRY(stmt_step(st, &row));
    return E_FLOW; /* as a TRY in the middle of a walk would */
}

static void failure_in_the_middle_of_a_walk(void **state)
{
    Kit *k = *state;
    Job after = {.tag = "after"};
    FAILS(writer_run(k->writer, NULL, leaves_a_row_open, NULL), E_FLOW);
    FAILS(writer_run(k->writer, NULL, leaves_a_row_open, NULL), E_FLOW);
    submit(k, &after, command);
    wait_all(k);
    OK(after.err);
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item"), 1);
}

static Err breaks_unique(WriteTx *tx, void *arg)
{
    (void)arg;
    return put_tag(tx->db, "INSERT INTO item(n,tag) VALUES(1,:tag),(2,:tag)", "twice");
}

static Err breaks_not_null(WriteTx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx->db, "INSERT INTO must(v) VALUES(NULL)");
}

static void only_unique_is_a_duplicate(void **state)
{
    Kit *k = *state;
    FAILS(writer_run(k->writer, NULL, breaks_unique, NULL), E_DUPLICATE);
    FAILS(writer_run(k->writer, NULL, breaks_not_null, NULL), E_DB);
}

/* ---- a failed COMMIT ---- */

static Err breaks_commit(WriteTx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx->db, "INSERT INTO late(up) VALUES(99)");
}

typedef struct Hold {
    atomic_bool held, go;
} Hold;

static Err hold_writer(WriteTx *tx, void *arg)
{
    Hold *h = arg;
    (void)tx;
    atomic_store(&h->held, true);
    while (!atomic_load(&h->go))
        clock_sleep(1);
    return ERR_OK;
}

/* Submits the jobs while the writer is held, so that they share one batch. */
static void one_batch(Kit *k, Job *jobs, size_t n, WriteFn odd, size_t at)
{
    Hold hold = {0};
    Write w = {.fn = hold_writer, .arg = &hold, .done = done};
    Job held = {0};
    w.ctx = &held;
    writer_submit(k->writer, &w);
    while (!atomic_load(&hold.held))
        clock_sleep(1);
    for (size_t i = 0; i < n; i++) {
        snprintf(jobs[i].tag, sizeof jobs[i].tag, "job-%zu", i);
        jobs[i].hooked = true;
        submit(k, &jobs[i], i == at ? odd : command);
    }
    atomic_store(&hold.go, true);
    Err last = writer_run(k->writer, NULL, nothing, NULL); /* may share their batch and its fate */
    assert_true(last == ERR_OK || last == E_DB);
    FAILS(held.err, ERR_OK);
}

static void failed_commit_fails_all(void **state)
{
    Kit *k = *state;
    Job jobs[6] = {0}, again[6] = {0};
    jobs[2].fail = true;
    one_batch(k, jobs, 6, breaks_commit, 4);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(atomic_load(&jobs[i].dones), 1);
        assert_int_equal(atomic_load(&jobs[i].hooks), 0);
        if (i == 2)
            FAILS(jobs[i].err, E_FLOW); /* its own failure stays its own */
        else
            assert_int_equal(err_kind(jobs[i].err), ERR_KIND_WORLD);
    }
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item"), 0);
    assert_int_equal(one(k->db, "SELECT n FROM counter"), 0);
    one_batch(k, again, 6, command, 0); /* and the writer goes on */
    for (int i = 0; i < 6; i++)
        OK(again[i].err);
    assert_int_equal(one(k->db, "SELECT n FROM counter"), 6);
}

static void failed_commit_of_keys_fails_all(void **state)
{
    Kit *k = *state;
    Job jobs[4] = {0};
    jobs[1].w.before = breaks_commit;
    one_batch(k, jobs, 4, command, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(err_kind(jobs[i].err), ERR_KIND_WORLD);
    assert_int_equal(one(k->db, "SELECT COUNT(*) FROM item"), 0);
}

static void what_is_queued_is_finished_at_the_end(void **state)
{
    Kit *k = *state;
    static Job jobs[200];
    memset(jobs, 0, sizeof jobs);
    for (int i = 0; i < 200; i++) {
        snprintf(jobs[i].tag, sizeof jobs[i].tag, "job-%d", i);
        submit(k, &jobs[i], command);
    }
    writer_free(k->writer);
    k->writer = NULL;
    for (int i = 0; i < 200; i++)
        assert_int_equal(atomic_load(&jobs[i].dones), 1);
    assert_int_equal(one(k->db, "SELECT n FROM counter"), 200);
}

enum { FOR_EVER = 2000000000 };

typedef struct Behind {
    const char *path;
    atomic_bool leave, counting;
    Err counted, after;
} Behind;

/* Counts for minutes, in one step of one statement. */
static void *count_behind(void *behind)
{
    Behind *b = behind;
    Db *db;
    int64_t n = 0;
    db_leave_when(&b->leave);
    OK(db_open(b->path, DB_READ, &db));
    OK(db_number(db, "SELECT n FROM counter", &n));
    atomic_store(&b->counting, true);
    char sql[160];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM up WHERE n<%d)"
             " SELECT count(*) FROM up",
             FOR_EVER);
    b->counted = db_number(db, sql, &n);
    b->after = db_number(db, "SELECT n FROM counter", &n);
    db_close(db);
    return NULL;
}

static void a_thread_behind_leaves_in_the_middle_of_a_step(void **state)
{
    Kit *k = *state;
    char data[128];
    int64_t n = -1;
    pthread_t thread;
    snprintf(data, sizeof data, "%s", path(k, "data.db"));
    Behind b = {.path = data};
    assert_int_equal(pthread_create(&thread, NULL, count_behind, &b), 0);
    while (!atomic_load(&b.counting))
        clock_sleep(1);
    clock_sleep(20);
    atomic_store(&b.leave, true);
    pthread_join(thread, NULL);
    FAILS(b.counted, E_BUSY);
    FAILS(b.after, E_BUSY);
    OK(db_number(k->db, "SELECT n FROM counter", &n)); /* nobody else was asked */
    assert_int_equal(n, 0);
}

#define WRITER_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WRITER_TEST(acknowledged_ones_are_there),
        WRITER_TEST(failed_key_stops_its_command_only),
        WRITER_TEST(failure_in_the_middle_of_a_walk),
        WRITER_TEST(only_unique_is_a_duplicate),
        WRITER_TEST(failed_commit_fails_all),
        WRITER_TEST(failed_commit_of_keys_fails_all),
        WRITER_TEST(what_is_queued_is_finished_at_the_end),
        WRITER_TEST(a_thread_behind_leaves_in_the_middle_of_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
