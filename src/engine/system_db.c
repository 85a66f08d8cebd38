#include "engine/system_db.h"

#include "guard/letterbox.h"
#include "guard/reach.h"
#include "guard/role_grant.h"
#include "guard/second_factor.h"
#include "guard/whence.h"

#define META_SYSTEM S("system")

/* One step. A step that adds a column is passed over where the table was made with it. */
typedef struct Step {
    const char *table, *column; /* NULL: always taken */
    const char *sql;
} Step;

/* Add at the end, never reorder: the position is the stored number. */
static const Step steps[] = {
    {"jangkau", "since",
     "ALTER TABLE jangkau ADD COLUMN since " DB_INTEGER " NOT NULL DEFAULT 0;"
     "DROP INDEX IF EXISTS jangkau_rec;"
     "CREATE INDEX jangkau_rec ON jangkau(reg, rec, source, principal, since, until, classes);"},
    {"akun", "change_due",
     "ALTER TABLE akun ADD COLUMN change_due " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS cadangan(id " DB_INTEGER " PRIMARY KEY,"
     "at " DB_INTEGER " NOT NULL, place " DB_TEXT " NOT NULL, bytes " DB_INTEGER " NOT NULL,"
     "result " DB_TEXT " NOT NULL);"},
    {NULL, NULL,
     "CREATE INDEX IF NOT EXISTS jangkau_principal"
     " ON jangkau(reg, principal, rec, since, until, classes);"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS token_api(hash " DB_TEXT " PRIMARY KEY,"
     "uid " DB_TEXT " NOT NULL UNIQUE, user_uid " DB_TEXT " NOT NULL,"
     "name " DB_TEXT " NOT NULL, made_at " DB_INTEGER " NOT NULL,"
     "until_at " DB_INTEGER " NOT NULL, used_at " DB_INTEGER " NOT NULL DEFAULT 0);"
     "CREATE INDEX IF NOT EXISTS token_api_user ON token_api(user_uid);"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS setelan(name " DB_TEXT " PRIMARY KEY, value " DB_TEXT
     " NOT NULL);"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS saringan(uid " DB_TEXT " PRIMARY KEY, user_uid " DB_TEXT
     " NOT NULL, agency " DB_INTEGER " NOT NULL, reg " DB_TEXT " NOT NULL, name " DB_BLOB
     " NOT NULL, query " DB_BLOB " NOT NULL, at " DB_INTEGER " NOT NULL);"
     "CREATE INDEX IF NOT EXISTS saringan_user ON saringan(user_uid, reg);"
     "CREATE INDEX IF NOT EXISTS saringan_agency ON saringan(agency, reg);"},
    {"sesi", "locked", "ALTER TABLE sesi ADD COLUMN locked " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS kode_lokal(list " DB_TEXT " NOT NULL, code " DB_TEXT " NOT NULL,"
     "label_id " DB_TEXT " NOT NULL, label_en " DB_TEXT " NOT NULL, since " DB_TEXT ","
     "until " DB_TEXT ", PRIMARY KEY(list, code));"},
    {NULL, NULL, SECOND_FACTOR_TABLES},
    {NULL, NULL,
     "INSERT INTO meta(kunci,nilai) SELECT '" SECOND_FACTOR_WORD "','" SECOND_FACTOR_FREE "'"
     " FROM meta WHERE kunci='practice' AND nilai='1'"
     " AND NOT EXISTS(SELECT 1 FROM meta WHERE kunci='" SECOND_FACTOR_WORD "');"},
    {"sesi", "code_due", "ALTER TABLE sesi ADD COLUMN code_due " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {"sesi", "proven_at",
     "ALTER TABLE sesi ADD COLUMN proven_at " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {NULL, NULL, "CREATE INDEX IF NOT EXISTS ix_tx_import ON tx(import) WHERE import<>0;"},
    {NULL, NULL,
     "ALTER TABLE jangkau RENAME TO jangkau_lama; DROP INDEX IF EXISTS jangkau_rec;" REACH_TABLE
     "INSERT INTO jangkau(reg,principal,rec,source,classes,since,until)"
     " SELECT reg,principal,rec,source,classes,since,until FROM jangkau_lama"
     " ORDER BY reg,principal,rec,source;"
     "DROP TABLE jangkau_lama;"},
    {"cadangan", "took", "ALTER TABLE cadangan ADD COLUMN took " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS hapus(uid " DB_TEXT " PRIMARY KEY, reg " DB_TEXT " NOT NULL,"
     "asked_by " DB_TEXT " NOT NULL, asked_at " DB_INTEGER " NOT NULL, done_by " DB_TEXT ","
     "done_at " DB_INTEGER " NOT NULL DEFAULT 0, gone " DB_INTEGER " NOT NULL DEFAULT 0);"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS bacaan(day " DB_TEXT " NOT NULL, actor " DB_TEXT " NOT NULL,"
     "uid " DB_TEXT " NOT NULL, PRIMARY KEY(day, actor, uid))" DB_CLUSTERED ";"},
    {"hapus", "why", "ALTER TABLE hapus ADD COLUMN why " DB_TEXT ";"},
    {NULL, NULL, LETTERBOX_TABLE},
    {NULL, NULL, ROLE_GRANT_TABLE},
    {NULL, NULL, WHENCE_TABLE},
    {"bacaan", "luar",
     "ALTER TABLE bacaan ADD COLUMN orang " DB_TEXT ";"
     "ALTER TABLE bacaan ADD COLUMN luar " DB_INTEGER " NOT NULL DEFAULT 0;"},
    {NULL, NULL,
     "CREATE TABLE IF NOT EXISTS setuju(action " DB_TEXT " NOT NULL, arg " DB_TEXT " NOT NULL,"
     "asked_by " DB_TEXT " NOT NULL, asked_at " DB_INTEGER " NOT NULL, PRIMARY KEY(action, arg));"},
    /* what the form of settings stored because it was shown */
    {NULL, NULL, "DELETE FROM setelan WHERE name='unduhan_sejam' AND value='20';"},
};
enum { STEPS = COUNT(steps) };

static Err is_taken(Db *db, Arena *a, const Step *step, bool *ret)
{
    StrList columns;
    *ret = false;
    if (!step->table)
        return ERR_OK;
    TRY(db_columns(db, a, str_of(step->table), &columns));
    for (size_t i = 0; i < columns.n; i++)
        *ret |= str_is(columns.items[i], step->column);
    return ERR_OK;
}

static Err take_step(Db *db, Arena *a, int64_t number)
{
    const Step *step = &steps[number - 1];
    bool taken;
    TRY(is_taken(db, a, step, &taken));
    TRY(db_begin(db));
    Err e = taken ? ERR_OK : db_exec(db, step->sql);
    if (e == ERR_OK)
        e = meta_put(db, META_SYSTEM, str_int(a, number));
    return db_end(db, e);
}

Err system_upgrade(const Installation *in, Db *db, Arena *a, BackupBefore *ret)
{
    Str text;
    int64_t at = 0;
    *ret = (BackupBefore){0};
    TRY(meta_get(db, a, META_SYSTEM, &text));
    if (text.ptr && !str_i64(text, &at))
        return E_CORRUPT;
    if (at > STEPS)
        return E_DOMAIN;
    if (at < STEPS)
        TRY(backup_before(in, db, a, str_int(a, at + 1), ret));
    while (at < STEPS)
        TRY(take_step(db, a, ++at));
    return ERR_OK;
}
