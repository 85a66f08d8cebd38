/* Whoever is checked at a post and was checked before, at any post: that, how often, and whether
 * she was refused elsewhere, is told to the post; when, where and by whom is not. */
#pragma once

#include "model/store.h"

/* For Store.advise: a warning on a new record of the register that is `check`. The same person is
 * the same record, or one with the same national or passport number. */
MUST_CHECK Err checks_advise(Reader *rd, const Batch *batch, const Change *c, Problems *problems);
