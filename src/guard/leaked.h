/* Passwords that leaked somewhere or that many people chose: a file of sorted fingerprints in the
 * data folder, made by the administrator out of lists on the machine. Nothing is asked of the
 * network. */
#pragma once

#include "str.h"

enum { LEAKED_MAX = 5 * 1000 * 1000 };

/* Makes the list anew from text files with a password a line; lines of fewer than five letters and
 * longer than a password may be are left out. E_NOT_FOUND, E_IO, E_FULL; E_TOO_LARGE past
 * LEAKED_MAX. */
MUST_CHECK Err leaked_load(const char *dir, char *const *files, size_t n, int64_t *ret_n);
/* How many passwords the list holds; 0 where none was loaded. */
int64_t leaked_count(const char *dir);
/* Whether the list holds the password, in whatever case; or what is left of it without the digits
 * and signs before and behind; or the half it repeats. */
bool leaked_has(const char *dir, Str password);
