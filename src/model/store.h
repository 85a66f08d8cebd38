/* The one gate: every read and write of a record, from page, import, API, command line or rule.
 * Reads are policy-checked, masked by class, and collected for audit; writes re-check policy and
 * version inside the writer's savepoint and write row, history, reach, derived fields and audit
 * together. */
#pragma once

#include "base/clock.h"
#include "db/writer.h"
#include "guard/installation.h"
#include "guard/policy.h"
#include "guard/readings.h"
#include "model/value.h"

typedef struct Store Store;
typedef struct Batch Batch;
typedef struct Change Change;
typedef struct Reader Reader;
typedef struct CountedMemory CountedMemory;

/* What an engine does in the same savepoint after a record was written (clocks, rules). */
typedef Err (*AfterChange)(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                           const Record *after);

/* What an engine has to say about a change that is otherwise good: warnings only. `before` is NULL
 * for a new record. */
typedef Err (*AdviseChange)(Reader *rd, const Batch *batch, const Change *change,
                            const Record *before, Problems *problems);

struct Store {
    const Model *model;
    Installation *in;
    Writer *writer;
    struct PersonIndex *persons;       /* names in memory, model/person_index.h */
    struct PopulationBook *population; /* engine/population_book.h; NULL outside the server */
    Db *writer_keys;                   /* key store, read by the writer thread only */
    AfterChange after_change;          /* set by the engine, may be NULL */
    AdviseChange advise;               /* likewise */
};

/* Brings the database to the model (model/plan.h must have been applied) and starts the writer. */
MUST_CHECK Err store_open(Arena *a, const Model *m, Installation *in, Store *ret);
/* Ends the writer. */
void store_close(Store *s);

/* ---- who and why ---- */

typedef struct Actor {
    const Subject *subject;
    Str via;        /* "web", "api", "impor", "cli", "sistem" */
    Str purpose;    /* why the file is open, may be absent */
    int64_t import; /* import run, 0 = none */
    Lang lang;
} Actor;

/* ---- reading ---- */

/* One reader a page: a snapshot on this thread's connections. What was opened is collected in
 * `opened` and must be handed to store_audit_reads before the page is sent. */
typedef struct Opened {
    const Register *reg; /* NULL: the population book, `uid` is a row of it or what was asked */
    ReadingMark mark;
    unsigned classes;
} Opened;

struct Reader {
    const Store *store;
    Db *db, *keys;
    CountedMemory *counted;
    Arena *arena;
    const Actor *actor;
    ARENA_LIST(Opened) opened;
    struct { /* how the record asked about last stands to the subject: a page asks many times */
        const Register *reg;
        int64_t id;
        Relation rel;
    } stands;
    struct { /* likewise, whether a restriction of the person's file is on it */
        const Register *reg;
        int64_t id;
        bool holds;
    } restriction;
    struct { /* the key of reasons opened last (model/reason.h) */
        Str of;
        Dek dek;
        Err found;
    } reasons;
};

/* Read-only connections of one thread, and what was counted on them (model/counted.h). */
typedef struct ReadConn {
    Db *db, *keys;
    CountedMemory *counted;
} ReadConn;
MUST_CHECK Err readconn_open(const Store *s, ReadConn *ret);
void readconn_close(ReadConn *c);
/* Runs `fn` with connections, put at `conn`, and memory of its own; both are gone afterwards. */
MUST_CHECK Err readconn_with(const Store *s, ReadConn *conn, Err (*fn)(void *ctx, Arena *a),
                             void *ctx);
MUST_CHECK Err reader_begin(Reader *rd, const Store *s, ReadConn *c, Arena *a, const Actor *actor);
/* What a statement failed with since (db_failed): then nothing that was read may be relied on. */
Err reader_failed(const Reader *rd);
void reader_end(Reader *rd);

/* Loads one record by uid with its clear fields; sealed fields carry `sealed`. E_NOT_FOUND when it
 * does not exist or lies out of reach (one answer for both), E_DENIED without the verb. */
