/* The ring of copies a server keeps by itself: the newest eight, one of each of
 * the last seven days, one of each of the last four weeks, none older than thirty days, so that a
 * key that was destroyed is gone from every copy after that time. */
#pragma once

#include "guard/installation.h"

enum { RING_NEWEST = 8, RING_DAYS = 7, RING_WEEKS = 4, RING_AGE_DAYS = 30 };

/* Where the copies lie while nobody set another folder. */
const char *ring_own(Arena *a, const Installation *in);
/* The folder of a copy made at this moment. Copies are told by these names alone. */
Str ring_folder(Arena *a, const char *home, int64_t made);
/* Removes the copies in `home` that do not stay, and beside the data those taken before changes
 * that are older than thirty days. */
void ring_sweep(const Installation *in, const char *home);
