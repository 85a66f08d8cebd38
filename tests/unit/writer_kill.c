/* Kills a writing process twenty times and looks at what it left: every acknowledged write is
 * there, no half transaction, the database whole. Arguments: [cycles [seed]]; with "child DIR" the
 * program is the one that is killed. */
#include "base/clock.h"
#include "db/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, PATH = 160 };

static void give_up(const char *what)
{
    fprintf(stderr, "writer_kill: %s\n", what);
    exit(1);
}

static void must(Err e, const char *what)
{
    if (e != ERR_OK)
        give_up(what);
}

static int64_t one(Db *db, const char *sql)
{
    int64_t n = -1;
    must(db_number(db, sql, &n), sql);
    return n;
}

/* ---- the child ---- */

typedef struct Job {
    int64_t n; /* out: number given */
    bool fail;
} Job;

/* Counter, row and audit-like row, as a save of a record writes them. */
static Err command(WriteTx *tx, void *arg)
{
    Job *j = arg;
    TRY(db_exec(tx->db, "UPDATE counter SET n=n+1"));
    TRY(db_exec(tx->db, "INSERT INTO item(n,text) SELECT n,hex(randomblob(200)) FROM counter"));
    TRY(db_exec(tx->db, "INSERT INTO log(n,text) SELECT i.n,i.text FROM item i, counter c"
                        " WHERE i.n=c.n"));
    TRY(db_number(tx->db, "SELECT n FROM counter", &j->n));
    return j->fail ? E_FLOW : ERR_OK;
}

static Err key_first(WriteTx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx->db, "UPDATE counter SET n=n+1");
}

static void *work(void *arg)
{
    Writer *writer = arg;
    char line[32];
    for (int i = 0;; i++) {
        Job j = {.fail = i % 10 == 9};
        Err e = writer_run(writer, key_first, command, &j);
        if (j.fail ? e != E_FLOW : e != ERR_OK)
            give_up("a write failed");
        int n = snprintf(line, sizeof line, "%lld\n", (long long)j.n);
        if (!j.fail && write(STDOUT_FILENO, line, (size_t)n) != n)
            give_up("no reader");
    }
    return NULL;
}

static int child(const char *dir)
{
    char path[PATH];
    pthread_t thread[THREADS];
    Db *db, *keys;
    snprintf(path, sizeof path, "%s/data.db", dir);
    must(db_open(path, DB_WRITE, &db), "open");
    snprintf(path, sizeof path, "%s/keys.db", dir);
    must(db_open(path, DB_WRITE, &keys), "open keys");
    Writer *writer = writer_new(db, keys);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, work, writer);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    return 0;
}

/* ---- the parent ---- */

static void make(const char *dir)
{
    char path[PATH];
    Db *db;
    snprintf(path, sizeof path, "%s/data.db", dir);
    must(db_open(path, DB_WRITE, &db), "create");
    must(db_exec(db, "CREATE TABLE counter(n INTEGER);INSERT INTO counter VALUES(0);"
                     "CREATE TABLE item(n INTEGER UNIQUE, text TEXT);"
                     "CREATE TABLE log(n INTEGER UNIQUE, text TEXT)"),
         "tables");
    db_close(db);
    snprintf(path, sizeof path, "%s/keys.db", dir);
    must(db_open(path, DB_WRITE, &db), "create keys");
    must(db_exec(db, "CREATE TABLE counter(n INTEGER);INSERT INTO counter VALUES(0)"), "tables");
    db_close(db);
}

typedef struct Seen {
    int64_t *items;
    size_t n, cap;
} Seen;

static void read_numbers(FILE *from, Seen *seen)
{
    char line[64];
    while (fgets(line, sizeof line, from)) {
        if (!strchr(line, '\n'))
            break; /* cut in the middle: not acknowledged */
        if (seen->n == seen->cap) {
            seen->cap = seen->cap ? seen->cap * 2 : 1024;
            seen->items = realloc(seen->items, seen->cap * sizeof *seen->items);
        }
        seen->items[seen->n++] = strtoll(line, NULL, 10);
    }
}

static void run_and_kill(const char *self, const char *dir, int after_ms, Seen *seen)
{
    int ends[2];
    if (pipe(ends) != 0)
        give_up("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(self, self, "child", dir, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    pid_t killer = fork(); /* kills while this process goes on reading: the pipe never fills */
    if (killer == 0) {
        clock_sleep(after_ms);
        kill(pid, SIGKILL);
        _exit(0);
    }
    read_numbers(from, seen);
    fclose(from);
    int status;
    waitpid(pid, &status, 0);
    waitpid(killer, NULL, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        give_up("the child ended by itself");
}

static void check_whole(Db *db)
{
    Arena *a = arena_new(1 << 20);
    Stmt *st;
    bool row;
    must(db_stmt(db, "PRAGMA integrity_check", &st), "integrity");
    must(stmt_step(st, &row), "integrity");
    if (!str_is(row_text(a, st, 0), "ok"))
        give_up("integrity_check");
    stmt_done(st);
    arena_free(a);
}

static void check(const char *dir, const Seen *seen)
{
    char path[PATH];
    Db *db, *keys;
    Stmt *st;
    bool row;
    snprintf(path, sizeof path, "%s/data.db", dir);
    must(db_open(path, DB_WRITE, &db), "reopen");
    snprintf(path, sizeof path, "%s/keys.db", dir);
    must(db_open(path, DB_WRITE, &keys), "reopen keys");
    check_whole(db);
    check_whole(keys);
    int64_t n = one(db, "SELECT n FROM counter");
    if (one(db, "SELECT COUNT(*) FROM item") != n || one(db, "SELECT COUNT(*) FROM log") != n ||
        one(db, "SELECT COALESCE(MAX(n),0) FROM item") != n)
        give_up("half a transaction, or a gap in the numbers");
    if (one(db, "SELECT COUNT(*) FROM item i JOIN log l ON l.n=i.n AND l.text=i.text") != n)
        give_up("row and log differ");
    if (one(keys, "SELECT n FROM counter") < n)
        give_up("data without its key");
    must(db_stmt(db, "SELECT 1 FROM item WHERE n=:n", &st), "look up");
    stmt_done(st);
    for (size_t i = 0; i < seen->n; i++) {
        must(db_stmt(db, "SELECT 1 FROM item WHERE n=:n", &st), "look up");
        stmt_int(st, ":n", seen->items[i]);
        must(stmt_step(st, &row), "look up");
        if (!row)
            give_up("an acknowledged write is lost");
        stmt_done(st);
    }
    db_close(db);
    db_close(keys);
}

static void remove_all(const char *dir)
{
    static const char *const names[] = {"data.db", "data.db-wal", "data.db-shm",
                                        "keys.db", "keys.db-wal", "keys.db-shm"};
    char path[PATH];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    int cycles = argc > 1 ? atoi(argv[1]) : 20;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)getpid();
    char dir[64] = "/tmp/writer-kill-XXXXXX";
    Seen seen = {0};
    if (!mkdtemp(dir))
        give_up("no folder");
    make(dir);
    fprintf(stderr, "seed %u\n", seed);
    srandom(seed);
    size_t idle = 0;
    for (int i = 0; i < cycles; i++) {
        size_t before = seen.n;
        run_and_kill("/proc/self/exe", dir, 60 + (int)(random() % 400), &seen);
        check(dir, &seen);
        idle += seen.n == before;
    }
    remove_all(dir);
    printf("%d kills, %zu acknowledged writes, none lost\n", cycles, seen.n);
    free(seen.items);
    return idle == (size_t)cycles; /* killed before the first write each time proves nothing */
}
