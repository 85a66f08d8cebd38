/* Published figures as records of the register that is `figure`, found by the roles of its fields.
 */
#pragma once

#include "engine/figure.h"
#include "model/query.h"

enum { FIGURES_MAX = 2000 }; /* of one series on one page */

typedef struct Figures {
    Figure *items;
    size_t n, cap;
    size_t beside; /* items from here on belong to other series: counts for percentages */
    bool capped;   /* there are more */
} Figures;

/* Decimals of the values. */
int figures_scale(const Model *m);
/* All figures the reader may list, in no order; E_NOT_FOUND without such a register. */
MUST_CHECK Err figures_all(Reader *rd, Figures *ret);
/* Those of one series by unit, place, period and dimension; behind them the counts of other series
 * that its percentages may have been calculated from. */
MUST_CHECK Err figures_of_series(Reader *rd, Str series, Figures *ret);
/* Hook for Store.advise: warns of a figure that overlaps one on file or in the same batch. */
Err figures_advise(Reader *rd, const Batch *b, const Change *c, const Record *before,
                   Problems *problems);
