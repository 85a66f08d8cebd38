/* The one way to a SELECT on a register: its WHERE, and what is bound to it. Only
 * the query files of model/ include this header. */
#pragma once

#include "model/query.h"

/* A SELECT in the making: its text, and the texts and numbers to bind to ":b0", ":b1", .. */
typedef struct Built {
    Buf sql;
    Arena *arena;
    struct {
        struct Bind {
            Str text;
            int64_t number;
            bool is_number;
        } * items;
        size_t n, cap;
    } binds;
    unsigned scopes;
    unsigned absent_scopes; /* of the register that must have no record; 0: none is asked about */
    size_t walks;           /* of principals; 0: each record is asked */
    Err err;                /* of looking up what a condition names */
} Built;

/* Rows in order of their ids, beyond one of them, as many as are asked for. */
typedef struct Stretch {
    bool descending, beyond;
    int64_t past; /* with `beyond` */
    int limit;    /* 0: all there are */
} Stretch;

void put_text(Built *b, Str text);
void put_number(Built *b, int64_t n);
/* Whether the field's column holds numbers. */
bool is_numeric(const Field *f);
/* Whether a condition leaves so few records that each is better asked for its reach. */
bool is_narrow(const Query *q);
/* Begins a statement: decides what the subject may see of the register, and refuses (E_DENIED,
 * E_TOO_LARGE) before any row is touched. `in_order`: of ids, not of another column. */
MUST_CHECK Err built_begin(Reader *rd, const Query *q, bool in_order, Built *ret);
/* " WHERE .." with scope, filters and search. Every SELECT on a register passes here. */
void put_where(Reader *rd, const Query *q, Built *b, Stretch w);
/* Binds what the scopes of one question stand on; for statements of several questions. */
void built_bind_reach(Reader *rd, const Built *b, Stmt *st);
/* Prepares the statement and binds what was put; the error of a look-up before it. */
MUST_CHECK Err built_start(Reader *rd, Built *b, Stmt **ret);
