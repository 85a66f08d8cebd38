/* What the papers of one person say of her beside each other: birth date, name, birthplace, and the
 * birth date and sex inside a national number. Where they disagree is a sign of forged age for
 * people to look into; nothing is decided or refused by it. */
#pragma once

#include "model/store.h"

/* One thing that states a birth date or a name: a field of the person's own record, a paper, or the
 * number on either. */
typedef struct Statement {
    const Record *from;
    const Field *by; /* the field that states the birth date; a number states it inside */
    bool by_number;  /* decoded from a national number */
    bool refused;    /* a paper found false: it proves nothing, nothing is held against it */
    bool closed;     /* the reader may not open what it states */
    bool other_sex;  /* inside a number, than stands on the person's record */
    Str issued, name, birth, place; /* canonical; absent: not stated */
    bool other_name, other_place;   /* than the first statement that has one */
    size_t agrees_with;             /* the first statement with the same birth date, or itself */
} Statement;

typedef struct PaperTruth {
    Statement *items;
    size_t n, cap;
    size_t first; /* the one the others are held against; `n` when nothing states a birth date */
} PaperTruth;

/* Adds what an opened record states: the person's own, or one of her papers. Of any other register
 * nothing. The record must outlive `to`. */
void paper_states(const Record *r, Date today, Arena *a, PaperTruth *to);
/* Puts papers in order of issue behind the person's own statements, and finds what agrees. The
 * first paper issued that states a birth date is what the others are held against. */
void papers_settle(const Store *s, Arena *a, PaperTruth *t);
/* What the register of victims says of somebody of that age: a value of its field for children;
 * STR_NONE where it has none. */
Str child_by_age(const Model *m, Arena *a, int age);
/* For Store.advise: refuses a paper found false where a field names what proves something; warns
 * where the number of a person or paper says another birth date or sex than what stands beside it.
 */
MUST_CHECK Err papers_advise(Reader *rd, const Change *c, const Record *before, Problems *problems);
