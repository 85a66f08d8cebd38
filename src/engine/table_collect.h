/* One walk over a register for all tables that count it in a period: what each of them takes of a
 * row, and the row that each person is counted by; or the same from the rows that a release froze.
 * Only table*.c includes this header. */
#pragma once

#include "engine/table.h"

/* The dimension of owners. */
#define DIM_OFFICE S("pemilik")

typedef struct Dim {
    Str name;
    const Field *field; /* NULL: owner or state */
    bool owner, state, none;
} Dim;

/* A text met, and how what it names is called (owners, records referred to). */
typedef struct Word {
    Str text, name;
} Word;

/* Texts met, each once, numbered in the order met. */
typedef struct Words {
    ARENA_LIST(Word) met;
    uint32_t *slots; /* 1-based */
    size_t room;     /* power of two */
} Words;

/* One table's view of the register. A text of a dimension with several values is all of them. */
typedef struct Cut {
    Dim row, column;
    const Field *sum;
    Words rows, columns;
} Cut;

/* What one table takes of one row: numbers of words, and its value in a table of sums. */
typedef struct Mark {
    uint32_t row, column;
    bool valued;
    int64_t value;
} Mark;

typedef struct Hit {
    int64_t id, person;
    uint32_t date, at; /* a word; which row of marks */
    uint32_t office;   /* a word: whose record it is */
    bool apart;
} Hit;

typedef ARENA_LIST(Hit) Hits;

/* What the small cells of a table are held against: a version that was released, or the rows that
 * changed between two. */
typedef struct Stage {
    Hits rows, persons;
    bool change;
} Stage;

typedef struct Collected {
    Arena *arena;
    Hits rows;    /* every row that counts */
    Hits persons; /* the first of each person, confirmed before possible; all when none is named */
    ARENA_LIST(Mark) marks; /* cuts of them a row */
    size_t cuts;
    Words dates, offices;
    ARENA_LIST(Stage) stages; /* of frozen rows, the newest last: that is what is counted */
} Collected;

typedef struct CollectAsk {
    const Register *reg;
    Verb verb;
    Period period; /* without a year: all time, with what has no date */
    Str parent;    /* uid, may be absent */
} CollectAsk;

/* Fills the words of the cuts and what was collected, in `a`. */
MUST_CHECK Err table_collect(Reader *rd, Arena *a, const CollectAsk *ask, Cut *cuts, size_t n,
                             Collected *ret);
/* The rows a table counts: every amount counts, whoever it belongs to. */
const Hits *collected_hits(const Collected *c, const Cut *cut);
const Hits *stage_hits(const Stage *s, const Cut *cut);
/* Puts down what one more row is to one more cut. */
void collected_put(Collected *c, Cut *cut, Str row, Str row_name, Str column, Str column_name,
                   Str value);
/* The number of an office by its id. */
uint32_t collected_office(Collected *c, Str id);
/* False when the register counts by no dimension of that name. */
bool dim_of(const Register *reg, Str name, Dim *ret);
/* Whether the dimension calls records by their headings. */
bool dim_names(const Dim *d);
/* Whether it tells a place more closely than by regency. */
bool dim_below_district(const Dim *d);
/* The same as table_collect from the frozen texts of a half-year, oldest first; E_NOT_FOUND when
 * the newest does not hold the register or a dimension asked for. A version in which fewer rows
 * changed than the public may know of is passed over: its changes wait for the next. */
MUST_CHECK Err table_thaw(Arena *a, const Register *reg, const StrList *texts, Cut *cuts, size_t n,
                          Collected *ret);
/* What cut number `k` took of a hit. */
const Mark *collected_mark(const Collected *c, const Hit *h, size_t k);
/* A figure of the table, to be changed (table_shown). */
Count *table_at(Table *t, size_t row, size_t column);
/* What a figure is of: rows, or the values of a table of sums. */
int64_t table_weight(const Table *t, const Count *c);
/* Hides and rounds what its audience is not told, held against all stages; the last of them is the
 * table itself. */
void table_mask(Table *t, Table *stages, size_t n);
