#include "guard/crypto.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(Hash) >= sizeof(crypto_generichash_state), "BLAKE2b state does not fit");
_Static_assert(KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(KEY_SIZE == crypto_kdf_KEYBYTES, "key size");
_Static_assert(NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");
_Static_assert(TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag size");

/* The library would end the process without a word. */
static void misused(void)
{
    BUG("libsodium gets no chance from the system");
}

static void start(void)
{
    if (sodium_set_misuse_handler(misused) != 0 || sodium_init() < 0)
        BUG("libsodium does not start");
}

static void ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
}

void crypto_random(void *out, size_t n)
{
    ready();
    randombytes_buf(out, n);
}

void crypto_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

void *crypto_locked(size_t n)
{
    ready();
    void *p = sodium_malloc(n);
    if (!p)
        BUG("no locked memory");
    memset(p, 0, n);
    return p;
}

void crypto_unlocked(void *p)
{
    sodium_free(p);
}

void crypto_read_only(void *p, bool only)
{
    if ((only ? sodium_mprotect_readonly(p) : sodium_mprotect_readwrite(p)) != 0)
        BUG("locked memory cannot be protected");
}

void crypto_derive(const Key *from, uint64_t id, const char ctx[8], Key *ret)
{
    if (crypto_kdf_derive_from_key(ret->bytes, KEY_SIZE, id, ctx, from->bytes) != 0)
        BUG("key derivation");
}

Err crypto_stretch(Str passphrase, const unsigned char salt[16], Key *ret)
{
    enum { PASSES = 3 };
    const size_t memory = (size_t)256 << 20;
    ready();
    int failed = crypto_pwhash(ret->bytes, KEY_SIZE, passphrase.ptr ? passphrase.ptr : "",
                               passphrase.len, salt, PASSES, memory, crypto_pwhash_ALG_ARGON2ID13);
    return failed ? E_BUSY : ERR_OK;
}

void hash_begin(Hash *h, const Key *key, size_t size)
{
    if (crypto_generichash_init((void *)h->state, key ? key->bytes : NULL, key ? KEY_SIZE : 0,
                                size) != 0)
        BUG("hash");
}

static void hash_bytes(Hash *h, const void *p, size_t n)
{
    if (crypto_generichash_update((void *)h->state, p, n) != 0)
        BUG("hash");
}

/* Length as eight bytes, little end first; all ones stands for "absent". */
static void hash_length(Hash *h, uint64_t n)
{
    unsigned char b[8];
    for (size_t i = 0; i < sizeof b; i++)
        b[i] = (unsigned char)(n >> (8 * i));
    hash_bytes(h, b, sizeof b);
}

void hash_part(Hash *h, Str part)
{
    hash_length(h, part.ptr ? (uint64_t)part.len : UINT64_MAX);
    if (part.len)
        hash_bytes(h, part.ptr, part.len);
}

void hash_raw(Hash *h, Str bytes)
{
    if (bytes.len)
        hash_bytes(h, bytes.ptr, bytes.len);
}

void hash_int(Hash *h, int64_t n)
{
    hash_length(h, 8);
    hash_length(h, (uint64_t)n);
}

void hash_end(Hash *h, unsigned char *ret, size_t size)
{
    if (crypto_generichash_final((void *)h->state, ret, size) != 0)
        BUG("hash");
    crypto_wipe(h, sizeof *h);
}

static const unsigned char *bytes_of(Str s)
{
    return (const unsigned char *)s.ptr;
}

void box_close(const Key *k, Str ad, const unsigned char *plain, size_t n, unsigned char *ret)
{
    crypto_random(ret, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE_SIZE, NULL, plain, n, bytes_of(ad),
                                               ad.len, NULL, ret, k->bytes);
}

bool box_open(const Key *k, Str ad, Str box, unsigned char *ret)
{
    if (box.len < BOX_EXTRA)
        return false;
    const unsigned char *nonce = bytes_of(box);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, nonce + NONCE_SIZE,
                                                      box.len - NONCE_SIZE, bytes_of(ad), ad.len,
                                                      nonce, k->bytes) == 0;
}

size_t pad_size(size_t n)
{
    if (n < 16)
        return 16;
    if (n < 64)
        return 64;
    if (n < 256)
        return 256;
    return (n / 1024 + 1) * 1024;
}

void pad_add(unsigned char *buf, size_t n)
{
    size_t padded, to = pad_size(n);
    if (sodium_pad(&padded, buf, n, to < 1024 ? to : 1024, to) != 0 || padded != to)
        BUG("padding");
}

bool pad_remove(const unsigned char *buf, size_t padded, size_t *ret)
{
    size_t block = padded < 1024 ? padded : 1024, n;
    if (!padded || sodium_unpad(&n, buf, padded, block) != 0 || pad_size(n) != padded)
        return false;
    *ret = n;
    return true;
}

/* ---- signatures ---- */

_Static_assert(SIGN_SEED == crypto_sign_SEEDBYTES && SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES &&
                   SIGN_SIZE == crypto_sign_BYTES,
               "sizes of Ed25519");

static void key_pair(const unsigned char seed[SIGN_SEED], unsigned char ret_public[SIGN_PUBLIC],
                     unsigned char ret_secret[crypto_sign_SECRETKEYBYTES])
{
    if (crypto_sign_seed_keypair(ret_public, ret_secret, seed) != 0)
        BUG("key pair");
}

void sign_public(const unsigned char seed[SIGN_SEED], unsigned char ret[SIGN_PUBLIC])
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    key_pair(seed, ret, secret);
    sodium_memzero(secret, sizeof secret);
}

