#include "intake/import.h"

ImportChoices import_choices_parse(Arena *a, Str text)
{
    ImportChoices c = {0};
    Str line;
    while (str_cut(&text, '\n', &line)) {
        ptrdiff_t at = str_find(line, '=');
        if (at > 0)
            import_choice_set(a, &c, str_head(line, (size_t)at), str_from(line, (size_t)at + 1));
    }
    return c;
}

Str import_choices_text(Arena *a, const ImportChoices *c)
{
    Buf b = buf_new(a, 256);
    for (size_t i = 0; i < c->names.n; i++)
        buf_printf(&b, "%.*s=%.*s\n", STR_ARG(c->names.items[i]), STR_ARG(c->values.items[i]));
    return buf_str(&b);
}

Str import_choice(const ImportChoices *c, Str name)
{
    for (size_t i = 0; i < c->names.n; i++)
        if (str_eq(c->names.items[i], name))
            return c->values.items[i];
    return STR_NONE;
}

void import_choice_set(Arena *a, ImportChoices *c, Str name, Str value)
{
    for (size_t i = 0; i < c->names.n; i++)
        if (str_eq(c->names.items[i], name)) {
            c->values.items[i] = value;
            return;
        }
    *ARENA_PUSH(a, c->names) = name;
    *ARENA_PUSH(a, c->values) = value;
}
