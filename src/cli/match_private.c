#include "cli/match_private.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/rand.h"
#include "guard/crypto.h"
#include "identity/clk_compare.h"
#include "identity/code_book.h"
#include "identity/match_column.h"
#include "identity/match_value.h"
#include "identity/normalise.h"

#include <stdlib.h>
#include <string.h>

enum { HALF_BYTES = 32, LABEL_BYTES = 8, WORDS_MAX = 32, PAIRS_MAX = 4000000 };
enum { CHAFF_ONE_IN = 4 }; /* so many real persons to a made-up one */
static const double same_person = 0.80;
static const size_t book_bytes = (size_t)1 << 30;

/* One person as it is handed over; `row` 0: made up. */
typedef struct PersonCode {
    char label[2 * LABEL_BYTES + 1];
    Clk clk;
    int64_t row;
} PersonCode;

typedef struct Encoding {
    Cli *cli;
    Problems problems;
    NameRules *rules;
    Key key;
    ARENA_LIST(PersonCode) codes;
} Encoding;

/* ---- the key of an exchange ---- */

Err match_secret(Cli *cli)
{
    unsigned char half[HALF_BYTES];
    Problems problems = {.arena = cli->arena};
    int64_t size;
    if (cli->argc != 2)
        return E_USAGE;
    if (file_size(cli->argv[1], &size) == ERR_OK) {
        problem_add(&problems,
                    (Problem){.place = str_of(cli->argv[1]), .msg = M_MATCH_SECRET_THERE});
        cli_problems(cli, &problems);
        return E_INVALID;
    }
    crypto_random(half, sizeof half);
    Str text = hex_of(cli->arena, half, sizeof half);
    crypto_wipe(half, sizeof half);
    return file_write(cli->argv[1], str_printf(cli->arena, "%.*s\n", STR_ARG(text)));
}

static bool is_half(Str text)
{
    unsigned char half[HALF_BYTES];
    bool is = hex_read(text, half, sizeof half);
    crypto_wipe(half, sizeof half);
    return is;
}

/* Both halves in either order give the same key; one alone gives none of it. */
static Err read_key(Encoding *e, const char *one, const char *other)
{
    Str a, b;
    Hash h;
    TRY(cli_read(e->cli, e->cli->arena, one, 256, &a));
    TRY(cli_read(e->cli, e->cli->arena, other, 256, &b));
    a = str_trim(a);
    b = str_trim(b);
    if (!is_half(a) || !is_half(b) || str_eq(a, b)) {
        problem_add(&e->problems, (Problem){.msg = M_MATCH_HALVES});
        return E_INVALID;
    }
    hash_begin(&h, NULL, sizeof e->key);
    hash_part(&h, str_cmp(a, b) < 0 ? a : b);
    hash_part(&h, str_cmp(a, b) < 0 ? b : a);
    hash_end(&h, (unsigned char *)&e->key, sizeof e->key);
    return ERR_OK;
}

static void keyed_block(const void *key, Str token, uint32_t number, unsigned char out[CLK_BLOCK])
{
    Hash h;
    hash_begin(&h, key, CLK_BLOCK);
    hash_part(&h, token);
    hash_int(&h, number);
    hash_end(&h, out, CLK_BLOCK);
}

/* ---- encoding a book ---- */

static size_t add_words(const Encoding *e, Arena *a, Str cell, Str *to, size_t n)
{
    Name *name = ARENA_NEW(a, Name);
    name_normalise(e->rules, a, cell, name, NULL);
    for (int i = 0; i < name->n && n < WORDS_MAX; i++)
        to[n++] = str_copy(a, token_canonical(&name->tokens[i]));
    return n;
}

