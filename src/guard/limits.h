/* Rate limits per key (address, account) in memory: token buckets. */
#pragma once

#include "str.h"

typedef struct Limiter Limiter;

/* `rate` tokens a minute, at most `burst` saved up. */
Limiter *limiter_new(int rate, int burst);
void limiter_free(Limiter *l);
/* Takes one token for the key; false when none is left. Thread-safe. */
bool limiter_take(Limiter *l, Str key, int64_t now);
