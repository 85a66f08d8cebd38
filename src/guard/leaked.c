#include "guard/leaked.h"

#include "base/file.h"
#include "guard/account.h"
#include "guard/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARK = 8, SHORTEST = 5, HASH = 16 };

typedef struct Mark {
    unsigned char bytes[MARK];
} Mark;

static const char *list_path(Arena *a, const char *dir)
{
    return z_printf(a, "%s/sandi-bocor.bin", dir);
}

static Mark mark_of(Str lower)
{
    unsigned char whole[HASH];
    Mark m;
    Hash h;
    hash_begin(&h, NULL, sizeof whole);
    hash_raw(&h, lower);
    hash_end(&h, whole, sizeof whole);
    memcpy(m.bytes, whole, sizeof m.bytes);
    return m;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, MARK);
}

/* ---- loading ---- */

typedef struct Loading {
    Arena *arena;
    ARENA_LIST(Mark) marks;
    char line[PASSWORD_MAX];
    size_t len; /* past the room: the line is too long to be a password */
} Loading;

static Err end_line(Loading *l)
{
    Str line = str_trim((Str){l->line, l->len < sizeof l->line ? l->len : 0});
    l->len = 0;
    if (line.len < SHORTEST)
        return ERR_OK;
    if (l->marks.n == LEAKED_MAX)
        return E_TOO_LARGE;
    Arena *a = arena_new(4096);
    *ARENA_PUSH(l->arena, l->marks) = mark_of(str_lower(a, line));
    arena_free(a);
    return ERR_OK;
}

static Err take_bytes(void *loading, Str bytes)
{
    Loading *l = loading;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] == '\n')
            TRY(end_line(l));
        else if (l->len < sizeof l->line)
            l->line[l->len++] = bytes.ptr[i];
    }
    return ERR_OK;
}

static Err read_files(Loading *l, char *const *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TRY(file_chunks(files[i], take_bytes, l));
        TRY(end_line(l));
    }
    return ERR_OK;
}

static size_t sort_once(Mark *marks, size_t n)
{
    size_t kept = 0;
    if (n)
        qsort(marks, n, sizeof *marks, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_bytes(&marks[kept - 1], &marks[i]) != 0)
            marks[kept++] = marks[i];
    return kept;
}

Err leaked_load(const char *dir, char *const *files, size_t n, int64_t *ret_n)
{
    Loading l = {.arena = arena_new((size_t)LEAKED_MAX * MARK * 4)};
    Err e = read_files(&l, files, n);
    size_t kept = sort_once(l.marks.items, l.marks.n);
    if (e == ERR_OK)
        e = file_write(list_path(l.arena, dir), (Str){(char *)l.marks.items, kept * MARK});
    *ret_n = (int64_t)kept;
    arena_free(l.arena);
    return e;
}

/* ---- looking up ---- */

int64_t leaked_count(const char *dir)
{
    Arena *a = arena_new(4096);
    int64_t size = 0;
    if (file_size(list_path(a, dir), &size) != ERR_OK)
        size = 0;
    arena_free(a);
    return size / MARK;
}

static bool among(FILE *list, int64_t n, Str lower)
{
    Mark wanted = mark_of(lower), m;
    for (int64_t low = 0; low < n;) {
        int64_t middle = low + (n - low) / 2;
        if (fseeko(list, middle * MARK, SEEK_SET) != 0 || fread(&m, sizeof m, 1, list) != 1)
            return false;
        int order = by_bytes(&wanted, &m);
        if (order == 0)
            return true;
        if (order < 0)
            n = middle;
        else
            low = middle + 1;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static Str without_ends(Str s)
{
    while (s.len && !is_letter(s.ptr[0]))
        s = str_from(s, 1);
    while (s.len && !is_letter(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static Str half_said_twice(Str s)
{
    Str half = str_head(s, s.len / 2);
    return str_eq(half, str_from(s, s.len - half.len)) ? half : STR_NONE;
}

bool leaked_has(const char *dir, Str password)
{
    Arena *a = arena_new(8192);
    Str lower = str_lower(a, password), word = without_ends(lower);
    const Str forms[] = {lower, word, half_said_twice(lower), half_said_twice(word)};
    int64_t n = leaked_count(dir);
    FILE *list = n ? fopen(list_path(a, dir), "rbe") : NULL;
    bool has = false;
    for (size_t i = 0; list && i < COUNT(forms); i++)
        has |= forms[i].len >= SHORTEST && among(list, n, forms[i]);
    if (list)
        fclose(list);
    arena_free(a);
    return has;
}
