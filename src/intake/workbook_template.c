#include "workbook_out.h"

enum { CODE_ROW = 1, EXAMPLE_ROW = 2 };

/* Excel draws a drop-down only on rows it is told of. */
enum { LAST_ROW = WORKBOOK_MAX_ROWS };

static void put_guide(Out *out, Lang lang, const BookTemplate *t)
{
    static const Msg heads[] = {M_WB_GUIDE_FIELD, M_WB_GUIDE_NEEDED, M_WB_GUIDE_HOW,
                                M_WB_GUIDE_EXAMPLE};
    OutSheet s = out_sheet(out, S(TEMPLATE_GUIDE));
    size_t row = 0;
    out_string(&s, row++, 0, t->title, OUT_BOLD);
    for (size_t i = 0; i < t->n_guide; i++)
        out_string(&s, row++, 0, t->guide[i], OUT_PLAIN);
    s.widths[0] = 0; /* sentences run over the columns beside them */
    row++;
    for (size_t c = 0; c < COUNT(heads); c++)
        out_string(&s, row, c, tr(lang, heads[c]), OUT_HEAD);
    for (size_t i = 0; i < t->n_fields; i++) {
        const BookField *f = &t->fields[i];
        row++;
        out_string(&s, row, 0, f->title, OUT_WRAP);
        out_string(&s, row, 1, tr(lang, f->required ? M_WB_NEEDED : M_WB_NOT_NEEDED), OUT_WRAP);
        out_string(&s, row, 2, f->how, OUT_WRAP);
        out_string(&s, row, 3, f->example, OUT_TEXT);
    }
    out_finish(&s, 0);
}

/* libxlsxwriter 1.1.4 copies the formula of a list twice and loses one copy; that of a custom rule
 * it copies once. So the rule goes in as custom and becomes a list where it is kept. */
static void add_list_rule(lxw_worksheet *sheet, size_t column, lxw_data_validation *rule)
{
    rule->validate = LXW_VALIDATION_TYPE_CUSTOM_FORMULA;
    if (worksheet_data_validation_range(sheet, EXAMPLE_ROW + 1, (lxw_col_t)column, LAST_ROW,
                                        (lxw_col_t)column, rule) != LXW_NO_ERROR)
        return;
    lxw_data_val_obj *kept = NULL, *each;
    STAILQ_FOREACH(each, sheet->data_validations, list_pointers)
    {
        kept = each;
    }
    if (kept)
        kept->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
}

static void put_drop_down(OutSheet *s, Lang lang, size_t column, size_t list, size_t n)
{
    Arena *a = s->out->scratch;
    Str letters = column_letters(a, (int)list + 1);
    Buf range = buf_new(a, 64);
    Buf words = buf_new(a, 256);
    buf_printf(&range, "=" TEMPLATE_LISTS "!$%.*s$2:$%.*s$%zu", STR_ARG(letters), STR_ARG(letters),
               n + 1);
    buf_printf(&words, "%.*s", STR_ARG(tr(lang, M_WB_PICK)));
    buf_char(&words, 0);
    lxw_data_validation rule = {.value_formula = range.ptr,
                                .ignore_blank = LXW_VALIDATION_ON,
                                .show_error = LXW_VALIDATION_ON,
                                .dropdown = LXW_VALIDATION_ON,
                                .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING,
                                .error_message = words.ptr};
    add_list_rule(s->sheet, column, &rule);
}

static void put_example(OutSheet *s, const BookField *f, size_t column)
{
    Str text = f->example;
    if (column == 0)
        text = str_printf(s->out->scratch, TEMPLATE_EXAMPLE " %.*s", STR_ARG(f->example));
    out_string(s, EXAMPLE_ROW, column, text, OUT_EXAMPLE);
}

