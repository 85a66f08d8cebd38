/* One walk over a register for all tables that count it in a period: what each of them takes of a
 * row, and the row that each person is counted by. Only table.c includes this header. */
#pragma once

#include "engine/table.h"

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
    bool apart;
} Hit;

typedef ARENA_LIST(Hit) Hits;

typedef struct Collected {
    Arena *arena;
    Hits rows;    /* every row that counts */
    Hits persons; /* the first of each person, confirmed before possible; all when none is named */
    ARENA_LIST(Mark) marks; /* cuts of them a row */
    size_t cuts;
    Words dates;
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
/* What cut number `k` took of a hit. */
const Mark *collected_mark(const Collected *c, const Hit *h, size_t k);
