#include "model/person_index.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "model/row.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* One person: hashes only, so that the index itself spells no name. */
typedef struct Entry {
    char uid[36];
    uint64_t name, birth, origin, nik;      /* 0 = unknown */
    uint32_t next_name, next_nik, next_uid; /* 1-based chains, 0 = end */
} Entry;

struct PersonIndex {
    pthread_rwlock_t lock;
    Arena *arena;
    uint64_t key;
    struct {
        Entry *items;
        size_t n, cap;
    } entries;
    uint32_t *by_name, *by_nik, *by_uid; /* buckets, 1-based */
    size_t buckets;                      /* power of two */
    size_t live;
    Store reads; /* model and installation of those on file */
    pthread_t reader;
    bool started;
    atomic_bool stop;
    _Atomic(Err) state; /* of the reading: E_BUSY until everybody on file is in */
};

static uint64_t hash(const PersonIndex *ix, Str s)
{
    uint64_t h = ix->key;
    if (str_empty(s))
        return 0;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    h ^= h >> 29;
    return h ? h : 1;
}

static uint64_t hash_folded(const PersonIndex *ix, Arena *a, Str s)
{
    return hash(ix, utf8_fold(a, s));
}

static void link_entry(PersonIndex *ix, uint32_t at)
{
    Entry *e = &ix->entries.items[at - 1];
    size_t mask = ix->buckets - 1;
    uint32_t *name = &ix->by_name[e->name & mask], *nik = &ix->by_nik[e->nik & mask];
    uint32_t *uid = &ix->by_uid[hash(ix, (Str){e->uid, 36}) & mask];
    e->next_name = *name;
    *name = at;
    e->next_nik = *nik;
    *nik = at;
    e->next_uid = *uid;
    *uid = at;
}

/* What it held stays behind in the arena: it starts with room for those on file. */
static void grow(PersonIndex *ix, size_t least)
{
    while (ix->buckets < least)
        ix->buckets *= 2;
    ix->by_name = ARENA_ARRAY(ix->arena, ix->buckets, uint32_t);
    ix->by_nik = ARENA_ARRAY(ix->arena, ix->buckets, uint32_t);
    ix->by_uid = ARENA_ARRAY(ix->arena, ix->buckets, uint32_t);
    for (uint32_t i = 1; i <= ix->entries.n; i++)
        link_entry(ix, i);
}

static void make_room(PersonIndex *ix, size_t persons)
{
    ix->entries.cap = persons + persons / 8 + 1000;
    ix->entries.items = ARENA_ARRAY(ix->arena, ix->entries.cap, Entry);
    grow(ix, ix->entries.cap);
}

static bool alive(const Entry *e)
{
    return e->name || e->nik;
}

/* The newest entry of a person, or NULL. A dead entry has no name and no number. */
static Entry *entry_of(PersonIndex *ix, Str uid)
{
    uint32_t at = ix->by_uid[hash(ix, uid) & (ix->buckets - 1)];
    while (at && memcmp(ix->entries.items[at - 1].uid, uid.ptr, 36) != 0)
        at = ix->entries.items[at - 1].next_uid;
    return at ? &ix->entries.items[at - 1] : NULL;
}

static Entry entry_new(const PersonIndex *ix, Str uid, const PersonFacts *facts)
{
    Arena *a = arena_new(2048);
    Entry fresh = {.name = hash_folded(ix, a, facts->name),
                   .birth = hash(ix, facts->birth),
                   .origin = hash(ix, facts->origin),
                   .nik = hash(ix, facts->nik)};
    arena_free(a);
    memcpy(fresh.uid, uid.ptr, sizeof fresh.uid);
    return fresh;
}

static void add(PersonIndex *ix, const Entry *fresh)
{
    *ARENA_PUSH(ix->arena, ix->entries) = *fresh;
    ix->live += alive(fresh);
    if (ix->entries.n > ix->buckets)
        grow(ix, ix->buckets * 4);
    else
        link_entry(ix, (uint32_t)ix->entries.n);
}

void person_index_put(PersonIndex *ix, Str uid, const PersonFacts *facts)
{
    if (uid.len != sizeof(((Entry *)NULL)->uid))
        return;
    Entry fresh = entry_new(ix, uid, facts);
    pthread_rwlock_wrlock(&ix->lock);
    Entry *old = entry_of(ix, uid);
    if (old && alive(old)) { /* stays in its chains, but matches nothing any more */
        old->name = old->nik = 0;
        ix->live--;
    }
    if (alive(&fresh) || !old) /* a dead one tells the reader of the file that it comes late */
        add(ix, &fresh);
    pthread_rwlock_unlock(&ix->lock);
}

