#include "intake/ref_key.h"

#include "base/rand.h"

const Field *reg_unique_field(const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i]->unique)
            return reg->fields[i];
    return NULL;
}

/* The only match of a query; several or none give STR_NONE. */
static Str only_match(Reader *rd, Query *q)
{
    QueryPage page;
    q->limit = 2;
    if (query_page(rd, q, &page) != ERR_OK || page.n != 1)
        return STR_NONE;
    return page.items[0].uid;
}

static Str by_filter(Reader *rd, const Register *reg, const Field *f, Str name, Str text)
{
    Query q = query_new(reg);
    Filter filter = {.field = f, .name = name, .op = FILTER_EQ};
    *ARENA_PUSH(rd->arena, filter.values) = text;
    *ARENA_PUSH(rd->arena, q.filters) = filter;
    return only_match(rd, &q);
}

static Str by_heading(Reader *rd, const Register *reg, Str text)
{
    Query q = query_new(reg);
    QueryPage page;
    Str found = STR_NONE;
    q.text = text;
    if (query_page(rd, &q, &page) != ERR_OK)
        return STR_NONE;
    for (size_t i = 0; i < page.n; i++) {
        if (!str_eq(page.items[i].heading, text))
            continue;
        if (found.ptr)
            return STR_NONE;
        found = page.items[i].uid;
    }
    return found;
}

Str record_by_key(Reader *rd, const Register *reg, Str text)
{
    const Field *unique = reg_unique_field(reg);
    Str uid = STR_NONE;
    if (uid_shape(text))
        return text;
    if (unique && !unique->class_)
        uid = by_filter(rd, reg, unique, STR_NONE, text);
    if (!uid.ptr && reg->number.ptr)
        uid = by_filter(rd, reg, NULL, S("nomor"), text);
    return uid.ptr ? uid : by_heading(rd, reg, text);
}

Str ref_by_key(Reader *rd, const Field *f, Str text)
{
    const Model *m = f->reg->model;
    Str found = STR_NONE;
    if (uid_shape(text))
        return text;
    for (size_t i = 0; i < m->reg_count; i++) {
        Str uid = field_accepts(f, m->regs[i]) ? record_by_key(rd, m->regs[i], text) : STR_NONE;
        if (uid.ptr && found.ptr)
            return STR_NONE;
        if (uid.ptr)
            found = uid;
    }
    return found;
}
