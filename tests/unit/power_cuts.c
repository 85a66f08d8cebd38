/* Power cuts under the whole write path: several threads save through the store, the power goes at
 * a step taken by chance, what was not synced is lost in part, and the installation is opened
 * again. No acknowledged save may be missing, none may be half there, every one has its audit row,
 * the chain and every row hash fit. usage: power_cuts DOMAIN [CUTS [SEED [lying]]]; on a lying disk
 * it must fail. */
#include "power_vfs.h"
#include "store_kit.h"

#include "base/file.h"
#include "guard/audit.h"
#include "model/scrub.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 3, SAVES = 4, FILES = 4 };
static const char *const files[FILES] = {"sigap.db", "kunci.db", "berkas.db", "kek.key"};

/* One thread that saves, and what it was told was saved. */
typedef struct Saver {
    Kit kit;
    int number, told;
    Str uid[SAVES], name[SAVES];
} Saver;

static void save_people(Saver *s)
{
    for (int i = 0; i < SAVES && !power_is_cut(); i++) {
        Save save;
        Str uid;
        Str name = str_printf(s->kit.arena, "Orang %d dari penulis %d", i, s->number);
        save_begin(&save, &s->kit, &s->kit.system);
        Change *c = save_add(&save, CHANGE_CREATE, "orang", STR_NONE, 0);
        save_set(&save, c, "nama", name);
        save_set(&save, c, "jk", S("P"));
        save_prepare(&save, c);
        if (save_end(&save, &uid) != ERR_OK)
            return;
        s->uid[s->told] = uid;
        s->name[s->told++] = name;
    }
}

static void *run_saver(void *saver)
{
    save_people(saver);
    return NULL;
}

static void open_kit(Kit *k, const Model *m, const char *dir)
{
    k->arena = arena_new(64u << 20);
    k->model = (Model *)(uintptr_t)m;
    k->system = (Subject){.uid = S("sistem:uji"), .system = true};
    MUST(installation_open(k->arena, dir, &k->in));
    MUST(store_open(k->arena, k->model, &k->in, &k->store));
    MUST(readconn_open(&k->store, &k->conn));
}

static void close_kit(Kit *k)
{
    readconn_close(&k->conn);
    store_close(&k->store);
    installation_close(&k->in);
    arena_free(k->arena);
}

/* Everybody saves until all is saved or the power is gone. */
static void work(Kit *k, Saver savers[WRITERS])
{
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        savers[i] = (Saver){.kit = *k, .number = i};
        savers[i].kit.arena = arena_new(4u << 20);
        MUST(readconn_open(&k->store, &savers[i].kit.conn));
    }
    for (int i = 0; i < WRITERS; i++)
        HOLDS(pthread_create(&threads[i], NULL, run_saver, &savers[i]) == 0);
    for (int i = 0; i < WRITERS; i++)
        HOLDS(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < WRITERS; i++)
        readconn_close(&savers[i].kit.conn);
}

static void check(Kit *k, const Saver savers[WRITERS])
{
    AuditCheck chain;
    Scrub sum;
    Problems problems = {.arena = k->arena};
    MUST(db_intact(k->conn.db));
    MUST(audit_verify(k->conn.db, k->in.keyring, &chain));
    HOLDS(chain.bad_seq == 0);
    MUST(scrub_run(&k->store, &k->conn, &problems, &sum));
    HOLDS(sum.faults == 0);
    HOLDS(kit_int(k, "SELECT COUNT(*) FROM orang o WHERE (SELECT COUNT(*) FROM audit a"
                     " WHERE a.uid=o.uid AND a.action='create')<>1") == 0);
    HOLDS(kit_int(k, "SELECT COUNT(*) FROM audit a WHERE a.action='create' AND a.reg='orang'"
                     " AND NOT EXISTS(SELECT 1 FROM orang o WHERE o.uid=a.uid)") == 0);
    for (int i = 0; i < WRITERS; i++)
        for (int n = 0; n < savers[i].told; n++)
            HOLDS(str_eq(kit_value(k, "orang", savers[i].uid[n], "nama"), savers[i].name[n]));
}

static void copy_files(Arena *a, const char *from, const char *to)
{
    static const char *const rest[] = {"-wal", "-shm", ""};
    for (int i = 0; i < FILES; i++) {
        const char *target = str_printf(a, "%s/%s", to, files[i]).ptr;
        for (size_t r = 0; r < sizeof rest / sizeof *rest; r++)
            file_remove(str_printf(a, "%s%s", target, rest[r]).ptr);
        MUST(file_copy(str_printf(a, "%s/%s", from, files[i]).ptr, target));
    }
}

static void lose_memory(Arena *a, const char *dir)
{
    for (int i = 0; i < FILES; i++)
        file_remove(str_printf(a, "%s/%s-shm", dir, files[i]).ptr);
}

/* One life: open, save, cut at a step (0: never), settle, open again, look. Gives the steps it
 * took. */
static int64_t live(const Model *m, const char *dir, int64_t cut_at, unsigned seed, int *ret_told)
{
    Kit k = {0};
    Saver savers[WRITERS];
    Arena *a = arena_new(1u << 20);
    open_kit(&k, m, dir);
    power_on(cut_at, seed);
    work(&k, savers);
    close_kit(&k);
    int64_t steps = power_steps();
    power_settle();
    lose_memory(a, dir);
    open_kit(&k, m, dir);
    check(&k, savers);
    close_kit(&k);
    *ret_told = 0;
    for (int i = 0; i < WRITERS; i++) {
        *ret_told += savers[i].told;
        arena_free(savers[i].kit.arena);
    }
    arena_free(a);
    return steps;
}

static const char *folders[2];

/* Also after a check that does not hold. */
static void remove_folders(void)
{
    for (int i = 0; i < 2; i++)
        file_remove_folder(folders[i]);
}

int main(int argc, char **argv)
{
    int cuts = argc > 2 ? atoi(argv[2]) : 500, told, whole;
    unsigned seed = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    int64_t acknowledged = 0;
    /* In memory where there is room for it: the disk that matters is the one in power_vfs.c. */
    static char in_memory[] = "/dev/shm/power-XXXXXX", on_disk[] = "/tmp/power-XXXXXX";
    char *dir = access("/dev/shm", W_OK) == 0 ? in_memory : on_disk;
    static Kit first;
    HOLDS(argc > 1 && mkdtemp(dir));
    power_install();
    kit_open(&first, argv[1], NULL);
    folders[0] = dir;
    folders[1] = first.dir;
    atexit(remove_folders);
    Arena *a = arena_new(16u << 20);
    readconn_close(&first.conn);
    store_close(&first.store); /* its files are the beginning of every life */
    copy_files(a, first.dir, dir);
    int64_t most = live(first.model, dir, 0, seed, &whole);
    HOLDS(whole == WRITERS * SAVES);
    if (argc > 4 && strcmp(argv[4], "lying") == 0)
        power_lies();
    for (int i = 0; i < cuts; i++) {
        arena_free(a);
        a = arena_new(16u << 20);
        copy_files(a, first.dir, dir);
        unsigned life = seed * 1000003u + (unsigned)i;
        live(first.model, dir, 1 + rand_r(&life) % most, life, &told);
        acknowledged += told;
    }
    printf("%d power cuts, %lld acknowledged saves: none lost, none half, every chain whole\n",
           cuts, (long long)acknowledged);
    MUST(store_open(first.arena, first.model, &first.in, &first.store));
    MUST(readconn_open(&first.store, &first.conn));
    kit_close(&first);
    arena_free(a);
    return 0;
}
