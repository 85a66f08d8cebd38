#include "cli/match_search.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/match_socket.h"
#include "identity/match_search.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 65536, MOST_COLUMNS = 256, ROWS_AT_ONCE = 4096, ROW_MOST = 8192 };

typedef struct Columns {
    MatchColumn items[MOST_COLUMNS];
    size_t n;
} Columns;

struct Searching {
    Cli *cli;
    MatchSettings settings;
    Problems problems;
    NameRules *rules;
    SearchIndex *index;
    const char *path;
    struct stat book;
    int fd;
    char sep;
    Columns columns;
    int id_at;
};

static void complain(Searching *s, int line, Msg msg)
{
    problem_add(&s->problems, (Problem){.place = str_of(s->path), .line = line, .msg = msg});
}

/* Headings of a book or of questions. */
static void assign(const Searching *s, const CsvRow *row, const MatchSettings *settings,
                   const char *place, Columns *ret, Problems *problems)
{
    ret->n = row->n < MOST_COLUMNS ? row->n : MOST_COLUMNS;
    match_columns_assign(settings, s->rules, row->cells, ret->n, str_of(place), ret->items,
                         problems);
}

static bool has_role(const Columns *columns, ColumnRole role)
{
    for (size_t i = 0; i < columns->n; i++)
        if (columns->items[i].role == role)
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
        if (row.n != s->columns.n) {
            complain(s, row.line, M_MATCH_SEARCH_ROW);
            continue;
        }
        search_person(s->rules, scratch, s->columns.items, row.cells, row.n, person);
        search_index_add(s->index, person, place);
    }
    if (e != ERR_OK)
        complain(s, csv->line, M_MATCH_OPEN_QUOTE);
    arena_free(scratch);
    return e;
}

/* The headings, and where the ids stand. */
static Err read_head(Searching *s)
{
    char *bytes = arena_alloc(s->cli->arena, LINE_MAX_BYTES);
    ssize_t got = pread(s->fd, bytes, LINE_MAX_BYTES, 0);
    CsvReader csv = csv_reader(s->cli->arena, (Str){bytes, got > 0 ? (size_t)got : 0});
    CsvRow head;
    bool more = false;
    s->sep = csv.sep;
    if (csv_next(&csv, &head, &more) != ERR_OK || !more) {
        complain(s, 0, M_MATCH_EMPTY);
        return E_INVALID;
    }
    assign(s, &head, &s->settings, s->path, &s->columns, &s->problems);
    for (size_t i = 0; i < s->columns.n; i++)
        s->id_at = s->columns.items[i].role == COLUMN_ID ? (int)i : s->id_at;
    if (!has_role(&s->columns, COLUMN_NAME) && !has_role(&s->columns, COLUMN_FAMILY))
        complain(s, 1, M_MATCH_NO_ROLES);
    return s->problems.errors ? E_INVALID : ERR_OK;
}

static Err read_book(Searching *s)
{
    Arena *text_arena = arena_new(SIZE_MAX);
    Str text;
    CsvRow head;
    bool more;
    s->index = search_index_new(s->cli->arena, s->rules);
    Err e = cli_read(s->cli, text_arena, s->path, (size_t)8 << 30, &text);
    if (e == ERR_OK && !utf8_valid(text)) {
        complain(s, 0, M_MATCH_NOT_UTF8);
        e = E_INVALID;
    }
    if (e == ERR_OK) {
        CsvReader csv = csv_reader(text_arena, text);
        TRY(csv_next(&csv, &head, &more));
        e = read_rows(s, &csv, text);
    }
    search_index_finish(s->index);
    arena_free(text_arena);
    return e;
}

/* An index kept from an earlier time; false when there is none younger than the book. */
static bool map_kept(Searching *s)
{
    struct stat kept;
    Str image;
    return stat(s->cli->index, &kept) == 0 && kept.st_mtime > s->book.st_mtime &&
           file_map(s->cli->arena, s->cli->index, &image) == ERR_OK &&
           search_index_open(s->cli->arena, s->rules, image, &s->index) == ERR_OK;
}

static Err open_index(Searching *s)
{
    Cli *cli = s->cli;
    TRY(cli_match_settings(cli, &s->settings, &s->problems));
    TRY(cli_name_rules(cli, &s->rules, &s->problems));
    TRY(read_head(s));
    if (cli->index && map_kept(s))
        return ERR_OK;
    TRY(read_book(s));
    if (s->problems.errors)
        return E_INVALID;
    return cli->index ? file_write(cli->index, search_index_image(s->index)) : ERR_OK;
}

/* ---- questions ---- */

typedef struct Talk {
    const Searching *s;
    FILE *in, *out;
    Columns asked;
    long number; /* of the question; 0 is the row of headings */
} Talk;

