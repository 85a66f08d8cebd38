/* Loading a folder of CSV files, one per register, as `sigap export` writes them: base data,
 * practice cases, moving house (docs/domain-format.md 7). Rows are all or nothing; loading them again
 * changes nothing. Loaded by the program itself, new records are then taken to the state of their
 * row through their flow. */
#pragma once

#include "model/query.h"

typedef struct SeedCounts {
    size_t created, changed, same;
} SeedCounts;

/* `dir` holds REGISTER.csv files. Problems name file, line and column. E_INVALID with any error. */
MUST_CHECK Err seed_load(Reader *rd, const char *dir, Problems *problems, SeedCounts *ret);
