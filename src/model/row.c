#include "model/row.h"

#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

static bool wanted(RowWant want, const Field *f)
{
    return want.all || want.field[f->index];
}

/* A CASE over the registers a tag reference may point to, giving one column of the target: that of
 * a field of `reg`, or without one its parent. */
static void put_tag_case(Buf *sql, const Register *reg, const Field *f, const char *alias_id,
                         const char *alias_reg, const char *column)
{
    buf_printf(sql, "CASE %s", alias_reg);
    for (size_t i = 0; i < reg->model->reg_count; i++) {
        const Register *t = reg->model->regs[i];
        if (f ? field_accepts(f, t) : reg_accepts_parent(reg, t))
            buf_printf(sql, " WHEN '%.*s' THEN (SELECT %s FROM %.*s WHERE id=%s)", STR_ARG(t->name),
                       column, STR_ARG(t->name), alias_id);
    }
    buf_lit(sql, " END");
}

static void put_parent(Buf *sql, const Register *reg, RowWant want)
{
    if (!reg->has_parent || want.named) {
        buf_printf(sql, ",%s,NULL,NULL", reg->has_parent ? "r.induk,r.induk_reg" : "NULL,NULL");
        return;
    }
    buf_lit(sql, ",r.induk,r.induk_reg,");
    put_tag_case(sql, reg, NULL, "r.induk", "r.induk_reg", "uid");
    buf_char(sql, ',');
    put_tag_case(sql, reg, NULL, "r.induk", "r.induk_reg", "tajuk");
}

void row_put_target(Buf *sql, const Field *f, const char *id, const char *reg, const char *column)
{
    if (f->target)
        buf_printf(sql, "(SELECT %s FROM %.*s WHERE id=%s)", column, STR_ARG(f->target->name), id);
    else
        put_tag_case(sql, f->reg, f, id, reg, column);
}

Str row_id_list(Arena *a, const int64_t *ids, size_t n)
{
    Buf b = buf_new(a, n * 8 + 8);
    buf_char(&b, '[');
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, i ? ",%lld" : "%lld", (long long)ids[i]);
    buf_char(&b, ']');
    return buf_str(&b);
}

static void put_single_ref(Buf *sql, const Field *f, RowWant want)
{
    Arena *a = sql->arena;
    const char *id = z_printf(a, "r.%.*s", STR_ARG(f->name));
    const char *reg = z_printf(a, "%s__reg", id);
    buf_printf(sql, f->target ? ",%s," : ",%s,%s,", id, reg);
    if (want.named && !want.named[f->index]) {
        buf_lit(sql, "NULL,NULL");
        return;
    }
    row_put_target(sql, f, id, reg, "uid");
    buf_char(sql, ',');
    row_put_target(sql, f, id, reg, "tajuk");
}

/* The values of a link table joined: uids or codes by a blank, headings by "; ". */
static void put_multi(Buf *sql, const Field *f, const char *column)
{
    Arena *a = sql->arena;
    Str table = field_link_table(a, f);
    if (str_is(str_of(column), "uid"))
        buf_lit(sql, ",(SELECT " DB_JOIN("v", " ") " FROM (SELECT ");
    else
        buf_lit(sql, ",(SELECT " DB_JOIN("v", "; ") " FROM (SELECT ");
    if (f->kind != FK_REF)
        buf_lit(sql, "l.val");
    else
        row_put_target(sql, f, "l.val", "l.reg", column);
    buf_printf(sql, " AS v FROM %.*s l WHERE l.rec=r.id ORDER BY l.ord) g)", STR_ARG(table));
}

void row_put_columns(Buf *sql, const Register *reg, RowWant want)
{
    const Register *inst = role_reg(reg->model, REG_ROLE_INSTITUTION);
    buf_lit(sql, "SELECT r.id,");
    if (want.counted)
        buf_lit(sql, "NULL,NULL,0,r.status,r.pemilik,r.batal,0,0,0,NULL");
    else
        buf_lit(sql, "r.uid,r.nomor,r.versi,r.status,r.pemilik,r.batal,r.dibuat_tx,r.ubah_tx,"
                     "r.ubah_at,r.tajuk");
    if (inst && !want.named)
        buf_printf(sql, ",(SELECT tajuk FROM %.*s WHERE id=r.pemilik)", STR_ARG(inst->name));
    else
        buf_lit(sql, ",NULL");
    put_parent(sql, reg, want);
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        if (!wanted(want, f))
            continue;
        if (field_storage(f) == STORE_LINK) {
            put_multi(sql, f, "uid");
            if (f->kind == FK_REF)
                put_multi(sql, f, "tajuk");
        } else if (f->kind == FK_REF && !f->class_) {
            put_single_ref(sql, f, want);
        } else {
            buf_printf(sql, ",r.%.*s", STR_ARG(f->name));
        }
    }
}

