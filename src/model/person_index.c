#include "model/person_index.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "identity/date_compare.h"
#include "identity/match_value.h"
#include "identity/normalise.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 40, KEYS_EACH = 9, CHAIN_MAX = 20000, UID_LEN = 36 };

/* What a person is found by; a key is a hash of its kind and its text. */
typedef enum FoundBy { BY_UID = 1, BY_NAME, BY_NUMBER, BY_BIRTH, BY_SOUND, BY_GROUP } FoundBy;

/* One person. A dead entry stays in its chains and matches nothing any more. */
typedef struct Entry {
    char uid[UID_LEN];
    uint32_t birth;             /* packed, match_value.h */
    uint64_t name, nik, origin; /* hashes; 0 = unknown */
    bool live;
} Entry;

typedef struct Posting {
    uint32_t tag, entry, next; /* 1-based, 0 = end */
} Posting;

/* How many words of names sound so. */
typedef struct Sound {
    uint32_t tag, n;
} Sound;

struct PersonIndex {
    pthread_rwlock_t lock;
    Arena *arena;
    const NameRules *rules; /* NULL: names are found as written only */
    uint64_t key;
    ARENA_LIST(Entry) entries;
    ARENA_LIST(Posting) postings;
    uint32_t *heads; /* by tag, 1-based */
    size_t head_count;
    Sound *sounds; /* open addressing by tag */
    size_t sound_count, sounds_used;
    double words, squares; /* of all names: how many, and the sum of the squares of `n` */
    size_t live;
    ARENA_LIST(uint32_t) fresh; /* entries put since the start */
    Store reads;                /* model and installation of those on file */
    pthread_t reader;
    bool started;
    atomic_bool stop;
    _Atomic(Err) state; /* of the reading: E_BUSY until everybody on file is in */
};

/* ---- keys ---- */

static uint64_t hash_of(const PersonIndex *ix, uint64_t seed, Str s)
{
    uint64_t h = ix->key ^ (seed * 0x9e3779b97f4a7c15u);
    if (str_empty(s))
        return 0;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
    return h ? h : 1;
}

typedef struct Keys {
    uint32_t tags[KEYS_MAX];
    size_t n, sounds; /* the first of them are sounds of words */
} Keys;

static void add_key(const PersonIndex *ix, Keys *k, FoundBy kind, Str text)
{
    uint32_t tag = (uint32_t)hash_of(ix, kind, text);
    if (str_empty(text) || k->n == KEYS_MAX)
        return;
    for (size_t i = 0; i < k->n; i++)
        if (k->tags[i] == tag)
            return;
    k->tags[k->n++] = tag;
}

static Str sound_of(const NameToken *t)
{
    return t->strict_len > 1 ? token_strict(t) : token_canonical(t);
}

static void add_sounds(const PersonIndex *ix, const Name *name, Keys *ret)
{
    for (int i = 0; i < name->n; i++)
        if (!name->tokens[i].initial)
            add_key(ix, ret, BY_SOUND, sound_of(&name->tokens[i]));
}

/* The words of a group that an installation agrees to while it runs: nobody on file is put again
 * for it, so it is looked for by the sounds everybody stands under. */
static void add_own_words(const PersonIndex *ix, uint16_t group, Keys *ret)
{
    enum { WORDS = 8 };
    Str words[WORDS];
    NameToken token;
    size_t n = name_rules_own_words(ix->rules, group, words, WORDS);
    for (size_t i = 0; i < n; i++) {
        name_token(ix->rules, words[i], &token);
        add_key(ix, ret, BY_SOUND, sound_of(&token));
    }
}

static void add_groups(const PersonIndex *ix, const Name *name, bool wanted, Keys *ret)
{
    for (int i = 0; i < name->n; i++)
        for (int g = 0; g < name->tokens[i].group_count; g++) {
            const uint16_t *group = &name->tokens[i].groups[g].group;
            if (*group < GROUP_OWN)
                add_key(ix, ret, BY_GROUP, (Str){(const char *)group, sizeof *group});
            else if (wanted)
                add_own_words(ix, *group, ret);
        }
}

