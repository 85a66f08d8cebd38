#include "identity/match_book.h"

#include "base/csv.h"
#include "base/utf8.h"
#include "identity/date_compare.h"
#include "identity/match_value.h"
#include "identity/nik.h"

#include <string.h>

/* Only says which century two digits of a year mean; it is no clock. */
static const Date century = {2030, 12, 31};
enum { MOST_COLUMNS = 256, ROWS_AT_ONCE = 2000, MOST_FAULTS = 50 };
static const uint32_t WOMAN_BIT = 1u << 31; /* beside the date of a NIK, until it is filled in */

/* How the columns of one book fill a row: for each column its comparison. */
typedef struct Filling {
    MatchColumn columns[MOST_COLUMNS];
    int comparison[MOST_COLUMNS]; /* -1: none */
    size_t n;
} Filling;

typedef struct Reader {
    MatchBook *book;
    const NameRules *rules;
    const MatchSettings *settings;
    Problems *problems;
    bool one_file;
    size_t cap;
    Arena *scratch;
} Reader;

static const struct {
    CompareKind kind;
    bool joins; /* columns of this role make one comparison */
} kinds[COLUMN_ROLES] = {
    [COLUMN_NAME] = {COMPARE_NAME, true},       [COLUMN_GIVEN] = {COMPARE_NAME, true},
    [COLUMN_FAMILY] = {COMPARE_NAME, true},     [COLUMN_MOTHER] = {COMPARE_NAME, true},
    [COLUMN_BIRTH] = {COMPARE_BIRTH, true},     [COLUMN_DAY] = {COMPARE_BIRTH, true},
    [COLUMN_MONTH] = {COMPARE_BIRTH, true},     [COLUMN_YEAR] = {COMPARE_BIRTH, true},
    [COLUMN_SEX] = {COMPARE_SEX, true},         [COLUMN_NIK] = {COMPARE_NIK, true},
    [COLUMN_PHONE] = {COMPARE_NUMBER, true},    [COLUMN_PASSPORT] = {COMPARE_NUMBER, true},
    [COLUMN_CARD] = {COMPARE_NUMBER, true},     [COLUMN_NUMBER] = {COMPARE_NUMBER, false},
    [COLUMN_BIRTHPLACE] = {COMPARE_TEXT, true}, [COLUMN_PLACE] = {COMPARE_TEXT, false},
    [COLUMN_ADDRESS] = {COMPARE_TEXT, false},   [COLUMN_TEXT] = {COMPARE_TEXT, false},
};

static const unsigned words_of_kind[] = {[COMPARE_NAME] = NAME_WORDS + 1,
                                         [COMPARE_BIRTH] = 1,
                                         [COMPARE_SEX] = 1,
                                         [COMPARE_NIK] = 4,
                                         [COMPARE_NUMBER] = 3,
                                         [COMPARE_TEXT] = 1};

static bool compared(ColumnRole role)
{
    return role != COLUMN_IGNORED && role != COLUMN_ID && role != COLUMN_TRUTH &&
           role != COLUMN_FORGED && role != COLUMN_ALIAS && role != COLUMN_BOOK;
}

/* Parts of one thing share the role of the whole. */
static ColumnRole whole_of(ColumnRole role)
{
    if (role == COLUMN_GIVEN || role == COLUMN_FAMILY)
        return COLUMN_NAME;
    if (role == COLUMN_DAY || role == COLUMN_MONTH || role == COLUMN_YEAR)
        return COLUMN_BIRTH;
    return role;
}

static int comparison_of(const MatchBook *b, const MatchColumn *c)
{
    ColumnRole role = whole_of(c->role);
    for (size_t i = 0; i < b->comparison_count; i++) {
        const Comparison *have = &b->comparisons[i];
        if (have->role == role && have->kind != COMPARE_REST && have->kind != COMPARE_ORDER &&
            (kinds[role].joins || str_eq(have->name, c->heading)))
            return (int)i;
    }
    return -1;
}

