/* Evaluation of linked expressions. */
#include "model/expr_tree.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "model/value_nik.h"

static const Str yes = {"ya", 2}, no = {"tidak", 5};

static Str value(const Expr *e, const ExprEnv *env);

static Str nothing_if_empty(Str s)
{
    return str_empty(s) ? STR_NONE : s;
}

/* ---- comparison ---- */

static int compare(const ExprType *t, Str x, Str y)
{
    int64_t m, n;
    Date c, d;
    if ((t->kind == FK_NUMBER || t->kind == FK_INSTANT) && str_i64(x, &m) && str_i64(y, &n))
        return (m > n) - (m < n);
    if (t->kind == FK_DATE && date_parse_iso(x, &c) && date_parse_iso(y, &d))
        return date_cmp(c, d);
    return str_cmp(x, y);
}

static bool same(const ExprType *t, Str x, Str y)
{
    return t->kind == FK_DATE ? str_eq(x, y) : compare(t, x, y) == 0;
}

static bool ordered(ExprFn fn, int order)
{
    return fn == FN_LT   ? order < 0
           : fn == FN_LE ? order <= 0
           : fn == FN_GT ? order > 0
                         : order >= 0;
}

static bool among(const Expr *e, Str left, const ExprEnv *env)
{
    for (size_t i = 1; i < e->n; i++) {
        Str right = value(e->args[i], env);
        if (!str_empty(right) && same(&e->args[0]->type, left, right))
            return true;
    }
    return false;
}

static bool compares(const Expr *e, const ExprEnv *env)
{
    const ExprType *t = &e->args[0]->type;
    Str left = value(e->args[0], env);
    if (str_empty(left))
        return false;
    if (e->fn == FN_IN)
        return among(e, left, env);
    Str right = value(e->args[1], env);
    if (str_empty(right))
        return false;
    if (e->fn == FN_HAS)
        return str_has_word(left, right);
    if (e->fn == FN_EQ || e->fn == FN_NE)
        return same(t, left, right) == (e->fn == FN_EQ);
    return ordered(e->fn, compare(t, left, right));
}

bool expr_true(const Expr *e, const ExprEnv *env)
{
    if (e->kind == EXPR_CALL && e->fn == FN_EMPTY)
        return str_empty(value(e->args[0], env));
    if (e->kind != EXPR_OP)
        return str_eq(value(e, env), yes);
    if (e->fn == FN_OR)
        return expr_true(e->args[0], env) || expr_true(e->args[1], env);
    if (e->fn == FN_AND)
        return expr_true(e->args[0], env) && expr_true(e->args[1], env);
    if (e->fn == FN_NOT)
        return !expr_true(e->args[0], env);
    return compares(e, env);
}

size_t expr_refuted(const Expr *e, const ExprEnv *env, const Expr **ret, size_t max)
{
    size_t n;
    if (expr_true(e, env) || !max)
        return 0;
    if (e->kind != EXPR_OP || e->fn != FN_AND) {
        ret[0] = e;
        return 1;
    }
    n = expr_refuted(e->args[0], env, ret, max);
    return n + expr_refuted(e->args[1], env, ret + n, max - n);
}

/* ---- functions ---- */

static bool date_arg(const Expr *e, size_t i, const ExprEnv *env, Date *ret)
{
    return date_parse_iso(value(e->args[i], env), ret);
}

static Str age(const Expr *e, const ExprEnv *env)
{
    Date birth, at;
    if (!date_arg(e, 0, env, &birth) || !date_arg(e, 1, env, &at))
        return STR_NONE;
    int years = date_age(birth, at);
    return years < 0 ? STR_NONE : str_int(env->arena, years);
}

static Str band(const Expr *e, const ExprEnv *env)
{
    int64_t n;
    if (!str_i64(value(e->args[1], env), &n))
        return STR_NONE;
    for (size_t i = 0; i < e->list->n; i++)
        if (e->list->items[i].lo <= n && n <= e->list->items[i].hi)
            return e->list->items[i].code;
    return STR_NONE;
}

