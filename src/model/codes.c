/* Code lists: look-up, validity, and their files. */
#include "model/load.h"
#include "model/value.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- use ---- */

CodeRows code_rows(const CodeList *list)
{
    const CodeRows *all = atomic_load_explicit(&list->with_local, memory_order_acquire);
    return all ? *all : (CodeRows){.items = list->items, .n = list->n, .by_code = list->by_code};
}

const Code *code_find(const CodeList *list, Str code)
{
    CodeRows rows = code_rows(list);
    size_t low = 0, high = rows.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const Code *c = &rows.items[rows.by_code[mid]];
        int order = str_cmp(c->code, code);
        if (order == 0)
            return c;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool code_valid(const Code *c, Date on)
{
    Date d;
    if (c->proposed)
        return false;
    if (date_parse_iso(c->from, &d) && date_cmp(on, d) < 0)
        return false;
    return !date_parse_iso(c->until, &d) || date_cmp(on, date_last(d)) <= 0;
}

Str code_label(const CodeList *list, Lang lang, Str code)
{
    const Code *c = list ? code_find(list, code) : NULL;
    return c ? c->label.text[lang] : code;
}

static int by_code(const void *x, const void *y, void *rows)
{
    const Code *items = rows;
    return str_cmp(items[*(const size_t *)x].code, items[*(const size_t *)y].code);
}

static size_t *sorted(Arena *a, Code *items, size_t n)
{
    size_t *order = ARENA_ARRAY(a, n, size_t);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n)
        qsort_r(order, n, sizeof *order, by_code, items);
    return order;
}

void codelist_sort(Model *m, CodeList *list)
{
    list->by_code = sorted(m->arena, list->items, list->n);
}

static bool is_shipped(const CodeList *list, Str code)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i].code, code))
            return true;
    return false;
}

static Code own_code(Arena *a, const Code *from)
{
    Code c = *from;
    c.code = str_copy(a, from->code);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        c.label.text[lang] = str_copy(a, from->label.text[lang]);
    c.from = str_copy(a, from->from);
    c.until = str_copy(a, from->until);
    c.local = true;
    return c;
}

void codelist_set_local(const Model *m, CodeList *list, const Code *rows, size_t n)
{
    Code *items = ARENA_ARRAY(m->arena, list->n + n, Code);
    CodeRows *all = ARENA_NEW(m->arena, CodeRows);
    size_t count = list->n;
    if (list->n)
        memcpy(items, list->items, list->n * sizeof *items);
    for (size_t i = 0; i < n; i++)
        if (!is_shipped(list, rows[i].code))
            items[count++] = own_code(m->arena, &rows[i]);
    *all = (CodeRows){.items = items, .n = count, .by_code = sorted(m->arena, items, count)};
    atomic_store_explicit(&list->with_local, all, memory_order_release);
}

/* ---- codes/LIST.tsv ---- */

enum { CODE_CODE, CODE_ID, CODE_EN, CODE_FROM, CODE_UNTIL, CODE_ORDER, CODE_MAPPING, CODE_STATUS };

static bool is_code(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return s.len > 0;
}

static bool cell_number(Loader *l, const Tsv *t, int column, int64_t *ret)
{
    if (column < 0 || !t->cells[column].len)
        return false;
    if (str_i64(t->cells[column], ret))
        return true;
    load_problem_line(l, t->line, 0, M_TSV_NUMBER, t->cells[column], t->head.items[column]);
    return false;
}

/* Columns `dari`, `sampai`: an absent end is open. */
static void read_band(Loader *l, const Tsv *t, Code *c)
{
    int lo = tsv_column(t, "dari"), hi = tsv_column(t, "sampai");
    c->lo = 0;
    c->hi = -1;
    if (lo < 0 || hi < 0 || (!t->cells[lo].len && !t->cells[hi].len))
        return;
    c->lo = INT64_MIN;
    c->hi = INT64_MAX;
    cell_number(l, t, lo, &c->lo);
    cell_number(l, t, hi, &c->hi);
    if (c->lo > c->hi)
        load_problem_line(l, t->line, 0, M_TSV_BAND, c->code, STR_NONE);
}

