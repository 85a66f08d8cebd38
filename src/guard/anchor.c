#include "guard/anchor.h"

#include "base/clock.h"
#include "base/file.h"
#include "guard/crypto.h"

#include <fcntl.h>
#include <unistd.h>

#define MARK     "SIGAP-SEGEL-1"
#define HANDOVER "SIGAP-ALIH-1"

/* A line in its words. */
typedef struct Anchor {
    Str installation, at, head;
    Str from, to;             /* public keys of a handover; an anchor has none */
    Str said, sign, sign_too; /* what is signed, by whom, and by the new key of a handover */
    int64_t rows;
} Anchor;
typedef ARENA_LIST(Anchor) Anchors;

/* ---- made ---- */

static void seed_of(const Keyring *k, size_t epoch, unsigned char ret[SIGN_SEED])
{
    keyring_mac(k, epoch, "sigapsgl", S("segel"), ret);
}

static Str public_of(const Keyring *k, size_t epoch, Arena *a)
{
    unsigned char seed[SIGN_SEED], key[SIGN_PUBLIC];
    seed_of(k, epoch, seed);
    sign_public(seed, key);
    crypto_wipe(seed, sizeof seed);
    return hex_of(a, key, sizeof key);
}

Str anchor_public_key(const Keyring *k, Arena *a)
{
    return public_of(k, keyring_epochs(k), a);
}

static Str signature_of(const Keyring *k, size_t epoch, Arena *a, Str said)
{
    unsigned char seed[SIGN_SEED], signature[SIGN_SIZE];
    seed_of(k, epoch, seed);
    sign_make(seed, said, signature);
    crypto_wipe(seed, sizeof seed);
    return hex_of(a, signature, sizeof signature);
}

/* Whose chain stood where, and when: the words that both kinds of line begin with. */
static Str stood(Arena *a, const char *mark, Str installation, int64_t rows, int64_t at,
                 const void *mac)
{
    int minute, zone = clock_zone();
    Date d = clock_date_of(at, &minute);
    return str_printf(a, "%s %.*s %lld %.*sT%02d:%02d+%02d:%02d %.*s", mark, STR_ARG(installation),
                      (long long)rows, STR_ARG(date_iso(a, d)), minute / 60, minute % 60, zone / 60,
                      zone % 60, STR_ARG(hex_of(a, mac, AUDIT_MAC)));
}

Err anchor_make(Db *db, const Keyring *k, Arena *a, Str installation, Str *ret_line)
{
    int64_t rows;
    Str mac;
    TRY(audit_head(db, a, &rows, &mac));
    if (rows == 0 || mac.len != AUDIT_MAC)
        return rows ? E_CORRUPT : E_NOT_FOUND;
    Str said = stood(a, MARK, installation, rows, clock_real(), mac.ptr);
    Str sign = signature_of(k, keyring_epochs(k), a, said);
    *ret_line = str_printf(a, "%.*s %.*s", STR_ARG(said), STR_ARG(sign));
    return ERR_OK;
}

Str anchor_handovers(const Keyring *k, Arena *a, Str installation, size_t from)
{
    Buf b = buf_new(a, 1024);
    for (size_t n = from; n <= keyring_epochs(k); n++) {
        const Epoch *found = keyring_epoch(k, n);
        Str said = stood(a, HANDOVER, installation, found->row, found->at, found->mac);
        said = str_printf(a, "%.*s %.*s %.*s", STR_ARG(said), STR_ARG(public_of(k, n - 1, a)),
                          STR_ARG(public_of(k, n, a)));
        buf_printf(&b, "%.*s %.*s %.*s\n", STR_ARG(said), STR_ARG(signature_of(k, n - 1, a, said)),
                   STR_ARG(signature_of(k, n, a, said)));
    }
    return buf_str(&b);
}

/* ---- read ---- */

static bool next_hex(Str *rest, size_t bytes, Str *ret)
{
    unsigned char read[SIGN_SIZE];
    return str_word(rest, ret) && hex_read(*ret, read, bytes);
}

static bool read_anchor(Str line, Anchor *ret)
{
    Str rest = line, mark, rows;
    *ret = (Anchor){0};
    bool shaped = str_word(&rest, &mark) && (str_is(mark, MARK) || str_is(mark, HANDOVER)) &&
                  str_word(&rest, &ret->installation) && str_word(&rest, &rows) &&
                  str_i64(rows, &ret->rows) && ret->rows > 0 && str_word(&rest, &ret->at) &&
                  next_hex(&rest, AUDIT_MAC, &ret->head);
    bool over = shaped && str_is(mark, HANDOVER);
    if (over)
        shaped = next_hex(&rest, SIGN_PUBLIC, &ret->from) && next_hex(&rest, SIGN_PUBLIC, &ret->to);
    shaped = shaped && next_hex(&rest, SIGN_SIZE, &ret->sign) &&
             (!over || next_hex(&rest, SIGN_SIZE, &ret->sign_too)) && str_empty(str_trim(rest));
    if (shaped)
        ret->said = (Str){line.ptr, (size_t)(ret->sign.ptr - line.ptr) - 1};
    return shaped;
}

