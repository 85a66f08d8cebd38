/* libFuzzer: any bytes as an expression of a register of the small domain; what links is evaluated
 * and put in words. SIGAP_DOMAIN names the domain. */
#include "model/expr.h"

#include "fuzz_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str own(void *ctx, const Field *f)
{
    (void)ctx;
    return f->index % 3 == 0 ? STR_NONE : f->index % 3 == 1 ? S("2026") : S("12 x");
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

static void evaluate(Arena *a, const Expr *e)
{
    ExprEnv env = {.arena = a,
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
    expr_uses(e, a, &uses);
    expr_simple(e, a, &f, &code);
    expr_words(e, a, LANG_EN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    const Register *reg = domain()->regs[size % domain()->reg_count];
    for (size_t i = 0; i <= reg->field_count; i++) {
        Problems problems = {.arena = a};
        const Field *out = i < reg->field_count ? reg->fields[i] : NULL;
        Expr *e = expr_parse(a, (Str){(const char *)data, size}, S("fuzz"), 1, 1, &problems);
        if ((e == NULL) != (problems.n == 1))
            BUG("a failure without its problem");
        expr_link(e, reg, out, out ? EXPR_VALUE : EXPR_CONDITION, S("fuzz"), &problems);
        if (e && !problems.n)
            evaluate(a, e);
        if (!e)
            break;
    }
    arena_free(a);
    return 0;
}