/* A person as she was when the reading began: whatever was put meanwhile is newer. */
static void put_read(PersonIndex *ix, Str uid, const PersonFacts *facts)
{
    Entry fresh = entry_new(ix, uid, facts);
    pthread_rwlock_wrlock(&ix->lock);
    if (alive(&fresh) && !entry_of(ix, uid))
        add(ix, &fresh);
    pthread_rwlock_unlock(&ix->lock);
}

static bool add_hit(PersonHit *ret, size_t *n, size_t max, Arena *a, const Entry *e, PersonHit hit)
{
    for (size_t i = 0; i < *n; i++)
        if (memcmp(ret[i].uid.ptr, e->uid, 36) == 0)
            return true;
    if (*n == max)
        return false;
    hit.uid = str_copy(a, (Str){e->uid, 36});
    ret[(*n)++] = hit;
    return true;
}

size_t person_index_find(const PersonIndex *ix, Arena *a, const PersonFacts *facts, PersonHit *ret,
                         size_t max)
{
    PersonIndex *index = (PersonIndex *)(uintptr_t)ix; /* the lock changes, the index does not */
    uint64_t name = hash_folded(ix, a, facts->name), nik = hash(ix, facts->nik);
    uint64_t birth = hash(ix, facts->birth), origin = hash(ix, facts->origin);
    size_t n = 0;
    pthread_rwlock_rdlock(&index->lock);
    const Entry *all = ix->entries.items;
    for (size_t at = nik ? ix->by_nik[nik & (ix->buckets - 1)] : 0; at; at = all[at - 1].next_nik)
        if (all[at - 1].nik == nik)
            add_hit(ret, &n, max, a, &all[at - 1], (PersonHit){.same_nik = true});
    for (size_t at = name ? ix->by_name[name & (ix->buckets - 1)] : 0; at;
         at = all[at - 1].next_name) {
        const Entry *e = &all[at - 1];
        bool same_birth = birth && e->birth == birth, same_origin = origin && e->origin == origin;
        bool contradicts = (birth && e->birth && !same_birth) || (nik && e->nik && e->nik != nik);
        if (e->name == name && !contradicts)
            add_hit(ret, &n, max, a, e,
                    (PersonHit){.same_birth = same_birth, .same_origin = same_origin});
    }
    pthread_rwlock_unlock(&index->lock);
    return n;
}

size_t person_index_size(const PersonIndex *ix)
{
    return ix->live;
}

/* Opens the fields of one person that the index needs. */
static Err person_facts(const Store *s, Db *keys, Arena *a, const Record *r, PersonFacts *ret)
{
    const Model *m = s->model;
    const Keyring *k = s->in->keyring;
    const Field *name = role_field(m, FIELD_ROLE_PERSON_NAME),
                *birth = role_field(m, FIELD_ROLE_PERSON_BIRTH);
    const Field *nik = role_field(m, FIELD_ROLE_PERSON_NIK),
                *origin = role_field(m, FIELD_ROLE_PERSON_ORIGIN);
    Dek dek;
    Err e = keyring_dek(k, keys, r->uid, &dek);
    if (e == E_NOT_FOUND)
        return ERR_OK;
    TRY(e);
    struct {
        const Field *f;
        Str *to;
    } want[] = {{name, &ret->name}, {birth, &ret->birth}, {nik, &ret->nik}};
    for (size_t i = 0; i < 3 && e == ERR_OK; i++)
        if (want[i].f && r->vals[want[i].f->index].blob.ptr)
            e = row_unseal(k, &dek, a, r, r->uid, want[i].f, r->vals[want[i].f->index].blob,
                           want[i].to);
    dek_wipe(&dek);
    if (origin)
        ret->origin = r->vals[origin->index].text;
    return e;
}

static Err read_all(const Store *s, Db *db, Db *keys, PersonIndex *ix)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    Arena *sql_arena = arena_new(1 << 20);
    Buf sql = buf_new(sql_arena, 2048);
    bool *field = ARENA_ARRAY(sql_arena, reg->field_count, bool);
    static const FieldRole roles[] = {FIELD_ROLE_PERSON_NAME, FIELD_ROLE_PERSON_BIRTH,
                                      FIELD_ROLE_PERSON_NIK, FIELD_ROLE_PERSON_ORIGIN};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (role_field(s->model, roles[i]))
            field[role_field(s->model, roles[i])->index] = true;
    bool *none = ARENA_ARRAY(sql_arena, reg->field_count, bool);
    RowWant want = {.field = field, .named = none};
    row_select(&sql, reg, want);
    buf_lit(&sql, " WHERE r.batal=0");
    buf_char(&sql, '\0');
    Stmt *st;
    bool row = false;
    Err e = db_stmt(db, sql.ptr, &st);
    while (e == ERR_OK && (e = stmt_step(st, &row)) == ERR_OK && row) {
        if (atomic_load(&ix->stop)) {
            stmt_done(st);
            break;
        }
        Arena *a = arena_new(1 << 20);
        Record r;
        PersonFacts facts = {0};
        row_read(a, st, reg, want, &r);
        e = person_facts(s, keys, a, &r, &facts);
        if (e == ERR_OK)
            put_read(ix, r.uid, &facts);
        else
            stmt_done(st);
        arena_free(a);
    }
    arena_free(sql_arena);
    return e;
}

