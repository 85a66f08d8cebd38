/* Sorts 64-bit numbers ascending. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

/* The numbers come in ascending order of their `low` lowest bits already. Returns where they stand
 * sorted: `items`, or as many in the arena. */
uint64_t *sort_numbers(Arena *a, uint64_t *items, size_t n, unsigned low);
