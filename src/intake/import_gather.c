#include "intake/import_part.h"

#include "base/utf8.h"
#include "intake/ref_key.h"
#include "intake/workbook_write.h"

void place_problem(Problem *p, CellPlace at)
{
    p->place = at.sheet;
    p->line = at.line;
    p->column = at.column;
    p->sheet = true;
}

/* Adds a problem at a cell. */
static void gather_problem(Gather *g, CellPlace at, const Label *label, Msg msg, Str arg,
                           bool warning)
{
    Problem p = {.label = label, .msg = msg, .args = {arg}, .warning = warning};
    place_problem(&p, at);
    problem_add(&g->report->problems, p);
}

/* ---- headings ---- */

static bool same_words(Arena *a, Str x, Str y)
{
    return str_eq(utf8_fold(a, x), utf8_fold(a, y));
}

static const ImportColumn *column_of(Gather *g, Str heading)
{
    for (size_t i = 0; i < g->profile->column_count; i++) {
        const ImportColumn *c = &g->profile->columns[i];
        if (same_words(g->arena, c->heading, heading))
            return c;
        for (size_t k = 0; k < c->also.n; k++)
            if (same_words(g->arena, c->also.items[k], heading))
                return c;
    }
    return NULL;
}

/* The choice for a heading: "-" ignores it, otherwise the heading of the profile it stands for. */
static ImportHeading read_heading(Gather *g, Str sheet, Str text)
{
    ImportHeading h = {.sheet = sheet, .heading = workbook_template_title(text)};
    Str choice = import_choice(g->choices, str_printf(g->arena, "kolom-%.*s", STR_ARG(h.heading)));
    h.ignored = str_is(choice, "-");
    if (!h.ignored)
        h.column = column_of(g, str_empty(choice) ? h.heading : choice);
    return h;
}

typedef struct SheetMap {
    const Sheet *sheet;
    const ImportColumn **columns; /* per cell of the heading row, NULL = none */
    size_t n;
    size_t header; /* index of the heading row */
} SheetMap;

static size_t known_headings(Gather *g, const SheetRow *row)
{
    size_t n = 0;
    for (size_t i = 0; i < row->n; i++)
        n += !str_empty(row->cells[i].text) && read_heading(g, S(""), row->cells[i].text).column;
    return n;
}

/* The heading row is the one of the first ten that names most columns of the profile. */
static bool find_header(Gather *g, const Sheet *sheet, size_t *ret)
{
    size_t best = 0;
    for (size_t i = 0; i < sheet->n && i < 10; i++) {
        size_t n = known_headings(g, &sheet->rows[i]);
        if (n > best) {
            best = n;
            *ret = i;
        }
    }
    return best >= 2 || (best == 1 && g->profile->column_count == 1);
}

static void check_missing(Gather *g, const SheetMap *map)
{
    for (size_t i = 0; i < g->profile->column_count; i++) {
        const ImportColumn *c = &g->profile->columns[i];
        bool there = false;
        for (size_t k = 0; k < map->n; k++)
            there |= map->columns[k] == c;
        if (c->required && !there)
            gather_problem(g, (CellPlace){map->sheet->name, map->sheet->rows[map->header].line, 0},
                           NULL, M_COLUMN_MISSING, c->heading, false);
    }
}

static bool map_sheet(Gather *g, const Workbook *book, const Sheet *sheet, SheetMap *map)
{
    *map = (SheetMap){.sheet = sheet};
    if (workbook_sheet_is_report(sheet) || workbook_sheet_is_lists(book, sheet) ||
        !find_header(g, sheet, &map->header))
        return false;
    const SheetRow *row = &sheet->rows[map->header];
    map->n = row->n;
    map->columns = ARENA_ARRAY(g->arena, row->n, const ImportColumn *);
    for (size_t i = 0; i < row->n; i++) {
        CellPlace at = {sheet->name, row->line, (int)i + 1};
        if (str_empty(str_trim(row->cells[i].text)))
            continue;
        ImportHeading h = read_heading(g, sheet->name, row->cells[i].text);
        *ARENA_PUSH(g->arena, g->report->headings) = h;
        map->columns[i] = h.column;
        if (!h.column && !h.ignored)
            gather_problem(g, at, NULL, M_COLUMN_UNKNOWN, h.heading, false);
        for (size_t k = 0; h.column && k < i; k++)
            if (map->columns[k] == h.column)
                gather_problem(g, at, NULL, M_COLUMN_TWICE, h.heading, false);
    }
    check_missing(g, map);
    return true;
}