static void add_comparison(MatchBook *b, CompareKind kind, ColumnRole role, Str name)
{
    size_t i = b->comparison_count++;
    b->comparisons[i] =
        (Comparison){.kind = kind,
                     .name = name,
                     .at = (uint16_t)b->stride,
                     .class = kind == COMPARE_NAME ? NAME_CLASS : (uint8_t)(2 * i + 1),
                     .role = role};
    if (kind == COMPARE_REST || kind == COMPARE_ORDER)
        b->comparisons[i].at = b->comparisons[i - 1].at;
    else
        b->stride += words_of_kind[kind];
}

/* Adds the comparison a column asks for, unless it is there; names bring two more along. */
static void ask_comparison(Reader *r, const MatchColumn *c)
{
    MatchBook *b = r->book;
    ColumnRole role = whole_of(c->role);
    if (!compared(c->role) || comparison_of(b, c) >= 0 ||
        b->comparison_count + (role == COLUMN_NAME ? 3 : 1) > MATCH_COMPARISONS)
        return;
    Str name = kinds[role].joins ? str_of(column_role_word(role)) : c->heading;
    add_comparison(b, kinds[role].kind, role, name);
    if (role == COLUMN_NAME) {
        add_comparison(b, COMPARE_REST, role, S("name-rest"));
        add_comparison(b, COMPARE_ORDER, role, S("name-order"));
    }
}

static bool read_headings(Reader *r, const MatchSource *file, const CsvRow *row, Filling *f)
{
    size_t before = r->problems->errors;
    f->n = row->n < MOST_COLUMNS ? row->n : MOST_COLUMNS;
    match_columns_assign(r->settings, r->rules, row->cells, f->n, file->place, f->columns,
                         r->problems);
    if (!r->book->columns) {
        r->book->columns = f->columns;
        r->book->column_count = f->n;
        for (size_t i = 0; i < f->n; i++)
            ask_comparison(r, &f->columns[i]);
        r->book->rows = ARENA_WIDE(r->book->arena, r->cap * r->book->stride, uint32_t);
    }
    for (size_t i = 0; i < f->n; i++)
        f->comparison[i] =
            compared(f->columns[i].role) ? comparison_of(r->book, &f->columns[i]) : -1;
    return r->problems->errors == before;
}

/* ---- one record ---- */

static void put_word(Reader *r, uint8_t class, Str word, uint32_t *to, size_t most)
{
    uint32_t id = vocabulary_put(r->book->vocabulary, class, word);
    size_t n = 0;
    while (n < most && to[n] && to[n] != id)
        n++;
    if (n < most)
        to[n] = id;
}

static void put_words(Reader *r, Str text, uint8_t class, uint32_t *to, size_t most)
{
    Str rest = text, word;
    while (str_word(&rest, &word))
        put_word(r, class, word, to, most);
}

/* Short forms in full; else as written: that another spelling is the same word is known later. */
static void put_name(Reader *r, Str cell, uint32_t *to)
{
    Name name, alias;
    name_words(r->rules, r->scratch, cell, &name, &alias);
    for (int part = 0; part < 2; part++) {
        const Name *n = part ? &alias : &name;
        for (int i = 0; i < n->n; i++) {
            const NameToken *t = &n->tokens[i];
            put_word(r, NAME_CLASS, t->shortened ? token_canonical(t) : token_raw(t), to,
                     NAME_WORDS);
        }
    }
}

static uint32_t date_of(Reader *r, Str cell)
{
    Date d;
    ptrdiff_t place = str_find(cell, ','); /* "Kupang, 12-03-1988" */
    bool ok =
        date_read_loose(r->scratch, cell, century, &d) ||
        (place >= 0 && date_read_loose(r->scratch, str_from(cell, (size_t)place + 1), century, &d));
    return ok ? PACKED_DATE(d.year, d.month, d.day) : 0;
}

/* The number as symbols, and the date in it. */
static void put_nik(Str cell, uint32_t *to)
{
    NikFacts f;
    unsigned faults = nik_decode(cell, &f);
    if (faults & NIK_SHAPE)
        return;
    uint64_t v = match_number((Str){f.digits, sizeof f.digits}, 16, true);
    to[0] = (uint32_t)v;
    to[1] = (uint32_t)(v >> 32);
    if (!(faults & NIK_DATE))
        to[3] = PACKED_DATE(nik_year(&f, 0, century), f.month, f.day) | (f.woman ? WOMAN_BIT : 0);
}

