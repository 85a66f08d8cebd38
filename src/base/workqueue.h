/* A bounded queue of jobs served by N threads. */
#pragma once

#include "err.h"

#include <stddef.h>

typedef struct WorkQueue WorkQueue;
typedef void (*WorkFn)(void *job, void *thread_state);

/* Starts `threads` threads; each gets its own state from `state_new(ctx)` and gives it to
 * `state_free` at the end (both may be NULL). At most `max_jobs` wait. */
WorkQueue *workqueue_new(int threads, size_t max_jobs, WorkFn fn, void *(*state_new)(void *ctx),
                         void (*state_free)(void *), void *ctx);
/* E_BUSY when the queue is full. */
MUST_CHECK Err workqueue_push(WorkQueue *q, void *job);
/* As push, but never refused: for the second half of a job that was accepted before. */
void workqueue_push_back(WorkQueue *q, void *job);
/* Finishes what waits, then ends the threads. Accepts NULL. */
void workqueue_free(WorkQueue *q);
