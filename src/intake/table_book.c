#include "intake/table_book.h"

#include "intake/workbook_write.h"

static BookCross cross_of(Arena *a, Lang lang, const Table *t)
{
    TableGrid g = table_grid(a, lang, t);
    return (BookCross){.name = t->ask.def->name,
                       .title = t->ask.def->label.text[lang],
                       .n_rows = g.rows,
                       .n_columns = g.columns,
                       .cells = g.cells,
                       .total_column = !table_has_unknown(t)};
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
    return workbook_write_cross(a, lang, notes, COUNT(notes), &cross, 1, ret_xlsx);
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
