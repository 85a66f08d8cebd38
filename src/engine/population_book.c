#include "engine/population_book.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "identity/match_search.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROW_MASK = (1 << POPULATION_ROW_BITS) - 1, BOOK_TAIL = 8 };

struct PopulationBook {
    Store store; /* its model and installation */
    Arena *arena;
    PopulationFile file;
    SearchIndex *index;
    MatchColumn columns[POPULATION_COLUMNS];
    size_t column_count;
    pthread_t reader;
    bool started;
    atomic_bool stop;
    PopulationFault fault;
    _Atomic Err state;
};

static const char *path_of(Arena *a, const Store *s)
{
    return str_printf(a, "%s/" POPULATION_FILE, s->in->dir).ptr;
}

static PopulationSeal seal_of(const Store *s)
{
    return (PopulationSeal){s->in->keyring, s->in->id};
}

/* ---- reading ---- */

static bool read_heads(PopulationBook *b, const CsvRow *row)
{
    MatchSettings none = match_settings_default();
    Problems problems = {.arena = b->arena};
    if (row->n > POPULATION_COLUMNS)
        return false;
    match_columns_assign(&none, row->cells, row->n, S(POPULATION_FILE), b->columns, &problems);
    b->column_count = row->n;
    return problems.errors == 0;
}

static CsvReader rows_of(Arena *a, Str rows)
{
    CsvReader csv = csv_reader(a, rows);
    csv.sep = ',';
    return csv;
}

/* The rows of one piece into the index, by where the piece stands and which row it is. */
static bool take_piece(PopulationBook *b, Arena *a, uint64_t at, Str rows)
{
    CsvReader csv = rows_of(a, rows);
    SearchPerson *person = ARENA_NEW(a, SearchPerson);
    for (uint64_t n = 0; n <= ROW_MASK; n++) {
        CsvRow row;
        bool more;
        if (csv_next(&csv, &row, &more) != ERR_OK)
            return false;
        if (!more)
            break;
        if (n == 0 && at == b->file.first) {
            if (!read_heads(b, &row))
                return false;
            continue;
        }
        if (row.n != b->column_count)
            return false;
        search_person(b->store.model->names, a, b->columns, row.cells, row.n, person);
        search_index_add(b->index, person, at << POPULATION_ROW_BITS | n);
    }
    return true;
}

static PopulationFault read_book(PopulationBook *b, Str text)
{
    PopulationFault fault = population_check(text, seal_of(&b->store), &b->file);
    uint64_t at = b->file.first, next;
    if (fault != POPULATION_FITS)
        return fault;
    b->index = search_index_new(b->arena, b->store.model->names);
    while (fault == POPULATION_FITS && at < b->file.text.len && !atomic_load(&b->stop)) {
        Arena *a = arena_new(SIZE_MAX);
        Str rows;
        if (!population_piece(&b->file, at, a, &rows, &next) || !take_piece(b, a, at, rows))
            fault = POPULATION_CHANGED;
        at = next;
        arena_free(a);
    }
    search_index_finish(b->index);
    return fault;
}

static Msg population_fault(PopulationFault fault)
{
    static const Msg words[] = {
        [POPULATION_FITS] = M_POPULATION_FITS,       [POPULATION_SHAPE] = M_POPULATION_SHAPE,
        [POPULATION_OTHER] = M_POPULATION_OTHER,     [POPULATION_CUT] = M_POPULATION_CUT,
        [POPULATION_CHANGED] = M_POPULATION_CHANGED, [POPULATION_FORGED] = M_POPULATION_FORGED};
    return words[fault];
}

static void *read_behind(void *book)
{
    PopulationBook *b = book;
    Str text = STR_NONE;
    Err e = file_map(b->arena, path_of(b->arena, &b->store), &text);
    b->fault = e == ERR_OK ? read_book(b, text) : POPULATION_SHAPE;
    if (e == ERR_OK && b->fault != POPULATION_FITS)
        e = E_CORRUPT;
    if (e != ERR_OK && e != E_NOT_FOUND)
        log_error("population book: %s", tr(LANG_EN, population_fault(b->fault)).ptr);
    atomic_store(&b->state, e);
    return NULL;
}

void population_wait(PopulationBook *b)
{
    if (b->started)
        pthread_join(b->reader, NULL);
    b->started = false;
}

void population_stop(PopulationBook *b)
{
    atomic_store(&b->stop, true);
    population_wait(b);
}

static void drop(void *book)
{
    PopulationBook *b = book;
    population_stop(b);
    arena_free(b->arena);
}