/* Texts that differ in blanks alone are one; what was read first says its words. */
static void put_text(Reader *r, const Comparison *c, Str cell, uint32_t *to)
{
    MatchBook *b = r->book;
    Str plain = match_plain(r->scratch, cell);
    Buf squeezed = buf_new(r->scratch, plain.len + 1);
    if (plain.len == 0)
        return;
    for (size_t i = 0; i < plain.len; i++)
        if (plain.ptr[i] != ' ')
            buf_char(&squeezed, plain.ptr[i]);
    *to = vocabulary_put(b->vocabulary, c->class, buf_str(&squeezed));
    if (b->vocabulary->words[*to].parts)
        return;
    size_t at = b->text_words.n ? b->text_words.n : TEXT_WORDS;
    while (b->text_words.n < at + TEXT_WORDS)
        *ARENA_PUSH(b->arena, b->text_words) = 0;
    b->vocabulary->words[*to].parts = (uint32_t)at;
    put_words(r, plain, (uint8_t)(c->class + 1), b->text_words.items + at, TEXT_WORDS);
}

static void put_number(const Comparison *c, Str cell, uint32_t *to)
{
    bool digits = c->role == COLUMN_PHONE || c->role == COLUMN_CARD;
    if (c->role == COLUMN_PHONE) /* +62 and 0 open the same number */
        cell = str_from(cell, cell.len > 9 ? cell.len - 9 : 0);
    uint64_t v = match_number(cell, 4, digits);
    to[0] = (uint32_t)v;
    to[1] = (uint32_t)(v >> 32);
}

static uint32_t date_part(Str cell, ColumnRole role)
{
    int64_t n;
    if (!str_i64(cell, &n) || n <= 0 || n > 9999)
        return 0;
    if (role == COLUMN_YEAR)
        return PACKED_DATE(n, 0, 0);
    if (n > 99)
        return 0;
    return role == COLUMN_MONTH ? PACKED_DATE(0, n, 0) : PACKED_DATE(0, 0, n);
}

static void put_cell(Reader *r, const Comparison *c, ColumnRole role, Str cell, uint32_t *row)
{
    uint32_t *to = row + c->at;
    switch (c->kind) {
    case COMPARE_NAME:
        put_name(r, cell, to);
        break;
    case COMPARE_BIRTH:
        *to |= role != COLUMN_BIRTH ? date_part(cell, role) : *to ? 0 : date_of(r, cell);
        break;
    case COMPARE_SEX:
        *to = match_sex(cell);
        break;
    case COMPARE_NIK:
        put_nik(cell, to);
        break;
    case COMPARE_NUMBER:
        if (!to[0] && !to[1]) /* of two telephones the first */
            put_number(c, cell, to);
        break;
    case COMPARE_TEXT:
        put_text(r, c, cell, to);
        break;
    case COMPARE_REST:
    case COMPARE_ORDER:
        break;
    }
}

/* No more records than lines; what is not written takes no room. */
static void make_room(Reader *r, const MatchSource *files, size_t n)
{
    MatchBook *b = r->book;
    size_t lines = n;
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < files[i].text.len; at++)
            lines += files[i].text.ptr[at] == '\n' || files[i].text.ptr[at] == '\r';
    r->cap = lines < MATCH_RECORDS ? lines : MATCH_RECORDS;
    b->ids = ARENA_WIDE(b->arena, r->cap, Str);
    b->truths = ARENA_WIDE(b->arena, r->cap, Str);
}

/* What a record leaves out and its NIK tells. */
static void fill_from_nik(const MatchBook *b, uint32_t *row)
{
    uint32_t birth = 0, sex = 0;
    for (size_t k = 0; k < b->comparison_count; k++) {
        uint32_t *v = row + b->comparisons[k].at;
        if (b->comparisons[k].kind == COMPARE_NIK && v[3]) {
            birth = v[3] & ~WOMAN_BIT;
            sex = v[3] & WOMAN_BIT ? 2 : 1;
            v[3] = birth;
        }
    }
    for (size_t k = 0; birth && k < b->comparison_count; k++) {
        uint32_t *v = row + b->comparisons[k].at;
        if (b->comparisons[k].kind == COMPARE_BIRTH && !*v)
            *v = birth;
        if (b->comparisons[k].kind == COMPARE_SEX && !*v)
            *v = sex;
    }
}

