/* From where an account logs in: networks and kinds of browser it came from before, as keyed
 * hashes, so that its owner can be told of a new one while no address is kept. */
#pragma once

#include "db/writer.h"
#include "guard/keys.h"

#define WHENCE_TABLE                                                                               \
    "CREATE TABLE IF NOT EXISTS masuk_dari(user_uid " DB_TEXT " NOT NULL, place " DB_TEXT          \
    " NOT NULL, at " DB_INTEGER " NOT NULL, PRIMARY KEY(user_uid, place));"

/* Notes a log-in. `*ret_new`: the user came from elsewhere so far, and never from this network or
 * with this browser. Either may be absent. */
MUST_CHECK Err whence_note(WriteTx *tx, const Keyring *k, Str user_uid, Str address, Str browser,
                           bool *ret_new);
/* Forgets what was not used for ninety days. */
MUST_CHECK Err whence_sweep(WriteTx *tx);
