#include "identity/match_score.h"

#include "base/workqueue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_A_JOB = 500000, SAMPLE_PAIRS = 20000000 };

typedef struct Sweep Sweep;

/* A range of blocks and what one thread found in it. */
typedef struct Job {
    Sweep *sweep;
    Arena *arena;
    uint32_t from, to; /* blocks */
    uint64_t pairs, compared, owned[16];
    struct {
        MatchEdge *items;
        size_t n, cap;
    } edges;
    PatternCount *slots; /* open addressing; count 0 = free */
    size_t slot_count, used;
} Job;

struct Sweep {
    const MatchRun *run;
    const MatchModel *model; /* NULL: count patterns */
    float least;
    uint64_t every; /* one block of so many is looked at */
    Job *jobs;
    size_t job_count;
    uint64_t all, done;
    pthread_mutex_t lock;
};

static void grow_slots(Job *j)
{
    PatternCount *old = j->slots;
    size_t n = j->slot_count;
    j->slot_count = n ? n * 2 : 1024;
    j->slots = ARENA_ARRAY(j->arena, j->slot_count, PatternCount);
    for (size_t i = 0; i < n; i++)
        if (old[i].count > 0) {
            size_t at = match_mix(old[i].pattern, 3) & (j->slot_count - 1);
            while (j->slots[at].count > 0)
                at = (at + 1) & (j->slot_count - 1);
            j->slots[at] = old[i];
        }
}

static void count_pattern(Job *j, uint64_t pattern)
{
    if (j->used * 2 >= j->slot_count)
        grow_slots(j);
    size_t at = match_mix(pattern, 3) & (j->slot_count - 1);
    while (j->slots[at].count > 0 && j->slots[at].pattern != pattern)
        at = (at + 1) & (j->slot_count - 1);
    j->used += j->slots[at].count == 0;
    j->slots[at].pattern = pattern;
    j->slots[at].count++;
}

static void look_at(Job *j, uint32_t a, uint32_t b, uint8_t pass)
{
    const Sweep *s = j->sweep;
    const Comparer *c = s->run->comparer;
    Compared pair;
    match_compare(c, match_row(c->book, a), match_row(c->book, b), &pair);
    j->compared++;
    j->owned[pass]++;
    if (!s->model) {
        count_pattern(j, pair.pattern);
        return;
    }
    if (!match_may_reach(s->model, &pair, c->book->comparison_count, s->least))
        return;
    float weight = match_weight(s->model, &pair, c->book->comparison_count);
    if (weight >= s->least)
        *ARENA_PUSH(j->arena, j->edges) = (MatchEdge){a, b, pair.pattern, weight};
}

static void look_at_block(Job *j, uint32_t g)
{
    const BlockBook *b = j->sweep->run->blocks;
    const uint32_t *members = b->members + b->starts[g];
    const uint8_t *sources = b->book->sources;
    size_t n = b->starts[g + 1] - b->starts[g];
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            uint32_t x = members[i], y = members[k];
            if (b->across && sources[x] == sources[y])
                continue;
            if (match_block_owns(b, g, x, y))
                look_at(j, x, y, b->pass_of[g]);
        }
}

static void tell_progress(Sweep *s, uint64_t pairs)
{
    pthread_mutex_lock(&s->lock);
    s->done += pairs;
    if (s->run->progress)
        s->run->progress(s->run->ctx, s->done, s->all);
    pthread_mutex_unlock(&s->lock);
}

static void work(void *job, void *state)
{
    Job *j = job;
    (void)state;
    for (uint32_t g = j->from; g < j->to; g++)
        if (j->sweep->every == 1 || match_mix(g, 17) % j->sweep->every == 0)
            look_at_block(j, g);
    tell_progress(j->sweep, j->pairs);
}

static uint64_t block_pairs(const BlockBook *b, uint32_t g)
{
    uint64_t n = b->starts[g + 1] - b->starts[g];
    return n * (n - 1) / 2;
}