static void put_field(OutSheet *s, const BookTemplate *t, size_t column)
{
    const BookField *f = &t->fields[column];
    Arena *a = s->out->scratch;
    Str title = f->required ? str_printf(a, "%.*s" TEMPLATE_NEEDED, STR_ARG(f->title)) : f->title;
    out_string(s, 0, column, title, OUT_HEAD);
    put_example(s, f, column);
    int width = s->widths[column];
    out_string(s, CODE_ROW, column,
               str_printf(a, TEMPLATE_CODE "%.*s:%.*s", STR_ARG(t->version), STR_ARG(f->code)),
               OUT_TEXT);
    s->widths[column] = width;
}

static void put_data(Out *out, Lang lang, const BookTemplate *t)
{
    OutSheet s = out_sheet(out, S(TEMPLATE_DATA));
    size_t list = 0;
    if (!s.sheet)
        return;
    for (size_t c = 0; c < t->n_fields; c++) {
        put_field(&s, t, c);
        if (t->fields[c].n_choices)
            put_drop_down(&s, lang, c, list++, t->fields[c].n_choices);
    }
    out_finish(&s, 1);
    for (size_t c = 0; c < t->n_fields && c < WORKBOOK_MAX_COLUMNS; c++)
        if (t->fields[c].text)
            worksheet_set_column(s.sheet, (lxw_col_t)c, (lxw_col_t)c, s.widths[c] + 4,
                                 out->formats[OUT_TEXT]);
    lxw_row_col_options hidden = {.hidden = 1};
    worksheet_set_row_opt(s.sheet, CODE_ROW, LXW_DEF_ROW_HEIGHT, NULL, &hidden);
    worksheet_activate(s.sheet);
}

static void put_lists(Out *out, const BookTemplate *t)
{
    OutSheet s = out_sheet(out, S(TEMPLATE_LISTS));
    size_t column = 0;
    for (size_t i = 0; i < t->n_fields; i++) {
        const BookField *f = &t->fields[i];
        if (!f->n_choices)
            continue;
        out_string(&s, 0, column, f->title, OUT_HEAD);
        for (size_t j = 0; j < f->n_choices; j++)
            out_string(&s, j + 1, column, f->choices[j], OUT_PLAIN);
        column++;
    }
    out_finish(&s, 1);
}

Err workbook_write_template(Arena *a, Lang lang, const BookTemplate *t, Str *ret)
{
    Out out;
    TRY(out_open(&out));
    put_guide(&out, lang, t);
    put_data(&out, lang, t);
    put_lists(&out, t);
    return out_close(&out, a, ret);
}

bool workbook_template_code(Str cell, Str *ret_version, Str *ret_code)
{
    Str rest = str_from(cell, sizeof TEMPLATE_CODE - 1), version;
    if (!str_starts(cell, S(TEMPLATE_CODE)) || !str_cut(&rest, ':', &version) || str_empty(rest))
        return false;
    *ret_version = version;
    *ret_code = rest;
    return true;
}

bool workbook_template_row_is_codes(const SheetRow *row)
{
    Str version, code;
    size_t codes = 0;
    for (size_t i = 0; i < row->n; i++) {
        if (str_empty(row->cells[i].text))
            continue;
        if (!workbook_template_code(row->cells[i].text, &version, &code))
            return false;
        codes++;
    }
    return codes > 0;
}

bool workbook_template_row_is_example(const SheetRow *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (!str_empty(row->cells[i].text))
            return str_starts(row->cells[i].text, S(TEMPLATE_EXAMPLE));
    return false;
}

Str workbook_template_title(Str cell)
{
    Str title = str_trim(cell);
    if (str_ends(title, S(TEMPLATE_NEEDED)))
        title = str_trim(str_head(title, title.len - (sizeof TEMPLATE_NEEDED - 1)));
    return title;
}

/* An office may call a sheet of its own "Daftar": only beside a sheet with codes is it ours. */
bool workbook_sheet_is_lists(const Workbook *book, const Sheet *sheet)
{
    if (!str_is(sheet->name, TEMPLATE_LISTS))
        return false;
    for (size_t i = 0; i < book->n; i++)
        for (size_t r = 0; r <= CODE_ROW && r < book->sheets[i].n; r++)
            if (workbook_template_row_is_codes(&book->sheets[i].rows[r]))
                return true;
    return false;
}
