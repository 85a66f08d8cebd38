/* Conditions and calculations (docs/domain-format.md 1, Expressions). Parsed and type-checked at
 * load, evaluated in C only, never turned into SQL. */
#pragma once

#include "model/value.h"

/* Parses `text`, which stands at line and column of `file`. NULL after adding one problem. */
Expr *expr_parse(Arena *a, Str text, Str file, int line, int column, Problems *problems);

/* A literal text, whatever signs stand in it; to be linked like a parsed one. */
Expr *expr_literal(Arena *a, Str text, int line, int column);

typedef enum ExprUseAs {
    EXPR_CONDITION, /* when, where, apart: must be true or false */
    EXPR_CALC,      /* as value, without find(): nothing would notice a change there */
    EXPR_VALUE,     /* default, set */
} ExprUseAs;
/* Resolves names against the register and checks types. `out` is the field that takes the value
 * (NULL for conditions). A bare word beside or for a field of codes is a code of its list if the
 * list has it, and else a column of the register. Problems go to `file` with the place kept by
 * expr_parse. NULL-safe. */
void expr_link(Expr *e, const Register *reg, const Field *out, ExprUseAs as, Str file,
               Problems *problems);

/* What an expression may read; implemented by the store, and by forms with typed values only. */
typedef struct ExprEnv ExprEnv;
struct ExprEnv {
    Arena *arena;
    Date today;
    Str me; /* uid of the user at work; STR_NONE for the program itself */
    void *ctx;
    /* Value of a column of the record itself: a declared field, or a system column (f->system). */
    Str (*own)(void *ctx, const Field *f);
    /* Column of the record behind a single ref (`via` may be the system column of the owner), or of
     * the parent (via == NULL). Where the target may stand in several registers, `f` is the column
     * of one of them: take the one of the same name. STR_NONE when absent. */
    Str (*hop)(void *ctx, const Field *via, const Field *f);
    /* Values of a field over the live children of one register (f == NULL: one empty Str per
     * child), in order of creation. */
    StrList (*children)(void *ctx, const Register *child, const Field *f);
    /* uid of the live record whose field has the value, or STR_NONE. */
    Str (*find)(void *ctx, const Field *f, Str value);
};

/* Value as canonical text of the kind of `out`; STR_NONE when empty. A condition gives ya or
 * tidak. */
Str expr_text(const Expr *e, const ExprEnv *env);
/* Truth of a condition. A comparison with an empty value is false. Numbers compare by size, dates
 * by their first possible day; `=`, `!=` and `in` compare dates as written, so 2026 is not
 * 2026-01-01.
 */
bool expr_true(const Expr *e, const ExprEnv *env);
/* The parts joined by `and` that do not hold, each to be told by itself; none when all holds. */
size_t expr_refuted(const Expr *e, const ExprEnv *env, const Expr **ret, size_t max);

/* Which columns the expression reads; without via, parent and child: of the record itself. */
typedef struct ExprUse {
    const Field *via;      /* hop through this ref */
    bool parent;           /* hop to the parent */
    const Register *child; /* over children of this register */
    const Field *field;    /* as in ExprEnv.hop; NULL with count() */
} ExprUse;
typedef ARENA_LIST(ExprUse) ExprUses;
void expr_uses(const Expr *e, Arena *a, ExprUses *ret);
/* The condition as "FIELD = CODE", "FIELD has CODE" or "FIELD in (CODE, CODE)", for the browser:
 * the codes with spaces between, behind "!" where none of them may be; false if it is richer. */
bool expr_simple(const Expr *e, Arena *a, const Field **ret_field, Str *ret_codes);
/* The condition in words for people. */
Str expr_words(const Expr *e, Arena *a, Lang lang);
