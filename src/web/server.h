/* The HTTP server: one I/O thread, workers, shut-down in order. */
#pragma once

#include "model/store.h"
#include "web/listen.h"

/* Serves at `at` until SIGTERM or SIGINT, then finishes what is in flight and returns; with TLS a
 * SIGHUP makes it read certificate and key again: who is in flight is finished, who comes waits.
 * `ready` is called once it listens. `tick(tx, tick_arg)` runs as a command on the writer every 30
 * seconds, after the sessions' last-seen times were written; it may be NULL. E_IO when the port is
 * taken or the certificate does not fit its key; otherwise as listen_parts. */
MUST_CHECK Err serve_run(const Store *store, Listen *at, ListenReady ready,
                         Err (*tick)(WriteTx *tx, void *arg), void *tick_arg);
