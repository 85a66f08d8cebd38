/* System tables by version: what guard, model and engine keep beside the registers changes in
 * ordered, additive steps. Table meta holds the number of the last step taken. */
#pragma once

#include "engine/backup_db.h"

/* Takes the steps that are missing, each in a transaction of its own with its number. Before the
 * first one the databases of an installation in use are copied, `ret` says where (backup_before).
 * `db` writes to in->data_db. E_DOMAIN: the data were last used by a newer program than this one;
 * nothing was touched. */
MUST_CHECK Err system_upgrade(const Installation *in, Db *db, Arena *a, BackupBefore *ret);
