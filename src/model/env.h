/* What expressions read of a record: stored values, overlaid by a change in the making and by
 * records made earlier in the same batch. Opens sealed values for calculation only; nothing is
 * shown. Only model/ and engine/ include this header. */
#pragma once

#include "model/expr.h"
#include "model/store.h"

typedef struct RecordEnv {
    const Store *store;
    Db *db, *keys;
    Arena *arena;
    const Register *reg;
    const Record *rec;      /* stored record, NULL for a new one */
    const Change *change;   /* overlay, may be NULL */
    const Batch *batch;     /* where records of the same batch are found, may be NULL */
    const Subject *subject; /* whose institution owns a new record, may be NULL */
    const Str *derived;     /* values of calc fields already worked out, may be NULL */
    bool key_tried, key_found;
    Dek dek;
    Str key_subject;
    struct EnvHop *hops; /* records read through a reference already; a copy starts without */
} RecordEnv;

/* Fills an environment for expr_text/expr_true; `env` must outlive the result. Call env_wipe after.
 */
ExprEnv env_expr(RecordEnv *env);
/* Of a record as the writer has it. */
RecordEnv env_written(const WriteTx *tx, const Store *s, const Record *rec);
void env_wipe(RecordEnv *env);
/* Merged value of one field, or of a system column. */
Str env_value(RecordEnv *env, const Field *f);
/* Adds a change that was judged. */
void batch_add(Batch *b, Change *c);
/* The change of the batch that makes the record, or NULL. */
const Change *batch_pending(const Batch *b, Str uid);
/* Key subject of a record in the making (or of its stored form when `rec` is given). */
MUST_CHECK Err env_key_subject(RecordEnv *env, Str *ret_uid);
/* DEK of a subject: of a record made in the same batch, or from the key store. */
MUST_CHECK Err env_dek(const RecordEnv *env, Str subject, Dek *ret);
