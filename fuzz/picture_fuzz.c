/* libFuzzer: any bytes as a picture. A copy is no longer than allowed, and a copy of it is the
 * same. */
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64 * 1024 * 1024);
    Str bytes = {(const char *)data, size}, bare, again;
    if (picture_bare(a, bytes, &bare)) {
        if (bare.len > size + PICTURE_GROWS)
            BUG("a copy that grows");
        if (!picture_bare(a, bare, &again) || !str_eq(bare, again))
            BUG("a copy that is not bare");
    }
    arena_free(a);
    return 0;
}
