#include "model/model.h"

const Register *model_reg(const Model *m, Str name)
{
    for (size_t i = 0; i < m->reg_count; i++)
        if (str_eq(m->regs[i]->name, name))
            return m->regs[i];
    return NULL;
}

const CodeList *model_list(const Model *m, Str name)
{
    for (size_t i = 0; i < m->list_count; i++)
        if (str_eq(m->lists[i]->name, name))
            return m->lists[i];
    return NULL;
}

/* The item of a list of things that begin with their name. */
static const void *named(const void *items, size_t n, size_t size, Str name)
{
    for (const char *at = items; n--; at += size)
        if (str_eq(*(const Str *)(const void *)at, name))
            return at;
    return NULL;
}

const TableDef *model_table(const Model *m, Str name)
{
    return named(m->tables, m->table_count, sizeof *m->tables, name);
}

const QueueDef *model_queue(const Model *m, Str name)
{
    return named(m->queues, m->queue_count, sizeof *m->queues, name);
}

const ImportProfile *model_import(const Model *m, Str name)
{
    return named(m->imports, m->import_count, sizeof *m->imports, name);
}

const Limit *model_limit(const Model *m, Str code, Date on)
{
    for (size_t i = 0; i < m->limit_count; i++) {
        const Limit *row = &m->limits[i];
        Date from, until;
        if (!str_eq(row->code, code))
            continue;
        if (date_parse_iso(row->from, &from) && date_cmp(on, from) < 0)
            continue;
        if (date_parse_iso(row->until, &until) && date_cmp(on, date_last(until)) > 0)
            continue;
        return row;
    }
    return NULL;
}

int model_role(const Model *m, Str name)
{
    for (size_t i = 0; i < m->role_count; i++)
        if (str_eq(m->roles[i].name, name))
            return (int)i;
    return -1;
}

bool reg_has_tag(const Register *r, Str tag)
{
    return str_list_has(&r->tags, tag);
}

bool field_accepts(const Field *f, const Register *target)
{
    if (f->kind != FK_REF)
        return false;
    return f->target ? f->target == target : f->tag.ptr && reg_has_tag(target, f->tag);
}

bool model_duty(const Model *m, uint64_t roles, const char *duty)
{
    for (size_t i = 0; i < m->role_count; i++)
        if ((roles >> i & 1) && str_has_word(m->roles[i].may, str_of(duty)))
            return true;
    return false;
}

bool field_fixed(const Field *f, Str state, bool empty, Msg *ret_why)
{
    const State *s = reg_state(f->reg, state);
    if (f->settled == SETTLED_RECORDED || (f->settled == SETTLED_OPENS && s && s->opens) ||
        (f->settled == SETTLED_MOVED && !str_eq(state, f->reg->start_state))) {
        *ret_why = M_FIELD_ONCE_MOVED;
        return true;
    }
    *ret_why = f == f->reg->key_ref ? M_KEY_REF_FIXED : M_FIELD_FIXED;
    return !empty && (f->fixed || f == f->reg->key_ref);
}

bool field_typed(const Field *f)
{
    return !f->calc && !f->program;
}

bool reg_accepts_parent(const Register *child, const Register *parent)
{
    if (!child->has_parent)
        return false;
    return child->parent ? child->parent == parent
                         : child->parent_tag.ptr && reg_has_tag(parent, child->parent_tag);
}

const Field *reg_field(const Register *r, Str name)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (str_eq(r->fields[i]->name, name))
            return r->fields[i];
    return NULL;
}

const Field *reg_column(const Register *r, Str name)
{
    for (size_t i = SYS_NONE + 1; i < SYS_COUNT; i++)
        if (r->columns[i] && str_eq(r->columns[i]->name, name))
            return r->columns[i];
    return reg_field(r, name);
}

const State *reg_state(const Register *r, Str name)
{
    return named(r->states, r->state_count, sizeof *r->states, name);
}

const Move *reg_move(const Register *r, Str name)
{
    return named(r->moves, r->move_count, sizeof *r->moves, name);
}
