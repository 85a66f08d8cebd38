/* States, moves and clocks of a register. */
#include "model/load.h"

/* ---- expressions of the register ---- */

typedef struct LaterExpr {
    Expr *expr;
    const Field *out;
    ExprUseAs as;
} LaterExpr;

static void link_expr(Loader *l, void *into, const Node *node)
{
    const LaterExpr *e = into;
    (void)node;
    expr_link(e->expr, l->reg, e->out, e->as, l->file, l->problems);
}

Expr *load_expr(Loader *l, const Node *node)
{
    if (!load_is_text(l, node))
        return NULL;
    return expr_parse(l->arena, node->text, l->file, node->line, node->column + node->quoted,
                      l->problems);
}

const Expr *load_expr_as(Loader *l, const Node *node, const Field *out, ExprUseAs as)
{
    LaterExpr *e = ARENA_NEW(l->arena, LaterExpr);
    *e = (LaterExpr){load_expr(l, node), out, as};
    load_later(l, PHASE_USES, link_expr, e, node);
    return e->expr;
}

void load_condition(Loader *l, void *into, const Node *node)
{
    *(const Expr **)into = load_expr_as(l, node, NULL, EXPR_CONDITION);
}

/* ---- states and moves ---- */

void load_state(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(State, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(State, label), NULL},
        {"closed", READ_FLAG, KEY_MAY, offsetof(State, closed), NULL},
        {"opens", READ_FLAG, KEY_MAY, offsetof(State, opens), NULL},
        {"restricts", READ_FLAG, KEY_MAY, offsetof(State, restricts), NULL},
        {"holds", READ_FLAG, KEY_MAY, offsetof(State, holds), NULL},
        {"locked", READ_FLAG, KEY_MAY, offsetof(State, locked), NULL},
    };
    LOAD_MAP(l, node, keys, into);
}

static void check_state(Loader *l, const Node *at, Str name)
{
    Nearest near = nearest_to(name);
    for (size_t i = 0; i < l->reg->state_count; i++)
        nearest_try(&near, l->reg->states[i].name);
    if (!reg_state(l->reg, name))
        load_problem(l, at, M_DOM_NO_STATE, name, nearest_word(&near), STR_NONE);
}

static void read_from(Loader *l, void *into, const Node *v)
{
    Move *m = into;
    m->from = load_words(l, v);
    for (size_t i = 0; i < m->from.n; i++)
        check_state(l, v->items[i], m->from.items[i]);
}

static void read_to(Loader *l, void *into, const Node *v)
{
    if (!load_is_text(l, v))
        return;
    ((Move *)into)->to = v->text;
    check_state(l, v, v->text);
}

static void link_movers(Loader *l, void *into, const Node *v)
{
    (void)into;
    for (size_t i = 0; i < v->n; i++) {
        int role = model_role(l->m, v->items[i]->text);
        if (role >= 0 && !load_role_may(l->reg, role, VERB_MOVE))
            load_bad(l, v->items[i], M_DOM_MOVER, v->items[i]->text);
    }
}

static void read_by(Loader *l, void *into, const Node *v)
{
    ((Move *)into)->by = load_roles_named(l, v);
    if (v->kind == NODE_LIST && ((Move *)into)->by)
        load_later(l, PHASE_USES, link_movers, into, v);
}

static void link_need(Loader *l, void *into, const Node *v)
{
    Move *m = into;
    m->need = ARENA_ARRAY(l->arena, v->n, const Field *);
    for (size_t i = 0; i < v->n; i++) {
        const Field *f = load_field_named(l, v->items[i], l->reg, v->items[i]->text);
        if (f)
            m->need[m->need_count++] = f;
    }
}

static void read_need(Loader *l, void *into, const Node *v)
{
    if (load_is_list(l, v))
        load_later(l, PHASE_USES, link_need, into, v);
}

static void link_move_set(Loader *l, void *into, const Node *v)
{
    Move *m = into;
    m->set = load_settings(l, l->reg, v, &m->set_count);
}

