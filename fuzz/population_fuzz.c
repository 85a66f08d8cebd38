/* libFuzzer: a population book and the index that is kept of it: read or refused, never past their
 * bytes. The first byte chooses: the bytes as a whole file, or as the rows of a book that was made
 * and signed here, of which a bit may have been turned since; the same for the index. */
#include "base/file.h"
#include "engine/population_file.h"
#include "fuzz_folder.h"
#include "guard/installation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WAY_FILE, WAY_ROWS, WAY_INDEX_FILE, WAY_INDEX, WAYS, PIECES = 3 };

static Installation in;
static Arena *kept;
static const char *dir;

static PopulationSeal seal_here(void)
{
    if (!kept) {
        kept = arena_new(1 << 20);
        dir = fuzz_folder_new();
        if (installation_create(dir, true, 480) != ERR_OK ||
            installation_open(kept, dir, &in) != ERR_OK)
            BUG("no installation");
    }
    return (PopulationSeal){.keys = in.keyring, .installation = in.id};
}

/* Each line is a row; the seal gets the key of the book. */
static Str made(Arena *a, PopulationSeal *seal, Str rows)
{
    const char *path = str_printf(a, "%s/buku", dir).ptr;
    PopulationWriter w;
    Str row, text = S("");
    Err e = population_begin(a, *seal, path, &w);
    *seal = w.seal;
    while (e == ERR_OK && str_cut(&rows, '\n', &row))
        e = population_add(&w, &row, 1);
    if (population_end(&w, e, S("2026-01-01")) == ERR_OK &&
        file_read(a, path, SIZE_MAX, &text) != ERR_OK)
        BUG("no book");
    return text;
}

static void read_all(Str text, PopulationSeal seal, bool whole)
{
    PopulationFile f;
    if (whole != (population_check(text, seal, &f) == M_POPULATION_FITS))
        __builtin_trap();
    for (uint64_t at = f.first; whole && at < f.text.len;) {
        Arena *a = arena_new(1 << 20);
        Str rows;
        if (!population_piece(&f, at, a, &rows, &at))
            __builtin_trap();
        arena_free(a);
    }
}

static void try_rows(Arena *a, PopulationSeal seal, Str rows, uint8_t where)
{
    Str text = made(a, &seal, rows);
    read_all(text, seal, text.len > 0);
    if (text.len) {
        char *bytes = (char *)(uintptr_t)text.ptr;
        bytes[where * text.len / 256] ^= (char)1;
        read_all(text, seal, false);
    }
}

/* A sound book, for an index to be kept of. */
static PopulationFile book_of(Arena *a, PopulationSeal seal)
{
    PopulationFile f;
    Str text = made(a, &seal, S("name\nAda"));
    if (population_check(text, seal, &f) != M_POPULATION_FITS)
        BUG("no sound book");
    return f;
}

static void must_be_refused(const PopulationFile *f, Str text)
{
    Arena *a = arena_new(1 << 20);
    Str image;
    if (population_kept_index(f, text, a, &image))
        __builtin_trap();
    arena_free(a);
}

/* The image again and again, so that it takes more than one piece of the file. */
static Str wide(Arena *a, Str image)
{
    Buf b = buf_new(a, image.len);
    do
        buf_put(&b, image);
    while (image.len > 64 && b.len < (size_t)PIECES * 32 * 1024);
    return buf_str(&b);
}

static Str joined(Arena *a, Str x, Str y)
{
    Buf b = buf_new(a, x.len + y.len);
    buf_put(&b, x);
    buf_put(&b, y);
    return buf_str(&b);
}

static bool left(Arena *a, const char *path)
{
    return access(path, F_OK) == 0 || access(str_printf(a, "%s.baru", path).ptr, F_OK) == 0;
}

/* What was kept comes back as it was; of another book, changed at a place, cut there or with more
 * behind it, it does not. */
static void try_index(Arena *a, PopulationSeal seal, Str image, uint8_t where)
{
    const char *path = str_printf(a, "%s/indeks", dir).ptr;
    PopulationFile f = book_of(a, seal), other = book_of(a, seal);
    atomic_bool stop = image.len % 64 == 63;
    Str text, back;
    image = wide(a, image);
    Err e = population_keep_index(&f, a, path, image, &stop);
    if (stop ? e != E_BUSY || left(a, path) : e != ERR_OK)
        BUG("kept although it is to stop, or not kept");
    if (stop)
        return;
    if (file_read(a, path, SIZE_MAX, &text) != ERR_OK || unlink(path) != 0 ||
        !population_kept_index(&f, text, a, &back) || !str_eq(back, image))
        BUG("what was kept does not come back");
    size_t at = where * text.len / 256;
    must_be_refused(&other, text);
    must_be_refused(&f, str_head(text, at));
    must_be_refused(&f, joined(a, text, S(".")));
    ((char *)(uintptr_t)text.ptr)[at] ^= (char)1;
    must_be_refused(&f, text);
}

/* Any bytes behind the line that names a book, its own or not. */
static void try_index_file(Arena *a, PopulationSeal seal, Str input)
{
    PopulationFile f = book_of(a, seal);
    must_be_refused(&f, input);
    must_be_refused(&f, joined(a, str_printf(a, "SIGAP-INDEKS-1 %.*s ", STR_ARG(f.book)), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 2 };
    Arena *a = arena_new(SIZE_MAX);
    PopulationSeal seal = seal_here();
    Str rest = size > HEAD ? (Str){(const char *)data + HEAD, size - HEAD} : S("");
    int way = size ? data[0] % WAYS : WAY_FILE;
    if (way == WAY_FILE)
        read_all(rest, seal, false);
    else if (way == WAY_INDEX_FILE)
        try_index_file(a, seal, rest);
    else if (rest.len && way == WAY_ROWS)
        try_rows(a, seal, rest, data[1]);
    else if (rest.len)
        try_index(a, seal, rest, data[1]);
    arena_free(a);
    return 0;
}
