/* Taking back the newest change: what one command wrote, itself and by the rules and clocks that
 * followed it, is set back as new versions. Judged on the writer, where the versions stand still.
 */
#include "model/undo.h"

#include "base/base64.h"
#include "base/json.h"
#include "model/give_reach.h"
#include "model/row.h"

typedef struct Undo {
    WriteTx *tx;
    Batch *batch;
    int64_t root; /* the command that is taken back */
} Undo;

/* One record that the command wrote: it must still stand at `last`, and goes back before `first`.
 */
typedef struct Touched {
    const Register *reg;
    int64_t rec, first, last;
    bool followed; /* by a rule or clock, not by the person */
} Touched;

typedef ARENA_LIST(Touched) TouchedList;

typedef struct Root {
    int64_t tx, at, import;
    Str actor;
} Root;

static Err refuse(Undo *u, Msg msg, Str arg)
{
    problem_add(&u->batch->problems,
                (Problem){.msg = msg, .args = {str_copy(u->batch->arena, arg)}});
    return E_FLOW;
}

/* The command behind a version: a rule's change has a cause. */
static Err find_root(Db *db, Arena *a, const Register *reg, int64_t rec, int64_t version, Root *ret)
{
    Stmt *st;
    TRY(db_first(db,
                 "SELECT t.id,t.at,t.actor,coalesce(t.import,0) FROM riwayat h"
                 " LEFT JOIN sebab s ON s.tx=h.tx JOIN tx t ON t.id=coalesce(s.root,h.tx)"
                 " WHERE h.reg=:reg AND h.rec=:rec AND h.ver=:ver",
                 &st, BIND(":reg", reg->name), BIND(":rec", rec), BIND(":ver", version)));
    if (!st)
        return E_NOT_FOUND;
    *ret = (Root){.tx = row_int(st, 0),
                  .at = row_int(st, 1),
                  .actor = row_text(a, st, 2),
                  .import = row_int(st, 3)};
    stmt_done(st);
    return ERR_OK;
}

static bool in_time(int64_t at)
{
    return clock_now() - at <= (int64_t)UNDO_MINUTES * 60 * 1000;
}

/* ---- what was written ---- */

static Err read_touched(Undo *u, TouchedList *ret)
{
    Stmt *st;
    Err e;
    TRY(db_stmt(u->tx->db,
                "SELECT reg,rec,min(ver),max(ver),min(t.actor<>r.actor) FROM riwayat"
                " JOIN tx t ON t.id=tx JOIN tx r ON r.id=:root"
                " WHERE tx=:root OR tx IN (SELECT tx FROM sebab WHERE root=:root)"
                " GROUP BY reg,rec ORDER BY max(tx) DESC,rec DESC",
                &st, BIND(":root", u->root)));
    while (stmt_next(st, &e)) {
        Str name = row_text(u->tx->arena, st, 0);
        *ARENA_PUSH(u->tx->arena, *ret) = (Touched){.reg = model_reg(u->batch->store->model, name),
                                                    .rec = row_int(st, 1),
                                                    .first = row_int(st, 2),
                                                    .last = row_int(st, 3),
                                                    .followed = row_int(st, 4) != 0};
    }
    return e;
}

/* Records that others, or later commands, have put under one that would vanish. */
static Err refuse_with_children(Undo *u, const Record *r)
{
    for (size_t i = 0; i < r->reg->child_count; i++) {
        bool row;
        Str sql = str_printf(u->tx->arena,
                             "SELECT 1 FROM %.*s WHERE induk=:id AND induk_reg=:reg AND batal=0 AND"
                             " dibuat_tx<>:root AND dibuat_tx NOT IN (SELECT tx FROM sebab WHERE"
                             " root=:root) LIMIT 1",
                             STR_ARG(r->reg->children[i]->name));
        TRY(db_any(u->tx->db, sql.ptr, &row, BIND(":id", r->id), BIND(":reg", r->reg->name),
                   BIND(":root", u->root)));
        if (row)
            return refuse(u, M_UNDO_HAS_CHILDREN,
                          r->reg->children[i]->label.text[u->batch->actor->lang]);
    }
    return ERR_OK;
}

/* ---- values as they were ---- */

static Err set_entry(Change *c, Arena *a, Str key, Str value, bool touched)
{
    bool sealed = str_ends(key, S("!"));
    const Field *f = field_once_called(c->reg, sealed ? str_head(key, key.len - 1) : key);
    if (str_is(key, ":status") && !touched)
        c->state = value;
    if (str_is(key, ":batal") && !touched)
        c->voided = str_is(value, "ya");
    if (!f)
        return ERR_OK;
    if (touched) { /* what this command wrote goes; what it was follows from older versions */
        c->set[f->index] = true;
        c->vals[f->index] = c->blobs[f->index] = STR_NONE;
    } else if (!sealed) {
        c->vals[f->index] = value;
    } else if (!value.ptr) {
        c->blobs[f->index] = STR_NONE;
    } else if (!base64_decode(a, value, &c->blobs[f->index])) {
        return E_CORRUPT;
    }
    return ERR_OK;
}

