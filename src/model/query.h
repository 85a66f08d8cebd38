/* The query object: the only input to list, API, export, queue, table and picker. */
#pragma once

#include "model/store.h"

typedef enum FilterOp {
    FILTER_EQ,
    FILTER_IN,
    FILTER_UNDER,
    FILTER_FROM,
    FILTER_TO,
    FILTER_EMPTY
} FilterOp;

/* Filters on system columns use these names: "status", "pemilik", "induk", "nomor", "uid", "batal".
 */
typedef struct Filter {
    const Field *field; /* NULL: system column `name` */
    Str name;
    FilterOp op; /* UNDER: place and everything below it */
    StrList values;
} Filter;

typedef struct Query {
    const Register *reg;
    ARENA_LIST(Filter) filters;
    Str text;   /* free text: folded and matched on the search column */
    Str lookup; /* exact value of a lookup field (blind index) */
    const Field *lookup_field;
    const Register
        *refers_to_reg; /* with `refers_to`: records any clear reference of which is that */
    Str refers_to;
    const Record *parent; /* only its children */
    /* Only records that none of this query's records names, as far as the reader may list those:
     * by their field `without_by` (NULL: as parent), or by a place that is our field `without_on`.
     */
    const struct Query *without;
    const Field *without_by, *without_on;
    int64_t over; /* not 0: instead those that more than so many of its records name, as far as the
                   * reader may count them */
    const Field *sort; /* NULL: newest first */
    Str sort_system;   /* "nomor", "diubah", "status"; absent: by id */
    bool descending;
    Str cursor; /* opaque, from QueryPage.next */
    int limit;  /* rows a page, 1..500 */
    bool include_void;
    bool facets; /* query_facets follows: the page reads as many ids as it needs */
    /* Of a count: the fields read beside those the statistics stand on; absent: all a list shows.
     * With it, owner, parent and other references are known by id only. */
    const bool *only;
    Verb verb; /* VERB_LIST, VERB_READ, VERB_EXPORT or VERB_COUNT: whose scope applies */
} Query;

typedef struct QueryPage {
    Record *items; /* clear fields only; sealed ones marked */
    size_t n;
    Str next;        /* absent on the last page */
    int64_t total;   /* counted up to 201; 201 means "200+" */
    int64_t *newest; /* ids of the newest matching records, whatever the sort */
    size_t newest_n;
    struct Counted *counted; /* where its facets are remembered; NULL without facets */
} QueryPage;

enum { QUERY_FACET_ROWS = 1000 };

Query query_new(const Register *reg);
void query_filter(Query *q, Arena *a, const Field *f, Str name, FilterOp op, Str values);
MUST_CHECK Err query_page(Reader *rd, const Query *q, QueryPage *ret);

/* Whether there is any match, for each of `n` questions, in one statement. */
MUST_CHECK Err query_any(Reader *rd, const Query *qs, size_t n, bool *ret);

/* Walks all matching rows in id order (those that are only counted, as they come); `row` is valid
 * during the call only. Stops on error. */
MUST_CHECK Err query_each(Reader *rd, const Query *q, Err (*row)(void *ctx, const Record *r),
                          void *ctx);

typedef struct FacetValue {
    Str code;
    Str heading; /* of the record a reference stands for; filled by who shows it */
    int64_t count;
} FacetValue;
typedef struct Facet {
    const Field *field; /* NULL: status */
    FacetValue *items;
    size_t n, cap;
} Facet;
/* Facets over the newest 1,000 matching rows, from a page asked for with `facets`. */
MUST_CHECK Err query_facets(Reader *rd, const Register *reg, const QueryPage *page, Facet **ret,
                            size_t *ret_n, bool *ret_capped);

/* Whether the subject may ask for records by the exact value of a look-up field. To find is to
 * learn: a query by a protected value reaches only as far as rights that open its class. */
bool query_may_look_up(const Subject *s, const Field *f);

/* Reads filters from a query string's names and values: `field=a b`, `field.dari=`,
 * `field.sampai=`, `q=`, `status=`, `pemilik=`, `urut=-field`, `dari=CURSOR`, `n=50`. Unknown names
 * are problems. */
MUST_CHECK Err query_from_params(Reader *rd, Query *q, const StrList *names, const StrList *values,
                                 Problems *problems);