void row_select(Buf *sql, const Register *reg, RowWant want)
{
    row_put_columns(sql, reg, want);
    buf_printf(sql, " FROM %.*s r", STR_ARG(reg->name));
}

/* Without an arena the text stays where the statement has it. */
static Str text_at(Arena *a, Stmt *st, int c)
{
    return a ? row_text(a, st, c) : row_peek(st, c);
}

static int read_ref(Arena *a, Stmt *st, int c, const Field *f, Value *v)
{
    if (f->multi) {
        v->text = text_at(a, st, c);
        v->heading = text_at(a, st, c + 1);
        return c + 2;
    }
    v->id = row_int(st, c++);
    v->reg = f->target;
    if (!f->target)
        v->reg = model_reg(f->reg->model, text_at(a, st, c++));
    v->text = text_at(a, st, c);
    v->heading = text_at(a, st, c + 1);
    return c + 2;
}

static int read_value(Arena *a, Stmt *st, int c, const Field *f, Value *v)
{
    if (f->kind == FK_REF && !f->class_)
        return read_ref(a, st, c, f, v);
    if (f->class_) {
        v->blob = a ? row_blob(a, st, c) : row_peek(st, c);
        v->sealed = v->blob.ptr != NULL;
    } else {
        v->text = text_at(a, st, c);
    }
    return c + 1;
}

static int read_system(Arena *a, Stmt *st, Record *r)
{
    int c = 0;
    r->id = row_int(st, c++);
    r->uid = text_at(a, st, c++);
    r->number = text_at(a, st, c++);
    r->version = row_int(st, c++);
    r->state = text_at(a, st, c++);
    r->owner = row_int(st, c++);
    r->void_tx = row_int(st, c++);
    r->created_tx = row_int(st, c++);
    r->changed_tx = row_int(st, c++);
    r->changed_at = row_int(st, c++);
    r->heading = text_at(a, st, c++);
    r->owner_name = text_at(a, st, c++);
    r->parent = row_int(st, c++);
    r->parent_reg = model_reg(r->reg->model, text_at(a, st, c++));
    r->parent_uid = text_at(a, st, c++);
    r->parent_heading = text_at(a, st, c++);
    return c;
}

static void read_row(Arena *a, Stmt *st, const Register *reg, RowWant want, Record *ret)
{
    int c = read_system(a, st, ret);
    for (size_t i = 0; i < reg->field_count; i++)
        if (wanted(want, reg->fields[i]))
            c = read_value(a, st, c, reg->fields[i], &ret->vals[i]);
}

void row_read(Arena *a, Stmt *st, const Register *reg, RowWant want, Record *ret)
{
    *ret = (Record){.reg = reg, .vals = ARENA_ARRAY(a, reg->field_count, Value)};
    read_row(a, st, reg, want, ret);
}

void row_glance(Stmt *st, const Register *reg, RowWant want, Record *ret)
{
    ret->reg = reg;
    read_row(NULL, st, reg, want, ret);
}

/* The text names every column: it is made once a connection. */
static Err stmt_where(Db *db, const Register *reg, RowForm form, Stmt **ret)
{
    *ret = db_known(db, reg, form);
    if (*ret)
        return ERR_OK;
    Arena *text = arena_new(SIZE_MAX);
    Buf sql = buf_new(text, 8192);
    row_select(&sql, reg, (RowWant){.all = true});
    buf_printf(&sql, " WHERE r.%s=:key", form == FORM_BY_UID ? "uid" : "id");
    Err e = db_stmt(db, buf_z(&sql), ret);
    arena_free(text);
    if (e == ERR_OK)
        db_know(*ret, reg, form);
    return e;
}

static Err read_where(Stmt *st, Arena *a, const Register *reg, Record *ret)
{
    Err e;
    if (!stmt_next(st, &e))
        return e == ERR_OK ? E_NOT_FOUND : e;
    row_read(a, st, reg, (RowWant){.all = true}, ret);
    stmt_done(st);
    return ERR_OK;
}

Err row_by_uid(Db *db, Arena *a, const Register *reg, Str uid, Record *ret)
{
    Stmt *st;
    if (str_empty(uid))
        return E_NOT_FOUND;
    TRY(stmt_where(db, reg, FORM_BY_UID, &st));
    stmt_text(st, ":key", uid);
    return read_where(st, a, reg, ret);
}

Err row_by_id(Db *db, Arena *a, const Register *reg, int64_t id, Record *ret)
{
    Stmt *st;
    TRY(stmt_where(db, reg, FORM_BY_ID, &st));
    stmt_int(st, ":key", id);
    return read_where(st, a, reg, ret);
}

