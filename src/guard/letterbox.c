#include "guard/letterbox.h"

#include "base/rand.h"
#include "clock.h"
#include "guard/crypto.h"
#include "guard/installation.h"
#include "guard/token.h"

#include <string.h>

#define META_LETTERBOX S("kotak_kunci")

static void secret_of(const Keyring *k, bool before, Key *ret)
{
    keyring_secret(k, OWN_LETTER, S("kotak"), before, ret->bytes);
}

Err letterbox_publish(Db *db, Arena *a, const Keyring *k)
{
    Key secret;
    unsigned char public[PAIR_PUBLIC];
    secret_of(k, false, &secret);
    pair_public(&secret, public);
    crypto_wipe(&secret, sizeof secret);
    return meta_put(db, META_LETTERBOX, hex_of(a, public, sizeof public));
}

/* ---- taking one ---- */

/* Keyed with the token, which lies nowhere: a short letter cannot be guessed from its mark. */
static Str mark_of(Arena *a, const LetterPut *p, Str of)
{
    Key key;
    Hash h;
    unsigned char out[16];
    if (!hex_read(p->token, key.bytes, sizeof key.bytes))
        BUG("a token was found that has no form");
    hash_begin(&h, &key, sizeof out);
    hash_part(&h, p->reg);
    hash_part(&h, of);
    hash_end(&h, out, sizeof out);
    crypto_wipe(&key, sizeof key);
    return hex_of(a, out, sizeof out);
}

/* The receipt of the letter that came under the same key for repeating; absent when none did. */
static Err repeated(Db *db, Arena *a, Str mark, Str body, Str *ret_uid)
{
    Stmt *st;
    *ret_uid = STR_NONE;
    TRY(db_first(db, "SELECT uid, body FROM kotak_masuk WHERE mark=:mark", &st,
                 BIND(":mark", mark)));
    if (!st)
        return ERR_OK;
    *ret_uid = row_text(a, st, 0);
    bool same = str_eq(row_peek(st, 1), body);
    stmt_done(st);
    return same ? ERR_OK : E_REUSED;
}

static Err room_for(Db *db, Str user_uid)
{
    int64_t all = 0, own = 0, bytes = 0;
    TRY(db_number(db, "SELECT count(*) FROM kotak_masuk", &all));
    TRY(db_number(db, "SELECT count(*) FROM kotak_masuk WHERE user_uid=:p", &own,
                  BIND(":p", user_uid)));
    TRY(db_number(db, "SELECT COALESCE(sum(length(box)),0) FROM kotak_masuk", &bytes));
    bool room = all < LETTERS_MAX && own < LETTERS_A_SENDER && bytes < LETTERS_BYTES;
    return room ? ERR_OK : E_LIMIT;
}

/* Sealed with what it says: nobody gives it to another sender or register in the table. */
static void put_address(Buf *b, const Letter *l)
{
    buf_printf(b, "%.*s %.*s %.*s %lld\n", STR_ARG(l->uid), STR_ARG(l->user_uid), STR_ARG(l->reg),
               (long long)l->at);
}

/* Padded, so that its length says little of what is in it. */
static Str close_letter(Arena *a, const unsigned char to[PAIR_PUBLIC], Str text)
{
    SealStream s;
    size_t padded = pad_size(text.len);
    unsigned char *plain = arena_alloc(a, padded);
    unsigned char *box = arena_alloc(a, STREAM_HEAD + padded + STREAM_EXTRA);
    memcpy(plain, text.ptr, text.len);
    pad_add(plain, text.len);
    stream_seal_begin(&s, to, box);
    stream_seal(&s, (Str){(char *)plain, padded}, true, box + STREAM_HEAD);
    crypto_wipe(plain, padded);
    return (Str){(char *)box, STREAM_HEAD + padded + STREAM_EXTRA};
}

static Err public_key(Db *db, Arena *a, unsigned char ret[PAIR_PUBLIC])
{
    Str hex;
    StrList columns;
    TRY(db_columns(db, a, S("kotak_masuk"), &columns));
    TRY(meta_get(db, a, META_LETTERBOX, &hex));
    return columns.n && hex_read(hex, ret, PAIR_PUBLIC) ? ERR_OK : E_SEALED;
}

static Err insert(Db *db, const Letter *l, Str mark, Str body, Str box)
{
    return db_run(db,
                  "INSERT INTO kotak_masuk(uid,user_uid,reg,at,mark,body,box)"
                  " VALUES(:uid,:user,:reg,:at,:mark,:body,:box)",
                  BIND(":uid", l->uid), BIND(":user", l->user_uid), BIND(":reg", l->reg),
                  BIND(":at", l->at), BIND(":mark", mark), BIND(":body", body),
                  BIND_BLOB(":box", box));
}

static Err put_letter(Db *db, Arena *a, const LetterPut *p, Str *ret_uid)
{
    unsigned char to[PAIR_PUBLIC];
    Str mark = STR_NONE, hash;
    Letter l = {.reg = p->reg, .at = clock_now()};
    TRY(public_key(db, a, to));
    if (p->text.len > LETTER_MAX)
        return E_TOO_LARGE;
    TRY(token_user(db, a, p->token, l.at, &l.user_uid, &hash));
    Str body = mark_of(a, p, p->said);
    if (!str_empty(p->repeat)) {
        mark = mark_of(a, p, p->repeat);
        TRY(repeated(db, a, mark, body, ret_uid));
        if (ret_uid->ptr)
            return ERR_OK;
    }
    TRY(room_for(db, l.user_uid));
    l.uid = rand_uid(a);
    Buf text = buf_new(a, p->text.len + 256);
    put_address(&text, &l);
    buf_put(&text, p->text);
    TRY(insert(db, &l, mark, body, close_letter(a, to, buf_str(&text))));
    *ret_uid = l.uid;
    return ERR_OK;
}