/* The name, what stands behind "alias" in it, and other names: one a line. */
static void add_names(const PersonIndex *ix, Arena *a, const PersonFacts *f, bool wanted, Keys *ret)
{
    Name names[8];
    int n = 0;
    Str lines = f->alias, line = f->name;
    do {
        name_normalise(ix->rules, a, line, &names[n], &names[n + 1]);
        n += 2;
    } while (n < 8 && str_cut(&lines, '\n', &line));
    for (int i = 0; i < n; i++)
        add_sounds(ix, &names[i], ret);
    ret->sounds = ret->n;
    for (int i = 0; i < n; i++)
        add_groups(ix, &names[i], wanted, ret);
}

/* `wanted`: of who is looked for, otherwise of who is put. */
static Keys keys_of(const PersonIndex *ix, Arena *a, const PersonFacts *f, bool wanted)
{
    Keys k = {.n = 0};
    Date d;
    if (ix->rules)
        add_names(ix, a, f, wanted, &k);
    add_key(ix, &k, BY_NAME, utf8_fold(a, f->name));
    add_key(ix, &k, BY_NUMBER, f->nik);
    add_key(ix, &k, BY_NUMBER, f->passport);
    add_key(ix, &k, BY_NUMBER, f->phone);
    if (date_parse_iso(f->birth, &d) && date_is_full(d) && !date_is_default(d))
        add_key(ix, &k, BY_BIRTH, f->birth);
    return k;
}

static uint32_t packed_birth(Str birth)
{
    Date d;
    return date_parse_iso(birth, &d) ? PACKED_DATE(d.year, d.month, d.day) : 0;
}

static Entry entry_for(const PersonIndex *ix, Arena *a, const PersonFacts *f)
{
    return (Entry){.birth = packed_birth(f->birth),
                   .name = hash_of(ix, BY_NAME, utf8_fold(a, f->name)),
                   .nik = hash_of(ix, BY_NUMBER, f->nik),
                   .origin = hash_of(ix, BY_NUMBER, f->origin)};
}

/* ---- chains ---- */

static uint32_t *head_of(const PersonIndex *ix, uint32_t tag)
{
    return &ix->heads[tag & (ix->head_count - 1)];
}

/* What they held stays behind in the arena: they start with room for those on file. */
static void grow_heads(PersonIndex *ix, size_t least)
{
    while (ix->head_count < least)
        ix->head_count *= 2;
    ix->heads = ARENA_ARRAY(ix->arena, ix->head_count, uint32_t);
    for (uint32_t i = 1; i <= ix->postings.n; i++) {
        Posting *p = &ix->postings.items[i - 1];
        p->next = *head_of(ix, p->tag);
        *head_of(ix, p->tag) = i;
    }
}

static void make_room(PersonIndex *ix, size_t persons)
{
    ix->entries.cap = persons + persons / 8 + 1000;
    ix->entries.items = ARENA_ARRAY(ix->arena, ix->entries.cap, Entry);
    ix->postings.cap = ix->entries.cap * KEYS_EACH;
    ix->postings.items = ARENA_ARRAY(ix->arena, ix->postings.cap, Posting);
    grow_heads(ix, ix->postings.cap / 2);
}

static void add_posting(PersonIndex *ix, uint32_t tag, uint32_t entry)
{
    if (ix->postings.n > ix->head_count * 2)
        grow_heads(ix, ix->head_count * 4);
    *ARENA_PUSH(ix->arena, ix->postings) = (Posting){tag, entry, *head_of(ix, tag)};
    *head_of(ix, tag) = (uint32_t)ix->postings.n;
}

static Sound *sound_at(const PersonIndex *ix, uint32_t tag)
{
    size_t mask = ix->sound_count - 1, at = tag & mask;
    while (ix->sounds[at].n && ix->sounds[at].tag != tag)
        at = (at + 1) & mask;
    return &ix->sounds[at];
}

