/* Import of an agency's book by profile. One spreadsheet row is a case, a
 * person, a victim and a suspect at once; the profile says which columns make which record and by
 * what an existing record is recognised. Checking judges every record and writes nothing; applying
 * checks again and then writes in portions, each committed by itself (docs/decisions/010).
 * Importing the same file twice changes nothing. */
#pragma once

#include "intake/portions.h"
#include "intake/workbook_read.h"
#include "model/person_index.h"
#include "model/query.h"

#include <stdatomic.h>

/* Where a heading of the file goes. */
typedef struct ImportHeading {
    Str sheet, heading;
    const ImportColumn *column; /* NULL: not recognised */
    bool ignored;               /* the user said so */
} ImportHeading;

/* A person of the file who may be one already on file: the user decides. */
typedef struct ImportQuestion {
    Str key; /* name of the answer: "tanya-SHEET-LINE-AS" */
    Str sheet, name;
    int line;
    const PersonHit *hits;
    Str *headings; /* of the hits, as the reader may see them */
    size_t hit_count;
    Str answer; /* uid of a hit, "baru", or absent */
} ImportQuestion;

/* What the user settled on the preview page: headings to ignore or map, answers to questions.
 * Kept as lines "name=value". */
typedef struct ImportChoices {
    StrList names, values;
} ImportChoices;
ImportChoices import_choices_parse(Arena *a, Str text);
Str import_choices_text(Arena *a, const ImportChoices *c);
Str import_choice(const ImportChoices *c, Str name); /* STR_NONE if none */
void import_choice_set(Arena *a, ImportChoices *c, Str name, Str value);

typedef struct ImportCounts {
    int64_t created, changed, same;
} ImportCounts;

typedef struct ImportReport {
    const ImportProfile *profile;
    ARENA_LIST(ImportHeading) headings;
    ARENA_LIST(ImportQuestion) questions;
    Problems problems;
    int64_t rows, bad_rows; /* data rows read; rows with at least one error */
    ImportCounts *by_row;   /* per entry of profile->rows */
    bool applicable;        /* no error, no open question, something to do */
    size_t open_questions;
} ImportReport;

/* The records a workbook was found to speak of, for import_apply. */
typedef struct ImportPlan ImportPlan;

/* Checks a workbook against a profile as the reader's subject: every record is found or known to be
 * new, and judged. What the report shows lives in the reader's arena, the plan in `keep`. `begun`
 * is the text of the plan of a run that was broken off, else absent: its records keep their uid,
 * and those on file by now are done; E_FLOW when file or profile no longer fit it. `progress`
 * counts rows and then records, may be NULL. Errors of the file itself are problems, not failures.
 */
MUST_CHECK Err import_check(Reader *rd, Arena *keep, const ImportProfile *profile,
                            const Workbook *book, const ImportChoices *choices, Str begun,
                            _Atomic int64_t *progress, ImportReport *ret, ImportPlan **ret_plan);
/* The plan as text, to be kept beside the file before anything is written. */
Str import_plan_text(Arena *a, const ImportPlan *plan);
/* How many records the plan holds. */
size_t import_plan_size(const ImportPlan *plan);
/* Writes the plan of an applicable report. On a failure what was written stays, `problems` says at
 * which cell it ended. `also`, which may be NULL, runs in the transaction of each portion. */
MUST_CHECK Err import_apply(const Store *store, ReadConn *conn, const Actor *actor,
                            ImportPlan *plan, _Atomic int64_t *progress, PortionAlso also,
                            void *also_arg, Problems *problems);

/* Counts of all rows of the profile that fill the same register as row `i`; false when an earlier
 * row told them already. */
bool import_counts(const ImportReport *r, size_t i, ImportCounts *ret);

/* The profile that each register has by itself: every field a column, recognised by its unique
 * fields. In the arena. */
const ImportProfile *import_profile_of(Arena *a, const Register *reg);
/* The profile of that name, or the one that the register of that name has by itself; NULL: neither.
 */
const ImportProfile *import_profile_named(const Model *m, Arena *a, Str name);
/* The template workbook of a profile. */
MUST_CHECK Err import_template(Arena *a, const ImportProfile *profile, Lang lang, Str *ret_xlsx);