/* At once with the public key it reads: an exchange of keys comes before, or finds the letter. */
Err letterbox_put(Db *db, Arena *a, const LetterPut *p, Str *ret_uid)
{
    TRY(db_begin(db));
    return db_end(db, put_letter(db, a, p, ret_uid));
}

/* ---- with the key ---- */

Err letterbox_waiting(Db *db, Arena *a, StrList *ret)
{
    Stmt *st;
    *ret = (StrList){0};
    TRY(db_stmt(db, "SELECT uid FROM kotak_masuk WHERE fault IS NULL ORDER BY at, uid", &st));
    return stmt_texts(st, a, ret);
}

Err letterbox_of(Db *db, Arena *a, Str user_uid, StrList *ret)
{
    Stmt *st;
    *ret = (StrList){0};
    TRY(db_stmt(db,
                "SELECT uid FROM kotak_masuk WHERE user_uid=COALESCE(:user,user_uid)"
                " ORDER BY at, uid",
                &st, BIND(":user", user_uid)));
    return stmt_texts(st, a, ret);
}

static bool open_with(const Keyring *k, bool before, Arena *a, Str box, Str *ret)
{
    Key secret;
    SealStream s;
    bool last = false;
    Str sealed = str_from(box, STREAM_HEAD);
    size_t padded = sealed.len - STREAM_EXTRA, n = 0;
    unsigned char *plain = arena_alloc(a, padded);
    secret_of(k, before, &secret);
    bool fits = stream_open_begin(&s, &secret, (const unsigned char *)box.ptr) &&
                stream_open(&s, sealed, plain, &last) && last && pad_remove(plain, padded, &n);
    crypto_wipe(&secret, sizeof secret);
    crypto_wipe(&s, sizeof s);
    *ret = (Str){(char *)plain, n};
    return fits;
}

static Err open_box(const Keyring *k, Arena *a, Str box, Str *ret)
{
    if (box.len <= STREAM_HEAD + STREAM_EXTRA)
        return E_CORRUPT;
    return open_with(k, false, a, box, ret) || open_with(k, true, a, box, ret) ? ERR_OK : E_CORRUPT;
}

Err letterbox_open(Db *db, Arena *a, const Keyring *k, Str uid, Letter *ret)
{
    Stmt *st;
    TRY(db_first(db, "SELECT user_uid,reg,at,box,fault FROM kotak_masuk WHERE uid=:uid", &st,
                 BIND(":uid", uid)));
    if (!st)
        return E_NOT_FOUND;
    *ret = (Letter){.uid = uid,
                    .user_uid = row_text(a, st, 0),
                    .reg = row_text(a, st, 1),
                    .at = row_int(st, 2)};
    Str box = row_blob(a, st, 3), fault = row_blob(a, st, 4);
    stmt_done(st);
    Buf address = buf_new(a, 256);
    put_address(&address, ret);
    if (fault.ptr)
        TRY(unseal_own(k, OWN_LETTER, uid, a, fault, &ret->fault));
    TRY(open_box(k, a, box, &ret->text));
    if (!str_starts(ret->text, buf_str(&address)))
        return E_CORRUPT;
    ret->text = str_from(ret->text, address.len);
    return ERR_OK;
}

static Err reseal_letter(Db *db, Arena *a, const Keyring *k, Str uid,
                         const unsigned char to[PAIR_PUBLIC])
{
    Letter l;
    Buf text = buf_new(a, 256);
    Err e = letterbox_open(db, a, k, uid, &l);
    if (e != ERR_OK)
        return e == E_CORRUPT ? ERR_OK : e; /* as it was: told where letters are put in */
    put_address(&text, &l);
    buf_put(&text, l.text);
    return db_run(db, "UPDATE kotak_masuk SET box=:box WHERE uid=:uid", BIND(":uid", uid),
                  BIND_BLOB(":box", close_letter(a, to, buf_str(&text))));
}

Err letterbox_reseal(Db *db, Arena *a, const Keyring *k)
{
    StrList uids;
    unsigned char to[PAIR_PUBLIC];
    TRY(letterbox_publish(db, a, k));
    TRY(letterbox_of(db, a, STR_NONE, &uids));
    TRY(public_key(db, a, to));
    Err e = ERR_OK;
    for (size_t i = 0; i < uids.n && e == ERR_OK; i++) {
        Arena *one = arena_new((size_t)8 << 20);
        e = reseal_letter(db, one, k, uids.items[i], to);
        arena_free(one);
    }
    return e;
}

Err letterbox_fault(WriteTx *tx, void *arg)
{
    const LetterFault *f = arg;
    return db_run(
        tx->db, "UPDATE kotak_masuk SET fault=:fault WHERE uid=:uid",
        BIND_BLOB(":fault", seal_own(f->keyring, OWN_LETTER, f->uid, tx->arena, f->words)),
        BIND(":uid", f->uid));
}

Err letterbox_drop(WriteTx *tx, void *arg)
{
    const Str *uid = arg;
    return db_run(tx->db, "DELETE FROM kotak_masuk WHERE uid=:uid", BIND(":uid", *uid));
}