static Err stmt_id(Db *db, const Register *reg, Stmt **ret)
{
    *ret = db_known(db, reg, FORM_ID);
    if (*ret)
        return ERR_OK;
    Arena *a = arena_new(256);
    Err e = db_stmt(db, z_printf(a, "SELECT id FROM %.*s WHERE uid=:p", STR_ARG(reg->name)), ret);
    arena_free(a);
    if (e == ERR_OK)
        db_know(*ret, reg, FORM_ID);
    return e;
}

Err row_id(Db *db, const Register *reg, Str uid, int64_t *ret_id)
{
    Stmt *st;
    Err e;
    TRY(stmt_id(db, reg, &st));
    stmt_text(st, ":p", uid.ptr ? uid : S(""));
    if (!stmt_next(st, &e))
        return e == ERR_OK ? E_NOT_FOUND : e;
    *ret_id = row_int(st, 0);
    stmt_done(st);
    return ERR_OK;
}

Err row_resolve(Db *db, const Field *f, Str uid, const Register **ret_reg, int64_t *ret_id)
{
    const Model *m = f->reg->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        if (!field_accepts(f, m->regs[i]))
            continue;
        Err e = row_id(db, m->regs[i], uid, ret_id);
        if (e == ERR_OK) {
            *ret_reg = m->regs[i];
            return ERR_OK;
        }
        if (e != E_NOT_FOUND)
            return e;
    }
    return E_NOT_FOUND;
}

Err row_key_subject(Db *db, Arena *a, const Record *r, Str *ret_uid)
{
    Record above;
    switch (r->reg->key) {
    case KEY_OWN:
    case KEY_NONE:
        *ret_uid = r->uid;
        return ERR_OK;
    case KEY_PARENT:
        if (!r->parent_reg)
            return E_NOT_FOUND;
        TRY(row_by_id(db, a, r->parent_reg, r->parent, &above));
        return row_key_subject(db, a, &above, ret_uid);
    case KEY_REF: {
        const Value *v = &r->vals[r->reg->key_ref->index];
        if (!v->reg)
            return E_NOT_FOUND;
        TRY(row_by_id(db, a, v->reg, v->id, &above));
        return row_key_subject(db, a, &above, ret_uid);
    }
    }
    BUG("unknown key kind");
}

Err row_unseal(const Keyring *k, const Dek *dek, Arena *a, const Record *r, Str subject,
               const Field *f, Str blob, Str *ret)
{
    SealPlace at = {.reg = r->reg->name,
                    .field = field_first_name(f),
                    .record_uid = r->uid,
                    .subject_uid = subject};
    return unseal(k, dek, at, a, blob, ret);
}

static void hash_part(Buf *b, Str s)
{
    buf_printf(b, "%lld:", s.ptr ? (long long)s.len : -1LL);
    buf_put(b, s);
}

Str field_first_name(const Field *f)
{
    return str_empty(f->was) ? f->name : f->was;
}

const Field *field_once_called(const Register *reg, Str name)
{
    const Field *f = reg_field(reg, name);
    for (size_t i = 0; !f && i < reg->field_count; i++)
        if (str_eq(reg->fields[i]->was, name))
            f = reg->fields[i];
    return f;
}

static int by_first_name(const void *a, const void *b)
{
    return str_cmp(field_first_name(*(const Field *const *)a),
                   field_first_name(*(const Field *const *)b));
}

/* What a row hash is over. */
static Str hashed(Arena *a, const Record *r, Str delta, Str by)
{
    Buf b = buf_new(a, 512);
    const Field **fields = ARENA_ARRAY(a, r->reg->field_count, const Field *);
    memcpy(fields, r->reg->fields, r->reg->field_count * sizeof *fields);
    qsort(fields, r->reg->field_count, sizeof *fields, by_first_name);
    hash_part(&b, r->reg->name);
    hash_part(&b, r->uid);
    hash_part(&b, r->number);
    hash_part(&b, r->state);
    hash_part(&b, r->parent_uid);
    hash_part(&b, delta);
    buf_printf(&b, "%lld,%lld,%lld,%lld,%lld,%lld;", (long long)r->version, (long long)r->owner,
               (long long)r->void_tx, (long long)r->created_tx, (long long)r->changed_tx,
               (long long)r->changed_at);
    for (size_t i = 0; i < r->reg->field_count; i++) {
        const Value *v = &r->vals[fields[i]->index];
        Str stored = fields[i]->class_ ? v->blob : v->text;
        if (fields[i]->calc || str_empty(stored))
            continue;
        hash_part(&b, field_first_name(fields[i]));
        hash_part(&b, stored);
    }
    if (by.ptr)
        hash_part(&b, by);
    return buf_str(&b);
}

Str row_hash(const Keyring *k, Arena *a, const Record *r, Str delta, Str by)
{
    return keyring_row_hash(k, a, false, hashed(a, r, delta, by));
}

