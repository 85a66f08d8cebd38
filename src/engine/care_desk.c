#include "engine/care_desk.h"

#include "base/file.h"
#include "base/log.h"
#include "base/workqueue.h"
#include "engine/backup_db.h"
#include "engine/backup_ring.h"
#include "engine/candidate_db.h"
#include "engine/nickname_db.h"
#include "engine/question_db.h"
#include "engine/settings_db.h"
#include "engine/weights_db.h"
#include "guard/anchor.h"
#include "model/files.h"
#include "model/scrub.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#define META_AUDIT_SEEN S("audit_seen")
#define META_SCRUB_SEEN S("scrub_seen")

enum { UID_ROOM = 64, NICE = 10 };
enum { MINUTE_MS = 60000 };
enum { NIGHT_HOURS = 6 }; /* a scrub missed by more than these waits for the next night */

/* What the thread is given: a job somebody asked for, or a look at what is due. */
typedef struct Turn {
    CareDesk *desk;
    bool asked;
} Turn;

struct CareDesk {
    const Store *store;
    WorkQueue *queue;
    Turn asking, round;
    atomic_bool looking;  /* a round waits or runs */
    atomic_bool looked;   /* a round has ended since the start */
    atomic_bool leaving;  /* the server ends: what is under way is given up */
    int64_t anchored;     /* on the real clock; of the thread alone */
    pthread_mutex_t lock; /* of the next four */
    CareJob asked, by_itself, last;
    int64_t ended;      /* of `last`, on the steady clock */
    char uid[UID_ROOM]; /* who asked; written before the job starts */
    Subject subject;
    Actor actor;
};

/* What a job leaves in the database. */
typedef struct Outcome {
    CareDesk *desk;
    bool asked;
    BackupRow backup;
    AuditSeen seen;
    ScrubSeen scrub;
} Outcome;

static Err note(WriteTx *tx, const CareDesk *d, Str action, Str result)
{
    AuditAct act = {.store = d->store, .actor = &d->actor, .action = action, .result = result};
    return store_audit_act(tx, &act);
}

/* ---- a copy ---- */

/* What the server does by itself stands in its own table; what somebody asked for, in the audit as
 * well. */
static Err note_backup(WriteTx *tx, void *arg)
{
    Outcome *o = arg;
    TRY(backup_note(tx, &o->backup));
    TRY(backup_forget(tx, o->backup.at - RING_AGE_DAYS * DAY_MS));
    return o->asked ? note(tx, o->desk, S("backup"), o->backup.result) : ERR_OK;
}

/* The folder of the copies; one that was set is on another disk, perhaps, and never made here:
 * where that disk is missing, the copy would lie on this one. */
static Err copies_home(const CareDesk *d, Db *db, Arena *a, const char **ret)
{
    Settings set;
    TRY(settings_read(db, a, &set));
    Str folder = set.value[SETTING_BACKUP_FOLDER];
    *ret = folder.len ? str_z(a, folder) : ring_own(a, d->store->in);
    if (!folder.len)
        return file_mkdir(*ret);
    return file_is_folder(*ret) ? ERR_OK : E_NOT_FOUND;
}

static Err copy_into(const CareDesk *d, Arena *a, const char *home, BackupRow *row)
{
    BackupProof proof = {0};
    row->place = ring_folder(a, home, row->at);
    TRY(backup_room(d->store->in, home));
    Err e = backup_make(d->store, a, row->place.ptr, false, &proof);
    row->bytes = proof.bytes;
    if (e != ERR_OK && e != E_DUPLICATE)
        file_remove_folder(row->place.ptr);
    return e;
}

