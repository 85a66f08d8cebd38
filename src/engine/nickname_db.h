/* Nicknames learned from what people decided: two persons linked as one whose names differ in a
 * word. Nothing is counted anywhere: the names of linked persons are opened and forgotten, and only
 * what several different people show is proposed, to be agreed to or refused. */
#pragma once

#include "model/store.h"

/* Proposes the pairs of words that at least three linked persons show and that nobody was asked
 * about, when links were made or undone since the last time. Reads on connections of its own. */
MUST_CHECK Err nicknames_propose(const Store *s);
