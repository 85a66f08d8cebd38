/* Applying an import: what was found is put down as a plan, then written in portions. */
#include "intake/import_part.h"

/* ---- the plan as text: a line a part, in their order ---- */

Str import_plan_text(Arena *a, const ImportPlan *plan)
{
    Buf b = buf_new(a, plan->parts.n * 64 + 64);
    for (size_t i = 0; i < plan->parts.n; i++) {
        const Part *p = plan->parts.items[i];
        buf_printf(&b, "%.*s %s %d %.*s %.*s\n", STR_ARG(p->uid),
                   p->stored && !p->done ? "ada" : "baru", p->first.line, STR_ARG(p->row->as),
                   STR_ARG(p->first.sheet));
    }
    return buf_str(&b);
}

static bool resume_part(Part *p, Arena *a, Str line)
{
    Str uid, kind, at, as;
    int64_t n;
    if (!str_word(&line, &uid) || !str_word(&line, &kind) || !str_word(&line, &at) ||
        !str_word(&line, &as) || !str_i64(at, &n) || n != p->first.line ||
        !str_eq(as, p->row->as) || !str_eq(str_trim(line), str_trim(p->first.sheet)))
        return false;
    p->uid = str_copy(a, uid);
    p->stored = str_is(kind, "ada");
    return true;
}

Err plan_resume(Parts *parts, Arena *a, Str begun)
{
    Str line;
    for (size_t i = 0; i < parts->n; i++)
        if (!str_cut(&begun, '\n', &line) || !resume_part(parts->items[i], a, line))
            return E_FLOW;
    return str_empty(begun) ? ERR_OK : E_FLOW;
}

size_t import_plan_size(const ImportPlan *plan)
{
    return plan->parts.n;
}

/* ---- writing ---- */

/* What is on file is read again: its version is that of this portion's snapshot. */
static Err prepare_one(void *ctx, Reader *rd, Batch *b, size_t i, Problems *problems)
{
    const ImportPlan *plan = ctx;
    Part p = *plan->parts.items[i];
    Change *c;
    Record r;
    if (p.done)
        return ERR_OK;
    if (p.stored) {
        TRY(store_get(rd, p.row->reg, p.uid, VERB_LIST, &r));
        p.version = r.version;
    }
    TRY(part_prepare(rd, b, &p, problems, &c));
    if (p.stored && !part_changes(c))
        b->n--; /* nothing to write */
    return ERR_OK;
}

static Err refused(void *ctx, size_t i, Err e)
{
    (void)ctx;
    (void)i;
    return e;
}

Err import_apply(const Store *store, ReadConn *conn, const Actor *actor, ImportPlan *plan,
                 _Atomic int64_t *progress, PortionAlso also, void *also_arg, Problems *problems)
{
    Portions p = {.store = store,
                  .conn = conn,
                  .actor = actor,
                  .n = plan->parts.n,
                  .prepare = prepare_one,
                  .refused = refused,
                  .ctx = plan,
                  .also = also,
                  .also_arg = also_arg,
                  .progress = progress,
                  .problems = problems};
    return portions_run(&p);
}
