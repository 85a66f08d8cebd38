/* The HTTP server: one I/O thread, workers, shut-down in order. */
#pragma once

#include "model/store.h"

/* Serves on 127.0.0.1:port (0 = any free one) until SIGTERM or SIGINT, then finishes what is in
 * flight and returns. `ready(port)` is called once it listens. `tick(tx, tick_arg)` runs as a
 * command on the writer every 30 seconds, after the sessions' last-seen times were written; it may
 * be NULL. E_IO when the port is taken. */
MUST_CHECK Err serve_run(const Store *store, int port, void (*ready)(int port),
                         Err (*tick)(WriteTx *tx, void *arg), void *tick_arg);