static void grow_sounds(PersonIndex *ix)
{
    Sound *old = ix->sounds;
    size_t n = ix->sound_count;
    ix->sound_count *= 4;
    ix->sounds = ARENA_ARRAY(ix->arena, ix->sound_count, Sound);
    for (size_t i = 0; i < n; i++)
        if (old[i].n)
            *sound_at(ix, old[i].tag) = old[i];
}

/* A person saved again counts again: frequencies need not be exact. */
static void count_sound(PersonIndex *ix, uint32_t tag)
{
    if (ix->sounds_used * 2 > ix->sound_count)
        grow_sounds(ix);
    Sound *s = sound_at(ix, tag);
    ix->sounds_used += s->n == 0;
    ix->words += 1;
    ix->squares += 2.0 * s->n + 1;
    *s = (Sound){tag, s->n + 1};
}

/* The newest entry of a person, live or not; NULL. */
static Entry *entry_of(PersonIndex *ix, Str uid)
{
    uint32_t tag = (uint32_t)hash_of(ix, BY_UID, uid);
    for (uint32_t at = *head_of(ix, tag); at; at = ix->postings.items[at - 1].next) {
        const Posting *p = &ix->postings.items[at - 1];
        Entry *e = &ix->entries.items[p->entry - 1];
        if (p->tag == tag && memcmp(e->uid, uid.ptr, UID_LEN) == 0)
            return e;
    }
    return NULL;
}

static void put_entry(PersonIndex *ix, const Entry *fresh, const Keys *keys)
{
    *ARENA_PUSH(ix->arena, ix->entries) = *fresh;
    uint32_t at = (uint32_t)ix->entries.n;
    add_posting(ix, (uint32_t)hash_of(ix, BY_UID, (Str){fresh->uid, UID_LEN}), at);
    for (size_t i = 0; i < keys->n && fresh->live; i++) {
        add_posting(ix, keys->tags[i], at);
        if (i < keys->sounds)
            count_sound(ix, keys->tags[i]);
    }
    ix->live += fresh->live;
}

/* `known`: what was put before wins, for it is newer than what is being read. */
static void put(PersonIndex *ix, Str uid, const PersonFacts *facts, bool known)
{
    if (uid.len != UID_LEN)
        return;
    Arena *a = arena_new(2048);
    Entry fresh = entry_for(ix, a, facts);
    Keys keys = keys_of(ix, a, facts, false);
    arena_free(a);
    fresh.live = fresh.name || fresh.nik;
    memcpy(fresh.uid, uid.ptr, UID_LEN);
    pthread_rwlock_wrlock(&ix->lock);
    Entry *old = entry_of(ix, uid);
    if (!old || !known) {
        if (old && old->live) {
            old->live = false;
            ix->live--;
        }
        put_entry(ix, &fresh, &keys);
        if (!known && fresh.live)
            *ARENA_PUSH(ix->arena, ix->fresh) = (uint32_t)ix->entries.n;
    }
    pthread_rwlock_unlock(&ix->lock);
}

void person_index_put(PersonIndex *ix, Str uid, const PersonFacts *facts)
{
    put(ix, uid, facts, false);
}

/* ---- looking, exactly ---- */

typedef struct Hits {
    PersonHit *items;
    size_t n, max;
} Hits;

static void add_hit(Hits *hits, Arena *a, const Entry *e, PersonHit hit)
{
    for (size_t i = 0; i < hits->n; i++)
        if (memcmp(hits->items[i].uid.ptr, e->uid, UID_LEN) == 0)
            return;
    if (hits->n == hits->max)
        return;
    hit.uid = str_copy(a, (Str){e->uid, UID_LEN});
    hits->items[hits->n++] = hit;
}

static void find_by(const PersonIndex *ix, Arena *a, FoundBy kind, uint64_t key,
                    const Entry *wanted, Hits *hits)
{
    uint32_t tag = (uint32_t)key;
    for (uint32_t at = key ? *head_of(ix, tag) : 0; at; at = ix->postings.items[at - 1].next) {
        const Posting *p = &ix->postings.items[at - 1];
        const Entry *e = &ix->entries.items[p->entry - 1];
        if (p->tag != tag || !e->live)
            continue;
        bool birth = wanted->birth && e->birth == wanted->birth;
        bool origin = wanted->origin && e->origin == wanted->origin;
        bool against = (wanted->birth && e->birth && !birth) ||
                       (wanted->nik && e->nik && e->nik != wanted->nik);
        if (kind == BY_NUMBER && e->nik == wanted->nik)
            add_hit(hits, a, e, (PersonHit){.same_nik = true});
        if (kind == BY_NAME && e->name == wanted->name && !against)
            add_hit(hits, a, e, (PersonHit){.same_birth = birth, .same_origin = origin});
    }
}

