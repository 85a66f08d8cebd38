/* Names to columns and codes, and what fits with what. */
#include "model/expr_tree.h"
#include "number.h"

typedef struct Link {
    const Model *m;
    const Register *reg;
    ExprUseAs as;
    Str file;
    Problems *problems;
} Link;

static const ExprType any = {.kind = FK_COUNT};

static void bad(const Link *k, const Expr *e, Msg msg, Str a, Str b)
{
    Arena *keep = k->problems->arena;
    problem_add(k->problems, (Problem){.place = str_copy(keep, k->file),
                                       .line = e->line,
                                       .column = e->column,
                                       .msg = msg,
                                       .args = {str_copy(keep, a), str_copy(keep, b)}});
}

static ExprType type_of(const Field *f)
{
    return (ExprType){.kind = f->kind,
                      .multi = f->multi,
                      .scale = f->scale,
                      .codes = f->codes,
                      .target = f->kind == FK_REF ? f->target : NULL};
}

static bool fits(const ExprType *x, const ExprType *y)
{
    if (x->kind == FK_COUNT || y->kind == FK_COUNT)
        return true;
    if (x->kind != y->kind || x->scale != y->scale)
        return false;
    if (x->codes && y->codes && x->codes != y->codes)
        return false;
    return !x->target || !y->target || x->target == y->target;
}

static void link_value(const Link *k, Expr *e, const ExprType *want);
static void link_condition(const Link *k, Expr *e);

/* ---- names ---- */

/* Column `name` of every register that may stand at the end of the hop; the first is returned. */
static const Field *hop_field(const Link *k, const Expr *e, const Field *via, Str name)
{
    const Field *first = NULL;
    for (size_t i = 0; i < k->m->reg_count; i++) {
        const Register *target = k->m->regs[i];
        if (!field_accepts(via, target))
            continue;
        const Field *f = reg_column(target, name);
        if (!f) {
            bad(k, e, M_EXPR_NO_NAME, name, target->name);
            return NULL;
        }
        ExprType x = type_of(f), y = first ? type_of(first) : any;
        bool states = f->system == SYS_STATE; /* each register has its own */
        if (first && !states && !fits(&x, &y))
            bad(k, e, M_EXPR_TYPES, name, target->name);
        if (!first)
            first = f;
    }
    return first;
}

static void link_hop(const Link *k, Expr *e, Str head, Str name)
{
    const Field *via = reg_column(k->reg, head);
    if (!via) {
        bad(k, e, M_EXPR_NO_NAME, head, k->reg->name);
        return;
    }
    if (via->kind != FK_REF || via->multi || str_find(name, '.') >= 0) {
        bad(k, e, M_EXPR_HOP, e->text, STR_NONE);
        return;
    }
    e->field = hop_field(k, e, via, name);
    e->parent = via->system == SYS_PARENT;
    e->via = e->parent ? NULL : via;
}

/* Whether the word is a code that the other side may have; then it becomes a literal. */
static bool link_code(Expr *e, const ExprType *want)
{
    if (!want->codes || !code_find(want->codes, e->text))
        return false;
    e->kind = EXPR_TEXT;
    e->type = *want;
    e->type.multi = false;
    return true;
}

static void link_name(const Link *k, Expr *e, const ExprType *want)
{
    ptrdiff_t dot = str_find(e->text, '.');
    if (dot < 0 && link_code(e, want))
        return;
    if (dot >= 0) {
        link_hop(k, e, str_head(e->text, (size_t)dot), str_from(e->text, (size_t)dot + 1));
    } else {
        e->field = reg_column(k->reg, e->text);
        if (!e->field)
            bad(k, e, want->codes ? M_EXPR_NO_CODE : M_EXPR_NO_NAME, e->text,
                want->codes ? want->codes->name : k->reg->name);
    }
    if (e->field)
        e->type = type_of(e->field);
}

/* ---- literals ---- */

static void link_literal(const Link *k, Expr *e, const ExprType *want)
{
    Date d;
    e->type = *want;
    e->type.multi = false;
    if (e->kind == EXPR_NUMBER) {
        e->type = (ExprType){.kind = FK_NUMBER, .scale = want->kind == FK_NUMBER ? want->scale : 0};
        if (!number_canonical(k->m->arena, e->text, e->type.scale, &e->text) ||
            (want->kind != FK_COUNT && want->kind != FK_NUMBER))
            bad(k, e, M_EXPR_TYPES, e->text, STR_NONE);
        return;
    }
    bool good = true;
    if (want->codes)
        good = code_find(want->codes, e->text) != NULL;
    else if (want->kind == FK_DATE)
        good = date_parse_iso(e->text, &d);
    else if (want->kind == FK_COUNT)
        e->type.kind = FK_TEXT;
    else
        good = want->kind == FK_TEXT || want->kind == FK_CODE || want->kind == FK_PLACE ||
               want->kind == FK_TIME;
    if (!good)
        bad(k, e, want->codes ? M_EXPR_NO_CODE : M_EXPR_TYPES, e->text,
            want->codes ? want->codes->name : STR_NONE);
}

