#include "engine/table_records_db.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/table_collect.h"

enum { WRITING_MAX = 512 * 1024 * 1024 }; /* of one register */

Err records_ask(WriteTx *tx, void *wish)
{
    RecordsWish *w = wish;
    const Subject *who = w->actor->subject;
    const Model *m = w->store->model;
    if (!model_duty(m, who->roles, "tables") || !audience_may(m, who, AUDIENCE_INTERNAL))
        return E_DENIED;
    TRY(db_any(tx->db,
               "SELECT 1 FROM setuju WHERE action='records' AND arg=:period AND asked_by<>:by"
               " AND asked_at>:at",
               &w->agreed, BIND(":period", w->period), BIND(":by", who->uid),
               BIND(":at", clock_real() - RECORDS_WISH_DAYS * DAY_MS)));
    TRY(db_run(tx->db, "DELETE FROM setuju WHERE action='records' AND arg=:period",
               BIND(":period", w->period)));
    if (!w->agreed)
        TRY(db_run(tx->db,
                   "INSERT INTO setuju(action,arg,asked_by,asked_at)"
                   " VALUES('records',:period,:by,:at)",
                   BIND(":period", w->period), BIND(":by", who->uid), BIND(":at", clock_real())));
    AuditAct act = {.store = w->store,
                    .actor = w->actor,
                    .action = w->agreed ? S("records") : S("records:ask"),
                    .uid = w->copy,
                    .result = S("ok")};
    return store_audit_act(tx, &act);
}

/* Codes, regencies and offices: what tells no more of a row than its table would. */
static bool is_told(const Dim *d)
{
    FieldKind kind = d->field ? d->field->kind : FK_CODE;
    return !dim_names(d) && !dim_below_district(d) &&
           (kind == FK_CODE || kind == FK_YESNO4 || kind == FK_PLACE || kind == FK_REF);
}

/* A register in the file. */
typedef struct Sheet {
    Cut *cuts;
    size_t n;
    Buf insert; /* statement of a row */
} Sheet;

/* Rows lie in a table of the connection alone until all are there. */
static Err begin_sheet(Db *out, Arena *a, const Register *reg, Sheet *ret)
{
    Sheet s = {.cuts = ARENA_ARRAY(a, reg->stats.dims.n, Cut), .insert = buf_new(a, 256)};
    Buf create = buf_new(a, 512);
    buf_lit(&create, "CREATE TEMP TABLE t(_masa TEXT,_terhitung INTEGER,_mungkin INTEGER");
    buf_lit(&s.insert, "INSERT INTO temp.t VALUES(:p,:c,:m");
    for (size_t i = 0; i < reg->stats.dims.n; i++) {
        Cut *cut = &s.cuts[s.n];
        *cut = (Cut){.column = {.none = true}};
        if (!dim_of(reg, reg->stats.dims.items[i], &cut->row) || !is_told(&cut->row))
            continue;
        buf_printf(&create, ",\"%.*s\" TEXT", STR_ARG(cut->row.name));
        buf_printf(&s.insert, ",:v%zu", s.n++);
    }
    buf_char(&create, ')');
    buf_char(&s.insert, ')');
    *ret = s;
    return db_exec(out, str_z(a, buf_str(&create)));
}

static Err put_row(Db *out, const char *sql, Str period, const Collected *c, const Sheet *s,
                   const Hit *h, bool counts)
{
    Bound *values = ARENA_ARRAY(c->arena, s->n + 4, Bound);
    values[0] = bind_text(":p", period);
    values[1] = bind_int(":c", counts);
    values[2] = bind_int(":m", h->apart);
    for (size_t k = 0; k < s->n; k++) {
        const Word *w = &s->cuts[k].rows.met.items[collected_mark(c, h, k)->row];
        values[k + 3] =
            bind_text(z_printf(c->arena, ":v%zu", k), str_empty(w->name) ? w->text : w->name);
    }
    return db_run_bound(out, sql, values);
}

/* Shuffled in the end: the order of the records would tell which is whose. */
static Err write_sheet(Reader *rd, Arena *a, const CollectAsk *ask, Str period, Db *out,
                       int64_t *ret_rows)
{
    Sheet s;
    Collected c;
    TRY(begin_sheet(out, a, ask->reg, &s));
    Err e = table_collect(rd, a, ask, s.cuts, s.n, &c);
    if (e == E_DENIED) /* not his to count */
        return db_exec(out, "DROP TABLE temp.t");
    TRY(e);
    bool *counts = ARENA_ARRAY(a, c.rows.n, bool);
    for (size_t i = 0; i < c.persons.n; i++)
        counts[c.persons.items[i].at] = true;
    const char *sql = str_z(a, buf_str(&s.insert));
    for (size_t i = 0; i < c.rows.n; i++)
        TRY(put_row(out, sql, period, &c, &s, &c.rows.items[i], counts[i]));
    *ret_rows += (int64_t)c.rows.n;
    TRY(db_exec(out, z_printf(a,
                              "CREATE TABLE \"%.*s\" AS SELECT * FROM temp.t ORDER BY random();"
                              "DROP TABLE temp.t;",
                              STR_ARG(ask->reg->name))));
    return arena_over(a) ? E_TOO_LARGE : ERR_OK;
}

static Err write_all(Reader *rd, const RecordsWish *w, Str mark, Db *out, int64_t *ret_rows)
{
    const Model *m = rd->store->model;
    CollectAsk ask = {.verb = VERB_COUNT};
    TRY(period_parse(w->period, &ask.period) ? ERR_OK : E_INVALID);
    TRY(db_exec(out, "CREATE TABLE _berkas(isi TEXT)"));
    TRY(db_run(out, "INSERT INTO _berkas VALUES(:mark),(:id),(:en)", BIND(":mark", mark),
               BIND(":id", tr(LANG_ID, M_RECORDS_WHAT)), BIND(":en", tr(LANG_EN, M_RECORDS_WHAT))));
    for (size_t i = 0; i < m->reg_count; i++) {
        ask.reg = m->regs[i];
        if (!ask.reg->stats.on)
            continue;
        Arena *a = arena_new(WRITING_MAX);
        Err e = write_sheet(rd, a, &ask, w->period, out, ret_rows);
        arena_free(a);
        TRY(e);
    }
    return ERR_OK;
}

Err records_write(Reader *rd, const RecordsWish *w, Str mark, Str path, int64_t *ret_rows)
{
    const char *file = str_z(rd->arena, path);
    Db *out;
    *ret_rows = 0;
    TRY(db_open(file, DB_WRITE, &out));
    Err e = db_begin(out);
    if (e == ERR_OK)
        e = db_end(out, write_all(rd, w, mark, out, ret_rows));
    if (e == ERR_OK)
        e = db_exec(out,
                    "PRAGMA journal_mode=DELETE"); /* one file, read where nothing is written */
    db_close(out);
    if (e != ERR_OK)
        file_remove(file);
    return e;
}
