/* Rules, rights, statistics, retention and processing of a register. */
#include "model/load.h"

/* ---- rules ---- */

static bool may_be_empty(const Field *f, const Setting *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (set[i].field == f)
            return true;
    return !f->required || f->when || f->default_ || f->calc;
}

void load_check_filled(Loader *l, const Node *at, const Register *made, const Setting *set,
                       size_t n)
{
    for (size_t i = 0; i < made->field_count; i++)
        if (!may_be_empty(made->fields[i], set, n))
            load_problem(l, at, M_DOM_RULE_REQUIRED, made->fields[i]->name, made->name, STR_NONE);
}

/* The record made must find a parent that accepts it, and have what it requires. */
static void check_made(Loader *l, const Rule *rule, const Node *node)
{
    const Register *reg = l->reg, *make = rule->make;
    bool fits = !rule->under_parent && reg_accepts_parent(make, reg);
    for (size_t i = 0; rule->under_parent && i < l->m->reg_count; i++) {
        const Register *host = l->m->regs[i];
        if (!reg_accepts_parent(reg, host))
            continue;
        fits = reg_accepts_parent(make, host);
        if (!fits)
            break;
    }
    if (!fits)
        load_problem(l, node, M_DOM_NO_CHILD, make->name, reg->name, STR_NONE);
    load_check_filled(l, node, make, rule->set, rule->n);
}

Setting *load_settings(Loader *l, const Register *made, const Node *set, size_t *ret_n)
{
    *ret_n = 0;
    if (set->kind != NODE_MAP) {
        load_bad(l, set, M_DOM_NEED_MAP, STR_NONE);
        return NULL;
    }
    Setting *settings = ARENA_ARRAY(l->arena, set->n, Setting);
    for (size_t i = 0; i < set->n; i++) {
        const Field *f = load_field_named(l, set->keys[i], made, set->keys[i]->text);
        Expr *e = load_expr(l, set->items[i]);
        if (!f || !e)
            continue;
        if (f->calc)
            load_problem(l, set->keys[i], M_DOM_TOGETHER, f->name, S("calc, set"), STR_NONE);
        expr_link(e, l->reg, f, EXPR_VALUE, l->file, l->problems);
        settings[(*ret_n)++] = (Setting){f, e};
    }
    return settings;
}

/* The label of a rule is the title of its task, stored in Indonesian like that of a clock. */
static void title_task(Loader *l, Rule *rule, const Node *node)
{
    const Field *title = role_field(l->m, FIELD_ROLE_TASK_TITLE);
    Setting *all = ARENA_ARRAY(l->arena, rule->n + 1, Setting);
    if (!title || title->reg != rule->make) {
        load_bad(l, node_get(node, S("label")), M_DOM_RULE_LABEL, rule->make->name);
        return;
    }
    for (size_t i = 0; i < rule->n; i++)
        all[i] = rule->set[i];
    Expr *e = expr_literal(l->arena, rule->label.text[LANG_ID], node->line, node->column);
    expr_link(e, l->reg, title, EXPR_VALUE, l->file, l->problems);
    all[rule->n] = (Setting){title, e};
    rule->set = all;
    rule->n++;
}

static void link_rule(Loader *l, void *into, const Node *node)
{
    Rule *rule = into;
    const Node *make = node_get(node, S("make")), *set = node_get(node, S("set"));
    if (!make || make->kind != NODE_TEXT || !set)
        return;
    rule->make = load_register_named(l, make, make->text);
    if (!rule->make)
        return;
    rule->set = load_settings(l, rule->make, set, &rule->n);
    if (node_get(node, S("label")))
        title_task(l, rule, node);
    check_made(l, rule, node);
}

static void read_under(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {{"self", false}, {"induk", true}};
    if (load_is_text(l, v))
        ((Rule *)into)->under_parent = LOAD_WORD(l, v, words, M_DOM_NO_WORD) == true;
    if (((Rule *)into)->under_parent && !l->reg->has_parent)
        load_bad(l, v, M_DOM_NO_PARENT, v->text);
}

