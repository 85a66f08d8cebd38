/* Every call to the database that scope, keys and the audit chain make fails once, one after the
 * other: each is told to the caller, and the next try without a failure succeeds. */
#include "guard_kit.h"

#include "failing_db.h"
#include "guard/audit.h"
#include "guard/crypto.h"
#include "guard/key_file.h"
#include "guard/reach.h"
#include <errno.h>

typedef Err (*Act)(Kit *k);

typedef void (*Look)(Kit *k, Err of_act);

/* The act with its first, second, .. call failing, until it makes no more calls; within
 * transactions that are taken back, or, with `look` at what it left, in those that it opens
 * itself. */
static void fails_in_turn(Kit *k, Act act, Look look)
{
    int n = 1;
    for (;; n++) {
        db_close(k->db); /* so that each statement is prepared again */
        db_close(k->keys);
        OK(db_open(k->in.data_db, DB_WRITE, &k->db));
        OK(db_open(k->in.keys_db, DB_WRITE, &k->keys));
        k->tx.db = k->db;
        if (!look) {
            OK(db_begin(k->db));
            OK(db_begin(k->keys));
        }
        failing_db_at(n);
        Err e = act(k);
        bool failed = failing_db_ended();
        assert_int_equal(e, failed ? E_DB : ERR_OK);
        if (look) {
            look(k, e);
        } else {
            db_rollback(k->db);
            db_rollback(k->keys);
        }
        if (!failed)
            break;
    }
    assert_true(n > 1);
}

static void fails_each_time(Kit *k, Act act)
{
    fails_in_turn(k, act, NULL);
}

static const Subject someone = {.user = 4, .agency_count = 1, .agencies = {7}};

static Err put(Kit *k)
{
    return reach_put(k->db, S("thing"), 1, principal_of(PRINCIPAL_USER, 4), 0, 100, S("a"));
}

static Err drop(Kit *k)
{
    return reach_drop(k->db, S("thing"), 1, S("a"));
}

static Err drop_all(Kit *k)
{
    return reach_drop(k->db, S("thing"), 1, STR_NONE);
}

static Err copy(Kit *k)
{
    return reach_copy(k->db, S("file"), 9, S("thing"), 1, S("file 9"));
}

static Err next_change(Kit *k)
{
    int64_t at;
    return reach_next_change(k->db, 50, &at);
}

static Err relation(Kit *k)
{
    Relation rel;
    return reach_relation(k->db, &someone, S("thing"), 1, 50, &rel);
}

static Err is_wide(Kit *k)
{
    bool wide;
    return reach_is_wide(k->db, k->a, S("thing"), SCOPE_BIT(SCOPE_OWN), &someone, &wide);
}

static void scope_says_what_failed(void **state)
{
    Kit *k = *state;
    static const Act acts[] = {put, drop, drop_all, copy, next_change, relation, is_wide};
    OK(put(k));
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        fails_each_time(k, acts[i]);
}

static Err append(Kit *k)
{
    AuditRow row = {.actor = S("u"), .action = S("read"), .result = S("ok")};
    return audit_append(&k->tx, k->in.keyring, &row);
}

static Err verify(Kit *k)
{
    AuditCheck check;
    return audit_verify(k->db, k->in.keyring, &check);
}

static Err mac_at(Kit *k)
{
    Str mac;
    return audit_mac_at(k->db, k->a, 1, &mac);
}

static void the_chain_says_what_failed(void **state)
{
    Kit *k = *state;
    Str mac = S("untouched");
    assert_int_equal(audit_mac_at(k->db, k->a, 1, &mac), E_NOT_FOUND);
    assert_true(str_is(mac, "untouched"));
    OK(append(k));
    fails_each_time(k, append);
    fails_each_time(k, verify);
    fails_each_time(k, mac_at);
    AuditCheck check;
    OK(audit_verify(k->db, k->in.keyring, &check));
    assert_int_equal(check.rows, 1);
    assert_int_equal(check.bad_seq, 0);
}

static Err schema(Kit *k)
{
    TRY(reach_schema(k->db));
    TRY(audit_schema(k->db));
    return keys_schema(k->keys);
}

static Err new_key(Kit *k)
{
    Dek dek;
    Str wrapped;
    keyring_new_dek(k->in.keyring, k->a, S("new"), &dek, &wrapped);
    return keys_put(k->keys, S("new"), wrapped);
}

static Err destroy(Kit *k)
{
    return keys_destroy(k->keys, S("one"));
}

static Err read_key(Kit *k)
{
    Dek dek;
    return keyring_dek(k->in.keyring, k->keys, S("one"), &dek);
}

static Err check_keys(Kit *k)
{
    int64_t n;
    StrList bad = {0};
    return keys_check(k->in.keyring, k->keys, k->a, &n, &bad);
}

static Err read_root(Kit *k)
{
    RootSeal root;
    return root_seal_read(k->keys, k->a, &root);
}

static Err rewrap(Kit *k)
{
    Keyring *next;
    RootSeal root;
    int64_t n;
    TRY(keyring_next(k->in.keyring, k->a, (Epoch){0}, &root, &next));
    Err e = keys_rewrap(k->in.keyring, next, root, k->keys, &n);
    keyring_free(next);
    return e;
}