/* First letters in upper case, without points: a reader says "M Y", not "M point Y point". */
static Str initials(const Expr *e, const ExprEnv *env)
{
    Str text = value(e->args[0], env), word;
    Buf b = buf_new(env->arena, 16);
    while (str_word(&text, &word)) {
        size_t first = utf8_first(word);
        if (first == 1 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z')
            buf_char(&b, (char)(word.ptr[0] - 'a' + 'A'));
        else if (first > 1 || (word.ptr[0] >= 'A' && word.ptr[0] <= 'Z'))
            buf_put(&b, str_head(word, first));
    }
    return nothing_if_empty(buf_str(&b));
}

/* Its texts in one line; what is empty leaves no gap. */
static Str join(const Expr *e, const ExprEnv *env)
{
    Buf b = buf_new(env->arena, 64);
    for (size_t i = 0; i < e->n; i++) {
        Str text = value(e->args[i], env);
        if (b.len && !str_empty(text))
            buf_char(&b, ' ');
        buf_put(&b, text);
    }
    return nothing_if_empty(buf_str(&b));
}

static Str differ(const Expr *e, const ExprEnv *env)
{
    Str x = value(e->args[0], env), y = value(e->args[1], env);
    if (str_empty(x) || str_empty(y))
        return STR_NONE;
    return same(&e->args[0]->type, x, y) ? no : yes;
}

static Str part_year(const Expr *e, const ExprEnv *env)
{
    Date from, to;
    if (!date_arg(e, 0, env, &from) || !date_arg(e, 1, env, &to))
        return STR_NONE;
    Date last = date_last(to);
    bool whole = from.month <= 1 && from.day <= 1 && last.month == 12 && last.day == 31;
    return whole ? no : yes;
}

static Str from_nik(const Expr *e, const ExprEnv *env)
{
    Str nik = value(e->args[0], env);
    Date birth;
    if (e->fn == FN_NIK_SEX)
        return nik_sex(nik);
    return nik_birth(nik, env->today, &birth) ? date_iso(env->arena, birth) : STR_NONE;
}

static Str moment(const Expr *e, const ExprEnv *env)
{
    Date d;
    if (!date_arg(e, 0, env, &d))
        return STR_NONE;
    return str_int(env->arena, clock_instant(date_from_days(date_days(d)), 0));
}

bool days_count(Str text, int64_t *ret)
{
    enum { DAYS_MAX = 36600 };
    return str_i64(text, ret) && *ret >= 0 && *ret <= DAYS_MAX;
}

static Str days_after(const Expr *e, const ExprEnv *env)
{
    Date d;
    int64_t days;
    if (!date_arg(e, 0, env, &d) || !days_count(value(e->args[1], env), &days))
        return STR_NONE;
    return date_iso(env->arena, date_from_days(date_days(d) + (int)days));
}

static Str year(const Expr *e, const ExprEnv *env)
{
    Date d;
    return date_arg(e, 0, env, &d) ? str_int(env->arena, d.year) : STR_NONE;
}

static Str first(const Expr *e, const ExprEnv *env)
{
    for (size_t i = 0; i < e->n; i++) {
        Str v = value(e->args[i], env);
        if (!str_empty(v))
            return v;
    }
    return STR_NONE;
}

/* ---- over children ---- */

static Str sum(const StrList *values, Arena *a)
{
    int64_t total = 0, n;
    bool some = false;
    for (size_t i = 0; i < values->n; i++)
        if (str_i64(values->items[i], &n)) {
            some = true;
            if (__builtin_add_overflow(total, n, &total))
                return STR_NONE;
        }
    return some ? str_int(a, total) : STR_NONE;
}

static Str set(const StrList *values, Arena *a)
{
    Buf b = buf_new(a, 64);
    for (size_t i = 0; i < values->n; i++) {
        Str rest = values->items[i], word;
        while (str_word(&rest, &word))
            if (!str_has_word(buf_str(&b), word)) {
                if (b.len)
                    buf_char(&b, ' ');
                buf_put(&b, word);
            }
    }
    return nothing_if_empty(buf_str(&b));
}

static Str last(const StrList *values)
{
    for (size_t i = values->n; i > 0; i--)
        if (!str_empty(values->items[i - 1]))
            return values->items[i - 1];
    return STR_NONE;
}

static Str over_children(const Expr *e, const ExprEnv *env)
{
    StrList values = env->children(env->ctx, e->child, e->field);
    if (e->fn == FN_COUNT)
        return str_int(env->arena, (int64_t)values.n);
    if (e->fn == FN_SUM)
        return sum(&values, env->arena);
    return e->fn == FN_SET ? set(&values, env->arena) : last(&values);
}

/* ---- values ---- */

static Str today(const Expr *e, const ExprEnv *env)
{
    (void)e;
    return date_iso(env->arena, env->today);
}

static Str choose(const Expr *e, const ExprEnv *env)
{
    return value(e->args[expr_true(e->args[0], env) ? 1 : 2], env);
}

static Str find(const Expr *e, const ExprEnv *env)
{
    Str key = value(e->args[2], env);
    return str_empty(key) ? STR_NONE : env->find(env->ctx, e->field, key);
}

static Str truth(const Expr *e, const ExprEnv *env)
{
    return expr_true(e, env) ? yes : no;
}

/* now(), me(), random_code(). A code has 80 bits, in letters and digits that nobody confuses. */
static Str once(const Expr *e, const ExprEnv *env)
{
    static const char signs[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    unsigned char bytes[16];
    if (e->fn == FN_NOW)
        return str_int(env->arena, clock_now());
    if (e->fn == FN_ME)
        return env->me;
    rand_bytes(bytes, sizeof bytes);
    Buf b = buf_new(env->arena, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_char(&b, signs[bytes[i] % 32]);
    return buf_str(&b);
}

static Str (*const calls[FN_COUNT_])(const Expr *, const ExprEnv *) = {[FN_MOMENT] = moment,
#define X(name, word, fewest, most, link, work) [FN_##name] = work,
                                                                       EXPR_FUNCTIONS
#undef X
};

static Str value(const Expr *e, const ExprEnv *env)
{
    switch (e->kind) {
    case EXPR_NUMBER:
    case EXPR_TEXT:
        return e->text;
    case EXPR_NAME:
        if (e->via || e->parent)
            return env->hop(env->ctx, e->via, e->field);
        return env->own(env->ctx, e->field);
    case EXPR_OP:
        return truth(e, env);
    case EXPR_CALL:
        return calls[e->fn](e, env);
    }
    BUG("no such expression");
}

Str expr_text(const Expr *e, const ExprEnv *env)
{
    return nothing_if_empty(value(e, env));
}

/* ---- what it reads ---- */

static void add_use(ExprUses *uses, Arena *a, ExprUse use)
{
    for (size_t i = 0; i < uses->n; i++) {
        const ExprUse *u = &uses->items[i];
        if (u->via == use.via && u->parent == use.parent && u->child == use.child &&
            u->field == use.field)
            return;
    }
    *ARENA_PUSH(a, *uses) = use;
}

void expr_uses(const Expr *e, Arena *a, ExprUses *ret)
{
    if (e->kind == EXPR_NAME && e->field)
        add_use(ret, a, (ExprUse){.via = e->via, .parent = e->parent, .field = e->field});
    if (e->child) {
        add_use(ret, a, (ExprUse){.child = e->child, .field = e->field});
        return; /* its argument is no column of this register */
    }
    for (size_t i = 0; i < e->n; i++)
        expr_uses(e->args[i], a, ret);
}

bool expr_simple(const Expr *e, Arena *a, const Field **ret_field, Str *ret_codes)
{
    bool negated = e->kind == EXPR_OP && e->fn == FN_NOT;
    e = negated ? e->args[0] : e;
    if (e->kind != EXPR_OP || (e->fn != FN_EQ && e->fn != FN_HAS && e->fn != FN_IN))
        return false;
    const Expr *left = e->args[0];
    bool own = left->kind == EXPR_NAME && left->field && !left->via && !left->parent &&
               !left->field->system;
    if (!own || !left->type.codes)
        return false;
    Buf b = buf_new(a, 64);
    for (size_t i = 1; i < e->n; i++) {
        if (e->args[i]->kind != EXPR_TEXT)
            return false;
        if (i > 1 || negated)
            buf_put(&b, i > 1 ? S(" ") : S("! "));
        buf_put(&b, e->args[i]->text);
    }
    *ret_field = left->field;
    *ret_codes = buf_str(&b);
    return true;
}
