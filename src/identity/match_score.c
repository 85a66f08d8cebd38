#include "identity/match_score.h"

#include "base/workqueue.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_A_JOB = 2048, SAMPLE_PAIRS = 2000000, AHEAD = 16, CACHE_BITS = 12 };

typedef struct Sweep Sweep;

typedef struct Worker Worker;

/* A range of records, and where the pairs stand that a thread found in it. */
typedef struct Job {
    Sweep *sweep;
    uint32_t from, to; /* records, each with later ones */
    const Worker *by;
    size_t first, n; /* of its edges */
} Job;

struct Sweep {
    const MatchRun *run;
    const MatchModel *model; /* NULL: count patterns */
    double least;
    Prospect *prospect; /* of such pairs */
    uint64_t every;     /* one record of so many is looked at */
    Job *jobs;
    size_t job_count;
    uint64_t all, done;
    Worker *workers;      /* that have done their work */
    pthread_mutex_t lock; /* over `done` and `workers` */
};

/* The bits of a pattern met before. */
typedef struct CachedBits {
    uint64_t pattern;
    unsigned books; /* plus one: 0 is an empty place */
    PatternBits bits;
} CachedBits;

/* What one thread keeps from job to job, and what it has found. */
struct Worker {
    Worker *next;
    Arena *arena, *found; /* of its own; of the edges */
    Sweep *sweep;
    CompareSide side;
    Candidates candidates;
    CachedBits *cache;
    PatternCount *slots; /* open addressing; count 0 = free */
    size_t slot_count, used;
    ARENA_LIST(MatchEdge) edges;
};

static size_t slot_of(uint64_t pattern, uint8_t books, size_t slots)
{
    return match_mix(pattern, 3 + books) & (slots - 1);
}

static void grow_slots(Worker *w)
{
    PatternCount *old = w->slots;
    size_t n = w->slot_count;
    w->slot_count = n ? n * 2 : 1024;
    w->slots = ARENA_WIDE(w->arena, w->slot_count, PatternCount);
    for (size_t i = 0; i < n; i++)
        if (old[i].count > 0) {
            size_t at = slot_of(old[i].pattern, old[i].books, w->slot_count);
            while (w->slots[at].count > 0)
                at = (at + 1) & (w->slot_count - 1);
            w->slots[at] = old[i];
        }
}

static void count_pattern(Worker *w, uint64_t pattern, uint8_t books)
{
    if (w->used * 2 >= w->slot_count)
        grow_slots(w);
    size_t at = slot_of(pattern, books, w->slot_count);
    while (w->slots[at].count > 0 &&
           (w->slots[at].pattern != pattern || w->slots[at].books != books))
        at = (at + 1) & (w->slot_count - 1);
    w->used += w->slots[at].count == 0;
    w->slots[at].pattern = pattern;
    w->slots[at].books = books;
    w->slots[at].count++;
}

static PatternBits bits_of(const Worker *w, uint64_t pattern, uint8_t books)
{
    CachedBits *have = &w->cache[slot_of(pattern, books, (size_t)1 << CACHE_BITS)];
    if (have->pattern != pattern || have->books != books + 1u)
        *have = (CachedBits){pattern, books + 1u,
                             match_pattern_bits(w->sweep->model, pattern, books,
                                                w->sweep->run->comparer->book->comparison_count)};
    return have->bits;
}

static void weigh(Worker *w, uint32_t a, uint32_t b, uint64_t pattern)
{
    const Sweep *s = w->sweep;
    const Comparer *c = s->run->comparer;
    const uint32_t *other = match_row(c->book, b);
    PatternBits bits = bits_of(w, pattern, match_relation(c, w->side.row, other));
    Compared pair;
    match_compare_rarity(c, &w->side, other, pattern, &pair);
    double weight = match_odds(bits, match_rare_bits(&pair, c->book->comparison_count));
    if (weight >= s->least)
        *ARENA_PUSH_WIDE(w->found, w->edges) = (MatchEdge){a, b, pattern, weight};
}