MUST_CHECK Err store_get(Reader *rd, const Register *reg, Str uid, Verb verb, Record *ret);
/* Whether its state lets nobody change it any more. */
bool record_locked(const Record *r);
/* What the subject may do with a loaded record. */
Decision store_decide(Reader *rd, const Record *r, Verb verb);
/* Whether the list of conflicts of interest shuts the subject out of the record `uid`, so that for
 * her there is none; unsure is as good as shut out. */
bool store_excluded(Reader *rd, const Register *reg, Str uid);
/* Whether she reaches the record for good and in all classes, so that a record of her own may lend
 * it on. */
bool store_builds_on(Reader *rd, const Record *r);
/* What it may do with records of `child` under a loaded record: by the parent's reach where the
 * child inherits it or gives and takes reach there, else by its own rights alone. */
Decision store_decide_child(Reader *rd, const Record *parent, const Register *child, Verb verb);
/* Whether processing of the person's file that the record is part of is restricted
 * (model/restriction.h). */
MUST_CHECK Err store_restricted(Reader *rd, const Record *r, bool *ret);
/* Opens the sealed fields of the classes the decision allows; collects the opening for audit. */
MUST_CHECK Err store_unseal(Reader *rd, Record *r, unsigned classes);
/* What opening the record counts as. */
MUST_CHECK Err store_reading(Reader *rd, const Record *r, ReadingMark *ret);
/* Collects that classes of the record, which are sealed under `subject`, were opened. */
void store_note_opened(Reader *rd, const Record *r, Str subject, unsigned classes);
/* The file a purpose is asked for: uid of the outermost ancestor. */
MUST_CHECK Err store_file_uid(Reader *rd, const Record *r, Str *ret);
/* Heading of a record by uid without any check, for messages; STR_NONE if none. */
Str store_heading(Reader *rd, const Register *reg, Str uid);
/* Headings of at most HEADINGS_AT_ONCE records by uid in one statement, for choices offered in a
 * list; ret[i] belongs to uids[i], STR_NONE if there is none. */
enum { HEADINGS_AT_ONCE = 12 };
void store_headings(Reader *rd, const Register *reg, const Str *uids, size_t n, Str *ret);

typedef struct HistoryEntry {
    int64_t version, at, tx;
    Str actor, actor_name, via, reason;
    const Field **fields; /* changed; NULL entry = a system column named in `names` */
    Str *names;
    Value *before, *after; /* sealed ones stay sealed unless `classes` opened them */
    size_t n;
} HistoryEntry;
/* Versions of a record, newest first. `classes` are opened (and collected) as in store_unseal. */
MUST_CHECK Err store_history(Reader *rd, const Record *r, unsigned classes, HistoryEntry **ret,
                             size_t *ret_n);

/* ---- writing ---- */

typedef enum ChangeKind {
    CHANGE_CREATE,
    CHANGE_UPDATE,
    CHANGE_MOVE,
    CHANGE_VOID,
    CHANGE_RESTORE,
    CHANGE_UNDO /* made by model/undo.c on the writer only */
} ChangeKind;

/* One change to one record, prepared on a worker and applied on the writer. */
struct Change {
    ChangeKind kind;
    const Register *reg;
    Str uid;              /* made by store_change for CREATE */
    int64_t base_version; /* 0 for CREATE */
    const Register *parent_reg;
    Str parent_uid;     /* CREATE under a parent */
    Str owner_uid;      /* institution; absent: the subject's own */
    Str move;           /* MOVE */
    Str reason;         /* why, free words */
    Str sealed;         /* the same as it is stored (model/reason.h), filled by store_prepare */
    bool *set;          /* per field: this change gives it a value (possibly absent = emptied) */
    Str *vals;          /* canonical values; wiped with the arena */
    Str *blobs;         /* sealed form of classed fields, filled by store_prepare */
    Str number;         /* out: number given */
    Str new_key;        /* wrapped DEK made for a new key subject */
    const Change *made; /* out: the record that a move makes beside its own; NULL: none */
    /* UNDO: the state to return to, whether the record is void then, whether it is one that the
     * command made, and whether a rule or clock wrote it and not the person. */
    Str state;
    bool voided, unmade, followed;
};

