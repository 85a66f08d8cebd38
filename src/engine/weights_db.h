/* Weights of matching learned from the persons on file, tried on what reviewers decided, and
 * proposed as a record to be agreed to. */
#pragma once

#include "model/store.h"

/* How it went: what to tell, with {0} persons, {1} pairs of one person expected, {2} decisions
 * tried, {3} and {4} of them in agreement with the weights in force and with the new ones. */
typedef struct WeightsRun {
    Msg told;
    int64_t figures[5];
} WeightsRun;
/* Proposes nothing while a proposal waits, with too few persons or pairs to learn from, or when
 * fewer decisions agree with what was learned than with what is in force; `by_itself`, nor before
 * there are a fifth more persons than at any proposal. Restricted persons are left out. Reads on
 * connections of its own; E_DOMAIN when the domain keeps no weights. */
MUST_CHECK Err weights_propose(const Store *s, bool by_itself, WeightsRun *ret);
