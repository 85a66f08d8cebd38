#include "intake/import_desk.h"

#include "base/file.h"
#include "base/log.h"
#include "model/reseal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 6, JOB_ARENA = 192 * 1024 * 1024, UID_LEN = 36, KEPT_DAYS = 30 };

typedef enum JobKind { JOB_CHECK, JOB_APPLY, JOB_UNDO } JobKind;

/* One run in memory. The arena holds everything the job made; it is replaced by the next job. */
typedef struct Slot {
    char uid[UID_LEN];
    bool used, working;
    DeskPhase phase;
    _Atomic int64_t progress, total;
    int64_t touched;
    Err err;
    Arena *arena;
    ImportReport report;
    Workbook book;
    Problems problems;
    size_t undo_kept;
} Slot;

struct ImportDesk {
    const Store *store;
    Arena *arena; /* holds the desk itself */
    WorkQueue *queue;
    pthread_mutex_t lock;
    Slot slots[SLOTS];
};

typedef struct Job {
    ImportDesk *desk;
    Slot *slot;
    JobKind kind;
    Arena *arena; /* becomes the slot's when the job is done */
    Arena *plan;  /* what was found in the file; goes with the job */
    ReadConn *conn;
    ImportRun run;
    Subject subject;
    Actor actor;
    ImportReport report;
    Workbook book;
    Problems problems;
    size_t undo_kept;
} Job;

/* ---- staging ---- */

static const char *staged_path(const Store *s, Arena *a, Str uid)
{
    return z_printf(a, "%s/" STAGING_FOLDER "/%.*s" STAGING_SEALED, s->in->dir, STR_ARG(uid));
}

Str desk_hash(const Store *store, Arena *a, Str bytes)
{
    return keyed_hash(store->in->keyring, a, "imporfil", bytes);
}

/* The plan of a run that writes lies beside its file: it says which records are its own. */
static const char *plan_path(const Store *s, Arena *a, Str uid)
{
    return z_printf(a, "%s/" STAGING_FOLDER "/%.*s.rencana" STAGING_SEALED, s->in->dir,
                    STR_ARG(uid));
}

Err desk_stage(const Store *store, Arena *a, Str bytes, const ImportRun *run)
{
    TRY(file_mkdir(z_printf(a, "%s/" STAGING_FOLDER, store->in->dir)));
    return file_write(staged_path(store, a, run->uid),
                      seal_own(store->in->keyring, OWN_IMPORT, run->uid, a, bytes));
}

static Err read_sealed(Job *j, const char *path, Str *ret)
{
    Str sealed;
    TRY(file_read(j->arena, path, 2 * WORKBOOK_MAX_BYTES, &sealed));
    return unseal_own(j->desk->store->in->keyring, OWN_IMPORT, j->run.uid, j->arena, sealed, ret);
}

/* Absent unless the run has begun to write. */
static Err read_plan(Job *j, Str *ret)
{
    *ret = STR_NONE;
    return j->run.state == IMPORT_APPLYING
               ? read_sealed(j, plan_path(j->desk->store, j->arena, j->run.uid), ret)
               : ERR_OK;
}

static Err write_plan(Job *j, const ImportPlan *plan)
{
    const Store *s = j->desk->store;
    return file_write(
        plan_path(s, j->plan, j->run.uid),
        seal_own(s->in->keyring, OWN_IMPORT, j->run.uid, j->plan, import_plan_text(j->plan, plan)));
}

static void remove_staged(Job *j)
{
    const Store *s = j->desk->store;
    if (unlink(staged_path(s, j->arena, j->run.uid)) != 0 ||
        unlink(plan_path(s, j->arena, j->run.uid)) != 0)
        log_error("import: staged file not removed");
}

/* ---- the work ---- */

static Err read_book(Job *j)
{
    Str bytes;
    TRY(read_sealed(j, staged_path(j->desk->store, j->arena, j->run.uid), &bytes));
    return workbook_read(j->arena, bytes, j->run.file_name, &j->book, &j->problems);
}

