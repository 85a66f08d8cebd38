/* What people decided of two records of a book. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

typedef struct MatchRule {
    uint32_t a, b;
    bool same; /* must be one person; else must not be */
} MatchRule;
typedef ARENA_LIST(MatchRule) MatchRules;
