/* libFuzzer: a population book: read or refused, never past its bytes. The first byte chooses: the
 * bytes as a whole file, or as the rows of a book that was made and signed here, of which a bit may
 * have been turned since. */
#include "base/file.h"
#include "engine/population_file.h"
#include "guard/installation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Installation in;
static Arena *kept;
static char dir[] = "/dev/shm/fuzz-book-XXXXXX";

static PopulationSeal seal_here(void)
{
    if (!kept) {
        kept = arena_new(1 << 20);
        if (!mkdtemp(dir) || installation_create(dir, true, 480) != ERR_OK ||
            installation_open(kept, dir, &in) != ERR_OK)
            BUG("no installation");
    }
    return (PopulationSeal){in.keyring, in.id};
}

/* Each line is a row. */
static Str made(Arena *a, PopulationSeal seal, Str rows)
{
    const char *path = str_printf(a, "%s/buku", dir).ptr;
    PopulationWriter w;
    Str row, text = S("");
    Err e = population_begin(a, seal, path, &w);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(SIZE_MAX);
    PopulationSeal seal = seal_here();
    Str input = {(const char *)data, size};
    if (size && data[0] % 2 == 0)
        read_all(str_from(input, 1), seal, false);
    else if (size > 2) {
        Str text = made(a, seal, str_from(input, 2));
        read_all(text, seal, text.len > 0);
        if (text.len) {
            char *bytes = (char *)(uintptr_t)text.ptr;
            bytes[data[1] * text.len / 256] ^= (char)1;
            read_all(text, seal, false);
        }
    }
    arena_free(a);
    return 0;
}
