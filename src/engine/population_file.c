#include "engine/population_file.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/rand.h"
#include "guard/crypto.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MARK       "SIGAP-PENDUDUK-1"
#define MARK_INDEX "SIGAP-INDEKS-1"
/* A row is opened with its whole piece: of rows no more stand in one than a page of the file. */
enum { LENGTH = 4, PIECE = 32 * 1024, ROWS_PIECE = 4096, HASH = 32, HEAD_WORDS = 3, END_WORDS = 7 };

static void seed_of(const Keyring *k, unsigned char ret[SIGN_SEED])
{
    keyring_mac(k, 0, OWN_RESIDENT, S("tanda"), ret);
}

/* The key of a book, only while a piece is closed or opened. */
static Err key_of(PopulationSeal s, bool before, Dek *ret)
{
    if (s.wrapped.ptr)
        return keyring_unwrap(s.keys, s.subject, s.wrapped, ret);
    keyring_own(s.keys, OWN_RESIDENT, before, ret);
    return ERR_OK;
}

static Err close_piece(PopulationSeal s, Str place, Arena *a, Str rows, Str *ret)
{
    Dek dek;
    TRY(key_of(s, false, &dek));
    *ret = seal_under(s.keys, &dek, place, a, rows);
    dek_wipe(&dek);
    return ERR_OK;
}

static bool open_piece(PopulationSeal s, bool before, Str place, Arena *a, Str piece, Str *ret)
{
    Dek dek;
    if (key_of(s, before, &dek) != ERR_OK)
        return false;
    bool fits = unseal_under(s.keys, &dek, place, a, piece, ret) == ERR_OK;
    dek_wipe(&dek);
    return fits;
}

/* What a piece is bound to. */
static Str place_of(Arena *a, Str book, uint64_t at)
{
    return str_printf(a, "%.*s %llu", STR_ARG(book), (unsigned long long)at);
}

static Str hash_of(Arena *a, Str text)
{
    unsigned char out[HASH];
    Hash h;
    hash_begin(&h, NULL, HASH);
    hash_raw(&h, text);
    hash_end(&h, out, HASH);
    return hex_of(a, out, HASH);
}

/* ---- making ---- */

static Err put(PopulationWriter *w, Str bytes)
{
    w->at += bytes.len;
    if (fwrite(bytes.ptr, 1, bytes.len, w->to) == bytes.len)
        return ERR_OK;
    return errno == ENOSPC ? E_FULL : E_IO;
}

static Err put_length(PopulationWriter *w, size_t n)
{
    char length[LENGTH] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    return put(w, (Str){length, LENGTH});
}

static Err put_piece(PopulationWriter *w)
{
    Arena *a = arena_new(1 << 20);
    Str sealed;
    Err e = close_piece(w->seal, place_of(a, w->book, w->at), a, buf_str(&w->rows), &sealed);
    if (e == ERR_OK)
        e = put_length(w, sealed.len);
    if (e == ERR_OK)
        e = put(w, sealed);
    arena_free(a);
    crypto_wipe(w->rows.ptr, w->rows.len);
    w->rows.len = 0;
    w->in_piece = 0;
    return e;
}

Err population_begin(Arena *a, PopulationSeal seal, const char *path, PopulationWriter *w)
{
    *w = (PopulationWriter){.arena = a,
                            .seal = seal,
                            .path = path,
                            .beside = str_printf(a, "%s.baru", path).ptr,
                            .book = rand_uid(a),
                            .rows = buf_new(a, 2 * PIECE)};
    Dek dek;
    w->seal.subject = str_printf(a, POPULATION_KEYS "%.*s", STR_ARG(w->book));
    keyring_new_dek(seal.keys, a, w->seal.subject, &dek, &w->seal.wrapped);
    dek_wipe(&dek);
    file_remove(w->beside);
    w->to = fopen(w->beside, "wbxe");
    if (!w->to)
        return E_IO;
    return put(w, str_printf(a, MARK " %.*s %.*s\n", STR_ARG(seal.installation), STR_ARG(w->book)));
}

Err population_add(PopulationWriter *w, const Str *cells, size_t n)
{
    size_t before = w->rows.len;
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&w->rows, ',');
        csv_cell(&w->rows, cells[i], ',');
    }
    buf_char(&w->rows, '\n');
    if (w->rows.len - before > PIECE)
        return E_TOO_LARGE;
    w->n++;
    bool whole = ++w->in_piece == 1 << POPULATION_ROW_BITS || w->rows.len >= ROWS_PIECE;
    return whole ? put_piece(w) : ERR_OK;
}