static Err run_backup(CareDesk *d, Db *db, Arena *a, bool asked)
{
    const char *home;
    int64_t began = clock_steady();
    Outcome o = {.desk = d, .asked = asked, .backup = {.at = clock_real(), .place = S("")}};
    Err e = copies_home(d, db, a, &home);
    if (e == ERR_OK)
        e = copy_into(d, a, home, &o.backup);
    if (e == ERR_OK)
        ring_sweep(d->store->in, home);
    if (atomic_load(&d->leaving) && !asked)
        return E_BUSY; /* not a copy that failed: the next start makes it */
    o.backup.took = clock_steady() - began;
    o.backup.result = e == ERR_OK ? S("ok") : str_of(err_name(e));
    TRY(writer_run(d->store->writer, NULL, note_backup, &o));
    return e;
}

/* ---- checks ---- */

Err care_audit_note(WriteTx *tx, const AuditSeen *seen)
{
    Str text = str_printf(tx->arena, "%lld %lld %lld", (long long)seen->at, (long long)seen->rows,
                          (long long)seen->bad_seq);
    return meta_put(tx->db, META_AUDIT_SEEN, text);
}

static Err note_seen(WriteTx *tx, void *arg)
{
    Outcome *o = arg;
    TRY(care_audit_note(tx, &o->seen));
    return note(tx, o->desk, S("verify"), o->seen.bad_seq ? S("E_CORRUPT") : S("ok"));
}

static Err run_verify(CareDesk *d, Db *db)
{
    AuditCheck check = {0};
    TRY(audit_verify(db, d->store->in->keyring, &check));
    Outcome o = {.desk = d, .seen = {clock_now(), check.rows, check.bad_seq}};
    return writer_run(d->store->writer, NULL, note_seen, &o);
}

static Err note_scrub(WriteTx *tx, void *arg)
{
    const ScrubSeen *seen = &((Outcome *)arg)->scrub;
    Str text = str_printf(tx->arena, "%lld %lld %lld %lld", (long long)seen->at,
                          (long long)seen->records, (long long)seen->faults, (long long)seen->took);
    return meta_put(tx->db, META_SCRUB_SEEN, text);
}

static Err run_scrub(CareDesk *d, Arena *a)
{
    ReadConn conn;
    Scrub sum = {0};
    Problems problems = {.arena = a};
    int64_t began = clock_steady();
    TRY(readconn_open(d->store, &conn));
    Err e = db_begin_read(conn.db);
    if (e == ERR_OK)
        e = scrub_run(d->store, &conn, &problems, &sum);
    if (e == ERR_OK)
        e = files_sweep(d->store, conn.db, a);
    readconn_close(&conn);
    TRY(e);
    if (sum.faults)
        log_error("scrub: %lld faults", (long long)sum.faults);
    Outcome o = {.scrub = {clock_real(), sum.records, sum.faults, clock_steady() - began}};
    return writer_run(d->store->writer, NULL, note_scrub, &o);
}

/* Once a night, with the scrub, which reads every record as well. */
static Err learn_weights(const CareDesk *d)
{
    WeightsRun run;
    Err e = weights_propose(d->store, true, &run);
    return e == E_BUSY || e == E_DOMAIN ? ERR_OK : e;
}

/* ---- what is due ---- */

/* A moment that has not come yet was written by a clock that was wrong: it counts for nothing. */
static bool longer_ago(int64_t at, int64_t ms)
{
    int64_t now = clock_real();
    return at > now || now - at >= ms;
}

static Err backup_due(Db *db, Arena *a, bool *ret)
{
    Settings set;
    BackupRow last;
    size_t n;
    TRY(settings_read(db, a, &set));
    TRY(backup_list(db, a, &last, 1, &n));
    int64_t minutes = setting_number(&set, SETTING_BACKUP_MINUTES);
    *ret = minutes && (!n || longer_ago(last.at, minutes * MINUTE_MS));
    return ERR_OK;
}

/* Numbers with blanks between; all 0 when the row is not there. */
static Err numbers_seen(Db *db, Arena *a, Str key, int64_t *const *ret, size_t n)
{
    Str text, word;
    TRY(meta_get(db, a, key, &text));
    for (size_t i = 0; text.ptr && i < n; i++)
        if (!str_word(&text, &word) || !str_i64(word, ret[i]))
            return E_CORRUPT;
    return ERR_OK;
}

