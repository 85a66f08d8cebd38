#include "workqueue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct Job {
    struct Job *next;
    void *job;
} Job;

struct WorkQueue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Job *first, **last;
    size_t waiting, max;
    bool stop;
    WorkFn fn;
    void *(*state_new)(void *);
    void (*state_free)(void *);
    void *ctx;
    int threads;
    pthread_t thread[];
};

static Job *take(WorkQueue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->stop)
        pthread_cond_wait(&q->wake, &q->lock);
    Job *j = q->first;
    if (j) {
        q->first = j->next;
        if (!q->first)
            q->last = &q->first;
        q->waiting--;
    }
    pthread_mutex_unlock(&q->lock);
    return j;
}

static void *run(void *arg)
{
    WorkQueue *q = arg;
    void *state = q->state_new ? q->state_new(q->ctx) : q->ctx;
    for (Job *j; (j = take(q));) {
        void *job = j->job;
        free(j);
        q->fn(job, state);
    }
    if (q->state_free)
        q->state_free(state);
    return NULL;
}

WorkQueue *workqueue_new(int threads, size_t max_jobs, WorkFn fn, void *(*state_new)(void *),
                         void (*state_free)(void *), void *ctx)
{
    WorkQueue *q = calloc(1, sizeof *q + (size_t)threads * sizeof(pthread_t));
    if (!q)
        BUG("out of memory");
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->wake, NULL);
    q->last = &q->first;
    q->max = max_jobs;
    q->fn = fn;
    q->state_new = state_new;
    q->state_free = state_free;
    q->ctx = ctx;
    q->threads = threads;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&q->thread[i], NULL, run, q) != 0)
            BUG("no thread");
    return q;
}

static Err push(WorkQueue *q, void *job, bool always)
{
    Job *j = malloc(sizeof *j);
    if (!j)
        BUG("out of memory");
    *j = (Job){.job = job};
    pthread_mutex_lock(&q->lock);
    bool room = always || (q->waiting < q->max && !q->stop);
    if (room) {
        *q->last = j;
        q->last = &j->next;
        q->waiting++;
        pthread_cond_signal(&q->wake);
    }
    pthread_mutex_unlock(&q->lock);
    if (!room)
        free(j);
    return room ? ERR_OK : E_BUSY;
}

Err workqueue_push(WorkQueue *q, void *job)
{
    return push(q, job, false);
}

void workqueue_push_back(WorkQueue *q, void *job)
{
    if (push(q, job, true) != ERR_OK)
        BUG("an accepted job was refused");
}

void workqueue_free(WorkQueue *q)
{
    if (!q)
        return;
    pthread_mutex_lock(&q->lock);
    q->stop = true;
    pthread_cond_broadcast(&q->wake);
    pthread_mutex_unlock(&q->lock);
    for (int i = 0; i < q->threads; i++)
        pthread_join(q->thread[i], NULL);
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->wake);
    free(q);
}
