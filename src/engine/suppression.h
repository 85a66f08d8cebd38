/* Complementary suppression: which figures of a two-way table must be hidden besides the small
 * ones, so that nobody works a small one out from the rest and the totals (Cox 1980: a hidden cell
 * is safe when it lies on cycles of hidden cells that can carry its range). */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum CellMark {
    CELL_SHOWN,
    CELL_SMALL,  /* said to lie from 1 to below k */
    CELL_BESIDE, /* hidden for the sake of another: nothing is said but that it is no zero */
    CELL_HELD,   /* not small, but made up by too few offices: shown as CELL_BESIDE is */
} CellMark;

/* What is shown nowhere and may be anything. */
#define SUPPRESSION_UNSEEN (INT64_MAX / 8)

typedef struct SuppressionGrid {
    size_t rows, columns; /* the last row and the last column are totals */
    int64_t *n;           /* rows * columns counts */
    CellMark *marks;      /* in: which are small; out: what is hidden beside them */
    int64_t k;
    const bool *stands; /* cells that may not be hidden for another's sake; NULL: none */
} SuppressionGrid;
/* Afterwards each small count may, for all that is shown, be any number from 1 to k-1 that leaves
 * the totals said to be small below k; a small total may be less by all but one of its largest
 * part. A small count may become one that is hidden beside. A held count may be half of k more and
 * half of k less. */
void suppress(Arena *a, SuppressionGrid *g);

/* The same where other tables of the period share totals with this one. A total of a line is hidden
 * or shown by its line of totals alone, so in every table alike; a small one may move in each of
 * them, against the largest hidden total of its line and with all other totals still; what lies
 * within moves with those only. So whatever one table leaves open no other closes. Where figures
 * cannot be hidden so, all within are: also noughts. Where the total of all is held, nothing is
 * shown, no total either. */
void suppress_linked(Arena *a, SuppressionGrid *g);
