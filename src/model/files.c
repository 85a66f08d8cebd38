#include "model/files.h"

#include "base/log.h"
#include "base/utf8.h"
#include "model/env.h"
#include "model/row.h"

typedef struct Kind {
    Str magic, part; /* first bytes; what else an archive says in clear, in its list of parts */
    Str type, ending;
} Kind;

#define ARCHIVE S("PK\x03\x04")
static const Kind kinds[] = {
    {S("%PDF-"), S(""), S("application/pdf"), S(".pdf")},
    {S("\xFF\xD8\xFF"), S(""), S("image/jpeg"), S(".jpg")},
    {S("\x89PNG\r\n\x1a\n"), S(""), S("image/png"), S(".png")},
    {S("RIFF"), S(""), S("image/webp"), S(".webp")},
    {ARCHIVE, S("word/document.xml"),
     S("application/vnd.openxmlformats-officedocument.wordprocessingml.document"), S(".docx")},
    {ARCHIVE, S("xl/workbook.xml"),
     S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), S(".xlsx")},
    {ARCHIVE, S("ppt/presentation.xml"),
     S("application/vnd.openxmlformats-officedocument.presentationml.presentation"), S(".pptx")},
    {ARCHIVE, S("mimetypeapplication/vnd.oasis.opendocument.text"),
     S("application/vnd.oasis.opendocument.text"), S(".odt")},
    {ARCHIVE, S("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
     S("application/vnd.oasis.opendocument.spreadsheet"), S(".ods")},
    {ARCHIVE, S(""), S("application/zip"), S(".zip")},
};
static const Kind plain = {S(""), S(""), S("text/plain"), S(".txt")};

Str file_type(Str bytes)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_starts(bytes, kinds[i].magic) && str_contains(bytes, kinds[i].part))
            return kinds[i].type;
    return bytes.len && utf8_valid(bytes) ? plain.type : STR_NONE;
}

Str file_ending(Str type)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(type, kinds[i].type))
            return kinds[i].ending;
    return plain.ending;
}

/* One chunk's place: the order is part of it, so that chunks cannot be swapped or dropped unseen.
 */
static SealPlace chunk_place(Arena *a, const Field *f, Str uid, Str subject, size_t ord, size_t n)
{
    return (SealPlace){.reg = f->reg->name,
                       .field = str_printf(a, "%.*s#%zu/%zu", STR_ARG(f->name), ord, n),
                       .record_uid = uid,
                       .subject_uid = subject};
}

static size_t chunk_count(size_t len)
{
    return len ? (len + FILE_CHUNK - 1) / FILE_CHUNK : 1;
}

static Err put_chunk(Db *db, Str uid, size_t ord, size_t n, Str blob)
{
    return db_run(db, "INSERT INTO berkas(uid,ord,n,blob) VALUES(:uid,:ord,:n,:blob)",
                  BIND(":uid", uid), BIND(":ord", (int64_t)ord), BIND(":n", (int64_t)n),
                  BIND_BLOB(":blob", blob));
}

Err files_open(const Store *s, Db **ret)
{
    TRY(db_open(s->in->files_db, DB_WRITE, ret));
    Err e = db_exec(*ret,
                    "CREATE TABLE IF NOT EXISTS berkas(uid TEXT NOT NULL, ord INTEGER NOT NULL,"
                    " n INTEGER NOT NULL, blob BLOB NOT NULL, PRIMARY KEY(uid, ord));"
                    "CREATE TABLE IF NOT EXISTS simpanan(uid TEXT PRIMARY KEY, oleh TEXT NOT NULL,"
                    " reg TEXT NOT NULL, rec TEXT NOT NULL, bytes INTEGER NOT NULL,"
                    " at INTEGER NOT NULL)");
    if (e != ERR_OK)
        db_close(*ret);
    return e;
}

static Err room(Db *db, Str user, int64_t more, int64_t user_max, int64_t all_max)
{
    int64_t all, own;
    TRY(db_number(db, "SELECT sum(bytes) FROM simpanan", &all));
    TRY(db_number(db, "SELECT sum(bytes) FROM simpanan WHERE oleh=:user", &own,
                  BIND(":user", user)));
    bool full = (user_max && own + more > user_max) || (all_max && all + more > all_max);
    return full ? E_TOO_LARGE : ERR_OK;
}

Err file_room(Reader *rd, size_t more, int64_t user_max, int64_t all_max)
{
    Db *db;
    TRY(files_open(rd->store, &db));
    Err e = room(db, rd->actor->subject->uid, (int64_t)more, user_max, all_max);
    db_close(db);
    return e;
}

