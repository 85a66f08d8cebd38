/* Inside of the loader: files of `domain/` to the linked model, in two passes because registers
 * refer to each other. The first reads every file and fills what stands in one place; whatever
 * names something elsewhere is put down with load_later() and resolved by the second. No error
 * stops it: all problems of all files are collected. Only model/load*.c, link*.c, codes.c, places.c
 * and model.c include this header. */
#pragma once

#include "model/expr.h"
#include "model/yaml.h"

typedef struct Loader Loader;
typedef void (*ReadFn)(Loader *l, void *into, const Node *node);

typedef struct Job {
    ReadFn fn;
    Register *reg;
    Str file;
    void *into;
    const Node *node;
} Job;

typedef ARENA_LIST(Job) Jobs;

typedef enum LoadPhase {
    PHASE_NAMES, /* registers, lists and roles are known: types, parents, tags */
    PHASE_USES,  /* fields and their types are known: expressions, headings, rights, clocks */
    PHASE_VIEWS, /* queues are known: first screens of the roles */
    PHASE_COUNT
} LoadPhase;

struct Loader {
    Model *m;
    const char *overlay; /* folder of a district's own files, may be NULL */
    Arena *arena;
    Problems *problems;
    Str file;      /* being read or linked, relative to the folder; lives in the problems' arena */
    Register *reg; /* being read or linked */
    ARENA_LIST(Field *) fields; /* of `reg`, while it is read */
    Jobs jobs[PHASE_COUNT];
};

/* ---- load.c: problems and later work ---- */

void load_problem(Loader *l, const Node *at, Msg msg, Str a, Str b, Str c);
#define load_bad(l, at, msg, a) load_problem((l), (at), (msg), (a), STR_NONE, STR_NONE)
void load_problem_line(Loader *l, int line, int column, Msg msg, Str a, Str b);
void load_later(Loader *l, LoadPhase phase, ReadFn fn, void *into, const Node *node);
/* Reads the file below the model's folder into memory and makes it the current file. */
bool load_file(Loader *l, const char *relative, Str *ret);
/* Names ending in `suffix` in a folder below the model's; an absent folder has none. */
StrList load_names(Loader *l, const char *folder, const char *suffix);

/* ---- load_node.c: a map read by a table of its keys ---- */

typedef enum ReadKind {
    READ_TEXT,  /* Str */
    READ_NAME,  /* Str of the form [a-z][a-z0-9_]* */
    READ_FLAG,  /* bool; the only value is yes */
    READ_COUNT, /* int64_t, 0 or more */
    READ_LABEL, /* Label, both languages */
    READ_WORDS, /* StrList */
    READ_CALL,  /* `call` with what stands at `offset` (0: the struct) and the value */
    READ_LATER, /* the same in PHASE_USES, with a text */
    READ_SKIP,  /* read elsewhere */
} ReadKind;

enum { KEY_MAY, KEY_MUST };

typedef struct KeyDef {
    const char *name;
    ReadKind read;
    int must;
    size_t offset;
    ReadFn call;
} KeyDef;

/* Fills `into` from a map, key by key in the order of the table. Unknown keys, missing ones and
 * wrong shapes are problems; false when the node is no map. */
bool load_map(Loader *l, const Node *map, const KeyDef *keys, size_t n, void *into);
#define LOAD_MAP(l, map, keys, into)                                                               \
    load_map((l), (map), (keys), sizeof(keys) / sizeof *(keys), (into))
/* A list of maps into an arena array of structs of `size` bytes whose first member is their name
 * (Str); equal names are a problem. Returns the number of items. */
size_t load_items(Loader *l, const Node *list, size_t size, ReadFn item, void **ret);
#define LOAD_ITEMS(l, list, fn, ret) load_items((l), (list), sizeof **(ret), (fn), (void **)(ret))
bool load_is_text(Loader *l, const Node *n);
bool load_is_list(Loader *l, const Node *n); /* of texts */
bool load_is_name(Str s);
void load_label(Loader *l, const Node *n, Label *ret);
StrList load_words(Loader *l, const Node *n);

typedef struct WordDef {
    const char *word;
    int value;
} WordDef;
/* Value of a word of a closed set; -1 after a problem that names the nearest. */
int load_word(Loader *l, const Node *at, Str word, const WordDef *words, size_t n, Msg msg);
#define LOAD_WORD(l, at, words, msg)                                                               \
    load_word((l), (at), (at)->text, (words), sizeof(words) / sizeof *(words), (msg))

/* The candidate most like a misspelt word. */
typedef struct Nearest {
    Str want, best;
    size_t distance;
} Nearest;
Nearest nearest_to(Str want);
void nearest_try(Nearest *n, Str candidate);
Str nearest_word(const Nearest *n); /* "-" when there was no candidate */