static Err put_end(PopulationWriter *w, Str day)
{
    unsigned char seed[SIGN_SEED], signature[SIGN_SIZE];
    Arena *a = w->arena;
    Str text;
    if (w->rows.len)
        TRY(put_piece(w));
    if (fflush(w->to) != 0)
        return E_IO;
    TRY(file_map(a, w->beside, &text));
    Str said =
        str_printf(a, MARK " %.*s %.*s %lld %.*s %.*s", STR_ARG(w->seal.installation),
                   STR_ARG(w->book), (long long)w->n, STR_ARG(day), STR_ARG(hash_of(a, text)));
    seed_of(w->seal.keys, seed);
    sign_make(seed, said, signature);
    crypto_wipe(seed, sizeof seed);
    Str hex = hex_of(a, signature, SIGN_SIZE);
    Str line = str_printf(a, "%.*s %.*s\n", STR_ARG(said), STR_ARG(hex));
    TRY(put(w, line));
    TRY(put_length(w, line.len));
    return fflush(w->to) == 0 && fsync(fileno(w->to)) == 0 ? ERR_OK : E_IO;
}

Err population_end(PopulationWriter *w, Err e, Str day)
{
    if (!w->to)
        return e;
    if (e == ERR_OK)
        e = put_end(w, day);
    fclose(w->to);
    if (e == ERR_OK)
        e = file_rename(w->beside, w->path);
    if (e != ERR_OK)
        file_remove(w->beside);
    return e;
}

/* ---- reading ---- */

static size_t length_at(Str text, uint64_t at)
{
    const unsigned char *l = (const unsigned char *)text.ptr + at;
    return (size_t)l[0] << 24 | (size_t)l[1] << 16 | (size_t)l[2] << 8 | l[3];
}

static bool words_of(Str line, Str *ret, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!str_word(&line, &ret[i]))
            return false;
    return str_empty(str_trim(line)) && str_is(ret[0], MARK);
}

/* The last line, by its length at the very end. */
static bool last_line(Str text, Str words[END_WORDS], size_t *ret_at)
{
    if (text.len < LENGTH)
        return false;
    size_t n = length_at(text, text.len - LENGTH);
    if (n == 0 || n + LENGTH > text.len)
        return false;
    *ret_at = text.len - LENGTH - n;
    return words_of((Str){text.ptr + *ret_at, n - 1}, words, END_WORDS);
}

/* `said`: the last line up to its signature. */
static bool signed_here(PopulationSeal seal, Str said, Str hex)
{
    unsigned char seed[SIGN_SEED], key[SIGN_PUBLIC], signature[SIGN_SIZE];
    seed_of(seal.keys, seed);
    sign_public(seed, key);
    crypto_wipe(seed, sizeof seed);
    return hex_read(hex, signature, SIGN_SIZE) && sign_fits(key, said, signature);
}

Str population_subject(Str text, Arena *a)
{
    Str head[HEAD_WORDS], line;
    if (!str_cut(&text, '\n', &line) || !words_of(line, head, HEAD_WORDS))
        return STR_NONE;
    return str_printf(a, POPULATION_KEYS "%.*s", STR_ARG(head[2]));
}

Msg population_check(Str text, PopulationSeal seal, PopulationFile *ret)
{
    Str head[HEAD_WORDS], end[END_WORDS], line, rest = text;
    Arena *a = arena_new(4096);
    size_t at = 0;
    Msg told = M_POPULATION_FITS;
    *ret = (PopulationFile){.seal = seal};
    if (!str_cut(&rest, '\n', &line) || !words_of(line, head, HEAD_WORDS))
        told = M_POPULATION_SHAPE;
    else if (!str_eq(head[1], seal.installation))
        told = M_POPULATION_OTHER;
    else if (!last_line(text, end, &at) || at < line.len + 1)
        told = M_POPULATION_CUT;
    else if (!signed_here(seal, (Str){text.ptr + at, (size_t)(end[6].ptr - text.ptr) - at - 1},
                          end[6]))
        told = M_POPULATION_FORGED;
    else if (!str_eq(end[1], head[1]) || !str_eq(end[2], head[2]) || !str_i64(end[3], &ret->rows) ||
             !str_eq(end[5], hash_of(a, str_head(text, at))))
        told = M_POPULATION_CHANGED;
    else
        *ret = (PopulationFile){seal, str_head(text, at), end[2], end[4], ret->rows, line.len + 1};
    arena_free(a);
    return told;
}

