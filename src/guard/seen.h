/* When a session was last seen: a table of fixed size in memory, so that no GET writes. A session
 * pushed out by others falls back to what the last flush stored. */
#pragma once

#include "str.h"

enum { SEEN_KEY = 32 }; /* characters of a session hash */

typedef struct Seen {
    char session[SEEN_KEY];
    int64_t at;
    bool changed; /* since the last flush */
} Seen;

/* A key of another length is ignored. An earlier instant never replaces a later one. */
void seen_put(Str session, int64_t at);
/* 0 when not in memory. */
int64_t seen_get(Str session);
/* Copies changed entries from slot `*from` on and marks them as written; 0 at the end. */
size_t seen_take(size_t *from, Seen *ret, size_t max);
