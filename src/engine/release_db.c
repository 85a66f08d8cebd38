#include "engine/release_db.h"

#include "base/clock.h"
#include "model/give_reach.h"
#include "model/row.h"

static const char *column(Arena *a, const Model *m, FieldRole role)
{
    return str_z(a, role_field(m, role)->name);
}

static bool is_for(const Model *m, Str code, Audience asked)
{
    const Code *c = code_find(role_field(m, FIELD_ROLE_RELEASE_AUDIENCE)->codes, code);
    Audience widest;
    return c && audience_of(c->mapping, &widest) && widest >= asked;
}

bool release_needed(const Model *m, Audience audience)
{
    return audience != AUDIENCE_INTERNAL && role_reg(m, REG_ROLE_RELEASE);
}

Err releases_published(Db *db, Arena *a, const Model *m, Period period, IdList *ret)
{
    const char *version = column(a, m, FIELD_ROLE_RELEASE_VERSION);
    return db_ids(db,
                  z_printf(a,
                           "SELECT id FROM %s WHERE batal=0 AND %s=:from AND %s=:to AND %s>0"
                           " ORDER BY %s",
                           str_z(a, role_reg(m, REG_ROLE_RELEASE)->name),
                           column(a, m, FIELD_ROLE_RELEASE_FROM),
                           column(a, m, FIELD_ROLE_RELEASE_TO), version, version),
                  a, ret, BIND(":from", date_iso(a, period.from)),
                  BIND(":to", date_iso(a, period.to)));
}

/* Its figures; E_CORRUPT when they are not those of its hash. */
static Err open_text(Reader *rd, Arena *a, const Record *r, Str *ret)
{
    const Keyring *k = rd->store->in->keyring;
    const Field *body = role_field(r->reg->model, FIELD_ROLE_RELEASE_BODY);
    Dek dek;
    TRY(keyring_dek(k, rd->keys, r->uid, &dek));
    Err e = row_unseal(k, &dek, a, r, r->uid, body, r->vals[body->index].blob, ret);
    dek_wipe(&dek);
    TRY(e);
    return str_eq(keyed_hash(k, a, "release1", *ret),
                  role_text(rd->store, r, FIELD_ROLE_RELEASE_HASH))
               ? ERR_OK
               : E_CORRUPT;
}

static Err read_release(Reader *rd, Arena *a, const Record *r, Release *ret)
{
    *ret = (Release){.uid = r->uid,
                     .number = r->number,
                     .hash = role_text(rd->store, r, FIELD_ROLE_RELEASE_HASH),
                     .correction = role_text(rd->store, r, FIELD_ROLE_RELEASE_CORRECTION)};
    if (!str_i64(role_text(rd->store, r, FIELD_ROLE_RELEASE_VERSION), &ret->version) ||
        !str_i64(role_text(rd->store, r, FIELD_ROLE_RELEASE_LOCKED), &ret->at))
        return E_CORRUPT;
    return open_text(rd, a, r, &ret->text);
}

Err releases_read(Reader *rd, Arena *a, Str period, Audience audience, Releases *ret)
{
    const Model *m = rd->store->model;
    IdList ids = {0};
    Period p;
    size_t newest = 0;
    *ret = (Releases){0};
    if (!period_parse(period, &p))
        return ERR_OK;
    TRY(releases_published(rd->db, a, m, p, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        Record r;
        TRY(row_by_id(rd->db, a, role_reg(m, REG_ROLE_RELEASE), ids.items[i], &r));
        TRY(read_release(rd, a, &r, ARENA_PUSH(a, *ret)));
        if (is_for(m, role_text(rd->store, &r, FIELD_ROLE_RELEASE_AUDIENCE), audience))
            newest = ret->n;
    }
    ret->n = newest;
    return ERR_OK;
}

Err release_latest(Reader *rd, Audience audience, Str *ret_period)
{
    const Model *m = rd->store->model;
    Stmt *st;
    Err e;
    *ret_period = STR_NONE;
    if (!role_reg(m, REG_ROLE_RELEASE))
        return ERR_OK;
    Arena *a = rd->arena;
    const char *from = column(a, m, FIELD_ROLE_RELEASE_FROM);
    TRY(db_stmt(rd->db,
                z_printf(a, "SELECT %s,%s FROM %s WHERE batal=0 AND %s>0 ORDER BY %s DESC", from,
                         column(a, m, FIELD_ROLE_RELEASE_AUDIENCE),
                         str_z(a, role_reg(m, REG_ROLE_RELEASE)->name),
                         column(a, m, FIELD_ROLE_RELEASE_VERSION), from),
                &st));
    while (stmt_next(st, &e)) {
        Date day;
        if (!ret_period->ptr && is_for(m, row_text(a, st, 1), audience) &&
            date_parse_iso(row_text(a, st, 0), &day))
            *ret_period = period_half_year(a, day, 0);
    }
    return e;
}
