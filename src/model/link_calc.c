/* Calculated fields: who reads whom, and that nobody reads itself. */
#include "model/load.h"

/* The registers a use reads. */
static bool use_reads(const ExprUse *u, const Register *own, const Register *reg)
{
    if (u->via)
        return field_accepts(u->via, reg);
    if (u->parent)
        return reg_accepts_parent(own, reg);
    return u->child == reg;
}

static bool own_use(const ExprUse *u)
{
    return !u->via && !u->parent && !u->child;
}

/* ---- dependents ---- */

typedef ARENA_LIST(const Field *) FieldList;

static void add_once(Loader *l, FieldList *list, const Field *f)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i] == f)
            return;
    *ARENA_PUSH(l->arena, *list) = f;
}

static void find_dependents(Loader *l, Register *reg)
{
    FieldList found = {0};
    for (size_t i = 0; i < l->m->reg_count; i++)
        for (size_t k = 0; k < l->m->regs[i]->field_count; k++) {
            const Field *f = l->m->regs[i]->fields[k];
            ExprUses uses = {0};
            if (f->calc)
                expr_uses(f->calc, l->arena, &uses);
            for (size_t u = 0; u < uses.n; u++)
                if (!own_use(&uses.items[u]) && use_reads(&uses.items[u], f->reg, reg))
                    add_once(l, &found, f);
        }
    reg->dependents = found.items;
    reg->dependent_count = found.n;
}

/* ---- circles ---- */

typedef struct Walk {
    Loader *l;
    unsigned char **state; /* per register and field: 0 new, 1 on the way, 2 done */
} Walk;

static void walk(Walk *w, const Field *f);

static void step(Walk *w, const Field *from, const Register *reg, const Field *named)
{
    const Field *to = named ? reg_field(reg, named->name) : NULL;
    if (!to || !to->calc)
        return;
    if (w->state[reg->index][to->index] == 1) {
        w->l->file = str_copy(w->l->problems->arena, from->reg->file);
        load_problem_line(w->l, from->line, 0, M_DOM_CALC_CIRCLE, from->name, to->name);
    } else if (w->state[reg->index][to->index] == 0) {
        walk(w, to);
    }
}

static void walk(Walk *w, const Field *f)
{
    ExprUses uses = {0};
    w->state[f->reg->index][f->index] = 1;
    expr_uses(f->calc, w->l->arena, &uses);
    for (size_t i = 0; i < uses.n; i++) {
        const ExprUse *u = &uses.items[i];
        if (own_use(u) && u->field != f) /* reading itself keeps what was stored first */
            step(w, f, f->reg, u->field);
        for (size_t k = 0; !own_use(u) && k < w->l->m->reg_count; k++)
            if (use_reads(u, f->reg, w->l->m->regs[k]))
                step(w, f, w->l->m->regs[k], u->field);
    }
    w->state[f->reg->index][f->index] = 2;
}

/* Such a value cannot be worked out again from the record as it stands: history keeps it. */
static bool remembers(Loader *l, const Field *f)
{
    ExprUses uses = {0};
    bool itself = false, own = true;
    if (f->calc)
        expr_uses(f->calc, l->arena, &uses);
    for (size_t i = 0; i < uses.n; i++) {
        own &= own_use(&uses.items[i]);
        itself |= uses.items[i].field == f;
    }
    return itself && own;
}

void link_calcs(Loader *l)
{
    Walk w = {.l = l};
    w.state = ARENA_ARRAY(l->arena, l->m->reg_count, unsigned char *);
    for (size_t i = 0; i < l->m->reg_count; i++) {
        find_dependents(l, l->m->regs[i]);
        w.state[i] = ARENA_ARRAY(l->arena, l->m->regs[i]->field_count, unsigned char);
    }
    for (size_t i = 0; i < l->m->reg_count; i++)
        for (size_t k = 0; k < l->m->regs[i]->field_count; k++) {
            Field *f = l->m->regs[i]->fields[k];
            f->remembers = remembers(l, f);
            if (f->calc && !w.state[i][k])
                walk(&w, f);
        }
}
