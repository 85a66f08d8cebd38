/* Keys and sealing: round trips, tampering, moving, padding, erasure, fingerprints. */
#include "guard/key_file.h"
#include "guard_kit.h"

#include "file.h"
#include "guard/crypto.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
    assert_memory_equal(d.bytes, back.bytes, sizeof d.bytes); /* untouched */
    char *bytes = arena_alloc(k->a, wrapped.len);
    for (size_t bit = 0; bit < wrapped.len * 8; bit++) {
        memcpy(bytes, wrapped.ptr, wrapped.len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(keyring_unwrap(k->in.keyring, S("one"), (Str){bytes, wrapped.len}, &back),
                         E_KEY);
    }
    assert_int_equal(keyring_unwrap(k->in.keyring, S("one"), S(""), &back), E_KEY);
    assert_int_equal(keyring_unwrap(k->in.keyring, S("one"), STR_NONE, &back), E_KEY);
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
    Keyring *other; /* of another key the fingerprint of the same number is another one */
    const char *path = str_printf(k->a, "%s/other.key", k->dir).ptr;
    OK(key_file_create(path));
    OK(keyring_open(path, STR_NONE, k->in.id, &other));
    assert_false(str_eq(nik, blind_index(other, k->a, S("a"), S("nik"), S("5303120101900001"))));
    keyring_free(other);
    unlink(path);
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
    assert_string_equal(class_word(CLASS_COUNT), "");
    assert_string_equal(class_word((DataClass)-1), "");
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
    const char *const wrong[] = {
        "",
        "SIGAP-KEK 1 ",
        "SIGAP-KEK 1 00",
        "SIGAP-KEK 2 0000000000000000000000000000000000000000000000000000000000000000\n",
        "SIGAP-KEK 1 000000000000000000000000000000000000000000000000000000000000000g\n",
        "SIGAP-KEK 1 0000000000000000000000000000000000000000000000000000000000000000 more\n",
        str_printf(k->a, "SIGAP-KEK 1 %01000d", 0).ptr};
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

/* ---- another key, the paper, the passphrase ---- */

static Str wrapped_of(Kit *k, const Keyring *ring, Str subject)
{
    Dek dek;
    Str wrapped;
    keyring_new_dek(ring, k->a, subject, &dek, &wrapped);
    return wrapped;
}

static void another_key_opens_what_the_first_sealed(void **state)
{
    enum { SUBJECTS = 501 }; /* more than are rewrapped at a time */
    Kit *k = *state;
    Keyring *next, *again;
    RootSeal root, none;
    int64_t n;
    Dek dek;
    Str back, own = seal_own(k->in.keyring, "draft   ", S("x"), k->a, S("isi"));
    const char *path = str_printf(k->a, "%s/next.key", k->dir).ptr;
    for (int i = 0; i < SUBJECTS; i++) {
        Str subject = str_printf(k->a, "subject-%d", i);
        OK(keys_put(k->keys, subject, wrapped_of(k, k->in.keyring, subject)));
    }
    OK(root_seal_read(k->keys, k->a, &none));
    assert_null(none.box.ptr);
    OK(keyring_next(k->in.keyring, k->a, (Epoch){0}, &root, &next));
    assert_int_equal(root.version, 2);
    OK(keys_rewrap(k->in.keyring, next, root, k->keys, &n));
    assert_int_equal(n, SUBJECTS);
    assert_int_equal(keyring_dek(k->in.keyring, k->keys, S("subject-7"), &dek), E_KEY);
    OK(keyring_dek(next, k->keys, S("subject-7"), &dek));
    assert_true(str_eq(keyring_check(next, k->a), keyring_check(k->in.keyring, k->a)));
    OK(keyring_write(next, path, STR_NONE));
    OK(root_seal_read(k->keys, k->a, &root));
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    OK(unseal_own(again, "draft   ", S("x"), k->a, own, &back));
    assert_true(str_is(back, "isi"));
    keyring_free(again);
    assert_false(str_eq(blind_index(next, k->a, S("a"), S("nik"), S("x")),
                        blind_index(k->in.keyring, k->a, S("a"), S("nik"), S("x"))));
    assert_true(str_eq(keyed_hash(next, k->a, "rowhash ", S("x")),
                       keyed_hash(k->in.keyring, k->a, "rowhash ", S("x"))));
    own = seal_own(next, "draft   ", S("x"), k->a, S("lagi"));
    assert_int_equal(unseal_own(k->in.keyring, "draft   ", S("x"), k->a, own, &back), E_CORRUPT);
    OK(unseal_own(next, "draft   ", S("x"), k->a, own, &back));
    assert_true(str_is(back, "lagi"));
    RootSeal root_too; /* the one before opens too, the first no more */
    OK(keyring_next(next, k->a, (Epoch){0}, &root_too, &again));
    OK(unseal_own(again, "draft   ", S("x"), k->a, own, &back));
    own = seal_own(k->in.keyring, "draft   ", S("x"), k->a, S("isi"));
    assert_int_equal(unseal_own(again, "draft   ", S("x"), k->a, own, &back), E_CORRUPT);
    keyring_free(again);
    RootSeal wrong = root;
    wrong.version++;
    assert_int_equal(keyring_open_under(path, STR_NONE, k->in.id, wrong, &again), E_KEY);
    wrong = root;
    wrong.box = str_head(root.box, root.box.len - 1);
    assert_int_equal(keyring_open_under(path, STR_NONE, k->in.id, wrong, &again), E_KEY);
    assert_int_equal(keyring_open_under(path, STR_NONE, S("another"), root, &again), E_KEY);
    keyring_free(next);
    unlink(path);
}

/* Under a second KEK an older program kept the first one alone, for everything. */
static void the_key_store_of_an_older_program_opens(void **state)
{
    Kit *k = *state;
    Keyring *again;
    Key first, second, seal;
    Hash h;
    unsigned char ad[32], box[KEY_SIZE + BOX_EXTRA];
    int64_t n;
    Str back, own = seal_own(k->in.keyring, "draft   ", S("x"), k->a, S("isi"));
    const char *path = str_printf(k->a, "%s/second.key", k->dir).ptr;
    OK(key_file_read(k->in.key_file, STR_NONE, &first));
    OK(key_file_create(path));
    OK(key_file_read(path, STR_NONE, &second));
    hash_begin(&h, NULL, sizeof ad);
    hash_part(&h, k->in.id);
    hash_int(&h, 2);
    hash_end(&h, ad, sizeof ad);
    crypto_derive(&second, 6, "sigaprot", &seal);
    box_close(&seal, (Str){(char *)ad, sizeof ad}, first.bytes, KEY_SIZE, box);
    RootSeal root = {2, {(char *)box, sizeof box}};
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    OK(unseal_own(again, "draft   ", S("x"), k->a, own, &back));
    assert_true(str_is(back, "isi"));
    assert_true(str_eq(blind_index(again, k->a, S("a"), S("nik"), S("x")),
                       blind_index(k->in.keyring, k->a, S("a"), S("nik"), S("x"))));
    assert_int_equal(keyring_version(again), 2);
    keyring_free(again);
    root.box.len--;
    assert_int_equal(keyring_open_under(path, STR_NONE, k->in.id, root, &again), E_KEY);
    Key three[3] = {first, second,
                    second}; /* and a later one, root and two secrets, without a list */
    unsigned char wide[sizeof three + BOX_EXTRA];
    box_close(&seal, (Str){(char *)ad, sizeof ad}, three[0].bytes, sizeof three, wide);
    root.box = (Str){(char *)wide, sizeof wide};
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    assert_true(str_eq(keyring_check(again, k->a), keyring_check(k->in.keyring, k->a)));
    assert_int_equal(keyring_epochs(again), 0);
    keyring_free(again);
    unsigned char listed[sizeof three + 80] = {0}, longer[sizeof listed + BOX_EXTRA];
    memcpy(listed, three, sizeof three); /* and with an epoch, but row hashes by the root */
    box_close(&seal, (Str){(char *)ad, sizeof ad}, listed, sizeof listed, longer);
    root.box = (Str){(char *)longer, sizeof longer};
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    assert_int_equal(keyring_epochs(again), 1);
    assert_true(keyring_has_before(again));
    Str by_root = keyring_row_hash(k->in.keyring, k->a, false, S("x"));
    assert_true(str_eq(keyring_row_hash(again, k->a, true, S("x")), by_root));
    assert_false(str_eq(keyring_row_hash(again, k->a, false, S("x")), by_root));
    OK(keys_rewrap(k->in.keyring, again, root, k->keys, &n));
    OK(keys_forget_before(again, k->keys, k->a));
    assert_false(keyring_has_before(again));
    OK(root_seal_read(k->keys, k->a, &root));
    assert_int_equal(root.box.len, sizeof longer + KEY_SIZE);
    by_root = keyring_row_hash(again, k->a, false, S("x"));
    keyring_free(again);
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    assert_true(str_eq(keyring_row_hash(again, k->a, true, S("x")), by_root));
    assert_int_equal(keyring_epochs(again), 1);
    keyring_free(again);
    unlink(path);
}

/* As many exchanges as a box has room for, and then a refusal. */
static void the_key_changes_as_often_as_there_is_room(void **state)
{
    Kit *k = *state;
    Keyring *at, *before = NULL;
    const Keyring *from = k->in.keyring;
    RootSeal root;
    Err e;
    int changes = 0;
    for (;; changes++) {
        Arena *one = arena_new(4096);
        e = keyring_next(from, one, (Epoch){0}, &root, &at);
        arena_free(one);
        if (e != ERR_OK)
            break;
        keyring_free(before);
        from = before = at;
    }
    keyring_free(before);
    assert_int_equal(e, E_KEY);
    assert_in_range(changes, 4000, 4096);
}

static void old_key_files_are_told_by_their_number(void **state)
{
    Kit *k = *state;
    StrList old;
    assert_int_equal(key_file_number(S("kek.key.lama-12")), 12);
    assert_int_equal(key_file_number(S("kek.key.lama-12.2")), 12);
    assert_int_equal(key_file_number(S("kek.key.lama-x")), 0);
    assert_int_equal(key_file_number(S("kek.key.lama-")), 0);
    assert_int_equal(key_file_number(STR_NONE), 0);
    assert_int_not_equal(key_file_old(k->a, "/nowhere at all", &old), ERR_OK);
}

/* A wrapped key says which key it is under, also beyond the 255th. */
static void the_version_of_a_key_is_kept(void **state)
{
    enum { CHANGES = 299 };
    Kit *k = *state;
    Keyring *at, *before = NULL;
    const Keyring *from = k->in.keyring;
    RootSeal root;
    int64_t version = 0;
    for (int i = 0; i < CHANGES; i++) {
        OK(keyring_next(from, k->a, (Epoch){0}, &root, &at));
        keyring_free(before);
        from = before = at;
    }
    OK(keys_put(k->keys, S("one"), wrapped_of(k, from, S("one"))));
    OK(db_number(k->keys, "SELECT kek_ver FROM kunci", &version));
    assert_int_equal(version, CHANGES + 1);
    assert_true(str_eq(keyring_check(from, k->a), keyring_check(k->in.keyring, k->a)));
    for (int i = 0; i < 2; i++) { /* what the key before could open does not stay */
        OK(keyring_next(k->in.keyring, k->a, (Epoch){0}, &root, &at));
        root.version += (unsigned)i;
        OK(keys_destroy(k->keys, S("one")));
        OK(keys_rewrap(k->in.keyring, at, root, k->keys, &version));
        keyring_free(at);
    }
    OK(db_number(k->keys, "SELECT COUNT(*) FROM kek", &version));
    assert_int_equal(version, 1);
    keyring_free(before);
}

static void two_shares_give_the_key(void **state)
{
    Kit *k = *state;
    KeyShare share[SHARES];
    Keyring *again;
    RootSeal none = {0};
    char long_name[65] = {0};
    memset(long_name, 'x', sizeof long_name);
    keyring_split(k->in.keyring, share);
    for (int i = 0; i < SHARES; i++)
        for (int j = 0; j < SHARES; j++) {
            Str one = str_of(share[i].text), other = str_of(share[j].text);
            Err e = keyring_join(one, other, k->in.id, none, &again);
            assert_int_equal(e, i == j ? E_INVALID : ERR_OK);
            if (i == j)
                continue;
            assert_true(str_eq(keyring_check(again, k->a), keyring_check(k->in.keyring, k->a)));
            keyring_free(again);
        }
    Str too_long = {long_name, sizeof long_name};
    Str one = str_of(share[0].text), other = str_of(share[1].text);
    assert_int_equal(keyring_join(one, other, too_long, none, &again), E_KEY);
    assert_int_equal(keyring_open(k->in.key_file, STR_NONE, too_long, &again), E_KEY);
    OK(keyring_open(k->in.key_file, STR_NONE, str_head(too_long, 64), &again));
    keyring_free(again);
    OK(keyring_join(one, other, str_head(too_long, 64), none, &again));
    keyring_free(again);
    OK(keyring_open(k->in.key_file, STR_NONE, STR_NONE, &again));
    keyring_free(again);
}

/* Papers printed long ago: whatever is changed here must go on reading them. */
static void papers_of_old_fit(void **state)
{
    static const char *const papers[SHARES] = {
        "1-462J-M7OE-4HJ6-VYV3-FGHT-NKTE-OD7D-7DQM-ZQDX-OJCP-XMML-KH3T-QP7L-WDBE",
        "2-ZAR4-Q5BJ-R2O5-3CUF-2X4D-4YH3-XIFO-L425-VEZK-LKQA-RZ6H-YB5C-XZ3K-RT5B",
        "3-ESTQ-W43S-VOTT-SW3G-QHK4-6JUO-7SXV-VWE3-RIQ6-XUGM-TWUT-WD7N-LQHD-P5VM"};
    /* its letters and their check fit; there are three papers */
    Str fourth = S("4-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR-MFYY-DENB-WHA5-DYPU-BT3U");
    Key key;
    (void)state;
    for (int i = 0; i < SHARES; i++) {
        OK(key_join(str_of(papers[i]), str_of(papers[(i + 1) % SHARES]), &key));
        for (int byte = 0; byte < KEY_SIZE; byte++)
            assert_int_equal(key.bytes[byte], (unsigned char)(byte * 37 + 11));
        assert_int_equal(key_join(str_of(papers[i]), fourth, &key), E_INVALID);
    }
}

/* A letter of the paper read as its neighbour, left out, or doubled is told; lower case and spaces
 * are not minded. */
static void shares_are_checked(void **state)
{
    Kit *k = *state;
    KeyShare share[SHARES];
    Keyring *again;
    RootSeal none = {0};
    keyring_split(k->in.keyring, share);
    Str good = str_of(share[0].text), other = str_of(share[1].text);
    for (size_t i = 0; i <= good.len; i++) {
        char text[sizeof share[0].text + 2];
        char at = i < good.len ? good.ptr[i] : 'A';
        if (at == '-')
            continue;
        snprintf(text, sizeof text, "%s", good.ptr);
        text[i] = at == 'A' ? 'B' : at == '1' ? '3' : 'A'; /* another letter; one more at the end */
        text[i + 1] = i < good.len ? text[i + 1] : '\0';
        assert_int_equal(keyring_join(str_of(text), other, k->in.id, none, &again), E_INVALID);
        assert_int_equal(keyring_join(other, str_of(text), k->in.id, none, &again), E_INVALID);
        text[i] = '!';
        assert_int_equal(keyring_join(str_of(text), other, k->in.id, none, &again), E_INVALID);
        assert_int_equal(
            keyring_join(str_head(good, i < good.len ? i : 0), other, k->in.id, none, &again),
            E_INVALID);
    }
    char lower[sizeof share[0].text];
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = (char)(good.ptr[i] >= 'A' && good.ptr[i] <= 'Z' ? good.ptr[i] + 32
                          : good.ptr[i] == '-' && i > 1            ? ' '
                                                                   : good.ptr[i]);
    OK(keyring_join(str_of(lower), other, k->in.id, none, &again));
    keyring_free(again);
    assert_int_equal(keyring_join(S("4-AAAA"), other, k->in.id, none, &again), E_INVALID);
    assert_int_equal(keyring_join(S("0-AAAA"), other, k->in.id, none, &again), E_INVALID);
}

static void a_passphrase_closes_the_file(void **state)
{
    Kit *k = *state;
    Keyring *again;
    const char *path = str_printf(k->a, "%s/sealed.key", k->dir).ptr;
    OK(keyring_write(k->in.keyring, path, S("kata sandi yang panjang")));
    assert_int_equal(keyring_open(path, STR_NONE, k->in.id, &again), E_SEALED);
    assert_int_equal(keyring_open(path, S("kata sandi yang salah"), k->in.id, &again), E_KEY);
    OK(keyring_open(path, S("kata sandi yang panjang"), k->in.id, &again));
    assert_true(str_eq(keyring_check(again, k->a), keyring_check(k->in.keyring, k->a)));
    OK(keyring_write(again, path, STR_NONE)); /* open again, in its place */
    keyring_free(again);
    OK(keyring_open(path, STR_NONE, k->in.id, &again));
    keyring_free(again);
    unlink(path);
}

static void places_where_no_key_file_can_be(void **state)
{
    Kit *k = *state;
    Keyring *again;
    char long_path[4096];
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(keyring_open(k->dir, STR_NONE, k->in.id, &again), E_KEY); /* a folder */
    assert_int_equal(key_file_create("/nowhere/kek.key"), E_IO);
    assert_int_equal(keyring_write(k->in.keyring, "/nowhere/kek.key", STR_NONE), E_IO);
    assert_int_equal(keyring_write(k->in.keyring, long_path, STR_NONE), E_IO);
}

static void nothing(int signal)
{
    (void)signal;
}

/* Reading is interrupted before anything comes: it goes on. */
static void a_signal_does_not_cut_reading_short(void **state)
{
    Kit *k = *state;
    Keyring *again;
    Str text;
    struct sigaction act = {.sa_handler = nothing}, old;
    const char *path = str_printf(k->a, "%s/pipe.key", k->dir).ptr;
    OK(file_read(k->a, k->in.key_file, 1000, &text));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sigaction(SIGUSR1, &act, &old), 0);
    pid_t writer = fork();
    if (writer == 0) {
        FILE *to = fopen(path, "w");
        for (int i = 0; to && i < 20; i++) {
            usleep(10000);
            kill(getppid(), SIGUSR1);
        }
        _exit(!to || fwrite(text.ptr, 1, text.len, to) != text.len || fclose(to) != 0);
    }
    OK(keyring_open(path, STR_NONE, k->in.id, &again));
    int status = -1;
    while (waitpid(writer, &status, 0) < 0)
        continue;
    assert_int_equal(status, 0);
    assert_true(str_eq(keyring_check(again, k->a), keyring_check(k->in.keyring, k->a)));
    keyring_free(again);
    sigaction(SIGUSR1, &old, NULL);
    unlink(path);
}

