/* Tables of figures: what `domain/tables` declares, counted for a period and masked for an
 * audience. A number carries its unit, period, source and definition; a person is counted once a
 * table and period, at her first row in it. Suppressed are cells under k, and those from which they
 * could be worked out. */
#pragma once

#include "engine/audience.h"
#include "model/query.h"

typedef struct TableAsk {
    const TableDef *def;
    Str rows, columns; /* dimensions; absent: those of the definition; columns may stay absent */
    Str period;        /* "2026-S1", "2026" or "from/to" */
    Audience audience;
    Str mark;     /* who took it as a file; may be absent */
    bool preview; /* of what a release of today would show; for who may see exact figures */
    Str parent; /* uid: only records under it, which the subject may read; the period may be absent
                 * then, and nothing is masked for him */
} TableAsk;

typedef struct TableHead {
    Str code;
    Label label;
} TableHead;

typedef struct Count {
    int64_t n, sum;        /* rows, and their values in a table of sums */
    int64_t unknown;       /* rows without a value: counted beside, never added as 0 */
    bool masked;           /* 0 < n < k: to be shown as "<k" */
    int64_t first, second; /* of it, the largest parts of single offices; where it is asked */
    bool beside;           /* masked so that another cannot be worked out: to be shown as "*" */
} Count;

typedef struct Table {
    TableAsk ask;
    Period period;
    Label row_title;
    const Code *unit;
    const Register *parent_reg; /* of the record it was narrowed to, else NULL */
    Str parent_title;           /* how that record is called */
    TableHead *rows, *columns;  /* at least one column: the total */
    size_t row_count, column_count;
    Count *cells; /* row_count * column_count */
    Count *row_totals, *column_totals;
    Count total;     /* distinct persons or rows, not the sum of multi-valued dimensions */
    Count apart;     /* counted beside the table */
    int64_t records; /* behind the total, where persons are counted once; else 0 */
    bool has_apart;
    bool multi; /* a dimension with several values: rows may add up to more */
    int64_t counted_at;
    const struct Release *release; /* whose figures they are; NULL: counted now */
} Table;

/* What its figures are shown by: nothing is hidden of what hangs on one record. */
const AudienceRule *table_rule(const TableAsk *ask);
/* Whether figures of that period are for the audience: a year, or dates of choice, less the
 * half-years in it would tell what is hidden in those. */
bool table_period_fits(Str period, Audience audience);
/* Dimensions that the definition allows for rows and columns. */
StrList table_dims(Arena *a, const TableDef *def);
Label table_dim_label(const Register *reg, Str dim);
/* E_INVALID with a problem for an unknown dimension or period, or one that was not released for
 * the audience (engine/release_db.h); E_DENIED without the right to count or beyond the subject's
 * audience. */
MUST_CHECK Err table_count(Reader *rd, const TableAsk *ask, Problems *problems, Table *ret);
/* The same for several tables, each in its place of `ret`: those of one register and period are
 * counted in one walk over it. Nothing is counted when one of them may not be. */
MUST_CHECK Err table_count_set(Reader *rd, const TableAsk *asks, size_t n, Problems *problems,
                               Table *ret);
/* One figure: the total of a register for a period, in its unit (KAS-21: never added together).
 * E_INVALID when it was not released for the audience. */
MUST_CHECK Err table_total(Reader *rd, const Register *reg, Str period, Audience audience,
                           Count *ret);
/* Puts down every row that counts in the period, of every register that is counted, by its
 * dimensions alone: what a release keeps and tables are counted from (engine/table_frozen.c). */
MUST_CHECK Err table_freeze(Reader *rd, Period period, Buf *out);
/* "<5", "*", or the number; zero prints as 0. */
Str count_text(Arena *a, Lang lang, const Count *c, const AudienceRule *rule);
/* A cell of the table for people: a count, or a sum with its unit; a sum of unknown values only is
 * "not known". */
Str table_cell(Arena *a, Lang lang, const Table *t, const Count *c);
/* "12 Kasus", "Rp500.000": a figure with its unit. */
Str table_figure(Arena *a, Lang lang, const Table *t, const Count *c);
/* Whether some row has no value: then a last column says how many, to who sees exact figures. */
bool table_has_unknown(const Table *t);
/* The verb that a table's records are counted with: one that names other records, row by row, is
 * made only of what its reader may read. */
Verb table_verb(const TableDef *def, Str rows, Str columns, Str parent);
/* A figure as it is shown; behind the last row and the last column stand totals. */
const Count *table_shown(const Table *t, size_t row, size_t column);
/* How many columns stand before the total: none where rows are not crossed. */
size_t table_columns_shown(const Table *t);
/* All of it as texts for machines, row by row: the first row names the columns, the first column
 * the rows, the last row is the total. */
typedef struct TableGrid {
    size_t rows, columns;
    Str *cells;
} TableGrid;
TableGrid table_grid(Arena *a, Lang lang, const Table *t);
/* The whole table as CSV: heading lines (title, unit, period, source, note), then the grid. */
Str table_csv(Arena *a, Lang lang, const Table *t, char sep);
/* Lines that stand above and under a table on every medium. */
typedef struct TableNotes {
    Str title, unit, period, source, method;
} TableNotes;
TableNotes table_notes(Arena *a, Lang lang, const Table *t);