/* ---- what parts are given ---- */

const Given *part_given(const Part *p, const Field *f)
{
    for (size_t i = 0; f && i < p->given.n; i++)
        if (p->given.items[i].field == f)
            return &p->given.items[i];
    return NULL;
}

Str part_value(const Part *p, const Field *f)
{
    const Given *given = part_given(p, f);
    return given ? given->text : STR_NONE;
}

static void give(Gather *g, Part *p, Given given)
{
    *ARENA_PUSH(g->keep, p->given) = given;
}

/* ---- cells ---- */

/* Text of a cell for value_parse; false when the cell cannot be used. */
static bool cell_text(Gather *g, const Cell *cell, CellPlace at, const ImportColumn *c, Str *ret)
{
    const Label *label = c->field ? &c->field->label : NULL;
    *ret = utf8_nfc(g->arena, str_trim(cell->text));
    switch (cell->kind) {
    case CELL_MERGED:
        gather_problem(g, at, label, M_CELL_MERGED, STR_NONE, false);
        return false;
    case CELL_ERROR:
        gather_problem(g, at, label, M_CELL_ERROR, cell->text, false);
        return false;
    case CELL_FORMULA:
        if (str_empty(*ret)) {
            gather_problem(g, at, label, M_CELL_FORMULA_EMPTY, STR_NONE, false);
            return false;
        }
        gather_problem(g, at, label, M_CELL_FORMULA, *ret, true);
        return true;
    case CELL_DATE: /* a day typed with a time of midnight is a day */
        if (c->field && c->field->kind == FK_DATE)
            *ret = str_head(*ret, 10);
        return true;
    case CELL_EMPTY:
    case CELL_TEXT:
    case CELL_NUMBER:
    case CELL_BOOL:
        return true;
    }
    BUG("unknown cell kind");
}

/* A reference is written as people know it (code, number or heading), several with ";" between.
 * What names no record stays as it is: value_parse says so at the cell. */
static Str named_records(Gather *g, const Field *f, Str text)
{
    Buf b = buf_new(g->arena, 40);
    Str rest = text, piece;
    bool all = true;
    while (all && str_cut(&rest, ';', &piece)) {
        Reader rd = *g->rd;
        rd.arena = arena_new(SIZE_MAX); /* a search for each cell leaves much behind */
        Str uid = ref_by_key(&rd, f, str_trim(piece));
        all = uid.ptr && (!b.len || f->multi);
        buf_join(&b, " ", uid);
        arena_free(rd.arena);
    }
    return all ? buf_str(&b) : text;
}

static bool take_cell(Gather *g, Part *p, const ImportColumn *c, const Cell *cell, CellPlace at)
{
    Str typed, value = STR_NONE;
    size_t before = g->report->problems.n;
    if (cell->kind == CELL_EMPTY || (cell->kind == CELL_TEXT && str_empty(str_trim(cell->text))))
        return true;
    if (!cell_text(g, cell, at, c, &typed))
        return false;
    if (c->field->kind == FK_REF)
        typed = named_records(g, c->field, typed);
    bool ok = value_parse(c->field, g->arena, typed, g->today, &value, &g->report->problems);
    for (size_t i = before; i < g->report->problems.n; i++)
        place_problem(&g->report->problems.items[i], at);
    if (ok && value.ptr)
        give(g, p, (Given){.field = c->field, .text = value, .at = at});
    return ok;
}

/* ---- rows ---- */

static Part *new_part(Gather *g, size_t row_index, CellPlace first)
{
    const ImportRow *row = &g->profile->rows[row_index];
    Part *p = ARENA_NEW(g->keep, Part);
    p->row = row;
    p->row_index = row_index;
    p->set_part = ARENA_ARRAY(g->keep, row->set_count, Part *);
    p->first = first;
    return p;
}

static size_t row_index_of(const ImportProfile *profile, Str as)
{
    for (size_t i = 0; i < profile->row_count; i++)
        if (str_eq(profile->rows[i].as, as))
            return i;
    return profile->row_count;
}

