/* Tables of records: what list, queue and the children of a record have in common. */
#pragma once

#include "model/query.h"
#include "web/page.h"

/* One column: a field, or a system column by name when `field` is NULL. */
typedef struct Column {
    const Field *field;
    Str name;
} Column;
typedef struct Columns {
    Column *items;
    size_t n, cap;
    bool ticks; /* a box before each row, for the form "massal" (web/bulk.h) */
} Columns;

/* Number, heading, the register's list fields, state. */
Columns list_columns(Req *req, const Register *reg);
/* The columns a list of names means (fields and system columns); unknown names are left out. */
Columns list_named_columns(Req *req, const Register *reg, const StrList *names);
Str list_column_label(const Req *req, const Column *c);
Str list_cell(Req *req, const Record *r, const Column *c);
/* The table in a scroll box; the first column links to the record. `sort_base` is the address that
 * sort links extend, absent for none. `late` marks due dates that have passed. */
void list_table(Req *req, Html *h, const Query *q, const QueryPage *page, const Columns *cols,
                Str caption, bool sortable);
/* This page's address with one parameter replaced (absent value: removed) and paging reset. */
Str list_url(Req *req, Str name, Str value);
/* "12", or "200+" when counting stopped. */
Str list_total(Req *req, int64_t total);
