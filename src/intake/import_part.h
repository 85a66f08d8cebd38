/* Parts: what the rows of a workbook say, one part a record, gathered before anything is matched or
 * checked. Rows that speak of the same record (by its match keys) share one part. Internal to the
 * import. */
#pragma once

#include "intake/import.h"

/* Where a value came from. */
typedef struct CellPlace {
    Str sheet;
    int line, column;
} CellPlace;

typedef struct Part Part;
struct Part {
    const ImportRow *row;
    size_t row_index;
    Part *parent;        /* part of `row->parent`, NULL without */
    Part **set_part;     /* per entry of row->set: the part it refers to, or NULL */
    Str *vals;           /* per field of the register; absent = not given */
    CellPlace *places;   /* per field */
    CellPlace first;     /* where the part appears first */
    Str key;             /* identity within the file, absent = always its own */
    Str uid;             /* of the record found or to be made */
    const Record *found; /* stored record, NULL for a new one */
    bool broken;         /* a value could not be read: not prepared */
    Part *next_same_hash;
};

typedef struct Parts {
    Part **items;
    size_t n, cap;
} Parts;

typedef struct Gather {
    Arena *arena;
    Reader *rd; /* finds the records that cells name */
    const ImportProfile *profile;
    const ImportChoices *choices;
    ImportReport *report;
    Lang lang;
    Date today;
    Parts parts;
    Part **buckets;
    size_t bucket_count;
    _Atomic int64_t *progress;
} Gather;

/* Reads all sheets of the workbook into parts. */
void gather_workbook(Gather *g, const Workbook *book);
/* Adds a problem at a cell. */
void gather_problem(Gather *g, CellPlace at, const Label *label, Str field, Msg msg, Str arg,
                    bool warning);
