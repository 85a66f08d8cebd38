#include "problem.h"

void problem_add(Problems *list, Problem p)
{
    *ARENA_PUSH(list->arena, *list) = p;
    list->errors += !p.warning;
}

void problem_at(Problems *list, Str field, Msg msg, Str arg)
{
    problem_add(list, (Problem){.field = field, .msg = msg, .args = {arg}});
}

void problem_about(Problems *list, Str field, Msg label, Msg msg, Str arg)
{
    Label *l = ARENA_NEW(list->arena, Label);
    *l = msg_label(label);
    problem_add(list, (Problem){.field = field, .label = l, .msg = msg, .args = {arg}});
}

const Problem *problem_of(const Problems *list, Str field)
{
    for (size_t i = 0; list && i < list->n; i++)
        if (str_eq(list->items[i].field, field))
            return &list->items[i];
    return NULL;
}

void problems_add_new(Problems *list, const Problems *found)
{
    size_t had = list->n;
    for (size_t i = 0; i < found->n; i++) {
        bool known = false;
        for (size_t k = 0; k < had && !str_empty(found->items[i].field); k++)
            known |= str_eq(list->items[k].field, found->items[i].field);
        if (!known)
            problem_add(list, found->items[i]);
    }
}

void problems_keep(Problems *list, size_t from)
{
    for (size_t i = from; i < list->n; i++) {
        Problem *p = &list->items[i];
        p->place = str_copy(list->arena, p->place);
        p->field = str_copy(list->arena, p->field);
        for (size_t k = 0; k < COUNT(p->args); k++)
            p->args[k] = str_copy(list->arena, p->args[k]);
    }
}

Str column_letters(Arena *a, int column)
{
    char buf[8];
    size_t at = sizeof buf;
    while (column > 0 && at > 0) {
        column--;
        buf[--at] = (char)('A' + column % 26);
        column /= 26;
    }
    return str_copy(a, (Str){buf + at, sizeof buf - at});
}

static void put_place(Buf *b, Lang lang, const Problem *p)
{
    Arena *a = b->arena;
    if (!str_empty(p->place)) {
        buf_put(b, p->place);
        if (p->line && !p->sheet) {
            buf_printf(b, ":%d", p->line);
            if (p->column)
                buf_printf(b, ":%d", p->column);
        }
        buf_lit(b, ": ");
    }
    if (p->sheet && p->line)
        buf_put(b, tr_args(a, lang, M_AT_ROW, str_int(a, p->line)));
    if (p->sheet && p->line && (p->column || p->label))
        buf_lit(b, ", ");
    if (p->sheet && p->column)
        buf_put(b, tr_args(a, lang, M_AT_COLUMN, column_letters(a, p->column)));
    if (p->label)
        buf_printf(b, p->sheet && p->column ? " (%.*s)" : "%.*s", STR_ARG(p->label->text[lang]));
    if (p->label || (p->sheet && p->line))
        buf_lit(b, ": ");
}

Str problem_text(Arena *a, Lang lang, const Problem *p)
{
    Buf b = buf_new(a, 160);
    put_place(&b, lang, p);
    buf_put(&b, tr_args_(a, lang, p->msg, p->args, 3));
    return buf_str(&b);
}
