#include "model/saved_filter.h"

#include "base/clock.h"

static const char PURPOSE[8] = "sgpsari";

static Err check_room(WriteTx *tx, Str user_uid)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(tx->db, "SELECT count(*) FROM saringan WHERE user_uid=:user", &st));
    stmt_text(st, ":user", user_uid);
    TRY(stmt_step(st, &row));
    int64_t had = row ? row_int(st, 0) : 0;
    stmt_done(st);
    return had < SAVED_FILTERS_MAX ? ERR_OK : E_TOO_LARGE;
}

/* The uid is the context, so a name cannot be moved to another filter. */
static Str sealed(const Store *store, Arena *a, Str uid, Str plain)
{
    return seal_own(store->in->keyring, PURPOSE, uid, a, plain);
}

Err saved_filter_put(WriteTx *tx, void *arg)
{
    const SavedFilterPut *put = arg;
    const SavedFilter *f = &put->filter;
    Stmt *st;
    TRY(check_room(tx, f->user_uid));
    TRY(db_stmt(tx->db,
                "INSERT INTO saringan(uid, user_uid, agency, reg, name, query, at) "
                "VALUES(:uid, :user, :agency, :reg, :name, :query, :at)",
                &st));
    stmt_text(st, ":uid", f->uid);
    stmt_text(st, ":user", f->user_uid);
    stmt_int(st, ":agency", f->agency);
    stmt_text(st, ":reg", f->reg);
    stmt_blob(st, ":name", sealed(put->store, tx->arena, f->uid, f->name));
    stmt_blob(st, ":query", sealed(put->store, tx->arena, f->uid, f->query));
    stmt_int(st, ":at", clock_now());
    return stmt_run(st);
}

Err saved_filter_drop(WriteTx *tx, void *arg)
{
    const SavedFilter *f = arg;
    Stmt *st;
    bool row;
    TRY(db_stmt(tx->db, "DELETE FROM saringan WHERE uid=:uid AND user_uid=:user RETURNING 1", &st));
    stmt_text(st, ":uid", f->uid);
    stmt_text(st, ":user", f->user_uid);
    TRY(stmt_step(st, &row));
    stmt_done(st);
    return row ? ERR_OK : E_NOT_FOUND;
}

static Err unsealed(Reader *rd, Str uid, Str blob, Str *ret)
{
    return unseal_own(rd->store->in->keyring, PURPOSE, uid, rd->arena, blob, ret);
}

static Err read_row(Reader *rd, Stmt *st, SavedFilter *ret)
{
    *ret = (SavedFilter){.uid = row_text(rd->arena, st, 0),
                         .user_uid = row_text(rd->arena, st, 1),
                         .agency = row_int(st, 2),
                         .reg = row_text(rd->arena, st, 3),
                         .at = row_int(st, 6)};
    TRY(unsealed(rd, ret->uid, row_blob(rd->arena, st, 4), &ret->name));
    return unsealed(rd, ret->uid, row_blob(rd->arena, st, 5), &ret->query);
}

/* Institutions as the words of a JSON list: numbers only. */
static Str agency_list(Arena *a, const Subject *who)
{
    Str all = S("[0");
    for (size_t i = 0; i < who->agency_count; i++)
        all = str_printf(a, "%.*s,%lld", STR_ARG(all), (long long)who->agencies[i]);
    return str_printf(a, "%.*s]", STR_ARG(all));
}

Err saved_filter_list(Reader *rd, const Subject *who, Str reg, SavedFilter **ret, size_t *ret_n)
{
    Stmt *st;
    bool row;
    SavedFilter *all = ARENA_ARRAY(rd->arena, SAVED_FILTERS_MAX, SavedFilter);
    size_t n = 0;
    TRY(db_stmt(rd->db,
                "SELECT uid, user_uid, agency, reg, name, query, at FROM saringan "
                "WHERE (user_uid=:user OR (agency<>0 AND agency IN (SELECT value FROM "
                "json_each(:agencies)))) AND (:reg='' OR reg=:reg) ORDER BY at LIMIT :max",
                &st));
    stmt_text(st, ":user", who->uid);
    stmt_text(st, ":agencies", agency_list(rd->arena, who));
    stmt_text(st, ":reg", str_empty(reg) ? S("") : reg);
    stmt_int(st, ":max", SAVED_FILTERS_MAX);
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            break;
        TRY(read_row(rd, st, &all[n++]));
    }
    *ret = all;
    *ret_n = n;
    return ERR_OK;
}