/* Who kept how much, and for which record. */
static Err put_kept(Reader *rd, Db *db, const Change *c, Str uid, size_t bytes)
{
    return db_run(db,
                  "INSERT INTO simpanan(uid,oleh,reg,rec,bytes,at)"
                  " VALUES(:uid,:user,:reg,:rec,:bytes,:at)",
                  BIND(":uid", uid), BIND(":user", rd->actor->subject->uid),
                  BIND(":reg", c->reg->name), BIND(":rec", c->uid), BIND(":bytes", (int64_t)bytes),
                  BIND(":at", clock_now()));
}

static Err put_chunks(Reader *rd, Db *db, const Dek *dek, const Change *c, const Field *f, Str uid,
                      Str subject, Str bytes)
{
    size_t n = chunk_count(bytes.len);
    TRY(db_begin(db));
    Err e = put_kept(rd, db, c, uid, bytes.len);
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        Str piece = str_head(str_from(bytes, i * FILE_CHUNK), FILE_CHUNK);
        e = put_chunk(db, uid, i, n,
                      seal(rd->store->in->keyring, dek, f->class_,
                           chunk_place(rd->arena, f, uid, subject, i, n), rd->arena, piece));
    }
    return db_end(db, e);
}

Err file_store(Reader *rd, const Batch *b, const Change *c, const Field *f, Str uid, Str bytes)
{
    RecordEnv env = {.store = rd->store,
                     .db = rd->db,
                     .keys = rd->keys,
                     .arena = rd->arena,
                     .reg = c->reg,
                     .change = c,
                     .batch = b};
    Record stored;
    Dek dek;
    Str subject;
    Db *db;
    if (c->kind != CHANGE_CREATE) {
        TRY(row_by_uid(rd->db, rd->arena, c->reg, c->uid, &stored));
        env.rec = &stored;
    }
    TRY(env_key_subject(&env, &subject));
    TRY(env_dek(&env, subject, &dek));
    Err e = files_open(rd->store, &db);
    if (e == ERR_OK) {
        e = put_chunks(rd, db, &dek, c, f, uid, subject, bytes);
        db_close(db);
    }
    dek_wipe(&dek);
    return e;
}

static Err read_chunks(Reader *rd, Db *db, const Dek *dek, const Field *f, Str uid, Str subject,
                       Str *ret)
{
    Buf b = buf_new(rd->arena, FILE_CHUNK);
    Stmt *st;
    Err e;
    size_t want = 0, n = 1;
    TRY(db_stmt(db, "SELECT n,blob FROM berkas WHERE uid=:uid ORDER BY ord", &st,
                BIND(":uid", uid)));
    for (; stmt_next(st, &e); want++) {
        Str piece;
        n = (size_t)row_int(st, 0);
        e = unseal(rd->store->in->keyring, dek, chunk_place(rd->arena, f, uid, subject, want, n),
                   rd->arena, row_blob(rd->arena, st, 1), &piece);
        if (e != ERR_OK) {
            stmt_done(st);
            return e;
        }
        buf_put(&b, piece);
    }
    TRY(e);
    if (want == 0)
        return E_NOT_FOUND;
    *ret = buf_str(&b);
    return want == n ? ERR_OK : E_CORRUPT;
}

Err file_load(Reader *rd, const Record *r, const Field *f, Str *ret)
{
    Str subject, uid = r->vals[f->index].text;
    Dek dek;
    Db *db;
    if (r->vals[f->index].sealed || str_empty(uid))
        return E_NOT_FOUND;
    TRY(row_key_subject(rd->db, rd->arena, r, &subject));
    TRY(keyring_dek(rd->store->in->keyring, rd->keys, subject, &dek));
    Err e = db_open(rd->store->in->files_db, DB_READ, &db);
    if (e == ERR_OK) {
        e = read_chunks(rd, db, &dek, f, uid, subject, ret);
        db_close(db);
    }
    dek_wipe(&dek);
    return e;
}

/* ---- closed anew ---- */

/* Beside the uid of the file, until they take its place. */
#define COMES    "'" KEY_COMES "'"
#define COME_ALL " substr(uid,1,5)=" COMES

static Err reseal_piece(Db *files, const FileReseal *r, Arena *a, size_t ord, bool *ret_more)
{
    Stmt *st;
    Str piece;
    TRY(db_first(files, "SELECT n,blob FROM berkas WHERE uid=:uid AND ord=:ord", &st,
                 BIND(":uid", r->uid), BIND(":ord", (int64_t)ord)));
    *ret_more = st != NULL;
    if (!st)
        return ERR_OK;
    size_t n = (size_t)row_int(st, 0);
    Str blob = row_blob(a, st, 1);
    stmt_done(st);
    SealPlace at = chunk_place(a, r->field, r->uid, r->subject, ord, n);
    TRY(unseal(r->keyring, r->from, at, a, blob, &piece));
    return put_chunk(files, str_printf(a, KEY_COMES "%.*s", STR_ARG(r->uid)), ord, n,
                     seal(r->keyring, r->to, (DataClass)blob.ptr[1], at, a, piece));
}

