/* Rows of registers: reading them into records and finding their key subjects. The trusted layer
 * under the gate: no policy here. Only model/ includes this header. */
#pragma once

#include "model/store.h"

/* Which fields to fetch: all, or those the mask names. */
typedef struct RowWant {
    bool all;
    const bool *field; /* reg->field_count entries, used when not all */
    /* Set: owner, parent and references come by id alone, except references this mask names. Asking
     * how others are called costs more than the row itself. */
    const bool *named;
    bool
        counted; /* of what every record has only id, state, owner, parent and whether it is void */
} RowWant;

/* Statements on one register (or field) whose text never changes: see db_known. */
typedef enum RowForm {
    FORM_BY_UID,
    FORM_BY_ID,
    FORM_ID,
    FORM_INSERT,
    FORM_UPDATE,
    FORM_DERIVED,
    FORM_LINKS_DROP,
} RowForm;

/* Appends "SELECT .. FROM reg r" (no WHERE) for the wanted fields; the layout is what row_read
 * reads. */
void row_select(Buf *sql, const Register *reg, RowWant want);
/* The same without " FROM reg r": columns of one's own may follow. */
void row_put_columns(Buf *sql, const Register *reg, RowWant want);
/* Reads the current row of a statement made by row_select. */
void row_read(Arena *a, Stmt *st, const Register *reg, RowWant want, Record *ret);
/* The same without a copy, into a record whose `vals` are there: its texts last until the next
 * step. */
void row_glance(Stmt *st, const Register *reg, RowWant want, Record *ret);

/* Appends the expression that gives one column ("uid", "tajuk") of what a reference points to;
 * `reg` is the column of its register when the field points to a tag. */
void row_put_target(Buf *sql, const Field *f, const char *id, const char *reg, const char *column);
/* The numbers as DB_EACH_NUMBER takes them. */
Str row_id_list(Arena *a, const int64_t *ids, size_t n);

/* Whole record by uid or by id; E_NOT_FOUND. */
MUST_CHECK Err row_by_uid(Db *db, Arena *a, const Register *reg, Str uid, Record *ret);
MUST_CHECK Err row_by_id(Db *db, Arena *a, const Register *reg, int64_t id, Record *ret);
/* Finds which register of the field's target or tag holds the uid; E_NOT_FOUND. */
MUST_CHECK Err row_resolve(Db *db, const Field *f, Str uid, const Register **ret_reg,
                           int64_t *ret_id);
/* The clock of the record above that made this task; NULL for any other record. */
const Clock *task_clock(const Record *r);
/* uid of the user (or "sistem:..") who gave a command. */
MUST_CHECK Err row_author(Db *db, Arena *a, int64_t tx, Str *ret_actor);
/* Whether the record is what it is by this user, or by what the program did at her command: she
 * recorded it, changed it at any time, or brought it into the state it is in. */
MUST_CHECK Err row_had_hand(Db *db, const Record *r, Str actor, bool *ret);
MUST_CHECK Err row_id(Db *db, const Register *reg, Str uid, int64_t *ret_id);

/* The name under which values of the field are sealed, hashed and found: a rename does not touch
 * them, nor history, which knows each field by the name it had. */
Str field_first_name(const Field *f);
const Field *field_once_called(const Register *reg, Str name); /* NULL if none */
/* uid of the key subject of a stored record. */
MUST_CHECK Err row_key_subject(Db *db, Arena *a, const Record *r, Str *ret_uid);
/* Opens one sealed value of a stored record. */
MUST_CHECK Err row_unseal(const Keyring *k, const Dek *dek, Arena *a, const Record *r, Str subject,
                          const Field *f, Str blob, Str *ret);
/* One version as history has it. */
typedef struct PastVersion {
    int64_t version, tx, at;
    Str delta, hash, by; /* by whom and why: tx_said */
} PastVersion;
typedef ARENA_LIST(PastVersion) PastVersions;
/* Keyed hash of everything a row stores that was entered, not derived. Only values that are there
 * count, in the order of their names: a new, moved or renamed field leaves old hashes true. With
 * the delta of its version, and who wrote it why (tx_said), it also binds what the history says of
 * it. */
Str row_hash(const Keyring *k, Arena *a, const Record *r, Str delta, Str by);
/* Whether the hash of a version fits, by the key or (`before`) that of before, while an exchange is
 * not finished. One that an older program wrote is not over `by`, until an exchange of keys. */
bool row_hash_fits(const Keyring *k, Arena *a, const Record *r, const PastVersion *v, bool before);
/* The columns of a command (`tx`, and `sebab` beside it) that a version's hash is over, and the one
 * text made of them, from column `c` on. */
#define TX_SAID "actor,agency,session,via,reason,import,root"
Str tx_said(Arena *a, Stmt *st, int c);

/* Binds a value to the parameter ":f<index>" (and ":g<index>" for the register of a tagged ref).
 * Refs are resolved to ids; E_NOT_FOUND when the target is gone. */
MUST_CHECK Err row_bind(Db *db, Arena *a, Stmt *st, const Field *f, Str value, Str blob);
/* Replaces the rows of a link table. */
MUST_CHECK Err row_put_links(Db *db, Arena *a, const Field *f, int64_t rec, Str words);
