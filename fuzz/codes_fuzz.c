/* libFuzzer: a file of codes for private matching from a stranger: read or refused with its line,
 * never past its bytes. What is read comes back the same when it is written and read again, and is
 * compared with itself without a pair below the similarity asked for. */
#include "identity/clk_compare.h"
#include "identity/code_book.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const double least = 0.8;
enum { PAIRS = 1000, COMPARED = 64 };

static void written_and_read(Arena *a, const CodeBook *book)
{
    Problems problems = {.arena = a};
    CodeBook again;
    Buf b = buf_new(a, 4096);
    buf_lit(&b, "id,code\n");
    for (size_t i = 0; i < book->n; i++) {
        char hex[CLK_HEX];
        clk_to_hex(&book->clks[i], hex);
        buf_printf(&b, "%zu,%.*s\n", i, CLK_HEX, hex);
    }
    if (code_book_read(a, buf_str(&b), S("codes.csv"), &problems, &again) != ERR_OK ||
        again.n != book->n ||
        (book->n && memcmp(again.clks, book->clks, book->n * sizeof *book->clks) != 0))
        __builtin_trap();
}

static void compared(Arena *a, const CodeBook *book)
{
    ClkPairs pairs = {0};
    size_t n = book->n < COMPARED ? book->n : COMPARED;
    (void)clk_compare(a, book->clks, n, book->clks, n, least, PAIRS, CLK_COUNT_AUTO, &pairs);
    for (size_t i = 0; i < pairs.n; i++)
        if (pairs.items[i].a >= n || pairs.items[i].b >= n || (double)pairs.items[i].dice < least)
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(SIZE_MAX);
    Problems problems = {.arena = a};
    CodeBook book;
    Str text = {(const char *)data, size};
    Err e = code_book_read(a, text, S("codes.csv"), &problems, &book);
    if ((e == E_INVALID) != (problems.errors > 0))
        __builtin_trap(); /* refused without a word, or taken with one */
    if (e == ERR_OK) {
        written_and_read(a, &book);
        compared(a, &book);
    }
    arena_free(a);
    return 0;
}
