/* Keys and sealing: round trips, tampering, moving, padding, erasure, fingerprints. */
#include "guard_kit.h"
#include "guard/key_file.h"

#include "file.h"
#include "guard/crypto.h"

#include <sys/stat.h>
#include <time.h>

static const SealPlace PLACE = {.reg = {"reg_a", 5},
                                .field = {"name", 4},
                                .record_uid = {"0190aaaa-0000-7000-8000-000000000001", 36},
                                .subject_uid = {"0190aaaa-0000-7000-8000-000000000002", 36}};

static Dek fresh(Kit *k, Str subject)
{
    Dek d;
    Str wrapped;
    keyring_new_dek(k->in.keyring, k->a, subject, &d, &wrapped);
    return d;
}

static void round_trips(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    static const size_t sizes[] = {0,   1,   15,   16,   17,   63,   64,   65,
                                   255, 256, 1023, 1024, 1025, 2047, 2048, 70000};
    char *text = arena_alloc(k->a, 70000);
    for (size_t i = 0; i < 70000; i++)
        text[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
            Str plain = {text, sizes[i]}, back;
            Str blob = seal(k->in.keyring, &d, (DataClass)c, PLACE, k->a, plain);
            OK(unseal(k->in.keyring, &d, PLACE, k->a, blob, &back));
            assert_true(str_eq(plain, back));
            assert_non_null(back.ptr);
        }
}

static void same_text_differs_each_time(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    Str x = seal(k->in.keyring, &d, CLASS_IDENTITY, PLACE, k->a, S("Maria"));
    Str y = seal(k->in.keyring, &d, CLASS_IDENTITY, PLACE, k->a, S("Maria"));
    assert_false(str_eq(x, y));
}

