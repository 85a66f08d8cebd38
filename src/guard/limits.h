/* Rate limits per key (address, account) in memory: token buckets. */
#pragma once

#include "str.h"

typedef struct Limiter Limiter;

/* `rate` tokens a minute, at most `burst` saved up. Of fixed size: under a flood of new keys the
 * ones nearest to a full bucket are forgotten first, which is when forgetting costs least. */
Limiter *limiter_new(int rate, int burst);
/* Accepts NULL. */
void limiter_free(Limiter *l);
/* Seconds until an empty bucket holds a token again. */
int limiter_wait(const Limiter *l);
/* Takes one token for the key; false when none is left. Thread-safe. */
bool limiter_take(Limiter *l, Str key, int64_t now);
