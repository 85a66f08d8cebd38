/* Conditions in words: "Ditahan adalah Ya dan (Umur kurang dari 18)". */
#include "base/number.h"
#include "model/expr_tree.h"

static void put(const Expr *e, Buf *b, Lang lang);

static void put_column(const Expr *e, Buf *b, Lang lang)
{
    Str label = e->field->label.text[lang];
    if (e->via || e->parent)
        buf_put(b, tr_args(b->arena, lang, M_WORDS_OF, label,
                           e->parent ? tr(lang, M_COLUMN_PARENT) : e->via->label.text[lang]));
    else
        buf_printf(b, "“%.*s”", STR_ARG(label));
}

static Str literal_number(const Expr *e, Arena *a, Lang lang)
{
    int64_t n;
    return str_i64(e->text, &n) ? number_format(a, lang, n, e->type.scale) : e->text;
}

static void put_literal(const Expr *e, Buf *b, Lang lang)
{
    Date d;
    if (e->type.codes)
        buf_printf(b, "“%.*s”", STR_ARG(code_label(e->type.codes, lang, e->text)));
    else if (e->type.kind == FK_DATE && date_parse_iso(e->text, &d))
        buf_put(b, date_long(b->arena, lang, d));
    else if (e->kind == EXPR_NUMBER)
        buf_put(b, literal_number(e, b->arena, lang));
    else
        buf_printf(b, "“%.*s”", STR_ARG(e->text));
}

/* The arguments from `from` on, with a comma between. */
static Str list(const Expr *e, size_t from, Arena *a, Lang lang)
{
    Buf b = buf_new(a, 64);
    for (size_t i = from; i < e->n; i++) {
        if (i > from)
            buf_lit(&b, ", ");
        put(e->args[i], &b, lang);
    }
    return buf_str(&b);
}

static Str one(const Expr *e, size_t i, Arena *a, Lang lang)
{
    Buf b = buf_new(a, 64);
    bool joined = e->args[i]->kind == EXPR_OP && e->args[i]->fn <= FN_AND;
    if (joined)
        buf_char(&b, '(');
    put(e->args[i], &b, lang);
    if (joined)
        buf_char(&b, ')');
    return buf_str(&b);
}

/* Name of the children counted, with the field when there is one. */
static Str children(const Expr *e, Arena *a, Lang lang)
{
    Str of = e->child->label.text[lang];
    return e->field ? tr_args(a, lang, M_WORDS_OF, e->field->label.text[lang], of) : of;
}

static Msg words_of(const Expr *e)
{
    static const Msg msgs[] = {
#define X(name, word, fewest, most, link, work) [FN_##name] = M_WORDS_##name,
        EXPR_OPERATORS EXPR_FUNCTIONS
#undef X
    };
    return msgs[e->fn];
}

static void put_call(const Expr *e, Buf *b, Lang lang)
{
    Arena *a = b->arena;
    Str x, y = STR_NONE, z = STR_NONE;
    if (e->child) {
        x = children(e, a, lang);
    } else if (e->fn == FN_BAND) {
        x = e->list->label.text[lang];
        y = one(e, 1, a, lang);
    } else if (e->fn == FN_FIND) {
        x = e->field->reg->label.text[lang];
        y = e->field->label.text[lang];
        z = one(e, 2, a, lang);
    } else if (e->fn == FN_FIRST || e->fn == FN_JOIN) {
        x = list(e, 0, a, lang);
    } else {
        x = e->n > 0 ? one(e, 0, a, lang) : STR_NONE;
        y = e->fn == FN_IN ? list(e, 1, a, lang) : e->n > 1 ? one(e, 1, a, lang) : STR_NONE;
        z = e->n > 2 && e->fn == FN_IF ? one(e, 2, a, lang) : STR_NONE;
    }
    buf_put(b, tr_args(a, lang, words_of(e), x, y, z));
}

/* not empty(x) reads better as one phrase. */
static bool is_filled(const Expr *e)
{
    return e->kind == EXPR_OP && e->fn == FN_NOT && e->args[0]->kind == EXPR_CALL &&
           e->args[0]->fn == FN_EMPTY;
}

static void put(const Expr *e, Buf *b, Lang lang)
{
    if (e->kind == EXPR_NAME)
        put_column(e, b, lang);
    else if (e->kind == EXPR_TEXT || e->kind == EXPR_NUMBER)
        put_literal(e, b, lang);
    else if (e->kind == EXPR_CALL && e->fn == FN_MOMENT)
        put(e->args[0], b, lang);
    else if (is_filled(e))
        buf_put(b, tr_args(b->arena, lang, M_WORDS_FILLED, one(e->args[0], 0, b->arena, lang)));
    else
        put_call(e, b, lang);
}

Str expr_words(const Expr *e, Arena *a, Lang lang)
{
    Buf b = buf_new(a, 128);
    put(e, &b, lang);
    return buf_str(&b);
}