static bool signed_by(Str key, Str said, Str sign)
{
    unsigned char public_half[SIGN_PUBLIC], signature[SIGN_SIZE];
    return hex_read(key, public_half, sizeof public_half) &&
           hex_read(sign, signature, sizeof signature) && sign_fits(public_half, said, signature);
}

/* False for an anchor, which names no keys. */
static bool both_signed(const Anchor *h)
{
    return signed_by(h->from, h->said, h->sign) && signed_by(h->to, h->said, h->sign_too);
}

static void collect(Arena *a, Str text, Anchors *to)
{
    Str line;
    Anchor h;
    while (str_cut(&text, '\n', &line))
        if (read_anchor(str_trim(line), &h) && both_signed(&h))
            *ARENA_PUSH(a, *to) = h;
}

/* The first handover from a key, or the first to it. */
static const Anchor *handed(const Anchors *all, bool from, Str key)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(from ? all->items[i].from : all->items[i].to, key))
            return &all->items[i];
    return NULL;
}

/* The keys that signed one after the other: the first, and the handovers from there on. */
typedef struct Keys {
    Str first;
    Anchors handed;
} Keys;

/* Backwards from the key that is known to where it began, then on from there. No more steps than
 * there are handovers: who signs for two keys can lead in a circle. */
static void line_up(const AnchorFile *f, Arena *a, Keys *ret)
{
    Anchors all = {0};
    const Anchor *h;
    Str key = f->public_key;
    collect(a, f->handovers, &all);
    collect(a, f->text, &all);
    for (size_t i = 0; i < all.n && (h = handed(&all, false, key)) != NULL; i++)
        key = h->from;
    *ret = (Keys){.first = key};
    while (ret->handed.n < all.n && (h = handed(&all, true, key)) != NULL) {
        *ARENA_PUSH(a, ret->handed) = *h;
        key = h->to;
    }
}

static Str key_at(const Keys *keys, size_t i)
{
    return i ? keys->handed.items[i - 1].to : keys->first;
}

static AnchorFault judge_handover(const Keys *keys, const Anchor *now)
{
    const Anchor *known = handed(&keys->handed, true, now->from);
    if (!known || !both_signed(now))
        return ANCHOR_FORGED;
    return str_eq(known->to, now->to) ? ANCHOR_FITS : ANCHOR_TWICE;
}

/* A key signs from the row at which it was taken over to the one at which it was handed over: only
 * what fits neither is held against all keys, to tell why. */
static AnchorFault judge_signature(const Keys *keys, const Anchor *now)
{
    const Anchor *over = keys->handed.items;
    size_t n = keys->handed.n;
    for (size_t i = 0; i <= n; i++)
        if ((!i || now->rows >= over[i - 1].rows) && (i == n || now->rows <= over[i].rows) &&
            signed_by(key_at(keys, i), now->said, now->sign))
            return ANCHOR_FITS;
    for (size_t i = 0; i <= n; i++)
        if (signed_by(key_at(keys, i), now->said, now->sign))
            return i < n && now->rows > over[i].rows ? ANCHOR_OLD_KEY : ANCHOR_SHORTER;
    return ANCHOR_FORGED;
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

/* One line by its signature, an anchor also by the one before it; a handover may stand anywhere. */
static AnchorFault judge(const Keys *keys, const Anchor *now, Anchor *before)
{
    if (now->to.ptr)
        return judge_handover(keys, now);
    AnchorFault fault = judge_signature(keys, now);
    if (fault == ANCHOR_FITS)
        fault = compare(before, now);
    *before = *now;
    return fault;
}

Err anchor_check(const AnchorFile *f, Arena *a, AnchorCheck *ret)
{
    Str rest = f->text, line, mac;
    Anchor before = {0}, now;
    Keys keys;
    line_up(f, a, &keys);
    *ret = (AnchorCheck){.key = key_at(&keys, keys.handed.n)};
    if (f->db)
        TRY(audit_head(f->db, a, &ret->count, &mac));
    while (ret->fault == ANCHOR_FITS && str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (str_empty(line))
            continue;
        ret->lines++;
        ret->fault = read_anchor(line, &now) ? judge(&keys, &now, &before) : ANCHOR_NO_ANCHOR;
        if (ret->fault == ANCHOR_FITS)
            TRY(compare_chain(f, a, &now, &ret->fault));
        ret->handovers += now.to.ptr != NULL;
        if (ret->fault == ANCHOR_FITS && now.rows < ret->rows)
            continue; /* a handover behind later anchors: they are what the file reaches to */
        ret->rows = now.rows;
        ret->at = now.at;
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
