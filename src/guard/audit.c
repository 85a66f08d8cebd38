#include "guard/audit.h"

#include "clock.h"

#include <string.h>

enum { MAC_SIZE = AUDIT_MAC, ROWS_PER_ARENA = 500 };

#define COLUMNS                                                                                    \
    "node,seq,at,actor,agency,session,action,reg,uid,classes,purpose,grant_uid,result,tx,prev,mac"

/* What one row says, in the order of the columns. */
typedef struct Entry {
    AuditRow row;
    int64_t node, seq, at;
    int64_t classes; /* all 64 bits as stored: an edit above the mask must not pass */
    Str prev, mac;
} Entry;

Err audit_schema(Db *db)
{
    return db_exec(db,
                   "CREATE TABLE IF NOT EXISTS audit(node " DB_INTEGER " NOT NULL,"
                   "seq " DB_INTEGER " NOT NULL, at " DB_INTEGER " NOT NULL,"
                   "actor " DB_TEXT ", agency " DB_INTEGER " NOT NULL, session " DB_TEXT ","
                   "action " DB_TEXT ", reg " DB_TEXT ", uid " DB_TEXT ","
                   "classes " DB_INTEGER " NOT NULL, purpose " DB_TEXT ", grant_uid " DB_TEXT ","
                   "result " DB_TEXT ", tx " DB_INTEGER " NOT NULL, prev " DB_BLOB " NOT NULL,"
                   "mac " DB_BLOB " NOT NULL, PRIMARY KEY(node, seq));"
                   "CREATE INDEX IF NOT EXISTS audit_record ON audit(uid, seq);"
                   "CREATE INDEX IF NOT EXISTS audit_actor ON audit(actor, seq);");
}

static void code_text(Buf *b, Str s)
{
    if (s.ptr)
        buf_printf(b, "%zu:", s.len);
    else
        buf_char(b, '-');
    buf_put(b, s);
    buf_char(b, ';');
}

static void code_int(Buf *b, int64_t n)
{
    buf_printf(b, "%lld;", (long long)n);
}

/* One text for one row: every column but the mac, each with its length. Part of the stored format.
 */
static Str encode(Arena *a, const Entry *e)
{
    Buf b = buf_new(a, 512);
    const AuditRow *r = &e->row;
    code_int(&b, e->node);
    code_int(&b, e->seq);
    code_int(&b, e->at);
    code_text(&b, r->actor);
    code_int(&b, r->agency);
    code_text(&b, r->session);
    code_text(&b, r->action);
    code_text(&b, r->reg);
    code_text(&b, r->uid);
    code_int(&b, e->classes);
    code_text(&b, r->purpose);
    code_text(&b, r->grant);
    code_text(&b, r->result);
    code_int(&b, r->tx);
    code_text(&b, e->prev);
    return buf_str(&b);
}

static void mac_of(const Keyring *k, size_t epoch, Arena *a, const Entry *e,
                   unsigned char ret[MAC_SIZE])
{
    keyring_mac(k, epoch, "sigapaud", encode(a, e), ret);
}

/* The first row hangs on 32 zero bytes. */
static Str first_prev(void)
{
    static const char zeroes[MAC_SIZE];
    return (Str){zeroes, sizeof zeroes};
}

Err audit_head(Db *db, Arena *a, int64_t *ret_seq, Str *ret_mac)
{
    Stmt *st;
    TRY(db_first(db, "SELECT seq,mac FROM audit WHERE node=:node ORDER BY seq DESC LIMIT 1", &st,
                 BIND(":node", AUDIT_NODE)));
    *ret_seq = st ? row_int(st, 0) : 0;
    *ret_mac = st ? row_blob(a, st, 1) : first_prev();
    stmt_done(st);
    return ERR_OK;
}

Err audit_mac_at(Db *db, Arena *a, int64_t seq, Str *ret_mac)
{
    Stmt *st;
    TRY(db_first(db, "SELECT mac FROM audit WHERE node=:node AND seq=:seq", &st,
                 BIND(":node", AUDIT_NODE), BIND(":seq", seq)));
    if (!st)
        return E_NOT_FOUND;
    *ret_mac = row_blob(a, st, 0);
    stmt_done(st);
    return ERR_OK;
}

