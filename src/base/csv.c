#include "csv.h"

static char guess_separator(Str text)
{
    size_t comma = 0, semicolon = 0, tab = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || text.ptr[i] != '\n'); i++) {
        quoted ^= text.ptr[i] == '"';
        if (quoted)
            continue;
        comma += text.ptr[i] == ',';
        semicolon += text.ptr[i] == ';';
        tab += text.ptr[i] == '\t';
    }
    if (tab > comma && tab > semicolon)
        return '\t';
    return semicolon > comma ? ';' : ',';
}

CsvReader csv_reader(Arena *a, Str text)
{
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_from(text, 3);
    return (CsvReader){.arena = a, .text = text, .line = 1, .sep = guess_separator(text)};
}

static Err quoted_cell(CsvReader *csv, Str *ret)
{
    Buf b = buf_new(csv->arena, 64);
    int start = csv->line;
    csv->at++;
    while (csv->at < csv->text.len) {
        char c = csv->text.ptr[csv->at++];
        if (c == '"') {
            if (csv->at < csv->text.len && csv->text.ptr[csv->at] == '"') {
                csv->at++;
            } else {
                *ret = buf_str(&b);
                return ERR_OK;
            }
        }
        csv->line += c == '\n';
        buf_char(&b, c);
    }
    csv->line = start;
    return E_PARSE;
}

static Str plain_cell(CsvReader *csv)
{
    size_t start = csv->at;
    while (csv->at < csv->text.len) {
        char c = csv->text.ptr[csv->at];
        if (c == csv->sep || c == '\n' || c == '\r')
            break;
        csv->at++;
    }
    return (Str){csv->text.ptr + start, csv->at - start};
}

/* Steps over what ends a cell; true when the row ends with it. */
static bool end_of_row(CsvReader *csv)
{
    if (csv->at >= csv->text.len)
        return true;
    if (csv->text.ptr[csv->at] == csv->sep) {
        csv->at++;
        return false;
    }
    if (csv->text.ptr[csv->at] == '\r')
        csv->at++;
    if (csv->at < csv->text.len && csv->text.ptr[csv->at] == '\n')
        csv->at++;
    csv->line++;
    return true;
}

Err csv_next(CsvReader *csv, CsvRow *ret_row, bool *ret_more)
{
    if (csv->at >= csv->text.len) {
        *ret_more = false;
        return ERR_OK;
    }
    StrList cells = {0};
    int line = csv->line;
    do {
        Str cell;
        if (csv->at < csv->text.len && csv->text.ptr[csv->at] == '"')
            TRY(quoted_cell(csv, &cell));
        else
            cell = plain_cell(csv);
        while (csv->at < csv->text.len && csv->text.ptr[csv->at] != csv->sep &&
               csv->text.ptr[csv->at] != '\n' && csv->text.ptr[csv->at] != '\r')
            csv->at++; /* stray bytes behind a closing quote */
        *ARENA_PUSH(csv->arena, cells) = cell;
    } while (!end_of_row(csv));
    *ret_row = (CsvRow){.line = line, .cells = cells.items, .n = cells.n};
    *ret_more = true;
    return ERR_OK;
}

static bool plain_number(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= '0' && c <= '9') || c == '.' || c == ',' || (i == 0 && c == '-' && s.len > 1)))
            return false;
    }
    return true;
}

static bool looks_like_formula(Str s)
{
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"};
    if (!s.len || plain_number(s))
        return false;
    char c = s.ptr[0];
    if (c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r')
        return true;
    for (size_t i = 0; i < COUNT(wide); i++)
        if (str_starts(s, str_of(wide[i])))
            return true;
    return false;
}

void csv_cell(Buf *b, Str cell, char sep)
{
    bool formula = looks_like_formula(cell);
    bool quote = formula;
    for (size_t i = 0; i < cell.len && !quote; i++)
        quote =
            cell.ptr[i] == sep || cell.ptr[i] == '"' || cell.ptr[i] == '\n' || cell.ptr[i] == '\r';
    if (!quote) {
        buf_put(b, cell);
        return;
    }
    buf_char(b, '"');
    if (formula)
        buf_char(b, '\'');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"')
            buf_char(b, '"');
        buf_char(b, cell.ptr[i]);
    }
    buf_char(b, '"');
}

void csv_row(Buf *b, const Str *cells, size_t n, char sep)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, sep);
        csv_cell(b, cells[i], sep);
    }
    buf_lit(b, "\r\n");
}
