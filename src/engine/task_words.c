#include "engine/task_words.h"

/* A clock names its task, and once more when it has run out. */
static bool of_clock(const Clock *k, Arena *a, Lang lang, Str stored, Str *ret)
{
    if (str_eq(stored, k->label.text[LANG_ID])) {
        *ret = k->label.text[lang];
        return true;
    }
    *ret = tr_args(a, lang, M_TASK_LATE, k->label.text[lang]);
    return str_eq(stored, tr_args(a, LANG_ID, M_TASK_LATE, k->label.text[LANG_ID]));
}

Str task_title(const Model *m, Arena *a, Lang lang, Str stored)
{
    Str found;
    if (lang == LANG_ID || str_empty(stored))
        return stored;
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        for (size_t k = 0; k < reg->clock_count; k++)
            if (of_clock(&reg->clocks[k], a, lang, stored, &found))
                return found;
        for (size_t k = 0; k < reg->rule_count; k++)
            if (str_eq(stored, reg->rules[k].label.text[LANG_ID]))
                return reg->rules[k].label.text[lang];
    }
    return stored;
}
