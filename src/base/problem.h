/* Problems: what is wrong with input, all of it at once, with place and remedy. Forms, imports,
 * API, command line and check-domain print the same list through problem_text(). */
#pragma once

#include "messages.h"

typedef struct Problem {
    Str place;          /* file or sheet, may be absent */
    int line, column;   /* 1-based; 0 = not known */
    bool sheet;         /* column is a spreadsheet column, shown as a letter */
    Str field;          /* name of the form field, may be absent */
    const Label *label; /* how the field is called, may be NULL */
    Msg msg;
    Str args[3];
    bool warning; /* told, but does not stop */
} Problem;

typedef struct Problems {
    Arena *arena;
    Problem *items;
    size_t n, cap;
    size_t errors; /* items that are no warnings */
} Problems;

/* Adds a copy of the problem (its texts must live as long as the list's arena). */
void problem_add(Problems *list, Problem p);
/* A problem with a field, or with the whole where it is absent, that says one thing of it. */
void problem_at(Problems *list, Str field, Msg msg, Str arg);
/* A problem of a field that the program itself names. */
void problem_about(Problems *list, Str field, Msg label, Msg msg, Str arg);
/* The first about the field; NULL: nothing, also where there is no list. */
const Problem *problem_of(const Problems *list, Str field);
/* Adds what was found besides: not again about a field that the list speaks of already. */
void problems_add_new(Problems *list, const Problems *found);
/* Copies the texts of the items from `from` on into the list's arena: they were added out of one
 * that goes. */
void problems_keep(Problems *list, size_t from);
/* One sentence: place, field, what is wrong, what to do. */
Str problem_text(Arena *a, Lang lang, const Problem *p);
/* Spreadsheet letters of a 1-based column: 1 -> A, 28 -> AB. */
Str column_letters(Arena *a, int column);