static uint8_t book_named(MatchBook *b, Str name)
{
    size_t i = 0;
    while (i < b->book_count && !str_eq(b->books[i], name))
        i++;
    if (i == MATCH_SOURCES)
        return MATCH_SOURCES - 1;
    if (i == b->book_count)
        b->books[b->book_count++] = str_copy(b->arena, name);
    return (uint8_t)i;
}

/* Of a single file the book that its column names, else the file. */
static uint8_t book_of(Reader *r, const Filling *f, const CsvRow *row, Str file)
{
    for (size_t i = 0; r->one_file && i < f->n && i < row->n; i++)
        if (f->columns[i].role == COLUMN_BOOK && str_trim(row->cells[i]).len)
            return book_named(r->book, str_trim(row->cells[i]));
    return book_named(r->book, file);
}

/* A cell as it stands in the text of its book, which is there as long as the book. */
static Str keep(Arena *a, Str cell, Str text)
{
    bool inside = cell.ptr >= text.ptr && cell.ptr < text.ptr + text.len;
    return inside ? cell : str_copy(a, cell);
}

static void put_record(Reader *r, const Filling *f, const CsvRow *row, const MatchSource *file)
{
    MatchBook *b = r->book;
    uint32_t at = b->n++;
    uint32_t *to = b->rows + (size_t)at * b->stride;
    to[ROW_SOURCE] = book_of(r, f, row, file->place);
    for (size_t i = 0; i < f->n && i < row->n; i++) {
        Str cell = str_trim(row->cells[i]);
        if (f->columns[i].role == COLUMN_ID)
            b->ids[at] = keep(b->arena, cell, file->text);
        else if (f->columns[i].role == COLUMN_TRUTH)
            b->truths[at] = keep(b->arena, cell, file->text);
        else if (f->comparison[i] >= 0 && cell.len)
            put_cell(r, &b->comparisons[f->comparison[i]], f->columns[i].role, cell, to);
    }
    fill_from_nik(b, to);
    if (str_empty(b->ids[at]))
        b->ids[at] = str_int(b->arena, (int64_t)at + 1);
}

static void complain(Reader *r, const MatchSource *file, int line, Msg msg, size_t n)
{
    Arena *a = r->problems->arena;
    problem_add(r->problems, (Problem){.place = file->place,
                                       .line = line,
                                       .msg = msg,
                                       .args = {str_int(a, (int64_t)n)}});
}

/* Rows are read a few thousand at a time, so that what reading needs is given back. */
static bool read_rows(Reader *r, const MatchSource *file, CsvReader *csv, const Filling *f)
{
    for (size_t n = 0;; n++) {
        CsvRow row;
        bool more;
        if (n % ROWS_AT_ONCE == 0) {
            arena_free(r->scratch);
            csv->arena = r->scratch = arena_new(SIZE_MAX);
        }
        if (csv_next(csv, &row, &more) != ERR_OK) {
            complain(r, file, csv->line, M_MATCH_OPEN_QUOTE, 0);
            return false;
        }
        if (!more)
            return true;
        if (r->book->n == MATCH_RECORDS) {
            complain(r, file, row.line, M_MATCH_RECORDS_MOST, MATCH_RECORDS);
            return false;
        }
        if (row.n == 1 && str_empty(str_trim(row.cells[0])))
            continue;
        if (row.n == f->n)
            put_record(r, f, &row, file);
        else
            complain(r, file, row.line, M_MATCH_ROW_WIDTH, row.n);
        if (r->problems->errors >= MOST_FAULTS) {
            complain(r, file, row.line, M_MATCH_TOO_MANY, 0);
            return false;
        }
    }
}

