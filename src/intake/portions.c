#include "intake/portions.h"

enum { PORTION = 250, PORTION_ARENA = 128 * 1024 * 1024 };

typedef struct Portion {
    Portions *of;
    Batch *batch;
    size_t from, to;
} Portion;

static Err run_also(WriteTx *tx, void *arg)
{
    const Portion *p = arg;
    return p->of->also(tx, p->batch, p->to, p->of->also_arg);
}

static Err prepare_all(const Portion *p, Reader *rd, Problems *problems)
{
    for (size_t i = p->from; i < p->to; i++)
        TRY(p->of->prepare(p->of->ctx, rd, p->batch, i, problems));
    return arena_over(rd->arena) ? E_TOO_LARGE : ERR_OK;
}

/* A portion that changes nothing needs no transaction, unless it is the last: what goes with that
 * one must stand. */
static Err write_portion(Portion *p, Reader *rd, Problems *problems)
{
    p->batch = store_batch(rd);
    p->batch->repeated = true;
    if (p->of->also) {
        p->batch->also = run_also;
        p->batch->also_arg = p;
    }
    Err e = prepare_all(p, rd, problems);
    reader_end(rd); /* a snapshot held would keep the log from being folded in */
    if (e == ERR_OK && (p->batch->n || p->to == p->of->n))
        e = store_run(p->batch);
    for (size_t i = 0; i < p->batch->problems.n; i++)
        problem_add(problems, p->batch->problems.items[i]);
    return e;
}

static Err run_portion(Portions *of, size_t from, size_t to, bool tell)
{
    Portion p = {.of = of, .from = from, .to = to};
    Arena *a = arena_new(PORTION_ARENA);
    Problems problems = {.arena = a};
    Reader rd;
    size_t before = of->problems->n;
    Err e = reader_begin(&rd, of->store, of->conn, a, of->actor);
    if (e == ERR_OK)
        e = write_portion(&p, &rd, &problems);
    for (size_t i = 0; i < problems.n && e != ERR_OK && tell; i++)
        problem_add(of->problems, problems.items[i]);
    problems_keep(of->problems, before);
    arena_free(a);
    of->ended = e == ERR_OK && to == of->n;
    if (e == ERR_OK && of->progress)
        atomic_store(of->progress, (int64_t)to);
    return e;
}

static Err one_by_one(Portions *of, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        Err e = run_portion(of, i, i + 1, true);
        if (e != ERR_OK && err_kind(e) == ERR_KIND_USER)
            e = of->refused(of->ctx, i, e);
        TRY(e);
    }
    return ERR_OK;
}

Err portions_run(Portions *p)
{
    for (size_t from = 0; from < p->n; from += PORTION) {
        size_t to = from + PORTION < p->n ? from + PORTION : p->n;
        Err e = run_portion(p, from, to, false);
        if (e != ERR_OK && err_kind(e) == ERR_KIND_USER)
            e = one_by_one(p, from, to);
        TRY(e);
    }
    return p->ended ? ERR_OK : run_portion(p, p->n, p->n, true);
}
