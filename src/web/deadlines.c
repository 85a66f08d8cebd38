#include "web/deadlines.h"

#include <pthread.h>
#include <sys/socket.h>

struct Deadline {
    int fd;
    bool used;
    int64_t at;
    uint64_t since; /* turn at which it began to wait */
};

struct Deadlines {
    pthread_mutex_t lock; /* of `slots` */
    Deadline *slots;
    size_t n, used;
    uint64_t turn;
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

static void end_connection(Deadline *of)
{
    shutdown(of->fd, SHUT_RDWR);
    of->at = 0;
}

static void make_way(Deadlines *d)
{
    Deadline *longest = NULL;
    for (Deadline *c = d->slots; c < d->slots + d->n; c++)
        if (c->used && c->at && (!longest || c->since < longest->since))
            longest = c;
    if (longest)
        end_connection(longest);
}

Deadline *deadline_take(Deadlines *d, int fd, int64_t at)
{
    Deadline *got = NULL;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n && !got; i++)
        if (!d->slots[i].used)
            got = &d->slots[i];
    if (got && ++d->used > d->n / 4 * 3)
        make_way(d);
    if (got)
        *got = (Deadline){.fd = fd, .used = true, .at = at, .since = d->turn++};
    pthread_mutex_unlock(&d->lock);
    return got;
}

void deadline_set(Deadlines *d, Deadline *of, int64_t at)
{
    pthread_mutex_lock(&d->lock);
    if (!of->at) /* it was with a worker, or is being ended */
        of->since = d->turn++;
    of->at = at;
    pthread_mutex_unlock(&d->lock);
}

void deadline_give(Deadlines *d, Deadline *of)
{
    pthread_mutex_lock(&d->lock);
    of->used = false;
    d->used--;
    pthread_mutex_unlock(&d->lock);
}

void deadlines_cut(Deadlines *d, int64_t now)
{
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n; i++) {
        Deadline *c = &d->slots[i];
        if (c->used && c->at && c->at < now)
            end_connection(c);
    }
    pthread_mutex_unlock(&d->lock);
}
