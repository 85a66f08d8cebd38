/* Migration by diff: what must be done so that the database fits the model. Additive steps are
 * applied by themselves; whatever would lose or reinterpret data is refused with the line that asks
 * for it. */
#pragma once

#include "db/db.h"
#include "model/model.h"

typedef struct Plan {
    StrList steps; /* SQL, in order */
} Plan;

/* Compares. Drops and retypes become problems (E_DOMAIN); a field with `was:` becomes a rename. */
MUST_CHECK Err plan_make(const Model *m, Db *db, Arena *a, Problems *problems, Plan *ret);
/* Runs the steps in one transaction, looks whether the tables now fit and the database is whole,
 * and records the model's text. On any failure nothing was changed; E_CORRUPT: that look failed. */
MUST_CHECK Err plan_apply(const Model *m, Db *db, const Plan *plan);
/* System tables of the record engine: tx, riwayat, nomor, idem, sidik, draf. */
MUST_CHECK Err plan_system_tables(Db *db);

/* Where a field is stored. */
typedef enum Storage {
    STORE_COLUMN, /* one column of the register's table */
    STORE_LINK,   /* link table reg__field(rec, ord, val[, reg]) */
} Storage;
Storage field_storage(const Field *f);
/* Name of the link table. */
Str field_link_table(Arena *a, const Field *f);
/* Whether the field needs a second column naming the register of its target. */
bool field_has_target_column(const Field *f);
