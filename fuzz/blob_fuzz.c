/* libFuzzer: any bytes as a sealed value, as a wrapped key and as bytes of the program's own; and a
 * value sealed a moment ago with some bytes of it changed. Nothing that was touched opens. */
#include "fuzz_folder.h"
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
    if (!kept) {
        kept = arena_new(1 << 20);
        const char *dir = fuzz_folder_new();
        if (installation_create(dir, true, 480) != ERR_OK ||
            installation_open(kept, dir, &in) != ERR_OK)
            BUG("no installation");
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

static Db *keys;

static void close_keys(void)
{
    db_close(keys);
}

/* The bytes as what is stored for a subject beside a good key: found, and never taken for a key,
 * also when another key takes over. */
static void as_stored_key(Arena *a, Str bytes)
{
    Dek dek;
    Str good, wrapped = S("");
    StrList bad = {0};
    int64_t n;
    RootSeal root;
    Keyring *next, *other;
    if (!keys && (db_open(":memory:", DB_WRITE, &keys) != ERR_OK || keys_schema(keys) != ERR_OK ||
                  atexit(close_keys) != 0))
        BUG("no database");
    keyring_new_dek(ring(), a, S("baik"), &dek, &good);
    wrapped = bytes.len < good.len ? str_copy(a, good) : str_head(bytes, good.len);
    if (bytes.len < good.len)
        memcpy((char *)(uintptr_t)wrapped.ptr, bytes.ptr ? bytes.ptr : "", bytes.len);
    if (keys_put(keys, S("baik"), good) != ERR_OK ||
        (bytes.len != good.len && keys_put(keys, S("buruk"), bytes) == ERR_OK) ||
        keys_put(keys, S("buruk"), wrapped) != ERR_OK)
        BUG("a key that cannot be stored, or one of another size that can");
    if (keyring_dek(ring(), keys, S("baik"), &dek) != ERR_OK ||
        keyring_dek(ring(), keys, S("buruk"), &dek) == ERR_OK ||
        keys_check(ring(), keys, a, &n, &bad) != ERR_OK || n != 2 || bad.n != 1)
        BUG("good and bad keys are not told apart");
    if (keys_destroy(keys, S("buruk")) != ERR_OK ||
        keyring_next(ring(), a, (Epoch){0}, &root, &next) != ERR_OK ||
        keys_rewrap(ring(), next, root, keys, &n) != ERR_OK || n != 1 ||
        keyring_dek(next, keys, S("baik"), &dek) != ERR_OK)
        BUG("another key does not open what it took over");
    root.box = bytes;
    if (keyring_join(S("1-AAAA"), S("2-BBBB"), S("x"), root, &other) == ERR_OK)
        BUG("a key of nothing");
    if (keys_destroy(keys, S("baik")) != ERR_OK)
        BUG("a key that stays");
    keyring_free(next);
    dek_wipe(&dek);
}

/* What was said of a value is the same for the same value alone. */
static void name_it(Arena *a, Str bytes)
{
    Str index = blind_index(ring(), a, S("orang"), S("nik"), bytes);
    Str hash = keyed_hash(ring(), a, "rowhash ", bytes);
    Str own = seal_own(ring(), "konsep__", S("x"), a, bytes), back;
    if (str_eq(index, hash) ||
        !str_eq(index, blind_index(ring(), a, S("orang"), S("nik"), bytes)) ||
        unseal_own(ring(), "konsep__", S("x"), a, own, &back) != ERR_OK || !str_eq(back, bytes) ||
        unseal_own(ring(), "konsep__", S("y"), a, own, &back) == ERR_OK)
        BUG("a fingerprint of something else, or a draft that does not come back");
    (void)class_word(class_of(bytes));
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
    if (size % 4 == 1)
        as_stored_key(a, bytes);
    name_it(a, size ? bytes : S(""));
    if (size > 3)
        change_one(a, &dek, str_from(bytes, 3), (size_t)data[0] << 8 | data[1], (char)data[2]);
    dek_wipe(&dek);
    arena_free(a);
    return 0;
}
