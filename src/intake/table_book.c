#include "intake/table_book.h"

#include "intake/workbook_write.h"

/* The grid as it is shown, without notes. */
static BookCross cross_of(Arena *a, Lang lang, const Table *t)
{
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
    return (BookCross){.name = t->ask.def->name,
                       .title = t->ask.def->label.text[lang],
                       .corner = t->row_title.text[lang],
                       .rows = rows,
                       .columns = heads,
                       .n_rows = height,
                       .n_columns = width,
                       .cells = cells,
                       .total_row = true,
                       .total_column = !unknown};
}

Err table_book(Arena *a, Lang lang, const Table *t, Str *ret_xlsx)
{
    TableNotes n = table_notes(a, lang, t);
    BookLine notes[] = {{tr(lang, M_NOTE_TITLE), n.title},
                        {tr(lang, M_NOTE_UNIT), n.unit},
                        {tr(lang, M_NOTE_PERIOD), n.period},
                        {tr(lang, M_NOTE_SOURCE), n.source},
                        {tr(lang, M_NOTE_METHOD), n.method}};
    BookCross cross = cross_of(a, lang, t);
    return workbook_write_cross(a, lang, notes, sizeof notes / sizeof *notes, &cross, 1, ret_xlsx);
}

Err table_set_book(Arena *a, Lang lang, const Table *t, size_t n, Str *ret_xlsx)
{
    BookCross *crosses = ARENA_ARRAY(a, n + 1, BookCross);
    ARENA_LIST(BookLine) notes = {0};
    for (size_t i = 0; i < n; i++) {
        TableNotes of = table_notes(a, lang, &t[i]);
        crosses[i] = cross_of(a, lang, &t[i]);
        if (!i)
            *ARENA_PUSH(a, notes) = (BookLine){tr(lang, M_NOTE_PERIOD), of.period};
        *ARENA_PUSH(a, notes) = (BookLine){tr(lang, M_NOTE_TITLE), of.title};
        *ARENA_PUSH(a, notes) = (BookLine){tr(lang, M_NOTE_UNIT), of.unit};
        *ARENA_PUSH(a, notes) = (BookLine){tr(lang, M_NOTE_SOURCE), of.source};
        if (!str_empty(of.method))
            *ARENA_PUSH(a, notes) = (BookLine){tr(lang, M_NOTE_METHOD), of.method};
    }
    return workbook_write_cross(a, lang, notes.items, notes.n, crosses, n, ret_xlsx);
}
