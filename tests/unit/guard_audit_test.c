/* The audit chain: what was changed, cut out, moved or slipped in is found; a failed command leaves
 * no gap. */
#include "guard/key_file.h"
#include "guard_kit.h"

#include "guard/anchor.h"
#include "guard/audit.h"

enum { ROWS = 2000 };

static AuditRow sample(Arena *a, int i)
{
    return (AuditRow){.actor = str_printf(a, "user-%d", i % 7),
                      .agency = i % 5,
                      .session = i % 3 ? str_printf(a, "session-%d", i % 11) : STR_NONE,
                      .action = i % 2 ? S("read") : S("create"),
                      .reg = S("reg"),
                      .uid = str_printf(a, "uid-%d", i),
                      .classes = (unsigned)i % 64,
                      .purpose = i % 4 ? S("") : STR_NONE,
                      .result = S("ok"),
                      .tx = i};
}

static void fill(Kit *k, int n)
{
    OK(db_begin(k->db));
    for (int i = 0; i < n; i++) {
        AuditRow row = sample(k->a, i);
        OK(audit_append(&k->tx, k->in.keyring, &row));
    }
    OK(db_commit(k->db));
}

static AuditCheck verify(Kit *k)
{
    AuditCheck c = {-1, -1};
    OK(audit_verify(k->db, k->in.keyring, &c));
    return c;
}

static void a_chain_fits(void **state)
{
    Kit *k = *state;
    AuditCheck c = verify(k);
    assert_int_equal(c.rows, 0);
    assert_int_equal(c.bad_seq, 0);
    fill(k, ROWS);
    c = verify(k);
    assert_int_equal(c.rows, ROWS);
    assert_int_equal(c.bad_seq, 0);
}

/* Runs the damage, expects the first bad row there, and undoes it. */
static void damage(Kit *k, const char *sql, int64_t expected)
{
    OK(db_begin(k->db));
    OK(db_exec(k->db, sql));
    AuditCheck c = verify(k);
    if (c.bad_seq != expected)
        print_message("%s: found %lld\n", sql, (long long)c.bad_seq);
    assert_int_equal(c.bad_seq, expected);
    db_rollback(k->db);
    assert_int_equal(verify(k).bad_seq, 0);
}

static void every_column_is_bound(void **state)
{
    Kit *k = *state;
    fill(k, 50);
    damage(k, "UPDATE audit SET at=at+1 WHERE seq=10", 10);
    damage(k, "UPDATE audit SET actor='someone' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET actor=NULL WHERE seq=10", 10);
    damage(k, "UPDATE audit SET agency=agency+1 WHERE seq=10", 10);
    damage(k, "UPDATE audit SET session='x' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET session='' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET action='list' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET reg=NULL WHERE seq=10", 10);
    damage(k, "UPDATE audit SET uid='uid-11' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET classes=classes+1 WHERE seq=10", 10);
    damage(k, "UPDATE audit SET classes=classes+4294967296 WHERE seq=10", 10);
    damage(k, "UPDATE audit SET purpose=NULL WHERE seq=11", 11);
    damage(k, "UPDATE audit SET purpose='' WHERE seq=9", 9);
    damage(k, "UPDATE audit SET grant_uid='g' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET result='E_DENIED' WHERE seq=10", 10);
    damage(k, "UPDATE audit SET tx=0 WHERE seq=10", 10);
    damage(k, "UPDATE audit SET prev=zeroblob(32) WHERE seq=10", 10);
    damage(k, "UPDATE audit SET mac=zeroblob(32) WHERE seq=10", 10);
    damage(k, "UPDATE audit SET node=2 WHERE seq=50", 50);
    damage(k, "UPDATE audit SET reg=reg||uid, uid='' WHERE seq=10", 10);
}

/* Where one text ends and the next begins is bound, whatever stands in them. */
static void texts_cannot_run_into_each_other(void **state)
{
    Kit *k = *state;
    AuditRow row = {.actor = S("u"), .purpose = S("p"), .grant = S("g;:h"), .result = S("ok")};
    OK(audit_append(&k->tx, k->in.keyring, &row));
    damage(k, "UPDATE audit SET purpose='p;:g', grant_uid='h'", 1);
}

static void rows_cannot_be_moved(void **state)
{
    Kit *k = *state;
    fill(k, 50);
    damage(k, "DELETE FROM audit WHERE seq=1", 2);
    damage(k, "DELETE FROM audit WHERE seq=10", 11);
    damage(k, "DELETE FROM audit WHERE seq=10;UPDATE audit SET seq=seq-1 WHERE seq=11", 10);
    damage(k,
           "UPDATE audit SET seq=999 WHERE seq=10;UPDATE audit SET seq=10 WHERE seq=11;"
           "UPDATE audit SET seq=11 WHERE seq=999",
           10);
    damage(k,
           "INSERT INTO audit SELECT node,51,at,actor,agency,session,action,reg,uid,classes,"
           "purpose,grant_uid,result,tx,prev,mac FROM audit WHERE seq=50",
           51);
    damage(k,
           "INSERT INTO audit SELECT node,0,at,actor,agency,session,action,reg,uid,classes,"
           "purpose,grant_uid,result,tx,prev,mac FROM audit WHERE seq=1",
           1);
}

