#include "identity/match_score.h"

#include "base/workqueue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_A_JOB = 2048, SAMPLE_PAIRS = 20000000, AHEAD = 8 };

typedef struct Sweep Sweep;

/* A range of records and what one thread found in it. */
typedef struct Job {
    Sweep *sweep;
    Arena *arena;
    uint32_t from, to; /* records, each with later ones */
    uint64_t compared, owned[16];
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
    uint64_t every; /* one record of so many is looked at */
    Job *jobs;
    size_t job_count;
    uint64_t all, done;
    pthread_mutex_t lock;
};

static size_t slot_of(uint64_t pattern, uint8_t books, size_t slots)
{
    return match_mix(pattern, 3 + books) & (slots - 1);
}

static void grow_slots(Job *j)
{
    PatternCount *old = j->slots;
    size_t n = j->slot_count;
    j->slot_count = n ? n * 2 : 1024;
    j->slots = ARENA_ARRAY(j->arena, j->slot_count, PatternCount);
    for (size_t i = 0; i < n; i++)
        if (old[i].count > 0) {
            size_t at = slot_of(old[i].pattern, old[i].books, j->slot_count);
            while (j->slots[at].count > 0)
                at = (at + 1) & (j->slot_count - 1);
            j->slots[at] = old[i];
        }
}

static void count_pattern(Job *j, uint64_t pattern, uint8_t books)
{
    if (j->used * 2 >= j->slot_count)
        grow_slots(j);
    size_t at = slot_of(pattern, books, j->slot_count);
    while (j->slots[at].count > 0 &&
           (j->slots[at].pattern != pattern || j->slots[at].books != books))
        at = (at + 1) & (j->slot_count - 1);
    j->used += j->slots[at].count == 0;
    j->slots[at].pattern = pattern;
    j->slots[at].books = books;
    j->slots[at].count++;
}

/* What one thread keeps from job to job. */
typedef struct Worker {
    Arena *arena;
    CompareSide side;
    Candidates candidates;
} Worker;

static void weigh(Job *j, const CompareSide *side, uint32_t a, uint32_t b, uint64_t pattern)
{
    const Sweep *s = j->sweep;
    const Comparer *c = s->run->comparer;
    size_t n = c->book->comparison_count;
    uint8_t books = match_relation(c, match_row(c->book, a), match_row(c->book, b));
    if (!match_may_reach(s->model, pattern, books, n, side->most_rare, s->least))
        return;
    Compared pair;
    match_compare_rarity(c, match_row(c->book, a), match_row(c->book, b), pattern, &pair);
    float weight = match_weight(s->model, &pair, n);
    if (weight >= s->least)
        *ARENA_PUSH(j->arena, j->edges) = (MatchEdge){a, b, pattern, weight};
}

static int by_later(const void *x, const void *y)
{
    const MatchEdge *p = x, *q = y;
    return (p->b > q->b) - (p->b < q->b);
}

/* Jobs and records are taken in order, so that edges only need order among those of one record. */
static void look_at_record(Job *j, Worker *w, uint32_t a)
{
    const Sweep *s = j->sweep;
    const Comparer *c = s->run->comparer;
    Candidates *to = &w->candidates;
    match_candidates(s->run->blocks, a, to);
    if (to->n == 0)
        return;
    match_side_set(c, &w->side, match_row(c->book, a), to->n);
    size_t before = j->edges.n;
    for (size_t i = 0; i < to->n; i++) {
        uint32_t b = to->records[i];
        if (i + AHEAD < to->n)
            __builtin_prefetch(match_row(c->book, to->records[i + AHEAD]));
        uint64_t pattern = match_pattern(c, &w->side, match_row(c->book, b));
        j->owned[to->passes[i]]++;
        if (s->model)
            weigh(j, &w->side, a, b, pattern);
        else
            count_pattern(j, pattern,
                          match_relation(c, match_row(c->book, a), match_row(c->book, b)));
    }
    if (j->edges.n > before + 1)
        qsort(j->edges.items + before, j->edges.n - before, sizeof *j->edges.items, by_later);
    j->compared += to->n;
}

static void tell_progress(Sweep *s, uint64_t records)
{
    pthread_mutex_lock(&s->lock);
    s->done += records;
    if (s->run->progress)
        s->run->progress(s->run->ctx, s->done, s->all);
    pthread_mutex_unlock(&s->lock);
}

static void work(void *job, void *state)
{
    Job *j = job;
    Worker *w = state;
    for (uint32_t a = j->from; a < j->to; a++)
        if (j->sweep->every == 1 || match_mix(a, 17) % j->sweep->every == 0)
            look_at_record(j, w, a);
    tell_progress(j->sweep, j->to - j->from);
}

static void *worker_open(void *ctx)
{
    const Sweep *s = ctx;
    Arena *a = arena_new(SIZE_MAX);
    Worker *w = ARENA_NEW(a, Worker);
    w->arena = a;
    match_side_init(a, s->run->comparer, &w->side);
    match_candidates_init(a, s->run->comparer->book->n, &w->candidates);
    return w;
}

static void worker_close(void *state)
{
    Worker *w = state;
    arena_free(w->arena);
}

/* The same jobs for any number of threads. */
static void make_jobs(Arena *a, Sweep *s)
{
    uint32_t n = s->run->comparer->book->n;
    s->all = n;
    s->job_count = n / RECORDS_A_JOB + 1;
    s->jobs = ARENA_ARRAY(a, s->job_count, Job);
    for (uint32_t i = 0; i < s->job_count; i++) {
        uint32_t from = i * RECORDS_A_JOB, left = n - from;
        s->jobs[i] = (Job){
            .sweep = s, .from = from, .to = from + (left < RECORDS_A_JOB ? left : RECORDS_A_JOB)};
    }
}

static void sweep(Sweep *s)
{
    WorkQueue *q =
        workqueue_new(s->run->threads, s->job_count + 1, work, worker_open, worker_close, s);
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
    if (p->pattern != q->pattern)
        return p->pattern < q->pattern ? -1 : 1;
    return (p->books > q->books) - (p->books < q->books);
}

/* Equal patterns of all jobs as one. */
static size_t fold_patterns(PatternCount *items, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(items, n, sizeof *items, by_pattern);
    for (size_t i = 0; i < n; i++) {
        if (kept && by_pattern(&items[kept - 1], &items[i]) == 0)
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
    s.every = match_block_pairs(run->blocks) / SAMPLE_PAIRS + 1;
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
    return ret;
}
