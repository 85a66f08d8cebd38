#include "writer.h"

#include "log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { BATCH_MAX = 64 };
enum { COMMAND_MAX = 256 * 1024 * 1024 }; /* arena of one command: an import of 20,000 rows fits */

typedef struct Hook {
    struct Hook *next;
    void (*fn)(void *);
    void *ctx;
} Hook;

struct Writer {
    Db *db, *keys;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Write *first, **last;
    bool stop;
    atomic_bool full;
};

/* Takes up to BATCH_MAX queued commands, or one that runs alone; NULL when the writer is to end. */
static Write *take_batch(Writer *wr)
{
    pthread_mutex_lock(&wr->lock);
    while (!wr->first && !wr->stop)
        pthread_cond_wait(&wr->wake, &wr->lock);
    Write *batch = wr->first, **end = &batch;
    for (int n = 0; *end && n < BATCH_MAX && !(n && (*end)->alone); n++) {
        bool alone = (*end)->alone;
        end = &(*end)->next;
        if (alone)
            break;
    }
    wr->first = *end;
    if (!wr->first)
        wr->last = &wr->first;
    *end = NULL;
    pthread_mutex_unlock(&wr->lock);
    return batch;
}

static Err in_savepoint(Db *db, WriteFn fn, Write *w)
{
    TRY(db_savepoint(db));
    w->tx.db = db;
    Err e = fn(&w->tx, w->arg);
    if (e == ERR_OK)
        e = db_release(db);
    if (e != ERR_OK)
        db_rollback_to(db);
    return e;
}

/* A command without company needs no savepoint: the transaction is its own. What a savepoint keeps
 * for its return grows with all that is written, and an import writes much. */
static void run_single(Db *db, Write *w, WriteFn fn)
{
    if (w->err != ERR_OK || !fn)
        return;
    w->tx.db = db;
    w->err = db_begin(db);
    if (w->err == ERR_OK)
        w->err = db_end(db, fn(&w->tx, w->arg));
}

/* Runs one function of each command that has not failed yet, in one transaction of `db`. */
static void run_together(Db *db, Write *batch, bool before)
{
    Err e = db_begin(db);
    for (Write *w = batch; w && e == ERR_OK; w = w->next) {
        WriteFn fn = before ? w->before : w->fn;
        if (w->err == ERR_OK && fn)
            w->err = in_savepoint(db, fn, w);
        if (!db_in_transaction(db)) /* and with it what the others wrote */
            e = w->err;
    }
    if (e == ERR_OK)
        e = db_commit(db);
    if (e == ERR_OK)
        return;
    db_rollback(db);
    log_error("batch failed: %s", err_name(e));
    for (Write *w = batch; w; w = w->next)
        if (w->err == ERR_OK)
            w->err = e;
}

static void run_all(Db *db, Write *batch, bool before)
{
    if (batch->next)
        run_together(db, batch, before);
    else
        run_single(db, batch, before ? batch->before : batch->fn);
}

static bool any_before(const Write *batch)
{
    for (; batch; batch = batch->next)
        if (batch->before)
            return true;
    return false;
}

static void answer(Write *w)
{
    Arena *arena = w->tx.arena;
    if (w->err == ERR_OK)
        for (Hook *h = w->tx.hooks; h; h = h->next)
            h->fn(h->ctx);
    w->done(w->ctx, w->err); /* `w` may be gone after this */
    arena_free(arena);
}

static void note_full(Writer *wr, const Write *batch)
{
    for (; batch; batch = batch->next)
        if (batch->err == E_FULL)
            atomic_store(&wr->full, true);
}

static void *run(void *arg)
{
    Writer *wr = arg;
    for (Write *batch; (batch = take_batch(wr));) {
        for (Write *w = batch; w; w = w->next) {
            w->err = atomic_load(&wr->full) && !w->reading ? E_FULL : ERR_OK;
            w->tx = (WriteTx){.arena = arena_new(COMMAND_MAX)};
        }
        if (any_before(batch))
            run_all(wr->keys, batch, true);
        run_all(wr->db, batch, false);
        note_full(wr, batch);
        for (Write *w = batch, *next; w; w = next) {
            next = w->next;
            answer(w);
        }
    }
    return NULL;
}

Writer *writer_new(Db *db, Db *keys)
{
    Writer *wr = calloc(1, sizeof *wr);
    if (!wr)
        BUG("out of memory");
    *wr = (Writer){.db = db, .keys = keys};
    wr->last = &wr->first;
    pthread_mutex_init(&wr->lock, NULL);
    pthread_cond_init(&wr->wake, NULL);
    if (pthread_create(&wr->thread, NULL, run, wr) != 0)
        BUG("no thread");
    return wr;
}

void writer_submit(Writer *wr, Write *w)
{
    pthread_mutex_lock(&wr->lock);
    w->next = NULL;
    *wr->last = w;
    wr->last = &w->next;
    pthread_cond_signal(&wr->wake);
    pthread_mutex_unlock(&wr->lock);
}

typedef struct Waiter {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool answered;
    Err err;
} Waiter;

static void wake_waiter(void *ctx, Err err)
{
    Waiter *waiter = ctx;
    pthread_mutex_lock(&waiter->lock);
    waiter->answered = true;
    waiter->err = err;
    pthread_cond_signal(&waiter->wake);
    pthread_mutex_unlock(&waiter->lock);
}

Err writer_run(Writer *wr, WriteFn before, WriteFn fn, void *arg)
{
    Waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    Write w = {
        .fn = fn, .before = before, .arg = arg, .alone = true, .done = wake_waiter, .ctx = &waiter};
    writer_submit(wr, &w);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.answered)
        pthread_cond_wait(&waiter.wake, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    return waiter.err;
}

void writer_after_commit(WriteTx *tx, void (*fn)(void *), void *ctx)
{
    Hook *h = ARENA_NEW(tx->arena, Hook);
    *h = (Hook){.next = tx->hooks, .fn = fn, .ctx = ctx};
    tx->hooks = h;
}

void writer_free(Writer *wr)
{
    if (!wr)
        return;
    pthread_mutex_lock(&wr->lock);
    wr->stop = true;
    pthread_cond_signal(&wr->wake);
    pthread_mutex_unlock(&wr->lock);
    pthread_join(wr->thread, NULL);
    pthread_mutex_destroy(&wr->lock);
    pthread_cond_destroy(&wr->wake);
    db_close(wr->db);
    db_close(wr->keys);
    free(wr);
}

size_t writer_waiting(Writer *wr)
{
    size_t n = 0;
    pthread_mutex_lock(&wr->lock);
    for (const Write *w = wr->first; w; w = w->next)
        n++;
    pthread_mutex_unlock(&wr->lock);
    return n;
}

void writer_refuse(Writer *wr, bool full)
{
    atomic_store(&wr->full, full);
}

bool writer_refuses(const Writer *wr)
{
    return atomic_load(&wr->full);
}
