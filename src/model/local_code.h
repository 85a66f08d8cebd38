/* Local codes: rows an installation adds to the open code lists that are shipped. They stand in
 * table `kode_lokal`, are put beside the shipped ones at start and after each commit that changes
 * them, and are never deleted: an end date takes them out of what can be chosen, and what was coded
 * with them keeps its label. */
#pragma once

#include "model/store.h"

enum { LOCAL_CODES_MAX = 500, CODE_MAX = 40, CODE_LABEL_MAX = 120 };

typedef struct LocalCode {
    const Model *model;
    CodeList *list;
    Code row;
    bool is_new;
} LocalCode;

/* Puts all stored rows into the lists of the model. Before any reader, or on the writer thread. */
MUST_CHECK Err local_codes_load(Db *db, const Model *m);
/* Tells all that is wrong with the row, by name of the form control: kode, label_id, label_en,
 * sejak, sampai. */
void local_code_check(const LocalCode *c, Arena *a, Problems *problems);
/* Adds or changes the row. E_DUPLICATE: a new code that is there already; E_LIMIT: the list is
 * full; E_NOT_FOUND: a code to change that is none of the list's own. */
MUST_CHECK Err local_code_put(WriteTx *tx, const LocalCode *c);
/* Whether any record holds the code in a field that can be read without a key. */
MUST_CHECK Err local_code_used(Db *db, Arena *a, const Model *m, const CodeList *list, Str code,
                               bool *ret);
