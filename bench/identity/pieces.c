/* Times the pieces of matching one by one and writes what they gave, for bench/identity/pieces to
 * compare with other libraries:
 *   match_pieces strings PAIRS OUT          lines "a TAB b"; OUT: doubles, one measure after the
 * other match_pieces clk A B THRESHOLD WAY OUT  files of 128-byte filters; OUT: two numbers a pair
 */
#include "base/file.h"
#include "identity/clk_compare.h"
#include "identity/string_distance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_BYTES = 2000000000 };

typedef struct Words {
    Str a, b;
} Words;

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double osa(Str a, Str b)
{
    return osa_distance(a, b);
}

static const struct {
    const char *name;
    double (*measure)(Str a, Str b);
} measures[] = {{"osa", osa},
                {"jaro", jaro_similarity},
                {"jaro-winkler", jaro_winkler_similarity}};

static Str read_whole(Arena *a, const char *path)
{
    Str text;
    if (file_read(a, path, MOST_BYTES, &text) != ERR_OK)
        exit(1);
    return text;
}

static size_t read_pairs(Arena *a, Str text, Words **ret)
{
    size_t n = 0, lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    Words *all = ARENA_ARRAY(a, lines + 1, Words);
    for (Str line; n < lines && str_cut(&text, '\n', &line); n++) {
        str_cut(&line, '\t', &all[n].a);
        all[n].b = line;
    }
    *ret = all;
    return n;
}

static int strings(Arena *a, char **argv)
{
    Words *pairs;
    size_t n = read_pairs(a, read_whole(a, argv[0]), &pairs);
    double *said = ARENA_ARRAY(a, n, double);
    FILE *out = fopen(argv[1], "w");
    for (size_t m = 0; out && m < sizeof measures / sizeof *measures; m++) {
        double start = cpu_seconds();
        for (size_t i = 0; i < n; i++)
            said[i] = measures[m].measure(pairs[i].a, pairs[i].b);
        printf("%s %.1f\n", measures[m].name, (cpu_seconds() - start) / (double)n * 1e9);
        fwrite(said, sizeof *said, n, out);
    }
    return !out || fclose(out) != 0;
}

static ClkCount way(const char *word)
{
    if (strcmp(word, "plain") == 0)
        return CLK_COUNT_PLAIN;
    return strcmp(word, "avx2") == 0 ? CLK_COUNT_AVX2 : CLK_COUNT_AVX512;
}

static int filters(Arena *a, char **argv)
{
    Str one = read_whole(a, argv[0]), other = read_whole(a, argv[1]);
    size_t na = one.len / sizeof(Clk), nb = other.len / sizeof(Clk);
    Clk *x = ARENA_ARRAY(a, na, Clk), *y = ARENA_ARRAY(a, nb, Clk);
    memcpy(x, one.ptr, na * sizeof *x);
    memcpy(y, other.ptr, nb * sizeof *y);
    ClkPairs found;
    double start = cpu_seconds();
    bool all = clk_compare(a, x, na, y, nb, atof(argv[2]), SIZE_MAX, way(argv[3]), &found);
    printf("%zu %.4f\n", found.n, cpu_seconds() - start);
    FILE *out = fopen(argv[4], "w");
    for (size_t i = 0; out && i < found.n; i++)
        fwrite(&found.items[i].a, sizeof found.items[i].a, 2, out);
    return !all || !out || fclose(out) != 0;
}

int main(int argc, char **argv)
{
    Arena *a = arena_new(SIZE_MAX);
    int ret = 2;
    if (argc == 4 && strcmp(argv[1], "strings") == 0)
        ret = strings(a, argv + 2);
    else if (argc == 7 && strcmp(argv[1], "clk") == 0)
        ret = filters(a, argv + 2);
    arena_free(a);
    return ret;
}
