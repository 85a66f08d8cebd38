/* Runs a fuzz entry point on seeds and on mutations of them, without libFuzzer, so that every build
 * does. Arguments: source root, number of rounds, seed files; X=FILE is the file after a byte X.
 * The dice are fixed: a failure comes again. SIGAP_FUZZ_SECONDS goes on so long. */
#include "base/clock.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 88172645463325252u;

static uint64_t dice(uint64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

static const char *const words[] = {"'",
                                    "\"",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    ": ",
                                    "\n",
                                    "\t",
                                    "- ",
                                    "&a ",
                                    "*a",
                                    "!!x ",
                                    "#",
                                    "~",
                                    "(",
                                    ")",
                                    "and ",
                                    "not ",
                                    "or ",
                                    " = ",
                                    "!=",
                                    "<=",
                                    " has ",
                                    " in (",
                                    "empty(",
                                    "first(",
                                    "if(",
                                    "today()",
                                    "2026",
                                    "53.03",
                                    "-1",
                                    "9999999999999999999",
                                    "0.5",
                                    ",",
                                    ";",
                                    ".",
                                    "E+15",
                                    "\xff",
                                    "\xc3\xa9",
                                    "judul",
                                    "induk.dibuka",
                                    "korban.rugi",
                                    "ya",
                                    "Rp",
                                    "jt",
                                    "sekitar ",
                                    "31/02/2004",
                                    "&",
                                    "%2",
                                    "=",
                                    "\r\n",
                                    "--X",
                                    "\"\"",
                                    "<c r='A1' t='s'>",
                                    "</v>",
                                    "<v>-1</v>"};

/* Copies the seed with some bytes cut, doubled, changed, or a word put in. */
static size_t mutate(const Str *seed, char *out, size_t max)
{
    size_t n = seed->len < max ? seed->len : max;
    memcpy(out, seed->ptr, n);
    for (uint64_t times = 1 + dice(6); times > 0; times--) {
        size_t at = n ? dice(n) : 0;
        const char *w = words[dice(sizeof words / sizeof *words)];
        size_t len = strlen(w), cut = dice(2) && n ? dice(n - at < 16 ? n - at + 1 : 16) : 0;
        if (n - cut + len > max)
            continue;
        memmove(out + at + len, out + at + cut, n - at - cut);
        memcpy(out + at, w, len);
        n = n - cut + len;
    }
    return n;
}

typedef struct Seed {
    Str text;
    bool marked; /* begins with a byte that says what it is: never cut into lines */
} Seed;

static bool read_seed(Arena *a, const char *root, const char *arg, Seed *ret)
{
    ret->marked = arg[0] && arg[1] == '=';
    const char *path = str_printf(a, "%s/%s", root, ret->marked ? arg + 2 : arg).ptr;
    if (file_read(a, path, OUT_MAX, &ret->text) != ERR_OK) {
        fprintf(stderr, "no seed %s\n", path);
        return false;
    }
    if (ret->marked)
        ret->text = str_printf(a, "%c%.*s", arg[0], STR_ARG(ret->text));
    return true;
}

static void as_it_is(const Seed *seed)
{
    Str line;
    LLVMFuzzerTestOneInput((const uint8_t *)seed->text.ptr, seed->text.len);
    for (Str rest = seed->text; !seed->marked && str_cut(&rest, '\n', &line);)
        LLVMFuzzerTestOneInput((const uint8_t *)line.ptr, line.len);
}

/* A mutation of the whole seed, or of one line of it. */
static void changed(const Seed *seed, char *out)
{
    Str part = seed->text, line;
    if (!seed->marked && dice(2)) {
        for (uint64_t skip = dice(40); skip > 0 && str_find(part, '\n') >= 0; skip--)
            str_cut(&part, '\n', &line);
        str_cut(&part, '\n', &line);
        part = line;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)out, mutate(&part, out, OUT_MAX));
}

/* So many rounds of each seed; then, for as many seconds as SIGAP_FUZZ_SECONDS says, any of them.
 */
static void replay(const Seed *seeds, size_t n, long rounds, char *out)
{
    const char *seconds = getenv("SIGAP_FUZZ_SECONDS");
    int64_t end = clock_steady() + 1000 * (seconds ? strtol(seconds, NULL, 10) : 0);
    for (size_t i = 0; i < n; i++) {
        as_it_is(&seeds[i]);
        for (long r = 0; r < rounds; r++)
            changed(&seeds[i], out);
    }
    while (clock_steady() < end)
        changed(&seeds[dice(n)], out);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    Arena *a = arena_new(64u << 20);
    size_t n = (size_t)argc - 3, read = 0;
    Seed *seeds = ARENA_ARRAY(a, n, Seed);
    setenv("SIGAP_DOMAIN", str_printf(a, "%s/tests/domain_mini", argv[1]).ptr, 1);
    while (read < n && read_seed(a, argv[1], argv[3 + read], &seeds[read]))
        read++;
    if (read == n)
        replay(seeds, n, strtol(argv[2], NULL, 10), arena_alloc(a, OUT_MAX));
    arena_free(a);
    return read == n ? 0 : 2;
}
