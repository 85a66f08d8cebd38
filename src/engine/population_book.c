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

/* What a row holds: the facts of a person in their order. A stored form: a fact more is a new mark
 * in population_file.c. */
static const MatchColumn columns[PERSON_FACT_COUNT] = {
    {.role = COLUMN_NAME},  {.role = COLUMN_ALIAS},    {.role = COLUMN_MOTHER},
    {.role = COLUMN_BIRTH}, {.role = COLUMN_IGNORED},  {.role = COLUMN_SEX},
    {.role = COLUMN_NIK},   {.role = COLUMN_PASSPORT}, {.role = COLUMN_PHONE},
    {.role = COLUMN_PLACE}, {.role = COLUMN_IGNORED}};
_Static_assert(PERSON_FACT_COUNT == 11, "another form of rows");

struct PopulationBook {
    Store store; /* its model and installation */
    Arena *arena;
    PopulationFile file;
    SearchIndex *index;
    Arena *kept; /* what an index that was kept stands in; or NULL */
    pthread_t reader;
    bool started;
    atomic_bool stop;
    Msg told;
    _Atomic Err state;
};

static const char *path_of(Arena *a, const Store *s)
{
    return str_printf(a, "%s/" POPULATION_FILE, s->in->dir).ptr;
}

static const char *index_path(Arena *a, const Store *s)
{
    return str_printf(a, "%s/" POPULATION_INDEX, s->in->dir).ptr;
}

/* Of a book that is there, with its key if it has one. */
static Err seal_of(const Store *s, Arena *a, Str text, PopulationSeal *ret)
{
    Db *keys;
    *ret = (PopulationSeal){.keys = s->in->keyring, .installation = s->in->id};
    ret->subject = population_subject(text, a);
    if (!ret->subject.ptr)
        return ERR_OK;
    TRY(db_open(s->in->keys_db, DB_READ, &keys));
    Err e = keys_wrapped(keys, a, ret->subject, &ret->wrapped);
    db_close(keys);
    return e == E_NOT_FOUND ? ERR_OK : e;
}

/* ---- reading ---- */

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
        if (csv_next(&csv, &row, &more) != ERR_OK || (more && row.n != PERSON_FACT_COUNT))
            return false;
        if (!more)
            break;
        search_person(b->store.model->names, a, columns, row.cells, row.n, person);
        search_index_add(b->index, person, at << POPULATION_ROW_BITS | n);
    }
    return true;
}

/* What an earlier start made of this very book by the same rules of names. */
static bool open_kept(PopulationBook *b)
{
    Arena *a = arena_new(SIZE_MAX), *to = arena_new(SIZE_MAX);
    Str text, image;
    bool kept = file_map(a, index_path(a, &b->store), &text) == ERR_OK &&
                population_kept_index(&b->file, text, to, &image) &&
                search_index_open(to, b->store.model->names, image, &b->index) == ERR_OK &&
                (int64_t)search_index_records(b->index) == b->file.rows;
    arena_free(a);
    if (kept)
        b->kept = to;
    else
        arena_free(to);
    return kept;
}

/* For the next start; without it the book serves as well. */
static void keep_index(PopulationBook *b)
{
    Arena *a = arena_new(SIZE_MAX);
    Str image = search_index_image(b->index);
    int64_t room;
    Err e = file_free_space(b->store.in->dir, &room);
    if (e == ERR_OK)
        e = room / 4 < (int64_t)image.len
                ? E_FULL
                : population_keep_index(&b->file, a, index_path(a, &b->store), image, &b->stop);
    log_info("population book: index made anew, %s", e == ERR_OK ? "kept" : err_name(e));
    arena_free(a);
}

static Msg make_index(PopulationBook *b)
{
    Msg told = M_POPULATION_FITS;
    uint64_t at = b->file.first, next;
    b->index = search_index_new(b->arena, b->store.model->names);
    while (told == M_POPULATION_FITS && at < b->file.text.len && !atomic_load(&b->stop)) {
        Arena *a = arena_new(SIZE_MAX);
        Str rows;
        if (!population_piece(&b->file, at, a, &rows, &next) || !take_piece(b, a, at, rows))
            told = M_POPULATION_CHANGED;
        at = next;
        arena_free(a);
    }
    search_index_finish(b->index);
    return told;
}

static Msg read_book(PopulationBook *b, Str text)
{
    PopulationSeal seal;
    if (seal_of(&b->store, b->arena, text, &seal) != ERR_OK)
        return M_POPULATION_CHANGED;
    Msg told = population_check(text, seal, &b->file);
    if (told == M_POPULATION_FITS && !open_kept(b)) {
        told = make_index(b);
        if (told == M_POPULATION_FITS && !atomic_load(&b->stop))
            keep_index(b);
    }
    return told;
}

