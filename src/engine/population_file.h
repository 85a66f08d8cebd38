/* The population book as one sealed, signed file beside the databases. It is made from a list of
 * residents, read whole at each start, and replaced by the next list; its rows never become
 * records.
 *
 * "SIGAP-PENDUDUK-1 INSTALLATION BOOK\n"; pieces, each after its length in four bytes; the line
 * "SIGAP-PENDUDUK-1 INSTALLATION BOOK ROWS DAY HASH SIGNATURE\n" and the length of that line in
 * four bytes. A piece is CSV sealed with the key of the book and its own place in the file; the
 * first row of the first one is headings, words of column_role.def. HASH is BLAKE2b over everything
 * before the line, SIGNATURE an Ed25519 signature over the line before it, both in hex. */
#pragma once

#include "base/messages.h"
#include "guard/keys.h"

#include <stdatomic.h>
#include <stdio.h>

#define POPULATION_FILE  "penduduk.buku"
#define POPULATION_INDEX "penduduk.indeks"

enum { POPULATION_ROW_BITS = 12 }; /* rows of a piece at most */

/* Whose book it is, and its data key as the key store has it, so that an exchange of keys need not
 * write it anew. Without one it is closed as an older program closed it: population_adopt. */
typedef struct PopulationSeal {
    const Keyring *keys;
    Str installation;
    Str subject, wrapped;
} PopulationSeal;

#define POPULATION_KEYS "penduduk/" /* subjects of such keys in the key store: this and the book   \
                                     */

/* Whose data key a book needs, told by its first line, into `a`; absent when it is no book. */
Str population_subject(Str text, Arena *a);

/* ---- making ---- */

typedef struct PopulationWriter {
    Arena *arena;
    PopulationSeal seal;
    FILE *to;
    const char *path, *beside;
    Str book;
    Buf rows;
    uint64_t at;
    int64_t n, in_piece;
} PopulationWriter;

/* Begins a book beside `path`, with a key of its own, in `seal` then: it has to be in the key store
 * before the book ends. E_IO, E_FULL. */
MUST_CHECK Err population_begin(Arena *a, PopulationSeal seal, const char *path,
                                PopulationWriter *ret);
/* E_TOO_LARGE when the row is longer than a piece. */
MUST_CHECK Err population_add(PopulationWriter *w, const Str *cells, size_t n);
/* When `e` is ERR_OK signs the book and puts it in the place of an older one; removes what was
 * begun otherwise. */
MUST_CHECK Err population_end(PopulationWriter *w, Err e, Str day);

/* ---- reading ---- */

typedef struct PopulationFile {
    PopulationSeal seal;
    Str text; /* the file up to its last line */
    Str book, day;
    int64_t rows;
    uint64_t first; /* where the first piece stands */
} PopulationFile;

/* Judges a whole file: M_POPULATION_FITS, or what is wrong with it (SHAPE, OTHER, CUT, FORGED,
 * CHANGED). Texts of `ret` stand in it. Nothing is opened before the signature fits. */
Msg population_check(Str text, PopulationSeal seal, PopulationFile *ret);
/* The rows of the piece that stands at a place, and where the next one would; false when there is
 * none. */
bool population_piece(const PopulationFile *f, uint64_t at, Arena *a, Str *ret_rows,
                      uint64_t *ret_next);

/* The key of a book that an older program closed, as the key store is to have it; false when
 * neither secret of the installation opens it. */
bool population_adopt(const PopulationFile *f, Str subject, Arena *a, Str *ret_wrapped);

/* ---- the index beside it ---- */

/* What was made of a book to look into it, kept so that the next start need not make it again:
 * "SIGAP-INDEKS-1 BOOK BYTES\n" and pieces as above, bound to the book, its size and their place.
 * E_BUSY when `stop` comes true; nothing is left behind then or after E_IO, E_FULL. */
MUST_CHECK Err population_keep_index(const PopulationFile *f, Arena *a, const char *path, Str image,
                                     const atomic_bool *stop);
/* The bytes that were kept for this book, into `a`; false when the file is of another book or
 * another key, changed or cut. */
bool population_kept_index(const PopulationFile *f, Str text, Arena *a, Str *ret_image);
