/* The writer: one thread that runs every write as a command inside its own savepoint of a group
 * commit. A batch is what queued up while the last commit ran, at most 64 commands, no waiting;
 * what may be large (writer_run) has a transaction of its own. Commands are answered after COMMIT;
 * a failed command rolls back alone; a failed COMMIT fails all. Two databases, one order: what
 * `before` writes to the key store is committed before the batch that uses it begins, so that data
 * never exists without its key. */
#pragma once

#include "db.h"

typedef struct Writer Writer;

typedef struct WriteTx {
    Db *db;       /* the main database, inside the command's savepoint */
    Arena *arena; /* lives until the command is answered */
    struct Hook *hooks;
} WriteTx;

/* A command. Anything but ERR_OK rolls its savepoint back. */
typedef Err (*WriteFn)(WriteTx *tx, void *arg);

typedef struct Write {
    WriteFn fn;
    WriteFn before; /* on the key store, may be NULL; runs first */
    void *arg;      /* for both; lives until `done` */
    void (*done)(void *ctx,
                 Err err); /* on the writer thread, after commit or failure; must be short */
    void *ctx;
    bool alone;         /* large: a batch of its own */
    bool reading;       /* goes with reading (who opened what, log-in): also runs on a full disk */
    struct Write *next; /* the writer's */
    Err err;            /* the writer's */
    WriteTx tx;         /* the writer's */
} Write;

/* Takes over both connections (keys may be NULL) and starts the thread. */
Writer *writer_new(Db *db, Db *keys);
/* Queues a command; `w` must live until `done` was called. */
void writer_submit(Writer *wr, Write *w);
/* While set, commands that do not go with reading are answered E_FULL without being run. The writer
 * sets it itself when the disk turns out to be full. */
void writer_refuse(Writer *wr, bool full);
bool writer_refuses(const Writer *wr);
/* Commands that wait, not counting the batch that is being written. */
size_t writer_waiting(Writer *wr);
/* Queues, to run alone, and waits: for the command line, jobs and tests. Not from a `done`. */
MUST_CHECK Err writer_run(Writer *wr, WriteFn before, WriteFn fn, void *arg);
/* Calls `fn(ctx)` on the writer thread after the commit, if this command took part in it. */
void writer_after_commit(WriteTx *tx, void (*fn)(void *), void *ctx);
/* Finishes what is queued, ends the thread, closes both connections. Accepts NULL. */
void writer_free(Writer *wr);
