#include "guard/limits.h"

#include "guard/crypto.h"

#include <pthread.h>
#include <string.h>

enum { ID_SIZE = 16, BUCKET = 8, BUCKETS = 1024, SLOTS = BUCKET * BUCKETS };

/* Tokens are counted in 1/60,000: what a rate of one a minute gives in one millisecond. */
enum { TOKEN = 60000 };

typedef struct Slot {
    unsigned char id[ID_SIZE];
    int64_t tokens, at;
    bool used;
} Slot;

struct Limiter {
    Arena *arena;
    pthread_mutex_t lock;
    Key key; /* keys are chosen by strangers; where they land is not */
    int64_t rate, full;
    Slot slots[SLOTS];
};

Limiter *limiter_new(int rate, int burst)
{
    if (rate < 0 || burst < 1)
        BUG("limiter without tokens");
    Arena *a = arena_new(sizeof(Limiter) + 1024);
    Limiter *l = ARENA_NEW(a, Limiter);
    l->arena = a;
    l->rate = rate;
    l->full = (int64_t)burst * TOKEN;
    crypto_random(l->key.bytes, sizeof l->key.bytes);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void limiter_free(Limiter *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    arena_free(l->arena);
}

int limiter_wait(const Limiter *l)
{
    return l->rate ? (int)((60 + l->rate - 1) / l->rate) : 60;
}

static int64_t tokens_at(const Limiter *l, const Slot *s, int64_t now)
{
    int64_t room = l->full - s->tokens, passed = now - s->at;
    if (passed <= 0 || !l->rate)
        return s->tokens;
    return passed > room / l->rate ? l->full : s->tokens + passed * l->rate;
}

/* The slot of the id; else one that is free, else the fullest of its bucket, emptied. */
static Slot *slot_of(Limiter *l, const unsigned char id[ID_SIZE], int64_t now)
{
    size_t at = ((size_t)id[0] << 8 | id[1]) % BUCKETS * BUCKET;
    Slot *bucket = &l->slots[at], *best = bucket;
    for (Slot *s = bucket; s < bucket + BUCKET; s++) {
        if (s->used && memcmp(s->id, id, ID_SIZE) == 0)
            return s;
        if (best->used && (!s->used || tokens_at(l, s, now) > tokens_at(l, best, now)))
            best = s;
    }
    *best = (Slot){.tokens = l->full, .at = now, .used = true};
    memcpy(best->id, id, ID_SIZE);
    return best;
}

bool limiter_take(Limiter *l, Str key, int64_t now)
{
    unsigned char id[ID_SIZE];
    Hash h;
    hash_begin(&h, &l->key, sizeof id);
    hash_part(&h, key);
    hash_end(&h, id, sizeof id);
    pthread_mutex_lock(&l->lock);
    Slot *s = slot_of(l, id, now);
    s->tokens = tokens_at(l, s, now);
    s->at = now;
    bool taken = s->tokens >= TOKEN;
    if (taken)
        s->tokens -= TOKEN;
    pthread_mutex_unlock(&l->lock);
    return taken;
}
