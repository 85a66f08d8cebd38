/* The data key of one person, case or report exchanged for another, when somebody is known to have
 * taken it: every value that it closes, in all versions, and every attached file is closed anew.
 *
 * The key that comes lies in the key store, and the files closed by it beside themselves, before
 * the one transaction of the data that decides; what stands in it is the new key's. Then both take
 * their place. Cut off before that transaction nothing happened; behind it rekey_finish, which
 * every opening calls, goes on. */
#pragma once

#include "model/store.h"

typedef struct Rekey {
    Store *store;
    const Actor *actor;
    const Register *reg;
    Str uid;
    int64_t values, pieces; /* closed anew, out: of all versions, and of files */
    int64_t left;           /* out: values of older versions that the old key did not open */
} Rekey;

/* With nobody else at work. E_NOT_FOUND: no such record, or no key of its own; E_CORRUPT: what it
 * holds now, a version or a file does not fit, and nothing was changed. */
MUST_CHECK Err rekey_run(Rekey *r);
/* Takes over what a cut exchange decided on, or throws away what it only began. */
MUST_CHECK Err rekey_finish(const Installation *in);
