#include "date.h"
#include "workbook_out.h"

#include <stdlib.h>

enum { MAX_COMMENTS = 5000, COMMENT_WIDTH = 300, COMMENT_HEIGHT = 90 };

static Str words_of(Arena *a, Lang lang, const Problem *p)
{
    return tr_args_(a, lang, p->msg, p->args, 3);
}

bool workbook_sheet_is_report(const Sheet *sheet)
{
    if (!sheet->n || !sheet->rows[0].n)
        return false;
    return str_eq(sheet->rows[0].cells[0].text, tr(LANG_ID, M_WB_REPORT_TITLE)) ||
           str_eq(sheet->rows[0].cells[0].text, tr(LANG_EN, M_WB_REPORT_TITLE));
}

static void put_report_line(OutSheet *s, size_t row, Lang lang, const Problem *p)
{
    Arena *a = s->out->scratch;
    Str column = p->sheet && p->column ? column_letters(a, p->column) : STR_NONE;
    out_string(s, row, 0, tr(lang, p->warning ? M_WB_WARNING : M_WB_ERROR), OUT_PLAIN);
    out_string(s, row, 1, p->place, OUT_PLAIN);
    if (p->line)
        out_number(s, row, 2, str_int(a, p->line), OUT_PLAIN);
    out_string(s, row, 3, column, OUT_PLAIN);
    if (p->label)
        out_string(s, row, 4, p->label->text[lang], OUT_PLAIN);
    out_string(s, row, 5, words_of(a, lang, p), OUT_WRAP);
}

static void put_report(Out *out, Lang lang, const Problems *problems)
{
    static const Msg heads[] = {M_WB_COL_KIND,   M_WB_COL_SHEET, M_WB_COL_ROW,
                                M_WB_COL_COLUMN, M_WB_COL_FIELD, M_WB_COL_PROBLEM};
    OutSheet s = out_sheet(out, tr(lang, M_WB_REPORT));
    out_string(&s, 0, 0, tr(lang, M_WB_REPORT_TITLE), OUT_BOLD);
    s.widths[0] = 0; /* the title may run over its column */
    for (size_t c = 0; c < COUNT(heads); c++)
        out_string(&s, 1, c, tr(lang, heads[c]), OUT_HEAD);
    for (size_t i = 0; i < problems->n; i++)
        put_report_line(&s, i + 2, lang, &problems->items[i]);
    out_finish(&s, 2);
}

typedef enum Tint { TINT_NONE, TINT_YELLOW, TINT_RED } Tint;

/* A full date as a date of the spreadsheet; false when it cannot hold it. */
static bool put_date(OutSheet *s, size_t row, size_t column, Str text, Tint tint)
{
    static const OutFormat formats[] = {OUT_DAY, OUT_YELLOW_DAY, OUT_RED_DAY};
    Date d;
    if (text.len != 10 || !date_parse_iso(text, &d) || !date_is_full(d) || d.year < 1901)
        return false;
    lxw_datetime day = {.year = d.year, .month = d.month, .day = d.day};
    out_taken(s, worksheet_write_datetime(s->sheet, (lxw_row_t)row, (lxw_col_t)column, &day,
                                          s->out->formats[formats[tint]]));
    if (column < WORKBOOK_MAX_COLUMNS && s->widths[column] < (int)text.len)
        s->widths[column] = (int)text.len;
    return true;
}

static void put_cell(OutSheet *s, size_t row, size_t column, const Cell *cell, Tint tint)
{
    static const OutFormat formats[] = {OUT_PLAIN, OUT_YELLOW, OUT_RED};
    OutFormat format = formats[tint];
    if (cell->kind == CELL_DATE && put_date(s, row, column, cell->text, tint))
        return;
    if (cell->kind == CELL_NUMBER)
        out_number(s, row, column, cell->text, format);
    else if (cell->kind == CELL_BOOL)
        out_taken(s, worksheet_write_boolean(s->sheet, (lxw_row_t)row, (lxw_col_t)column,
                                             str_is(cell->text, "1"), s->out->formats[format]));
    else
        out_string(s, row, column, cell->text, format);
}

