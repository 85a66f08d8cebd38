/* Text to tree: or < and < not < comparison < value. */
#include "model/expr_tree.h"

enum { DEPTH_MAX = 32, ARGS_MAX = 64 };

typedef enum TokenKind { TOKEN_END, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_NAME, TOKEN_SIGN } TokenKind;

typedef struct Parser {
    Arena *arena;
    Str text, file;
    int line, column;
    Problems *problems;
    TokenKind kind; /* the token in front */
    Str token;      /* without the quotes of a text */
    size_t start, at;
    int depth;
    bool failed;
} Parser;

static const struct {
    const char *word;
    size_t fewest, most;
} words[] = {
#define X(name, word, fewest, most, link, work) {word, fewest, most},
    EXPR_OPERATORS EXPR_FUNCTIONS
#undef X
};

static void *fail(Parser *p, Msg msg, Str arg)
{
    Arena *keep = p->problems->arena;
    if (!p->failed)
        problem_add(p->problems, (Problem){.place = str_copy(keep, p->file),
                                           .line = p->line,
                                           .column = p->column + (int)p->start,
                                           .msg = msg,
                                           .args = {str_copy(keep, arg)}});
    p->failed = true;
    return NULL;
}

/* ---- tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char char_at(const Parser *p, size_t at)
{
    return at < p->text.len ? p->text.ptr[at] : 0;
}

static void take(Parser *p, TokenKind kind, size_t end)
{
    p->kind = kind;
    p->token = (Str){p->text.ptr + p->at, end - p->at};
    p->at = end;
}

static void read_quoted(Parser *p)
{
    size_t end = p->at + 1;
    while (end < p->text.len && p->text.ptr[end] != '\'')
        end++;
    if (end == p->text.len) {
        fail(p, M_EXPR_QUOTE, STR_NONE);
        p->kind = TOKEN_END;
        return;
    }
    p->at++;
    take(p, TOKEN_TEXT, end);
    p->at++;
}

static void read_number(Parser *p)
{
    size_t end = p->at + 1;
    while (is_digit(char_at(p, end)))
        end++;
    if (char_at(p, end) == '.' && is_digit(char_at(p, end + 1)))
        for (end++; is_digit(char_at(p, end));)
            end++;
    bool word = is_letter(char_at(p, end));
    take(p, TOKEN_NUMBER, end);
    if (word)
        fail(p, M_EXPR_SIGN, p->token);
}

static void read_name(Parser *p)
{
    size_t end = p->at;
    while (is_letter(char_at(p, end)) || is_digit(char_at(p, end)) ||
           (char_at(p, end) == '.' && is_letter(char_at(p, end + 1))))
        end++;
    take(p, TOKEN_NAME, end);
}

static void next_token(Parser *p)
{
    while (char_at(p, p->at) == ' ' || char_at(p, p->at) == '\n')
        p->at++;
    p->start = p->at;
    char c = char_at(p, p->at), d = char_at(p, p->at + 1);
    if (p->at >= p->text.len)
        take(p, TOKEN_END, p->text.len);
    else if (c == '\'')
        read_quoted(p);
    else if (is_digit(c) || (c == '-' && is_digit(d)))
        read_number(p);
    else if (is_letter(c))
        read_name(p);
    else if ((c == '!' || c == '<' || c == '>') && d == '=')
        take(p, TOKEN_SIGN, p->at + 2);
    else
        take(p, TOKEN_SIGN, p->at + 1);
}

/* Whether the token in front is that sign or operator word; steps over it. */
static bool accept(Parser *p, const char *sign)
{
    if ((p->kind != TOKEN_SIGN && p->kind != TOKEN_NAME) || !str_is(p->token, sign))
        return false;
    next_token(p);
    return true;
}

static bool expect(Parser *p, const char *sign)
{
    bool there = accept(p, sign);
    if (!there)
        fail(p, M_EXPR_EXPECTED, str_of(sign));
    return there;
}

/* ---- tree ---- */

static Expr *node(Parser *p, ExprKind kind, Str text)
{
    Expr *e = ARENA_NEW(p->arena, Expr);
    e->kind = kind;
    e->text = text;
    e->line = p->line;
    e->column = p->column + (int)p->start;
    e->type.kind = FK_COUNT;
    return e;
}

static Expr *pair(Parser *p, ExprFn fn, Expr *left, Expr *right)
{
    Expr *e = node(p, EXPR_OP, STR_NONE);
    e->fn = fn;
    e->line = left ? left->line : e->line;
    e->column = left ? left->column : e->column;
    e->args = ARENA_ARRAY(p->arena, 2, Expr *);
    e->args[0] = left;
    e->args[1] = right;
    e->n = 2;
    return left && right ? e : NULL;
}

static Expr *parse_or(Parser *p);