static void *read_behind(void *book)
{
    PopulationBook *b = book;
    Str text = STR_NONE;
    Err e = file_map(b->arena, path_of(b->arena, &b->store), &text);
    b->told = e == ERR_OK ? read_book(b, text) : M_POPULATION_NONE;
    if (e == ERR_OK && b->told != M_POPULATION_FITS)
        e = E_CORRUPT;
    if (e != ERR_OK && e != E_NOT_FOUND)
        log_error("population book: %s", tr(LANG_EN, b->told).ptr);
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
    arena_free(b->kept);
    arena_free(b->arena);
}

void population_open(Arena *a, const Store *s, PopulationBook **ret)
{
    PopulationBook *b = ARENA_NEW(a, PopulationBook);
    b->store = (Store){.model = s->model, .in = s->in};
    b->arena = arena_new(SIZE_MAX);
    arena_defer(a, drop, b);
    atomic_store(&b->state, E_BUSY);
    if (pthread_create(&b->reader, NULL, read_behind, b) != 0)
        BUG("no thread");
    b->started = true;
    *ret = b;
}

Err population_state(const PopulationBook *b)
{
    return b ? atomic_load(&b->state) : E_NOT_FOUND;
}

const PopulationFile *population_of(const PopulationBook *b, Msg *ret_told)
{
    *ret_told = b->told;
    return &b->file;
}

/* ---- finding ---- */

/* What the row says, as the fields of a person hold it; what they cannot hold is left out. */
static void facts_of(const PopulationBook *b, Arena *a, const CsvRow *row, PersonFacts *ret)
{
    Problems ignored = {.arena = a};
    *ret = (PersonFacts){0};
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        const Field *f = person_fact_field(b->store.model, i);
        if (f && !value_parse(f, a, row->cells[i], clock_today(), person_fact(ret, i), &ignored))
            *person_fact(ret, i) = STR_NONE;
    }
}

static Err row_at(const PopulationBook *b, Arena *a, uint64_t place, PersonFacts *ret)
{
    uint64_t wanted = place & ROW_MASK, next;
    Str rows;
    CsvRow row = {0};
    bool more = true;
    if (!population_piece(&b->file, place >> POPULATION_ROW_BITS, a, &rows, &next))
        return E_NOT_FOUND;
    CsvReader csv = rows_of(a, rows);
    for (uint64_t n = 0; n <= wanted && more; n++)
        TRY(csv_next(&csv, &row, &more));
    if (!more || row.n != PERSON_FACT_COUNT)
        return E_NOT_FOUND;
    facts_of(b, a, &row, ret);
    return ERR_OK;
}

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

static int by_weight(const void *x, const void *y)
{
    const Resident *p = x, *q = y;
    return (p->like.weight < q->like.weight) - (p->like.weight > q->like.weight);
}

Err population_find(const PopulationBook *b, Arena *a, const PersonFacts *who, Resident *ret,
                    size_t max, size_t *ret_n)
{
    PersonFacts facts[SEARCH_RESULTS], asked = *who;
    Likeness like[SEARCH_RESULTS];
    Resident found[SEARCH_RESULTS];
    SearchAnswer answer;
    SearchPerson *wanted = ARENA_NEW(a, SearchPerson);
    *ret_n = 0;
    TRY(population_state(b));
    asked.village = STR_NONE; /* a code here, words in the book */
    search_person(b->store.model->names, a, columns, person_fact(&asked, 0), PERSON_FACT_COUNT,
                  wanted);
    search_find(b->index, wanted, SEARCH_RESULTS, &answer);
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

typedef struct Making {
    Arena *arena;
    CsvReader csv;
    Str place;
    Problems *problems;
    MatchColumn *columns; /* of the list */
    size_t n;
} Making;

static void complain(Making *m, int line, Msg msg)
{
    problem_add(m->problems, (Problem){.place = m->place, .line = line, .msg = msg});
}

/* Which fact a column of the list belongs to; PERSON_FACT_COUNT: none. */
static size_t fact_of(ColumnRole role)
{
    size_t i = 0;
    bool name = role == COLUMN_GIVEN || role == COLUMN_FAMILY;
    while (i < PERSON_FACT_COUNT && (role == COLUMN_IGNORED || columns[i].role != role))
        i++;
    return name ? 0 : i;
}

static Err add_row(Making *m, Arena *a, const CsvRow *row, PopulationWriter *w)
{
    Str cells[PERSON_FACT_COUNT];
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++)
        cells[i] = S("");
    if (row->n != m->n) {
        if (row->n > 1 || !str_empty(str_trim(row->cells[0])))
            complain(m, row->line, M_MATCH_SEARCH_ROW);
        return ERR_OK;
    }
    for (size_t i = 0; i < row->n; i++) {
        size_t fact = fact_of(m->columns[i].role);
        Str cell = str_trim(row->cells[i]);
        if (fact < PERSON_FACT_COUNT && cell.len)
            cells[fact] = str_trim(str_printf(a, "%.*s %.*s", STR_ARG(cells[fact]), STR_ARG(cell)));
    }
    return population_add(w, cells, PERSON_FACT_COUNT);
}

