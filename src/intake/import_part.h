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

/* Says of a problem that it is there. */
void place_problem(Problem *p, CellPlace at);

/* What the file says of one field. */
typedef struct Given {
    const Field *field;
    Str text;
    CellPlace at; /* line 0: the profile says it, no cell does */
} Given;

typedef struct Part Part;
struct Part {
    const ImportRow *row;
    size_t row_index;
    Part *parent;    /* part of `row->parent`, NULL without */
    Part **set_part; /* per entry of row->set: the part it refers to, or NULL */
    ARENA_LIST(Given) given;
    ARENA_LIST(Part *) users; /* parts that refer to this one */
    CellPlace first;          /* where the part appears first */
    Str key;                  /* identity within the file, absent = always its own */
    Str uid;                  /* of the record found or to be made */
    int64_t version;          /* of the stored record */
    bool stored;              /* on file; false for a new one */
    bool broken;              /* a value could not be read: not prepared */
    bool done;                /* written by an earlier attempt of the same run */
    Part *next_same_hash;
};

/* What the file or the profile says of the field, or NULL. */
const Given *part_given(const Part *p, const Field *f);
/* The same as text, absent when nothing is said. */
Str part_value(const Part *p, const Field *f);

typedef ARENA_LIST(Part *) Parts;

typedef struct Gather {
    Arena *arena; /* texts that the report shows */
    Arena *keep;  /* parts */
    Reader *rd;   /* finds the records that cells name */
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

struct ImportPlan {
    Parts parts;
};

/* Gives the parts the uids of a plan begun before; E_FLOW when it is the plan of something else. */
MUST_CHECK Err plan_resume(Parts *parts, Arena *a, Str begun);
/* Prepares the change of a part; what its subject may not do is a problem like others, E_INVALID.
 * The problems are placed at the cells the values came from. */
MUST_CHECK Err part_prepare(Reader *rd, Batch *batch, const Part *p, Problems *problems,
                            Change **ret);
/* Whether a prepared change still says anything that is not on file. */
bool part_changes(const Change *c);