static Err insert(Db *db, const Entry *e)
{
    const AuditRow *r = &e->row;
    return db_run(db,
                  "INSERT INTO audit(" COLUMNS ") VALUES(:node,:seq,:at,:actor,:agency,:session,"
                  ":action,:reg,:uid,:classes,:purpose,:grant,:result,:tx,:prev,:mac)",
                  BIND(":node", e->node), BIND(":seq", e->seq), BIND(":at", e->at),
                  BIND(":actor", r->actor), BIND(":agency", r->agency),
                  BIND(":session", r->session), BIND(":action", r->action), BIND(":reg", r->reg),
                  BIND(":uid", r->uid), BIND(":classes", e->classes), BIND(":purpose", r->purpose),
                  BIND(":grant", r->grant), BIND(":result", r->result), BIND(":tx", r->tx),
                  BIND_BLOB(":prev", e->prev), BIND_BLOB(":mac", e->mac));
}

Err audit_append(WriteTx *tx, const Keyring *k, const AuditRow *row)
{
    unsigned char mac[MAC_SIZE];
    Entry e = {.row = *row, .node = AUDIT_NODE, .at = clock_now(), .classes = row->classes};
    TRY(audit_head(tx->db, tx->arena, &e.seq, &e.prev));
    e.seq++;
    mac_of(k, keyring_epochs(k), tx->arena, &e, mac);
    e.mac = (Str){(const char *)mac, sizeof mac};
    return insert(tx->db, &e);
}

static Entry read_entry(Arena *a, Stmt *st)
{
    return (Entry){.node = row_int(st, 0),
                   .seq = row_int(st, 1),
                   .at = row_int(st, 2),
                   .row = {.actor = row_text(a, st, 3),
                           .agency = row_int(st, 4),
                           .session = row_text(a, st, 5),
                           .action = row_text(a, st, 6),
                           .reg = row_text(a, st, 7),
                           .uid = row_text(a, st, 8),
                           .purpose = row_text(a, st, 10),
                           .grant = row_text(a, st, 11),
                           .result = row_text(a, st, 12),
                           .tx = row_int(st, 13)},
                   .classes = row_int(st, 9),
                   .prev = row_blob(a, st, 14),
                   .mac = row_blob(a, st, 15)};
}

/* Where the chain stands while it is walked. */
typedef struct Walk {
    const Keyring *k;
    size_t epoch;
    int64_t seq;
    unsigned char last[MAC_SIZE];
    AuditCheck check;
} Walk;

/* Goes on to the epoch of a row; false when the chain does not stand where an exchange of keys left
 * it. */
static bool enter_epoch(Walk *w, int64_t seq)
{
    while (w->epoch < keyring_epochs(w->k)) {
        const Epoch *next = keyring_epoch(w->k, w->epoch + 1);
        if (seq <= next->row)
            return true;
        if (memcmp(w->last, next->mac, sizeof next->mac) != 0)
            return false;
        w->epoch++;
    }
    return true;
}

/* There is one chain: the numbers of another node's would not go on. */
static bool fits(Walk *w, Arena *a, const Entry *e)
{
    unsigned char mac[MAC_SIZE];
    bool ok = enter_epoch(w, e->seq);
    mac_of(w->k, w->epoch, a, e, mac);
    ok &= e->seq == w->seq + 1 && str_eq(e->prev, (Str){(char *)w->last, sizeof w->last}) &&
          str_eq(e->mac, (Str){(char *)mac, sizeof mac});
    w->seq = e->seq;
    memcpy(w->last, mac, sizeof mac);
    return ok;
}

/* Reads the next rows into one arena; `*ret_more` false at the end or at the first bad row. */
static Err walk_some(Walk *w, Stmt *st, bool *ret_more)
{
    bool row = true;
    Err e = ERR_OK;
    Arena *a = arena_new(1024 * 1024);
    for (int n = 0; n < ROWS_PER_ARENA && !w->check.bad_seq; n++) {
        e = stmt_step(st, &row);
        if (e != ERR_OK || !row)
            break;
        Entry entry = read_entry(a, st);
        w->check.rows++;
        if (!fits(w, a, &entry))
            w->check.bad_seq = entry.seq > 0 ? entry.seq : 1; /* rows before the first are forged */
    }
    arena_free(a);
    *ret_more = row && !w->check.bad_seq;
    return e;
}

Err audit_verify(Db *db, const Keyring *k, AuditCheck *ret)
{
    Stmt *st;
    bool more = true;
    Walk w = {.k = k};
    TRY(db_stmt(db, "SELECT " COLUMNS " FROM audit ORDER BY node, seq", &st));
    while (more)
        TRY(walk_some(&w, st, &more));
    stmt_done(st);
    if (!w.check.bad_seq && (!enter_epoch(&w, w.seq + 1) || w.epoch < keyring_epochs(k)))
        w.check.bad_seq = w.seq + 1; /* cut off to before an exchange of keys, or written anew */
    *ret = w.check;
    return ERR_OK;
}