static void read_file(Reader *r, const MatchSource *file)
{
    if (!utf8_valid(file->text)) {
        complain(r, file, 0, M_MATCH_NOT_UTF8, 0);
        return;
    }
    Filling *f = ARENA_NEW(r->book->arena, Filling);
    CsvReader csv = csv_reader(r->book->arena, file->text);
    CsvRow row;
    bool more = false;
    uint32_t before = r->book->n;
    if (csv_next(&csv, &row, &more) != ERR_OK) {
        complain(r, file, csv.line, M_MATCH_OPEN_QUOTE, 0);
        return;
    }
    if (!more) {
        complain(r, file, 0, M_MATCH_EMPTY, 0);
        return;
    }
    if (!read_headings(r, file, &row, f))
        return;
    if (r->book->comparison_count < 2) {
        complain(r, file, 1, M_MATCH_NO_ROLES, 0);
        return;
    }
    if (read_rows(r, file, &csv, f) && r->book->n == before)
        complain(r, file, 0, M_MATCH_EMPTY, 0);
}

/* ---- once all records are there ---- */

static void count_words(MatchBook *b, const uint32_t *words, size_t n, uint32_t times)
{
    for (size_t i = 0; i < n; i++)
        if (words[i])
            b->vocabulary->words[words[i]].count += times;
}

static void swap_words(uint32_t *words, size_t j, uint32_t *stands)
{
    uint32_t word = words[j], stand = *stands >> 2 * j & 3, before = *stands >> 2 * (j - 1) & 3;
    words[j] = words[j - 1];
    words[j - 1] = word;
    *stands &= ~(15u << 2 * (j - 1));
    *stands |= before << 2 * j | stand << 2 * (j - 1);
}

/* Rarest first; equal counts by text, so that the order of records does not matter. */
static void sort_words(const MatchBook *b, uint32_t *words, size_t n, uint32_t *stands)
{
    const Word *w = b->vocabulary->words;
    for (size_t i = 1; i < n && words[i]; i++)
        for (size_t j = i; j > 0; j--) {
            const Word *x = &w[words[j - 1]], *y = &w[words[j]];
            if (x->count < y->count || (x->count == y->count && str_cmp(x->text, y->text) <= 0))
                break;
            swap_words(words, j, stands);
        }
}

/* How often each number of a column occurs, by a table of the distinct ones. */
static void count_numbers(MatchBook *b, const Comparison *c)
{
    Arena *scratch = arena_new(SIZE_MAX);
    size_t slots = 64;
    while (slots < (size_t)b->n * 2)
        slots *= 2;
    uint64_t *keys = ARENA_ARRAY(scratch, slots, uint64_t);
    uint32_t *counts = ARENA_ARRAY(scratch, slots, uint32_t);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < b->n; i++) {
            uint32_t *row = b->rows + (size_t)i * b->stride + c->at;
            uint64_t key = (uint64_t)row[1] << 32 | row[0], at = match_mix(key, 0) & (slots - 1);
            if (!key)
                continue;
            while (keys[at] && keys[at] != key)
                at = (at + 1) & (slots - 1);
            keys[at] = key;
            if (round == 0)
                counts[at]++;
            else
                row[2] = counts[at];
        }
    arena_free(scratch);
}

/* Where each word of a name stood, before they are sorted: the words of one cell in their order. */
static void note_stands(uint32_t *name)
{
    int n = 0;
    while (n < NAME_WORDS && name[n])
        n++;
    for (int i = 0; i < n; i++) {
        NameStand stand = n == 1       ? STAND_ALONE
                          : i == 0     ? STAND_FIRST
                          : i == n - 1 ? STAND_LAST
                                       : STAND_MIDDLE;
        name[NAME_WORDS] |= (uint32_t)stand << 2 * i;
    }
}

/* Counts words in all rows; those in a text as often as the text. */
static void count_rows(MatchBook *b)
{
    Word *words = b->vocabulary->words;
    for (uint32_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->comparison_count; k++) {
            const Comparison *c = &b->comparisons[k];
            uint32_t *row = b->rows + (size_t)i * b->stride + c->at;
            if (c->kind != COMPARE_NAME && c->kind != COMPARE_TEXT)
                continue;
            count_words(b, row, c->kind == COMPARE_TEXT ? 1 : NAME_WORDS, 1);
            if (c->kind == COMPARE_NAME)
                note_stands(row);
        }
    for (uint32_t w = 1; w < b->vocabulary->n; w++)
        if (words[w].parts)
            count_words(b, match_text_words(b, w), TEXT_WORDS, words[w].count);
}

