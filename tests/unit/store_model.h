/* A model in memory of what the store of tests/domain_core must do: which answer a change gets, and
 * what stands on record after it. Plain loops over plain arrays; knows nothing of tables. */
#pragma once

#include "store_kit.h"

enum { ROWS_MAX = 4000, FIELDS_MAX = 24, USERS_MAX = 8, CHANGES_MAX = 4 };

typedef enum Kind { CASE, VICTIM, PERSON, TEAM, KINDS } Kind;

typedef struct Row {
    Kind kind;
    Str uid, number, state;
    bool voided;
    int64_t version;
    int64_t owner;   /* institution */
    int64_t creator; /* user, 0 = the program */
    int parent;      /* row, -1 = none */
    Str vals[FIELDS_MAX];
} Row;

typedef struct World {
    Kit *kit;
    const Register *reg[KINDS];
    Subject users[USERS_MAX];
    size_t user_count;
    Str areas[16]; /* region of an institution, by its id */
    Row rows[ROWS_MAX];
    size_t n;
} World;

/* One change as the test asks for it. */
typedef struct Ask {
    ChangeKind kind;
    Kind reg;
    int row;      /* index, -1: a uid that does not exist; CREATE: -1 */
    int64_t base; /* version given, 0 = none */
    int parent;   /* CREATE of a victim or team: row, -1 = none */
    bool set[FIELDS_MAX];
    Str vals[FIELDS_MAX];
    bool bad[FIELDS_MAX]; /* the value is one that no validation lets pass */
    Str uid;              /* CREATE: chosen by the test */
    const char *move, *reason;
} Ask;

int field_at(const World *w, Kind kind, const char *name);
int row_of(const World *w, Str uid);
Relation relation_of(const World *w, const Subject *s, int row);
/* The answer to a batch by the subject, and the world after it (unchanged unless ERR_OK). */
Err predict(World *w, const Subject *s, Ask *asks, size_t n);
/* Derived values of a row: field name -> text, absent if the field is not derived. */
Str derived(const World *w, Arena *a, int row, const char *field);
Str heading_of(const World *w, Arena *a, int row);
