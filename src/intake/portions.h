/* Many records written in portions (docs/decisions/010): each is prepared on a snapshot of its own
 * and committed by itself, so that memory stays small and another person's save waits for one
 * portion at most. When a portion fails, its things are tried one at a time. */
#pragma once

#include "model/store.h"

#include <stdatomic.h>

/* In the transaction of a portion: things before `done` are written once it commits. */
typedef Err (*PortionAlso)(WriteTx *tx, const Batch *batch, size_t done, void *arg);

typedef struct Portions {
    const Store *store;
    ReadConn *conn; /* without an open snapshot */
    const Actor *actor;
    size_t n;
    /* Prepares thing `i` into the batch; all of it lives until the portion is committed. */
    Err (*prepare)(void *ctx, Reader *rd, Batch *b, size_t i, Problems *problems);
    /* Thing `i` cannot be written, for a reason of its own: ERR_OK leaves it out and goes on. */
    Err (*refused)(void *ctx, size_t i, Err e);
    void *ctx;
    PortionAlso also; /* may be NULL */
    void *also_arg;
    _Atomic int64_t *progress; /* things passed, may be NULL */
    Problems *problems;        /* of the thing that failed */
    bool ended;                /* its own: the last portion is committed */
} Portions;

MUST_CHECK Err portions_run(Portions *p);
