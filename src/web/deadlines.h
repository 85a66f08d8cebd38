/* Absolute deadlines of TCP connections. libmicrohttpd's own time-out counts silence only, so one
 * byte every few seconds would hold a place for ever. Thread-safe; moments on the steady clock. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

typedef struct Deadlines Deadlines;
typedef struct Deadline Deadline; /* of one connection */

/* Room for so many connections; goes with the arena. */
Deadlines *deadlines_new(Arena *a, size_t n);
/* NULL when there is no room: the connection then has none. When three quarters of the room are taken,
 * whoever has waited longest without a request in hand makes way: many addresses together cannot keep
 * others out until their deadlines. */
Deadline *deadline_take(Deadlines *d, int fd, int64_t at);
/* 0: none, a worker has the connection. */
void deadline_set(Deadlines *d, Deadline *of, int64_t at);
/* Before the descriptor is closed. */
void deadline_give(Deadlines *d, Deadline *of);
/* Ends the connections that are past theirs. */
void deadlines_cut(Deadlines *d, int64_t now);