size_t person_index_find(const PersonIndex *ix, Arena *a, const PersonFacts *facts, PersonHit *ret,
                         size_t max)
{
    PersonIndex *index = (PersonIndex *)(uintptr_t)ix; /* the lock changes, the index does not */
    Hits hits = {.items = ret, .max = max};
    Entry wanted = entry_for(ix, a, facts);
    pthread_rwlock_rdlock(&index->lock);
    find_by(ix, a, BY_NUMBER, wanted.nik, &wanted, &hits);
    find_by(ix, a, BY_NAME, wanted.name, &wanted, &hits);
    pthread_rwlock_unlock(&index->lock);
    return hits.n;
}

/* ---- looking for whoever is like ---- */

typedef struct Near {
    uint32_t entry;
    float bits;
} Near;

typedef ARENA_LIST(Near) Nears;

static int by_entry(const void *x, const void *y)
{
    const Near *p = x, *q = y;
    return (p->entry > q->entry) - (p->entry < q->entry);
}

static int by_bits(const void *x, const void *y)
{
    const Near *p = x, *q = y;
    if (p->bits != q->bits)
        return p->bits > q->bits ? -1 : 1;
    return by_entry(x, y);
}

/* Everybody with one key: the fewer they are the more it says. */
static void gather(const PersonIndex *ix, Arena *a, uint32_t tag, Nears *to)
{
    size_t from = to->n;
    for (uint32_t at = *head_of(ix, tag); at && to->n < from + CHAIN_MAX;
         at = ix->postings.items[at - 1].next) {
        const Posting *p = &ix->postings.items[at - 1];
        if (p->tag == tag && ix->entries.items[p->entry - 1].live)
            *ARENA_PUSH(a, *to) = (Near){p->entry, 0};
    }
    float bits = log2f((float)(ix->live + 2) / (float)(to->n - from + 1));
    for (size_t i = from; i < to->n; i++)
        to->items[i].bits = bits;
}

static void merge(Nears *all)
{
    size_t n = 0;
    if (all->n)
        qsort(all->items, all->n, sizeof *all->items, by_entry);
    for (size_t i = 0; i < all->n; i++)
        if (n && all->items[n - 1].entry == all->items[i].entry)
            all->items[n - 1].bits += all->items[i].bits;
        else
            all->items[n++] = all->items[i];
    all->n = n;
}

/* What two birth dates that are not equal say: forged papers keep day and month. */
static float birth_bits(uint32_t x, uint32_t y)
{
    int apart = abs(DATE_YEAR(x) - DATE_YEAR(y));
    if (!x || !y || x == y)
        return 0;
    bool day = DATE_DAY(x) && DATE_DAY(x) == DATE_DAY(y) && DATE_MONTH(x) == DATE_MONTH(y);
    bool swapped = DATE_DAY(x) == DATE_MONTH(y) && DATE_MONTH(x) == DATE_DAY(y) && apart == 0;
    return swapped ? 9 : day && apart <= AGE_FORGED_MAX ? 6 : apart <= 1 ? 2 : -2;
}