static void every_bit_flip_is_refused(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    Str blob = seal(k->in.keyring, &d, CLASS_STORY, PLACE, k->a, S("Ia dijemput di pelabuhan."));
    char *bytes = arena_alloc(k->a, blob.len);
    for (size_t bit = 0; bit < blob.len * 8; bit++) {
        Str back = S("untouched");
        memcpy(bytes, blob.ptr, blob.len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(unseal(k->in.keyring, &d, PLACE, k->a, (Str){bytes, blob.len}, &back),
                         E_CORRUPT);
        assert_true(str_is(back, "untouched"));
    }
    for (size_t n = 0; n < blob.len; n++) {
        Str back;
        assert_int_equal(unseal(k->in.keyring, &d, PLACE, k->a, str_head(blob, n), &back),
                         E_CORRUPT);
    }
}

static void refused_at(Kit *k, const Dek *d, SealPlace at, Str blob)
{
    Str back;
    assert_int_equal(unseal(k->in.keyring, d, at, k->a, blob, &back), E_CORRUPT);
}

static void a_moved_blob_is_refused(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    Str blob = seal(k->in.keyring, &d, CLASS_CONTACT, PLACE, k->a, S("0812"));
    SealPlace at = PLACE;
    at.reg = S("reg_b");
    refused_at(k, &d, at, blob);
    at = PLACE;
    at.field = S("alias");
    refused_at(k, &d, at, blob);
    at = PLACE;
    at.record_uid = PLACE.subject_uid;
    refused_at(k, &d, at, blob);
    at = PLACE;
    at.subject_uid = PLACE.record_uid;
    refused_at(k, &d, at, blob);
    at = PLACE; /* the border between two parts is part of the place */
    at.reg = S("reg_an");
    at.field = S("ame");
    refused_at(k, &d, at, blob);
    Dek other = fresh(k, PLACE.subject_uid);
    refused_at(k, &other, PLACE, blob);
}

static void another_installation_is_refused(void **state)
{
    Kit *k = *state;
    Keyring *other;
    Str back, wrapped;
    Dek d;
    keyring_new_dek(k->in.keyring, k->a, PLACE.subject_uid, &d, &wrapped);
    Str blob = seal(k->in.keyring, &d, CLASS_CONTACT, PLACE, k->a, S("0812"));
    OK(keyring_open(k->in.key_file, STR_NONE, S("another"), &other));
    assert_int_equal(unseal(other, &d, PLACE, k->a, blob, &back), E_CORRUPT);
    assert_int_equal(keyring_unwrap(other, PLACE.subject_uid, wrapped, &d), E_KEY);
    keyring_free(other);
}

static void padding_hides_lengths(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    static const struct {
        size_t n, padded;
    } cases[] = {{0, 16},     {15, 16},     {16, 64},     {63, 64},     {64, 256},    {255, 256},
                 {256, 1024}, {1023, 1024}, {1024, 2048}, {2047, 2048}, {2048, 3072}, {5000, 5120}};
    char *text = arena_alloc(k->a, 5000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str blob = seal(k->in.keyring, &d, CLASS_STORY, PLACE, k->a, (Str){text, cases[i].n});
        assert_int_equal(blob.len, 4 + 24 + 16 + cases[i].padded);
    }
}

static void wrapped_keys_stay_with_their_subject(void **state)
{
    Kit *k = *state;
    Dek d, back;
    Str wrapped;
    keyring_new_dek(k->in.keyring, k->a, S("one"), &d, &wrapped);
    OK(keyring_unwrap(k->in.keyring, S("one"), wrapped, &back));
    assert_memory_equal(d.bytes, back.bytes, sizeof d.bytes);
    assert_int_equal(keyring_unwrap(k->in.keyring, S("two"), wrapped, &back), E_KEY);
    char *bytes = arena_alloc(k->a, wrapped.len);
    for (size_t bit = 0; bit < wrapped.len * 8; bit++) {
        memcpy(bytes, wrapped.ptr, wrapped.len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(keyring_unwrap(k->in.keyring, S("one"), (Str){bytes, wrapped.len}, &back),
                         E_KEY);
    }
    assert_int_equal(keyring_unwrap(k->in.keyring, S("one"), S(""), &back), E_KEY);
}

static void destroyed_keys_are_gone(void **state)
{
    Kit *k = *state;
    Dek d, back;
    Str wrapped, text;
    keyring_new_dek(k->in.keyring, k->a, PLACE.subject_uid, &d, &wrapped);
    OK(keys_put(k->keys, PLACE.subject_uid, wrapped));
    assert_int_equal(keys_put(k->keys, PLACE.subject_uid, wrapped), E_DUPLICATE);
    Str blob = seal(k->in.keyring, &d, CLASS_IDENTITY, PLACE, k->a, S("Maria"));
    dek_wipe(&d);
    OK(keyring_dek(k->in.keyring, k->keys, PLACE.subject_uid, &back));
    OK(unseal(k->in.keyring, &back, PLACE, k->a, blob, &text));
    assert_true(str_is(text, "Maria"));
    OK(keys_destroy(k->keys, PLACE.subject_uid));
    OK(keys_destroy(k->keys, PLACE.subject_uid));
    assert_int_equal(keyring_dek(k->in.keyring, k->keys, PLACE.subject_uid, &back), E_NOT_FOUND);
    keyring_new_dek(k->in.keyring, k->a, PLACE.subject_uid, &d, &wrapped);
    OK(keys_put(k->keys, PLACE.subject_uid, wrapped)); /* a new key opens nothing old */
    refused_at(k, &d, PLACE, blob);
}

static void own_seals(void **state)
{
    Kit *k = *state;
    Str back, blob = seal_own(k->in.keyring, "draft   ", S("u1/reg"), k->a, S("isi"));
    OK(unseal_own(k->in.keyring, "draft   ", S("u1/reg"), k->a, blob, &back));
    assert_true(str_is(back, "isi"));
    assert_int_equal(unseal_own(k->in.keyring, "draft   ", S("u2/reg"), k->a, blob, &back),
                     E_CORRUPT);
    assert_int_equal(unseal_own(k->in.keyring, "staging ", S("u1/reg"), k->a, blob, &back),
                     E_CORRUPT);
    assert_int_equal(unseal_own(k->in.keyring, "draft   ", S("u1/reg"), k->a, S("x"), &back),
                     E_CORRUPT);
}

static void fingerprints(void **state)
{
    Kit *k = *state;
    const Keyring *r = k->in.keyring;
    Str nik = blind_index(r, k->a, S("a"), S("nik"), S("5303120101900001"));
    assert_int_equal(nik.len, 32);
    assert_true(str_eq(nik, blind_index(r, k->a, S("a"), S("nik"), S("5303120101900001"))));
    assert_false(str_eq(nik, blind_index(r, k->a, S("a"), S("phone"), S("5303120101900001"))));
    assert_false(str_eq(nik, blind_index(r, k->a, S("b"), S("nik"), S("5303120101900001"))));
    assert_false(str_eq(nik, blind_index(r, k->a, S("an"), S("ik"), S("5303120101900001"))));
    assert_false(str_eq(nik, blind_index(r, k->a, S("a"), S("nik"), S("5303120101900002"))));
    Str h = keyed_hash(r, k->a, "rowhash ", S("x"));
    assert_false(str_eq(h, keyed_hash(r, k->a, "idem    ", S("x"))));
    assert_false(str_eq(h, keyed_hash(r, k->a, "rowhash ", S("y"))));
    assert_false(str_eq(h, plain_hash(k->a, S("x"))));
    assert_true(str_eq(plain_hash(k->a, S("x")), plain_hash(k->a, S("x"))));
    assert_false(str_eq(plain_hash(k->a, STR_NONE), plain_hash(k->a, S(""))));
}

static void class_words(void **state)
{
    (void)state;
    for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
        assert_int_equal(class_of(str_of(class_word((DataClass)c))), c);
    assert_int_equal(class_of(S("nothing")), CLASS_NONE);
    assert_int_equal(class_of(STR_NONE), CLASS_NONE);
    assert_string_equal(class_word(CLASS_NONE), "");
}

static void key_files(void **state)
{
    Kit *k = *state;
    Keyring *other;
    struct stat st;
    const char *path = str_printf(k->a, "%s/other.key", k->dir).ptr;
    assert_int_equal(stat(k->in.key_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(key_file_create(k->in.key_file), E_DUPLICATE);
    assert_int_equal(keyring_open(path, STR_NONE, k->in.id, &other), E_KEY);
    static const char *const wrong[] = {
        "",
        "SIGAP-KEK 1 ",
        "SIGAP-KEK 1 00",
        "SIGAP-KEK 2 0000000000000000000000000000000000000000000000000000000000000000\n",
        "SIGAP-KEK 1 000000000000000000000000000000000000000000000000000000000000000g\n",
        "SIGAP-KEK 1 0000000000000000000000000000000000000000000000000000000000000000 more\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        OK(file_write(path, str_of(wrong[i])));
        assert_int_equal(keyring_open(path, STR_NONE, k->in.id, &other), E_KEY);
    }
    unlink(path);
    OK(key_file_create(path));
    OK(keyring_open(path, STR_NONE, k->in.id, &other));
    assert_false(str_eq(keyring_check(other, k->a), keyring_check(k->in.keyring, k->a)));
    keyring_free(other);
    keyring_free(NULL);
    unlink(path);
}

static void derived_keys_match_libsodium_rules(void **state)
{
    (void)state;
    Key from = {{0}}, x, y;
    crypto_derive(&from, 1, "sigapwrp", &x);
    crypto_derive(&from, 2, "sigapwrp", &y);
    assert_memory_not_equal(x.bytes, y.bytes, KEY_SIZE);
    crypto_derive(&from, 1, "sigapidx", &y);
    assert_memory_not_equal(x.bytes, y.bytes, KEY_SIZE);
    assert_true(crypto_equal("abc", "abc", 3));
    assert_false(crypto_equal("abc", "abd", 3));
}

static double now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Printed, not asserted: what a page pays for one person. */
static void cost_of_opening(void **state)
{
    enum { ROUNDS = 3000 };
    Kit *k = *state;
    Dek d;
    Str wrapped, blob[4], back;
    keyring_new_dek(k->in.keyring, k->a, PLACE.subject_uid, &d, &wrapped);
    OK(keys_put(k->keys, PLACE.subject_uid, wrapped));
    for (int i = 0; i < 4; i++)
        blob[i] = seal(k->in.keyring, &d, CLASS_IDENTITY, PLACE, k->a, S("Maria Goreti Bria"));
    double t0 = now_ns();
    for (int n = 0; n < ROUNDS; n++) {
        OK(keyring_unwrap(k->in.keyring, PLACE.subject_uid, wrapped, &d));
        for (int i = 0; i < 4; i++)
            OK(unseal(k->in.keyring, &d, PLACE, k->a, blob[i], &back));
    }
    double t1 = now_ns();
    for (int n = 0; n < ROUNDS; n++)
        OK(keyring_dek(k->in.keyring, k->keys, PLACE.subject_uid, &d));
    double t2 = now_ns();
    print_message("unwrap + unseal of 4 fields: %.0f ns; key from kunci.db: %.0f ns\n",
                  (t1 - t0) / ROUNDS, (t2 - t1) / ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(round_trips),
        KIT_TEST(same_text_differs_each_time),
        KIT_TEST(every_bit_flip_is_refused),
        KIT_TEST(a_moved_blob_is_refused),
        KIT_TEST(another_installation_is_refused),
        KIT_TEST(padding_hides_lengths),
        KIT_TEST(wrapped_keys_stay_with_their_subject),
        KIT_TEST(destroyed_keys_are_gone),
        KIT_TEST(own_seals),
        KIT_TEST(fingerprints),
        cmocka_unit_test(class_words),
        KIT_TEST(key_files),
        cmocka_unit_test(derived_keys_match_libsodium_rules),
        KIT_TEST(cost_of_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