void load_rule(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Rule, name), NULL},
        {"label", READ_LABEL, KEY_MAY, offsetof(Rule, label), NULL},
        {"when", READ_CALL, KEY_MUST, offsetof(Rule, when), load_condition},
        {"make", READ_SKIP, KEY_MUST, 0, NULL},
        {"under", READ_CALL, KEY_MUST, 0, read_under},
        {"once", READ_FLAG, KEY_MAY, offsetof(Rule, once), NULL},
        {"set", READ_SKIP, KEY_MUST, 0, NULL},
    };
    if (LOAD_MAP(l, node, keys, into))
        load_later(l, PHASE_USES, link_rule, into, node);
}

void load_rules(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->rule_count = LOAD_ITEMS(l, v, load_rule, &reg->rules);
}

/* ---- rights ---- */

static const WordDef verbs[] = {
    {"list", VERB_LIST},     {"read", VERB_READ},     {"create", VERB_CREATE},
    {"change", VERB_CHANGE}, {"move", VERB_MOVE},     {"void", VERB_VOID},
    {"import", VERB_IMPORT}, {"export", VERB_EXPORT}, {"count", VERB_COUNT}};

static const WordDef classes[] = {
#define X(name, word) {word, CLASS_##name},
#include "guard/class.def"
#undef X
};

static unsigned read_classes(Loader *l, const Node *v)
{
    unsigned mask = 0;
    if (!load_is_list(l, v))
        return 0;
    for (size_t i = 0; i < v->n; i++) {
        int c = LOAD_WORD(l, v->items[i], classes, M_DOM_NO_WORD);
        if (c > 0)
            mask |= CLASS_BIT(c);
    }
    return mask;
}

static void read_right_role(Loader *l, void *into, const Node *v)
{
    ((Right *)into)->role = load_is_text(l, v) ? load_role_named(l, v) : -1;
}

static void read_verbs(Loader *l, void *into, const Node *v)
{
    if (!load_is_list(l, v))
        return;
    for (size_t i = 0; i < v->n; i++) {
        int verb = LOAD_WORD(l, v->items[i], verbs, M_DOM_NO_WORD);
        if (verb > 0)
            ((Right *)into)->verbs |= (unsigned)verb;
        if (verb == VERB_MOVE && !l->reg->move_count)
            load_bad(l, v->items[i], M_DOM_NO_FLOW, v->items[i]->text);
    }
}

static void read_scope(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
        {"own", SCOPE_OWN}, {"assigned", SCOPE_ASSIGNED},   {"area", SCOPE_AREA},
        {"all", SCOPE_ALL}, {"addressed", SCOPE_ADDRESSED}, {"oversight", SCOPE_OVERSIGHT}};
    int scope = load_is_text(l, v) ? LOAD_WORD(l, v, words, M_DOM_NO_WORD) : -1;
    if (scope >= 0)
        ((Right *)into)->scope = (Scope)scope;
    l->reg->needs_area |= scope == SCOPE_AREA;
}

static void read_deny(Loader *l, void *into, const Node *v)
{
    ((Right *)into)->classes &= ~read_classes(l, v);
}

static void read_allow(Loader *l, void *into, const Node *v)
{
    ((Right *)into)->classes = read_classes(l, v);
}

static void read_right(Loader *l, Right *r, const Node *node)
{
    static const KeyDef keys[] = {
        {"role", READ_CALL, KEY_MUST, 0, read_right_role},
        {"verbs", READ_CALL, KEY_MUST, 0, read_verbs},
        {"scope", READ_CALL, KEY_MUST, 0, read_scope},
        {"deny", READ_CALL, KEY_MAY, 0, read_deny},
        {"allow", READ_CALL, KEY_MAY, 0, read_allow},
    };
    *r = (Right){.role = -1, .classes = CLASSES_ALL};
    LOAD_MAP(l, node, keys, r);
    if (node_get(node, S("deny")) && node_get(node, S("allow")))
        load_problem(l, node, M_DOM_TOGETHER, S("rights"), S("deny, allow"), STR_NONE);
}

void load_rights(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    if (v->kind != NODE_LIST) {
        load_bad(l, v, M_DOM_NEED_LIST, STR_NONE);
        return;
    }
    Right *items = ARENA_ARRAY(l->arena, v->n, Right);
    for (size_t i = 0; i < v->n; i++)
        read_right(l, &items[i], v->items[i]);
    reg->rights = (Rights){.items = items, .n = v->n};
}

