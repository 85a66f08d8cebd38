/* Conditions and calculations (docs/domain-format.md 1, Expressions). Parsed and type-checked at
 * load, evaluated in C only, never turned into SQL. */
#pragma once

#include "model/value.h"

/* Parses `text` for a register; names resolve later in expr_link. Problems carry file, line,
 * column. */
const Expr *expr_parse(Arena *a, Str text, Str file, int line, int column, Problems *problems);
/* Resolves names against the register (NULL-safe) and checks function arguments. `out` is the field
 * that takes the value (NULL for conditions): bare words on the other side become codes of it. */
void expr_link(const Expr *e, const Model *m, const Register *reg, const Field *out, Str file,
               int line, Problems *problems);

/* What an expression may read; implemented by the store, and by forms with typed values only. */
typedef struct ExprEnv ExprEnv;
struct ExprEnv {
    Arena *arena;
    Date today;
    void *ctx;
    /* Value of a field of the record itself. */
    Str (*own)(void *ctx, const Field *f);
    /* Field of the record behind a single ref, or of the parent (via == NULL). STR_NONE when
     * absent. */
    Str (*hop)(void *ctx, const Field *via, const Field *f);
    /* Values of a field over the live children of one register (f == NULL: one empty Str per
     * child), in order of creation. */
    StrList (*children)(void *ctx, const Register *child, const Field *f);
    /* uid of the live record whose field has the value, or STR_NONE. */
    Str (*find)(void *ctx, const Field *f, Str value);
};

/* Value as canonical text; STR_NONE when empty. */
Str expr_text(const Expr *e, const ExprEnv *env);
/* Truth of a condition; an empty value is false. */
bool expr_true(const Expr *e, const ExprEnv *env);

/* Which fields the expression reads; `via` NULL and child NULL: own field. */
typedef struct ExprUse {
    const Field *via;      /* hop through this ref */
    bool parent;           /* hop to the parent */
    const Register *child; /* over children of this register */
    const Field *field;    /* may be NULL with count() */
} ExprUse;
typedef struct ExprUses {
    ExprUse *items;
    size_t n, cap;
} ExprUses;
void expr_uses(const Expr *e, Arena *a, ExprUses *ret);
/* The condition as "FIELD = CODE" or "FIELD has CODE", for the browser; false if it is richer. */
bool expr_simple(const Expr *e, const Field **ret_field, Str *ret_code);
/* The condition in words for people. */
Str expr_words(const Expr *e, Arena *a, Lang lang);