/* What the last scrub found. */
static Err scrub_seen(Db *db, Arena *a, ScrubSeen *ret)
{
    *ret = (ScrubSeen){0};
    return numbers_seen(db, a, META_SCRUB_SEEN,
                        (int64_t *[]){&ret->at, &ret->records, &ret->faults, &ret->took}, 4);
}

/* At night; by day only when two nights went by without. */
static Err scrub_due(Db *db, Arena *a, bool *ret)
{
    Settings set;
    ScrubSeen seen;
    int minute;
    TRY(settings_read(db, a, &set));
    TRY(scrub_seen(db, a, &seen));
    Date today = clock_date_of(clock_real(), &minute);
    int64_t hour = setting_number(&set, SETTING_SCRUB_HOUR);
    int64_t night = clock_instant(today, (int)hour * 60);
    if (minute < hour * 60)
        night -= DAY_MS;
    bool at_night = clock_real() - night < NIGHT_HOURS * HOUR_MS;
    *ret = seen.at < night && (at_night || longer_ago(seen.at, 2 * DAY_MS));
    return ERR_OK;
}

/* The state of the audit chain, signed, beside the data and beside the copies, which may lie on
 * another disk. */
static Err keep_anchor(CareDesk *d, Db *db, Arena *a)
{
    const Installation *in = d->store->in;
    const char *home;
    Str line;
    if (!longer_ago(d->anchored, HOUR_MS))
        return ERR_OK;
    TRY(anchor_make(db, in->keyring, a, in->id, &line));
    TRY(anchor_keep(z_printf(a, "%s/" ANCHOR_FILE, in->dir), line));
    TRY(copies_home(d, db, a, &home));
    TRY(anchor_keep(z_printf(a, "%s/" ANCHOR_FILE, home), line));
    d->anchored = clock_real();
    return ERR_OK;
}

static void set_by_itself(CareDesk *d, CareJob job)
{
    pthread_mutex_lock(&d->lock);
    d->by_itself = job;
    pthread_mutex_unlock(&d->lock);
}

static Err look(CareDesk *d, Db *db, Arena *a)
{
    bool backup, scrub;
    Err failed = keep_anchor(d, db, a);
    TRY(backup_due(db, a, &backup));
    if (backup) {
        set_by_itself(d, CARE_BACKUP);
        Err copied = run_backup(d, db, a, false);
        failed = failed == ERR_OK ? copied : failed;
    }
    TRY(scrub_due(db, a, &scrub)); /* all the more when the copy failed */
    if (!scrub)
        return failed;
    set_by_itself(d, CARE_SCRUB);
    TRY(run_scrub(d, a));
    TRY(learn_weights(d));
    return failed;
}

/* ---- the thread ---- */

static Err do_asked(CareDesk *d, Db *db, Arena *a)
{
    switch (d->asked) { /* stands until the job ends */
    case CARE_BACKUP:
        return run_backup(d, db, a, true);
    case CARE_VERIFY:
        return run_verify(d, db);
    case CARE_SCRUB:
        return run_scrub(d, a);
    case CARE_NONE:
        break;
    }
    return ERR_OK;
}

/* Whoever was saved since the last turn may be on file twice. */
static Err propose(const CareDesk *d)
{
    CandidateRun run;
    Err e = candidates_propose(d->store, false, &run);
    return e == E_BUSY || e == E_DOMAIN ? ERR_OK : e;
}

static void turn_ended(CareDesk *d, bool asked)
{
    pthread_mutex_lock(&d->lock);
    CareJob job = asked ? d->asked : d->by_itself;
    if (job != CARE_NONE) {
        d->last = job;
        d->ended = clock_steady();
    }
    if (asked)
        d->asked = CARE_NONE;
    else
        d->by_itself = CARE_NONE;
    pthread_mutex_unlock(&d->lock);
    if (!asked)
        atomic_store(&d->looking, false);
}