bool row_hash_fits(const Keyring *k, Arena *a, const Record *r, const PastVersion *v, bool before)
{
    return str_eq(v->hash, keyring_row_hash(k, a, before, hashed(a, r, v->delta, v->by))) ||
           str_eq(v->hash, keyring_row_hash(k, a, before, hashed(a, r, v->delta, STR_NONE)));
}

Str tx_said(Arena *a, Stmt *st, int c)
{
    enum { COLUMNS = 7 };
    Buf b = buf_new(a, 256);
    for (int i = 0; i < COLUMNS; i++)
        hash_part(&b, row_text(a, st, c + i));
    return buf_str(&b);
}

Err row_bind(Db *db, Arena *a, Stmt *st, const Field *f, Str value, Str blob)
{
    const char *name = z_printf(a, ":f%zu", f->index);
    const Register *reg = NULL;
    int64_t n;
    if (f->class_) {
        stmt_blob(st, name, blob);
    } else if (f->kind == FK_REF) {
        bool has = !str_empty(value);
        if (has)
            TRY(row_resolve(db, f, value, &reg, &n));
        if (has)
            stmt_int(st, name, n);
        else
            stmt_null(st, name);
        if (field_has_target_column(f))
            stmt_text(st, z_printf(a, ":g%zu", f->index), has ? reg->name : STR_NONE);
    } else if (f->kind == FK_NUMBER || f->kind == FK_INSTANT) {
        if (str_i64(value, &n))
            stmt_int(st, name, n);
        else
            stmt_null(st, name);
    } else {
        stmt_text(st, name, str_empty(value) ? STR_NONE : value);
    }
    return ERR_OK;
}

static Err put_link(Db *db, Arena *a, const Field *f, int64_t rec, int64_t ord, Str word)
{
    Str table = field_link_table(a, f);
    bool tagged = field_has_target_column(f);
    const Register *reg = NULL;
    int64_t id = 0;
    Stmt *st;
    if (f->kind == FK_REF)
        TRY(row_resolve(db, f, word, &reg, &id));
    TRY(db_stmt(db,
                z_printf(a, "INSERT INTO %.*s(rec,ord,val%s) VALUES(:rec,:ord,:val%s)",
                         STR_ARG(table), tagged ? ",reg" : "", tagged ? ",:reg" : ""),
                &st, BIND(":rec", rec), BIND(":ord", ord)));
    if (f->kind == FK_REF)
        stmt_int(st, ":val", id);
    else
        stmt_text(st, ":val", word);
    if (tagged)
        stmt_text(st, ":reg", reg->name);
    return stmt_run(st);
}

Err row_put_links(Db *db, Arena *a, const Field *f, int64_t rec, Str words)
{
    Str word;
    int64_t ord = 0;
    Stmt *st = db_known(db, f, FORM_LINKS_DROP);
    if (!st) {
        Str table = field_link_table(a, f);
        TRY(db_stmt(db, z_printf(a, "DELETE FROM %.*s WHERE rec=:rec", STR_ARG(table)), &st));
        db_know(st, f, FORM_LINKS_DROP);
    }
    stmt_int(st, ":rec", rec);
    TRY(stmt_run(st));
    while (str_word(&words, &word))
        TRY(put_link(db, a, f, rec, ord++, word));
    return ERR_OK;
}

const Clock *task_clock(const Record *r)
{
    const Field *limit = role_field(r->reg->model, FIELD_ROLE_TASK_LIMIT);
    Str basis = limit && limit->reg == r->reg ? r->vals[limit->index].text : STR_NONE, name;
    if (!r->parent_reg || !str_word(&basis, &name))
        return NULL;
    for (size_t i = 0; i < r->parent_reg->clock_count; i++)
        if (str_eq(r->parent_reg->clocks[i].name, name))
            return &r->parent_reg->clocks[i];
    return NULL;
}

Err row_author(Db *db, Arena *a, int64_t tx, Str *ret_actor)
{
    return db_text(db, "SELECT actor FROM tx WHERE id=:tx", a, ret_actor, BIND(":tx", tx));
}

/* The first key of a version that is a step is its state. */
#define IS_STEP "delta LIKE '{ \":status\":%'"

Err row_had_hand(Db *db, const Record *r, Str actor, bool *ret)
{
    return db_any(db,
                  "SELECT 1 FROM riwayat h LEFT JOIN sebab s ON s.tx=h.tx"
                  " JOIN tx t ON t.id=coalesce(s.root,h.tx)"
                  " WHERE h.reg=:reg AND h.rec=:rec AND t.actor=:actor"
                  " AND (h.ver=1 OR NOT h." IS_STEP " OR h.ver>=(SELECT max(ver) FROM riwayat"
                  " WHERE reg=:reg AND rec=:rec AND " IS_STEP "))",
                  ret, BIND(":reg", r->reg->name), BIND(":rec", r->id), BIND(":actor", actor));
}