/* Ties a part to the parts of the same spreadsheet row it stands under or refers to. A part that
 * has neither values nor a referred part is left out: nobody was named. */
static bool tie(Gather *g, Part *p, Part **of_row)
{
    const ImportRow *row = p->row;
    bool refers = false, needs = false;
    if (row->parent.ptr)
        p->parent = of_row[row_index_of(g->profile, row->parent)];
    for (size_t i = 0; i < row->set_count; i++) {
        size_t at = row_index_of(g->profile, row->set[i].value);
        if (at == g->profile->row_count) {
            Str text = str_head(str_from(row->set[i].value, 1), row->set[i].value.len - 2);
            if (!part_given(p, row->set[i].field))
                give(g, p, (Given){.field = row->set[i].field, .text = text});
            continue;
        }
        needs = true;
        p->set_part[i] = of_row[at];
        refers |= of_row[at] != NULL;
    }
    return !(needs && !refers);
}

/* A record of which something is said must have the cells that its columns require: without them it
 * could not be recognised when the file comes again. */
static void check_required(Gather *g, const SheetMap *map, int line, Part **read)
{
    for (size_t i = 0; i < map->n; i++) {
        const ImportColumn *c = map->columns[i];
        Part *p = c && c->field && c->required ? read[c->row] : NULL;
        if (!p || p->broken || part_given(p, c->field) || !p->given.n)
            continue;
        gather_problem(g, (CellPlace){map->sheet->name, line, (int)i + 1}, &c->field->label,
                       M_REQUIRED, STR_NONE, false);
    }
}

/* ---- identity within the file ---- */

static Str ref_name(Arena *a, const Part *p)
{
    return str_printf(a, "#%p", (const void *)p);
}

/* Value of one field of a match key: a cell, or the part a `set` refers to. */
static Str key_value(Gather *g, const Part *p, Str name)
{
    const Field *f = reg_field(p->row->reg, name);
    for (size_t i = 0; i < p->row->set_count; i++)
        if (p->row->set[i].field == f && p->set_part[i])
            return ref_name(g->keep, p->set_part[i]);
    Str value = part_value(p, f);
    if (!value.ptr)
        return STR_NONE;
    return f->check != CHECK_NONE ? value_normalise(f, g->keep, value) : utf8_fold(g->keep, value);
}

/* "nama + tgl_lahir" as one text; absent unless every field has a value. */
static Str match_key(Gather *g, const Part *p, Str match)
{
    Buf b = buf_new(g->keep, 96);
    Str name;
    buf_printf(&b, "%.*s|%.*s", STR_ARG(p->row->reg->name), STR_ARG(match));
    if (p->parent)
        buf_put(&b, ref_name(g->keep, p->parent));
    while (str_cut(&match, '+', &name)) {
        Str v = key_value(g, p, str_trim(name));
        if (str_empty(v))
            return STR_NONE;
        buf_printf(&b, "|%.*s", STR_ARG(v));
    }
    return buf_str(&b);
}

/* A person without number or birth date is the same as her namesake in the same case of the file.
 */
static Str namesake_key(Gather *g, const Part *p, Part **of_row)
{
    const Field *name = role_field(p->row->reg->model, FIELD_ROLE_PERSON_NAME);
    Str called = part_value(p, name);
    if (p->row->reg->role != REG_ROLE_PERSON || !called.ptr)
        return STR_NONE;
    for (size_t i = 0; i < g->profile->row_count; i++)
        if (of_row[i] && of_row[i]->row->reg->role == REG_ROLE_CASE)
            return str_printf(g->keep, "%.*s|%.*s|%.*s", STR_ARG(p->row->as),
                              STR_ARG(ref_name(g->keep, of_row[i])),
                              STR_ARG(utf8_fold(g->keep, called)));
    return STR_NONE;
}

static uint64_t hash_key(Str s)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return h;
}

/* The earlier part with the same key; otherwise the part is remembered under it. */
static Part *same_part(Gather *g, Part *p)
{
    Part **bucket = &g->buckets[hash_key(p->key) & (g->bucket_count - 1)];
    for (Part *q = *bucket; q; q = q->next_same_hash)
        if (str_eq(q->key, p->key))
            return q;
    p->next_same_hash = *bucket;
    *bucket = p;
    return NULL;
}

