/* What the tests of guard share: a real installation in a temporary folder, opened for writing. */
#pragma once

#include "clock.h"
#include "guard/installation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/writer.h"

#define OK(expr) assert_int_equal((expr), ERR_OK)

typedef struct Kit {
    char dir[64];
    Arena *a;
    Installation in;
    Db *db, *keys;
    WriteTx tx; /* on db, without transaction: every statement commits by itself */
} Kit;

static inline void kit_remove(const char *dir)
{
    static const char *const names[] = {"sigap.db", "kunci.db", "berkas.db"};
    static const char *const tails[] = {"", "-wal", "-shm"};
    char path[128];
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            snprintf(path, sizeof path, "%s/%s%s", dir, names[i], tails[j]);
            unlink(path);
        }
    snprintf(path, sizeof path, "%s/kek.key", dir);
    unlink(path);
    rmdir(dir);
}

static inline int kit_setup(void **state)
{
    Kit *k = calloc(1, sizeof *k);
    strcpy(k->dir, "/tmp/guard-XXXXXX");
    assert_non_null(mkdtemp(k->dir));
    k->a = arena_new(256 * 1024 * 1024);
    OK(installation_create(k->dir, true, 480));
    OK(installation_open(k->a, k->dir, &k->in));
    OK(db_open(k->in.data_db, DB_WRITE, &k->db));
    OK(db_open(k->in.keys_db, DB_WRITE, &k->keys));
    OK(db_exec(k->db, "PRAGMA synchronous=OFF"));
    /* made by a step of engine/system_db.c, which guard does not know */
    OK(db_exec(k->db, "CREATE TABLE token_api(hash TEXT PRIMARY KEY, uid TEXT, user_uid TEXT, name TEXT,"
                      " made_at INTEGER, until_at INTEGER, used_at INTEGER DEFAULT 0)"));
    OK(db_exec(k->keys, "PRAGMA synchronous=OFF"));
    k->tx = (WriteTx){.db = k->db, .arena = k->a};
    *state = k;
    return 0;
}

static inline int kit_teardown(void **state)
{
    Kit *k = *state;
    db_close(k->db);
    db_close(k->keys);
    installation_close(&k->in);
    arena_free(k->a);
    kit_remove(k->dir);
    clock_shift(0);
    free(k);
    return 0;
}

#define KIT_TEST(fn) cmocka_unit_test_setup_teardown(fn, kit_setup, kit_teardown)

/* Numbers that are the same at every run. */
typedef struct Dice {
    uint64_t state;
} Dice;

static inline unsigned dice(Dice *d, unsigned below)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(d->state >> 33) % below;
}