static void run_turn(void *job, void *state)
{
    const Turn *t = job;
    Db *db;
    (void)state;
    Arena *a = arena_new(64 * 1024 * 1024);
    Err e = db_open(t->desk->store->in->data_db, DB_READ, &db);
    if (e == ERR_OK) {
        e = t->asked ? do_asked(t->desk, db, a) : look(t->desk, db, a);
        db_close(db);
    }
    if (e == ERR_OK && !t->asked)
        e = propose(t->desk);
    if (e == ERR_OK && !t->asked)
        e = nicknames_propose(t->desk->store);
    if (e == ERR_OK && !t->asked)
        e = questions_match(t->desk->store, 0);
    if (e != ERR_OK && !atomic_load(&t->desk->leaving))
        log_error("care: %s", err_name(e));
    arena_free(a);
    if (!t->asked)
        atomic_store(&t->desk->looked, true);
    turn_ended(t->desk, t->asked);
}

/* People come first: on Linux this is the priority of the calling thread alone. */
static void *step_back(void *desk)
{
    db_leave_when(&((CareDesk *)desk)->leaving);
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    return NULL;
}

CareDesk *care_desk_new(const Store *store)
{
    static CareDesk only; /* one server a process */
    only = (CareDesk){.store = store, .asking = {&only, true}, .round = {&only, false}};
    pthread_mutex_init(&only.lock, NULL);
    only.queue = workqueue_new(1, 2, run_turn, step_back, NULL, &only);
    return &only;
}

void care_desk_free(CareDesk *d)
{
    atomic_store(&d->leaving, true);
    workqueue_free(d->queue);
    pthread_mutex_destroy(&d->lock);
}

bool care_looked(CareDesk *d)
{
    return atomic_load(&d->looked);
}

void care_look(CareDesk *d)
{
    if (atomic_exchange(&d->looking, true))
        return;
    if (workqueue_push(d->queue, &d->round) != ERR_OK)
        atomic_store(&d->looking, false);
}

CareJob care_running(CareDesk *d, int64_t since)
{
    pthread_mutex_lock(&d->lock);
    CareJob job = d->asked != CARE_NONE ? d->asked : d->by_itself;
    if (job == CARE_NONE && d->last != CARE_NONE && d->ended >= since)
        job = d->last;
    pthread_mutex_unlock(&d->lock);
    return job;
}

static bool claim(CareDesk *d, CareJob job)
{
    pthread_mutex_lock(&d->lock);
    bool free = d->asked == CARE_NONE;
    if (free)
        d->asked = job;
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
    Err e = workqueue_push(d->queue, &d->asking);
    if (e != ERR_OK)
        turn_ended(d, true);
    return e;
}

/* ---- what was found ---- */

Err care_audit_seen(Db *db, Arena *a, AuditSeen *ret)
{
    *ret = (AuditSeen){0};
    return numbers_seen(db, a, META_AUDIT_SEEN, (int64_t *[]){&ret->at, &ret->rows, &ret->bad_seq},
                        3);
}

Err care_state(Db *db, Arena *a, CareState *ret)
{
    enum { SEEN = 16 };
    BackupRow rows[SEEN];
    Settings set;
    size_t n;
    *ret = (CareState){0};
    TRY(settings_read(db, a, &set));
    TRY(backup_list(db, a, rows, SEEN, &n));
    TRY(scrub_seen(db, a, &ret->scrub));
    int64_t minutes = setting_number(&set, SETTING_BACKUP_MINUTES);
    bool good = false;
    for (size_t i = 0; i < n && !good; i++)
        if (str_is(rows[i].result, "ok")) {
            ret->backup_at = rows[i].at;
            good = true;
        }
    ret->backup_off = !minutes;
    ret->backup_failed = n && !str_is(rows[0].result, "ok");
    ret->backup_late =
        longer_ago(ret->backup_at, (minutes ? 2 * minutes + 10 : 7 * 24 * 60) * MINUTE_MS);
    ret->scrub_late = longer_ago(ret->scrub.at, 3 * DAY_MS);
    return ERR_OK;
}
