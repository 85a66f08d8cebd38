#include "engine/care_desk.h"

#include "base/file.h"
#include "base/log.h"
#include "base/workqueue.h"
#include "engine/backup_db.h"

#include <pthread.h>
#include <string.h>

#define META_AUDIT_SEEN S("audit_seen")

enum { UID_ROOM = 64 };

struct CareDesk {
    const Store *store;
    WorkQueue *queue;
    pthread_mutex_t lock; /* of the next three */
    CareJob running, last;
    int64_t ended;      /* of `last`, on the steady clock */
    char uid[UID_ROOM]; /* who asked; written before the job starts */
    Subject subject;
    Actor actor;
};

/* What a job leaves in the database. */
typedef struct Outcome {
    CareDesk *desk;
    BackupRow backup;
    AuditSeen seen;
} Outcome;

static Err note(WriteTx *tx, const CareDesk *d, Str action, Str result)
{
    AuditAct act = {.store = d->store, .actor = &d->actor, .action = action, .result = result};
    return store_audit_act(tx, &act);
}

static Err note_backup(WriteTx *tx, void *arg)
{
    Outcome *o = arg;
    TRY(backup_note(tx, &o->backup));
    return note(tx, o->desk, S("backup"), o->backup.result);
}

static Err note_seen(WriteTx *tx, void *arg)
{
    Outcome *o = arg;
    Str text = str_printf(tx->arena, "%lld %lld %lld", (long long)o->seen.at,
                          (long long)o->seen.rows, (long long)o->seen.bad_seq);
    TRY(meta_put(tx->db, META_AUDIT_SEEN, text));
    return note(tx, o->desk, S("verify"), o->seen.bad_seq ? S("E_CORRUPT") : S("ok"));
}

/* A folder named by the minute, so that a list of folders is a list of times. */
static Err backup_folder(const Installation *in, Arena *a, Str *ret)
{
    int minute;
    Date d = clock_date_of(clock_now(), &minute);
    const char *home = str_printf(a, "%s/cadangan", in->dir).ptr;
    TRY(file_mkdir(home));
    *ret = str_printf(a, "%s/%.*s-%02d%02d-%lld", home, STR_ARG(date_iso(a, d)), minute / 60,
                      minute % 60, (long long)(clock_now() / 1000 % 60));
    return ERR_OK;
}

static Err run_backup(CareDesk *d, Arena *a)
{
    BackupProof proof = {0};
    Outcome o = {.desk = d, .backup = {.at = clock_now()}};
    TRY(backup_folder(d->store->in, a, &o.backup.place));
    Err e = backup_make(d->store->in, a, o.backup.place.ptr, false, &proof);
    o.backup.bytes = proof.bytes;
    o.backup.result = e == ERR_OK ? S("ok") : str_of(err_name(e));
    TRY(writer_run(d->store->writer, NULL, note_backup, &o));
    return e;
}

static Err run_verify(CareDesk *d)
{
    Db *db;
    AuditCheck check = {0};
    TRY(db_open(d->store->in->data_db, DB_READ, &db));
    Err e = audit_verify(db, d->store->in->keyring, &check);
    db_close(db);
    TRY(e);
    Outcome o = {.desk = d, .seen = {clock_now(), check.rows, check.bad_seq}};
    return writer_run(d->store->writer, NULL, note_seen, &o);
}

static void job_ended(CareDesk *d, CareJob job)
{
    pthread_mutex_lock(&d->lock);
    d->last = job;
    d->ended = clock_steady();
    d->running = CARE_NONE;
    pthread_mutex_unlock(&d->lock);
}

static void run_job(void *job, void *state)
{
    CareDesk *d = job;
    (void)state;
    Arena *a = arena_new(4 * 1024 * 1024);
    CareJob what = d->running; /* stands until this job ends */
    Err e = what == CARE_BACKUP ? run_backup(d, a) : run_verify(d);
    if (e != ERR_OK)
        log_error("care job %d: %s", (int)what, err_name(e));
    arena_free(a);
    job_ended(d, what);
}

CareDesk *care_desk_new(const Store *store)
{
    static CareDesk only; /* one server a process */
    only = (CareDesk){.store = store};
    pthread_mutex_init(&only.lock, NULL);
    only.queue = workqueue_new(1, 1, run_job, NULL, NULL, NULL);
    return &only;
}

void care_desk_free(CareDesk *d)
{
    workqueue_free(d->queue);
    pthread_mutex_destroy(&d->lock);
}

CareJob care_running(CareDesk *d, int64_t since)
{
    pthread_mutex_lock(&d->lock);
    CareJob job = d->running;
    if (job == CARE_NONE && d->last != CARE_NONE && d->ended >= since)
        job = d->last;
    pthread_mutex_unlock(&d->lock);
    return job;
}

static bool claim(CareDesk *d, CareJob job)
{
    pthread_mutex_lock(&d->lock);
    bool free = d->running == CARE_NONE;
    if (free)
        d->running = job;
    pthread_mutex_unlock(&d->lock);
    return free;
}

Err care_start(CareDesk *d, CareJob job, const Subject *who)
{
    if (!claim(d, job))
        return E_BUSY;
    size_t n = who->uid.len < UID_ROOM ? who->uid.len : UID_ROOM - 1;
    memcpy(d->uid, who->uid.ptr, n);
    d->subject = (Subject){.user = who->user,
                           .uid = {d->uid, n},
                           .agencies = {who->agencies[0]},
                           .agency_count = who->agency_count ? 1 : 0};
    d->actor = (Actor){.subject = &d->subject, .via = S("web")};
    Err e = workqueue_push(d->queue, d);
    if (e != ERR_OK)
        job_ended(d, CARE_NONE);
    return e;
}

Err care_audit_seen(Db *db, Arena *a, AuditSeen *ret)
{
    Str text, at, rows, bad;
    *ret = (AuditSeen){0};
    TRY(meta_get(db, a, META_AUDIT_SEEN, &text));
    if (!text.ptr)
        return ERR_OK;
    bool good = str_word(&text, &at) && str_word(&text, &rows) && str_word(&text, &bad) &&
                str_i64(at, &ret->at) && str_i64(rows, &ret->rows) && str_i64(bad, &ret->bad_seq);
    return good ? ERR_OK : E_CORRUPT;
}
