#include "model/saved_filter.h"

#include "base/clock.h"

static Err check_room(WriteTx *tx, Str user_uid)
{
    int64_t had;
    TRY(db_number(tx->db, "SELECT count(*) FROM saringan WHERE user_uid=:user", &had,
                  BIND(":user", user_uid)));
    return had < SAVED_FILTERS_MAX ? ERR_OK : E_TOO_LARGE;
}

/* The uid is the context, so a name cannot be moved to another filter. */
static Str sealed(const Store *store, Arena *a, Str uid, Str plain)
{
    return seal_own(store->in->keyring, OWN_FILTER, uid, a, plain);
}

Err saved_filter_put(WriteTx *tx, void *arg)
{
    const SavedFilterPut *put = arg;
    const SavedFilter *f = &put->filter;
    TRY(check_room(tx, f->user_uid));
    return db_run(tx->db,
                  "INSERT INTO saringan(uid, user_uid, agency, reg, name, query, at) "
                  "VALUES(:uid, :user, :agency, :reg, :name, :query, :at)",
                  BIND(":uid", f->uid), BIND(":user", f->user_uid), BIND(":agency", f->agency),
                  BIND(":reg", f->reg),
                  BIND_BLOB(":name", sealed(put->store, tx->arena, f->uid, f->name)),
                  BIND_BLOB(":query", sealed(put->store, tx->arena, f->uid, f->query)),
                  BIND(":at", clock_now()));
}

Err saved_filter_drop(WriteTx *tx, void *arg)
{
    const SavedFilter *f = arg;
    bool row;
    TRY(db_any(tx->db, "DELETE FROM saringan WHERE uid=:uid AND user_uid=:user RETURNING 1", &row,
               BIND(":uid", f->uid), BIND(":user", f->user_uid)));
    return row ? ERR_OK : E_NOT_FOUND;
}

static Err unsealed(Reader *rd, Str uid, Str blob, Str *ret)
{
    return unseal_own(rd->store->in->keyring, OWN_FILTER, uid, rd->arena, blob, ret);
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
    Err e;
    SavedFilter *all = ARENA_ARRAY(rd->arena, SAVED_FILTERS_MAX, SavedFilter);
    size_t n = 0;
    TRY(db_stmt(rd->db,
                "SELECT uid, user_uid, agency, reg, name, query, at FROM saringan "
                "WHERE (user_uid=:user OR (agency<>0 AND agency IN (SELECT value FROM "
                "json_each(:agencies)))) AND (:reg='' OR reg=:reg) ORDER BY at LIMIT :max",
                &st, BIND(":user", who->uid), BIND(":agencies", agency_list(rd->arena, who)),
                BIND(":reg", str_empty(reg) ? S("") : reg), BIND(":max", SAVED_FILTERS_MAX)));
    while (stmt_next(st, &e))
        TRY(read_row(rd, st, &all[n++]));
    TRY(e);
    *ret = all;
    *ret_n = n;
    return ERR_OK;
}
