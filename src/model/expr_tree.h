/* Inside of expressions: the tree. Only model/expr*.c include this header. */
#pragma once

#include "model/expr.h"

typedef enum ExprKind {
    EXPR_NUMBER, /* literal */
    EXPR_TEXT,   /* literal, or a bare word that proved to be a code */
    EXPR_NAME,   /* a name as parsed; after linking a column, maybe behind a hop */
    EXPR_OP,
    EXPR_CALL,
} ExprKind;

/* Operators and functions: X(name, word, fewest arguments, most, what types them in expr_link.c,
 * what works them out in expr.c); in words they are M_WORDS_name. */
#define EXPR_OPERATORS                                                                             \
    X(OR, "or", 2, 2, , )                                                                          \
    X(AND, "and", 2, 2, , )                                                                        \
    X(NOT, "not", 1, 1, , )                                                                        \
    X(EQ, "=", 2, 2, , )                                                                           \
    X(NE, "!=", 2, 2, , )                                                                          \
    X(LT, "<", 2, 2, , )                                                                           \
    X(LE, "<=", 2, 2, , )                                                                          \
    X(GT, ">", 2, 2, , )                                                                           \
    X(GE, ">=", 2, 2, , )                                                                          \
    X(HAS, "has", 2, 2, , )                                                                        \
    X(IN, "in", 2, 64, , )

#define EXPR_FUNCTIONS                                                                             \
    X(EMPTY, "empty", 1, 1, empty, truth)                                                          \
    X(TODAY, "today", 0, 0, today, today)                                                          \
    X(AGE, "age", 2, 2, plain, age)                                                                \
    X(BAND, "band", 2, 2, band, band)                                                              \
    X(IF, "if", 3, 3, if, choose)                                                                  \
    X(FIRST, "first", 1, 16, first, first)                                                         \
    X(INITIALS, "initials", 1, 1, plain, initials)                                                 \
    X(JOIN, "join", 2, 8, plain, join)                                                             \
    X(YEAR, "year", 1, 1, plain, year)                                                             \
    X(NIK_BIRTH, "nik_birth", 1, 1, plain, from_nik)                                               \
    X(NIK_SEX, "nik_sex", 1, 1, plain, from_nik)                                                   \
    X(DIFFER, "differ", 2, 2, differ, differ)                                                      \
    X(DAYS_AFTER, "days_after", 2, 2, days_after, days_after)                                      \
    X(PART_YEAR, "part_year", 2, 2, plain, part_year)                                              \
    X(FIND, "find", 3, 3, find, find)                                                              \
    X(COUNT, "count", 1, 1, children, over_children)                                               \
    X(SUM, "sum", 1, 1, children, over_children)                                                   \
    X(SET, "set", 1, 1, children, over_children)                                                   \
    X(LAST, "last", 1, 1, children, over_children)                                                 \
    X(NOW, "now", 0, 0, once, once)                                                                \
    X(ME, "me", 0, 0, once, once)                                                                  \
    X(RANDOM_CODE, "random_code", 0, 0, once, once)

typedef enum ExprFn {
#define X(name, word, fewest, most, link, work) FN_##name,
    EXPR_OPERATORS EXPR_FUNCTIONS
#undef X
        FN_MOMENT, /* a date where a moment is wanted; put in by expr_link */
    FN_COUNT_
} ExprFn;

/* Days that days_after can count; false: none of them. */
bool days_count(Str text, int64_t *ret);

/* What a value is. `codes` is the list of a code, `target` the register of a ref, when known. */
typedef struct ExprType {
    FieldKind kind; /* FK_COUNT: not known, fits everything */
    bool multi, condition;
    int scale;
    const CodeList *codes;
    const Register *target;
} ExprType;

struct Expr {
    ExprKind kind;
    ExprFn fn; /* EXPR_OP, EXPR_CALL */
    Str text;  /* literal (numbers scaled after linking) or name */
    int line, column;
    Expr **args;
    size_t n;
    /* after linking */
    ExprType type;
    const Field *via;      /* EXPR_NAME: hop through this ref */
    bool parent;           /* EXPR_NAME: hop to the parent */
    const Register *child; /* count, sum, set, last */
    const Field *field;    /* column read; field of find() */
    const CodeList *list;  /* band() */
};
