#include "model/counted.h"

#include "guard/reach.h"

#include <string.h>

enum { ENTRIES = 24, ENTRY_ARENA = 1024 * 1024 };

struct Counted {
    Arena *arena; /* NULL: free */
    Str key;
    unsigned version;
    int64_t from, until; /* holds from one instant to another */
    int64_t used;
    int64_t *ids;
    size_t n;
    Facet *facets;
    size_t facet_count;
    bool has_facets;
};

struct CountedMemory {
    Arena *arena;
    int64_t uses;
    Counted entries[ENTRIES];
};

CountedMemory *counted_new(void)
{
    Arena *a = arena_new(sizeof(CountedMemory));
    CountedMemory *m = ARENA_NEW(a, CountedMemory);
    m->arena = a;
    return m;
}

void counted_free(CountedMemory *m)
{
    for (size_t i = 0; m && i < ENTRIES; i++)
        arena_free(m->entries[i].arena);
    arena_free(m ? m->arena : NULL);
}

Str counted_key(Reader *rd, const Built *b)
{
    const Subject *s = rd->actor->subject;
    Buf key = buf_new(rd->arena, b->sql.len + 256);
    buf_printf(&key, "%d %u %u %lld %.*s", s->system, b->scopes, b->absent_scopes,
               (long long)s->user, STR_ARG(s->area));
    for (size_t i = 0; i < s->agency_count; i++)
        buf_printf(&key, ",%lld", (long long)s->agencies[i]);
    for (size_t i = 0; i < b->binds.n; i++) {
        Str text = b->binds.items[i].text;
        buf_printf(&key, "|%d %lld %lld:%.*s", b->binds.items[i].is_number,
                   (long long)b->binds.items[i].number, text.ptr ? (long long)text.len : -1LL,
                   STR_ARG(text));
    }
    buf_char(&key, '|');
    buf_put(&key, buf_str(&b->sql));
    return buf_str(&key);
}

Counted *counted_find(Reader *rd, Str key)
{
    unsigned version = db_version(rd->db);
    int64_t now = clock_now();
    for (size_t i = 0; i < ENTRIES; i++) {
        Counted *c = &rd->counted->entries[i];
        if (c->arena && c->version == version && c->from <= now && now < c->until &&
            str_eq(c->key, key)) {
            c->used = ++rd->counted->uses;
            return c;
        }
    }
    return NULL;
}

Err counted_put(Reader *rd, Str key, const int64_t *ids, size_t n, Counted **ret)
{
    Counted *c = rd->counted->entries;
    int64_t until, now = clock_now();
    TRY(reach_next_change(rd->db, now, &until));
    for (size_t i = 1; i < ENTRIES; i++)
        if (rd->counted->entries[i].used < c->used)
            c = &rd->counted->entries[i];
    arena_free(c->arena);
    *c = (Counted){.arena = arena_new(ENTRY_ARENA),
                   .version = db_version(rd->db),
                   .from = now,
                   .until = until,
                   .used = ++rd->counted->uses,
                   .n = n};
    c->key = str_copy(c->arena, key);
    c->ids = ARENA_ARRAY(c->arena, n, int64_t);
    if (n)
        memcpy(c->ids, ids, n * sizeof *ids);
    *ret = c;
    return ERR_OK;
}

int64_t *counted_ids(Reader *rd, const Counted *c, size_t *ret_n)
{
    int64_t *ids = ARENA_ARRAY(rd->arena, c->n, int64_t);
    if (c->n)
        memcpy(ids, c->ids, c->n * sizeof *ids);
    *ret_n = c->n;
    return ids;
}

static Facet *copy_facets(Arena *a, const Facet *facets, size_t n)
{
    Facet *copy = ARENA_ARRAY(a, n, Facet);
    for (size_t i = 0; i < n; i++) {
        copy[i].field = facets[i].field;
        for (size_t k = 0; k < facets[i].n; k++)
            *ARENA_PUSH(a, copy[i]) = (FacetValue){.code = str_copy(a, facets[i].items[k].code),
                                                   .count = facets[i].items[k].count};
    }
    return copy;
}

bool counted_facets(Reader *rd, const Counted *c, Facet **ret, size_t *ret_n)
{
    if (!c || !c->has_facets)
        return false;
    *ret = copy_facets(rd->arena, c->facets, c->facet_count);
    *ret_n = c->facet_count;
    return true;
}

void counted_keep_facets(Counted *c, const Facet *facets, size_t n)
{
    if (!c)
        return;
    c->facets = copy_facets(c->arena, facets, n);
    c->facet_count = n;
    c->has_facets = true;
}
