/* libFuzzer: a sealed copy made by a stranger who knows the public key: after a good head each line
 * of the input is a piece, its first byte the file it says it is of. Refused whole, or written into
 * the folder and nowhere else. The first byte chooses: pieces, or bytes in place of the whole file.
 */
#include "base/file.h"
#include "engine/sealed_copy.h"
#include "fuzz_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECE_MAX = 4096 };

static const Key secret = {.bytes = "a key that everybody here knows"};
static const char *dir;

static void put_piece(FILE *to, SealStream *s, Str piece, bool last)
{
    unsigned char out[PIECE_MAX + STREAM_EXTRA];
    piece = str_head(piece, PIECE_MAX);
    size_t n = piece.len + STREAM_EXTRA;
    unsigned char length[4] = {0, 0, (unsigned char)(n >> 8), (unsigned char)n};
    stream_seal(s, piece, last, out);
    if (fwrite(length, 1, sizeof length, to) != sizeof length || fwrite(out, 1, n, to) != n)
        BUG("no room");
}

static void write_pieces(FILE *to, Str text)
{
    unsigned char public[PAIR_PUBLIC], head[STREAM_HEAD];
    SealStream s;
    Str piece;
    pair_public(&secret, public);
    stream_seal_begin(&s, public, head);
    fputs("SIGAP-SEGEL 1\n", to);
    if (fwrite(head, 1, sizeof head, to) != sizeof head)
        BUG("no room");
    while (str_cut(&text, '\n', &piece))
        if (piece.len)
            put_piece(to, &s, piece, text.len == 0);
}

/* What was read, sealed by the program itself, reads again; not over a file or folder that is
 * there, and not for another pair. */
static void seal_again(Arena *a, const char *folder)
{
    unsigned char public[PAIR_PUBLIC];
    Key other = {.bytes = "another key, nobody's"};
    const char *path = str_printf(a, "%s/again", dir).ptr, *to = str_printf(a, "%s/two", dir).ptr;
    pair_public(&secret, public);
    if (sealed_copy_write(a, folder, public, path) != ERR_OK ||
        sealed_copy_write(a, folder, public, path) != E_DUPLICATE ||
        sealed_copy_read(path, &other, to) != E_KEY ||
        sealed_copy_read(path, &secret, to) != ERR_OK ||
        sealed_copy_read(path, &secret, to) != E_DUPLICATE)
        BUG("a copy of a copy is another one");
    file_remove_folder(to);
    unlink(path);
    if (sealed_copy_read(path, &secret, to) != E_NOT_FOUND)
        BUG("read from nowhere");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(1 << 20);
    if (!dir)
        dir = fuzz_folder_new();
    const char *path = str_printf(a, "%s/copy", dir).ptr, *to = str_printf(a, "%s/read", dir).ptr;
    FILE *f = fopen(path, "wbe");
    if (!f)
        BUG("no file");
    Str text = {(const char *)data, size};
    if (size && data[0] % 8)
        write_pieces(f, str_from(text, 1));
    else if (size > 1 && fwrite(data + 1, 1, size - 1, f) != size - 1)
        BUG("no room");
    fclose(f);
    Err e = sealed_copy_read(path, &secret, to);
    if ((e == ERR_OK) != file_exists(to))
        BUG("half a copy stays");
    if (e == ERR_OK) {
        seal_again(a, to);
        file_remove_folder(to);
    }
    unlink(path);
    arena_free(a);
    return 0;
}