/* An empty change; `uid` absent for CREATE. */
Change *store_change(Arena *a, ChangeKind kind, const Register *reg, Str uid, int64_t base_version);
void change_set(Change *c, const Field *f, Str canonical);
/* The same by the role of the field; nothing where the register has none of that role. */
void change_set_role(Change *c, FieldRole role, Str canonical);

/* Several prepared changes applied all or nothing, in one savepoint. */
struct Batch {
    const Store *store;
    const Actor *actor;
    Change **items;
    size_t n, cap;
    size_t *places, place_count; /* where items stand, by uid: a book makes them by the thousand */
    Arena *arena;                /* of the caller; lives until the batch is answered */
    Str idem_key;                /* absent: not idempotent */
    Str idem_hash;
    bool judged_only; /* values are judged and nothing sealed: such a batch is never applied */
    bool repeated;  /* its uids were given before, and keys may be there from an attempt that failed
                     */
    bool repeats;   /* the worker saw the key: nothing was judged, nothing may be applied */
    bool replayed;  /* out: the same request was applied before; `result_uid` is its result */
    Str result_uid; /* out: uid of the last item */
    Problems problems; /* out: what failed inside the savepoint (stale, duplicate, flow) */
    Change *failed;    /* out: the change that failed */
    int64_t tx;        /* out: row of table tx */
    /* The newest version of this record is to be taken back (store_undo); undo_reg may be NULL. */
    const Register *undo_reg;
    Str undo_uid;
    int64_t undo_version;
    int depth; /* changes made by rules on changes made by rules */
    /* Extra work in the same savepoint after the changes (import run, draft removal); may be NULL.
     */
    Err (*also)(WriteTx *tx, void *arg);
    void *also_arg;
};
/* An empty batch for the reader's store and actor, in its arena. */
Batch *store_batch(Reader *rd);
/* Validates everything that can be judged without the writer (required, when, min/max, codes, refs
 * in reach, policy), seals classed values and adds the change to the batch; records made earlier in
 * the batch may be referred to. All problems at once; E_INVALID if any error, E_DENIED,
 * E_NOT_FOUND. */
MUST_CHECK Err store_prepare(Reader *rd, Batch *b, Change *c, Problems *problems);
/* For writer_submit/writer_run: `before` stores new keys, `apply` does the rest. arg is the Batch.
 */
Err store_batch_keys(WriteTx *tx, void *batch);
Err store_batch_apply(WriteTx *tx, void *batch);
/* Applies one more change inside the running command as the program itself (rules, clocks): clear
 * fields only, no preparation. Chains of rules end after four. */
MUST_CHECK Err store_apply_system(WriteTx *tx, Batch *b, const Actor *actor, Change *c);
/* Forgets the keys of repeated requests after IDEM_DAYS; for the ticker. arg is not used. */
enum { IDEM_DAYS = 30 };
Err store_sweep_repeats(WriteTx *tx, void *none);
/* Prepares nothing, submits and waits. */
MUST_CHECK Err store_run(Batch *b);

/* Audit of openings of a page, and of a refusal: commands for the writer; arg lives until answered.
 */
typedef struct AuditReads {
    const Store *store;
    const Actor *actor;
    const Opened *items;
    size_t n;
} AuditReads;
Err store_audit_reads(WriteTx *tx, void *audit_reads);
typedef struct AuditAct {
    const Store *store;
    const Actor *actor;
    Str action, uid, result;
    const Register *reg;
    int64_t hourly; /* refused with E_LIMIT once it was done so often within the hour; 0: never */
} AuditAct;
Err store_audit_act(WriteTx *tx, void *audit_act);

/* ---- rebuild ---- */

/* Recomputes every derived table and column (search text, headings, calc fields, reach, blind
 * indexes, user facts) from the rows. Runs as one command. arg: Store. */
Err store_rebuild(WriteTx *tx, void *store);
/* Fingerprints only: after an exchange of keys. */
MUST_CHECK Err store_rebuild_blind(WriteTx *tx, const Store *s);
/* The same of one file: the record and all that stands under its key, and who is in memory. */
MUST_CHECK Err store_rebuild_file(WriteTx *tx, const Store *s, const Register *reg, Str uid);
