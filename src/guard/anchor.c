#include "guard/anchor.h"

#include "base/clock.h"
#include "base/file.h"
#include "guard/crypto.h"

#include <fcntl.h>
#include <unistd.h>

#define MARK "SIGAP-SEGEL-1"

typedef struct Anchor {
    Str installation, at, head;
    int64_t rows;
} Anchor;

static void seed_of(const Keyring *k, unsigned char ret[SIGN_SEED])
{
    keyring_mac(k, "sigapsgl", S("segel"), ret);
}

Str anchor_public_key(const Keyring *k, Arena *a)
{
    unsigned char seed[SIGN_SEED], key[SIGN_PUBLIC];
    seed_of(k, seed);
    sign_public(seed, key);
    crypto_wipe(seed, sizeof seed);
    return hex_of(a, key, sizeof key);
}

static Str moment(Arena *a)
{
    int minute, zone = clock_zone();
    Date d = clock_date_of(clock_real(), &minute);
    return str_printf(a, "%.*sT%02d:%02d+%02d:%02d", STR_ARG(date_iso(a, d)), minute / 60,
                      minute % 60, zone / 60, zone % 60);
}

Err anchor_make(Db *db, const Keyring *k, Arena *a, Str installation, Str *ret_line)
{
    unsigned char seed[SIGN_SEED], signature[SIGN_SIZE];
    int64_t rows;
    Str mac;
    TRY(audit_head(db, a, &rows, &mac));
    if (rows == 0)
        return E_NOT_FOUND;
    Str head = hex_of(a, (const unsigned char *)mac.ptr, mac.len);
    Str said = str_printf(a, MARK " %.*s %lld %.*s %.*s", STR_ARG(installation), (long long)rows,
                          STR_ARG(moment(a)), STR_ARG(head));
    seed_of(k, seed);
    sign_make(seed, said, signature);
    crypto_wipe(seed, sizeof seed);
    *ret_line =
        str_printf(a, "%.*s %.*s", STR_ARG(said), STR_ARG(hex_of(a, signature, sizeof signature)));
    return ERR_OK;
}

static AnchorFault read_anchor(Str line, const unsigned char *key, Anchor *ret)
{
    unsigned char signature[SIGN_SIZE], head[AUDIT_MAC];
    Str rest = line, mark, rows, sign;
    bool shaped = str_word(&rest, &mark) && str_is(mark, MARK) &&
                  str_word(&rest, &ret->installation) && str_word(&rest, &rows) &&
                  str_i64(rows, &ret->rows) && ret->rows > 0 && str_word(&rest, &ret->at) &&
                  str_word(&rest, &ret->head) && hex_read(ret->head, head, sizeof head) &&
                  str_word(&rest, &sign) && hex_read(sign, signature, sizeof signature) &&
                  str_empty(str_trim(rest));
    if (!shaped)
        return ANCHOR_NO_ANCHOR;
    Str said = {line.ptr, (size_t)(sign.ptr - line.ptr) - 1};
    return key && sign_fits(key, said, signature) ? ANCHOR_FITS : ANCHOR_FORGED;
}

static AnchorFault compare(const Anchor *before, const Anchor *now)
{
    if (!before->rows)
        return ANCHOR_FITS;
    if (!str_eq(before->installation, now->installation))
        return ANCHOR_OTHER;
    if (str_cmp(now->at, before->at) < 0)
        return ANCHOR_ORDER;
    bool same = now->rows == before->rows && str_eq(now->head, before->head);
    return now->rows > before->rows || same ? ANCHOR_FITS : ANCHOR_SHORTER;
}

static Err compare_chain(const AnchorFile *f, Arena *a, const Anchor *now, AnchorFault *ret)
{
    Str mac;
    if (!f->db)
        return ERR_OK;
    if (!str_eq(now->installation, f->installation)) {
        *ret = ANCHOR_OTHER;
        return ERR_OK;
    }
    Err e = audit_mac_at(f->db, a, now->rows, &mac);
    if (e == E_NOT_FOUND) {
        *ret = ANCHOR_CUT;
        return ERR_OK;
    }
    TRY(e);
    if (!str_eq(hex_of(a, (const unsigned char *)mac.ptr, mac.len), now->head))
        *ret = ANCHOR_REWRITTEN;
    return ERR_OK;
}

Err anchor_check(const AnchorFile *f, Arena *a, AnchorCheck *ret)
{
    unsigned char key[SIGN_PUBLIC];
    bool keyed = hex_read(f->public_key, key, sizeof key);
    Str rest = f->text, line, mac;
    Anchor before = {0};
    *ret = (AnchorCheck){0};
    if (f->db)
        TRY(audit_head(f->db, a, &ret->count, &mac));
    while (ret->fault == ANCHOR_FITS && str_cut(&rest, '\n', &line)) {
        Anchor now = {0};
        line = str_trim(line);
        if (str_empty(line))
            continue;
        ret->lines++;
        ret->fault = read_anchor(line, keyed ? key : NULL, &now);
        if (ret->fault == ANCHOR_FITS)
            ret->fault = compare(&before, &now);
        if (ret->fault == ANCHOR_FITS)
            TRY(compare_chain(f, a, &now, &ret->fault));
        ret->rows = now.rows;
        ret->at = now.at;
        before = now;
    }
    return ERR_OK;
}

/* Goes behind the last whole line: what a power cut left of one is not an anchor. */
static Err seek_line_end(int fd)
{
    char tail[1024];
    off_t end = lseek(fd, 0, SEEK_END);
    off_t from = end > (off_t)sizeof tail ? end - (off_t)sizeof tail : 0;
    ssize_t n = pread(fd, tail, sizeof tail, from);
    if (end < 0 || n < 0)
        return E_IO;
    while (n > 0 && tail[n - 1] != '\n')
        n--;
    return ftruncate(fd, from + n) == 0 && lseek(fd, from + n, SEEK_SET) >= 0 ? ERR_OK : E_IO;
}

Err anchor_keep(const char *path, Str line)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return E_IO;
    Err e = seek_line_end(fd);
    if (e == ERR_OK)
        e = file_write_fd(fd, line);
    if (e == ERR_OK)
        e = file_write_fd(fd, S("\n"));
    if (e == ERR_OK && fsync(fd) != 0)
        e = E_IO;
    if (close(fd) != 0 && e == ERR_OK)
        e = E_IO;
    return e;
}