static void put_sheet(OutSheet *s, const Sheet *sheet)
{
    lxw_row_col_options hidden = {.hidden = 1};
    for (size_t r = 0; r < sheet->n; r++) {
        const SheetRow *row = &sheet->rows[r];
        size_t at = (size_t)row->line - 1;
        for (size_t c = 0; c < row->n; c++)
            put_cell(s, at, c, &row->cells[c], TINT_NONE);
        if (workbook_template_row_is_codes(row))
            worksheet_set_row_opt(s->sheet, (lxw_row_t)at, LXW_DEF_ROW_HEIGHT, NULL, &hidden);
    }
}

static int by_cell(const void *left, const void *right)
{
    const Problem *a = *(Problem *const *)left, *b = *(Problem *const *)right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return (a > b) - (a < b); /* as they were found */
}

/* The problems of one sheet's cells, in the order of the cells. */
static const Problem **problems_of(Arena *a, Str sheet, const Problems *all, size_t *ret_n)
{
    const Problem **list = ARENA_ARRAY(a, all->n + 1, const Problem *);
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].sheet && all->items[i].line > 0 && str_eq(all->items[i].place, sheet))
            list[n++] = &all->items[i];
    qsort(list, n, sizeof *list, by_cell);
    *ret_n = n;
    return list;
}

static const Cell *cell_at(const Sheet *sheet, int line, size_t column)
{
    static const Cell none = {CELL_EMPTY, STR_NONE};
    size_t at = sheet_row_from(sheet->rows, sheet->n, line);
    bool found = at < sheet->n && sheet->rows[at].line == line;
    return found && column < sheet->rows[at].n ? &sheet->rows[at].cells[column] : &none;
}

/* Tints one cell for its `n` problems and hangs their sentences on it. */
static void mark_cell(OutSheet *s, Lang lang, const Sheet *sheet, const Problem **list, size_t n,
                      bool comment)
{
    Arena *a = s->out->scratch;
    Buf words = buf_new(a, 160);
    Tint tint = TINT_YELLOW;
    for (size_t i = 0; i < n; i++) {
        if (!list[i]->warning)
            tint = TINT_RED;
        buf_join(&words, "\n", words_of(a, lang, list[i]));
    }
    size_t row = (size_t)list[0]->line - 1;
    size_t column = list[0]->column > 0 ? (size_t)list[0]->column - 1 : 0;
    if (row >= LXW_ROW_MAX || column >= LXW_COL_MAX)
        return;
    put_cell(s, row, column, cell_at(sheet, list[0]->line, column), tint);
    lxw_comment_options options = {.width = COMMENT_WIDTH, .height = COMMENT_HEIGHT};
    if (comment)
        worksheet_write_comment_opt(s->sheet, (lxw_row_t)row, (lxw_col_t)column,
                                    str_z(a, buf_str(&words)), &options);
}

static void mark_sheet(OutSheet *s, Lang lang, const Sheet *sheet, const Problems *problems,
                       size_t *comments)
{
    size_t n;
    const Problem **list = problems_of(s->out->scratch, sheet->name, problems, &n);
    for (size_t i = 0, same; i < n; i += same) {
        for (same = 1; i + same < n; same++)
            if (list[i + same]->line != list[i]->line || list[i + same]->column != list[i]->column)
                break;
        mark_cell(s, lang, sheet, list + i, same, (*comments)++ < MAX_COMMENTS);
    }
}

Err workbook_write_marked(Arena *a, Lang lang, const Workbook *book, const Problems *problems,
                          Str *ret)
{
    Out out;
    size_t comments = 0;
    TRY(out_open(&out));
    put_report(&out, lang, problems);
    for (size_t i = 0; i < book->n; i++) {
        const Sheet *sheet = &book->sheets[i];
        if (workbook_sheet_is_report(sheet))
            continue;
        OutSheet s = out_sheet(&out, sheet->name);
        if (!s.sheet)
            continue;
        put_sheet(&s, sheet);
        mark_sheet(&s, lang, sheet, problems, &comments);
        out_finish(&s, 0);
    }
    return out_close(&out, a, ret);
}
