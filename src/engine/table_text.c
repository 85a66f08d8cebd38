/* Tables as people and machines read them: cells, the lines around them, CSV. */
#include "base/csv.h"
#include "base/number.h"
#include "engine/release_db.h"
#include "engine/table.h"

static Str masked_text(Arena *a, const Count *c, const AudienceRule *rule)
{
    return c->beside ? S("*") : str_printf(a, "<%lld", (long long)rule->least);
}

Str count_text(Arena *a, Lang lang, const Count *c, const AudienceRule *rule)
{
    return c->masked ? masked_text(a, c, rule) : number_format(a, lang, c->n, 0);
}

static Str scaled_text(Arena *a, Lang lang, const Field *f, int64_t n)
{
    Value v = {.text = str_int(a, n)};
    return value_show(f, a, lang, &v);
}

Str table_cell(Arena *a, Lang lang, const Table *t, const Count *c)
{
    if (!t->ask.def->sum)
        return count_text(a, lang, c, table_rule(&t->ask));
    if (c->masked) /* "<5" would read as an amount */
        return tr(lang, M_TABLE_HIDDEN);
    if (c->n && c->n == c->unknown)
        return tr(lang, M_TABLE_UNKNOWN);
    return scaled_text(a, lang, t->ask.def->sum, c->sum);
}

/* table_cell for machines: plain digits, "<5", "*" or nothing for a masked one, nothing when not
 * known. */
static Str table_plain(Arena *a, const Table *t, const Count *c)
{
    const Field *sum = t->ask.def->sum;
    if (!sum)
        return c->masked ? masked_text(a, c, table_rule(&t->ask)) : str_int(a, c->n);
    return c->masked || (c->n && c->n == c->unknown) ? S("") : number_plain(a, c->sum, sum->scale);
}

Str table_figure(Arena *a, Lang lang, const Table *t, const Count *c)
{
    Str text = table_cell(a, lang, t, c);
    if (t->ask.def->sum || !t->unit)
        return text;
    Str unit = t->unit->label.text[lang], word = unit;
    str_cut(&unit, ',', &word); /* "Victims, distinct persons": the definition stands above */
    return str_printf(a, "%.*s %.*s", STR_ARG(text), STR_ARG(str_lower(a, word)));
}

bool table_has_unknown(const Table *t)
{
    return t->ask.def->sum && t->total.unknown > 0 && !table_rule(&t->ask)->least;
}

static Str unit_line(Arena *a, Lang lang, const Table *t)
{
    const Field *sum = t->ask.def->sum;
    return tr_args(a, lang, M_TABLE_UNIT,
                   sum ? sum->unit : (t->unit ? t->unit->label.text[lang] : S("")));
}

static Str period_line(Arena *a, Lang lang, const Table *t)
{
    if (!t->period.from.year)
        return tr(lang, M_TABLE_ALL_TIME);
    return tr_args(a, lang, M_TABLE_PERIOD, period_label(a, lang, t->ask.period),
                   date_long(a, lang, t->period.from), date_long(a, lang, t->period.to));
}

/* A sentence more at the end of the method. */
static void sentence(Buf *b, Str text)
{
    if (text.len)
        buf_join(b, " ", text);
}

static void release_lines(Buf *b, Lang lang, const Table *t)
{
    Arena *a = b->arena;
    const Release *r = t->release;
    if (t->ask.preview)
        sentence(b, tr(lang, M_TABLE_PREVIEW));
    if (!r)
        return;
    sentence(b, tr_args(a, lang, M_TABLE_RELEASE, r->number, str_int(a, r->version), r->hash));
    if (r->version > 1)
        sentence(b, tr_args(a, lang, M_TABLE_CORRECTED, r->correction,
                            str_int(a, t->ask.def->reg->model->audiences[AUDIENCE_PUBLIC].least)));
}

static void rule_lines(Buf *b, Lang lang, const AudienceRule *rule, bool amounts)
{
    Arena *a = b->arena;
    if (rule->least)
        sentence(b, tr_args(a, lang, M_TABLE_MASK, str_int(a, rule->least)));
    if (rule->one_office || rule->two_offices)
        sentence(b, tr_args(a, lang, M_TABLE_OFFICES, str_int(a, rule->one_office),
                            str_int(a, rule->two_offices)));
    if (rule->round_to && !amounts)
        sentence(b, tr_args(a, lang, M_TABLE_ROUNDED, str_int(a, rule->round_to)));
}

