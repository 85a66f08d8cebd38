/* The import desk: files wait sealed beside the databases, one job at a time checks or applies them
 * on a thread of its own, and the result stays in memory until it is replaced. After a restart a
 * run is simply checked again. */
#pragma once

#include "base/workqueue.h"
#include "engine/import_db.h"
#include "intake/import.h"

typedef struct ImportDesk ImportDesk;

typedef enum DeskPhase {
    DESK_ABSENT,   /* nothing known in memory: ask for a check */
    DESK_CHECKING, /* reading and checking */
    DESK_CHECKED,  /* `report` and `book` are there */
    DESK_APPLYING,
    DESK_UNDOING,
    DESK_DONE, /* applied or undone; see the run on record */
} DeskPhase;

/* What the desk knows of a run; valid while the view is open. */
typedef struct DeskView {
    DeskPhase phase;
    int64_t progress; /* rows and records passed; of `total` once that is known */
    int64_t total;    /* records to be written or undone, 0 while the file is still being checked */
    Err err;          /* of the last job */
    const ImportReport *report;
    const Workbook *book;
    const Problems *problems; /* of the file itself, when it could not be read */
    size_t undo_kept;         /* records not undone because they were changed since */
} DeskView;

ImportDesk *desk_new(const Store *store);
void desk_free(ImportDesk *d);
/* Keyed hash by which the same file is known again. */
Str desk_hash(const Store *store, Arena *a, Str bytes);
/* Seals the bytes beside the databases, for run->uid. Files of runs that were never applied are
 * removed after 30 days, when the desk is opened. */
MUST_CHECK Err desk_stage(const Store *store, Arena *a, Str bytes, const ImportRun *run);
/* Jobs. The subject is copied. E_BUSY when too many wait. Applying a run that was broken off goes
 * on where it stood; undoing one takes back what it wrote. */
MUST_CHECK Err desk_check(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang);
MUST_CHECK Err desk_apply(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang);
MUST_CHECK Err desk_undo(ImportDesk *d, const ImportRun *run, const Subject *who, Lang lang);
/* Looks at a run; nothing of it changes until desk_close. */
DeskView desk_open(ImportDesk *d, Str uid);
void desk_close(ImportDesk *d);