static void bad_keys_are_listed(void **state)
{
    Kit *k = *state;
    int64_t n;
    StrList bad = {0};
    Str moved = wrapped_of(k, k->in.keyring, S("one"));
    OK(keys_put(k->keys, S("one"), moved));
    OK(keys_put(k->keys, S("two"), moved));
    assert_int_equal(keys_put(k->keys, S("three"), str_head(moved, moved.len - 1)), E_KEY);
    OK(keys_check(k->in.keyring, k->keys, k->a, &n, &bad));
    assert_int_equal(n, 2);
    Keyring *next; /* nor is one taken over by another key */
    RootSeal root;
    OK(keyring_next(k->in.keyring, k->a, (Epoch){0}, &root, &next));
    assert_int_equal(keys_rewrap(k->in.keyring, next, root, k->keys, &n), E_KEY);
    keyring_free(next);
    OK(db_exec(k->keys, "DELETE FROM kek"));
    OK(root_seal_read(k->keys, k->a, &root));
    assert_null(root.box.ptr);
    assert_int_equal(bad.n, 1);
    assert_true(str_is(bad.items[0], "two"));
}

/* ---- the stored formats, made by hand from the key in the file ---- */

/* What seal_own must make of padded bytes: 01 00 00 01 | nonce | ciphertext. */
static Str sealed_by_hand(Kit *k, Str context, Str padded)
{
    Key kek, key;
    Hash h;
    unsigned char ad[32], *out = arena_alloc(k->a, 4 + BOX_EXTRA + padded.len);
    memcpy(out, "\1\0\0\1", 4);
    OK(key_file_read(k->in.key_file, STR_NONE, &kek));
    crypto_derive(&kek, 5, "draft   ", &key);
    hash_begin(&h, NULL, sizeof ad);
    hash_part(&h, (Str){(char *)out, 4});
    hash_part(&h, k->in.id);
    hash_part(&h, context);
    hash_end(&h, ad, sizeof ad);
    box_close(&key, (Str){(char *)ad, sizeof ad}, (const unsigned char *)padded.ptr, padded.len,
              out + 4);
    return (Str){(char *)out, 4 + BOX_EXTRA + padded.len};
}