/* Values up to the closing bracket, which is taken. */
static bool parse_list(Parser *p, Expr *e)
{
    e->args = ARENA_ARRAY(p->arena, ARGS_MAX, Expr *);
    if (accept(p, ")"))
        return true;
    do {
        Expr *arg = parse_or(p);
        if (!arg)
            return false;
        if (e->n == ARGS_MAX)
            return fail(p, M_EXPR_ARGS, e->text) != NULL;
        e->args[e->n++] = arg;
    } while (accept(p, ","));
    return expect(p, ")");
}

static Expr *parse_call(Parser *p, Expr *name)
{
    Expr *e = name;
    e->kind = EXPR_CALL;
    for (e->fn = FN_EMPTY; e->fn < FN_MOMENT; e->fn++)
        if (str_is(e->text, words[e->fn].word))
            break;
    bool known = e->fn != FN_MOMENT;
    if (known && !parse_list(p, e))
        return NULL;
    if (known && e->n >= words[e->fn].fewest && e->n <= words[e->fn].most)
        return e;
    p->start = (size_t)(e->column - p->column);
    return fail(p, known ? M_EXPR_ARGS : M_EXPR_FUNCTION, e->text);
}

static bool is_operator_word(Str s)
{
    return str_is(s, "and") || str_is(s, "or") || str_is(s, "not") || str_is(s, "has") ||
           str_is(s, "in");
}

static Expr *parse_value(Parser *p)
{
    Expr *e = NULL;
    if (p->depth > DEPTH_MAX)
        return fail(p, M_EXPR_DEEP, STR_NONE);
    if (accept(p, "(")) {
        e = parse_or(p);
        return e && expect(p, ")") ? e : NULL;
    }
    if (p->kind == TOKEN_END)
        return fail(p, M_EXPR_END, STR_NONE);
    if (p->kind == TOKEN_SIGN || (p->kind == TOKEN_NAME && is_operator_word(p->token)))
        return fail(p, M_EXPR_SIGN, p->token);
    bool name = p->kind == TOKEN_NAME;
    e = node(p, name ? EXPR_NAME : p->kind == TOKEN_TEXT ? EXPR_TEXT : EXPR_NUMBER, p->token);
    next_token(p);
    return name && accept(p, "(") ? parse_call(p, e) : e;
}

static Expr *parse_in(Parser *p, Expr *left)
{
    Expr *list = node(p, EXPR_OP, S("in"));
    if (!expect(p, "(") || !parse_list(p, list))
        return NULL;
    if (!list->n) {
        p->start = (size_t)(list->column - p->column);
        return fail(p, M_EXPR_ARGS, S("in"));
    }
    Expr *e = pair(p, FN_IN, left, left);
    e->n = list->n + 1;
    e->args = ARENA_ARRAY(p->arena, e->n, Expr *);
    e->args[0] = left;
    for (size_t i = 0; i < list->n; i++)
        e->args[i + 1] = list->args[i];
    return e;
}

static Expr *parse_comparison(Parser *p)
{
    Expr *left = parse_value(p);
    if (!left || p->failed)
        return NULL;
    for (ExprFn fn = FN_EQ; fn <= FN_HAS; fn++)
        if (accept(p, words[fn].word))
            return pair(p, fn, left, parse_value(p));
    return accept(p, "in") ? parse_in(p, left) : left;
}

static Expr *parse_not(Parser *p)
{
    Expr *e;
    size_t start = p->start;
    if (!accept(p, "not"))
        return parse_comparison(p);
    if (++p->depth > DEPTH_MAX)
        return fail(p, M_EXPR_DEEP, STR_NONE);
    Expr *arg = parse_not(p);
    p->depth--;
    e = pair(p, FN_NOT, arg, arg);
    if (e) {
        e->n = 1;
        e->column = p->column + (int)start;
    }
    return e;
}

static Expr *parse_and(Parser *p)
{
    Expr *e = parse_not(p);
    while (e && accept(p, "and"))
        e = pair(p, FN_AND, e, parse_not(p));
    return e;
}

static Expr *parse_or(Parser *p)
{
    if (++p->depth > DEPTH_MAX)
        return fail(p, M_EXPR_DEEP, STR_NONE);
    Expr *e = parse_and(p);
    while (e && accept(p, "or"))
        e = pair(p, FN_OR, e, parse_and(p));
    p->depth--;
    return e;
}

Expr *expr_literal(Arena *a, Str text, int line, int column)
{
    Parser p = {.arena = a, .line = line, .column = column};
    return node(&p, EXPR_TEXT, text);
}

Expr *expr_parse(Arena *a, Str text, Str file, int line, int column, Problems *problems)
{
    Parser p = {.arena = a,
                .text = text,
                .file = file,
                .line = line,
                .column = column,
                .problems = problems};
    next_token(&p);
    Expr *e = parse_or(&p);
    if (e && !p.failed && p.kind != TOKEN_END)
        return fail(&p, M_EXPR_SIGN, p.token);
    return p.failed ? NULL : e;
}
