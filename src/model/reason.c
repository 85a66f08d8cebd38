#include "model/reason.h"

#include "base/base64.h"
#include "model/row.h"

#include <string.h>

/* Whose reasons are about nobody with a key. */
#define ANYBODY S("umum")

static Str key_name(Arena *a, Str subject)
{
    return str_printf(a, KEY_OF_REASONS "%.*s", STR_ARG(subject));
}

static bool has_key(Db *keys, Arena *a, Str uid)
{
    Str wrapped;
    return uid.ptr && keys_wrapped(keys, a, uid, &wrapped) == ERR_OK;
}

Str reason_subject(Reader *rd, const Record *r)
{
    Record at = *r;
    Str uid;
    for (;;) {
        if (row_key_subject(rd->db, rd->arena, &at, &uid) == ERR_OK &&
            has_key(rd->keys, rd->arena, uid))
            return uid;
        if (!at.parent_reg || row_by_id(rd->db, rd->arena, at.parent_reg, at.parent, &at) != ERR_OK)
            return STR_NONE;
    }
}

/* Judged under the lock: since the reader's snapshot another may have made it, or hers may be
 * destroyed, and then none is made that nothing would destroy. */
static Err make_locked(Reader *rd, Db *keys, Str subject, Str name, Dek *ret)
{
    const Keyring *k = rd->store->in->keyring;
    Str wrapped;
    if (subject.ptr && !has_key(keys, rd->arena, subject))
        return E_NOT_FOUND;
    Err e = keyring_dek(k, keys, name, ret);
    if (e != E_NOT_FOUND)
        return e;
    keyring_new_dek(k, rd->arena, name, ret, &wrapped);
    return keys_put(keys, name, wrapped);
}

static Err make_key(Reader *rd, Str subject, Str name, Dek *ret)
{
    Db *keys;
    TRY(db_open(rd->store->in->keys_db, DB_WRITE, &keys));
    Err e = db_begin(keys);
    if (e == ERR_OK)
        e = db_end(keys, make_locked(rd, keys, subject, name, ret));
    db_close(keys);
    return e;
}

Err reason_seal(Reader *rd, Str subject, Str words, Str *ret)
{
    Dek dek = {0};
    Arena *a = rd->arena;
    const Keyring *k = rd->store->in->keyring;
    bool hers = has_key(rd->keys, a, subject);
    Str of = hers ? subject : ANYBODY, name = key_name(a, of);
    *ret = STR_NONE;
    if (str_empty(words))
        return ERR_OK;
    Err e = keyring_dek(k, rd->keys, name, &dek);
    if (e == E_NOT_FOUND)
        e = make_key(rd, hers ? subject : STR_NONE, name, &dek);
    if (e == ERR_OK)
        *ret = str_printf(a, REASON_MARK "%.*s:%.*s", STR_ARG(of),
                          STR_ARG(base64_encode(a, seal_under(k, &dek, name, a, words))));
    dek_wipe(&dek);
    return e == E_NOT_FOUND && hers ? reason_seal(rd, STR_NONE, words, ret) : e;
}

/* A page tells many reasons about one person: the key opened last is kept until reader_end. */
static Err open_key(Reader *rd, Str name)
{
    if (!str_eq(rd->reasons.of, name)) {
        dek_wipe(&rd->reasons.dek);
        rd->reasons.found = keyring_dek(rd->store->in->keyring, rd->keys, name, &rd->reasons.dek);
        rd->reasons.of = name;
    }
    return rd->reasons.found;
}

/* What a damaged place holds is shown as it is: it is not gone. */
static Str words_of(Reader *rd, Str subject, Str sealed)
{
    Str blob, words = sealed, name = key_name(rd->arena, subject);
    Err e = open_key(rd, name);
    if (e == ERR_OK && base64_decode(rd->arena, sealed, &blob) &&
        unseal_under(rd->store->in->keyring, &rd->reasons.dek, name, rd->arena, blob, &words) !=
            ERR_OK)
        words = sealed;
    return e == E_NOT_FOUND ? tr(rd->actor->lang, M_REASON_GONE) : words;
}

/* A purpose stands behind its code. */
Str reason_open(Reader *rd, Str stored)
{
    Str subject, mark = S(REASON_MARK);
    const char *at = stored.ptr ? memmem(stored.ptr, stored.len, mark.ptr, mark.len) : NULL;
    if (!at)
        return stored;
    Str before = str_head(stored, (size_t)(at - stored.ptr));
    Str rest = str_from(stored, before.len + mark.len);
    if (!str_cut(&rest, ':', &subject))
        return stored;
    Str words = words_of(rd, subject, rest);
    return str_printf(rd->arena, "%.*s%.*s", STR_ARG(before), STR_ARG(words));
}

void reason_open_fields(Reader *rd, Record *r)
{
    for (size_t i = 0; r->reg->has_reasons && i < r->reg->field_count; i++)
        if (r->reg->fields[i]->reason)
            r->vals[i].text = reason_open(rd, r->vals[i].text);
}