static void read_move_set(Loader *l, void *into, const Node *v)
{
    load_later(l, PHASE_USES, link_move_set, into, v);
}

/* ---- a move that makes a record ---- */

static void check_creators(Loader *l, const Node *v, const Register *made, uint64_t by)
{
    for (size_t i = 0; i < l->m->role_count; i++)
        if ((by >> i & 1) && !load_role_may(made, (int)i, VERB_CREATE))
            load_problem(l, v, M_DOM_CREATES_RIGHT, l->m->roles[i].name, made->name, STR_NONE);
}

/* What was told in confidence stays in fields of the same class. */
static void check_carried(Loader *l, const Node *v, const Creation *c)
{
    for (size_t i = 0; i < c->n; i++) {
        ExprUses uses = {0};
        expr_uses(c->set[i].value, l->arena, &uses);
        for (size_t k = 0; k < uses.n; k++) {
            const Field *from = uses.items[k].field;
            if (from && from->class_ && from->class_ != c->set[i].field->class_)
                load_problem(l, v, M_DOM_CREATES_CLASS, c->set[i].field->name, from->name,
                             STR_NONE);
        }
    }
}

static void link_creates(Loader *l, void *into, const Node *v)
{
    const Move *m = into;
    Creation *c = m->creates;
    const Node *reg = node_get(v, S("register")), *field = node_get(v, S("into"));
    const Node *set = node_get(v, S("set"));
    if (!reg || reg->kind != NODE_TEXT || !field || field->kind != NODE_TEXT || !set)
        return;
    c->reg = load_register_named(l, reg, reg->text);
    c->into = load_field_named(l, field, l->reg, field->text);
    if (!c->reg || !c->into)
        return;
    if (c->into->target != c->reg || c->into->multi || c->into->calc)
        load_problem(l, field, M_DOM_CREATES_INTO, c->into->name, c->reg->name, STR_NONE);
    if (c->reg->has_parent && !c->reg->parent_optional)
        load_bad(l, reg, M_DOM_CREATES_PARENT, c->reg->name);
    c->set = load_settings(l, c->reg, set, &c->n);
    load_check_filled(l, v, c->reg, c->set, c->n);
    check_creators(l, v, c->reg, m->by);
    check_carried(l, v, c);
}

typedef struct CreationNames {
    Str reg, into; /* judged by link_creates, when all registers are known */
} CreationNames;

static void read_creates(Loader *l, void *into, const Node *v)
{
    static const KeyDef keys[] = {
        {"register", READ_TEXT, KEY_MUST, offsetof(CreationNames, reg), NULL},
        {"into", READ_TEXT, KEY_MUST, offsetof(CreationNames, into), NULL},
        {"set", READ_SKIP, KEY_MUST, 0, NULL},
    };
    CreationNames names;
    if (!LOAD_MAP(l, v, keys, &names))
        return;
    ((Move *)into)->creates = ARENA_NEW(l->arena, Creation);
    load_later(l, PHASE_USES, link_creates, into, v);
}

void load_move(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Move, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(Move, label), NULL},
        {"from", READ_CALL, KEY_MUST, 0, read_from},
        {"to", READ_CALL, KEY_MUST, 0, read_to},
        {"by", READ_CALL, KEY_MUST, 0, read_by},
        {"need", READ_CALL, KEY_MAY, 0, read_need},
        {"set", READ_CALL, KEY_MAY, 0, read_move_set},
        {"creates", READ_CALL, KEY_MAY, 0, read_creates},
        {"when", READ_CALL, KEY_MAY, offsetof(Move, when), load_condition},
        {"reason", READ_FLAG, KEY_MAY, offsetof(Move, reason), NULL},
        {"final", READ_FLAG, KEY_MAY, offsetof(Move, final), NULL},
        {"other", READ_FLAG, KEY_MAY, offsetof(Move, other), NULL},
    };
    LOAD_MAP(l, node, keys, into);
}