static void look_at_record(Worker *w, uint32_t a)
{
    const Sweep *s = w->sweep;
    const Comparer *c = s->run->comparer;
    Candidates *to = &w->candidates;
    match_candidates(s->run->blocks, a, to);
    if (to->n == 0)
        return;
    for (size_t i = 0; i < to->n && i < AHEAD; i++)
        match_row_prefetch(c->book, to->records[i]);
    match_side_set(c, &w->side, match_row(c->book, a), to->n);
    for (size_t i = 0; i < to->n; i++) {
        const uint32_t *other = match_row(c->book, to->records[i]);
        if (i + AHEAD < to->n)
            match_row_prefetch(c->book, to->records[i + AHEAD]);
        uint64_t pattern;
        if (!s->model)
            count_pattern(w, match_pattern(c, &w->side, other),
                          match_relation(c, w->side.row, other));
        else if (match_pattern_reaching(c, &w->side, other, s->prospect, &pattern))
            weigh(w, a, to->records[i], pattern);
    }
}

static void tell_progress(Sweep *s, uint64_t records)
{
    pthread_mutex_lock(&s->lock);
    s->done += records;
    if (s->run->progress)
        s->run->progress(s->run->ctx, s->done, s->all);
    pthread_mutex_unlock(&s->lock);
}

static bool looked_at(const Sweep *s, uint32_t record)
{
    return s->every == 1 || match_mix(record, 17) % s->every == 0;
}

static void work(void *job, void *state)
{
    Job *j = job;
    Worker *w = state;
    j->by = w;
    j->first = w->edges.n;
    for (uint32_t a = j->from; a < j->to; a++)
        if (looked_at(j->sweep, a))
            look_at_record(w, a);
    j->n = w->edges.n - j->first;
    tell_progress(j->sweep, j->to - j->from);
}

static void *worker_open(void *ctx)
{
    Sweep *s = ctx;
    Arena *a = arena_new(SIZE_MAX);
    Worker *w = ARENA_NEW(a, Worker);
    w->arena = a;
    w->found = arena_new(SIZE_MAX);
    w->sweep = s;
    w->cache = ARENA_ARRAY(a, (size_t)1 << CACHE_BITS, CachedBits);
    match_side_init(a, &w->side);
    match_candidates_init(a, s->run->comparer->book->n, &w->candidates);
    return w;
}

static void worker_close(void *state)
{
    Worker *w = state;
    Sweep *s = w->sweep;
    pthread_mutex_lock(&s->lock);
    w->next = s->workers;
    s->workers = w;
    pthread_mutex_unlock(&s->lock);
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
    pthread_mutex_init(&s->lock, NULL);
    WorkQueue *q =
        workqueue_new(s->run->threads, s->job_count + 1, work, worker_open, worker_close, s);
    for (size_t i = 0; i < s->job_count; i++)
        workqueue_push_back(q, &s->jobs[i]);
    workqueue_free(q);
    pthread_mutex_destroy(&s->lock);
}

static int by_pattern(const void *x, const void *y)
{
    const PatternCount *p = x, *q = y;
    if (p->pattern != q->pattern)
        return p->pattern < q->pattern ? -1 : 1;
    if (p->books != q->books)
        return p->books < q->books ? -1 : 1;
    return (int)p->decided - (int)q->decided;
}

/* Equal patterns of all threads as one. */
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

static void dismiss(const Sweep *s)
{
    for (Worker *w = s->workers, *next; w; w = next) {
        next = w->next;
        arena_free(w->found);
        arena_free(w->arena);
    }
}

typedef ARENA_LIST(PatternCount) CountList;

/* A pair that was decided is counted as that, and no more among those nobody knows. */
static void count_decided(Arena *a, const Sweep *s, CountList *found)
{
    const Comparer *c = s->run->comparer;
    const MatchRules *rules = s->run->rules;
    CompareSide side;
    Candidates to;
    if (!rules || !rules->n)
        return;
    match_side_init(a, &side);
    match_candidates_init(a, c->book->n, &to);
    for (const MatchRule *r = rules->items; r < rules->items + rules->n; r++) {
        uint32_t x = r->a < r->b ? r->a : r->b, y = r->a < r->b ? r->b : r->a;
        const uint32_t *row = match_row(c->book, x), *other = match_row(c->book, y);
        match_side_set(c, &side, row, 1);
        PatternCount p = {match_pattern(c, &side, other), match_relation(c, row, other),
                          r->same ? DECIDED_SAME : DECIDED_DIFFERENT, 1};
        *ARENA_PUSH_WIDE(a, *found) = p;
        match_candidates(s->run->blocks, x, &to);
        if (to.seen[y] == to.turn && looked_at(s, x))
            *ARENA_PUSH_WIDE(a, *found) = (PatternCount){p.pattern, p.books, UNDECIDED, -1};
    }
}

