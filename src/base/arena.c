#include "arena.h"

#include "err.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Of a block the address sanitizer lets nothing be touched but what was handed out: without this it
 * sees the block as one object and no step from one record into the next. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

typedef struct Block {
    struct Block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char data[];
} Block;

typedef struct Deferred {
    struct Deferred *next;
    void (*fn)(void *);
    void *ctx;
} Deferred;

/* A table in pages of its own. */
typedef struct Wide {
    struct Wide *next;
    void *items;
    size_t size;
} Wide;

struct Arena {
    Block *blocks;
    Wide *wides;
    Deferred *deferred;
    size_t total, max;
};

enum { LEAST_BLOCK = 1024, FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024 };
enum { ALIGN = _Alignof(max_align_t), POOLS = 2, LEAST_WIDE = 1024 * 1024 };

Arena *arena_new(size_t max)
{
    Arena *a = calloc(1, sizeof *a);
    if (!a)
        BUG("out of memory");
    a->max = max;
    return a;
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    for (Deferred *d = a->deferred; d; d = d->next)
        d->fn(d->ctx);
    for (Wide *w = a->wides; w; w = w->next)
        munmap(w->items, w->size); /* the system wipes pages before anybody else gets them */
    Block *b = a->blocks;
    while (b) {
        Block *next = b->next;
        ASAN_UNPOISON_MEMORY_REGION(b->data, b->used);
        explicit_bzero(b->data, b->used); /* decrypted fields live here */
        free(b);
        b = next;
    }
    free(a);
}

/* Who asks for a small arena gets a small first block: some live for one statement. */
static size_t first_size(const Arena *a)
{
    if (a->max >= FIRST_BLOCK)
        return FIRST_BLOCK;
    return a->max > LEAST_BLOCK ? a->max : LEAST_BLOCK;
}

static Block *block_add(Arena *a, size_t need)
{
    size_t size = a->blocks ? a->blocks->size * 2 : first_size(a);
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    Block *b = malloc(sizeof *b + size);
    if (!b)
        BUG("out of memory");
    ASAN_POISON_MEMORY_REGION(b->data, size);
    b->size = size;
    b->used = 0;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

/* Left alone, the threshold rises with the first large block freed, and a pool a thread keeps what
 * one large page once needed. */
void arena_settle(void)
{
    mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK);
    mallopt(M_ARENA_MAX, POOLS);
}

void arena_give_back(void)
{
    malloc_trim(0);
}

void *arena_alloc(Arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        BUG("absurd allocation");
    size_t room = ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1)) + GAP;
    Block *b = a->blocks;
    if (!b || b->size - b->used < room)
        b = block_add(a, room);
    void *p = b->data + b->used;
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    b->used += room;
    a->total += room - GAP;
    return memset(p, 0, size); /* not the block: most of it is never used */
}

void *arena_array(Arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        BUG("array size overflow");
    return arena_alloc(a, bytes);
}

bool arena_over(const Arena *a)
{
    return a->total > a->max;
}

void arena_defer(Arena *a, void (*fn)(void *), void *ctx)
{
    Deferred *d = ARENA_NEW(a, Deferred);
    d->fn = fn;
    d->ctx = ctx;
    d->next = a->deferred;
    a->deferred = d;
}

void *arena_push_(Arena *a, void **items, size_t *n, size_t *cap, size_t size)
{
    if (*n == *cap) {
        size_t grown = *cap ? *cap * 2 : 8;
        void *bigger = arena_array(a, grown, size);
        if (*n)
            memcpy(bigger, *items, *n * size);
        *items = bigger;
        *cap = grown;
    }
    return (char *)*items + (*n)++ * size;
}

void *arena_wide(Arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        BUG("array size overflow");
    if (bytes < LEAST_WIDE)
        return arena_alloc(a, bytes);
    Wide *w = ARENA_NEW(a, Wide);
    w->size = bytes;
    w->items = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (w->items == MAP_FAILED)
        BUG("out of memory");
    madvise(w->items, bytes, MADV_HUGEPAGE); /* a wish */
    w->next = a->wides;
    a->wides = w;
    a->total += bytes;
    return w->items;
}

static void wide_grow(Arena *a, void **items, size_t bytes)
{
    Wide *w = a->wides;
    while (w->items != *items)
        w = w->next;
    a->total += bytes - w->size;
    *items = w->items = mremap(w->items, w->size, bytes, MREMAP_MAYMOVE);
    w->size = bytes;
    if (w->items == MAP_FAILED)
        BUG("out of memory");
    madvise(w->items, bytes, MADV_HUGEPAGE);
}

void *arena_push_wide_(Arena *a, void **items, size_t *n, size_t *cap, size_t size)
{
    if (*n == *cap && *cap * size >= LEAST_WIDE) {
        wide_grow(a, items, *cap * 2 * size);
        *cap *= 2;
    } else if (*n == *cap && *cap * 2 * size >= LEAST_WIDE) {
        void *bigger = arena_wide(a, *cap * 2, size);
        memcpy(bigger, *items, *n * size);
        *items = bigger;
        *cap *= 2;
    }
    return arena_push_(a, items, n, cap, size);
}
