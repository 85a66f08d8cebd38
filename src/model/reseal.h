/* The second half of an exchange of keys: fingerprints, drafts, saved filters, secrets of second
 * factors and letters, which no data key protects, go over to the fresh secret. Until it is done
 * both secrets open them, so that it may be cut off anywhere and done at the next start. Files that
 * wait in the import desk go first, each replaced whole; last the secret before is forgotten, and
 * with it nothing that was closed by it opens any more. The transaction writes the first row of the
 * new epoch of the audit chain. */
#pragma once

#include "model/store.h"

/* Files of the import desk inside the folder of the data, "UID.segel": each closed for the uid that
 * stands before the first full stop of its name. */
#define STAGING_FOLDER "impor"
#define STAGING_SEALED ".segel"

/* One transaction; nothing when it is done already. Before anybody works with the store, and
 * before another exchange. Not from the writer thread. */
MUST_CHECK Err reseal_finish(Store *s);