static void put_key(Kit *k, const char *subject)
{
    Dek dek;
    Str wrapped;
    keyring_new_dek(k->in.keyring, k->a, str_of(subject), &dek, &wrapped);
    OK(keys_put(k->keys, str_of(subject), wrapped));
}

static Str wrapped_of(Kit *k, Str subject)
{
    Stmt *st;
    OK(db_first(k->keys, "SELECT wrapped FROM kunci WHERE subject=:s", &st, BIND(":s", subject)));
    Str ret = st ? row_blob(k->a, st, 0) : STR_NONE;
    if (st)
        stmt_done(st);
    return ret;
}

static Str held; /* how "one" was wrapped before its fresh key took over */

static Err take_over(Kit *k)
{
    return keys_take_over(k->in.keyring, k->keys, k->a, S("one"));
}

/* Whatever failed: the old key opens and the fresh one waits, or it has taken over. */
static void look_at_keys(Kit *k, Err of_act)
{
    bool waits = wrapped_of(k, S(KEY_COMES "one")).ptr != NULL;
    assert_int_equal(waits, of_act != ERR_OK);
    assert_int_equal(str_eq(wrapped_of(k, S("one")), held), waits);
}

static Err forget_before(Kit *k)
{
    return keys_forget_before(k->in.keyring, k->keys, k->a);
}

/* Told as done only when it is: the root of now stands in the key store, and keys open by it. */
static void look_at_root(Kit *k, Err of_act)
{
    RootSeal root;
    Dek dek;
    OK(root_seal_read(k->keys, k->a, &root));
    if (of_act == ERR_OK)
        assert_int_equal(root.version, 1);
    OK(keyring_dek(k->in.keyring, k->keys, S("one"), &dek));
    dek_wipe(&dek);
}

static void a_fresh_key_takes_over_whole_or_not_at_all(void **state)
{
    Kit *k = *state;
    put_key(k, "one");
    held = wrapped_of(k, S("one"));
    OK(keys_take_over(k->in.keyring, k->keys, k->a, S("one"))); /* none waits: nothing to do */
    assert_true(str_eq(wrapped_of(k, S("one")), held));
    put_key(k, KEY_COMES "one");
    fails_in_turn(k, take_over, look_at_keys);
    fails_in_turn(k, forget_before, look_at_root);
}

static void keys_say_what_failed(void **state)
{
    Kit *k = *state;
    static const Act acts[] = {new_key, destroy, read_key, check_keys, read_root, rewrap, schema};
    put_key(k, "one");
    put_key(k, "two");
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        fails_each_time(k, acts[i]);
    OK(rewrap(k));
    fails_each_time(k, read_root); /* now there is one to read */
}

/* ---- what is no database ---- */

static bool fsync_fails, write_fails, stretch_fails;
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_crypto_pwhash(unsigned char *out, unsigned long long out_n, const char *text,
                         unsigned long long text_n, const unsigned char *salt,
                         unsigned long long passes, size_t memory, int alg);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_n, const char *text,
                         unsigned long long text_n, const unsigned char *salt,
                         unsigned long long passes, size_t memory, int alg);

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    if (!write_fails)
        return __real_write(fd, bytes, n);
    errno = EIO;
    return -1;
}

int __wrap_fsync(int fd)
{
    return fsync_fails ? -1 : __real_fsync(fd);
}

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_n, const char *text,
                         unsigned long long text_n, const unsigned char *salt,
                         unsigned long long passes, size_t memory, int alg)
{
    return stretch_fails
               ? -1
               : __real_crypto_pwhash(out, out_n, text, text_n, salt, passes, memory, alg);
}

/* The old key file stands whatever keeps the new one from being written. */
static void the_key_file_stays_when_it_cannot_be_replaced(void **state)
{
    Kit *k = *state;
    Keyring *again;
    Str passphrase = S("kata sandi yang panjang");
    const char *path = str_printf(k->a, "%s/copy.key", k->dir).ptr;
    OK(keyring_write(k->in.keyring, path, passphrase));
    fsync_fails = true;
    assert_int_equal(keyring_write(k->in.keyring, path, STR_NONE), E_IO);
    fsync_fails = false;
    write_fails = true;
    assert_int_equal(keyring_write(k->in.keyring, path, STR_NONE), E_IO);
    write_fails = false;
    stretch_fails = true; /* no memory for argon2id */
    assert_int_equal(keyring_write(k->in.keyring, path, S("lain")), E_BUSY);
    assert_int_equal(keyring_open(path, passphrase, k->in.id, &again), E_BUSY);
    Key key;
    unsigned char salt[16] = {0};
    assert_int_equal(crypto_stretch(STR_NONE, salt, &key), E_BUSY);
    stretch_fails = false;
    OK(keyring_open(path, passphrase, k->in.id, &again));
    keyring_free(again);
    OK(keyring_write(k->in.keyring, path, STR_NONE)); /* over what the failure left behind */
    OK(keyring_open(path, STR_NONE, k->in.id, &again));
    keyring_free(again);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(scope_says_what_failed),
        KIT_TEST(the_chain_says_what_failed),
        KIT_TEST(keys_say_what_failed),
        KIT_TEST(a_fresh_key_takes_over_whole_or_not_at_all),
        KIT_TEST(the_key_file_stays_when_it_cannot_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
