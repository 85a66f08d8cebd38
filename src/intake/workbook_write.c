#include "workbook_write.h"

#include "workbook_out.h"

static void put_list(Out *out, const BookTable *t)
{
    OutSheet s = out_sheet(out, t->name);
    for (size_t c = 0; c < t->n_columns; c++)
        out_string(&s, 0, c, t->columns[c].title, OUT_HEAD);
    for (size_t r = 0; r < t->n_rows; r++) {
        for (size_t c = 0; c < t->n_columns; c++) {
            Str cell = t->cells[r * t->n_columns + c];
            if (t->columns[c].number)
                out_number(&s, r + 1, c, cell, OUT_RIGHT);
            else
                out_string(&s, r + 1, c, cell, OUT_PLAIN);
        }
    }
    out_finish(&s, 1);
    if (t->n_rows && t->n_columns && s.sheet)
        worksheet_autofilter(s.sheet, 0, 0, (lxw_row_t)t->n_rows, (lxw_col_t)(t->n_columns - 1));
}

Err workbook_write_table(Arena *a, Lang lang, const BookTable *t, Str *ret)
{
    Out out;
    TRY(out_open(&out));
    out_notes(&out, lang, t->notes, t->n_notes);
    put_list(&out, t);
    return out_close(&out, a, ret);
}

enum { CROSS_HEAD = 2 }; /* below the title and a blank line */

static void put_cross_row(OutSheet *s, const BookCross *t, size_t r)
{
    bool total = r + 1 == t->n_rows;
    const Str *cells = t->cells + r * t->n_columns;
    out_string(s, CROSS_HEAD + r, 0, cells[0], total ? OUT_BOLD : OUT_PLAIN);
    for (size_t c = 1; c < t->n_columns; c++) {
        bool bold = total || (t->total_column && c + 1 == t->n_columns);
        out_number(s, CROSS_HEAD + r, c, cells[c], bold ? OUT_BOLD_RIGHT : OUT_RIGHT);
    }
}

static void put_cross(Out *out, const BookCross *t)
{
    OutSheet s = out_sheet(out, t->name);
    for (size_t c = 0; c < t->n_columns; c++)
        out_string(&s, CROSS_HEAD, c, t->cells[c], OUT_HEAD);
    for (size_t r = 1; r < t->n_rows; r++)
        put_cross_row(&s, t, r);
    int width = s.widths[0];
    out_string(&s, 0, 0, t->title, OUT_BOLD);
    s.widths[0] = width; /* the title may run over its column */
    out_finish(&s, CROSS_HEAD + 1);
}

Err workbook_write_cross(Arena *a, Lang lang, const BookLine *notes, size_t n_notes,
                         const BookCross *t, size_t n, Str *ret)
{
    Out out;
    TRY(out_open(&out));
    out_notes(&out, lang, notes, n_notes);
    for (size_t i = 0; i < n; i++)
        put_cross(&out, &t[i]);
    return out_close(&out, a, ret);
}
