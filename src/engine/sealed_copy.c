#include "engine/sealed_copy.h"

#include "base/file.h"
#include "engine/backup_db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "SIGAP-SEGEL 1\n"
enum { PIECE = 256 * 1024, LENGTH = 4, ROOM = PIECE + 1 + STREAM_EXTRA };

static const char *const files[] = {"sigap.db", "kunci.db", "berkas.db", BACKUP_SUMS};
enum { FILES = COUNT(files) };

static const char *within(Arena *a, const char *dir, size_t i)
{
    return z_printf(a, "%s/%s", dir, files[i]);
}

/* ---- sealing ---- */

typedef struct Out {
    FILE *to;
    SealStream stream;
    unsigned char file; /* index of the one that is read */
    unsigned char *plain, *sealed;
} Out;

static Err put(FILE *to, const void *bytes, size_t n)
{
    if (fwrite(bytes, 1, n, to) == n)
        return ERR_OK;
    return errno == ENOSPC ? E_FULL : E_IO;
}

static Err put_piece(Out *o, Str bytes, bool last)
{
    size_t n = bytes.len + 1 + STREAM_EXTRA;
    unsigned char length[LENGTH] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                                    (unsigned char)(n >> 8), (unsigned char)n};
    o->plain[0] = o->file;
    if (bytes.len)
        memcpy(o->plain + 1, bytes.ptr, bytes.len);
    stream_seal(&o->stream, (Str){(char *)o->plain, bytes.len + 1}, last, o->sealed);
    TRY(put(o->to, length, sizeof length));
    return put(o->to, o->sealed, n);
}

static Err put_part(void *out, Str bytes)
{
    return put_piece(out, bytes, false);
}

static Err put_all(Arena *a, Out *o, const char *dir, const unsigned char to[PAIR_PUBLIC])
{
    unsigned char head[STREAM_HEAD];
    stream_seal_begin(&o->stream, to, head);
    TRY(put(o->to, MAGIC, sizeof MAGIC - 1));
    TRY(put(o->to, head, sizeof head));
    for (o->file = 0; o->file < FILES; o->file++)
        TRY(file_chunks(within(a, dir, o->file), put_part, o));
    TRY(put_piece(o, S(""), true));
    return fflush(o->to) == 0 && fsync(fileno(o->to)) == 0 ? ERR_OK : E_IO;
}

Err sealed_copy_write(Arena *a, const char *dir, const unsigned char to[PAIR_PUBLIC],
                      const char *path)
{
    Out o = {.plain = arena_alloc(a, ROOM), .sealed = arena_alloc(a, ROOM)};
    o.to = fopen(path, "wbxe");
    if (!o.to)
        return errno == EEXIST ? E_DUPLICATE : E_IO;
    Err e = put_all(a, &o, dir, to);
    crypto_wipe(&o.stream, sizeof o.stream);
    fclose(o.to);
    if (e != ERR_OK)
        file_remove(path);
    return e;
}

/* ---- opening ---- */

typedef struct In {
    FILE *from, *to[FILES];
    SealStream stream;
    unsigned char *plain, *sealed;
} In;

static Err get(FILE *from, void *bytes, size_t n)
{
    return fread(bytes, 1, n, from) == n ? ERR_OK : ferror(from) ? E_IO : E_CORRUPT;
}

static Err get_head(In *in, const Key *secret)
{
    char magic[sizeof MAGIC - 1];
    unsigned char head[STREAM_HEAD];
    TRY(get(in->from, magic, sizeof magic));
    TRY(get(in->from, head, sizeof head));
    if (memcmp(magic, MAGIC, sizeof magic) != 0)
        return E_CORRUPT;
    return stream_open_begin(&in->stream, secret, head) ? ERR_OK : E_KEY;
}

static Err get_piece(In *in, bool *ret_last)
{
    unsigned char l[LENGTH];
    TRY(get(in->from, l, sizeof l));
    size_t n = (size_t)l[0] << 24 | (size_t)l[1] << 16 | (size_t)l[2] << 8 | l[3];
    if (n <= STREAM_EXTRA || n > ROOM)
        return E_CORRUPT;
    TRY(get(in->from, in->sealed, n));
    if (!stream_open(&in->stream, (Str){(char *)in->sealed, n}, in->plain, ret_last))
        return E_CORRUPT;
    if (*ret_last)
        return fgetc(in->from) == EOF ? ERR_OK : E_CORRUPT;
    return in->plain[0] < FILES ? put(in->to[in->plain[0]], in->plain + 1, n - 1 - STREAM_EXTRA)
                                : E_CORRUPT;
}

static Err get_all(Arena *a, In *in, const char *dir, const Key *secret)
{
    bool last = false;
    TRY(get_head(in, secret));
    for (size_t i = 0; i < FILES; i++)
        if (!(in->to[i] = fopen(within(a, dir, i), "wbxe")))
            return E_IO;
    while (!last)
        TRY(get_piece(in, &last));
    return ERR_OK;
}

static Err close_all(In *in, Err e)
{
    for (size_t i = 0; i < FILES; i++)
        if (in->to[i] && fclose(in->to[i]) != 0 && e == ERR_OK)
            e = E_IO;
    fclose(in->from);
    return e;
}

Err sealed_copy_read(const char *path, const Key *secret, const char *dir)
{
    In in = {.from = fopen(path, "rbe")};
    if (!in.from)
        return E_NOT_FOUND;
    if (file_exists(dir)) {
        fclose(in.from);
        return E_DUPLICATE;
    }
    Arena *a = arena_new(2 * 1024 * 1024);
    in.plain = arena_alloc(a, ROOM);
    in.sealed = arena_alloc(a, ROOM);
    Err e = file_mkdir(dir);
    if (e == ERR_OK)
        e = get_all(a, &in, dir, secret);
    crypto_wipe(&in.stream, sizeof in.stream);
    e = close_all(&in, e);
    if (e != ERR_OK)
        file_remove_folder(dir);
    arena_free(a);
    return e;
}
