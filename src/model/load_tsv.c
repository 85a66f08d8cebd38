/* Tab-separated base data: the reader, limits and holidays. */
#include "base/utf8.h"
#include "model/limit.h"
#include "model/load.h"

#include <stdlib.h>
#include <string.h>

/* ---- the reader ---- */

/* The next line without its end; a carriage return belongs to the end. */
static bool next_line(Tsv *t, Str *ret)
{
    Str line;
    if (!t->rest.len || !str_cut(&t->rest, '\n', &line))
        return false;
    t->line++;
    *ret = str_ends(line, S("\r")) ? str_head(line, line.len - 1) : line;
    return true;
}

static bool head_fits(const Tsv *t, const char *const *names, size_t n, bool exact)
{
    if (t->head.n < n || (exact && t->head.n != n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!str_is(t->head.items[i], names[i]))
            return false;
    return true;
}

bool tsv_open(Loader *l, Tsv *t, Str text, const char *const *names, size_t n, bool exact)
{
    Str line, cell;
    *t = (Tsv){.rest = text};
    if (!utf8_valid(text)) {
        load_problem_line(l, 0, 0, M_TSV_UTF8, STR_NONE, STR_NONE);
        return false;
    }
    if (next_line(t, &line))
        while (str_cut(&line, '\t', &cell))
            *ARENA_PUSH(l->arena, t->head) = cell;
    if (!head_fits(t, names, n, exact)) {
        Buf b = buf_new(l->arena, 128);
        for (size_t i = 0; i < n; i++)
            buf_printf(&b, "%s%s", i ? " " : "", names[i]);
        load_problem_line(l, 1, 1, M_TSV_HEAD, buf_str(&b), STR_NONE);
        return false;
    }
    t->cells = ARENA_ARRAY(l->arena, t->head.n, Str);
    return true;
}

bool tsv_next(Loader *l, Tsv *t)
{
    Str line, cell;
    while (next_line(t, &line)) {
        size_t n = 0;
        if (!line.len)
            continue;
        for (; str_cut(&line, '\t', &cell); n++)
            if (n < t->head.n)
                t->cells[n] = str_trim(cell);
        if (n == t->head.n)
            return true;
        load_problem_line(l, t->line, 0, M_TSV_CELLS, str_int(l->arena, (int64_t)n),
                          str_int(l->arena, (int64_t)t->head.n));
    }
    return false;
}

int tsv_column(const Tsv *t, const char *name)
{
    for (size_t i = 0; i < t->head.n; i++)
        if (str_is(t->head.items[i], name))
            return (int)i;
    return -1;
}

Str tsv_date(Loader *l, const Tsv *t, size_t column)
{
    Date d;
    Str cell = t->cells[column];
    if (!cell.len)
        return STR_NONE;
    if (!date_parse_iso(cell, &d))
        load_problem_line(l, t->line, 0, M_TSV_DATE, cell, t->head.items[column]);
    return cell;
}

/* ---- law/batas.tsv ---- */

static void read_limit_length(Loader *l, const Tsv *t, Limit *row)
{
    int64_t n;
    if (!str_i64(t->cells[3], &n) || n < 1 || n > LIMIT_MAX) {
        load_problem_line(l, t->line, 0, M_TSV_NUMBER, t->cells[3], t->head.items[3]);
        return;
    }
    row->period.n = n;
    if (!duration_unit_of(t->cells[4], &row->period.unit))
        load_problem_line(l, t->line, 0, M_TSV_WORD, t->cells[4], S("jam, hari, bulan"));
}

static void read_limit(Loader *l, const Tsv *t, Limit *row)
{
    row->code = t->cells[0];
    row->label = (Label){{t->cells[1], t->cells[2]}};
    row->basis = t->cells[6];
    row->from = tsv_date(l, t, 7);
    row->until = tsv_date(l, t, 8);
    row->work_days = str_is(t->cells[5], "kerja");
    if (!row->work_days && !str_is(t->cells[5], "kalender"))
        load_problem_line(l, t->line, 0, M_TSV_WORD, t->cells[5], S("kalender, kerja"));
    if (!row->code.len || !t->cells[1].len || !t->cells[2].len)
        load_problem_line(l, t->line, 0, M_TSV_LABELS, row->code, STR_NONE);
    read_limit_length(l, t, row);
}

void load_limits(Loader *l)
{
    static const char *const head[] = {"kode", "id",    "en",           "nilai",         "satuan",
                                       "hari", "dasar", "berlaku_dari", "berlaku_sampai"};
    ARENA_LIST(Limit) rows = {0};
    Tsv t;
    Str text;
    if (!load_file(l, "law/batas.tsv", &text) || !tsv_open(l, &t, text, head, COUNT(head), false))
        return;
    while (tsv_next(l, &t))
        read_limit(l, &t, ARENA_PUSH(l->arena, rows));
    l->m->limits = rows.items;
    l->m->limit_count = rows.n;
}

/* ---- calendar/libur.tsv ---- */

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

void load_holidays(Loader *l)
{
    static const char *const head[] = {"tanggal", "id", "en", "jenis"};
    StrList days = {0};
    Tsv t;
    Str text;
    if (!load_file(l, "calendar/libur.tsv", &text) ||
        !tsv_open(l, &t, text, head, COUNT(head), true))
        return;
    while (tsv_next(l, &t)) {
        Str day = tsv_date(l, &t, 0);
        if (day.len)
            *ARENA_PUSH(l->arena, days) = day;
        else
            load_problem_line(l, t.line, 0, M_TSV_DATE, day, t.head.items[0]);
    }
    if (days.n)
        qsort(days.items, days.n, sizeof *days.items, by_text);
    l->m->holidays = days.items;
    l->m->holiday_count = days.n;
}
