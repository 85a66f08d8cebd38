#include "intake/table_book.h"

#include "intake/workbook_write.h"

Err table_book(Arena *a, Lang lang, const Table *t, Str *ret_xlsx)
{
    TableNotes n = table_notes(a, lang, t);
    BookLine notes[] = {{tr(lang, M_NOTE_TITLE), n.title},
                        {tr(lang, M_NOTE_UNIT), n.unit},
                        {tr(lang, M_NOTE_PERIOD), n.period},
                        {tr(lang, M_NOTE_SOURCE), n.source},
                        {tr(lang, M_NOTE_METHOD), n.method}};
    size_t columns = str_empty(t->ask.columns) ? 0 : t->column_count;
    bool unknown = table_has_unknown(t);
    size_t width = columns + 1 + unknown, height = t->row_count + 1;
    Str *rows = ARENA_ARRAY(a, height, Str), *heads = ARENA_ARRAY(a, width, Str);
    Str *cells = ARENA_ARRAY(a, width * height, Str);
    for (size_t c = 0; c < columns; c++)
        heads[c] = t->columns[c].label.text[lang];
    heads[columns] = tr(lang, M_TOTAL);
    if (unknown)
        heads[columns + 1] = tr(lang, M_TABLE_WITHOUT);
    for (size_t r = 0; r < height; r++) {
        bool last = r == t->row_count;
        rows[r] = last ? tr(lang, M_TOTAL) : t->rows[r].label.text[lang];
        const Count *total = last ? &t->total : &t->row_totals[r];
        for (size_t c = 0; c < columns; c++)
            cells[r * width + c] =
                table_plain(a, t, last ? &t->column_totals[c] : &t->cells[r * t->column_count + c]);
        cells[r * width + columns] = table_plain(a, t, total);
        if (unknown)
            cells[r * width + columns + 1] = total->masked ? S("") : str_int(a, total->unknown);
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
                      .total_column = !unknown};
    return workbook_write_cross(a, lang, &book, ret_xlsx);
}