/* ---- statistics ---- */

static void link_unit(Loader *l, void *into, const Node *v)
{
    const CodeList *units = load_list_named(l, v, S("satuan"));
    if (!units)
        return;
    ((Stats *)into)->unit = code_find(units, v->text);
    if (!((Stats *)into)->unit)
        load_problem(l, v, M_DOM_NO_CODE, v->text, units->name, STR_NONE);
}

static void link_person(Loader *l, void *into, const Node *v)
{
    const Field *f = load_field_named(l, v, l->reg, v->text);
    ((Stats *)into)->person = f;
    if (f && (f->kind != FK_REF || f->multi || f->class_))
        load_bad(l, v, M_DOM_STATS_PERSON, v->text);
}

static void link_date(Loader *l, void *into, const Node *v)
{
    const Field *f = load_field_named(l, v, l->reg, v->text);
    ((Stats *)into)->date = f;
    if (f && ((f->kind != FK_DATE && f->kind != FK_INSTANT) || f->class_))
        load_bad(l, v, M_DOM_STATS_DATE, v->text);
}

static void link_dims(Loader *l, void *into, const Node *v)
{
    (void)into;
    for (size_t i = 0; i < v->n; i++) {
        const Field *f = load_column_named(l, v->items[i], l->reg, v->items[i]->text);
        if (f && !f->stat && f->system != SYS_STATE && f->system != SYS_OWNER)
            load_bad(l, v->items[i], M_DOM_STATS_DIM, f->name);
    }
}

static void read_dims(Loader *l, void *into, const Node *v)
{
    ((Stats *)into)->dims = load_words(l, v);
    if (((Stats *)into)->dims.n)
        load_later(l, PHASE_USES, link_dims, into, v);
}

void load_stats(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"unit", READ_LATER, KEY_MUST, 0, link_unit},
        {"person", READ_LATER, KEY_MAY, 0, link_person},
        {"date", READ_LATER, KEY_MUST, 0, link_date},
        {"where", READ_CALL, KEY_MAY, offsetof(Stats, where), load_condition},
        {"apart", READ_CALL, KEY_MAY, offsetof(Stats, apart), load_condition},
        {"dims", READ_CALL, KEY_MUST, 0, read_dims},
    };
    Stats *stats = &((Register *)into)->stats;
    stats->on = LOAD_MAP(l, node, keys, stats);
}

/* ---- retention ---- */

static void read_after(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {{"closed", RETAIN_CLOSED}, {"changed", RETAIN_CHANGED}};
    if (load_is_text(l, v))
        ((Retention *)into)->after = (RetentionStart)LOAD_WORD(l, v, words, M_DOM_NO_WORD);
}

void load_retention(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"after", READ_CALL, KEY_MUST, 0, read_after},
        {"law", READ_CALL, KEY_MUST, offsetof(Retention, limit_code), load_limit},
    };
    Register *reg = into;
    bool closes = false;
    LOAD_MAP(l, node, keys, &reg->retention);
    for (size_t i = 0; i < reg->state_count; i++)
        closes |= reg->states[i].closed;
    if (reg->retention.after == RETAIN_CLOSED && !closes)
        load_bad(l, node, M_DOM_RETENTION, reg->name);
}

/* ---- processing ---- */

static void link_basis(Loader *l, void *into, const Node *v)
{
    const CodeList *list = load_list_named(l, v, S("dasar_pdp"));
    Processing *p = into;
    p->basis = list ? code_find(list, v->text) : NULL;
    if (list && !p->basis)
        load_problem(l, v, M_DOM_NO_CODE, v->text, list->name, STR_NONE);
}

void load_processing(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"purpose", READ_LABEL, KEY_MUST, offsetof(Processing, purpose), NULL},
        {"basis", READ_LATER, KEY_MUST, 0, link_basis},
        {"law", READ_TEXT, KEY_MUST, offsetof(Processing, law), NULL},
    };
    LOAD_MAP(l, node, keys, &((Register *)into)->processing);
}
