/* libFuzzer: any bytes as a sealed value, as a wrapped key and as bytes of the program's own; and a
 * value sealed a moment ago with some bytes of it changed. Nothing that was touched opens. */
#include "base/file.h"
#include "guard/installation.h"
#include "guard/keys.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const SealPlace place = {S("orang"), S("nama"), S("rekaman"), S("subjek")};

static Keyring *ring(void)
{
    static Installation in;
    static Arena *kept;
    static char dir[] = "/tmp/fuzz-blob-XXXXXX";
    if (!kept) {
        kept = arena_new(1 << 20);
        if (!mkdtemp(dir) || installation_create(dir, true, 480) != ERR_OK ||
            installation_open(kept, dir, &in) != ERR_OK)
            BUG("no installation");
        file_remove_folder(dir);
    }
    return in.keyring;
}

/* Opens what was sealed with one byte changed; `at` and `by` come from the input. */
static void change_one(Arena *a, const Dek *dek, Str plain, size_t at, char by)
{
    Str blob = seal(ring(), dek, CLASS_IDENTITY, place, a, plain), again;
    SealPlace elsewhere = place;
    char *bytes = arena_alloc(a, blob.len);
    memcpy(bytes, blob.ptr, blob.len);
    if (unseal(ring(), dek, place, a, blob, &again) != ERR_OK || !str_eq(again, plain))
        BUG("a value that does not come back");
    elsewhere.record_uid = S("rekaman2");
    if (unseal(ring(), dek, elsewhere, a, blob, &again) == ERR_OK)
        BUG("a value opened in another place");
    bytes[at % blob.len] = (char)(bytes[at % blob.len] ^ (by ? by : 1));
    if (unseal(ring(), dek, place, a, (Str){bytes, blob.len}, &again) == ERR_OK)
        BUG("a changed value opened");
    if (unseal(ring(), dek, place, a, str_head(blob, at % blob.len), &again) == ERR_OK)
        BUG("a cut value opened");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(16u << 20);
    Str bytes = {(const char *)data, size}, ret;
    Dek dek, other;
    Str wrapped;
    keyring_new_dek(ring(), a, place.subject_uid, &dek, &wrapped);
    if (unseal(ring(), &dek, place, a, bytes, &ret) == ERR_OK ||
        unseal_own(ring(), "konsep__", S("x"), a, bytes, &ret) == ERR_OK ||
        keyring_unwrap(ring(), place.subject_uid, bytes, &other) == ERR_OK)
        BUG("bytes of nobody opened");
    if (size > 3)
        change_one(a, &dek, str_from(bytes, 3), (size_t)data[0] << 8 | data[1], (char)data[2]);
    dek_wipe(&dek);
    arena_free(a);
    return 0;
}
