#include "web/deadlines.h"

#include <pthread.h>
#include <sys/socket.h>

struct Deadline {
    int fd;
    bool used;
    int64_t at;
};

struct Deadlines {
    pthread_mutex_t lock; /* of `slots` */
    Deadline *slots;
    size_t n;
};

static void end(void *ctx)
{
    Deadlines *d = ctx;
    pthread_mutex_destroy(&d->lock);
}

Deadlines *deadlines_new(Arena *a, size_t n)
{
    Deadlines *d = ARENA_NEW(a, Deadlines);
    *d = (Deadlines){.slots = ARENA_ARRAY(a, n, Deadline), .n = n};
    pthread_mutex_init(&d->lock, NULL);
    arena_defer(a, end, d);
    return d;
}

Deadline *deadline_take(Deadlines *d, int fd, int64_t at)
{
    Deadline *got = NULL;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n && !got; i++)
        if (!d->slots[i].used)
            got = &d->slots[i];
    if (got)
        *got = (Deadline){.fd = fd, .used = true, .at = at};
    pthread_mutex_unlock(&d->lock);
    return got;
}

void deadline_set(Deadlines *d, Deadline *of, int64_t at)
{
    pthread_mutex_lock(&d->lock);
    of->at = at;
    pthread_mutex_unlock(&d->lock);
}

void deadline_give(Deadlines *d, Deadline *of)
{
    pthread_mutex_lock(&d->lock);
    of->used = false;
    pthread_mutex_unlock(&d->lock);
}

void deadlines_cut(Deadlines *d, int64_t now)
{
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n; i++) {
        Deadline *c = &d->slots[i];
        if (c->used && c->at && c->at < now) {
            shutdown(c->fd, SHUT_RDWR);
            c->at = 0;
        }
    }
    pthread_mutex_unlock(&d->lock);
}