/* A date where a moment is wanted becomes its first minute. */
static void link_moment(const Link *k, Expr *e, const ExprType *want)
{
    if (want->kind != FK_INSTANT || e->type.kind != FK_DATE)
        return;
    Expr *inner = ARENA_NEW(k->m->arena, Expr);
    *inner = *e;
    e->kind = EXPR_CALL;
    e->fn = FN_MOMENT;
    e->args = ARENA_ARRAY(k->m->arena, 1, Expr *);
    e->args[0] = inner;
    e->n = 1;
    e->type = (ExprType){.kind = FK_INSTANT};
}

/* ---- operators ---- */

static void link_compare(const Link *k, Expr *e)
{
    Expr *left = e->args[0];
    link_value(k, left, &any);
    if (left->type.multi != (e->fn == FN_HAS) && left->type.kind != FK_COUNT)
        bad(k, left, e->fn == FN_HAS ? M_EXPR_NEED_MULTI : M_EXPR_MULTI, left->text, STR_NONE);
    for (size_t i = 1; i < e->n; i++) {
        ExprType want = left->type;
        want.multi = false;
        link_value(k, e->args[i], &want);
        if (e->args[i]->type.multi || e->args[i]->type.condition || left->type.condition ||
            !fits(&want, &e->args[i]->type))
            bad(k, e->args[i], M_EXPR_TYPES, e->args[i]->text, STR_NONE);
    }
}

static void link_op(const Link *k, Expr *e)
{
    e->type = (ExprType){.kind = FK_YESNO4, .condition = true};
    if (e->fn > FN_NOT) {
        link_compare(k, e);
        return;
    }
    for (size_t i = 0; i < e->n; i++)
        link_condition(k, e->args[i]);
}

/* ---- functions ---- */

/* Functions whose arguments are all of one kind. */
static void link_plain(const Link *k, Expr *e, const ExprType *want)
{
    static const struct {
        FieldKind args, result;
    } kinds[FN_COUNT_] = {
        [FN_TODAY] = {FK_DATE, FK_DATE},    [FN_AGE] = {FK_DATE, FK_NUMBER},
        [FN_YEAR] = {FK_DATE, FK_NUMBER},   [FN_PART_YEAR] = {FK_DATE, FK_YESNO4},
        [FN_INITIALS] = {FK_TEXT, FK_TEXT}, [FN_NIK_BIRTH] = {FK_TEXT, FK_DATE},
        [FN_NIK_SEX] = {FK_TEXT, FK_CODE},  [FN_JOIN] = {FK_TEXT, FK_TEXT},
    };
    ExprType arg = {.kind = kinds[e->fn].args};
    (void)want;
    for (size_t i = 0; i < e->n; i++) {
        link_value(k, e->args[i], &arg);
        const ExprType *got = &e->args[i]->type;
        if (got->condition || got->multi || !fits(&arg, got))
            bad(k, e->args[i], M_EXPR_TYPES, e->args[i]->text, STR_NONE);
    }
    e->type = (ExprType){.kind = kinds[e->fn].result};
}

static void link_days_after(const Link *k, Expr *e, const ExprType *want)
{
    static const ExprType args[] = {{.kind = FK_DATE}, {.kind = FK_NUMBER}};
    int64_t days;
    (void)want;
    for (size_t i = 0; i < e->n; i++) {
        link_value(k, e->args[i], &args[i]);
        if (e->args[i]->type.multi || !fits(&args[i], &e->args[i]->type))
            bad(k, e->args[i], M_EXPR_TYPES, e->args[i]->text, STR_NONE);
    }
    if (e->args[1]->kind == EXPR_NUMBER && !days_count(e->args[1]->text, &days))
        bad(k, e->args[1], M_EXPR_DAYS, e->args[1]->text, STR_NONE);
    e->type = args[0];
}

static void link_empty(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    link_value(k, e->args[0], &any);
    e->type = (ExprType){.kind = FK_YESNO4, .condition = true};
}

/* if() and first(): the values from `from` on are of one type, which is the result's. */
static void link_choice(const Link *k, Expr *e, size_t from, const ExprType *want)
{
    e->type = *want;
    for (size_t i = from; i < e->n; i++) {
        link_value(k, e->args[i], &e->type);
        const ExprType *got = &e->args[i]->type;
        if (got->condition || !fits(&e->type, got))
            bad(k, e->args[i], M_EXPR_TYPES, e->args[i]->text, STR_NONE);
        if (e->type.kind == FK_COUNT)
            e->type = *got;
    }
}

static void link_band(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    static const ExprType number = {.kind = FK_NUMBER};
    bool bands = false;
    Expr *list = e->args[0];
    e->list = list->kind == EXPR_NAME ? model_list(k->m, list->text) : NULL;
    for (size_t i = 0; e->list && i < e->list->n; i++)
        bands |= e->list->items[i].lo <= e->list->items[i].hi;
    if (!bands)
        bad(k, list, M_EXPR_BAND, list->text, STR_NONE);
    link_value(k, e->args[1], &number);
    if (!fits(&number, &e->args[1]->type))
        bad(k, e->args[1], M_EXPR_TYPES, e->args[1]->text, STR_NONE);
    e->type = (ExprType){.kind = FK_CODE, .codes = e->list};
}