/* What seal must make: the header names the class, and each class has a key of its own. */
static void each_class_has_its_key(void **state)
{
    Kit *k = *state;
    Dek d = fresh(k, PLACE.subject_uid);
    Str padded = {"isi\x80\0\0\0\0\0\0\0\0\0\0\0\0", 16}, back;
    for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
        unsigned char ad[32], blob[4 + BOX_EXTRA + 16] = {1, (unsigned char)c, 0, 1};
        Str parts[] = {{(char *)blob, 4}, k->in.id,         PLACE.reg,
                       PLACE.field,       PLACE.record_uid, PLACE.subject_uid};
        Key dek, key;
        Hash h;
        memcpy(dek.bytes, d.bytes, KEY_SIZE);
        crypto_derive(&dek, (uint64_t)c, "sigapcls", &key);
        hash_begin(&h, NULL, sizeof ad);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            hash_part(&h, parts[i]);
        hash_end(&h, ad, sizeof ad);
        box_close(&key, (Str){(char *)ad, sizeof ad}, (const unsigned char *)padded.ptr, padded.len,
                  blob + 4);
        OK(unseal(k->in.keyring, &d, PLACE, k->a, (Str){(char *)blob, sizeof blob}, &back));
        assert_true(str_is(back, "isi"));
    }
}

