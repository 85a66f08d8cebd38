/* roles.yaml */
#include "model/load.h"
#include "model/role_report.h"

enum { ROLES_MAX = 64 }; /* bits of a role mask */

static const WordDef audience_words[] = {{"internal", 0}, {"task_force", 1}, {"public", 2}};

static void read_audience(Loader *l, void *into, const Node *v)
{
    if (load_is_text(l, v))
        ((RoleDef *)into)->audience = LOAD_WORD(l, v, audience_words, M_DOM_NO_WORD);
}

static void read_rule(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"audience", READ_NAME, KEY_MUST, offsetof(AudienceRule, name), NULL},
        {"least", READ_COUNT, KEY_MUST, offsetof(AudienceRule, least), NULL},
        {"one_office", READ_COUNT, KEY_MAY, offsetof(AudienceRule, one_office), NULL},
        {"two_offices", READ_COUNT, KEY_MAY, offsetof(AudienceRule, two_offices), NULL},
        {"round_to", READ_COUNT, KEY_MAY, offsetof(AudienceRule, round_to), NULL},
        {"percent_from", READ_COUNT, KEY_MAY, offsetof(AudienceRule, percent_from), NULL},
    };
    LOAD_MAP(l, node, keys, into);
}

/* Whoever does not see exact figures has a rule that hides small ones. */
static void read_rules(Loader *l, void *into, const Node *v)
{
    Model *m = into;
    AudienceRule *rules = NULL;
    size_t n = LOAD_ITEMS(l, v, read_rule, &rules);
    for (size_t i = 0; i < n; i++) {
        const Node *name = node_get(v->items[i], S("audience"));
        int at = name ? LOAD_WORD(l, name, audience_words, M_DOM_NO_WORD) : -1;
        if (at > 0)
            m->audiences[at] = rules[i];
    }
    for (int i = 1; i < AUDIENCES; i++)
        if (m->audiences[i].least < 2)
            load_bad(l, v, M_DOM_AUDIENCE, str_of(audience_words[i].word));
}

static void read_duties(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {{"users", 0},           {"tables", 0},      {"import", 0},
                                    {"audit", 0},           {"base_data", 0},   {"health", 0},
                                    {"erase", 0},           {"data_rights", 0}, {"population", 0},
                                    {"population_rows", 0}, {"approve", 0},     {"supervise", 0}};
    Buf b = buf_new(l->arena, 64);
    if (!load_is_list(l, v))
        return;
    for (size_t i = 0; i < v->n; i++) {
        LOAD_WORD(l, v->items[i], words, M_DOM_NO_WORD);
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(v->items[i]->text));
    }
    ((RoleDef *)into)->may = buf_str(&b);
}

/* The page after log-in: one of the program, or a register the role may list. */
static void link_home(Loader *l, void *into, const Node *node)
{
    static const char *const pages[] = {"tabel", "impor", "audit", "cari", "peta"};
    const RoleDef *role = into;
    Str page = str_from(role->home, 1);
    for (size_t i = 0; i < COUNT(pages); i++)
        if (str_is(page, pages[i]))
            return;
    const Node *at = node_get(node, S("home"));
    const Register *reg = str_starts(role->home, S("/")) ? model_reg(l->m, page) : NULL;
    if (!reg || !load_role_may(reg, model_role(l->m, role->name), VERB_LIST | VERB_READ))
        load_bad(l, at, M_DOM_HOME, role->home);
}

/* Registers the role may at least list or begin a record in. */
static void link_works(Loader *l, void *into, const Node *node)
{
    const RoleDef *role = into;
    const Node *at = node_get(node, S("works"));
    for (size_t i = 0; i < role->works.n; i++) {
        const Register *reg = load_register_named(l, at->items[i], role->works.items[i]);
        if (reg &&
            !load_role_may(reg, model_role(l->m, role->name), VERB_LIST | VERB_READ | VERB_CREATE))
            load_problem(l, at->items[i], M_DOM_ROLE_WORKS, role->name, reg->name, STR_NONE);
    }
}

