/* Import runs on record: who brought which file, what it became, how it was undone. The file itself
 * is sealed and kept beside the databases until it was applied or 30 days have passed. */
#pragma once

#include "model/store.h"

typedef enum ImportState {
    IMPORT_CHECKING,
    IMPORT_READY,
    IMPORT_APPLIED,
    IMPORT_UNDONE,
    IMPORT_APPLYING /* begun: portions of it may be written */
} ImportState;

typedef struct ImportRun {
    int64_t id, at, tx, undone_tx, rows;
    Str uid, user, profile, file_name, hash, choices;
    ImportState state;
} ImportRun;
typedef ARENA_LIST(ImportRun) ImportRuns;

MUST_CHECK Err import_schema(Db *db);
MUST_CHECK Err import_insert(WriteTx *tx, const ImportRun *run, int64_t *ret_id);
/* Writes state, choices, rows, tx and undone_tx of the run. */
MUST_CHECK Err import_update(WriteTx *tx, const ImportRun *run);
MUST_CHECK Err import_find(Db *db, Arena *a, Str uid, ImportRun *ret);
/* The newest runs of a user (absent: of everybody). */
MUST_CHECK Err import_list(Db *db, Arena *a, Str user, ImportRuns *ret);
/* The run in which the same file was applied by the same profile and not undone, if any. */
MUST_CHECK Err import_applied_before(Db *db, Arena *a, Str profile, Str hash, Str user,
                                     ImportRun *ret);
/* What a run wrote as its user: register, record and version, newest first, at most `most` rows
 * (-1: no end). */
typedef struct WrittenRow {
    const Register *reg;
    int64_t rec, version;
    Str uid;
    int64_t current; /* version now */
} WrittenRow;
typedef ARENA_LIST(WrittenRow) WrittenRows;
MUST_CHECK Err import_written(Reader *rd, const ImportRun *run, int64_t most, WrittenRows *ret);
/* Whether the newest version of a record that the run wrote is the undoing of that run. */
MUST_CHECK Err import_is_undone(Reader *rd, const ImportRun *run, const WrittenRow *w, bool *ret);
