#include "cli/match_synth.h"

#include "base/file.h"
#include "identity/synth.h"

#include <fcntl.h>
#include <unistd.h>

enum { FLUSH_AT = 1 << 18, TABLE_MAX = 4 << 20 };

typedef struct SynthOut {
    int fd;
    Buf text;
    uint64_t rows;
} SynthOut;

typedef struct Synthesis {
    Cli *cli;
    SynthTables tables;
    SynthRandom random;
    Problems problems;
    SynthOut books[SYNTH_BOOKS], truth;
    uint64_t persons;
} Synthesis;

static Err read_tables(Synthesis *s)
{
    Cli *cli = s->cli;
    Arena *a = cli->arena;
    const char *domain = cli_domain(cli);
    Str books, names, places, rates;
    TRY(file_read(a, str_printf(a, "%s/names/buku.tsv", domain).ptr, TABLE_MAX, &books));
    TRY(file_read(a, str_printf(a, "%s/names/buatan.tsv", domain).ptr, TABLE_MAX, &names));
    TRY(file_read(a, str_printf(a, "%s/places/wilayah.tsv", domain).ptr, TABLE_MAX, &places));
    synth_read(a, books, names, places, &s->tables, &s->problems);
    if (cli->settings) {
        TRY(cli_read(cli, a, cli->settings, 1 << 20, &rates));
        synth_read_rates(rates, str_of(cli->settings), &s->tables, &s->problems);
    }
    cli_problems(cli, &s->problems);
    return s->problems.errors ? E_INVALID : ERR_OK;
}

static Err open_out(Synthesis *s, Str name, const char *headings, SynthOut *ret)
{
    Arena *a = s->cli->arena;
    const char *path = str_printf(a, "%s/%.*s.csv", s->cli->out, STR_ARG(name)).ptr;
    ret->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (ret->fd < 0)
        return E_IO;
    ret->text = buf_new(a, FLUSH_AT * 2);
    buf_put(&ret->text, str_of(headings));
    return ERR_OK;
}

static Err flush(SynthOut *out, size_t at)
{
    if (out->text.len < at)
        return ERR_OK;
    Err e = file_write_fd(out->fd, buf_str(&out->text));
    out->text.len = 0;
    return e;
}

static void write_row(Synthesis *s, size_t book, const SynthPerson *p, bool forged)
{
    const SynthBook *b = &s->tables.books[book];
    char id[48];
    int n = snprintf(id, sizeof id, "%.*s-%llu", b->name.len < 20 ? (int)b->name.len : 20,
                     b->name.ptr, (unsigned long long)++s->books[book].rows);
    Str name = {id, (size_t)n};
    synth_row(&s->tables, &s->random, b, forged ? &p->forged : &p->papers, name,
              &s->books[book].text);
    buf_printf(&s->truth.text, "%.*s,%llu,%d\n", STR_ARG(name), (unsigned long long)p->number,
               forged);
}

static void write_person(Synthesis *s, const SynthPerson *p)
{
    for (size_t b = 0; b < s->tables.book_count; b++) {
        const SynthBook *book = &s->tables.books[b];
        /* Whoever travels on forged papers is met more often, on the way and after. */
        double coverage = p->has_forged && book->coverage < 0.5 ? 0.5 : book->coverage;
        bool forged = p->has_forged && book->travel;
        if (!synth_happens(&s->random, coverage))
            continue;
        write_row(s, b, p, forged);
        if (synth_happens(&s->random, s->tables.rates[SYNTH_twice]))
            write_row(s, b, p, forged);
    }
}

static Err write_people(Synthesis *s)
{
    SynthPerson house[SYNTH_HOUSEHOLD];
    for (uint64_t done = 0; done < s->persons;) {
        size_t n = synth_household(&s->tables, &s->random, done + 1, house);
        for (size_t i = 0; i < n && done < s->persons; i++, done++)
            write_person(s, &house[i]);
        for (size_t b = 0; b < s->tables.book_count; b++)
            TRY(flush(&s->books[b], FLUSH_AT));
        TRY(flush(&s->truth, FLUSH_AT));
    }
    return ERR_OK;
}

static Err write_books(Synthesis *s)
{
    TRY(cli_folder(s->cli, s->cli->out));
    for (size_t b = 0; b < s->tables.book_count; b++)
        TRY(open_out(s, s->tables.books[b].name, synth_headings, &s->books[b]));
    TRY(open_out(s, S("truth"), "id,person_id,forged\n", &s->truth));
    TRY(write_people(s));
    for (size_t b = 0; b < s->tables.book_count; b++)
        TRY(flush(&s->books[b], 0));
    return flush(&s->truth, 0);
}

static Err read_count(const char *text, int64_t most, int64_t *ret)
{
    return !text || (str_i64(str_of(text), ret) && *ret >= 0 && *ret <= most) ? ERR_OK : E_USAGE;
}

Err match_synth(Cli *cli)
{
    Synthesis *s = ARENA_NEW(cli->arena, Synthesis);
    int64_t persons = 100000, seed = 1;
    if (cli->argc != 1 || !cli->out)
        return E_USAGE;
    TRY(read_count(cli->rows, 20000000, &persons));
    TRY(read_count(cli->seed, INT64_MAX, &seed));
    s->cli = cli;
    s->problems.arena = cli->arena;
    s->persons = (uint64_t)persons;
    s->random.state = (uint64_t)seed * 0x9e3779b97f4a7c15u;
    TRY(read_tables(s));
    Err e = write_books(s);
    uint64_t rows = s->truth.rows;
    for (size_t b = 0; b < s->tables.book_count; b++) {
        rows += s->books[b].rows;
        if (s->books[b].fd > 0)
            close(s->books[b].fd);
    }
    if (s->truth.fd > 0)
        close(s->truth.fd);
    if (e == ERR_OK)
        cli_say(cli, M_MATCH_SYNTH_DONE, str_int(cli->arena, persons),
                str_int(cli->arena, (int64_t)rows),
                str_int(cli->arena, (int64_t)s->tables.book_count));
    return e;
}
