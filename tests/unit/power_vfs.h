/* A disk whose power can be cut: a shim over SQLite's own VFS, for tests only. What was written
 * since a file was last synced is remembered with what stood there before; at the cut everything
 * fails, and afterwards any part of it may turn out never to have reached the disk, in sectors of
 * 512 bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Becomes the default of the process; before any database is opened. */
void power_install(void);
/* From now on a sync keeps nothing: a disk that lies, which nobody survives and the test must
 * notice. */
void power_lies(void);
/* Counts steps (writes, syncs, truncations) from 0; power goes at step `cut_at`, never when it is
 * 0. */
void power_on(int64_t cut_at, unsigned seed);
int64_t power_steps(void);
bool power_is_cut(void);
/* With every database closed: decides by chance what of the unsynced reached the disk, and forgets
 * it. */
void power_settle(void);