/* Jobs end where enough pairs came together: the same for any number of threads. */
static void make_jobs(Arena *a, Sweep *s)
{
    const BlockBook *b = s->run->blocks;
    struct {
        Job *items;
        size_t n, cap;
    } list = {0};
    for (uint32_t g = 0, from = 0; g < b->block_count; g++) {
        if (from == g)
            *ARENA_PUSH(a, list) = (Job){.sweep = s, .from = g};
        Job *j = &list.items[list.n - 1];
        j->to = g + 1;
        j->pairs += block_pairs(b, g);
        s->all += block_pairs(b, g);
        if (j->pairs >= PAIRS_A_JOB)
            from = g + 1;
    }
    s->jobs = list.items;
    s->job_count = list.n;
}

static void sweep(Sweep *s)
{
    WorkQueue *q = workqueue_new(s->run->threads, s->job_count + 1, work, NULL, NULL, NULL);
    pthread_mutex_init(&s->lock, NULL);
    for (size_t i = 0; i < s->job_count; i++) {
        s->jobs[i].arena = arena_new(SIZE_MAX);
        workqueue_push_back(q, &s->jobs[i]);
    }
    workqueue_free(q);
    pthread_mutex_destroy(&s->lock);
}

static int by_pattern(const void *x, const void *y)
{
    const PatternCount *p = x, *q = y;
    return (p->pattern > q->pattern) - (p->pattern < q->pattern);
}

/* Equal patterns of all jobs as one. */
static size_t fold_patterns(PatternCount *items, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(items, n, sizeof *items, by_pattern);
    for (size_t i = 0; i < n; i++) {
        if (kept && items[kept - 1].pattern == items[i].pattern)
            items[kept - 1].count += items[i].count;
        else
            items[kept++] = items[i];
    }
    return kept;
}

Patterns match_count_patterns(Arena *a, const MatchRun *run)
{
    Sweep s = {.run = run, .every = 1};
    Patterns ret = {.scale = 1};
    make_jobs(a, &s);
    s.every = s.all / SAMPLE_PAIRS + 1;
    ret.scale = (double)s.every;
    sweep(&s);
    for (size_t i = 0; i < s.job_count; i++)
        ret.n += s.jobs[i].used;
    ret.items = ARENA_ARRAY(a, ret.n + 1, PatternCount);
    ret.n = 0;
    for (size_t i = 0; i < s.job_count; i++) {
        for (size_t k = 0; k < s.jobs[i].slot_count; k++)
            if (s.jobs[i].slots[k].count > 0)
                ret.items[ret.n++] = s.jobs[i].slots[k];
        arena_free(s.jobs[i].arena);
    }
    ret.n = fold_patterns(ret.items, ret.n);
    return ret;
}

static int by_records(const void *x, const void *y)
{
    const MatchEdge *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

MatchEdges match_find_edges(Arena *a, const MatchRun *run, const MatchModel *model, float least)
{
    Sweep s = {.run = run, .every = 1, .model = model, .least = least};
    MatchEdges ret = {0};
    make_jobs(a, &s);
    sweep(&s);
    for (size_t i = 0; i < s.job_count; i++)
        ret.n += s.jobs[i].edges.n;
    ret.items = ARENA_ARRAY(a, ret.n + 1, MatchEdge);
    ret.n = 0;
    for (size_t i = 0; i < s.job_count; i++) {
        Job *j = &s.jobs[i];
        if (j->edges.n)
            memcpy(ret.items + ret.n, j->edges.items, j->edges.n * sizeof *ret.items);
        ret.n += j->edges.n;
        ret.compared += j->compared;
        for (size_t p = 0; p < run->blocks->pass_count; p++)
            ret.owned[p] += j->owned[p];
        arena_free(j->arena);
    }
    if (ret.n > 1)
        qsort(ret.items, ret.n, sizeof *ret.items, by_records);
    return ret;
}