static void encode_row(Encoding *e, Arena *a, const MatchColumn *columns, const CsvRow *row)
{
    Str names[WORDS_MAX], mother[WORDS_MAX];
    ClkPerson who = {.names = names, .mother = mother};
    ClkHash hash = {keyed_block, &e->key};
    ClkPlan plan = {STR_NONE, 0};
    Date birth;
    for (size_t i = 0; i < row->n; i++) {
        Str cell = row->cells[i];
        ColumnRole role = columns[i].role;
        if (role == COLUMN_NAME || role == COLUMN_GIVEN || role == COLUMN_FAMILY)
            who.name_count = add_words(e, a, cell, names, who.name_count);
        else if (role == COLUMN_MOTHER)
            who.mother_count = add_words(e, a, cell, mother, who.mother_count);
        else if (role == COLUMN_SEX && match_sex(cell))
            who.sex = match_sex(cell) == 1 ? S("1") : S("2");
        else if (role == COLUMN_PLACE)
            who.village = match_plain(a, cell);
        else if (role == COLUMN_BIRTH &&
                 (date_parse_iso(cell, &birth) || date_parse(a, cell, &birth)))
            who.day = birth.day, who.month = birth.month, who.year = birth.year;
    }
    if (!who.name_count)
        return;
    PersonCode *c = ARENA_PUSH(e->cli->arena, e->codes);
    *c = (PersonCode){.row = row->line};
    clk_encode(&hash, &plan, &who, &c->clk);
}

static Err encode_rows(Encoding *e, CsvReader *csv, const MatchColumn *columns, size_t n)
{
    for (bool more = true;;) {
        Arena *a = arena_new(1 << 20);
        CsvRow row;
        csv->arena = a;
        Err err = csv_next(csv, &row, &more);
        if (err == ERR_OK && more && row.n == n)
            encode_row(e, a, columns, &row);
        arena_free(a);
        if (err != ERR_OK || !more || e->codes.n > CODES_MAX)
            return err == ERR_OK && more ? E_TOO_LARGE : err;
    }
}

static Err encode_book(Encoding *e, const char *path)
{
    Arena *a = e->cli->arena;
    MatchSettings settings = match_settings_default();
    CsvRow head;
    Str text;
    bool more, named = false;
    TRY(cli_read(e->cli, a, path, book_bytes, &text));
    CsvReader csv = csv_reader(a, text);
    TRY(csv_next(&csv, &head, &more));
    MatchColumn *columns = ARENA_ARRAY(a, head.n + 1, MatchColumn);
    if (more)
        match_columns_assign(&settings, e->rules, head.cells, head.n, str_of(path), columns,
                             &e->problems);
    for (size_t i = 0; more && i < head.n; i++)
        named |= columns[i].role == COLUMN_NAME || columns[i].role == COLUMN_FAMILY;
    if (!named)
        problem_add(&e->problems,
                    (Problem){.place = str_of(path), .line = 1, .msg = M_MATCH_NO_ROLES});
    return e->problems.errors ? E_INVALID : encode_rows(e, &csv, columns, head.n);
}

/* ---- what is handed over ---- */

/* A made-up person has each bit of one of two real ones: its bits are as frequent as theirs, and it
 * is like neither. */
static void add_chaff(Encoding *e)
{
    size_t real = e->codes.n;
    for (size_t i = 0; real > 1 && i < real / CHAFF_ONE_IN + 1; i++) {
        uint64_t pick[2], mask[CLK_WORDS];
        rand_bytes(pick, sizeof pick);
        rand_bytes(mask, sizeof mask);
        PersonCode c = {.row = 0};
        for (int w = 0; w < CLK_WORDS; w++)
            c.clk.words[w] = (e->codes.items[pick[0] % real].clk.words[w] & mask[w]) |
                             (e->codes.items[pick[1] % real].clk.words[w] & ~mask[w]);
        *ARENA_PUSH(e->cli->arena, e->codes) = c;
    }
}

static int by_label(const void *x, const void *y)
{
    return strcmp(((const PersonCode *)x)->label, ((const PersonCode *)y)->label);
}