static void *read_behind(void *index)
{
    PersonIndex *ix = index;
    ReadConn c;
    Err e = readconn_open(&ix->reads, &c);
    if (e == ERR_OK) {
        e = db_begin_late(c.keys); /* one lock for all keys, not one a person */
        if (e == ERR_OK)
            e = read_all(&ix->reads, c.db, c.keys, ix);
        readconn_close(&c);
    }
    if (e != ERR_OK)
        log_error("person index: %s", err_name(e));
    atomic_store(&ix->state, e);
    return NULL;
}

static void drop(void *index)
{
    PersonIndex *ix = index;
    person_index_stop(ix);
    pthread_rwlock_destroy(&ix->lock);
    arena_free(ix->arena);
}

/* How many there may be, so that room is made once. */
static Err count_persons(const Store *s, Arena *a, const Register *reg, int64_t *ret)
{
    ReadConn c;
    TRY(readconn_open(s, &c));
    Err e = db_one_int(c.db, str_printf(a, "SELECT max(id) FROM %.*s", STR_ARG(reg->name)).ptr,
                       STR_NONE, ret);
    readconn_close(&c);
    return e;
}

Err person_index_open(Arena *a, const Store *s, PersonIndex **ret)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    int64_t persons = 0;
    if (reg)
        TRY(count_persons(s, a, reg, &persons));
    PersonIndex *ix = ARENA_NEW(a, PersonIndex);
    pthread_rwlock_init(&ix->lock, NULL);
    ix->arena = arena_new(SIZE_MAX);
    rand_bytes(&ix->key, sizeof ix->key);
    ix->buckets = 256;
    ix->reads = (Store){.model = s->model, .in = s->in};
    make_room(ix, (size_t)persons);
    arena_defer(a, drop, ix);
    atomic_store(&ix->state, reg ? E_BUSY : ERR_OK);
    if (reg && pthread_create(&ix->reader, NULL, read_behind, ix) != 0)
        BUG("no thread");
    ix->started = reg;
    *ret = ix;
    return ERR_OK;
}

void person_index_stop(PersonIndex *ix)
{
    if (!ix->started)
        return;
    atomic_store(&ix->stop, true);
    pthread_join(ix->reader, NULL);
    ix->started = false;
}

Err person_index_ready(const PersonIndex *ix, int wait_ms)
{
    enum { LOOK_AGAIN_MS = 5 };
    int64_t until = clock_steady() + wait_ms;
    while (atomic_load(&ix->state) == E_BUSY && clock_steady() < until)
        clock_sleep(LOOK_AGAIN_MS);
    return atomic_load(&ix->state);
}

Err person_index_load_hit(Reader *rd, const PersonHit *hit, Record *ret)
{
    const Register *reg = role_reg(rd->store->model, REG_ROLE_PERSON);
    const Field *name = role_field(rd->store->model, FIELD_ROLE_PERSON_NAME);
    TRY(store_get(rd, reg, hit->uid, VERB_LIST, ret));
    bool opens = !name || !name->class_ ||
                 (store_decide(rd, ret, VERB_READ).classes & CLASS_BIT(name->class_));
    return opens ? ERR_OK : E_NOT_FOUND;
}

static Str fact(const Change *c, FieldRole role)
{
    const Field *f = role_field(c->reg->model, role);
    return f && f->reg == c->reg ? c->vals[f->index] : STR_NONE;
}

Err person_index_alike(Reader *rd, const Change *c, Record *ret, size_t max, size_t *ret_n)
{
    enum { HITS = 5 };
    PersonHit hits[HITS];
    size_t n = 0;
    *ret_n = 0;
    if (c->reg->role != REG_ROLE_PERSON || !rd->store->persons)
        return ERR_OK;
    TRY(person_index_ready(rd->store->persons, PERSONS_WAIT_MS));
    PersonFacts facts = {.name = fact(c, FIELD_ROLE_PERSON_NAME),
                         .birth = fact(c, FIELD_ROLE_PERSON_BIRTH),
                         .origin = fact(c, FIELD_ROLE_PERSON_ORIGIN),
                         .nik = fact(c, FIELD_ROLE_PERSON_NIK)};
    size_t found = person_index_find(rd->store->persons, rd->arena, &facts, hits, HITS);
    for (size_t i = 0; i < found && n < max; i++)
        if (person_index_load_hit(rd, &hits[i], &ret[n]) == ERR_OK)
            n++;
    *ret_n = n;
    return ERR_OK;
}