Err population_open(Arena *a, const Store *s, PopulationBook **ret)
{
    PopulationBook *b = ARENA_NEW(a, PopulationBook);
    b->store = (Store){.model = s->model, .in = s->in};
    b->arena = arena_new(SIZE_MAX);
    arena_defer(a, drop, b);
    *ret = b;
    if (!s->model->names) {
        atomic_store(&b->state, E_NOT_FOUND);
        return ERR_OK;
    }
    atomic_store(&b->state, E_BUSY);
    if (pthread_create(&b->reader, NULL, read_behind, b) != 0)
        BUG("no thread");
    b->started = true;
    return ERR_OK;
}

Err population_state(const PopulationBook *b)
{
    return b ? atomic_load(&b->state) : E_NOT_FOUND;
}

const PopulationFile *population_of(const PopulationBook *b)
{
    return &b->file;
}

Msg population_told(const PopulationBook *b)
{
    return population_fault(b->fault);
}

/* ---- a row as facts of a person ---- */

static const struct {
    ColumnRole column;
    size_t fact;
} held[] = {{COLUMN_NAME, offsetof(PersonFacts, name)},
            {COLUMN_GIVEN, offsetof(PersonFacts, name)},
            {COLUMN_FAMILY, offsetof(PersonFacts, name)},
            {COLUMN_ALIAS, offsetof(PersonFacts, alias)},
            {COLUMN_MOTHER, offsetof(PersonFacts, mother)},
            {COLUMN_BIRTH, offsetof(PersonFacts, birth)},
            {COLUMN_SEX, offsetof(PersonFacts, sex)},
            {COLUMN_NIK, offsetof(PersonFacts, nik)},
            {COLUMN_PASSPORT, offsetof(PersonFacts, passport)},
            {COLUMN_PHONE, offsetof(PersonFacts, phone)},
            {COLUMN_PLACE, offsetof(PersonFacts, village)}};

/* NULL for a column that no fact of a person is in. */
static Str *fact_for(PersonFacts *facts, ColumnRole column)
{
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        if (held[i].column == column)
            return (Str *)(void *)((char *)facts + held[i].fact);
    return NULL;
}

/* What the row says, as the fields of a person hold it; what they cannot hold is left out. */
static void facts_of(const PopulationBook *b, Arena *a, const CsvRow *row, PersonFacts *ret)
{
    Problems ignored = {.arena = a};
    *ret = (PersonFacts){0};
    for (size_t i = 0; i < row->n && i < b->column_count; i++) {
        Str *to = fact_for(ret, b->columns[i].role), cell = str_trim(row->cells[i]);
        if (to && cell.len)
            *to = to->len ? str_printf(a, "%.*s %.*s", STR_ARG(*to), STR_ARG(cell)) : cell;
    }
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        const Field *f = person_fact_field(b->store.model, i);
        Str *fact = person_fact(ret, i), value = STR_NONE;
        if (f && fact->len && !value_parse(f, a, *fact, clock_today(), &value, &ignored))
            value = STR_NONE;
        *fact = value;
    }
}

static Err row_at(const PopulationBook *b, Arena *a, uint64_t place, PersonFacts *ret)
{
    uint64_t at = place >> POPULATION_ROW_BITS, wanted = place & ROW_MASK, next;
    Str rows;
    CsvRow row;
    bool more = true;
    if (!population_piece(&b->file, at, a, &rows, &next) || (at == b->file.first && wanted == 0))
        return E_NOT_FOUND;
    CsvReader csv = rows_of(a, rows);
    for (uint64_t n = 0; n <= wanted && more; n++)
        TRY(csv_next(&csv, &row, &more));
    if (!more)
        return E_NOT_FOUND;
    facts_of(b, a, &row, ret);
    return ERR_OK;
}

/* ---- finding ---- */

static Str id_of(const PopulationBook *b, Arena *a, uint64_t place)
{
    Str tail = str_from(b->file.book, b->file.book.len - BOOK_TAIL);
    return str_printf(a, "%.*s.%llu", STR_ARG(tail), (unsigned long long)place);
}

Err population_row(const PopulationBook *b, Arena *a, Str id, PersonFacts *ret)
{
    Str book, rest = id;
    int64_t place;
    TRY(population_state(b));
    if (!str_cut(&rest, '.', &book) || !str_i64(rest, &place) || place < 0 ||
        !str_eq(id, id_of(b, a, (uint64_t)place)))
        return E_NOT_FOUND;
    return row_at(b, a, (uint64_t)place, ret);
}

static void wanted_person(const PopulationBook *b, Arena *a, const PersonFacts *who,
                          SearchPerson *ret)
{
    static const MatchColumn columns[] = {{.role = COLUMN_NAME},
                                          {.role = COLUMN_BIRTH},
                                          {.role = COLUMN_NIK},
                                          {.role = COLUMN_PHONE}};
    const Str cells[] = {who->name.ptr ? who->name : S(""), who->birth.ptr ? who->birth : S(""),
                         who->nik.ptr ? who->nik : S(""), who->phone.ptr ? who->phone : S("")};
    search_person(b->store.model->names, a, columns, cells, sizeof cells / sizeof *cells, ret);
}

