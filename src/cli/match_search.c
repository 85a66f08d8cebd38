#include "cli/match_search.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/utf8.h"
#include "identity/match_search.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 65536, MOST_COLUMNS = 256, ROWS_AT_ONCE = 4096, ROW_MOST = 8192 };

typedef struct Searching {
    Cli *cli;
    MatchSettings settings;
    Problems problems;
    NameRules *rules;
    SearchIndex *index;
    const char *path;
    int fd;
    char sep;
    MatchColumn columns[MOST_COLUMNS], asked[MOST_COLUMNS];
    size_t column_count, asked_count;
    int id_at;
} Searching;

static void complain(Searching *s, int line, Msg msg)
{
    problem_add(&s->problems, (Problem){.place = str_of(s->path), .line = line, .msg = msg});
}

/* Headings of a book or of questions; returns how many. */
static size_t assign(Searching *s, const CsvRow *row, const MatchSettings *settings,
                     MatchColumn *ret)
{
    size_t n = row->n < MOST_COLUMNS ? row->n : MOST_COLUMNS;
    match_columns_assign(settings, row->cells, n, str_of(s->path), ret, &s->problems);
    return n;
}

static bool has_role(const MatchColumn *columns, size_t n, ColumnRole role)
{
    for (size_t i = 0; i < n; i++)
        if (columns[i].role == role)
            return true;
    return false;
}

static Err read_rows(Searching *s, CsvReader *csv, Str text)
{
    SearchPerson *person = ARENA_NEW(s->cli->arena, SearchPerson);
    Arena *scratch = NULL;
    Err e = ERR_OK;
    for (size_t n = 0;; n++) {
        CsvRow row;
        bool more;
        if (n % ROWS_AT_ONCE == 0) {
            arena_free(scratch);
            csv->arena = scratch = arena_new(SIZE_MAX);
        }
        uint64_t place = (uint64_t)(csv->text.ptr + csv->at - text.ptr);
        if ((e = csv_next(csv, &row, &more)) != ERR_OK || !more)
            break;
        if (row.n == 1 && str_empty(str_trim(row.cells[0])))
            continue;
        if (row.n != s->column_count) {
            complain(s, row.line, M_MATCH_SEARCH_ROW);
            continue;
        }
        search_person(s->rules, scratch, s->columns, row.cells, row.n, person);
        search_index_add(s->index, person, place);
    }
    if (e != ERR_OK)
        complain(s, csv->line, M_MATCH_OPEN_QUOTE);
    arena_free(scratch);
    return e;
}

static Err read_book(Searching *s)
{
    Arena *text_arena = arena_new(SIZE_MAX);
    Str text;
    CsvRow head;
    bool more = false;
    Err e = file_read(text_arena, s->path, (size_t)8 << 30, &text);
    if (e == ERR_OK) {
        CsvReader csv = csv_reader(text_arena, text);
        s->sep = csv.sep;
        if (!utf8_valid(text))
            complain(s, 0, M_MATCH_NOT_UTF8);
        else if (csv_next(&csv, &head, &more) != ERR_OK || !more)
            complain(s, 0, M_MATCH_EMPTY);
        else {
            s->column_count = assign(s, &head, &s->settings, s->columns);
            for (size_t i = 0; i < s->column_count; i++)
                s->id_at = s->columns[i].role == COLUMN_ID ? (int)i : s->id_at;
            if (!has_role(s->columns, s->column_count, COLUMN_NAME) &&
                !has_role(s->columns, s->column_count, COLUMN_FAMILY))
                complain(s, 1, M_MATCH_NO_ROLES);
            else
                e = read_rows(s, &csv, text);
        }
    }
    arena_free(text_arena);
    return e;
}

static Err open_index(Searching *s)
{
    Cli *cli = s->cli;
    Arena *a = cli->arena;
    Str text;
    s->settings = match_settings_default();
    if (cli->settings) {
        TRY(file_read(a, cli->settings, 1 << 20, &text));
        match_settings_read(text, str_of(cli->settings), &s->settings, &s->problems);
    }
    Err e =
        name_rules_load(a, str_printf(a, "%s/names", cli_domain(cli)).ptr, &s->problems, &s->rules);
    if (e == ERR_OK && !s->problems.errors) {
        s->index = search_index_new(a, s->rules);
        e = read_book(s);
        search_index_finish(s->index);
    }
    cli_problems(cli, &s->problems);
    return e == ERR_OK && s->problems.errors ? E_INVALID : e;
}

