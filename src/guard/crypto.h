/* The only door to libsodium for keys, hashes and sealing (password.c has its own for argon2id).
 * Everything else in guard is built on these. Nothing here knows what the bytes mean. */
#pragma once

#include "str.h"

enum { KEY_SIZE = 32, NONCE_SIZE = 24, TAG_SIZE = 16, BOX_EXTRA = NONCE_SIZE + TAG_SIZE };

typedef struct Key {
    unsigned char bytes[KEY_SIZE];
} Key;

/* Bytes for keys, nonces and tokens. */
void crypto_random(void *out, size_t n);
/* Overwrites; never optimised away. */
void crypto_wipe(void *p, size_t n);
/* Compares in a time that depends on `n` only. */
bool crypto_equal(const void *a, const void *b, size_t n);
/* Zeroed memory that is locked, guarded and left out of core dumps; freed (and wiped) by
 * crypto_unlocked. */
void *crypto_locked(size_t n);
void crypto_unlocked(void *p);
/* Whether nobody may write to locked memory any more. */
void crypto_read_only(void *p, bool only);

/* A key derived from `from` for `id` and an eight-character context. */
void crypto_derive(const Key *from, uint64_t id, const char ctx[8], Key *ret);

/* The key a passphrase gives with a salt of 16 bytes: argon2id, 3 passes over 256 MiB, about half a
 * second. E_BUSY when there is no memory for it now. */
MUST_CHECK Err crypto_stretch(Str passphrase, const unsigned char salt[16], Key *ret);

/* BLAKE2b. Parts carry their length, so that ("ab","c") and ("a","bc") differ; an absent text
 * differs from an empty one. */
typedef struct Hash {
    _Alignas(64) unsigned char state[384];
} Hash;
/* `key` NULL: unkeyed. `size`: bytes of the result, 16 to 64. */
void hash_begin(Hash *h, const Key *key, size_t size);
void hash_part(Hash *h, Str part);
void hash_int(Hash *h, int64_t n);
/* Bytes without their length: the hash of a whole file, as `b2sum` gives it. */
void hash_raw(Hash *h, Str bytes);
/* Writes the `size` bytes asked for in hash_begin and wipes the state. */
void hash_end(Hash *h, unsigned char *ret, size_t size);

/* XChaCha20-Poly1305 with a fresh random nonce: nonce | ciphertext | tag, n + BOX_EXTRA bytes.
 * `plain` may stand at ret + NONCE_SIZE already. */
void box_close(const Key *k, Str ad, const unsigned char *plain, size_t n, unsigned char *ret);
/* The n - BOX_EXTRA bytes of a box; false when it was changed or the key or `ad` is another. */
bool box_open(const Key *k, Str ad, Str box, unsigned char *ret);

/* Size to which `n` bytes are padded: 16, 64, 256, then multiples of 1024; always over n. */
size_t pad_size(size_t n);
/* Pads `n` bytes in `buf` to pad_size(n). */
void pad_add(unsigned char *buf, size_t n);
/* The length before padding; false when there is no padding. */
bool pad_remove(const unsigned char *buf, size_t padded, size_t *ret);

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_SIZE = 64 };
/* Ed25519 (RFC 8032): the public half of a seed, a signature over text, and whether one fits. */
void sign_public(const unsigned char seed[SIGN_SEED], unsigned char ret[SIGN_PUBLIC]);
void sign_make(const unsigned char seed[SIGN_SEED], Str text, unsigned char ret[SIGN_SIZE]);
bool sign_fits(const unsigned char key[SIGN_PUBLIC], Str text,
               const unsigned char signature[SIGN_SIZE]);

enum { PAIR_PUBLIC = 32, STREAM_HEAD = 104, STREAM_EXTRA = 17 };
/* The public half of a secret key (X25519). */
void pair_public(const Key *secret, unsigned char ret[PAIR_PUBLIC]);
/* Pieces sealed one after the other so that only the holder of the secret half opens them, and none
 * can be left out, moved or cut off unseen (secretstream; its key in a sealed box at the head). */
typedef struct SealStream {
    _Alignas(16) unsigned char state[64];
} SealStream;
void stream_seal_begin(SealStream *s, const unsigned char to[PAIR_PUBLIC],
                       unsigned char ret_head[STREAM_HEAD]);
/* Writes piece.len + STREAM_EXTRA bytes. */
void stream_seal(SealStream *s, Str piece, bool last, unsigned char *ret);
/* False when it is sealed to somebody else, or changed. */
bool stream_open_begin(SealStream *s, const Key *secret, const unsigned char head[STREAM_HEAD]);
bool stream_open(SealStream *s, Str sealed, unsigned char *ret, bool *ret_last);

Str hex_of(Arena *a, const unsigned char *bytes, size_t n);
/* False unless the text is exactly `n` bytes in lower-case hex. */
bool hex_read(Str text, unsigned char *ret, size_t n);
