/* What the tests above the store share: a real installation with the small domain of
 * tests/domain_core in a temporary folder, users of several institutions, and saves in few words.
 * Whatever must hold ends the process with the line when it does not. */
#pragma once

#include "model/query.h"

typedef struct Kit {
    char dir[64];
    Arena *arena; /* lives as long as the kit */
    Model *model;
    Installation in;
    Store store;
    ReadConn conn;
    Subject system;
} Kit;

#define MUST(expr) kit_must((expr), __FILE__, __LINE__, #expr)
#define HOLDS(expr)                                                                                \
    do {                                                                                           \
        if (!(expr))                                                                               \
            kit_fail(__FILE__, __LINE__, #expr);                                                   \
    } while (0)
__attribute__((noreturn)) void kit_fail(const char *file, int line, const char *what);
void kit_must(Err e, const char *file, int line, const char *what);

/* `domain`: folder; clocks and rules run when `engine` is given (follow_up_after_change). */
void kit_open(Kit *k, const char *domain, AfterChange engine);
void kit_close(Kit *k);
const Register *kit_reg(const Kit *k, const char *name);
const Field *kit_field(const Kit *k, const char *reg, const char *name);
/* Statements on the writer's own connection, for tampering. */
void kit_exec(Kit *k, const char *sql);
int64_t kit_int(Kit *k, const char *sql);
/* What a scrub of everything finds. */
int64_t kit_faults(Kit *k);

/* ---- reading ---- */

typedef struct Read {
    Reader rd;
    Arena *arena;
    Actor actor;
} Read;
void read_begin(Read *r, Kit *k, const Subject *s);
void read_end(Read *r);
/* Text of one field, in the kit's arena. */
Str kit_value(Kit *k, const char *reg, Str uid, const char *field);
Str kit_state(Kit *k, const char *reg, Str uid);

/* ---- writing: save_begin, save_add and save_set as often as needed, save_end ---- */

typedef struct Save {
    Kit *kit;
    Read read;
    Batch *batch;
    Problems problems;
    Err err; /* of the first change that could not be prepared */
} Save;
void save_begin(Save *s, Kit *k, const Subject *who);
/* A change that is not prepared yet. */
Change *save_add(Save *s, ChangeKind kind, const char *reg, Str uid, int64_t version);
void save_set(Save *s, Change *c, const char *field, Str value);
/* Prepares it, unless an earlier one failed. */
void save_prepare(Save *s, Change *c);
/* Applies when all were prepared; `ret_uid` (may be NULL): of the last change, in the kit's arena.
 */
Err save_end(Save *s, Str *ret_uid);

/* One record as the program itself: "field", "value", .., NULL. Owner and parent may be absent. */
Str kit_make(Kit *k, const char *reg, Str owner, const char *parent_reg, Str parent, ...);
/* Changes fields of a record as the program itself. */
void kit_change(Kit *k, const char *reg, Str uid, ...);
Err kit_act(Kit *k, const Subject *who, ChangeKind kind, const char *reg, Str uid, const char *move,
            const char *reason);
/* An institution, and a user of it with one role. */
Str kit_institution(Kit *k, const char *code, const char *area);
Subject kit_user(Kit *k, Str institution, const char *login, const char *role, const char *area);