/* Adds the states one more move away from what is reached; false when there are none. */
static bool reach_more(Loader *l, StrList *reached)
{
    bool more = false;
    for (size_t i = 0; i < l->reg->move_count; i++) {
        const Move *m = &l->reg->moves[i];
        bool starts = false;
        for (size_t k = 0; k < m->from.n && !starts; k++)
            starts = str_list_has(reached, m->from.items[k]);
        if (starts && !str_list_has(reached, m->to)) {
            *ARENA_PUSH(l->arena, *reached) = m->to;
            more = true;
        }
    }
    return more;
}

static void refuse_unreached(Loader *l, const Node *flow)
{
    StrList reached = {0};
    *ARENA_PUSH(l->arena, reached) = l->reg->start_state;
    while (reach_more(l, &reached))
        ;
    for (size_t i = 0; i < l->reg->state_count; i++)
        if (!str_list_has(&reached, l->reg->states[i].name))
            load_bad(l, flow, M_DOM_UNREACHED, l->reg->states[i].name);
}

static void read_states(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->state_count = LOAD_ITEMS(l, v, load_state, &reg->states);
}

static void read_start(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    if (!load_is_text(l, v))
        return;
    reg->start_state = v->text;
    check_state(l, v, v->text);
}

static void read_moves(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->move_count = LOAD_ITEMS(l, v, load_move, &reg->moves);
}

void load_flow(Loader *l, void *reg, const Node *node)
{
    static const KeyDef keys[] = {
        {"states", READ_CALL, KEY_MUST, 0, read_states},
        {"start", READ_CALL, KEY_MUST, 0, read_start},
        {"moves", READ_CALL, KEY_MUST, 0, read_moves},
    };
    size_t before = l->problems->errors;
    if (LOAD_MAP(l, node, keys, reg) && l->problems->errors == before)
        refuse_unreached(l, node);
}

/* ---- clocks ---- */

static const WordDef triggers[] = {
    {"create", ON_CREATE}, {"move", ON_MOVE}, {"state", ON_STATE}, {"field", ON_FIELD}};

static void link_trigger(Loader *l, void *into, const Node *v)
{
    Trigger *t = into;
    if (t->kind == ON_FIELD)
        t->field = load_field_named(l, v, l->reg, t->name);
    else if (t->kind == ON_STATE)
        check_state(l, v, t->name);
    else if (t->kind == ON_MOVE && !reg_move(l->reg, t->name))
        load_bad(l, v, M_DOM_NO_MOVE, t->name);
}

static void read_trigger(Loader *l, Trigger *t, const Node *v, TriggerKind never)
{
    Str rest, word;
    if (!load_is_text(l, v))
        return;
    rest = v->text;
    str_word(&rest, &word);
    int kind = load_word(l, v, word, triggers, COUNT(triggers), M_DOM_NO_WORD);
    if (kind < 0)
        return;
    t->kind = (TriggerKind)kind;
    t->name = str_trim(rest);
    if (t->kind == never || (t->kind == ON_CREATE) != str_empty(t->name))
        load_bad(l, v, M_DOM_TRIGGER, v->text);
    else
        load_later(l, PHASE_USES, link_trigger, t, v);
}

static void read_clock_start(Loader *l, void *into, const Node *v)
{
    read_trigger(l, &((Clock *)into)->start, v, ON_FIELD);
}

static void read_clock_stop(Loader *l, void *into, const Node *v)
{
    read_trigger(l, &((Clock *)into)->stop, v, ON_CREATE);
}

void load_limit(Loader *l, void *into, const Node *v)
{
    Nearest near;
    if (!load_is_text(l, v))
        return;
    *(Str *)into = v->text;
    near = nearest_to(v->text);
    for (size_t i = 0; i < l->m->limit_count; i++)
        nearest_try(&near, l->m->limits[i].code);
    if (near.distance > 0)
        load_problem(l, v, M_DOM_NO_LIMIT, v->text, nearest_word(&near), STR_NONE);
}

