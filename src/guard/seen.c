#include "guard/seen.h"

#include <pthread.h>
#include <string.h>

enum { BUCKET = 8, BUCKETS = 512, SLOTS = BUCKET * BUCKETS };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Seen slots[SLOTS];

/* Session hashes are evenly spread already. */
static Seen *bucket_of(Str session)
{
    size_t h = 0;
    for (size_t i = 0; i < 8; i++)
        h = h * 31 + (unsigned char)session.ptr[i];
    return &slots[h % BUCKETS * BUCKET];
}

/* The entry of the session; when it has none, the oldest of its bucket. */
static Seen *find(Str session, bool *ret_found)
{
    Seen *bucket = bucket_of(session), *oldest = bucket;
    for (Seen *s = bucket; s < bucket + BUCKET; s++) {
        if (s->at && memcmp(s->session, session.ptr, SEEN_KEY) == 0) {
            *ret_found = true;
            return s;
        }
        if (s->at < oldest->at)
            oldest = s;
    }
    *ret_found = false;
    return oldest;
}

void seen_put(Str session, int64_t at)
{
    bool found;
    if (session.len != SEEN_KEY)
        return;
    pthread_mutex_lock(&lock);
    Seen *s = find(session, &found);
    if (!found)
        memcpy(s->session, session.ptr, SEEN_KEY);
    if (!found || at > s->at) {
        s->at = at;
        s->changed = true;
    }
    pthread_mutex_unlock(&lock);
}

int64_t seen_get(Str session)
{
    bool found;
    if (session.len != SEEN_KEY)
        return 0;
    pthread_mutex_lock(&lock);
    const Seen *s = find(session, &found);
    int64_t at = found ? s->at : 0;
    pthread_mutex_unlock(&lock);
    return at;
}

size_t seen_take(size_t *from, Seen *ret, size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&lock);
    for (; *from < SLOTS && n < max; (*from)++) {
        Seen *s = &slots[*from];
        if (!s->changed)
            continue;
        s->changed = false;
        ret[n++] = *s;
    }
    pthread_mutex_unlock(&lock);
    return n;
}
