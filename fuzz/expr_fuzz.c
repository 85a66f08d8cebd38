/* libFuzzer: any bytes as an expression of a register of the small domain; what links is evaluated
 * and put in words. SIGAP_DOMAIN names the domain. */
#include "model/expr.h"

#include "fuzz_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Now nothing, now what fits the field, now what does not. */
static Str own(void *ctx, const Field *f)
{
    const size_t *round = ctx;
    switch ((f->index + *round) % 4) {
    case 0:
        return STR_NONE;
    case 1:
        return S("12 x");
    default:
        return f->kind == FK_DATE                              ? S("2010-05-05")
               : f->kind == FK_NUMBER || f->kind == FK_INSTANT ? S("12")
               : f->kind == FK_PLACE                           ? S("53.03")
                                                               : S("5303015705040001");
    }
}

static Str hop(void *ctx, const Field *via, const Field *f)
{
    (void)via;
    return own(ctx, f);
}

static StrList children(void *ctx, const Register *child, const Field *f)
{
    static Str items[] = {{"7", 1}, {NULL, 0}, {"a b", 3}};
    (void)ctx;
    (void)child;
    (void)f;
    return (StrList){.items = items, .n = 3, .cap = 3};
}

static Str find(void *ctx, const Field *f, Str value)
{
    (void)ctx;
    (void)f;
    return value;
}

/* What does not hold is told by parts that do not hold, nothing of what holds. */
static void refute(const Expr *e, const ExprEnv *env)
{
    const Expr *told[2];
    size_t n = expr_refuted(e, env, told, sizeof told / sizeof *told);
    if ((n == 0) != expr_true(e, env))
        BUG("refused without a reason, or the other way round");
    while (n > 0)
        if (expr_true(told[--n], env))
            BUG("a part that holds is told");
}

static void evaluate(Arena *a, const Expr *e, bool condition, size_t round)
{
    ExprEnv env = {.arena = a,
                   .ctx = &round,
                   .today = {2026, 3, 12},
                   .own = own,
                   .hop = hop,
                   .children = children,
                   .find = find};
    ExprUses uses = {0};
    const Field *f;
    Str code;
    expr_text(e, &env);
    expr_true(e, &env);
    if (condition) /* a value may be another one at each look: now(), random_code() */
        refute(e, &env);
    expr_uses(e, a, &uses);
    expr_simple(e, a, &f, &code);
    expr_words(e, a, LANG_EN);
}

/* As the condition of the register, then as the value of each of its fields; false when it does
 * not even parse. */
static bool try_register(Arena *a, const Register *reg, Str text)
{
    for (size_t i = 0; i <= reg->field_count; i++) {
        Problems problems = {.arena = a};
        const Field *out = i ? reg->fields[i - 1] : NULL;
        Expr *e = expr_parse(a, text, S("fuzz"), 1, 1, &problems);
        if ((e == NULL) != (problems.n == 1))
            BUG("a failure without its problem");
        if (!e)
            return false;
        expr_link(e, reg, out, out ? EXPR_VALUE : EXPR_CONDITION, S("fuzz"), &problems);
        for (size_t round = 0; !problems.n && round < 4; round++)
            evaluate(a, e, out == NULL, round);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    const Model *m = domain();
    for (size_t i = 0; i < m->reg_count; i++)
        if (!try_register(a, m->regs[i], (Str){(const char *)data, size}))
            break;
    arena_free(a);
    return 0;
}