/* Labels are chance, and so is the order, which is theirs. */
static void shuffle(Encoding *e)
{
    for (size_t i = 0; i < e->codes.n; i++) {
        unsigned char label[LABEL_BYTES];
        rand_bytes(label, sizeof label);
        memcpy(e->codes.items[i].label, hex_of(e->cli->arena, label, sizeof label).ptr,
               2 * LABEL_BYTES);
    }
    if (e->codes.n > 1)
        qsort(e->codes.items, e->codes.n, sizeof *e->codes.items, by_label);
}

static Err write_codes(Encoding *e)
{
    Arena *a = e->cli->arena;
    Buf codes = buf_new(a, 4096), rows = buf_new(a, 4096);
    buf_lit(&codes, "id,code\n");
    buf_lit(&rows, "id,row\n");
    for (size_t i = 0; i < e->codes.n; i++) {
        const PersonCode *c = &e->codes.items[i];
        char hex[CLK_HEX];
        clk_to_hex(&c->clk, hex);
        buf_printf(&codes, "%s,%.*s\n", c->label, CLK_HEX, hex);
        if (c->row)
            buf_printf(&rows, "%s,%lld\n", c->label, (long long)c->row);
    }
    TRY(cli_folder(e->cli, e->cli->out));
    TRY(file_write(str_printf(a, "%s/codes.csv", e->cli->out).ptr, buf_str(&codes)));
    return file_write(str_printf(a, "%s/rows.csv", e->cli->out).ptr, buf_str(&rows));
}

Err match_encode(Cli *cli)
{
    Encoding *e = ARENA_NEW(cli->arena, Encoding);
    e->cli = cli;
    e->problems.arena = cli->arena;
    if (cli->argc != 4 || !cli->out)
        return E_USAGE;
    Err err = read_key(e, cli->argv[2], cli->argv[3]);
    if (err == ERR_OK)
        err = cli_name_rules(cli, &e->rules, &e->problems);
    if (err == ERR_OK)
        err = encode_book(e, cli->argv[1]);
    crypto_wipe(&e->key, sizeof e->key);
    cli_problems(cli, &e->problems);
    TRY(err);
    size_t persons = e->codes.n;
    add_chaff(e);
    shuffle(e);
    TRY(write_codes(e));
    cli_say(cli, M_MATCH_ENCODED, str_int(cli->arena, (int64_t)persons),
            str_int(cli->arena, (int64_t)(e->codes.n - persons)));
    return ERR_OK;
}

/* ---- comparing codes ---- */

Err match_compare_codes(Cli *cli)
{
    CodeBook books[2];
    Problems problems = {.arena = cli->arena};
    ClkPairs pairs = {0};
    Buf text = buf_new(cli->arena, 4096);
    if (cli->argc != 3 || !cli->out)
        return E_USAGE;
    for (int i = 0; i < 2; i++) {
        const char *path = cli->argv[i + 1];
        Str codes;
        TRY(cli_read(cli, cli->arena, path, book_bytes, &codes));
        Err e = code_book_read(cli->arena, codes, str_of(path), &problems, &books[i]);
        cli_problems(cli, &problems);
        TRY(e);
    }
    if (!clk_compare(cli->arena, books[0].clks, books[0].n, books[1].clks, books[1].n, same_person,
                     PAIRS_MAX, CLK_COUNT_AUTO, &pairs))
        return E_TOO_LARGE;
    clk_one_to_one(cli->arena, books[0].n, books[1].n, &pairs);
    buf_lit(&text, "a,b,similarity\n");
    for (size_t i = 0; i < pairs.n; i++)
        buf_printf(&text, "%.*s,%.*s,%.3f\n", STR_ARG(books[0].labels[pairs.items[i].a]),
                   STR_ARG(books[1].labels[pairs.items[i].b]), (double)pairs.items[i].dice);
    TRY(file_write(cli->out, buf_str(&text)));
    cli_say(cli, M_MATCH_COMPARED, str_int(cli->arena, (int64_t)pairs.n));
    return ERR_OK;
}