static void link_boards(Loader *l, void *into, const Node *node)
{
    const RoleDef *role = into;
    const Node *at = node_get(node, S("boards"));
    uint64_t bit = UINT64_C(1) << (role - l->m->roles);
    for (size_t i = 0; i < role->boards.n; i++) {
        const QueueDef *q = model_queue(l->m, role->boards.items[i]);
        if (!q || (q->roles && !(q->roles & bit)))
            load_problem(l, at->items[i], M_DOM_ROLE_BOARD, role->boards.items[i], STR_NONE,
                         STR_NONE);
    }
}

/* Registers the role may count, and tables of such with a share. */
static void link_figures(Loader *l, void *into, const Node *node)
{
    const RoleDef *role = into;
    const Node *at = node_get(node, S("figures"));
    for (size_t i = 0; i < role->figures.n; i++) {
        const TableDef *t = model_table(l->m, role->figures.items[i]);
        const Register *reg =
            t && t->share.n ? t->reg : load_register_named(l, at->items[i], role->figures.items[i]);
        if (reg &&
            (!reg->stats.on || !load_role_may(reg, model_role(l->m, role->name), VERB_COUNT)))
            load_problem(l, at->items[i], M_DOM_ROLE_FIGURE, role->name, reg->name, STR_NONE);
    }
}

/* What opens protected values is given out by two persons. */
static void link_second(Loader *l, void *into, const Node *node)
{
    const RoleDef *role = into;
    if (!role->second && role_opens(l->m, (int)(role - l->m->roles), false))
        load_bad(l, node, M_DOM_ROLE_SECOND, role->name);
}

static void read_role(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(RoleDef, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(RoleDef, label), NULL},
        {"help", READ_LABEL, KEY_MAY, offsetof(RoleDef, help), NULL},
        {"home", READ_TEXT, KEY_MAY, offsetof(RoleDef, home), NULL},
        {"works", READ_WORDS, KEY_MAY, offsetof(RoleDef, works), NULL},
        {"boards", READ_WORDS, KEY_MAY, offsetof(RoleDef, boards), NULL},
        {"figures", READ_WORDS, KEY_MAY, offsetof(RoleDef, figures), NULL},
        {"audience", READ_CALL, KEY_MUST, 0, read_audience},
        {"may", READ_CALL, KEY_MAY, 0, read_duties},
        {"two_persons", READ_FLAG, KEY_MAY, offsetof(RoleDef, second), NULL},
    };
    if (!LOAD_MAP(l, node, keys, into))
        return;
    if (((RoleDef *)into)->home.ptr)
        load_later(l, PHASE_USES, link_home, into, node);
    load_later(l, PHASE_USES, link_works, into, node);
    load_later(l, PHASE_VIEWS, link_second, into, node);
    load_later(l, PHASE_VIEWS, link_boards, into, node);
    load_later(l, PHASE_VIEWS, link_figures, into, node);
}

static void read_roles(Loader *l, void *into, const Node *v)
{
    Model *m = into;
    m->role_count = LOAD_ITEMS(l, v, read_role, &m->roles);
    if (m->role_count > ROLES_MAX) {
        load_bad(l, v, M_DOM_ROLES_MANY, str_int(l->arena, ROLES_MAX));
        m->role_count = ROLES_MAX;
    }
    for (size_t i = 0; i < m->role_count; i++)
        *ARENA_PUSH(l->arena, m->role_names) = m->roles[i].name;
}

void load_role_defs(Loader *l)
{
    static const KeyDef keys[] = {{"roles", READ_CALL, KEY_MUST, 0, read_roles},
                                  {"audiences", READ_CALL, KEY_MUST, 0, read_rules}};
    Str text;
    Node *root;
    if (load_file(l, "roles.yaml", &text) &&
        yaml_parse(l->arena, text, l->file, l->problems, &root) == ERR_OK)
        LOAD_MAP(l, root, keys, l->m);
}
