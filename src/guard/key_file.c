#include "guard/key_file.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN_HEAD   "SIGAP-KEK 1 "
#define SEALED_HEAD "SIGAP-KEK 2 "
enum { HEAD = sizeof OPEN_HEAD - 1, SALT = 16, SEALED = SALT + KEY_SIZE + BOX_EXTRA };
enum { LINE_MAX_BYTES = HEAD + 2 * SEALED + 1 };
enum { PATH_MAX_BYTES = 4096 };

/* A line as it stands in the file; wiped by who reads or writes it. */
typedef struct Line {
    char text[LINE_MAX_BYTES + 1];
    size_t n;
} Line;

static void put_hex(Line *line, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        line->text[line->n++] = digits[bytes[i] >> 4];
        line->text[line->n++] = digits[bytes[i] & 15];
    }
}

static void put_head(Line *line, const char *head)
{
    memcpy(line->text, head, HEAD);
    line->n = HEAD;
}

/* ---- the two forms ---- */

static void open_line(const Key *key, Line *ret)
{
    put_head(ret, OPEN_HEAD);
    put_hex(ret, key->bytes, KEY_SIZE);
    ret->text[ret->n++] = '\n';
}

static Err sealed_line(const Key *key, Str passphrase, Line *ret)
{
    unsigned char bytes[SEALED];
    Key seal;
    crypto_random(bytes, SALT);
    TRY(crypto_stretch(passphrase, bytes, &seal));
    box_close(&seal, S(SEALED_HEAD), key->bytes, KEY_SIZE, bytes + SALT);
    crypto_wipe(&seal, sizeof seal);
    put_head(ret, SEALED_HEAD);
    put_hex(ret, bytes, sizeof bytes);
    ret->text[ret->n++] = '\n';
    return ERR_OK;
}

static Err read_sealed(Str hex, Str passphrase, Key *ret)
{
    unsigned char bytes[SEALED];
    Key seal;
    if (!hex_read(hex, bytes, sizeof bytes))
        return E_KEY;
    if (!passphrase.ptr)
        return E_SEALED;
    TRY(crypto_stretch(passphrase, bytes, &seal));
    Str box = {(const char *)bytes + SALT, SEALED - SALT};
    bool ok = box_open(&seal, S(SEALED_HEAD), box, ret->bytes);
    crypto_wipe(&seal, sizeof seal);
    return ok ? ERR_OK : E_KEY;
}

/* Not file_read: key bytes never enter an arena. */
static Err read_line(const char *path, Line *ret)
{
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return E_KEY;
    ret->n = 0;
    while (ret->n < sizeof ret->text &&
           (got = read(fd, ret->text + ret->n, sizeof ret->text - ret->n)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        ret->n += (size_t)got;
    }
    close(fd);
    return got < 0 ? E_KEY : ERR_OK;
}

Err key_file_read(const char *path, Str passphrase, Key *ret)
{
    Line line = {.n = 0};
    Err e = read_line(path, &line);
    Str text = str_trim((Str){line.text, line.n});
    if (e == ERR_OK && str_starts(text, S(SEALED_HEAD)))
        e = read_sealed(str_from(text, HEAD), passphrase, ret);
    else if (e == ERR_OK)
        e = str_starts(text, S(OPEN_HEAD)) && hex_read(str_from(text, HEAD), ret->bytes, KEY_SIZE)
                ? ERR_OK
                : E_KEY;
    crypto_wipe(&line, sizeof line);
    return e;
}

/* ---- writing ---- */

static Err write_new(const char *path, const Line *line)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? E_DUPLICATE : E_IO;
    Err e = file_write_fd(fd, (Str){line->text, line->n});
    if (e == ERR_OK && fsync(fd) != 0)
        e = E_IO;
    close(fd);
    return e;
}

Err key_file_create(const char *path)
{
    Line line = {.n = 0};
    Key key;
    crypto_random(key.bytes, sizeof key.bytes);
    open_line(&key, &line);
    Err e = write_new(path, &line);
    crypto_wipe(&key, sizeof key);
    crypto_wipe(&line, sizeof line);
    return e;
}

Err key_file_write(const char *path, Str passphrase, const Key *key)
{
    Line line = {.n = 0};
    char fresh[PATH_MAX_BYTES];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return E_IO;
    Err e = ERR_OK;
    if (passphrase.ptr)
        e = sealed_line(key, passphrase, &line);
    else
        open_line(key, &line);
    unlink(fresh); /* left behind by a power cut: the old file still stands */
    if (e == ERR_OK)
        e = write_new(fresh, &line);
    crypto_wipe(&line, sizeof line);
    TRY(e);
    return file_rename(fresh, path);
}

/* ---- those that went ---- */

Err key_file_set_aside(Arena *a, const char *dir, int64_t number)
{
    const char *from = z_printf(a, "%s/" KEY_FILE, dir);
    Str to = str_printf(a, "%s/" KEY_OLD "-%lld", dir, (long long)number), first = to;
    if (!file_exists(from))
        return ERR_OK;
    for (int again = 2; file_exists(to.ptr); again++)
        to = str_printf(a, "%.*s.%d", STR_ARG(first), again);
    return file_rename(from, to.ptr);
}

