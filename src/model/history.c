#include "base/base64.h"
#include "base/json.h"
#include "model/reason.h"
#include "model/row.h"

#include <string.h>

typedef struct Reading {
    Reader *rd;
    const Record *rec;
    unsigned classes;
    bool have_key;
    Dek dek;
    Str subject;
    Value *now; /* newest value seen so far, per field */
    Str state, owner, void_;
    unsigned opened;
} Reading;

static Value sealed_value(Reading *h, const Field *f, Str base64)
{
    Value v = {0};
    if (!base64.ptr || !base64_decode(h->rd->arena, base64, &v.blob))
        return v;
    v.sealed = true;
    if (!h->have_key || !(h->classes & CLASS_BIT(f->class_)))
        return v;
    v.sealed = row_unseal(h->rd->store->in->keyring, &h->dek, h->rd->arena, h->rec, h->subject, f,
                          v.blob, &v.text) != ERR_OK;
    h->opened |= CLASS_BIT(f->class_);
    return v;
}

/* Headings of refs are as of today; the delta keeps the uid only. */
static void name_ref(Reading *h, const Field *f, Value *v)
{
    const Register *reg = f->target;
    int64_t id;
    if (f->kind != FK_REF || f->multi || str_empty(v->text))
        return;
    if (!reg && row_resolve(h->rd->db, f, v->text, &reg, &id) != ERR_OK)
        return;
    v->heading = store_heading(h->rd, reg, v->text);
}

static Str *system_slot(Reading *h, Str name)
{
    if (str_is(name, ":status"))
        return &h->state;
    if (str_is(name, ":pemilik"))
        return &h->owner;
    return str_is(name, ":batal") ? &h->void_ : NULL;
}

static bool apply_entry(Reading *h, Str key, Str value, HistoryEntry *e)
{
    bool sealed = str_ends(key, S("!"));
    Str name = sealed ? str_head(key, key.len - 1) : key;
    const Field *f = field_once_called(h->rec->reg, name);
    Str *slot = system_slot(h, name);
    size_t i = e->n;
    if (f) {
        Value v = sealed ? sealed_value(h, f, value) : (Value){.text = value};
        if (f->reason)
            v.text = reason_open(h->rd, v.text);
        name_ref(h, f, &v);
        e->before[i] = h->now[f->index];
        e->after[i] = h->now[f->index] = v;
    } else if (slot) {
        e->before[i] = (Value){.text = *slot};
        e->after[i] = (Value){.text = value};
        *slot = value;
    } else {
        return false; /* a field that no longer exists */
    }
    e->fields[i] = f;
    e->names[i] = name;
    return true;
}

static Err read_entry(Reading *h, Stmt *st, HistoryEntry *e)
{
    Arena *a = h->rd->arena;
    StrList keys, values;
    *e = (HistoryEntry){.version = row_int(st, 0),
                        .tx = row_int(st, 1),
                        .at = row_int(st, 3),
                        .actor = row_text(a, st, 4),
                        .via = row_text(a, st, 5),
                        .reason = reason_open(h->rd, row_text(a, st, 6)),
                        .actor_name = row_text(a, st, 7)};
    TRY(json_read_flat(a, row_text(a, st, 2), &keys, &values));
    e->fields = ARENA_ARRAY(a, keys.n, const Field *);
    e->names = ARENA_ARRAY(a, keys.n, Str);
    e->before = ARENA_ARRAY(a, keys.n, Value);
    e->after = ARENA_ARRAY(a, keys.n, Value);
    for (size_t i = 0; i < keys.n; i++)
        e->n += apply_entry(h, keys.items[i], values.items[i], e);
    return ERR_OK;
}

Err store_history(Reader *rd, const Record *r, unsigned classes, HistoryEntry **ret, size_t *ret_n)
{
    Reading h = {.rd = rd, .rec = r, .classes = classes};
    ARENA_LIST(HistoryEntry) list = {0};
    Stmt *st;
    Err e;
    h.now = ARENA_ARRAY(rd->arena, r->reg->field_count, Value);
    if (classes && row_key_subject(rd->db, rd->arena, r, &h.subject) == ERR_OK)
        h.have_key = keyring_dek(rd->store->in->keyring, rd->keys, h.subject, &h.dek) == ERR_OK;
    TRY(db_stmt(rd->db,
                "SELECT r.ver,r.tx,r.delta,t.at,t.actor,t.via,t.reason,f.name FROM riwayat r"
                " JOIN tx t ON t.id=r.tx LEFT JOIN fakta_pengguna f ON f.uid=t.actor"
                " WHERE r.reg=:reg AND r.rec=:rec ORDER BY r.ver",
                &st, BIND(":reg", r->reg->name), BIND(":rec", r->id)));
    while (stmt_next(st, &e)) {
        e = read_entry(&h, st, ARENA_PUSH(rd->arena, list));
        if (e != ERR_OK)
            break;
    }
    stmt_done(st);
    dek_wipe(&h.dek);
    if (h.opened)
        store_note_opened(rd, r, h.subject, h.opened);
    TRY(e);
    for (size_t i = 0; i < list.n / 2; i++) {
        HistoryEntry swap = list.items[i];
        list.items[i] = list.items[list.n - 1 - i];
        list.items[list.n - 1 - i] = swap;
    }
    *ret = list.items;
    *ret_n = list.n;
    return ERR_OK;
}