/* What names the record in the answer: its id, or its place in the book. */
static Str name_of(const Searching *s, Arena *a, uint64_t place)
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

static void answer(const Talk *t, Arena *a, const CsvRow *row)
{
    SearchPerson *wanted = ARENA_NEW(a, SearchPerson);
    SearchAnswer found;
    Buf out = buf_new(a, 1024);
    size_t n = row->n < t->asked.n ? row->n : t->asked.n;
    search_person(t->s->rules, a, t->asked.items, row->cells, n, wanted);
    search_find(t->s->index, wanted, SEARCH_RESULTS, &found);
    for (size_t i = 0; i < found.n; i++) {
        buf_printf(&out, "%ld,%zu,", t->number, i + 1);
        csv_cell(&out, name_of(t->s, a, found.hits[i].place), ',');
        buf_printf(&out, ",%.1f\n", (double)found.hits[i].score);
    }
    fprintf(t->out, "%.*s%ld,0,%s,0\n", STR_ARG(buf_str(&out)), t->number,
            found.cut ? "more"
            : found.n ? "end"
                      : "none");
}

static void take_headings(Talk *t, const CsvRow *row, Problems *problems)
{
    MatchSettings none = match_settings_default();
    assign(t->s, row, &none, "-", &t->asked, problems);
    fprintf(t->out, "question,rank,id,score\n");
    if (!has_role(&t->asked, COLUMN_NAME))
        problem_add(problems, (Problem){.place = S("-"), .line = 1, .msg = M_MATCH_NO_ROLES});
}

/* One line, or what it has beyond `size`; false at the end. */
static bool read_line(FILE *in, char *line, size_t size, bool *ret_whole)
{
    *ret_whole = true;
    if (!fgets(line, (int)size, in))
        return false;
    for (int c = strchr(line, '\n') ? '\n' : 0; c != '\n' && (c = getc(in)) != '\n' && c != EOF;)
        *ret_whole = false;
    return true;
}

static Err take_line(Talk *t, Arena *a, const char *line, bool whole)
{
    Cli cli = *t->s->cli;
    Problems problems = {.arena = a};
    CsvReader csv = csv_reader(a, str_of(line));
    CsvRow row;
    bool more;
    cli.arena = a;
    if (!whole || !utf8_valid(str_of(line)) || csv_next(&csv, &row, &more) != ERR_OK) {
        problem_add(
            &problems,
            (Problem){.place = S("-"), .line = (int)t->number + 1, .msg = M_MATCH_SEARCH_ROW});
        fprintf(t->out, "%ld,0,unread,0\n", t->number);
    } else if (more && t->number == 0)
        take_headings(t, &row, &problems);
    else if (more)
        answer(t, a, &row);
    cli_problems(&cli, &problems);
    fflush(t->out); /* who asks reads this before asking again */
    return t->number == 0 && problems.errors ? E_INVALID : ERR_OK;
}

Err match_search_talk(const Searching *s, FILE *in, FILE *out)
{
    Arena *lines = arena_new(SIZE_MAX);
    char *line = arena_alloc(lines, LINE_MAX_BYTES);
    Talk *t = ARENA_NEW(lines, Talk);
    bool whole;
    Err e = ERR_OK;
    *t = (Talk){.s = s, .in = in, .out = out};
    for (; e == ERR_OK && !ferror(out) && read_line(in, line, LINE_MAX_BYTES, &whole);
         t->number++) {
        Arena *a = arena_new(SIZE_MAX);
        e = take_line(t, a, line, whole);
        arena_free(a);
    }
    arena_free(lines);
    return e;
}

Err match_search(Cli *cli)
{
    Searching *s = ARENA_NEW(cli->arena, Searching);
    if (cli->argc != 2)
        return E_USAGE;
    *s = (Searching){.cli = cli, .path = cli->argv[1], .id_at = -1};
    s->problems.arena = cli->arena;
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &s->book) != 0) {
        complain(s, 0, M_CLI_NO_FILE);
        cli_problems(cli, &s->problems);
        return E_NOT_FOUND;
    }
    Err e = open_index(s);
    cli_problems(cli, &s->problems);
    if (e == ERR_OK) {
        size_t n = search_index_records(s->index), bytes = search_index_image(s->index).len;
        Str ready =
            tr_args(cli->arena, cli->lang, M_MATCH_SEARCH_READY, str_int(cli->arena, (int64_t)n),
                    str_int(cli->arena, n ? (int64_t)(bytes / n) : 0));
        fprintf(stderr, "%.*s\n", STR_ARG(ready));
        e = cli->socket ? match_socket_serve(s, cli->socket) : match_search_talk(s, stdin, stdout);
    }
    close(s->fd);
    return e;
}
