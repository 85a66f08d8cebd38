/* A database whose n-th call fails as a bad disk makes it fail: every early return of what reads
 * and writes can be walked. The test is linked with --wrap for the calls named in failing_db.c. */
#pragma once

#include <stdbool.h>

/* The n-th call from now fails (SQLITE_IOERR; a value to be bound: SQLITE_NOMEM), once; 0: none. */
void failing_db_at(int n);
/* Whether that call was made. Ends the failing. */
bool failing_db_ended(void);