Err key_file_old(Arena *a, const char *dir, StrList *ret)
{
    StrList names;
    *ret = (StrList){0};
    TRY(file_list(a, dir, S(""), &names));
    for (size_t i = 0; i < names.n; i++)
        if (str_starts(names.items[i], S(KEY_OLD)))
            *ARENA_PUSH(a, *ret) = names.items[i];
    return ERR_OK;
}

int64_t key_file_number(Str name)
{
    int64_t number;
    Str rest = str_from(name, sizeof KEY_OLD), digits;
    return str_cut(&rest, '.', &digits) && str_i64(digits, &number) ? number : 0;
}

/* ---- shares ---- */

enum { CHECK = 3, SHARE_BYTES = KEY_SIZE + CHECK, SHARE_LETTERS = SHARE_BYTES * 8 / 5 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* Product in GF(256) with the polynomial of AES; no branch on the bits of a key. */
static unsigned char product(unsigned char a, unsigned char b)
{
    unsigned sum = 0, x = a;
    for (int bit = 0; bit < 8; bit++) {
        sum ^= x & (0u - (unsigned)(b >> bit & 1));
        x = x << 1 ^ (0x11bu & (0u - (x >> 7 & 1)));
    }
    return (unsigned char)sum;
}

static unsigned char inverse(unsigned char a)
{
    unsigned char power = a, result = 1;
    for (int i = 0; i < 7; i++) { /* a^254 */
        power = product(power, power);
        result = product(result, power);
    }
    return result;
}

static void check_of(int number, const unsigned char *bytes, unsigned char ret[CHECK])
{
    unsigned char out[16];
    Hash h;
    hash_begin(&h, NULL, sizeof out);
    hash_int(&h, number);
    hash_part(&h, (Str){(const char *)bytes, KEY_SIZE});
    hash_end(&h, out, sizeof out);
    memcpy(ret, out, CHECK);
}

static void share_text(int number, unsigned char bytes[SHARE_BYTES], KeyShare *ret)
{
    size_t at = 0;
    check_of(number, bytes, bytes + KEY_SIZE);
    ret->text[at++] = (char)('0' + number);
    for (size_t i = 0; i < SHARE_LETTERS; i++) {
        unsigned bit = (unsigned)i * 5, byte = bit / 8;
        unsigned two = (unsigned)bytes[byte] << 8 | (byte + 1 < SHARE_BYTES ? bytes[byte + 1] : 0);
        if (i % 4 == 0)
            ret->text[at++] = '-';
        ret->text[at++] = letters[two >> (11 - bit % 8) & 31];
    }
    ret->text[at] = 0;
}

void key_split(const Key *key, KeyShare ret[SHARES])
{
    unsigned char slope[KEY_SIZE], bytes[SHARE_BYTES];
    crypto_random(slope, sizeof slope);
    for (int n = 1; n <= SHARES; n++) {
        for (size_t i = 0; i < KEY_SIZE; i++)
            bytes[i] = key->bytes[i] ^ product((unsigned char)n, slope[i]);
        share_text(n, bytes, &ret[n - 1]);
    }
    crypto_wipe(slope, sizeof slope);
    crypto_wipe(bytes, sizeof bytes);
}

/* Letters are read in either case; what stands between the groups does not matter. */
static Err read_share(Str text, int *ret_number, unsigned char ret[SHARE_BYTES])
{
    size_t n = 0;
    unsigned held = 0, bits = 0;
    text = str_trim(text);
    if (text.len < 1 || text.ptr[0] < '1' || text.ptr[0] > '0' + SHARES)
        return E_INVALID;
    *ret_number = text.ptr[0] - '0';
    for (size_t i = 1; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '-' || c == ' ')
            continue;
        const char *found = memchr(letters, c >= 'a' && c <= 'z' ? c - 32 : c, sizeof letters - 1);
        if (!found || n == SHARE_BYTES)
            return E_INVALID;
        held = held << 5 | (unsigned)(found - letters);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            ret[n++] = (unsigned char)(held >> bits);
        }
    }
    unsigned char check[CHECK];
    if (n != SHARE_BYTES)
        return E_INVALID;
    check_of(*ret_number, ret, check);
    return crypto_equal(check, ret + KEY_SIZE, CHECK) ? ERR_OK : E_INVALID;
}

Err key_join(Str share, Str other, Key *ret)
{
    unsigned char a[SHARE_BYTES], b[SHARE_BYTES];
    int at = 0, bt = 0;
    Err e = read_share(share, &at, a);
    if (e == ERR_OK)
        e = read_share(other, &bt, b);
    if (e == ERR_OK && at == bt)
        e = E_INVALID;
    for (size_t i = 0; e == ERR_OK && i < KEY_SIZE; i++) {
        unsigned char x = (unsigned char)at, y = (unsigned char)bt,
                      over = inverse((unsigned char)(x ^ y));
        ret->bytes[i] =
            (unsigned char)(product(a[i], product(y, over)) ^ product(b[i], product(x, over)));
    }
    crypto_wipe(a, sizeof a);
    crypto_wipe(b, sizeof b);
    return e;
}
