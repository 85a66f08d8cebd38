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

/* Operators and functions: X(name, word, fewest arguments, most). Operators stand first. */
#define EXPR_WORDS                                                                                 \
    X(OR, "or", 2, 2)                                                                              \
    X(AND, "and", 2, 2)                                                                            \
    X(NOT, "not", 1, 1)                                                                            \
    X(EQ, "=", 2, 2)                                                                               \
    X(NE, "!=", 2, 2)                                                                              \
    X(LT, "<", 2, 2)                                                                               \
    X(LE, "<=", 2, 2)                                                                              \
    X(GT, ">", 2, 2)                                                                               \
    X(GE, ">=", 2, 2)                                                                              \
    X(HAS, "has", 2, 2)                                                                            \
    X(IN, "in", 2, 64)                                                                             \
    X(EMPTY, "empty", 1, 1)                                                                        \
    X(TODAY, "today", 0, 0)                                                                        \
    X(AGE, "age", 2, 2)                                                                            \
    X(BAND, "band", 2, 2)                                                                          \
    X(IF, "if", 3, 3)                                                                              \
    X(FIRST, "first", 1, 16)                                                                       \
    X(INITIALS, "initials", 1, 1)                                                                  \
    X(JOIN, "join", 2, 8)                                                                          \
    X(YEAR, "year", 1, 1)                                                                          \
    X(NIK_BIRTH, "nik_birth", 1, 1)                                                                \
    X(NIK_SEX, "nik_sex", 1, 1)                                                                    \
    X(DIFFER, "differ", 2, 2)                                                                      \
    X(DAYS_AFTER, "days_after", 2, 2)                                                              \
    X(PART_YEAR, "part_year", 2, 2)                                                                \
    X(FIND, "find", 3, 3)                                                                          \
    X(COUNT, "count", 1, 1)                                                                        \
    X(SUM, "sum", 1, 1)                                                                            \
    X(SET, "set", 1, 1)                                                                            \
    X(LAST, "last", 1, 1)                                                                          \
    X(NOW, "now", 0, 0)                                                                            \
    X(ME, "me", 0, 0)                                                                              \
    X(RANDOM_CODE, "random_code", 0, 0)                                                            \
    X(MOMENT, "", 1, 1) /* a date where a moment is wanted; put in by expr_link */

typedef enum ExprFn {
#define X(name, word, fewest, most) FN_##name,
    EXPR_WORDS
#undef X
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