static Str method_lines(Arena *a, Lang lang, const Table *t)
{
    Buf b = buf_new(a, 256);
    const AudienceRule *rule = table_rule(&t->ask);
    release_lines(&b, lang, t);
    if (!str_empty(t->parent_title))
        sentence(&b, tr_args(a, lang, M_TABLE_UNDER, t->parent_title));
    sentence(&b, t->ask.def->note.text[lang]);
    if (table_has_unknown(t))
        sentence(&b, tr_args(a, lang, M_TABLE_UNKNOWN_ROWS, str_int(a, t->total.unknown),
                             t->unit ? str_lower(a, t->unit->label.text[lang]) : S("")));
    if (t->has_apart)
        sentence(&b, tr_args(a, lang, M_TABLE_APART, table_figure(a, lang, t, &t->apart)));
    if (t->records && !rule->least)
        sentence(&b, tr_args(a, lang, M_TABLE_ONCE, str_int(a, t->records), str_int(a, t->total.n),
                             str_int(a, t->records - t->total.n)));
    if (t->multi)
        sentence(&b, tr(lang, M_TABLE_MULTI));
    if (t->ask.def->sum && t->total.unknown > 0 && rule->least)
        sentence(&b, tr(lang, M_TABLE_UNKNOWN_SOME));
    rule_lines(&b, lang, rule, t->ask.def->sum != NULL);
    return buf_str(&b);
}

TableNotes table_notes(Arena *a, Lang lang, const Table *t)
{
    const TableDef *def = t->ask.def;
    int minute;
    Date day = clock_date_of(t->counted_at, &minute);
    TableNotes n = {.title = def->label.text[lang]};
    n.unit = unit_line(a, lang, t);
    n.period = period_line(a, lang, t);
    n.source = tr_args(a, lang, M_TABLE_SOURCE, def->reg->label.text[lang], date_long(a, lang, day),
                       str_printf(a, "%02d.%02d %s", minute / 60, minute % 60, clock_zone_name()));
    if (t->ask.mark.ptr)
        n.source = str_printf(a, "%.*s. %.*s", STR_ARG(n.source), STR_ARG(t->ask.mark));
    n.method = method_lines(a, lang, t);
    return n;
}

static void grid_heads(Lang lang, const Table *t, Str *ret)
{
    *ret++ = t->row_title.text[lang];
    for (size_t i = 0; i < table_columns_shown(t); i++)
        *ret++ = t->columns[i].label.text[lang];
    *ret++ = tr(lang, M_TOTAL);
    if (table_has_unknown(t))
        *ret = tr(lang, M_TABLE_WITHOUT);
}

static void grid_row(Arena *a, Lang lang, const Table *t, size_t row, Str *ret)
{
    const Count *total = table_shown(t, row, t->column_count);
    *ret++ = row == t->row_count ? tr(lang, M_TOTAL) : t->rows[row].label.text[lang];
    for (size_t i = 0; i < table_columns_shown(t); i++)
        *ret++ = table_plain(a, t, table_shown(t, row, i));
    *ret++ = table_plain(a, t, total);
    if (table_has_unknown(t))
        *ret = total->masked ? S("") : str_int(a, total->unknown);
}

TableGrid table_grid(Arena *a, Lang lang, const Table *t)
{
    TableGrid g = {.rows = t->row_count + 2,
                   .columns = table_columns_shown(t) + 2 + table_has_unknown(t)};
    g.cells = ARENA_ARRAY(a, g.rows * g.columns, Str);
    grid_heads(lang, t, g.cells);
    for (size_t r = 0; r <= t->row_count; r++)
        grid_row(a, lang, t, r, g.cells + (r + 1) * g.columns);
    return g;
}

Str table_csv(Arena *a, Lang lang, const Table *t, char sep)
{
    Buf b = buf_new(a, 4096);
    TableNotes n = table_notes(a, lang, t);
    TableGrid g = table_grid(a, lang, t);
    const Str lines[] = {n.title, n.unit, n.period, n.source, n.method, S("")};
    for (size_t i = 0; i < COUNT(lines); i++)
        csv_row(&b, &lines[i], 1, sep);
    for (size_t r = 0; r < g.rows; r++)
        csv_row(&b, g.cells + r * g.columns, g.columns, sep);
    return buf_str(&b);
}