static void a_lone_row_is_bound_to_its_place(void **state)
{
    Kit *k = *state;
    fill(k, 1);
    damage(k, "UPDATE audit SET node=2", 1);
    damage(k, "UPDATE audit SET node=0", 1);
    damage(k, "UPDATE audit SET seq=0", 1);
    damage(k, "UPDATE audit SET seq=-5", 1);
    damage(k, "UPDATE audit SET seq=2", 2);
}

static int from_environment(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

static const char *const columns[] = {"at=at+1",           "actor=actor||'x'",  "agency=agency+1",
                                      "session='other'",   "action='list'",     "reg=reg||'x'",
                                      "uid=uid||'x'",      "classes=classes+1", "purpose='other'",
                                      "grant_uid='other'", "result='E_DENIED'", "tx=tx+1"};

/* One row edited, taken out, or exchanged with another: told at the first row that no longer fits.
 */
static void damage_at(Kit *k, Dice *d, int rows)
{
    int seq = 1 + (int)dice(d, (unsigned)rows - 2);
    int other = seq + 1 + (int)dice(d, (unsigned)(rows - seq));
    const char *column = columns[dice(d, (unsigned)(sizeof columns / sizeof *columns))];
    damage(k, str_printf(k->a, "UPDATE audit SET %s WHERE seq=%d", column, seq).ptr, seq);
    damage(k, str_printf(k->a, "DELETE FROM audit WHERE seq=%d", seq).ptr, seq + 1);
    damage(k,
           str_printf(k->a,
                      "UPDATE audit SET seq=-1 WHERE seq=%d;UPDATE audit SET seq=%d WHERE seq=%d;"
                      "UPDATE audit SET seq=%d WHERE seq=-1",
                      seq, seq, other, other)
               .ptr,
           seq);
}

/* The tail cut off: the chain still fits, the anchor does not. */
static void cut_behind_anchor(Kit *k, Dice *d, Str anchor, int rows)
{
    AnchorCheck found;
    int kept = 1 + (int)dice(d, (unsigned)rows - 1);
    OK(db_begin(k->db));
    OK(db_exec(k->db, str_printf(k->a, "DELETE FROM audit WHERE seq>%d", kept).ptr));
    AnchorFile file = {.text = anchor,
                       .public_key = anchor_public_key(k->in.keyring, k->a),
                       .db = k->db,
                       .installation = k->in.id};
    OK(anchor_check(&file, k->a, &found));
    assert_int_equal(found.fault, ANCHOR_CUT);
    db_rollback(k->db);
}

static void samples_of_a_long_chain(void **state)
{
    Kit *k = *state;
    Dice d = {(uint64_t)from_environment("SIGAP_SEED", 20261120)};
    int rows = from_environment("SIGAP_AUDIT_ROWS", ROWS);
    int samples = from_environment("SIGAP_TAMPERINGS", 12);
    Str anchor;
    fill(k, rows);
    OK(anchor_make(k->db, k->in.keyring, k->a, k->in.id, &anchor));
    for (int i = 0; i < samples; i++) {
        damage_at(k, &d, rows);
        cut_behind_anchor(k, &d, anchor, rows);
    }
    print_message("%d rows, %d edits, removals, exchanges and cuts each: all found\n", rows,
                  samples);
}

static void another_key_fits_nothing(void **state)
{
    Kit *k = *state;
    Keyring *other;
    AuditCheck c;
    const char *path = str_printf(k->a, "%s/other.key", k->dir).ptr;
    fill(k, 3);
    OK(key_file_create(path));
    OK(keyring_open(path, STR_NONE, k->in.id, &other));
    OK(audit_verify(k->db, other, &c));
    assert_int_equal(c.bad_seq, 1);
    keyring_free(other);
    unlink(path);
}

static void a_failed_command_leaves_no_gap(void **state)
{
    Kit *k = *state;
    OK(db_begin(k->db));
    for (int i = 0; i < 30; i++) {
        AuditRow row = sample(k->a, i);
        OK(db_savepoint(k->db));
        OK(audit_append(&k->tx, k->in.keyring, &row));
        if (i % 3 == 1)
            db_rollback_to(k->db);
        else
            OK(db_release(k->db));
    }
    OK(db_commit(k->db));
    AuditCheck c = verify(k);
    assert_int_equal(c.rows, 20);
    assert_int_equal(c.bad_seq, 0);
    int64_t last = 0;
    OK(db_number(k->db, "SELECT max(seq) FROM audit", &last));
    assert_int_equal(last, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_chain_fits),
        KIT_TEST(every_column_is_bound),
        KIT_TEST(texts_cannot_run_into_each_other),
        KIT_TEST(rows_cannot_be_moved),
        KIT_TEST(a_lone_row_is_bound_to_its_place),
        KIT_TEST(samples_of_a_long_chain),
        KIT_TEST(another_key_fits_nothing),
        KIT_TEST(a_failed_command_leaves_no_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