/* "24 h", "7 d" */
static void read_limit(Loader *l, void *into, const Node *v)
{
    enum { LIMIT_MAX = 100000 };
    Str rest = v->kind == NODE_TEXT ? v->text : STR_NONE, number, unit;
    int64_t n;
    bool good = str_word(&rest, &number) && str_i64(number, &n) && n > 0 && n <= LIMIT_MAX &&
                str_word(&rest, &unit) && str_empty(rest);
    if (good && str_is(unit, "h"))
        ((Clock *)into)->limit = (Duration){n, DURATION_HOURS};
    else if (good && str_is(unit, "d"))
        ((Clock *)into)->limit = (Duration){n, DURATION_DAYS};
    else
        load_bad(l, v, M_DOM_LIMIT, v->text);
}

static void read_days(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {{"work", true}};
    if (load_is_text(l, v))
        ((Clock *)into)->work_days = LOAD_WORD(l, v, words, M_DOM_NO_WORD) > 0;
}

static void read_warn(Loader *l, void *into, const Node *v)
{
    Str text = v->kind == NODE_TEXT ? v->text : STR_NONE;
    int64_t n;
    if (str_ends(text, S("%")) && str_i64(str_trim(str_head(text, text.len - 1)), &n) && n > 0 &&
        n < 100)
        ((Clock *)into)->warn_percent = (int)n;
    else
        load_bad(l, v, M_DOM_WARN, text);
}

static void link_clock_to(Loader *l, void *into, const Node *v)
{
    Str name = v->text, word;
    str_word(&name, &word); /* "field" */
    const Field *f = load_field_named(l, v, l->reg, str_trim(name));
    ((Clock *)into)->to_field = f;
    if (f && f->target != l->m->by_role[REG_ROLE_INSTITUTION])
        load_problem(l, v, M_DOM_NO_WORD, v->text, S("pemilik"), STR_NONE);
}

static void read_clock_to(Loader *l, void *into, const Node *v)
{
    Clock *c = into;
    if (!load_is_text(l, v))
        return;
    c->to_role = -1;
    c->to_owner = str_is(v->text, "pemilik");
    if (str_starts(v->text, S("field ")))
        load_later(l, PHASE_USES, link_clock_to, c, v);
    else if (!c->to_owner)
        c->to_role = load_role_named(l, v);
}

static void read_escalate(Loader *l, void *into, const Node *v)
{
    ((Clock *)into)->escalate = load_roles_named(l, v);
}

void load_clock(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Clock, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(Clock, label), NULL},
        {"start", READ_CALL, KEY_MUST, 0, read_clock_start},
        {"stop", READ_CALL, KEY_MAY, 0, read_clock_stop},
        {"when", READ_CALL, KEY_MAY, offsetof(Clock, when), load_condition},
        {"law", READ_CALL, KEY_MAY, offsetof(Clock, limit_code), load_limit},
        {"limit", READ_CALL, KEY_MAY, 0, read_limit},
        {"days", READ_CALL, KEY_MAY, 0, read_days},
        {"warn", READ_CALL, KEY_MAY, 0, read_warn},
        {"to", READ_CALL, KEY_MUST, 0, read_clock_to},
        {"escalate", READ_CALL, KEY_MAY, 0, read_escalate},
    };
    const Clock *c = into;
    if (!LOAD_MAP(l, node, keys, into))
        return;
    if ((node_get(node, S("law")) != NULL) == (node_get(node, S("limit")) != NULL))
        load_bad(l, node, M_DOM_LAW_OR_LIMIT, c->name);
}

/* A started clock is a task under the record, so the task register must accept it as parent. */
static void link_clocks(Loader *l, void *into, const Node *v)
{
    const Register *task = l->m->by_role[REG_ROLE_TASK];
    if (task && !reg_accepts_parent(task, into))
        load_problem(l, v, M_DOM_NO_CHILD, task->name, ((Register *)into)->name, STR_NONE);
}

void load_clocks(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->clock_count = LOAD_ITEMS(l, v, load_clock, &reg->clocks);
    load_later(l, PHASE_USES, link_clocks, reg, v);
}