static int by_weight(const void *x, const void *y)
{
    const Resident *p = x, *q = y;
    return (p->like.weight < q->like.weight) - (p->like.weight > q->like.weight);
}

Err population_find(const PopulationBook *b, Arena *a, const PersonFacts *who, Resident *ret,
                    size_t max, size_t *ret_n)
{
    PersonFacts facts[SEARCH_RESULTS];
    Likeness like[SEARCH_RESULTS];
    Resident found[SEARCH_RESULTS];
    SearchAnswer answer;
    SearchPerson *wanted = ARENA_NEW(a, SearchPerson);
    *ret_n = 0;
    TRY(population_state(b));
    wanted_person(b, a, who, wanted);
    search_find(b->index, wanted, &answer);
    for (size_t i = 0; i < answer.n; i++)
        TRY(row_at(b, a, answer.hits[i].place, &facts[i]));
    likeness_compare(&b->store, who, facts, answer.n, like);
    for (size_t i = 0; i < answer.n; i++)
        found[i] = (Resident){id_of(b, a, answer.hits[i].place), facts[i], like[i]};
    if (answer.n > 1)
        qsort(found, answer.n, sizeof *found, by_weight);
    for (; *ret_n < answer.n && *ret_n < max; (*ret_n)++)
        ret[*ret_n] = found[*ret_n];
    return ERR_OK;
}

/* ---- making ---- */

static void complain(Problems *problems, Str place, int line, Msg msg)
{
    problem_add(problems, (Problem){.place = place, .line = line, .msg = msg});
}

typedef struct Making {
    CsvReader csv;
    Str place;
    Problems *problems;
    size_t columns, kept_n, kept[POPULATION_COLUMNS];
    Str heads[POPULATION_COLUMNS];
} Making;

/* The columns that mean something here; whether a name is among them. */
static bool keep_columns(Making *m, const MatchColumn *columns, size_t n)
{
    PersonFacts ignored;
    bool named = false;
    m->columns = n;
    for (size_t i = 0; i < n && m->kept_n < POPULATION_COLUMNS; i++) {
        const Str *fact = fact_for(&ignored, columns[i].role);
        if (!fact)
            continue;
        named |= fact == &ignored.name;
        m->heads[m->kept_n] = str_of(column_role_word(columns[i].role));
        m->kept[m->kept_n++] = i;
    }
    return named;
}

static Err add_rows(Making *m, PopulationWriter *w)
{
    enum { ROWS_AT_ONCE = 4096 };
    Arena *scratch = NULL;
    Err e = population_add(w, m->heads, m->kept_n);
    for (size_t n = 0; e == ERR_OK; n++) {
        CsvRow row;
        bool more;
        Str cells[POPULATION_COLUMNS];
        if (n % ROWS_AT_ONCE == 0) {
            arena_free(scratch);
            m->csv.arena = scratch = arena_new(SIZE_MAX);
        }
        e = csv_next(&m->csv, &row, &more);
        if (e != ERR_OK)
            complain(m->problems, m->place, m->csv.line, M_MATCH_OPEN_QUOTE);
        if (e != ERR_OK || !more)
            break;
        if (row.n == 1 && str_empty(str_trim(row.cells[0])))
            continue;
        if (row.n != m->columns) {
            complain(m->problems, m->place, row.line, M_MATCH_SEARCH_ROW);
            continue;
        }
        for (size_t i = 0; i < m->kept_n; i++)
            cells[i] = row.cells[m->kept[i]];
        e = population_add(w, cells, m->kept_n);
    }
    arena_free(scratch);
    return e == ERR_OK && m->problems->errors ? E_INVALID : e;
}

Err population_make(const Store *s, Arena *a, Str text, Str place, const MatchSettings *settings,
                    Problems *problems, int64_t *ret_rows)
{
    Making m = {.csv = csv_reader(a, text), .place = place, .problems = problems};
    PopulationWriter w;
    CsvRow head;
    bool more;
    if (!utf8_valid(text) || csv_next(&m.csv, &head, &more) != ERR_OK || !more) {
        complain(problems, place, 1, utf8_valid(text) ? M_MATCH_EMPTY : M_MATCH_NOT_UTF8);
        return E_INVALID;
    }
    MatchColumn *columns = ARENA_ARRAY(a, head.n, MatchColumn);
    match_columns_assign(settings, head.cells, head.n, place, columns, problems);
    if (!keep_columns(&m, columns, head.n))
        complain(problems, place, 1, M_MATCH_NO_ROLES);
    if (problems->errors)
        return E_INVALID;
    Err e = population_begin(a, seal_of(s), path_of(a, s), &w);
    if (e == ERR_OK)
        e = add_rows(&m, &w);
    *ret_rows = w.n;
    return population_end(&w, e, date_iso(a, clock_today()));
}