static void link_find(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    Expr *reg = e->args[0], *name = e->args[1];
    const Register *target = reg->kind == EXPR_NAME ? model_reg(k->m, reg->text) : NULL;
    const Field *f = target && name->kind == EXPR_NAME ? reg_field(target, name->text) : NULL;
    e->type = (ExprType){.kind = FK_REF, .target = target};
    if (k->as == EXPR_CALC)
        bad(k, e, M_EXPR_FIND_CALC, STR_NONE, STR_NONE);
    if (!f || f->class_ || f->multi) {
        bad(k, target ? name : reg, M_EXPR_NO_NAME, target ? name->text : reg->text,
            target ? target->name : S("registers"));
        return;
    }
    e->field = f;
    ExprType key = type_of(f);
    link_value(k, e->args[2], &key);
    if (!fits(&key, &e->args[2]->type))
        bad(k, e->args[2], M_EXPR_TYPES, e->args[2]->text, STR_NONE);
}

/* count(REG), sum(REG.f), set(REG.f), last(REG.f) */
static void link_children(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    Expr *of = e->args[0];
    ptrdiff_t dot = str_find(of->text, '.');
    Str name = dot < 0 ? of->text : str_head(of->text, (size_t)dot);
    const Register *child = of->kind == EXPR_NAME ? model_reg(k->m, name) : NULL;
    e->type = (ExprType){.kind = FK_NUMBER};
    if (!child || !reg_accepts_parent(child, k->reg) || (dot < 0) != (e->fn == FN_COUNT)) {
        bad(k, of, M_EXPR_CHILD, of->text, k->reg->name);
        return;
    }
    e->child = child;
    if (e->fn == FN_COUNT)
        return;
    e->field = reg_field(child, str_from(of->text, (size_t)dot + 1));
    if (!e->field || e->field->class_ || (e->fn == FN_SUM && e->field->kind != FK_NUMBER)) {
        bad(k, of, M_EXPR_CHILD, of->text, k->reg->name);
        return;
    }
    e->type = type_of(e->field);
    if (e->fn == FN_SET)
        e->type.multi = true;
}

static void link_if(const Link *k, Expr *e, const ExprType *want)
{
    link_condition(k, e->args[0]);
    link_choice(k, e, 1, want);
}

static void link_first(const Link *k, Expr *e, const ExprType *want)
{
    link_choice(k, e, 0, want);
}

static void link_differ(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    link_choice(k, e, 0, &any);
    e->type = (ExprType){.kind = FK_YESNO4};
}

/* A stored value must not hang on the day somebody happened to save it. */
static void link_today(const Link *k, Expr *e, const ExprType *want)
{
    link_plain(k, e, want);
    if (k->as == EXPR_CALC)
        bad(k, e, M_EXPR_TODAY_CALC, STR_NONE, STR_NONE);
}

/* now(), me(), random_code(): another value each time, so written once and never a calculation. */
static void link_once(const Link *k, Expr *e, const ExprType *want)
{
    (void)want;
    if (k->as != EXPR_VALUE)
        bad(k, e, M_EXPR_ONCE, S(""), STR_NONE);
    if (e->fn == FN_ME)
        e->type = (ExprType){.kind = FK_REF, .target = role_reg(k->m, REG_ROLE_USER)};
    else
        e->type = (ExprType){.kind = e->fn == FN_NOW ? FK_INSTANT : FK_TEXT};
}

static void (*const calls[FN_COUNT_])(const Link *, Expr *, const ExprType *) = {
#define X(name, word, fewest, most, link, work) [FN_##name] = link_##link,
    EXPR_FUNCTIONS
#undef X
};

/* ---- both ---- */

static void link_value(const Link *k, Expr *e, const ExprType *want)
{
    switch (e->kind) {
    case EXPR_NUMBER:
    case EXPR_TEXT:
        link_literal(k, e, want);
        break;
    case EXPR_NAME:
        link_name(k, e, want);
        break;
    case EXPR_OP:
        link_op(k, e);
        break;
    case EXPR_CALL:
        calls[e->fn](k, e, want);
        break;
    }
    link_moment(k, e, want);
}

static void link_condition(const Link *k, Expr *e)
{
    size_t before = k->problems->n;
    link_value(k, e, &any);
    if (!e->type.condition && k->problems->n == before)
        bad(k, e, M_EXPR_CONDITION, e->text, STR_NONE);
}

void expr_link(Expr *e, const Register *reg, const Field *out, ExprUseAs as, Str file,
               Problems *problems)
{
    if (!e)
        return;
    Link k = {.m = reg->model, .reg = reg, .as = as, .file = file, .problems = problems};
    if (as == EXPR_CONDITION) {
        link_condition(&k, e);
        return;
    }
    ExprType want = type_of(out);
    size_t before = problems->n;
    link_value(&k, e, &want);
    if (problems->n == before && (!fits(&want, &e->type) || (e->type.multi && !want.multi)))
        bad(&k, e, M_EXPR_RESULT, out->name, STR_NONE);
}