/* `*ret` stays NULL when the file cannot be read, which its problems tell. */
static Err check(Job *j, Reader *rd, ImportPlan **ret)
{
    const ImportProfile *profile =
        import_profile_named(j->desk->store->model, j->arena, j->run.profile);
    ImportChoices choices = import_choices_parse(j->arena, j->run.choices);
    Str begun;
    *ret = NULL;
    if (!profile)
        return E_NOT_FOUND;
    Err e = read_book(j);
    if (e == E_PARSE || e == E_INVALID || e == E_TOO_LARGE)
        return ERR_OK;
    TRY(e);
    TRY(read_plan(j, &begun));
    return import_check(rd, j->plan, profile, &j->book, &choices, begun, &j->slot->progress,
                        &j->report, ret);
}

/* On a snapshot of its own: writing goes on later snapshots. */
static Err check_now(Job *j, ImportPlan **ret)
{
    Reader rd;
    TRY(reader_begin(&rd, j->desk->store, j->conn, j->arena, &j->actor));
    Err e = check(j, &rd, ret);
    reader_end(&rd);
    return e;
}

static Err record_run(WriteTx *tx, void *arg)
{
    return import_update(tx, arg);
}

static Err do_check(Job *j)
{
    ImportPlan *plan;
    TRY(check_now(j, &plan));
    for (size_t i = 0; plan && i < j->problems.n; i++)
        problem_add(&j->report.problems, j->problems.items[i]); /* warnings of the file */
    j->run.state = IMPORT_READY;
    j->run.rows = j->report.rows;
    return writer_run(j->desk->store->writer, NULL, record_run, &j->run);
}

static void begin_writing(Job *j, size_t n)
{
    atomic_store(&j->slot->progress, 0);
    atomic_store(&j->slot->total, (int64_t)n);
}

/* In the transaction of each portion: after the first the run has begun, with the last it is
 * applied, or undone. */
static Err note_portion(WriteTx *tx, const Batch *batch, size_t done, void *arg)
{
    Job *j = arg;
    bool undo = j->kind == JOB_UNDO, last = done == (size_t)atomic_load(&j->slot->total);
    ImportRun run = j->run;
    if (undo)
        run.undone_tx = batch->tx;
    else
        run.tx = batch->tx;
    if (!undo)
        run.state = last ? IMPORT_APPLIED : IMPORT_APPLYING;
    else if (last)
        run.state = IMPORT_UNDONE;
    return import_update(tx, &run);
}

static Err do_apply(Job *j)
{
    ImportPlan *plan;
    bool again = j->run.state == IMPORT_APPLYING;
    TRY(check_now(j, &plan));
    if (!plan || j->report.problems.errors || j->report.open_questions ||
        !(j->report.applicable || again))
        return E_INVALID;
    TRY(write_plan(j, plan));
    begin_writing(j, import_plan_size(plan));
    TRY(import_apply(j->desk->store, j->conn, &j->actor, plan, &j->slot->progress, note_portion, j,
                     &j->problems));
    remove_staged(j);
    return ERR_OK;
}

/* ---- undoing ---- */

typedef struct Undo {
    Job *job;
    WrittenRows rows;
} Undo;

/* Puts back the values a record had before the run changed it. */
static Err restore(Job *j, Reader *rd, Batch *batch, const WrittenRow *w, Problems *problems)
{
    Record r;
    HistoryEntry *entries;
    size_t n;
    TRY(store_get(rd, w->reg, w->uid, VERB_CHANGE, &r));
    TRY(store_history(rd, &r, CLASSES_ALL, &entries, &n));
    Change *c = store_change(rd->arena, CHANGE_UPDATE, w->reg, w->uid, w->current);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; entries[i].version == w->version && k < entries[i].n; k++)
            if (entries[i].fields[k])
                change_set(c, entries[i].fields[k], entries[i].before[k].text);
    c->reason = j->run.file_name;
    return store_prepare(rd, batch, c, problems);
}

static Err undo_row(void *ctx, Reader *rd, Batch *batch, size_t i, Problems *problems)
{
    const Undo *u = ctx;
    const WrittenRow *w = &u->rows.items[i];
    bool undone;
    if (w->current != w->version) {
        TRY(import_is_undone(rd, &u->job->run, w, &undone));
        u->job->undo_kept += !undone; /* else an undo that was broken off did it */
        return ERR_OK;
    }
    if (w->version > 1)
        return restore(u->job, rd, batch, w, problems);
    Change *c = store_change(rd->arena, CHANGE_VOID, w->reg, w->uid, w->current);
    c->reason = u->job->run.file_name;
    return store_prepare(rd, batch, c, problems);
}