bool population_piece(const PopulationFile *f, uint64_t at, Arena *a, Str *ret_rows,
                      uint64_t *ret_next)
{
    if (at < f->first || at + LENGTH > f->text.len || at + LENGTH < at)
        return false;
    size_t n = length_at(f->text, at);
    *ret_next = at + LENGTH + n;
    Str sealed = {f->text.ptr + at + LENGTH, n}, place = place_of(a, f->book, at);
    return *ret_next <= f->text.len &&
           (open_piece(f->seal, false, place, a, sealed, ret_rows) ||
            (!f->seal.wrapped.ptr && open_piece(f->seal, true, place, a, sealed, ret_rows)));
}

bool population_adopt(const PopulationFile *f, Str subject, Arena *a, Str *ret_wrapped)
{
    PopulationFile tried = *f;
    Str rows;
    uint64_t next;
    bool fits = false;
    for (int before = 0; before < 2 && !fits; before++) {
        Dek dek;
        keyring_own(f->seal.keys, OWN_RESIDENT, before, &dek);
        *ret_wrapped = keyring_wrap(f->seal.keys, a, subject, &dek);
        dek_wipe(&dek);
        tried.seal.subject = subject;
        tried.seal.wrapped = *ret_wrapped;
        fits = population_piece(&tried, f->first, a, &rows, &next);
    }
    return fits;
}

/* ---- the index beside it ---- */

/* What the pieces of an index are bound to in the place of the book alone. */
static Str index_head(Arena *a, const PopulationFile *f, size_t bytes)
{
    return str_printf(a, MARK_INDEX " %.*s %zu\n", STR_ARG(f->book), bytes);
}

static Err put_image(PopulationWriter *w, Str image, const atomic_bool *stop)
{
    Err e = put(w, w->book);
    for (size_t at = 0; at < image.len && e == ERR_OK; at += PIECE) {
        buf_put(&w->rows, str_head(str_from(image, at), PIECE));
        e = atomic_load(stop) ? E_BUSY : put_piece(w);
    }
    return e == ERR_OK && fflush(w->to) != 0 ? E_IO : e;
}

Err population_keep_index(const PopulationFile *f, Arena *a, const char *path, Str image,
                          const atomic_bool *stop)
{
    PopulationWriter w = {.arena = a,
                          .seal = f->seal,
                          .beside = str_printf(a, "%s.baru", path).ptr,
                          .book = index_head(a, f, image.len),
                          .rows = buf_new(a, 2 * PIECE)};
    file_remove(w.beside);
    w.to = fopen(w.beside, "wbxe");
    if (!w.to)
        return E_IO;
    Err e = put_image(&w, image, stop);
    fclose(w.to);
    if (e == ERR_OK)
        e = file_rename(w.beside, path);
    if (e != ERR_OK)
        file_remove(w.beside);
    return e;
}

static bool copy_pieces(const PopulationFile *kept, char *to, size_t bytes)
{
    uint64_t at = kept->first, next;
    size_t n = 0;
    for (bool good = true; n < bytes; at = next) {
        Arena *a = arena_new(1 << 20);
        Str piece;
        good = population_piece(kept, at, a, &piece, &next) && piece.len && piece.len <= bytes - n;
        if (good)
            memcpy(to + n, piece.ptr, piece.len);
        n += good ? piece.len : 0;
        arena_free(a);
        if (!good)
            return false;
    }
    return at == kept->text.len;
}

bool population_kept_index(const PopulationFile *f, Str text, Arena *a, Str *ret_image)
{
    Str line, mark, book, size, rest = text;
    int64_t bytes;
    if (!str_cut(&rest, '\n', &line) || !str_word(&line, &mark) || !str_word(&line, &book) ||
        !str_word(&line, &size) || !str_i64(size, &bytes) || bytes <= 0 || (size_t)bytes > text.len)
        return false;
    PopulationFile kept = {.seal = f->seal, .text = text, .book = index_head(a, f, (size_t)bytes)};
    kept.first = kept.book.len;
    if (!str_starts(text, kept.book))
        return false;
    uint64_t *image = ARENA_WIDE(a, (size_t)bytes / sizeof(uint64_t) + 1, uint64_t);
    *ret_image = (Str){(char *)image, (size_t)bytes};
    return copy_pieces(&kept, (char *)image, (size_t)bytes);
}