/* ---- questions ---- */

/* What names the record in the answer: its id, or the whole row where the book has none. */
static Str name_of(Searching *s, Arena *a, uint64_t place)
{
    char *bytes = arena_alloc(a, ROW_MOST);
    ssize_t got = pread(s->fd, bytes, ROW_MOST, (off_t)place);
    CsvReader csv = csv_reader(a, (Str){bytes, got > 0 ? (size_t)got : 0});
    CsvRow row;
    bool more;
    csv.sep = s->sep;
    if (csv_next(&csv, &row, &more) != ERR_OK || !more || s->id_at >= (int)row.n)
        return STR_NONE;
    return s->id_at >= 0 ? row.cells[s->id_at] : str_int(a, (int64_t)place);
}

static void answer(Searching *s, Arena *a, const CsvRow *row, long number)
{
    SearchPerson *wanted = ARENA_NEW(a, SearchPerson);
    SearchAnswer found;
    Buf out = buf_new(a, 1024);
    size_t n = row->n < s->asked_count ? row->n : s->asked_count;
    search_person(s->rules, a, s->asked, row->cells, n, wanted);
    search_find(s->index, wanted, &found);
    for (size_t i = 0; i < found.n; i++) {
        buf_printf(&out, "%ld,%zu,", number, i + 1);
        csv_cell(&out, name_of(s, a, found.hits[i].place), ',');
        buf_printf(&out, ",%.1f\n", (double)found.hits[i].score);
    }
    buf_printf(&out, "%ld,0,%s,0\n", number, found.cut ? "more" : found.n ? "end" : "none");
    printf("%.*s", STR_ARG(buf_str(&out)));
    fflush(stdout);
}

static Err take_question(Searching *s, const char *line, long number)
{
    Arena *a = arena_new(SIZE_MAX);
    CsvReader csv = csv_reader(a, str_of(line));
    CsvRow row;
    bool more;
    Err e = ERR_OK;
    s->path = "-";
    if (!utf8_valid(str_of(line)) || csv_next(&csv, &row, &more) != ERR_OK) {
        complain(s, (int)number + 1, M_MATCH_SEARCH_ROW);
        cli_problems(s->cli, &s->problems);
        s->problems.n = s->problems.errors = 0;
    } else if (more && number == 0) {
        MatchSettings none = match_settings_default();
        s->asked_count = assign(s, &row, &none, s->asked);
        printf("question,rank,id,score\n");
        fflush(stdout); /* who asks over a pipe reads this before asking */
        if (!has_role(s->asked, s->asked_count, COLUMN_NAME)) {
            complain(s, 1, M_MATCH_NO_ROLES);
            cli_problems(s->cli, &s->problems);
            e = E_INVALID;
        }
    } else if (more)
        answer(s, a, &row, number);
    arena_free(a);
    return e;
}

Err match_search(Cli *cli)
{
    Searching *s = ARENA_NEW(cli->arena, Searching);
    if (cli->argc != 2)
        return E_USAGE;
    *s = (Searching){.cli = cli, .path = cli->argv[1], .id_at = -1};
    s->problems.arena = cli->arena;
    TRY(open_index(s));
    s->fd = open(cli->argv[1], O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return E_IO;
    size_t n = search_index_records(s->index), bytes = search_index_image(s->index).len;
    Str ready =
        tr_args(cli->arena, cli->lang, M_MATCH_SEARCH_READY, str_int(cli->arena, (int64_t)n),
                str_int(cli->arena, n ? (int64_t)(bytes / n) : 0));
    fprintf(stderr, "%.*s\n", STR_ARG(ready));
    char *line = arena_alloc(cli->arena, LINE_MAX_BYTES);
    Err e = ERR_OK;
    for (long number = 0; e == ERR_OK && fgets(line, LINE_MAX_BYTES, stdin); number++)
        e = take_question(s, line, number);
    close(s->fd);
    return e;
}