void sign_make(const unsigned char seed[SIGN_SEED], Str text, unsigned char ret[SIGN_SIZE])
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES], public[SIGN_PUBLIC];
    key_pair(seed, public, secret);
    if (crypto_sign_detached(ret, NULL, (const unsigned char *)text.ptr, text.len, secret) != 0)
        BUG("signature");
    sodium_memzero(secret, sizeof secret);
}

bool sign_fits(const unsigned char key[SIGN_PUBLIC], Str text,
               const unsigned char signature[SIGN_SIZE])
{
    return crypto_sign_verify_detached(signature, (const unsigned char *)text.ptr, text.len, key) ==
           0;
}

/* ---- text ---- */

Str hex_of(Arena *a, const unsigned char *bytes, size_t n)
{
    char *text = arena_alloc(a, 2 * n + 1);
    sodium_bin2hex(text, 2 * n + 1, bytes, n);
    return (Str){text, 2 * n};
}

bool hex_read(Str text, unsigned char *ret, size_t n)
{
    if (text.len != 2 * n)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!(text.ptr[i] >= '0' && text.ptr[i] <= '9') &&
            !(text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))
            return false;
    return sodium_hex2bin(ret, n, text.ptr, text.len, NULL, NULL, NULL) == 0;
}

/* ---- pieces sealed to a public key ---- */

enum { STREAM_KEY_BOX = crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES };
_Static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <= sizeof(SealStream), "room");
_Static_assert(STREAM_KEY_BOX + crypto_secretstream_xchacha20poly1305_HEADERBYTES == STREAM_HEAD,
               "head");
_Static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == STREAM_EXTRA, "extra");

void pair_public(const Key *secret, unsigned char ret[PAIR_PUBLIC])
{
    if (crypto_scalarmult_base(ret, secret->bytes) != 0)
        BUG("scalar");
}

void stream_seal_begin(SealStream *s, const unsigned char to[PAIR_PUBLIC],
                       unsigned char ret_head[STREAM_HEAD])
{
    Key key;
    crypto_random(key.bytes, sizeof key.bytes);
    if (crypto_box_seal(ret_head, key.bytes, sizeof key.bytes, to) != 0)
        BUG("sealed box");
    crypto_secretstream_xchacha20poly1305_init_push((void *)s->state, ret_head + STREAM_KEY_BOX,
                                                    key.bytes);
    crypto_wipe(&key, sizeof key);
}

void stream_seal(SealStream *s, Str piece, bool last, unsigned char *ret)
{
    crypto_secretstream_xchacha20poly1305_push(
        (void *)s->state, ret, NULL, bytes_of(piece), piece.len, NULL, 0,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
}

bool stream_open_begin(SealStream *s, const Key *secret, const unsigned char head[STREAM_HEAD])
{
    Key key;
    unsigned char mine[PAIR_PUBLIC];
    pair_public(secret, mine);
    bool ok = crypto_box_seal_open(key.bytes, head, STREAM_KEY_BOX, mine, secret->bytes) == 0 &&
              crypto_secretstream_xchacha20poly1305_init_pull(
                  (void *)s->state, head + STREAM_KEY_BOX, key.bytes) == 0;
    crypto_wipe(&key, sizeof key);
    return ok;
}

bool stream_open(SealStream *s, Str sealed, unsigned char *ret, bool *ret_last)
{
    unsigned char tag;
    if (sealed.len < STREAM_EXTRA ||
        crypto_secretstream_xchacha20poly1305_pull((void *)s->state, ret, NULL, &tag,
                                                   bytes_of(sealed), sealed.len, NULL, 0) != 0)
        return false;
    *ret_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}