static void read_code(Loader *l, const Tsv *t, Code *c)
{
    int parent = tsv_column(t, "induk");
    c->code = t->cells[CODE_CODE];
    c->label = (Label){{t->cells[CODE_ID], t->cells[CODE_EN]}};
    c->from = tsv_date(l, t, CODE_FROM);
    c->until = tsv_date(l, t, CODE_UNTIL);
    c->mapping = t->cells[CODE_MAPPING];
    c->proposed = !str_is(t->cells[CODE_STATUS], "berlaku");
    c->parent = parent >= 0 && t->cells[parent].len ? t->cells[parent] : STR_NONE;
    cell_number(l, t, CODE_ORDER, &c->order);
    read_band(l, t, c);
    if (!is_code(c->code))
        load_problem_line(l, t->line, 1, M_TSV_CODE, c->code, STR_NONE);
    if (!t->cells[CODE_ID].len || !t->cells[CODE_EN].len)
        load_problem_line(l, t->line, 0, M_TSV_LABELS, c->code, STR_NONE);
}

/* Tells equal codes; the list is sorted. */
static void refuse_twice(Loader *l, const CodeList *list)
{
    for (size_t i = 1; i < list->n; i++) {
        Str code = list->items[list->by_code[i]].code;
        if (str_eq(code, list->items[list->by_code[i - 1]].code))
            load_problem_line(l, 0, 0, M_DOM_TWICE, code, STR_NONE);
    }
}

void load_code_rows(Loader *l, Str text, CodeList *list)
{
    static const char *const head[] = {
        "kode",   "id",      "en",     "berlaku_dari", "berlaku_sampai",
        "urutan", "padanan", "status", "asal"};
    Tsv t;
    if (!tsv_open(l, &t, text, head, COUNT(head), false))
        return;
    while (tsv_next(l, &t))
        read_code(l, &t, ARENA_PUSH(l->arena, *list));
    codelist_sort(l->m, list);
    refuse_twice(l, list);
}

/* ---- codes/daftar.tsv ---- */

static void read_list(Loader *l, const Tsv *t, CodeList *list)
{
    list->name = t->cells[0];
    list->label = (Label){{t->cells[1], t->cells[2]}};
    list->open = str_is(t->cells[3], "terbuka");
    if (!load_is_name(list->name))
        load_problem_line(l, t->line, 1, M_DOM_BAD_NAME, list->name, STR_NONE);
    if (!t->cells[1].len || !t->cells[2].len)
        load_problem_line(l, t->line, 0, M_TSV_LABELS, list->name, STR_NONE);
    if (!list->open && !str_is(t->cells[3], "tertutup"))
        load_problem_line(l, t->line, 0, M_TSV_WORD, t->cells[3], S("terbuka, tertutup"));
    if (model_list(l->m, list->name))
        load_problem_line(l, t->line, 1, M_DOM_TWICE, list->name, STR_NONE);
}

static bool list_file(Str file)
{
    return !str_is(file, "daftar.tsv");
}

/* Files nobody named in the list of lists. */
static void refuse_unnamed(Loader *l)
{
    StrList files = load_names(l, "codes", ".tsv");
    for (size_t i = 0; i < files.n; i++) {
        Str name = str_head(files.items[i], files.items[i].len - 4);
        if (list_file(files.items[i]) && !model_list(l->m, name)) {
            l->file = S("codes/daftar.tsv");
            load_problem_line(l, 0, 0, M_DOM_LIST_UNNAMED, name, STR_NONE);
        }
    }
}

void load_codes(Loader *l)
{
    static const char *const head[] = {"daftar", "id", "en", "sifat", "sumber"};
    ARENA_LIST(CodeList *) lists = {0};
    Tsv t;
    Str text;
    if (!load_file(l, "codes/daftar.tsv", &text) || !tsv_open(l, &t, text, head, COUNT(head), true))
        return;
    while (tsv_next(l, &t)) {
        CodeList *list = ARENA_NEW(l->arena, CodeList);
        read_list(l, &t, list);
        *ARENA_PUSH(l->arena, lists) = list;
        l->m->lists = lists.items;
        l->m->list_count = lists.n;
    }
    for (size_t i = 0; i < lists.n; i++) {
        Str file = str_printf(l->arena, "codes/%.*s.tsv", STR_ARG(lists.items[i]->name));
        if (load_file(l, file.ptr, &text))
            load_code_rows(l, text, lists.items[i]);
        load_overlay_codes(l, lists.items[i]);
    }
    refuse_unnamed(l);
}
