/* The second half of an exchange of keys: fingerprints, drafts, saved filters, secrets of second
 * factors and letters, which no data key protects, go over to the fresh secret. Until it is done
 * both secrets open them, so that it may be cut off anywhere and done at the next start. What the
 * import desk and the population book keep stays as it is: see docs/decisions/020. */
#pragma once

#include "model/store.h"

/* One transaction; nothing when it is done already. Before anybody works with the store, and
 * before another exchange. Not from the writer thread. */
MUST_CHECK Err reseal_finish(Store *s);