static Err replay(Undo *u, const Touched *t, Change *c, bool touched)
{
    Stmt *st;
    Err e;
    StrList keys, values;
    TRY(db_stmt(u->tx->db,
                touched ? "SELECT delta FROM riwayat WHERE reg=:reg AND rec=:rec AND ver>=:ver"
                        : "SELECT delta FROM riwayat WHERE reg=:reg AND rec=:rec AND ver<:ver"
                          " ORDER BY ver",
                &st, BIND(":reg", t->reg->name), BIND(":rec", t->rec), BIND(":ver", t->first)));
    while (stmt_next(st, &e)) {
        e = json_read_flat(u->tx->arena, row_text(u->tx->arena, st, 0), &keys, &values);
        for (size_t i = 0; e == ERR_OK && i < keys.n; i++)
            e = set_entry(c, u->tx->arena, keys.items[i], values.items[i], touched);
        if (e != ERR_OK)
            break;
    }
    stmt_done(st);
    return e;
}

/* ---- the changes ---- */

static bool is_final(const Register *reg, const Record *now, const Change *c)
{
    bool final = reg->final;
    for (size_t i = 0; i < reg->move_count && !str_eq(now->state, c->state); i++)
        final |= reg->moves[i].final && str_eq(reg->moves[i].to, now->state) &&
                 str_list_has(&reg->moves[i].from, c->state);
    return final;
}

/* What let somebody in at once, for need or danger, stays on record until it is reviewed. */
static bool let_in_at_once(const Store *s, const Record *r)
{
    const State *state = reg_state(r->reg, r->state);
    return state && state->opens &&
           (str_is(role_text(s, r, FIELD_ROLE_GRANT_EMERGENCY), "ya") ||
            str_is(role_text(s, r, FIELD_ROLE_REFERRAL_DANGER), "ya"));
}

static Err undo_one(Undo *u, const Touched *t)
{
    Record now;
    if (!t->reg)
        return E_NOT_FOUND;
    TRY(row_by_id(u->tx->db, u->tx->arena, t->reg, t->rec, &now));
    Change *c = store_change(u->tx->arena, CHANGE_UNDO, t->reg, now.uid, t->last);
    c->state = now.state;
    c->followed = t->followed;
    if (now.version != t->last)
        return refuse(u, M_UNDO_CHANGED, now.number);
    if (let_in_at_once(u->batch->store, &now))
        return refuse(u, M_UNDO_EMERGENCY, now.number);
    TRY(replay(u, t, c, true));
    if (t->first > 1) {
        TRY(replay(u, t, c, false));
    } else { /* made by the command: it is void again, with all that it says */
        for (size_t i = 0; i < t->reg->field_count; i++)
            c->set[i] = false;
        c->voided = c->unmade = true;
        TRY(refuse_with_children(u, &now));
    }
    if (!t->followed && is_final(t->reg, &now, c))
        return refuse(u, M_UNDO_FINAL, t->reg->label.text[u->batch->actor->lang]);
    *ARENA_PUSH(u->batch->arena, *u->batch) = c;
    return ERR_OK;
}

Err undo_plan(WriteTx *tx, Batch *b)
{
    Undo u = {.tx = tx, .batch = b};
    Root root;
    Record r;
    TouchedList list = {0};
    TRY(row_by_uid(tx->db, tx->arena, b->undo_reg, b->undo_uid, &r));
    if (r.version != b->undo_version)
        return refuse(&u, M_UNDO_CHANGED, r.number);
    TRY(find_root(tx->db, tx->arena, r.reg, r.id, r.version, &root));
    if (!str_eq(root.actor, b->actor->subject->uid) || root.import)
        return refuse(&u, M_UNDO_NOT_YOURS, STR_NONE);
    if (!in_time(root.at))
        return refuse(&u, M_UNDO_LATE, str_int(tx->arena, UNDO_MINUTES));
    u.root = root.tx;
    TRY(read_touched(&u, &list));
    for (size_t i = 0; i < list.n; i++)
        TRY(undo_one(&u, &list.items[i]));
    b->result_uid = b->undo_uid;
    return ERR_OK;
}

Err undo_offered(Reader *rd, const Record *r, int64_t *ret_until)
{
    Root root;
    *ret_until = 0;
    if (!in_time(r->changed_at) || r->reg->final || let_in_at_once(rd->store, r))
        return ERR_OK;
    TRY(find_root(rd->db, rd->arena, r->reg, r->id, r->version, &root));
    if (str_eq(root.actor, rd->actor->subject->uid) && !root.import && in_time(root.at))
        *ret_until = root.at + (int64_t)UNDO_MINUTES * 60 * 1000;
    return ERR_OK;
}