/* What a later row says of the same record: new values are taken, contradictions told. */
static void merge_into(Gather *g, Part *into, const Part *p)
{
    for (size_t i = 0; i < p->given.n; i++) {
        const Given *now = &p->given.items[i], *was = part_given(into, now->field);
        if (!was)
            give(g, into, *now);
        else if (!str_eq(was->text, now->text) && now->at.line)
            gather_problem(g, now->at, &now->field->label, M_ROWS_DIFFER,
                           str_int(g->arena, was->at.line), false);
    }
    into->broken |= p->broken;
}

/* A part that stays tells those it refers to. */
static void add_part(Gather *g, Part *p)
{
    *ARENA_PUSH(g->keep, g->parts) = p;
    for (size_t i = 0; i < p->row->set_count; i++)
        if (p->set_part[i])
            *ARENA_PUSH(g->keep, p->set_part[i]->users) = p;
}

static Part *settle(Gather *g, Part *p, Part **of_row)
{
    for (size_t i = 0; i < p->row->match.n && !p->key.ptr; i++)
        p->key = match_key(g, p, p->row->match.items[i]);
    if (!p->key.ptr)
        p->key = namesake_key(g, p, of_row);
    Part *same = p->key.ptr ? same_part(g, p) : NULL;
    if (same) {
        merge_into(g, same, p);
        return same;
    }
    add_part(g, p);
    return p;
}

static bool total_row(Arena *a, const SheetRow *row)
{
    for (size_t i = 0; i < row->n; i++) {
        Str t = utf8_fold(a, row->cells[i].text);
        if (!str_empty(t))
            return str_is(t, "jumlah") || str_is(t, "total");
    }
    return false;
}

static void read_row(Gather *g, const SheetMap *map, const SheetRow *row)
{
    CellPlace first = {map->sheet->name, row->line, 0};
    size_t n = g->profile->row_count;
    Part **read = ARENA_ARRAY(g->keep, n, Part *), **of_row = ARENA_ARRAY(g->keep, n, Part *);
    for (size_t i = 0; i < n; i++)
        read[i] = new_part(g, i, first);
    for (size_t i = 0; i < row->n && i < map->n; i++) {
        const ImportColumn *c = map->columns[i];
        CellPlace at = {map->sheet->name, row->line, (int)i + 1};
        if (c && c->field && !take_cell(g, read[c->row], c, &row->cells[i], at))
            read[c->row]->broken = true;
    }
    check_required(g, map, row->line, read);
    for (size_t i = 0; i < n; i++) {
        bool used = read[i]->given.n || read[i]->broken || g->profile->rows[i].set_count;
        if (used && tie(g, read[i], of_row))
            of_row[i] = settle(g, read[i], of_row);
    }
}

static bool row_is_blank(const SheetRow *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (!str_empty(str_trim(row->cells[i].text)))
            return false;
    return true;
}

static void read_sheet(Gather *g, const SheetMap *map)
{
    for (size_t i = map->header + 1; i < map->sheet->n; i++) {
        const SheetRow *row = &map->sheet->rows[i];
        if (g->progress)
            atomic_fetch_add(g->progress, 1);
        if (row_is_blank(row) || workbook_template_row_is_codes(row) ||
            workbook_template_row_is_example(row))
            continue;
        if (total_row(g->arena, row)) {
            gather_problem(g, (CellPlace){map->sheet->name, row->line, 0}, NULL, M_ROW_TOTAL,
                           STR_NONE, true);
            continue;
        }
        g->report->rows++;
        read_row(g, map, row);
    }
}

void gather_workbook(Gather *g, const Workbook *book)
{
    size_t sheets = 0;
    g->bucket_count = 16384;
    g->buckets = ARENA_ARRAY(g->keep, g->bucket_count, Part *);
    for (size_t i = 0; i < book->n; i++) {
        SheetMap map;
        if (!map_sheet(g, book, &book->sheets[i], &map))
            continue;
        sheets++;
        read_sheet(g, &map);
    }
    if (!sheets)
        problem_at(&g->report->problems, STR_NONE, M_NO_KNOWN_SHEET,
                   g->profile->label.text[g->lang]);
    else if (!g->report->rows)
        problem_at(&g->report->problems, STR_NONE, M_NO_ROWS, STR_NONE);
}