static void sort_rows(MatchBook *b)
{
    uint32_t unasked = 0;
    for (uint32_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->comparison_count; k++) {
            uint32_t *row = b->rows + (size_t)i * b->stride + b->comparisons[k].at;
            if (b->comparisons[k].kind == COMPARE_NAME)
                sort_words(b, row, NAME_WORDS, row + NAME_WORDS);
        }
    for (size_t i = 0; i < b->text_words.n; i += TEXT_WORDS)
        sort_words(b, b->text_words.items + i, TEXT_WORDS, &unasked);
}

/* Whether nearly all records of one text have one other text. Only texts of many records speak:
 * those of few may be of one person, of whom everything tells everything. */
static bool tells(const MatchBook *b, uint16_t fine, uint16_t coarse)
{
    enum { MANY = 30, TENTHS = 9 };
    Arena *scratch = arena_new(SIZE_MAX);
    uint32_t *lead = ARENA_WIDE(scratch, b->vocabulary->n, uint32_t),
             *votes = ARENA_WIDE(scratch, b->vocabulary->n, uint32_t);
    size_t both = 0, crowds = 0, agree = 0;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < b->n; i++) {
            uint32_t x = match_row(b, i)[fine], y = match_row(b, i)[coarse];
            bool crowd = b->vocabulary->words[x].count > MANY;
            if (!x || !y)
                continue;
            if (round == 0 && !votes[x]) /* the vote of Boyer and Moore */
                lead[x] = y;
            votes[x] += round ? 0 : lead[x] == y ? 1 : UINT32_MAX;
            both += (size_t)round;
            crowds += round && crowd;
            agree += round && crowd && lead[x] == y;
        }
    arena_free(scratch);
    return crowds * 2 > both && agree * 10 >= crowds * TENTHS;
}

/* Of two texts that tell each other the first is kept. */
static void find_finer(MatchBook *b)
{
    for (size_t k = 0; k < b->comparison_count; k++)
        for (size_t j = 0; j < b->comparison_count; j++) {
            Comparison *fine = &b->comparisons[j], *coarse = &b->comparisons[k];
            if (j != k && fine->kind == COMPARE_TEXT && coarse->kind == COMPARE_TEXT &&
                !fine->finer && !coarse->finer && tells(b, fine->at, coarse->at) &&
                (j < k || !tells(b, coarse->at, fine->at)))
                coarse->finer = fine->at;
        }
}

static void finish(MatchBook *b, const NameRules *rules)
{
    count_rows(b);
    sort_rows(b);
    find_finer(b);
    for (size_t k = 0; k < b->comparison_count; k++)
        if (b->comparisons[k].kind == COMPARE_NUMBER || b->comparisons[k].kind == COMPARE_NIK)
            count_numbers(b, &b->comparisons[k]);
    b->tokens = ARENA_ARRAY(b->arena, b->vocabulary->n, NameToken);
    for (uint32_t w = 1; w < b->vocabulary->n; w++)
        if (b->vocabulary->words[w].class == NAME_CLASS)
            name_token(rules, b->vocabulary->words[w].text, &b->tokens[w]);
    b->similar = similar_words_new(b->arena, b->vocabulary, b->tokens);
    b->several = ARENA_ARRAY(b->arena, b->vocabulary->n / 64 + 1, uint64_t);
    for (uint32_t w = 1; w < b->vocabulary->n; w++)
        if (b->vocabulary->words[w].parts && match_text_words(b, w)[1])
            b->several[w / 64] |= 1ull << w % 64;
}

MatchBook *match_book_read(Arena *a, const MatchSource *files, size_t n, const NameRules *rules,
                           const MatchSettings *settings, Problems *problems)
{
    MatchBook *b = ARENA_NEW(a, MatchBook);
    b->arena = a;
    b->vocabulary = vocabulary_new(a);
    b->stride = ROW_SOURCE + 1;
    Reader r = {
        .book = b, .rules = rules, .settings = settings, .problems = problems, .one_file = n == 1};
    make_room(&r, files, n < MATCH_SOURCES ? n : MATCH_SOURCES);
    for (size_t i = 0; i < n && i < MATCH_SOURCES; i++) {
        b->files[b->file_count++] = files[i];
        read_file(&r, &files[i]);
    }
    arena_free(r.scratch);
    if (problems->errors == 0)
        finish(b, rules);
    return b;
}
