#include "guard/keys.h"

#include "clock.h"
#include "guard/key_file.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(Dek) == sizeof(Key), "a DEK is a key");

/* Sub-keys of the KEK. Numbers are part of the stored format: never renumber. */
enum {
    SUBKEY_WRAP = 1,
    SUBKEY_INDEX = 2,
    SUBKEY_CHECK = 3,
    SUBKEY_MAC = 4,
    SUBKEY_OWN = 5,
    SUBKEY_ROOT = 6
};

enum { FORMAT = 1, FIRST_VERSION = 1, INSTALLATION_MAX = 64 };
enum { HEADER_SIZE = 4, WRAP_HEADER = 3, WRAPPED_SIZE = WRAP_HEADER + BOX_EXTRA + KEY_SIZE };

/* What outlasts a KEK. ROOT is the first one: the audit chain stays as far as it was written under
 * it. SECRET closes what is read again and no data key protects, and makes the row hashes, another
 * after each exchange; BEFORE closed it until then, ROWS made the hashes. An older program made
 * them by the root for ever, and its box has no ROWS. */
enum { ROWS, ROOT, SECRET, BEFORE, ROOTS };

/* An epoch as it lies in the box. */
typedef struct BoxedEpoch {
    Epoch found;
    Key key;
} BoxedEpoch;

enum { EPOCHS_MAX = 4096 };

struct Keyring {
    Key kek, wrap, index;
    unsigned version;
    size_t installation_len, epochs;
    char installation[INSTALLATION_MAX];
    Key roots[ROOTS]; /* from here on it lies in a box in the key store */
    BoxedEpoch epoch[];
};

enum {
    BOXED = offsetof(Keyring, roots),
    BOXED_ROOTS = ROOTS * KEY_SIZE,
    BOX_WITHOUT_ROWS = BOXED_ROOTS - KEY_SIZE + BOX_EXTRA
};
_Static_assert(offsetof(Keyring, epoch) == BOXED + BOXED_ROOTS && sizeof(BoxedEpoch) == 80 &&
                   __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "roots and epochs are one run of bytes, part of the stored format");

DataClass class_of(Str word)
{
    for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        if (str_is(word, class_word((DataClass)c)))
            return (DataClass)c;
    return CLASS_NONE;
}

const char *class_word(DataClass c)
{
    static const char *const words[CLASS_COUNT] = {
        [CLASS_NONE] = "",
#define X(name, word) [CLASS_##name] = word,
#include "guard/class.def"
#undef X
    };
    return c > CLASS_NONE && c < CLASS_COUNT ? words[c] : "";
}

/* ---- opening ---- */

static Str installation_of(const Keyring *k)
{
    return (Str){k->installation, k->installation_len};
}

/* What the seal of the roots is bound to. */
static Str root_ad(const Keyring *k, unsigned char bytes[32])
{
    Hash h;
    hash_begin(&h, NULL, 32);
    hash_part(&h, installation_of(k));
    hash_int(&h, k->version);
    hash_end(&h, bytes, 32);
    return (Str){(const char *)bytes, 32};
}

static size_t box_size(size_t epochs)
{
    return BOXED_ROOTS + epochs * sizeof(BoxedEpoch) + BOX_EXTRA;
}

static Keyring *with_room(size_t epochs)
{
    Keyring *k = crypto_locked(sizeof *k + epochs * sizeof *k->epoch);
    k->epochs = epochs;
    return k;
}

/* The same for what a box holds, if it is one. */
static Keyring *room_for(Str box)
{
    size_t more = box.len > BOX_WITHOUT_ROWS ? box.len - BOX_WITHOUT_ROWS : 0,
           n = more / sizeof(BoxedEpoch);
    return with_room(n < EPOCHS_MAX ? n : EPOCHS_MAX);
}

static Err open_root(Keyring *k, Str box)
{
    Key seal;
    unsigned char ad[32];
    bool whole = box.len == box_size(k->epochs),
         all = whole || box.len + KEY_SIZE == box_size(k->epochs), ok = true;
    k->roots[ROOT] = k->kek;
    if (box.ptr) {
        if (!all && box.len != KEY_SIZE + BOX_EXTRA)
            return E_KEY;
        crypto_derive(&k->kek, SUBKEY_ROOT, "sigaprot", &seal);
        ok = box_open(&seal, root_ad(k, ad), box, k->roots[whole ? ROWS : ROOT].bytes);
        crypto_wipe(&seal, sizeof seal);
    }
    if (!all) /* never exchanged, or when the first key closed everything */
        k->roots[SECRET] = k->roots[BEFORE] = k->roots[ROOT];
    if (!whole)
        k->roots[ROWS] = k->roots[ROOT];
    return ok ? ERR_OK : E_KEY;
}

