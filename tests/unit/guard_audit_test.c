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

static void every_row_is_bound(Kit *k)
{
    int64_t last = verify(k).rows;
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
    damage(k, "UPDATE audit SET node=2 WHERE seq=(SELECT max(seq) FROM audit)", last);
    damage(k, "UPDATE audit SET reg=reg||uid, uid='' WHERE seq=10", 10);
}

static void every_column_is_bound(void **state)
{
    fill(*state, 50);
    every_row_is_bound(*state);
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

/* ---- epochs ---- */

enum { EPOCH = 20, EPOCHS = 3 };

/* A chain over two exchanges of keys, and the keys that a thief took before each. */
static void fill_epochs(Kit *k, Keyring *thief[EPOCHS - 1])
{
    RootSeal root;
    int64_t n;
    for (int i = 0; i < EPOCHS - 1; i++) {
        fill(k, EPOCH);
        OK(installation_root(k->a, &k->in, &root));
        OK(keyring_open_under(k->in.key_file, STR_NONE, k->in.id, root, &thief[i]));
        OK(installation_rotate(&k->in, k->a, STR_NONE, &n));
    }
    fill(k, EPOCH);
}

static void free_epochs(Kit *k, Keyring *thief[EPOCHS - 1])
{
    for (int i = 1; i < EPOCHS; i++) {
        keyring_free(thief[i - 1]);
        unlink(str_printf(k->a, "%s/" KEY_OLD "-%d", k->dir, i).ptr);
    }
}

/* Everything from a row on written anew by a thief, `n` rows, and behind them what stood there. */
static void forge(Kit *k, const Keyring *thief, int from, int n)
{
    OK(db_exec(k->db, "CREATE TEMP TABLE kept AS SELECT * FROM audit"));
    OK(db_run(k->db, "DELETE FROM audit WHERE seq>=:from", BIND(":from", from)));
    for (int i = 0; i < n; i++) {
        AuditRow row = sample(k->a, 1000 + i);
        OK(audit_append(&k->tx, thief, &row));
    }
    OK(db_exec(k->db,
               "INSERT INTO audit SELECT * FROM kept WHERE seq>(SELECT max(seq) FROM audit)"));
    OK(db_exec(k->db, "DROP TABLE kept"));
}

static void forgery_is_found(Kit *k, const Keyring *thief, int from, int n, int64_t expected)
{
    OK(db_begin(k->db));
    forge(k, thief, from, n);
    assert_int_equal(verify(k).bad_seq, expected);
    db_rollback(k->db);
    assert_int_equal(verify(k).bad_seq, 0);
}

static void a_chain_goes_on_in_epochs(void **state)
{
    Kit *k = *state;
    Keyring *thief[EPOCHS - 1];
    AuditCheck c;
    fill_epochs(k, thief);
    installation_close(&k->in);
    OK(installation_open(k->a, k->dir, &k->in));
    assert_int_equal(keyring_epochs(k->in.keyring), EPOCHS - 1);
    assert_int_equal(keyring_epoch(k->in.keyring, 2)->row, 2 * EPOCH);
    c = verify(k);
    assert_int_equal(c.rows, EPOCHS * EPOCH);
    assert_int_equal(c.bad_seq, 0);
    for (int i = 0; i < EPOCHS - 1; i++) { /* each key fits as far as it reached */
        OK(audit_verify(k->db, thief[i], &c));
        assert_int_equal(c.bad_seq, (i + 1) * EPOCH + 1);
    }
    every_row_is_bound(k);
    free_epochs(k, thief);
}

static void an_older_key_forges_nothing(void **state)
{
    Kit *k = *state;
    Keyring *thief[EPOCHS - 1];
    fill_epochs(k, thief);
    for (int i = 0; i < EPOCHS - 1; i++) {
        int first = (i + 1) * EPOCH + 1; /* of the epoch that came */
        forgery_is_found(k, thief[i], EPOCHS * EPOCH + 1, 1, EPOCHS * EPOCH + 1);
        forgery_is_found(k, thief[i], first, EPOCH, first);
        forgery_is_found(k, thief[i], first + 4, 1, first + 4);
        /* before it he may write what he likes; where the epoch begins it shows */
        forgery_is_found(k, thief[i], first - 8, 8, first);
        forgery_is_found(k, thief[i], first - 1, 1, first);
        forgery_is_found(k, thief[i], first - 1, 40, first);
    }
    free_epochs(k, thief);
}

/* Between the exchange and the first row of the epoch too: the place is in the box. */
static void an_older_key_forges_nothing_before_the_first_row(void **state)
{
    Kit *k = *state;
    Keyring *thief[EPOCHS - 1];
    fill_epochs(k, thief);
    OK(db_run(k->db, "DELETE FROM audit WHERE seq>:last", BIND(":last", 2 * EPOCH)));
    assert_int_equal(verify(k).bad_seq, 0);
    forgery_is_found(k, thief[1], 2 * EPOCH - 3, 4, 2 * EPOCH + 1);
    forgery_is_found(k, thief[1], 2 * EPOCH + 1, 1, 2 * EPOCH + 1);
    damage(k, str_printf(k->a, "DELETE FROM audit WHERE seq>%d", EPOCH + 3).ptr, EPOCH + 4);
    damage(k, str_printf(k->a, "DELETE FROM audit WHERE seq>%d", EPOCH).ptr, EPOCH + 1);
    damage(k, str_printf(k->a, "DELETE FROM audit WHERE seq>%d", EPOCH - 1).ptr, EPOCH);
    damage(k, "DELETE FROM audit", 1);
    free_epochs(k, thief);
}

/* A second chain beside the first would need no newer key. */
static void there_is_one_chain(void **state)
{
    Kit *k = *state;
    unsigned char mac[AUDIT_MAC];
    static const char zeroes[AUDIT_MAC];
    Buf b = buf_new(k->a, 256);
    fill(k, 3);
    buf_printf(&b, "2;1;7;1:u;0;-;4:read;-;-;0;-;-;2:ok;0;32:");
    buf_put(&b, (Str){zeroes, sizeof zeroes});
    buf_char(&b, ';');
    keyring_mac(k->in.keyring, 0, "sigapaud", buf_str(&b), mac);
    OK(db_run(k->db,
              "INSERT INTO audit(node,seq,at,actor,agency,action,classes,result,tx,prev,mac)"
              " VALUES(:node,1,7,'u',0,'read',0,'ok',0,:prev,:mac)",
              BIND(":node", 2), BIND_BLOB(":prev", ((Str){zeroes, sizeof zeroes})),
              BIND_BLOB(":mac", ((Str){(char *)mac, sizeof mac}))));
    assert_int_equal(verify(k).bad_seq, 1);
}

/* What opens the list is the new key alone. */
static void the_list_is_closed_by_the_new_key(void **state)
{
    Kit *k = *state;
    Keyring *thief[EPOCHS - 1], *next;
    RootSeal root, forged;
    fill_epochs(k, thief);
    OK(root_seal_read(k->keys, k->a, &root));
    installation_close(&k->in); /* which an exchange holds alone */
    for (int i = 0; i < 6; i++) {
        forged = root;
        if (i < 2) /* a list of his own, under his own next key */
            OK(keyring_next(thief[i], k->a, (Epoch){.row = 1}, &forged, &next));
        if (i == 2) /* without its last epoch */
            forged.box = str_head(root.box, root.box.len - 80);
        if (i == 3) /* as older programs had it */
            forged.box = str_head(root.box, 136);
        if (i == 4)
            forged.version--;
        if (i < 2)
            keyring_free(next);
        OK(db_exec(k->keys, "DELETE FROM kek"));
        if (i < 5) /* or none, as before the first exchange */
            OK(db_run(k->keys, "INSERT INTO kek(version,root) VALUES(:v,:r)",
                      BIND(":v", i < 2 ? root.version : forged.version),
                      BIND_BLOB(":r", forged.box)));
        assert_int_equal(installation_open(k->a, k->dir, &k->in), E_KEY);
    }
    OK(db_run(k->keys, "INSERT INTO kek(version,root) VALUES(:v,:r)", BIND(":v", root.version),
              BIND_BLOB(":r", root.box)));
    OK(installation_open(k->a, k->dir, &k->in));
    free_epochs(k, thief);
}

/* ---- the seal over an exchange ---- */

/* A line signed by a keyring that may be another's: what a thief of an old seal can write. */
static Str anchor_by(Kit *k, const Keyring *by)
{
    Str line;
    OK(anchor_make(k->db, by, k->a, k->in.id, &line));
    return line;
}

/* What stands in a file, judged with a public key and with the data, or without. */
static AnchorFault judged(Kit *k, Str public_key, bool data, const Str *lines, size_t n)
{
    AnchorCheck found;
    Buf b = buf_new(k->a, 4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%.*s\n", STR_ARG(lines[i]));
    AnchorFile f = {.text = buf_str(&b), .public_key = public_key};
    if (data) {
        f.db = k->db;
        f.installation = k->in.id;
        f.handovers = anchor_handovers(k->in.keyring, k->a, k->in.id, 1);
    }
    OK(anchor_check(&f, k->a, &found));
    return found.fault;
}
#define JUDGED(key, data, ...)                                                                     \
    judged(k, key, data, (const Str[]){__VA_ARGS__},                                               \
           sizeof((const Str[]){__VA_ARGS__}) / sizeof(Str))

/* The seal on both sides of two exchanges, and what joins them. */
typedef struct Seals {
    Keyring *thief[EPOCHS - 1];
    Str key[EPOCHS], anchor[EPOCHS], over[EPOCHS - 1];
} Seals;

static void make_seals(Kit *k, Seals *s)
{
    RootSeal root;
    int64_t n;
    for (int i = 0; i < EPOCHS; i++) {
        fill(k, EPOCH);
        s->anchor[i] = anchor_by(k, k->in.keyring);
        s->key[i] = anchor_public_key(k->in.keyring, k->a);
        if (i == EPOCHS - 1)
            break;
        OK(installation_root(k->a, &k->in, &root));
        OK(keyring_open_under(k->in.key_file, STR_NONE, k->in.id, root, &s->thief[i]));
        OK(installation_rotate(&k->in, k->a, STR_NONE, &n));
    }
    Str rest = anchor_handovers(k->in.keyring, k->a, k->in.id, 1);
    for (int i = 0; i < EPOCHS - 1; i++)
        assert_true(str_cut(&rest, '\n', &s->over[i]));
    assert_true(str_empty(rest));
}

static void every_public_key_follows_the_handovers(void **state)
{
    Kit *k = *state;
    Seals s;
    make_seals(k, &s);
    for (int i = 0; i < EPOCHS; i++) {
        assert_int_equal(JUDGED(s.key[i], false, s.anchor[0], s.over[0], s.anchor[1], s.over[1],
                                s.anchor[2], s.over[1]),
                         ANCHOR_FITS);
        assert_int_equal(
            JUDGED(s.key[i], false, s.over[1], s.over[0], s.anchor[0], s.anchor[1], s.anchor[2]),
            ANCHOR_FITS); /* wherever the agency put them */
        assert_int_equal(JUDGED(s.key[i], false, s.anchor[i]), ANCHOR_FITS);
        assert_int_equal(JUDGED(s.key[i], false, s.anchor[(i + 1) % EPOCHS]), ANCHOR_FORGED);
        for (int j = 0; j < EPOCHS; j++)
            assert_true(i == j || !str_eq(s.key[i], s.key[j]));
    }
    /* who has the data needs no handover beside the anchors */
    assert_int_equal(JUDGED(s.key[2], true, s.anchor[0], s.anchor[1], s.anchor[2]), ANCHOR_FITS);
    assert_int_equal(JUDGED(s.key[2], true, s.anchor[0], s.over[0], s.over[1], s.anchor[2]),
                     ANCHOR_FITS);
    assert_int_equal(JUDGED(s.key[2], false, s.over[0], s.anchor[1]), ANCHOR_FORGED);
    free_epochs(k, s.thief);
}

static void a_stolen_seal_signs_nothing_later(void **state)
{
    Kit *k = *state;
    Seals s;
    RootSeal root;
    Keyring *own;
    make_seals(k, &s);
    fill(k, 1);
    Str forged = anchor_by(k, s.thief[0]), late = anchor_by(k, s.thief[1]);
    for (int i = 0; i < EPOCHS; i++)
        for (int data = 0; data < 2; data++) {
            Str key = data ? s.key[2] : s.key[i];
            assert_int_equal(JUDGED(key, data, s.anchor[0], s.over[0], s.over[1], forged),
                             ANCHOR_OLD_KEY);
            assert_int_equal(JUDGED(key, data, s.over[0], s.over[1], late), ANCHOR_OLD_KEY);
        }
    /* he hands the seal over to himself: with the true handover, with the new key, with the data */
    Epoch found = {.row = EPOCH, .at = 7};
    OK(keyring_next(s.thief[0], k->a, found, &root, &own));
    Str to_himself = str_trim(anchor_handovers(own, k->a, k->in.id, 1)), his = anchor_by(k, own);
    assert_int_equal(JUDGED(s.key[0], false, s.over[0], to_himself), ANCHOR_TWICE);
    assert_int_equal(JUDGED(s.key[0], false, to_himself, his, s.over[0]), ANCHOR_TWICE);
    assert_int_equal(JUDGED(s.key[1], false, to_himself, s.over[0]), ANCHOR_TWICE);
    assert_int_equal(JUDGED(s.key[1], false, to_himself, his), ANCHOR_FORGED);
    assert_int_equal(JUDGED(s.key[2], true, to_himself), ANCHOR_TWICE);
    assert_int_equal(JUDGED(s.key[2], true, his), ANCHOR_FORGED);
    /* alone it leads to his key, which is told: the office's on paper is another */
    AnchorCheck check;
    AnchorFile f = {.text = str_printf(k->a, "%.*s\n%.*s\n", STR_ARG(to_himself), STR_ARG(his)),
                    .public_key = s.key[0]};
    OK(anchor_check(&f, k->a, &check));
    assert_int_equal(check.fault, ANCHOR_FITS);
    assert_int_equal(check.handovers, 1);
    f = (AnchorFile){.text = str_printf(k->a, "%.*s\n%.*s", STR_ARG(his), STR_ARG(to_himself)),
                     .public_key = s.key[0]};
    int64_t rows = check.rows;
    OK(anchor_check(&f, k->a, &check)); /* what it reaches to is the anchor, wherever the other is */
    assert_true(check.rows == rows && rows > EPOCH);
    assert_true(str_eq(check.key, anchor_public_key(own, k->a)) && !str_eq(check.key, s.key[1]));
    keyring_free(own);
    free_epochs(k, s.thief);
}

/* Another letter anywhere in a handover: one of the signatures no longer fits, or the shape. */
static void a_handover_is_signed_whole(void **state)
{
    Kit *k = *state;
    Seals s;
    make_seals(k, &s);
    Str line = s.over[0];
    for (size_t i = 0; i < line.len; i++) {
        char *other = arena_alloc(k->a, line.len);
        memcpy(other, line.ptr, line.len);
        other[i] = other[i] == '0' ? '1' : '0';
        AnchorFault fault = JUDGED(s.key[0], false, line, ((Str){other, line.len}));
        assert_true(fault == ANCHOR_FORGED || fault == ANCHOR_NO_ANCHOR);
    }
    assert_int_equal(JUDGED(s.key[0], false, str_head(line, line.len - 129)), ANCHOR_NO_ANCHOR);
    assert_int_equal(JUDGED(s.key[0], false, s.over[0]), ANCHOR_FITS);
    /* a chain cut back to before the exchange and signed by the new key */
    OK(db_begin(k->db));
    OK(db_run(k->db, "DELETE FROM audit WHERE seq>=:n", BIND(":n", EPOCH)));
    Str back = anchor_by(k, k->in.keyring);
    assert_int_equal(JUDGED(s.key[2], true, back), ANCHOR_SHORTER);
    assert_int_equal(JUDGED(s.key[2], true, s.over[0]), ANCHOR_CUT);
    db_rollback(k->db);
    free_epochs(k, s.thief);
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
        KIT_TEST(a_chain_goes_on_in_epochs),
        KIT_TEST(an_older_key_forges_nothing),
        KIT_TEST(an_older_key_forges_nothing_before_the_first_row),
        KIT_TEST(there_is_one_chain),
        KIT_TEST(the_list_is_closed_by_the_new_key),
        KIT_TEST(every_public_key_follows_the_handovers),
        KIT_TEST(a_stolen_seal_signs_nothing_later),
        KIT_TEST(a_handover_is_signed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