size_t person_index_near(const PersonIndex *ix, Arena *a, const PersonFacts *facts, Str *ret,
                         size_t max)
{
    PersonIndex *index = (PersonIndex *)(uintptr_t)ix;
    Keys keys = keys_of(ix, a, facts, true);
    uint32_t birth = packed_birth(facts->birth);
    Nears all = {0};
    pthread_rwlock_rdlock(&index->lock);
    for (size_t i = 0; i < keys.n; i++)
        gather(ix, a, keys.tags[i], &all);
    merge(&all);
    for (size_t i = 0; i < all.n; i++)
        all.items[i].bits += birth_bits(birth, ix->entries.items[all.items[i].entry - 1].birth);
    if (all.n)
        qsort(all.items, all.n, sizeof *all.items, by_bits);
    size_t n = all.n < max ? all.n : max;
    for (size_t i = 0; i < n; i++)
        ret[i] = str_copy(a, (Str){ix->entries.items[all.items[i].entry - 1].uid, UID_LEN});
    pthread_rwlock_unlock(&index->lock);
    return n;
}

float person_index_rarity(const PersonIndex *ix, Str word)
{
    PersonIndex *index = (PersonIndex *)(uintptr_t)ix;
    NameToken token;
    if (!ix->rules || str_empty(word))
        return 0;
    name_token(ix->rules, word, &token);
    uint32_t tag = (uint32_t)hash_of(ix, BY_SOUND, sound_of(&token));
    pthread_rwlock_rdlock(&index->lock);
    double n = sound_at(ix, tag)->n, words = ix->words, squares = ix->squares;
    pthread_rwlock_unlock(&index->lock);
    /* Among few names nothing can be said of rarity. */
    return words < 1000 ? 0 : (float)log2(squares / words / (n > 2 ? n : 2));
}

size_t person_index_fresh(PersonIndex *ix, Arena *a, Str *ret, size_t max)
{
    size_t n = 0;
    pthread_rwlock_wrlock(&ix->lock);
    while (ix->fresh.n && n < max) {
        const Entry *e = &ix->entries.items[ix->fresh.items[--ix->fresh.n] - 1];
        if (e->live)
            ret[n++] = str_copy(a, (Str){e->uid, UID_LEN});
    }
    pthread_rwlock_unlock(&ix->lock);
    return n;
}

size_t person_index_size(const PersonIndex *ix)
{
    PersonIndex *index = (PersonIndex *)(uintptr_t)ix;
    pthread_rwlock_rdlock(&index->lock);
    size_t live = ix->live;
    pthread_rwlock_unlock(&index->lock);
    return live;
}

/* ---- reading those on file ---- */

static bool put_read(void *index, Str uid, const PersonFacts *facts)
{
    PersonIndex *ix = index;
    put(ix, uid, facts, true);
    return !atomic_load(&ix->stop);
}

static void *read_behind(void *index)
{
    PersonIndex *ix = index;
    ReadConn c;
    Err e = readconn_open(&ix->reads, &c);
    if (e == ERR_OK) {
        e = person_facts_each(&ix->reads, &c, put_read, ix);
        readconn_close(&c);
    }
    if (e != ERR_OK)
        log_error("person index: %s", err_name(e));
    atomic_store(&ix->state, e);
    return NULL;
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

static void drop(void *index)
{
    PersonIndex *ix = index;
    person_index_stop(ix);
    pthread_rwlock_destroy(&ix->lock);
    arena_free(ix->arena);
}

Err person_index_open(Arena *a, const Store *s, PersonIndex **ret)
{
    const Register *reg = role_reg(s->model, REG_ROLE_PERSON);
    int64_t persons;
    TRY(person_facts_count(s, &persons));
    PersonIndex *ix = ARENA_NEW(a, PersonIndex);
    ix->reads = (Store){.model = s->model, .in = s->in};
    ix->arena = arena_new(SIZE_MAX);
    ix->rules = s->model->names;
    ix->head_count = 256;
    ix->sound_count = 1024;
    pthread_rwlock_init(&ix->lock, NULL);
    rand_bytes(&ix->key, sizeof ix->key);
    ix->sounds = ARENA_ARRAY(ix->arena, ix->sound_count, Sound);
    make_room(ix, (size_t)persons);
    arena_defer(a, drop, ix);
    atomic_store(&ix->state, reg ? E_BUSY : ERR_OK);
    if (reg && pthread_create(&ix->reader, NULL, read_behind, ix) != 0)
        BUG("no thread");
    ix->started = reg;
    *ret = ix;
    return ERR_OK;
}