/* Fills what follows from the KEK and takes the right to write. */
static Err settle(Keyring *k, Str installation, RootSeal root)
{
    if (installation.len)
        memcpy(k->installation, installation.ptr, installation.len);
    k->installation_len = installation.len;
    k->version = root.box.ptr ? root.version : FIRST_VERSION;
    TRY(open_root(k, root.box));
    crypto_derive(&k->kek, SUBKEY_WRAP, "sigapwrp", &k->wrap);
    crypto_derive(&k->roots[SECRET], SUBKEY_INDEX, "sigapidx", &k->index);
    crypto_read_only(k, true);
    return ERR_OK;
}

/* A keyring whose KEK was read, or what kept from reading it. */
static Err finish(Keyring *k, Err e, Str installation, RootSeal root, Keyring **ret)
{
    if (e == ERR_OK)
        e = installation.len > INSTALLATION_MAX ? E_KEY : settle(k, installation, root);
    if (e != ERR_OK) {
        crypto_unlocked(k);
        return e;
    }
    *ret = k;
    return ERR_OK;
}

Err keyring_open_under(const char *key_file, Str passphrase, Str installation, RootSeal root,
                       Keyring **ret)
{
    Keyring *k = room_for(root.box);
    return finish(k, key_file_read(key_file, passphrase, &k->kek), installation, root, ret);
}

Err keyring_open(const char *key_file, Str passphrase, Str installation, Keyring **ret)
{
    return keyring_open_under(key_file, passphrase, installation, (RootSeal){0}, ret);
}

Err keyring_join(Str share, Str other, Str installation, RootSeal root, Keyring **ret)
{
    Keyring *k = room_for(root.box);
    return finish(k, key_join(share, other, &k->kek), installation, root, ret);
}

Err keyring_write(const Keyring *k, const char *key_file, Str passphrase)
{
    return key_file_write(key_file, passphrase, &k->kek);
}

void keyring_split(const Keyring *k, KeyShare ret[SHARES])
{
    key_split(&k->kek, ret);
}

void keyring_free(Keyring *k)
{
    crypto_unlocked(k);
}

unsigned keyring_version(const Keyring *k)
{
    return k->version;
}

Str keyring_check(const Keyring *k, Arena *a)
{
    Key check;
    unsigned char out[16];
    Hash h;
    crypto_derive(&k->roots[ROOT], SUBKEY_CHECK, "sigapchk", &check);
    hash_begin(&h, &check, sizeof out);
    hash_part(&h, installation_of(k));
    hash_end(&h, out, sizeof out);
    crypto_wipe(&check, sizeof check);
    return hex_of(a, out, sizeof out);
}

/* ---- keys of subjects ---- */

static void put_u16(unsigned char *at, unsigned n)
{
    at[0] = (unsigned char)(n >> 8);
    at[1] = (unsigned char)n;
}