static Err undo_refused(void *ctx, size_t i, Err e)
{
    const Undo *u = ctx;
    (void)i;
    (void)e;
    u->job->undo_kept++;
    return ERR_OK;
}

static Err written_rows(Job *j, Undo *u)
{
    Reader rd;
    TRY(reader_begin(&rd, j->desk->store, j->conn, j->plan, &j->actor));
    Err e = import_written(&rd, &j->run, -1, &u->rows);
    reader_end(&rd);
    return e;
}

static Err do_undo(Job *j)
{
    Undo u = {.job = j};
    Problems untold = {.arena = j->arena}; /* what stays is counted */
    TRY(written_rows(j, &u));
    begin_writing(j, u.rows.n);
    Portions p = {.store = j->desk->store,
                  .conn = j->conn,
                  .actor = &j->actor,
                  .n = u.rows.n,
                  .prepare = undo_row,
                  .refused = undo_refused,
                  .ctx = &u,
                  .also = note_portion,
                  .also_arg = j,
                  .progress = &j->slot->progress,
                  .problems = &untold};
    return portions_run(&p);
}

/* Undoing is the program's act on behalf of the user who asked: it may void what it created. */
static Err work(Job *j)
{
    static const Subject undo_subject = {.uid = {"sistem:impor", 12}, .system = true};
    j->actor.subject = j->kind == JOB_UNDO ? &undo_subject : &j->subject;
    switch (j->kind) {
    case JOB_CHECK:
        return do_check(j);
    case JOB_APPLY:
        return do_apply(j);
    case JOB_UNDO:
        return do_undo(j);
    }
    BUG("unknown job");
}

static void put_back(Job *j, Err e)
{
    ImportDesk *d = j->desk;
    Slot *s = j->slot;
    arena_free(j->plan);
    pthread_mutex_lock(&d->lock);
    arena_free(s->arena);
    s->arena = j->arena;
    s->report = j->report;
    s->book = j->book;
    s->problems = j->problems;
    s->undo_kept = j->undo_kept;
    s->err = e;
    s->phase = e == ERR_OK && j->kind != JOB_CHECK ? DESK_DONE : DESK_CHECKED;
    s->working = false;
    pthread_mutex_unlock(&d->lock);
}

static void serve(void *job, void *conn)
{
    Job *j = job;
    j->conn = conn;
    Err e = conn ? work(j) : E_DB;
    if (e != ERR_OK && err_kind(e) != ERR_KIND_USER)
        log_error("import job: %s", err_name(e));
    put_back(j, e);
}

static void *conn_new(void *desk)
{
    const ImportDesk *d = desk;
    static ReadConn conn; /* one thread */
    return readconn_open(d->store, &conn) == ERR_OK ? &conn : NULL;
}

static void conn_free(void *conn)
{
    if (conn)
        readconn_close(conn);
}

/* ---- the desk ---- */

static void sweep(const Store *store)
{
    Arena *a = arena_new(1 << 20);
    const char *dir = z_printf(a, "%s/" STAGING_FOLDER, store->in->dir);
    StrList files = {0};
    struct stat st;
    if (file_list(a, dir, S(".segel"), &files) != ERR_OK)
        files.n = 0; /* nothing was ever staged */
    for (size_t i = 0; i < files.n; i++) {
        const char *path = z_printf(a, "%s/%.*s", dir, STR_ARG(files.items[i]));
        bool old = stat(path, &st) == 0 &&
                   clock_now() - (int64_t)st.st_mtime * 1000 > (int64_t)KEPT_DAYS * 86400000;
        if (old && unlink(path) != 0)
            log_error("import: staged file not removed");
    }
    arena_free(a);
}

ImportDesk *desk_new(const Store *store)
{
    sweep(store);
    Arena *a = arena_new(SIZE_MAX);
    ImportDesk *d = ARENA_NEW(a, ImportDesk);
    d->store = store;
    d->arena = a;
    pthread_mutex_init(&d->lock, NULL);
    d->queue = workqueue_new(1, SLOTS, serve, conn_new, conn_free, d);
    return d;
}

