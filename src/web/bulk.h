/* Several records at once: tick boxes in a table, and one bar under it. */
#pragma once

#include "web/list.h"

enum { BULK_MAX = 500, BULK_TICKS = 80 }; /* ticks travel in an address of limited length */

/* Whether the reader may take any step on a record of this page, or load the list down; then the
 * table gets its tick boxes. */
bool bulk_offered(Req *req, const QueryPage *page, const Register *reg);
/* The bar for the ticks: the declared moves that fit a record of this page, and the download.
 * `back` is the address of the list with its filters, for the way back and for "all results". */
void bulk_bar(Req *req, Html *h, const QueryPage *page, const Register *reg, Str back);