static void the_format_stays(void **state)
{
    Kit *k = *state;
    Str back, good = {"isi\x80\0\0\0\0\0\0\0\0\0\0\0\0", 16};
    OK(unseal_own(k->in.keyring, "draft   ", S("x"), k->a, sealed_by_hand(k, S("x"), good), &back));
    assert_true(str_is(back, "isi"));
    Str bare = {"0123456789abcdef", 16}; /* never padded, though sealed with the right key */
    assert_int_equal(
        unseal_own(k->in.keyring, "draft   ", S("x"), k->a, sealed_by_hand(k, S("x"), bare), &back),
        E_CORRUPT);
}

/* Where one part ends and the next begins is part of what is hashed, also beyond 255 bytes. */
static void parts_are_told_apart(void **state)
{
    static const char zeroes[256];
    Str none = S(""), many = {zeroes, sizeof zeroes};
    unsigned char one[32], other[32];
    Hash h;
    (void)state;
    hash_begin(&h, NULL, sizeof one);
    hash_part(&h, none);
    hash_part(&h, many);
    hash_end(&h, one, sizeof one);
    hash_begin(&h, NULL, sizeof other);
    hash_part(&h, many);
    hash_part(&h, none);
    hash_end(&h, other, sizeof other);
    assert_memory_not_equal(one, other, sizeof one);
    unsigned char *locked = crypto_locked(100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(locked[i], 0);
    crypto_unlocked(locked);
}

static void padding_is_checked(void **state)
{
    (void)state;
    unsigned char text[64] = "isi\x80";
    size_t n = 99;
    assert_false(pad_remove(text, 0, &n));
    assert_false(pad_remove((const unsigned char *)"0123456789abcdef", 16, &n));
    assert_false(pad_remove(text, 64, &n)); /* three bytes are padded to sixteen */
    assert_int_equal(n, 99);
    assert_true(pad_remove(text, 16, &n));
    assert_int_equal(n, 3);
}

static void boxes_and_hex(void **state)
{
    Kit *k = *state;
    Key key = {{7}};
    unsigned char box[BOX_EXTRA + 3], plain[8], bytes[2];
    box_close(&key, S("place"), (const unsigned char *)"abc", 3, box);
    Str whole = {(char *)box, sizeof box};
    assert_true(box_open(&key, S("place"), whole, plain));
    assert_memory_equal(plain, "abc", 3);
    assert_false(box_open(&key, S("elsewhere"), whole, plain));
    assert_false(box_open(&key, S("place"), str_head(whole, BOX_EXTRA - 1), plain));
    assert_false(box_open(&key, S("place"), str_head(whole, 3), plain));
    assert_true(str_is(hex_of(k->a, (const unsigned char *)"\x0a\xff", 2), "0aff"));
    assert_true(hex_read(S("0aff"), bytes, 2));
    assert_memory_equal(bytes, "\x0a\xff", 2);
    static const char *const wrong[] = {"",     "0af",  "0aff0", "0aFF", "0a f",
                                        "0a/0", "0a:0", "0a`0",  "0ag0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(hex_read(str_of(wrong[i]), bytes, 2));
}

/* RFC 8032, 7.1, the second test; BLAKE2b of "abc" from RFC 7693, appendix A. */
static void signatures_and_hashes_are_the_published_ones(void **state)
{
    Kit *k = *state;
    unsigned char seed[SIGN_SEED], public[SIGN_PUBLIC], signature[SIGN_SIZE], hash[64];
    Hash h;
    assert_true(hex_read(S("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
                         seed, sizeof seed));
    sign_public(seed, public);
    assert_true(str_is(hex_of(k->a, public, sizeof public),
                       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    sign_make(seed, S("\x72"), signature);
    assert_true(str_is(hex_of(k->a, signature, sizeof signature),
                       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                       "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
    assert_true(sign_fits(public, S("\x72"), signature));
    assert_false(sign_fits(public, S("\x73"), signature));
    hash_begin(&h, NULL, sizeof hash);
    hash_raw(&h, S("ab"));
    hash_raw(&h, STR_NONE);
    hash_raw(&h, S("c"));
    hash_end(&h, hash, sizeof hash);
    assert_true(str_is(hex_of(k->a, hash, sizeof hash),
                       "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                       "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"));
}

static void streams_open_for_their_reader_only(void **state)
{
    (void)state;
    Key mine = {{8}}, yours = {{16}};
    unsigned char to[PAIR_PUBLIC], head[STREAM_HEAD], piece[2][3 + STREAM_EXTRA], plain[3];
    SealStream s;
    bool last = true;
    pair_public(&mine, to);
    stream_seal_begin(&s, to, head);
    stream_seal(&s, S("abc"), false, piece[0]);
    stream_seal(&s, S("def"), true, piece[1]);
    assert_false(stream_open_begin(&s, &yours, head));
    assert_true(stream_open_begin(&s, &mine, head));
    Str one = {(char *)piece[0], sizeof piece[0]}, two = {(char *)piece[1], sizeof piece[1]};
    assert_false(stream_open(&s, str_head(one, STREAM_EXTRA - 1), plain, &last));
    assert_false(stream_open(&s, two, plain, &last)); /* out of turn */
    assert_true(stream_open(&s, one, plain, &last));
    assert_memory_equal(plain, "abc", 3);
    assert_false(last);
    assert_false(stream_open(&s, one, plain, &last)); /* twice */
    assert_true(stream_open(&s, two, plain, &last));
    assert_memory_equal(plain, "def", 3);
    assert_true(last);
    head[STREAM_HEAD - 1] ^= 1;
    assert_true(stream_open_begin(&s, &mine, head)); /* the nonce of the first piece */
    assert_false(stream_open(&s, one, plain, &last));
    head[0] ^= 1;
    assert_false(stream_open_begin(&s, &mine, head));
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
        KIT_TEST(another_key_opens_what_the_first_sealed),
        KIT_TEST(the_key_store_of_an_older_program_opens),
        KIT_TEST(the_version_of_a_key_is_kept),
        KIT_TEST(the_key_changes_as_often_as_there_is_room),
        KIT_TEST(old_key_files_are_told_by_their_number),
        KIT_TEST(two_shares_give_the_key),
        KIT_TEST(papers_of_old_fit),
        KIT_TEST(shares_are_checked),
        KIT_TEST(a_passphrase_closes_the_file),
        KIT_TEST(places_where_no_key_file_can_be),
        KIT_TEST(a_signal_does_not_cut_reading_short),
        KIT_TEST(bad_keys_are_listed),
        KIT_TEST(each_class_has_its_key),
        KIT_TEST(the_format_stays),
        cmocka_unit_test(parts_are_told_apart),
        cmocka_unit_test(padding_is_checked),
        KIT_TEST(boxes_and_hex),
        KIT_TEST(signatures_and_hashes_are_the_published_ones),
        cmocka_unit_test(streams_open_for_their_reader_only),
        KIT_TEST(cost_of_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
