/* Canonical text of the model: what a database made for it is like. Labels, rights and rules are
 * not in it, nor what can be added without touching stored values. */
#include "model/field_type.h"
#include "model/load.h"

#include <stdlib.h>

static int by_name(const void *x, const void *y)
{
    return str_cmp((*(const Register *const *)x)->name, (*(const Register *const *)y)->name);
}

static void put_parent(Buf *b, const Register *r)
{
    if (!r->has_parent)
        buf_lit(b, "-");
    else if (r->parent)
        buf_put(b, r->parent->name);
    else
        buf_printf(b, "@%.*s", STR_ARG(r->parent_tag));
}

static void put_register(Buf *b, const Register *r)
{
    static const char *const keys[] = {
        [KEY_NONE] = "none", [KEY_OWN] = "own", [KEY_PARENT] = "parent", [KEY_REF] = "ref"};
    buf_printf(b, "%.*s key=%s", STR_ARG(r->name), keys[r->key]);
    if (r->key_ref)
        buf_printf(b, ":%.*s", STR_ARG(r->key_ref->name));
    buf_lit(b, " parent=");
    put_parent(b, r);
    buf_char(b, '\n');
}

static void put_field(Buf *b, const Field *f)
{
    static const char *const classes[] = {
        [CLASS_NONE] = "-",
#define X(name, word) [CLASS_##name] = word,
#include "guard/class.def"
#undef X
    };
    const FieldType *t = field_type(f->kind);
    buf_printf(b, "%.*s.%.*s %s", STR_ARG(f->reg->name), STR_ARG(f->name),
               f->multi ? t->many : t->word);
    if (f->kind == FK_CODE)
        buf_printf(b, " %.*s", STR_ARG(f->codes->name));
    if (f->kind == FK_REF && f->target)
        buf_printf(b, " %.*s", STR_ARG(f->target->name));
    else if (f->kind == FK_REF)
        buf_printf(b, " @%.*s", STR_ARG(f->tag));
    if (f->scale)
        buf_printf(b, " scale=%d", f->scale);
    buf_printf(b, " class=%s\n", classes[f->class_]);
}

Str link_text(const Model *m, Arena *a)
{
    Buf b = buf_new(a, 32768);
    const Register **regs = ARENA_ARRAY(a, m->reg_count, const Register *);
    for (size_t i = 0; i < m->reg_count; i++)
        regs[i] = m->regs[i];
    qsort(regs, m->reg_count, sizeof *regs, by_name);
    for (size_t i = 0; i < m->reg_count; i++) {
        put_register(&b, regs[i]);
        for (size_t k = 0; k < regs[i]->field_count; k++)
            put_field(&b, regs[i]->fields[k]);
    }
    return buf_str(&b);
}
