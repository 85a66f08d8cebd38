/* Str: text by pointer and length, not owned. A Str with ptr NULL is *absent* (SQL NULL, empty form
 * field); text of length 0 with a pointer is empty but present. Buf: text that grows in an arena.
 */
#pragma once

#include "arena.h"
#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define S(lit)   ((Str){"" lit "", sizeof(lit) - 1})
#define STR_NONE ((Str){NULL, 0})
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

Str str_of(const char *z); /* NUL-terminated text, NULL gives STR_NONE */
bool str_eq(Str a, Str b); /* absent equals empty */
bool str_is(Str a, const char *z);
int str_cmp(Str a, Str b); /* byte order */
bool str_empty(Str a);     /* absent or length 0 */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
Str str_trim(Str s);            /* without surrounding ASCII white space */
Str str_from(Str s, size_t at); /* tail from byte `at` */
Str str_head(Str s, size_t n);  /* at most the first n bytes */
/* Cuts the next piece up to `sep` off *rest; false when nothing is left. */
bool str_cut(Str *rest, char sep, Str *ret_piece);
/* The next word of a space-separated set; false when nothing is left. */
bool str_word(Str *rest, Str *ret_word);
bool str_ascii(Str s);
/* Whether the space-separated set contains the word. */
bool str_has_word(Str set, Str word);
ptrdiff_t str_find(Str s, char c); /* index or -1 */
bool str_contains(Str s, Str part);
bool str_i64(Str s, int64_t *ret);  /* whole text is a decimal integer in range */
Str str_copy(Arena *a, Str s);      /* owned by the arena, NUL-terminated, absent stays absent */
const char *str_z(Arena *a, Str s); /* NUL-terminated copy; absent gives "" */
Str str_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
#define z_printf(a, ...) (str_printf(a, __VA_ARGS__).ptr) /* the same for who wants its pointer */
Str str_int(Arena *a, int64_t n);
Str str_lower(Arena *a, Str s); /* ASCII only */
Str str_upper(Arena *a, Str s); /* ASCII only */

typedef ARENA_LIST(Str) StrList;
bool str_list_has(const StrList *list, Str s);

/* How many items an array has. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct Buf {
    Arena *arena;
    char *ptr;
    size_t len, cap;
} Buf;

Buf buf_new(Arena *a, size_t first);
void buf_put(Buf *b, Str s);
void buf_char(Buf *b, char c);
void buf_printf(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
/* Appends the text, with `between` before it unless it is the first. */
void buf_join(Buf *b, const char *between, Str text);
/* What was written so far; valid until the next write. */
Str buf_str(const Buf *b);
const char *buf_z(Buf *b); /* ended by a NUL, which is part of it from then on */
#define buf_lit(b, lit) buf_put((b), S(lit))
