/* What the newest matching records have in common: values of the facet fields, counted. */
#include "model/counted.h"
#include "model/plan.h"
#include "model/query.h"
#include "model/row.h"

#include <string.h>

enum { SLOTS = 2 * QUERY_FACET_ROWS };

/* Values of one facet by hash: the number of a value in its list, from 1. */
typedef struct Tally {
    Facet *facet;
    uint16_t slot[SLOTS];
} Tally;

static size_t slot_of(Str code)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < code.len; i++)
        h = (h ^ (unsigned char)code.ptr[i]) * 16777619u;
    return h % SLOTS;
}

/* `code` is copied when it is new; a facet holds fewer values than there are slots. */
static void tally(Arena *a, Tally *t, Str code)
{
    size_t at = slot_of(code);
    Facet *f = t->facet;
    while (t->slot[at] && !str_eq(f->items[t->slot[at] - 1].code, code))
        at = (at + 1) % SLOTS;
    if (!t->slot[at]) {
        *ARENA_PUSH(a, *f) = (FacetValue){.code = str_copy(a, code)};
        t->slot[at] = (uint16_t)f->n;
    }
    f->items[t->slot[at] - 1].count++;
}

static bool is_linked(const Facet *f)
{
    return f->field && field_storage(f->field) == STORE_LINK;
}

static void put_column(Buf *sql, const Field *f)
{
    if (!f) {
        buf_lit(sql, ",r.status");
    } else if (f->kind == FK_REF) {
        Arena *a = sql->arena;
        const char *id = z_printf(a, "r.%.*s", STR_ARG(f->name));
        buf_char(sql, ',');
        row_put_target(sql, f, id, z_printf(a, "%s__reg", id), "uid");
    } else {
        buf_printf(sql, ",r.%.*s", STR_ARG(f->name));
    }
}

/* The facets that are columns of the record, in one walk over the rows. */
static Err count_columns(Reader *rd, const Register *reg, Str ids, Facet *facets, size_t n)
{
    Arena *a = rd->arena;
    Tally *tallies = ARENA_ARRAY(a, n, Tally);
    Buf sql = buf_new(a, 1024);
    Stmt *st;
    Err e;
    int columns = 0;
    buf_lit(&sql, "SELECT 1");
    for (size_t i = 0; i < n; i++)
        if (!is_linked(&facets[i])) {
            tallies[columns++].facet = &facets[i];
            put_column(&sql, facets[i].field);
        }
    if (!columns)
        return ERR_OK;
    buf_printf(&sql, " FROM %.*s r WHERE r.id IN " DB_EACH_NUMBER(":ids"), STR_ARG(reg->name));
    TRY(db_stmt(rd->db, buf_z(&sql), &st, BIND(":ids", ids)));
    while (stmt_next(st, &e)) {
        for (int i = 0; i < columns; i++) {
            Str value = row_peek(st, i + 1);
            if (!str_empty(value))
                tally(a, &tallies[i], value);
        }
    }
    return e;
}

static void put_linked(Buf *sql, const Facet *f, size_t number)
{
    buf_printf(sql, "SELECT %zu,", number);
    if (f->field->kind == FK_REF)
        row_put_target(sql, f->field, "l.val", "l.reg", "uid");
    else
        buf_lit(sql, "l.val");
    buf_printf(sql, ",COUNT(*) FROM %.*s l WHERE l.rec IN " DB_EACH_NUMBER(":ids") " GROUP BY 1,2",
               STR_ARG(field_link_table(sql->arena, f->field)));
}

/* The facets with several values a record: one statement counts them all. */
static Err count_links(Reader *rd, Str ids, Facet *facets, size_t n)
{
    Buf sql = buf_new(rd->arena, 1024);
    Stmt *st;
    Err e;
    for (size_t i = 0; i < n; i++)
        if (is_linked(&facets[i])) {
            if (sql.len)
                buf_lit(&sql, " UNION ALL ");
            put_linked(&sql, &facets[i], i);
        }
    if (!sql.len)
        return ERR_OK;
    TRY(db_stmt(rd->db, buf_z(&sql), &st, BIND(":ids", ids)));
    while (stmt_next(st, &e)) {
        Facet *f = &facets[row_int(st, 0)];
        FacetValue v = {.code = row_text(rd->arena, st, 1), .count = row_int(st, 2)};
        if (v.code.ptr)
            *ARENA_PUSH(rd->arena, *f) = v;
    }
    return e;
}

static Err count_all(Reader *rd, const Register *reg, const int64_t *newest, size_t rows,
                     Facet **ret, size_t *ret_n)
{
    Arena *a = rd->arena;
    Facet *facets = ARENA_ARRAY(a, reg->field_count + 1, Facet);
    size_t n = 0;
    if (reg->state_count)
        facets[n++] = (Facet){0};
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i]->facet)
            facets[n++] = (Facet){.field = reg->fields[i]};
    Str ids = row_id_list(a, newest, rows);
    TRY(count_columns(rd, reg, ids, facets, n));
    TRY(count_links(rd, ids, facets, n));
    *ret = facets;
    *ret_n = n;
    return ERR_OK;
}

Err query_facets(Reader *rd, const Register *reg, const QueryPage *page, Facet **ret, size_t *ret_n,
                 bool *ret_capped)
{
    size_t rows = page->newest_n < QUERY_FACET_ROWS ? page->newest_n : QUERY_FACET_ROWS;
    *ret_capped = rows == QUERY_FACET_ROWS;
    if (counted_facets(rd, page->counted, ret, ret_n))
        return ERR_OK;
    TRY(count_all(rd, reg, page->newest, rows, ret, ret_n));
    counted_keep_facets(page->counted, *ret, *ret_n);
    return ERR_OK;
}