static Err add_rows(Making *m, PopulationWriter *w)
{
    enum { ROWS_AT_ONCE = 4096 };
    Arena *scratch = NULL;
    Err e = ERR_OK;
    bool more = true;
    for (size_t n = 0; e == ERR_OK && more; n++) {
        CsvRow row;
        if (n % ROWS_AT_ONCE == 0) {
            arena_free(scratch);
            m->csv.arena = scratch = arena_new(SIZE_MAX);
        }
        e = csv_next(&m->csv, &row, &more);
        if (e != ERR_OK)
            complain(m, m->csv.line, M_MATCH_OPEN_QUOTE);
        else if (more)
            e = add_row(m, scratch, &row, w);
    }
    arena_free(scratch);
    return e == ERR_OK && m->problems->errors ? E_INVALID : e;
}

static Err read_heads(Making *m, const MatchSettings *settings, const NameRules *rules)
{
    CsvRow head;
    bool more, named = false, text = utf8_valid(m->csv.text);
    if (!text || csv_next(&m->csv, &head, &more) != ERR_OK || !more) {
        complain(m, 1, text ? M_MATCH_EMPTY : M_MATCH_NOT_UTF8);
        return E_INVALID;
    }
    m->n = head.n;
    m->columns = ARENA_ARRAY(m->arena, head.n, MatchColumn);
    match_columns_assign(settings, rules, head.cells, head.n, m->place, m->columns, m->problems);
    for (size_t i = 0; i < head.n; i++)
        named |= fact_of(m->columns[i].role) == 0;
    if (!named)
        complain(m, 1, M_MATCH_NO_ROLES);
    return m->problems->errors ? E_INVALID : ERR_OK;
}

/* ---- its key ---- */

static Err put_key(const Store *s, PopulationSeal seal)
{
    Db *keys;
    TRY(db_open(s->in->keys_db, DB_WRITE, &keys));
    Err e = keys_put(keys, seal.subject, seal.wrapped);
    db_close(keys);
    return e;
}

/* The book before is gone: nobody opens a copy of it any more. */
static Err drop_other_keys(const Store *s, Str subject)
{
    Db *keys;
    TRY(db_open(s->in->keys_db, DB_WRITE, &keys));
    Err e = keys_destroy_others(keys, S(POPULATION_KEYS), subject);
    if (e == ERR_OK)
        e = db_truncate_log(keys);
    db_close(keys);
    return e;
}

static Err adopt(const Store *s, Arena *a, Str text)
{
    PopulationSeal seal;
    PopulationFile f;
    TRY(seal_of(s, a, text, &seal));
    if (!seal.subject.ptr || seal.wrapped.ptr ||
        population_check(text, seal, &f) != M_POPULATION_FITS ||
        !population_adopt(&f, seal.subject, a, &seal.wrapped))
        return ERR_OK; /* told by whoever reads it */
    Err e = put_key(s, seal);
    return e == E_DUPLICATE ? ERR_OK : e;
}

Err population_own_key(const Store *s)
{
    Arena *a = arena_new(SIZE_MAX);
    Str text;
    Err e = ERR_OK;
    if (file_map(a, path_of(a, s), &text) == ERR_OK)
        e = adopt(s, a, text);
    arena_free(a);
    return e;
}

Err population_make(const Store *s, Arena *a, Str text, Str place, const MatchSettings *settings,
                    Problems *problems, int64_t *ret_rows)
{
    Making m = {.arena = a, .csv = csv_reader(a, text), .place = place, .problems = problems};
    PopulationWriter w;
    TRY(read_heads(&m, settings, s->model->names));
    PopulationSeal seal = {.keys = s->in->keyring, .installation = s->in->id};
    Err e = population_begin(a, seal, path_of(a, s), &w);
    if (e == ERR_OK)
        e = put_key(s, w.seal);
    if (e == ERR_OK)
        e = add_rows(&m, &w);
    *ret_rows = w.n;
    TRY(population_end(&w, e, date_iso(a, clock_today())));
    return drop_other_keys(s, w.seal.subject);
}