Err file_reseal(Db *files, const FileReseal *r, int64_t *ret)
{
    bool more;
    TRY(db_any(files, "SELECT 1 FROM berkas WHERE uid=" COMES "||:uid", &more,
               BIND(":uid", r->uid)));
    more = !more;
    for (size_t ord = 0; more; ord++) {
        Arena *a = arena_new(16 * FILE_CHUNK);
        Err e = reseal_piece(files, r, a, ord, &more);
        arena_free(a);
        TRY(e);
        *ret += more;
    }
    return ERR_OK;
}

static Err take_over(Db *files, bool keep)
{
    if (!keep)
        return db_exec(files, "DELETE FROM berkas WHERE" COME_ALL);
    return db_exec(files, "DELETE FROM berkas WHERE uid IN (SELECT substr(uid,6) FROM berkas"
                          " WHERE" COME_ALL ");"
                          "UPDATE berkas SET uid=substr(uid,6) WHERE" COME_ALL);
}

Err files_take_over(Db *files, bool keep)
{
    TRY(db_begin(files));
    TRY(db_end(files, take_over(files, keep)));
    return db_truncate_log(files);
}

/* ---- what no record came to name ---- */

typedef struct Kept {
    Str uid, reg, rec;
    int64_t at;
} Kept;

typedef ARENA_LIST(Kept) KeptList;

/* What is a day old and not known to be named, or not. */
static Err list_unsettled(Db *files, Arena *a, KeptList *ret)
{
    Stmt *st;
    Err e = ERR_OK;
    TRY(db_stmt(files, "SELECT uid,reg,rec,at FROM simpanan WHERE rec<>'' AND at<:before", &st,
                BIND(":before", clock_now() - DAY_MS)));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) =
            (Kept){row_text(a, st, 0), row_text(a, st, 1), row_text(a, st, 2), row_int(st, 3)};
    return e;
}

/* Whether the record was written within a day of the bytes. Which version names them is sealed:
 * when in doubt they stay. */
static Err was_saved(const Store *s, Db *db, Arena *a, const Kept *k, bool *ret)
{
    const Register *reg = model_reg(s->model, k->reg);
    Record r;
    *ret = !reg;
    if (!reg)
        return ERR_OK;
    Err e = row_by_uid(db, a, reg, k->rec, &r);
    if (e != ERR_OK)
        return e == E_NOT_FOUND ? ERR_OK : e;
    return db_any(db,
                  "SELECT 1 FROM riwayat h JOIN tx t ON t.id=h.tx WHERE h.reg=:reg AND h.rec=:rec"
                  " AND t.at>=:at AND t.at<=:until",
                  ret, BIND(":reg", reg->name), BIND(":rec", r.id), BIND(":at", k->at),
                  BIND(":until", k->at + DAY_MS));
}

/* Bytes kept by an older program count for everybody together, and stay. */
static const char older[] =
    "INSERT INTO simpanan(uid,oleh,reg,rec,bytes,at) SELECT uid,'','','',sum(length(blob)),0"
    " FROM berkas WHERE uid NOT IN (SELECT uid FROM simpanan) GROUP BY uid";

static Err sweep(const Store *s, Db *files, Db *db, Arena *a)
{
    KeptList list = {0};
    TRY(db_exec(files, older));
    TRY(list_unsettled(files, a, &list));
    for (size_t i = 0; i < list.n; i++) {
        bool saved;
        Str uid = list.items[i].uid;
        TRY(was_saved(s, db, a, &list.items[i], &saved));
        if (saved) {
            TRY(db_run(files, "UPDATE simpanan SET rec='' WHERE uid=:uid", BIND(":uid", uid)));
            continue;
        }
        TRY(db_run(files, "DELETE FROM berkas WHERE uid=:uid", BIND(":uid", uid)));
        TRY(db_run(files, "DELETE FROM simpanan WHERE uid=:uid", BIND(":uid", uid)));
        log_info("files: an upload without a record removed");
    }
    return ERR_OK;
}

Err files_sweep(const Store *s, Db *db, Arena *a)
{
    Db *files;
    TRY(files_open(s, &files));
    Err e = sweep(s, files, db, a);
    db_close(files);
    return e;
}