static unsigned get_u16(const char *at)
{
    return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

typedef struct Ad {
    unsigned char bytes[32];
} Ad;

static Str ad_str(const Ad *ad)
{
    return (Str){(const char *)ad->bytes, sizeof ad->bytes};
}

/* Associated data is hashed to a fixed size, so that sealing a field takes nothing from the arena
 * for it. The header (versions, class) is part of it. */
static Ad ad_of(const Keyring *k, const unsigned char *header, size_t header_len, const Str *parts,
                size_t n)
{
    Ad ad;
    Hash h;
    hash_begin(&h, NULL, sizeof ad.bytes);
    hash_part(&h, (Str){(const char *)header, header_len});
    hash_part(&h, installation_of(k));
    for (size_t i = 0; i < n; i++)
        hash_part(&h, parts[i]);
    hash_end(&h, ad.bytes, sizeof ad.bytes);
    return ad;
}

Str keyring_wrap(const Keyring *k, Arena *a, Str subject_uid, const Dek *dek)
{
    unsigned char *out = arena_alloc(a, WRAPPED_SIZE);
    out[0] = FORMAT;
    put_u16(out + 1, k->version);
    Ad ad = ad_of(k, out, WRAP_HEADER, &subject_uid, 1);
    box_close(&k->wrap, ad_str(&ad), dek->bytes, KEY_SIZE, out + WRAP_HEADER);
    return (Str){(const char *)out, WRAPPED_SIZE};
}

void keyring_new_dek(const Keyring *k, Arena *a, Str subject_uid, Dek *ret_dek, Str *ret_wrapped)
{
    crypto_random(ret_dek->bytes, sizeof ret_dek->bytes);
    *ret_wrapped = keyring_wrap(k, a, subject_uid, ret_dek);
}

Err keyring_unwrap(const Keyring *k, Str subject_uid, Str wrapped, Dek *ret)
{
    Dek dek;
    if (wrapped.len != WRAPPED_SIZE || wrapped.ptr[0] != FORMAT)
        return E_KEY;
    Ad ad = ad_of(k, (const unsigned char *)wrapped.ptr, WRAP_HEADER, &subject_uid, 1);
    bool ok = box_open(&k->wrap, ad_str(&ad), str_from(wrapped, WRAP_HEADER), dek.bytes);
    if (ok)
        *ret = dek;
    dek_wipe(&dek);
    return ok ? ERR_OK : E_KEY;
}

void dek_wipe(Dek *d)
{
    crypto_wipe(d, sizeof *d);
}

Err keys_schema(Db *keys)
{
    return db_exec(keys, "CREATE TABLE IF NOT EXISTS kunci(subject " DB_TEXT " PRIMARY KEY,"
                         "wrapped " DB_BLOB " NOT NULL, kek_ver " DB_INTEGER " NOT NULL,"
                         "at " DB_INTEGER " NOT NULL);");
}

Err keys_put(Db *keys, Str subject_uid, Str wrapped)
{
    if (wrapped.len != WRAPPED_SIZE)
        return E_KEY;
    return db_run(keys, "INSERT INTO kunci(subject,wrapped,kek_ver,at) VALUES(:s,:w,:v,:at)",
                  BIND(":s", subject_uid), BIND_BLOB(":w", wrapped),
                  BIND(":v", get_u16(wrapped.ptr + 1)), BIND(":at", clock_now()));
}

Err keys_destroy(Db *keys, Str subject_uid)
{
    return db_run(keys, "DELETE FROM kunci WHERE subject IN (:s,'" KEY_OF_REASONS "'||:s)",
                  BIND(":s", subject_uid));
}

Err keys_destroy_others(Db *keys, Str prefix, Str subject)
{
    return db_run(keys,
                  "DELETE FROM kunci WHERE substr(subject,1,length(:prefix))=:prefix"
                  " AND subject<>:s",
                  BIND(":prefix", prefix), BIND(":s", subject));
}

/* The wrapped form is ciphertext and may pass through an arena. */
Err keys_wrapped(Db *keys, Arena *a, Str subject_uid, Str *ret)
{
    Stmt *st;
    TRY(db_first(keys, "SELECT wrapped FROM kunci WHERE subject=:s", &st, BIND(":s", subject_uid)));
    if (!st)
        return E_NOT_FOUND;
    *ret = row_blob(a, st, 0);
    stmt_done(st);
    return ERR_OK;
}

Err keyring_dek(const Keyring *k, Db *keys, Str subject_uid, Dek *ret)
{
    Str wrapped;
    Arena *a = arena_new(1024);
    Err e = keys_wrapped(keys, a, subject_uid, &wrapped);
    if (e == ERR_OK)
        e = keyring_unwrap(k, subject_uid, wrapped, ret);
    arena_free(a);
    return e;
}

Err keys_check(const Keyring *k, Db *keys, Arena *a, int64_t *ret_n, StrList *ret_bad)
{
    Stmt *st;
    Err e;
    Dek dek = {0};
    *ret_n = 0;
    TRY(db_stmt(keys, "SELECT subject,wrapped FROM kunci ORDER BY subject", &st));
    while (stmt_next(st, &e)) {
        Arena *one = arena_new(4096);
        Str subject = row_text(one, st, 0);
        if (keyring_unwrap(k, subject, row_blob(one, st, 1), &dek) != ERR_OK)
            *ARENA_PUSH(a, *ret_bad) = str_copy(a, subject);
        dek_wipe(&dek);
        arena_free(one);
        ++*ret_n;
    }
    return e;
}

/* ---- another DEK ---- */

static Err take_over(const Keyring *k, Db *keys, Arena *a, Str subject)
{
    Dek dek;
    Str comes = str_printf(a, KEY_COMES "%.*s", STR_ARG(subject));
    Err e = keyring_dek(k, keys, comes, &dek);
    if (e == E_NOT_FOUND)
        return ERR_OK;
    TRY(e);
    Str wrapped = keyring_wrap(k, a, subject, &dek);
    dek_wipe(&dek);
    TRY(db_run(keys, "UPDATE kunci SET wrapped=:w, kek_ver=:v, at=:at WHERE subject=:s",
               BIND_BLOB(":w", wrapped), BIND(":v", k->version), BIND(":at", clock_now()),
               BIND(":s", subject)));
    return keys_destroy(keys, comes);
}

Err keys_take_over(const Keyring *k, Db *keys, Arena *a, Str subject_uid)
{
    TRY(db_begin(keys));
    return db_end(keys, take_over(k, keys, a, subject_uid));
}

/* ---- another KEK ---- */

/* The roots under the KEK, as the key store has them. */
static RootSeal close_roots(const Keyring *k, Arena *a)
{
    Key seal;
    size_t size = box_size(k->epochs);
    unsigned char ad[32], *box = arena_alloc(a, size);
    crypto_derive(&k->kek, SUBKEY_ROOT, "sigaprot", &seal);
    box_close(&seal, root_ad(k, ad), (const unsigned char *)k + BOXED, size - BOX_EXTRA, box);
    crypto_wipe(&seal, sizeof seal);
    return (RootSeal){k->version, {(const char *)box, size}};
}

Err keyring_next(const Keyring *k, Arena *a, Epoch found, RootSeal *ret_root, Keyring **ret)
{
    if (k->epochs == EPOCHS_MAX)
        return E_KEY;
    Keyring *next = with_room(k->epochs + 1);
    BoxedEpoch *fresh = &next->epoch[k->epochs];
    memcpy(next->epoch, k->epoch, k->epochs * sizeof *k->epoch);
    fresh->found = found;
    crypto_random(fresh->key.bytes, KEY_SIZE);
    crypto_random(next->kek.bytes, sizeof next->kek.bytes);
    crypto_random(next->roots[SECRET].bytes, KEY_SIZE);
    next->roots[ROOT] = k->roots[ROOT];
    next->roots[BEFORE] = k->roots[SECRET];
    next->roots[ROWS] = k->roots[ROWS];
    memcpy(next->installation, k->installation, k->installation_len);
    next->installation_len = k->installation_len;
    next->version = k->version + 1;
    *ret_root = close_roots(next, a);
    return finish(next, ERR_OK, installation_of(k), *ret_root, ret);
}

static Err rewrap_one(const Keyring *from, const Keyring *to, Db *keys, Arena *a, Str subject,
                      Str wrapped)
{
    Dek dek;
    TRY(keyring_unwrap(from, subject, wrapped, &dek));
    Str fresh = keyring_wrap(to, a, subject, &dek);
    dek_wipe(&dek);
    return db_run(keys, "UPDATE kunci SET wrapped=:w, kek_ver=:v WHERE subject=:s",
                  BIND_BLOB(":w", fresh), BIND(":v", to->version), BIND(":s", subject));
}

/* Some hundred keys behind `last`; *ret_n 0 when there are no more. */
static Err rewrap_some(const Keyring *from, const Keyring *to, Db *keys, Arena *a, Str *last,
                       size_t *ret_n)
{
    enum { SOME = 500 };
    Stmt *st;
    StrList subjects = {0}, wrapped = {0};
    Err e = ERR_OK;
    TRY(db_stmt(keys, "SELECT subject,wrapped FROM kunci WHERE subject>:last ORDER BY subject", &st,
                BIND(":last", *last)));
    while (subjects.n < SOME && stmt_next(st, &e)) {
        *ARENA_PUSH(a, subjects) = row_text(a, st, 0);
        *ARENA_PUSH(a, wrapped) = row_blob(a, st, 1);
    }
    stmt_done(st);
    TRY(e);
    for (size_t i = 0; i < subjects.n; i++)
        TRY(rewrap_one(from, to, keys, a, subjects.items[i], wrapped.items[i]));
    if (subjects.n)
        *last = subjects.items[subjects.n - 1];
    *ret_n = subjects.n;
    return ERR_OK;
}

static Err put_root(Db *keys, RootSeal root)
{
    TRY(db_exec(keys, "CREATE TABLE IF NOT EXISTS kek(version " DB_INTEGER " PRIMARY KEY,"
                      "root " DB_BLOB " NOT NULL);"
                      "DELETE FROM kek;"));
    return db_run(keys, "INSERT INTO kek(version,root) VALUES(:v,:r)", BIND(":v", root.version),
                  BIND_BLOB(":r", root.box));
}

bool keyring_has_before(const Keyring *k)
{
    return !crypto_equal(&k->roots[BEFORE], &k->roots[SECRET], KEY_SIZE) ||
           !crypto_equal(&k->roots[ROWS], &k->roots[SECRET], KEY_SIZE);
}

Err keys_forget_before(Keyring *k, Db *keys, Arena *a)
{
    crypto_read_only(k, false);
    k->roots[BEFORE] = k->roots[ROWS] = k->roots[SECRET];
    crypto_read_only(k, true);
    RootSeal root = close_roots(k, a);
    TRY(db_begin(keys));
    TRY(db_end(keys, put_root(keys, root)));
    return db_truncate_log(keys);
}

Err keys_rewrap(const Keyring *from, const Keyring *to, RootSeal root, Db *keys, int64_t *ret_n)
{
    Arena *a = arena_new(1024 * 1024 * 1024);
    Str last = S("");
    *ret_n = 0;
    Err e = put_root(keys, root);
    for (size_t n = 1; e == ERR_OK && n > 0; *ret_n += (int64_t)n)
        e = rewrap_some(from, to, keys, a, &last, &n);
    arena_free(a);
    return e;
}

size_t keyring_epochs(const Keyring *k)
{
    return k->epochs;
}

const Epoch *keyring_epoch(const Keyring *k, size_t n)
{
    return &k->epoch[n - 1].found;
}

/* ---- sealed values ---- */

/* header | nonce | ciphertext | tag; the padded plaintext is encrypted where it stands. */
static Str close_padded(const Key *key, const unsigned char header[HEADER_SIZE], const Ad *ad,
                        Arena *a, Str plain)
{
    size_t padded = pad_size(plain.len), size = HEADER_SIZE + BOX_EXTRA + padded;
    unsigned char *out = arena_alloc(a, size), *text = out + HEADER_SIZE + NONCE_SIZE;
    memcpy(out, header, HEADER_SIZE);
    if (plain.len)
        memcpy(text, plain.ptr, plain.len);
    pad_add(text, plain.len);
    box_close(key, ad_str(ad), text, padded, out + HEADER_SIZE);
    return (Str){(const char *)out, size};
}

static Err open_padded(const Key *key, const Ad *ad, Arena *a, Str blob, Str *ret)
{
    size_t n, padded = blob.len - HEADER_SIZE - BOX_EXTRA;
    unsigned char *text = arena_alloc(a, padded + 1);
    if (!box_open(key, ad_str(ad), str_from(blob, HEADER_SIZE), text) ||
        !pad_remove(text, padded, &n))
        return E_CORRUPT;
    text[n] = '\0';
    *ret = (Str){(const char *)text, n};
    return ERR_OK;
}

static Ad place_ad(const Keyring *k, const unsigned char header[HEADER_SIZE], SealPlace at)
{
    Str parts[] = {at.reg, at.field, at.record_uid, at.subject_uid};
    return ad_of(k, header, HEADER_SIZE, parts, COUNT(parts));
}

static void key_of_dek(const Dek *d, Key *ret)
{
    memcpy(ret->bytes, d->bytes, sizeof ret->bytes);
}

static void class_key(const Dek *d, unsigned c, Key *ret)
{
    Key dek;
    key_of_dek(d, &dek);
    crypto_derive(&dek, c, "sigapcls", ret);
    crypto_wipe(&dek, sizeof dek);
}

Str seal(const Keyring *k, const Dek *d, DataClass c, SealPlace at, Arena *a, Str plain)
{
    Key key;
    unsigned char header[HEADER_SIZE] = {FORMAT, (unsigned char)c};
    if (!plain.ptr || c <= CLASS_NONE || c >= CLASS_COUNT)
        BUG("nothing to seal, or no class");
    put_u16(header + 2, FIRST_VERSION);
    Ad ad = place_ad(k, header, at);
    class_key(d, c, &key);
    Str blob = close_padded(&key, header, &ad, a, plain);
    crypto_wipe(&key, sizeof key);
    return blob;
}

static bool blob_shape(Str blob)
{
    return blob.len >= HEADER_SIZE + BOX_EXTRA + 16 && blob.ptr[0] == FORMAT;
}

Err unseal(const Keyring *k, const Dek *d, SealPlace at, Arena *a, Str blob, Str *ret)
{
    Key key;
    if (!blob_shape(blob))
        return E_CORRUPT;
    const unsigned char *header = (const unsigned char *)blob.ptr;
    Ad ad = place_ad(k, header, at);
    class_key(d, header[1], &key);
    Err e = open_padded(&key, &ad, a, blob, ret);
    crypto_wipe(&key, sizeof key);
    return e;
}

Str seal_under(const Keyring *k, const Dek *d, Str context, Arena *a, Str plain)
{
    Key key;
    unsigned char header[HEADER_SIZE] = {FORMAT};
    if (!plain.ptr)
        BUG("nothing to seal");
    put_u16(header + 2, FIRST_VERSION);
    Ad ad = ad_of(k, header, sizeof header, &context, 1);
    key_of_dek(d, &key);
    Str blob = close_padded(&key, header, &ad, a, plain);
    crypto_wipe(&key, sizeof key);
    return blob;
}

Err unseal_under(const Keyring *k, const Dek *d, Str context, Arena *a, Str blob, Str *ret)
{
    Key key;
    if (!blob_shape(blob))
        return E_CORRUPT;
    Ad ad = ad_of(k, (const unsigned char *)blob.ptr, HEADER_SIZE, &context, 1);
    key_of_dek(d, &key);
    Err e = open_padded(&key, &ad, a, blob, ret);
    crypto_wipe(&key, sizeof key);
    return e;
}

void keyring_own(const Keyring *k, const char purpose[8], bool before, Dek *ret)
{
    Key key;
    crypto_derive(&k->roots[before ? BEFORE : SECRET], SUBKEY_OWN, purpose, &key);
    memcpy(ret->bytes, key.bytes, sizeof key.bytes);
    crypto_wipe(&key, sizeof key);
}

Str seal_own(const Keyring *k, const char purpose[8], Str context, Arena *a, Str plain)
{
    Dek dek;
    keyring_own(k, purpose, false, &dek);
    Str blob = seal_under(k, &dek, context, a, plain);
    dek_wipe(&dek);
    return blob;
}

Err unseal_own(const Keyring *k, const char purpose[8], Str context, Arena *a, Str blob, Str *ret)
{
    Dek dek;
    Err e = E_CORRUPT;
    for (int before = 0; before < 2 && e != ERR_OK; before++) {
        keyring_own(k, purpose, before, &dek);
        e = unseal_under(k, &dek, context, a, blob, ret);
    }
    dek_wipe(&dek);
    return e;
}

/* ---- fingerprints ---- */

Str blind_index(const Keyring *k, Arena *a, Str reg, Str field, Str normalised)
{
    unsigned char out[16];
    Hash h;
    hash_begin(&h, &k->index, sizeof out);
    hash_part(&h, reg);
    hash_part(&h, field);
    hash_part(&h, normalised);
    hash_end(&h, out, sizeof out);
    return hex_of(a, out, sizeof out);
}

static void mac_of(const Key *root, const char purpose[8], Str bytes, unsigned char *ret, size_t n)
{
    Key key;
    Hash h;
    crypto_derive(root, SUBKEY_MAC, purpose, &key);
    hash_begin(&h, &key, n);
    hash_part(&h, bytes);
    hash_end(&h, ret, n);
    crypto_wipe(&key, sizeof key);
}

void keyring_mac(const Keyring *k, size_t epoch, const char purpose[8], Str bytes,
                 unsigned char ret[32])
{
    mac_of(epoch ? &k->epoch[epoch - 1].key : &k->roots[ROOT], purpose, bytes, ret, KEY_SIZE);
}

void keyring_secret(const Keyring *k, const char purpose[8], Str bytes, bool before,
                    unsigned char ret[32])
{
    mac_of(&k->roots[before ? BEFORE : SECRET], purpose, bytes, ret, KEY_SIZE);
}

static Str hash_by(const Key *root, Arena *a, const char purpose[8], Str bytes)
{
    unsigned char out[16];
    mac_of(root, purpose, bytes, out, sizeof out);
    return hex_of(a, out, sizeof out);
}

Str keyed_hash(const Keyring *k, Arena *a, const char purpose[8], Str bytes)
{
    return hash_by(&k->roots[ROOT], a, purpose, bytes);
}

Str keyring_row_hash(const Keyring *k, Arena *a, bool before, Str bytes)
{
    return hash_by(&k->roots[before ? ROWS : SECRET], a, "rowhash ", bytes);
}

Str plain_hash(Arena *a, Str bytes)
{
    unsigned char out[16];
    Hash h;
    hash_begin(&h, NULL, sizeof out);
    hash_part(&h, bytes);
    hash_end(&h, out, sizeof out);
    return hex_of(a, out, sizeof out);
}
