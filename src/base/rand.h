/* The only source of randomness for content (ids, tokens, receipt codes): getrandom(2).
 * Keys and nonces come from libsodium in guard/. */
#pragma once

#include "str.h"

void rand_bytes(void *out, size_t n);
/* UUIDv7 (RFC 9562): 48 bits of clock_now(), 74 random bits; 36 characters in the arena. */
Str rand_uid(Arena *a);
/* Whether the text has the shape of a UUID in lower case. */
bool uid_shape(Str s);
