#include "model/role_report.h"

static void add_word(Buf *b, Str word)
{
    if (b->len)
        buf_lit(b, ", ");
    buf_put(b, word);
}

static Str verbs_text(Arena *a, Lang lang, unsigned verbs)
{
    static const struct {
        Verb verb;
        Msg msg;
    } words[] = {
        {VERB_LIST, M_VERB_LIST},     {VERB_READ, M_VERB_READ},     {VERB_CREATE, M_VERB_CREATE},
        {VERB_CHANGE, M_VERB_CHANGE}, {VERB_MOVE, M_VERB_MOVE},     {VERB_VOID, M_VERB_VOID},
        {VERB_IMPORT, M_VERB_IMPORT}, {VERB_EXPORT, M_VERB_EXPORT}, {VERB_COUNT, M_VERB_COUNT}};
    Buf b = buf_new(a, 128);
    for (size_t i = 0; i < COUNT(words); i++)
        if (verbs & words[i].verb)
            add_word(&b, tr(lang, words[i].msg));
    return buf_str(&b);
}

static Str scope_text(Lang lang, Scope scope)
{
    static const Msg words[] = {
        [SCOPE_ASSIGNED] = M_SCOPE_ASSIGNED,   [SCOPE_OWN] = M_SCOPE_OWN,
        [SCOPE_AREA] = M_SCOPE_AREA,           [SCOPE_ALL] = M_SCOPE_ALL,
        [SCOPE_ADDRESSED] = M_SCOPE_ADDRESSED, [SCOPE_OVERSIGHT] = M_SCOPE_OVERSIGHT};
    return tr(lang, words[scope]);
}

/* Classes that fields of the register have. */
unsigned classes_used(const Register *r)
{
    unsigned used = 0;
    for (size_t i = 0; i < r->field_count; i++)
        if (r->fields[i]->class_)
            used |= CLASS_BIT(r->fields[i]->class_);
    return used;
}

Str classes_words(Arena *a, Lang lang, unsigned classes)
{
    static const Msg words[] = {
        [CLASS_IDENTITY] = M_CLASS_IDENTITY, [CLASS_CONTACT] = M_CLASS_CONTACT,
        [CLASS_SHELTER] = M_CLASS_SHELTER,   [CLASS_STORY] = M_CLASS_STORY,
        [CLASS_HEALTH] = M_CLASS_HEALTH,     [CLASS_LEGAL] = M_CLASS_LEGAL};
    Buf b = buf_new(a, 128);
    for (unsigned c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        if (classes & CLASS_BIT(c))
            add_word(&b, tr(lang, words[c]));
    return buf_str(&b);
}

static RoleLine line_of(Arena *a, Lang lang, const Register *reg, const Right *right)
{
    unsigned used = classes_used(reg), opens = right->verbs & VERB_READ ? right->classes : 0;
    return (RoleLine){.reg = reg,
                      .verbs = verbs_text(a, lang, right->verbs),
                      .scope = scope_text(lang, right->scope),
                      .open = classes_words(a, lang, used & opens),
                      .closed = classes_words(a, lang, used & ~opens)};
}

size_t role_report(const Model *m, Arena *a, Lang lang, int role, RoleLine **ret)
{
    ARENA_LIST(RoleLine) lines = {0};
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->rights.n; k++)
            if (m->regs[i]->rights.items[k].role == role)
                *ARENA_PUSH(a, lines) = line_of(a, lang, m->regs[i], &m->regs[i]->rights.items[k]);
    *ret = lines.items;
    return lines.n;
}

static bool reaches(const Register *reg, int role)
{
    for (size_t k = 0; k < reg->rights.n; k++)
        if (reg->rights.items[k].role == role)
            return true;
    return false;
}

Str role_unreached(const Model *m, Arena *a, Lang lang, int role)
{
    Buf b = buf_new(a, 256);
    for (size_t i = 0; i < m->reg_count; i++)
        if (!reaches(m->regs[i], role))
            add_word(&b, m->regs[i]->label.text[lang]);
    return buf_str(&b);
}

unsigned role_opens(const Model *m, int role, bool everywhere)
{
    unsigned opens = 0;
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->rights.n; k++) {
            const Right *r = &m->regs[i]->rights.items[k];
            bool all = r->scope == SCOPE_ALL || r->scope == SCOPE_OVERSIGHT;
            if (r->role == role && r->verbs & VERB_READ && (!everywhere || all))
                opens |= classes_used(m->regs[i]) & r->classes;
        }
    return opens;
}

Str roles_guarded(const Model *m, Arena *a)
{
    Buf b = buf_new(a, 256);
    for (size_t i = 0; i < m->role_count; i++)
        if (m->roles[i].second)
            buf_printf(&b, " %.*s", STR_ARG(m->roles[i].name));
    return buf_str(&b);
}

Str roles_approving(const Model *m, Arena *a)
{
    Buf b = buf_new(a, 64);
    for (size_t i = 0; i < m->role_count; i++)
        if (str_has_word(m->roles[i].may, S("approve")))
            buf_printf(&b, " %.*s", STR_ARG(m->roles[i].name));
    return buf_str(&b);
}
