/* Second pass: what follows from all registers together. */
#include "model/load.h"

/* ---- system columns ---- */

static Field *column(Loader *l, Register *reg, SystemColumn which, Str name, FieldKind kind,
                     Msg label)
{
    Field *f = ARENA_NEW(l->arena, Field);
    *f = (Field){.name = name,
                 .label = {{tr(LANG_ID, label), tr(LANG_EN, label)}},
                 .reg = reg,
                 .system = which,
                 .index = SIZE_MAX,
                 .kind = kind};
    reg->columns[which] = f;
    return f;
}

/* The states as a code list, so that a state is shown, filtered and compared like a code. */
static const CodeList *state_list(Loader *l, const Register *reg)
{
    CodeList *list = ARENA_NEW(l->arena, CodeList);
    *list = (CodeList){.name = S("status"), .n = reg->state_count};
    list->items = ARENA_ARRAY(l->arena, reg->state_count, Code);
    for (size_t i = 0; i < reg->state_count; i++)
        list->items[i] = (Code){.code = reg->states[i].name,
                                .label = reg->states[i].label,
                                .order = (int64_t)i,
                                .hi = -1};
    codelist_sort(l->m, list);
    return list;
}

static void add_columns(Loader *l, Register *reg)
{
    column(l, reg, SYS_UID, S("uid"), FK_TEXT, M_COLUMN_UID);
    if (reg->number.ptr)
        column(l, reg, SYS_NUMBER, S("nomor"), FK_TEXT, M_COLUMN_NUMBER);
    column(l, reg, SYS_VERSION, S("versi"), FK_NUMBER, M_COLUMN_VERSION);
    if (reg->state_count)
        column(l, reg, SYS_STATE, S("status"), FK_CODE, M_COLUMN_STATE)->codes = state_list(l, reg);
    if (l->m->by_role[REG_ROLE_INSTITUTION])
        column(l, reg, SYS_OWNER, S("pemilik"), FK_REF, M_COLUMN_OWNER)->target =
            l->m->by_role[REG_ROLE_INSTITUTION];
    if (reg->has_parent) {
        Field *f = column(l, reg, SYS_PARENT, S("induk"), FK_REF, M_COLUMN_PARENT);
        f->target = reg->parent;
        f->tag = reg->parent_tag;
    }
    column(l, reg, SYS_VOID, S("batal"), FK_YESNO4, M_COLUMN_VOID)->codes =
        model_list(l->m, S("yesno4"));
    column(l, reg, SYS_CREATED, S("dibuat"), FK_INSTANT, M_COLUMN_CREATED);
    column(l, reg, SYS_CHANGED, S("diubah"), FK_INSTANT, M_COLUMN_CHANGED);
    column(l, reg, SYS_HEADING, S("tajuk"), FK_TEXT, M_COLUMN_HEADING);
}

void link_columns(Loader *l)
{
    for (size_t i = 0; i < l->m->reg_count; i++)
        add_columns(l, l->m->regs[i]);
}

/* ---- children and referrers ---- */

static void find_children(Loader *l, Register *reg)
{
    reg->children = ARENA_ARRAY(l->arena, l->m->reg_count, const Register *);
    for (size_t i = 0; i < l->m->reg_count; i++)
        if (reg_accepts_parent(l->m->regs[i], reg))
            reg->children[reg->child_count++] = l->m->regs[i];
}

static void find_referrers(Loader *l, Register *reg)
{
    ARENA_LIST(const Field *) found = {0};
    for (size_t i = 0; i < l->m->reg_count; i++)
        for (size_t k = 0; k < l->m->regs[i]->field_count; k++)
            if (field_accepts(l->m->regs[i]->fields[k], reg))
                *ARENA_PUSH(l->arena, found) = l->m->regs[i]->fields[k];
    reg->referrers = found.items;
    reg->referrer_count = found.n;
}

void link_structure(Loader *l)
{
    for (size_t i = 0; i < l->m->reg_count; i++) {
        Register *reg = l->m->regs[i];
        find_children(l, reg);
        find_referrers(l, reg);
        for (size_t k = 0; k < reg->field_count; k++) {
            reg->has_sealed |= reg->fields[k]->class_ != CLASS_NONE;
            reg->has_reasons |= reg->fields[k]->reason;
            reg->has_search |= reg->fields[k]->search;
        }
    }
}

/* ---- key and reach chains ---- */

typedef struct Walk {
    Loader *l;
    unsigned char *state; /* per register: 0 new, 1 on the way, 2 done */
    bool reach;           /* walks the reach chain; else the key chain */
} Walk;

/* Whether the next register of the chain may be `to`. */
static bool leads_to(const Walk *w, const Register *from, const Register *to)
{
    if (w->reach)
        return from->reach == REACH_PARENT && reg_accepts_parent(from, to);
    if (from->key == KEY_REF)
        return from->key_ref && field_accepts(from->key_ref, to);
    return from->key == KEY_PARENT && reg_accepts_parent(from, to);
}

static void walk(Walk *w, const Register *reg)
{
    const Model *m = w->l->m;
    w->state[reg->index] = 1;
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *next = m->regs[i];
        if (!leads_to(w, reg, next))
            continue;
        w->l->file = str_copy(w->l->problems->arena, reg->file);
        if (w->state[i] == 1)
            load_bad(w->l, NULL, w->reach ? M_DOM_REACH_CIRCLE : M_DOM_KEY_CIRCLE, next->name);
        else if (w->state[i] == 0)
            walk(w, next);
        if (!w->reach && reg->key == KEY_REF && next->key == KEY_NONE)
            load_bad(w->l, NULL, M_DOM_KEY_END, next->name);
    }
    w->state[reg->index] = 2;
}

static void check_referrers(Loader *l, const Register *reg)
{
    l->file = str_copy(l->problems->arena, reg->file);
    if (reg->reach == REACH_REFERRERS && !reg->referrer_count)
        load_bad(l, NULL, M_DOM_NO_REFERRER, reg->name);
}

void link_chains(Loader *l)
{
    for (int reach = 0; reach < 2; reach++) {
        Walk w = {.l = l, .reach = reach};
        w.state = ARENA_ARRAY(l->arena, l->m->reg_count, unsigned char);
        for (size_t i = 0; i < l->m->reg_count; i++)
            if (!w.state[i])
                walk(&w, l->m->regs[i]);
    }
    for (size_t i = 0; i < l->m->reg_count; i++)
        check_referrers(l, l->m->regs[i]);
}