static Slot *find_slot(ImportDesk *d, Str uid)
{
    for (int i = 0; i < SLOTS; i++)
        if (d->slots[i].used && memcmp(d->slots[i].uid, uid.ptr, UID_LEN) == 0)
            return &d->slots[i];
    return NULL;
}

/* The slot of the run, a free one, or the one that was not looked at for longest; NULL when every
 * slot is at work. */
static Slot *take_slot(ImportDesk *d, Str uid)
{
    Slot *oldest = NULL;
    if (find_slot(d, uid))
        return find_slot(d, uid);
    for (int i = 0; i < SLOTS; i++) {
        Slot *s = &d->slots[i];
        if (!s->used)
            return s;
        if (!s->working && (!oldest || s->touched < oldest->touched))
            oldest = s;
    }
    return oldest;
}

static Job *new_job(ImportDesk *d, JobKind kind, const ImportRun *run, const Subject *who,
                    Lang lang)
{
    Arena *a = arena_new(JOB_ARENA);
    Job *j = ARENA_NEW(a, Job);
    *j = (Job){.desk = d, .kind = kind, .arena = a, .run = *run, .subject = *who};
    j->plan = arena_new(JOB_ARENA);
    j->problems.arena = a;
    Str *const kept[] = {&j->run.uid,      &j->run.user,     &j->run.profile,    &j->run.file_name,
                         &j->run.hash,     &j->run.choices,  &j->subject.uid,    &j->subject.login,
                         &j->subject.name, &j->subject.area, &j->subject.session};
    for (size_t i = 0; i < COUNT(kept); i++)
        *kept[i] = str_copy(a, *kept[i]);
    j->actor = (Actor){.via = S("impor"), .import = run->id, .lang = lang};
    return j;
}

static Err queue_job(ImportDesk *d, JobKind kind, const ImportRun *run, const Subject *who,
                     Lang lang)
{
    static const DeskPhase phases[] = {DESK_CHECKING, DESK_APPLYING, DESK_UNDOING};
    pthread_mutex_lock(&d->lock);
    Slot *s = take_slot(d, run->uid);
    Err e = ERR_OK;
    if (!s)
        e = E_BUSY;
    else if (!s->working || !s->used) {
        Job *j = new_job(d, kind, run, who, lang);
        j->slot = s;
        memcpy(s->uid, run->uid.ptr, UID_LEN);
        s->used = s->working = true;
        s->phase = phases[kind];
        s->touched = clock_steady();
        atomic_store(&s->progress, 0);
        atomic_store(&s->total, 0);
        e = workqueue_push(d->queue, j);
        if (e != ERR_OK) {
            s->used = s->working = false;
            arena_free(j->plan);
            arena_free(j->arena);
        }
    } /* a job of this run is under way: asking twice starts it once */
    pthread_mutex_unlock(&d->lock);
    return e;
}

Err desk_check(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang)
{
    return queue_job(d, JOB_CHECK, run, who, lang);
}

Err desk_apply(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang)
{
    return queue_job(d, JOB_APPLY, run, who, lang);
}

Err desk_undo(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang)
{
    return queue_job(d, JOB_UNDO, run, who, lang);
}

DeskView desk_open(ImportDesk *d, Str uid)
{
    pthread_mutex_lock(&d->lock);
    Slot *s = find_slot(d, uid);
    if (!s)
        return (DeskView){0};
    s->touched = clock_steady();
    return (DeskView){.phase = s->phase,
                      .progress = atomic_load(&s->progress),
                      .total = atomic_load(&s->total),
                      .err = s->err,
                      .report = s->working ? NULL : &s->report,
                      .book = s->working ? NULL : &s->book,
                      .problems = s->working ? NULL : &s->problems,
                      .undo_kept = s->undo_kept};
}

void desk_close(ImportDesk *d)
{
    pthread_mutex_unlock(&d->lock);
}

void desk_free(ImportDesk *d)
{
    if (!d)
        return;
    workqueue_free(d->queue);
    for (int i = 0; i < SLOTS; i++)
        arena_free(d->slots[i].arena);
    pthread_mutex_destroy(&d->lock);
    arena_free(d->arena);
}