/* ---- look-up with a problem when there is none ---- */

Register *load_register_named(Loader *l, const Node *at, Str name);
const CodeList *load_list_named(Loader *l, const Node *at, Str name);
/* The same of a text; `into` is a `const Register *`, NULL after a problem. */
void load_register_text(Loader *l, void *into, const Node *text);
int load_role_named(Loader *l, const Node *at);
uint64_t load_roles_named(Loader *l, const Node *list);
const Field *load_field_named(Loader *l, const Node *at, const Register *reg, Str name);
const Field *load_column_named(Loader *l, const Node *at, const Register *reg, Str name);
/* Roles that have one of the verbs (Verb bits) in the register. */
bool load_role_may(const Register *reg, int role, unsigned verbs);

/* ---- the files ---- */

typedef struct Tsv { /* a tab-separated file with a header line */
    Str rest;
    int line;
    StrList head;
    Str *cells; /* of the current row, head.n of them */
} Tsv;
/* Starts on a text; the header must begin with the names given (be them exactly, when `exact`). */
bool tsv_open(Loader *l, Tsv *t, Str text, const char *const *names, size_t n, bool exact);
/* Next well-formed row; the others are problems. */
bool tsv_next(Loader *l, Tsv *t);
int tsv_column(const Tsv *t, const char *name); /* -1 if none */
/* A cell that must be an ISO date or empty. */
Str tsv_date(Loader *l, const Tsv *t, size_t column);

void load_codes(Loader *l);
/* Rows of one list. */
void load_code_rows(Loader *l, Str text, CodeList *list);
void codelist_sort(Model *m, CodeList *list);
/* ---- load_overlay.c: a district's own files; each does nothing without an overlay ---- */

/* Merges registers/NAME.yaml of the overlay into the tree of the register being read. */
void load_overlay_register(Loader *l, Node *root);
/* Adds the rows of codes/LIST.tsv of the overlay to an open list. */
void load_overlay_codes(Loader *l, CodeList *list);
/* Tells files of the overlay that change nothing it may change. */
void load_overlay_strays(Loader *l);

void load_places(Loader *l);
void load_limits(Loader *l);
void load_holidays(Loader *l);
void load_role_defs(Loader *l);
void load_registers(Loader *l);
/* Reads every YAML file of a folder and hands its root to `item` with a fresh struct of `size`
 * bytes that begins with its name, which must be the file's. Returns how many there are. */
size_t load_folder(Loader *l, const char *folder, size_t size, ReadFn item, void **ret);
void load_imports(Loader *l);
void load_tables(Loader *l);
void load_queues(Loader *l);

/* ---- parts of a register (load_field.c, load_flow.c, load_uses.c) ---- */

void load_section(Loader *l, void *into, const Node *node);
void load_state(Loader *l, void *into, const Node *node);
void load_move(Loader *l, void *into, const Node *node);
void load_clock(Loader *l, void *into, const Node *node);
void load_rule(Loader *l, void *into, const Node *node);
void load_flow(Loader *l, void *reg, const Node *node);
void load_clocks(Loader *l, void *reg, const Node *node);
void load_rules(Loader *l, void *reg, const Node *node);
void load_rights(Loader *l, void *reg, const Node *node);
void load_stats(Loader *l, void *reg, const Node *node);
/* The code of a row of law/batas.tsv, checked. `into` is a Str. */
void load_limit(Loader *l, void *into, const Node *node);
void load_retention(Loader *l, void *reg, const Node *node);
void load_processing(Loader *l, void *reg, const Node *node);
/* Parses the text of a node as an expression and links it in PHASE_USES; `out`: the field that
 * takes its value, or NULL. */
const Expr *load_expr_as(Loader *l, const Node *node, const Field *out, ExprUseAs as);
/* The same as a condition; `into` is a `const Expr *`. */
void load_condition(Loader *l, void *into, const Node *node);
/* Parses; NULL after a problem. Linking is the caller's. */
Expr *load_expr(Loader *l, const Node *node);
/* In PHASE_USES: the map FIELD: EXPRESSION of a rule or move, for fields of `made`, read on a
 * record of the register at hand. */
Setting *load_settings(Loader *l, const Register *made, const Node *set, size_t *ret_n);
/* Tells of every field that a new record requires and neither the settings nor a default fill. */
void load_check_filled(Loader *l, const Node *at, const Register *made, const Setting *set,
                       size_t n);

/* ---- second pass ---- */

/* Makes the system columns of all registers. */
void link_columns(Loader *l);
/* children, referrers, needs_area, has_sealed, has_search. */
void link_structure(Loader *l);
/* Key chains, reach, calc cycles, dependents. */
void link_chains(Loader *l);
void link_calcs(Loader *l);
/* Canonical text of what shapes the database. */
Str link_text(const Model *m, Arena *a);
