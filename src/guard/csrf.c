#include "guard/crypto.h"
#include "guard/session.h"

#include <pthread.h>
#include <string.h>

/* Token: mask | mask xor mac, both 16 bytes in hex. */
enum { HALF = 16 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static Key key;

static void make_key(void)
{
    crypto_random(key.bytes, sizeof key.bytes);
}

static void mac_of(Str session, unsigned char ret[HALF])
{
    Hash h;
    pthread_once(&once, make_key);
    hash_begin(&h, &key, HALF);
    hash_part(&h, session);
    hash_end(&h, ret, HALF);
}

Str csrf_token(Arena *a, Str session)
{
    unsigned char mac[HALF], token[2 * HALF];
    mac_of(session, mac);
    crypto_random(token, HALF);
    for (size_t i = 0; i < HALF; i++)
        token[HALF + i] = token[i] ^ mac[i];
    return hex_of(a, token, sizeof token);
}

bool csrf_valid(Str session, Str token)
{
    unsigned char mac[HALF], given[2 * HALF];
    if (str_empty(session) || !hex_read(token, given, sizeof given))
        return false;
    mac_of(session, mac);
    for (size_t i = 0; i < HALF; i++)
        given[HALF + i] ^= given[i];
    return crypto_equal(given + HALF, mac, HALF);
}
