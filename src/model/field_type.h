/* One table of what the kinds of fields are called, read, shown, edited and checked as. */
#pragma once

#include "model/value.h"

/* What one value is read or checked with. */
typedef struct ValueCtx {
    const Field *f;
    Arena *arena;
    Date today;
    Problems *problems;
} ValueCtx;

typedef struct FieldType {
    const char *word, *many; /* `many` NULL: never multi-valued */
    /* One trimmed, non-empty NFC text to canonical; false after one problem. */
    bool (*parse)(const ValueCtx *c, Str typed, Str *ret);
    Str (*show)(const Field *f, Arena *a, Lang lang, Str canonical);
    Str (*edit)(const Field *f, Arena *a, Lang lang, Str canonical);
    /* Bounds and validity of one canonical value. */
    void (*check)(const ValueCtx *c, Str canonical);
} FieldType;

const FieldType *field_type(FieldKind kind);
/* FK_COUNT when the word names no kind. */
FieldKind field_kind_of(Str word, bool *ret_multi);
/* Adds the problem for the field. */
void value_problem(const ValueCtx *c, Msg msg, Str a, Str b);
void value_warning(const ValueCtx *c, Msg msg, Str a);
