#include "guard/role_grant.h"

#include "clock.h"
#include "guard/installation.h"

/* Set once and never cleared: there were two approvers, so nobody can make herself the only one. */
#define META_TWO S("peran_berdua")

static void add_word(Buf *b, Str word)
{
    buf_printf(b, "%s%.*s", b->len ? " " : "", STR_ARG(word));
}

/* The words that are, or are not, in the list. */
static Str words_in(Arena *a, Str words, Str list, bool in)
{
    Str word;
    Buf b = buf_new(a, words.len + 1);
    while (str_word(&words, &word))
        if (str_has_word(list, word) == in)
            add_word(&b, word);
    return buf_str(&b);
}

static bool share_word(Arena *a, Str one, Str other)
{
    return words_in(a, one, other, true).len > 0;
}

/* ---- who may do it alone ---- */

static Err other_approver(Db *db, Arena *a, const RoleWish *w, bool *ret)
{
    Stmt *st;
    StrList roles = {0};
    TRY(db_stmt(db, "SELECT roles FROM fakta_pengguna WHERE active=1 AND uid<>:uid", &st,
                BIND(":uid", w->actor)));
    TRY(stmt_texts(st, a, &roles));
    *ret = false;
    for (size_t i = 0; i < roles.n; i++)
        *ret |= share_word(a, roles.items[i], w->approvers);
    return ERR_OK;
}

static Err is_alone(WriteTx *tx, const RoleWish *w, bool *ret)
{
    Str two;
    bool other;
    *ret = w->trusted;
    if (w->trusted || str_empty(w->actor))
        return ERR_OK;
    TRY(meta_get(tx->db, tx->arena, META_TWO, &two));
    if (two.ptr)
        return ERR_OK;
    TRY(other_approver(tx->db, tx->arena, w, &other));
    *ret = !other;
    return other ? meta_put(tx->db, META_TWO, S("1")) : ERR_OK;
}

/* ---- asking ---- */

static Err read_row(Db *db, Arena *a, Str user_uid, Str *ret_held, RoleAsked *ret)
{
    Stmt *st;
    *ret_held = S("");
    *ret = (RoleAsked){.roles = S("")};
    TRY(db_first(db, "SELECT held,asked,asked_by,asked_at FROM peran_setuju WHERE user_uid=:uid",
                 &st, BIND(":uid", user_uid)));
    if (!st)
        return ERR_OK;
    *ret_held = row_text(a, st, 0);
    *ret = (RoleAsked){
        .roles = row_text(a, st, 1), .by_uid = row_text(a, st, 2), .at = row_int(st, 3)};
    stmt_done(st);
    return ERR_OK;
}

static Err write_row(Db *db, Str user_uid, Str held, const RoleAsked *asked)
{
    return db_run(db,
                  "INSERT INTO peran_setuju(user_uid,held,asked,asked_by,asked_at)"
                  " VALUES(:uid,:held,:asked,:by,:at) ON CONFLICT(user_uid) DO UPDATE SET"
                  " held=excluded.held, asked=excluded.asked, asked_by=excluded.asked_by,"
                  " asked_at=excluded.asked_at",
                  BIND(":uid", user_uid), BIND(":held", held), BIND(":asked", asked->roles),
                  BIND(":by", asked->by_uid), BIND(":at", asked->at));
}

Err role_wish(WriteTx *tx, const RoleWish *w, Str *ret_held)
{
    Arena *a = tx->arena;
    Str had;
    RoleAsked asked;
    bool alone;
    TRY(read_row(tx->db, a, w->user_uid, &had, &asked));
    TRY(is_alone(tx, w, &alone));
    Str closed = alone ? S("") : words_in(a, w->guarded, had, false);
    Str waits = words_in(a, w->wanted, closed, true);
    *ret_held = words_in(a, w->wanted, closed, false);
    if (!str_empty(w->actor) && !str_eq(waits, asked.roles)) {
        asked.by_uid = w->actor;
        asked.at = clock_now();
    }
    asked.roles = waits;
    return write_row(tx->db, w->user_uid, *ret_held, &asked);
}

static Err put_fact(Db *db, Str user_uid, Str held)
{
    return db_run(db, "UPDATE fakta_pengguna SET roles=:roles WHERE uid=:uid", BIND(":roles", held),
                  BIND(":uid", user_uid));
}

Err roles_ask_again(WriteTx *tx, const RoleWish *w)
{
    Str had;
    RoleAsked asked;
    bool alone;
    TRY(read_row(tx->db, tx->arena, w->user_uid, &had, &asked));
    TRY(is_alone(tx, w, &alone));
    Str taken = words_in(tx->arena, had, w->guarded, true);
    if (alone || str_empty(taken))
        return ERR_OK;
    Str held = words_in(tx->arena, had, w->guarded, false);
    asked.roles =
        str_trim(str_printf(tx->arena, "%.*s %.*s", STR_ARG(asked.roles), STR_ARG(taken)));
    asked.by_uid = w->actor;
    asked.at = clock_now();
    TRY(write_row(tx->db, w->user_uid, held, &asked));
    return put_fact(tx->db, w->user_uid, held);
}

/* ---- approving ---- */

Err roles_asked(Db *db, Arena *a, Str user_uid, RoleAskedList *ret)
{
    Stmt *st;
    Err e;
    *ret = (RoleAskedList){0};
    TRY(db_stmt(db,
                "SELECT p.user_uid, f.name, p.asked, p.asked_by, COALESCE(b.name,p.asked_by),"
                " p.asked_at FROM peran_setuju p JOIN fakta_pengguna f ON f.uid=p.user_uid"
                " LEFT JOIN fakta_pengguna b ON b.uid=p.asked_by"
                " WHERE p.asked<>'' AND f.active=1 AND p.user_uid=COALESCE(:uid,p.user_uid)"
                " ORDER BY p.asked_at, p.user_uid",
                &st, BIND(":uid", user_uid)));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) =
            (RoleAsked){row_text(a, st, 0), row_text(a, st, 1), row_text(a, st, 2),
                        row_text(a, st, 3), row_text(a, st, 4), row_int(st, 5)};
    return e;
}

Err roles_approve(WriteTx *tx, Str user_uid, Str approver, Str *ret_roles)
{
    Str had;
    RoleAsked asked;
    TRY(read_row(tx->db, tx->arena, user_uid, &had, &asked));
    if (str_empty(asked.roles))
        return E_NOT_FOUND;
    if (!str_empty(approver) && (str_eq(approver, asked.by_uid) || str_eq(approver, user_uid)))
        return E_DENIED;
    *ret_roles = asked.roles;
    Str held = str_trim(str_printf(tx->arena, "%.*s %.*s", STR_ARG(had), STR_ARG(asked.roles)));
    TRY(write_row(tx->db, user_uid, held, &(RoleAsked){.roles = S("")}));
    return put_fact(tx->db, user_uid, held);
}
