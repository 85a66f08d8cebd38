/* The population book and its key: a book of an older program, closed by the secret of the
 * installation, gets a key of its own and outlasts any number of exchanges as it lies there. */
#include "guard_kit.h"

#include "base/file.h"
#include "engine/population_file.h"
#include "guard/crypto.h"

#define BOOK "0190aaaa-0000-7000-8000-000000000001"

static void put_length(Buf *b, size_t n)
{
    const char four[4] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    buf_put(b, (Str){four, 4});
}

/* As it was written before books had keys. */
static Str older_book(Kit *k)
{
    Buf b = buf_new(k->a, 4096);
    unsigned char hash[32], seed[SIGN_SEED], signature[SIGN_SIZE];
    Hash h;
    buf_printf(&b, "SIGAP-PENDUDUK-1 %.*s " BOOK "\n", STR_ARG(k->in.id));
    Str place = str_printf(k->a, BOOK " %zu", b.len);
    Str piece = seal_own(k->in.keyring, "penduduk", place, k->a, S("Ada,,\n"));
    put_length(&b, piece.len);
    buf_put(&b, piece);
    hash_begin(&h, NULL, sizeof hash);
    hash_raw(&h, buf_str(&b));
    hash_end(&h, hash, sizeof hash);
    Str said = str_printf(k->a, "SIGAP-PENDUDUK-1 %.*s " BOOK " 1 2026-01-01 %.*s",
                          STR_ARG(k->in.id), STR_ARG(hex_of(k->a, hash, sizeof hash)));
    keyring_mac(k->in.keyring, 0, "penduduk", S("tanda"), seed);
    sign_make(seed, said, signature);
    Str line =
        str_printf(k->a, "%.*s %.*s\n", STR_ARG(said), STR_ARG(hex_of(k->a, signature, SIGN_SIZE)));
    buf_put(&b, line);
    put_length(&b, line.len);
    return buf_str(&b);
}

static bool opens(Kit *k, Str text, const Keyring *keys, Str wrapped)
{
    PopulationFile f;
    Str rows;
    uint64_t next;
    PopulationSeal seal = {keys, k->in.id, population_subject(text, k->a), wrapped};
    assert_int_equal(population_check(text, seal, &f), M_POPULATION_FITS);
    return population_piece(&f, f.first, k->a, &rows, &next) && str_is(rows, "Ada,,\n") &&
           next == f.text.len;
}

static Keyring *exchanged(Kit *k, const Keyring *from)
{
    RootSeal root;
    Keyring *next;
    int64_t n;
    OK(keyring_next(from, k->a, (Epoch){0}, &root, &next));
    OK(keys_rewrap(from, next, root, k->keys, &n));
    return next;
}

static void an_older_book_outlasts_exchanges_as_it_lies(void **state)
{
    Kit *k = *state;
    Str text = older_book(k), subject = population_subject(text, k->a), wrapped;
    PopulationFile f;
    PopulationSeal seal = {.keys = k->in.keyring, .installation = k->in.id};
    assert_true(str_is(subject, "penduduk/" BOOK));
    assert_true(opens(k, text, k->in.keyring, STR_NONE));
    assert_int_equal(population_check(text, seal, &f), M_POPULATION_FITS);
    assert_true(population_adopt(&f, subject, k->a, &wrapped));
    OK(keys_put(k->keys, subject, wrapped));
    const Keyring *second = exchanged(k, k->in.keyring), *third = exchanged(k, second);
    assert_true(opens(k, text, second, STR_NONE)); /* the secret before */
    assert_false(opens(k, text, third, STR_NONE));
    assert_false(opens(k, text, third, wrapped)); /* wrapped under the first key */
    OK(keys_wrapped(k->keys, k->a, subject, &wrapped));
    assert_true(opens(k, text, third, wrapped));
    seal.keys = third; /* nothing is left to adopt it by */
    assert_int_equal(population_check(text, seal, &f), M_POPULATION_FITS);
    assert_false(population_adopt(&f, subject, k->a, &wrapped));
}

static void a_new_book_has_a_key_of_its_own(void **state)
{
    Kit *k = *state;
    const char *path = str_printf(k->a, "%s/buku", k->dir).ptr;
    PopulationWriter w;
    Str text, row[] = {S("Ada"), S(""), S("")};
    OK(population_begin(k->a, (PopulationSeal){.keys = k->in.keyring, .installation = k->in.id},
                        path, &w));
    OK(population_add(&w, row, 3));
    OK(population_end(&w, ERR_OK, S("2026-01-01")));
    OK(file_read(k->a, path, 1 << 20, &text));
    unlink(path);
    assert_true(str_eq(population_subject(text, k->a), w.seal.subject));
    assert_true(opens(k, text, k->in.keyring, w.seal.wrapped));
    assert_false(opens(k, text, k->in.keyring, STR_NONE));
}

static void what_the_secret_before_closed_is_forgotten(void **state)
{
    Kit *k = *state;
    Str back, old = seal_own(k->in.keyring, "draft   ", S("x"), k->a, S("isi"));
    Keyring *next = exchanged(k, k->in.keyring);
    RootSeal root;
    Keyring *again;
    const char *path = str_printf(k->a, "%s/next.key", k->dir).ptr;
    assert_false(keyring_has_before(k->in.keyring));
    assert_true(keyring_has_before(next));
    OK(unseal_own(next, "draft   ", S("x"), k->a, old, &back));
    Str fresh = seal_own(next, "draft   ", S("x"), k->a, S("isi"));
    OK(keys_forget_before(next, k->keys, k->a));
    OK(keyring_write(next, path, STR_NONE));
    OK(root_seal_read(k->keys, k->a, &root));
    OK(keyring_open_under(path, STR_NONE, k->in.id, root, &again));
    unlink(path);
    assert_false(keyring_has_before(again));
    assert_int_equal(keyring_version(again), 2);
    assert_int_equal(unseal_own(again, "draft   ", S("x"), k->a, old, &back), E_CORRUPT);
    OK(unseal_own(again, "draft   ", S("x"), k->a, fresh, &back));
    assert_true(str_eq(keyring_check(again, k->a), keyring_check(k->in.keyring, k->a)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_book_outlasts_exchanges_as_it_lies, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(a_new_book_has_a_key_of_its_own, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(what_the_secret_before_closed_is_forgotten, kit_setup,
                                        kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
