#include "intake/table_book.h"

#include "intake/workbook_write.h"

/* A shown cell: a plain number, or "<5". */
static Str shown(Arena *a, const Count *c, Audience audience)
{
    return c->masked ? str_printf(a, "<%d", audience_k(audience)) : str_int(a, c->n);
}

Err table_book(Arena *a, Lang lang, const Table *t, Str *ret_xlsx)
{
    TableNotes n = table_notes(a, lang, t);
    BookLine notes[] = {{tr(lang, M_NOTE_TITLE), n.title},
                        {tr(lang, M_NOTE_UNIT), n.unit},
                        {tr(lang, M_NOTE_PERIOD), n.period},
                        {tr(lang, M_NOTE_SOURCE), n.source},
                        {tr(lang, M_NOTE_METHOD), n.method}};
    size_t columns = str_empty(t->ask.columns) ? 0 : t->column_count;
    size_t width = columns + 1, height = t->row_count + 1;
    Str *rows = ARENA_ARRAY(a, height, Str), *heads = ARENA_ARRAY(a, width, Str);
    Str *cells = ARENA_ARRAY(a, width * height, Str);
    for (size_t c = 0; c < columns; c++)
        heads[c] = t->columns[c].label.text[lang];
    heads[columns] = tr(lang, M_TOTAL);
    for (size_t r = 0; r < height; r++) {
        bool last = r == t->row_count;
        rows[r] = last ? tr(lang, M_TOTAL) : t->rows[r].label.text[lang];
        for (size_t c = 0; c < columns; c++)
            cells[r * width + c] =
                shown(a, last ? &t->column_totals[c] : &t->cells[r * t->column_count + c],
                      t->ask.audience);
        cells[r * width + columns] =
            shown(a, last ? &t->total : &t->row_totals[r], t->ask.audience);
    }
    BookCross book = {.name = t->ask.def->name,
                      .title = n.title,
                      .notes = notes,
                      .n_notes = 5,
                      .corner = t->row_title.text[lang],
                      .rows = rows,
                      .columns = heads,
                      .n_rows = height,
                      .n_columns = width,
                      .cells = cells,
                      .total_row = true,
                      .total_column = true};
    return workbook_write_cross(a, lang, &book, ret_xlsx);
}