Patterns match_count_patterns(Arena *a, const MatchRun *run)
{
    Sweep s = {.run = run};
    CountList found = {0};
    make_jobs(a, &s);
    s.every = match_block_pairs(run->blocks) / SAMPLE_PAIRS + 1;
    sweep(&s);
    for (const Worker *w = s.workers; w; w = w->next)
        for (size_t i = 0; i < w->slot_count; i++)
            if (w->slots[i].count > 0)
                *ARENA_PUSH_WIDE(a, found) = w->slots[i];
    dismiss(&s);
    count_decided(a, &s, &found);
    return (Patterns){found.items, fold_patterns(found.items, found.n), (double)s.every};
}

static void give_back(void *arena)
{
    arena_free(arena);
}

/* What a thread found alone is in order already; of several each job is copied to its place. */
static void collect_edges(Arena *a, const Sweep *s, MatchEdges *ret)
{
    Worker *w = s->workers;
    if (w && !w->next) {
        *ret = (MatchEdges){.items = w->edges.items, .n = w->edges.n};
        arena_defer(a, give_back, w->found);
        w->found = NULL;
        return;
    }
    for (size_t i = 0; i < s->job_count; i++)
        ret->n += s->jobs[i].n;
    ret->items = ARENA_WIDE(a, ret->n + 1, MatchEdge);
    ret->n = 0;
    for (const Job *j = s->jobs; j < s->jobs + s->job_count; j++) {
        if (j->n)
            memcpy(ret->items + ret->n, j->by->edges.items + j->first, j->n * sizeof *ret->items);
        ret->n += j->n;
    }
}

/* That the sex differs may not count in the end, nor that a text does. */
static Prospect *prospect_of(Arena *a, const Comparer *c, const MatchModel *m, double least)
{
    Prospect *p = arena_alloc(a, sizeof *p);
    p->least = least;
    for (int way = CLASS_SAME; way <= CLASS_RENAMED; way++) {
        for (unsigned r = 0; r < RELATIONS; r++)
            p->books[r][way] = (float)(m->share_bits[way] + m->book_bits[way][r % BOOK_PAIRS] +
                                       match_older_bits(m, (MatchClass)way, (uint8_t)r));
        for (size_t k = 0; k < c->book->comparison_count; k++) {
            p->texts[k][way] = 0;
            for (unsigned v = 0; v < MATCH_LEVELS; v++) {
                double bits = m->bits[way][k][v];
                p->bits[k][v][way] =
                    (float)(c->book->comparisons[k].kind == COMPARE_SEX ? fmax(0, bits) : bits);
                if (v < TEXT_SAME && bits > p->texts[k][way])
                    p->texts[k][way] = (float)bits;
            }
        }
    }
    return p;
}

MatchEdges match_find_edges(Arena *a, const MatchRun *run, const MatchModel *model, double least)
{
    Sweep s = {.run = run, .every = 1, .model = model, .least = least};
    MatchEdges ret = {0};
    Arena *scratch = arena_new(SIZE_MAX);
    s.prospect = prospect_of(scratch, run->comparer, model, least);
    make_jobs(a, &s);
    sweep(&s);
    collect_edges(a, &s, &ret);
    ret.register_at = run->blocks->register_at;
    for (const Worker *w = s.workers; w; w = w->next)
        for (size_t p = 0; p < MATCH_PASSES; p++) {
            ret.owned[p] += w->candidates.owned[p];
            ret.compared += w->candidates.owned[p];
        }
    dismiss(&s);
    arena_free(scratch);
    return ret;
}
