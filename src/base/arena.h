/* Arena: memory of one request, import or start-up, released in one call.
 * Allocation never returns NULL: past `max` the arena is marked `over` and keeps serving, so that
 * code in the middle has no error path; the edge checks arena_over() and answers E_TOO_LARGE.
 * True lack of memory ends the process. Not thread-safe; one owner at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

/* Creates an arena that counts as over after `max` bytes. */
Arena *arena_new(size_t max);
/* Runs deferred calls in reverse order, wipes and frees everything. Accepts NULL. */
void arena_free(Arena *a);
/* Once, when a process begins that is to live long: large blocks go back to the system when they
 * are freed, and threads share two pools. */
void arena_settle(void);
/* Hands free memory back to the system. */
void arena_give_back(void);
/* Zeroed memory aligned for any type. */
void *arena_alloc(Arena *a, size_t size);
/* Room for `n` items of `size` bytes; overflow of the product ends the process. */
void *arena_array(Arena *a, size_t n, size_t size);
bool arena_over(const Arena *a);
/* Runs `fn(ctx)` when the arena is freed: for statements, files and locks. */
void arena_defer(Arena *a, void (*fn)(void *), void *ctx);

#define ARENA_NEW(a, T)      ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, n, T) ((T *)arena_array((a), (n), sizeof(T)))

/* An array that grows in an arena: the type of a variable, a member or a typedef. */
#define ARENA_LIST(T)                                                                              \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t n, cap;                                                                             \
    }
/* Appends room for one item to such an array; returns the new item. */
void *arena_push_(Arena *a, void **items, size_t *n, size_t *cap, size_t size);
#define ARENA_PUSH(a, list)                                                                        \
    (arena_push_((a), (void **)&(list).items, &(list).n, &(list).cap, sizeof *(list).items),       \
     &(list).items[(list).n - 1])

/* For tables of many megabytes that are read here and there: in large pages where the system has
 * them, of which only what was written takes room. Zeroed; items move when they are appended to. */
void *arena_wide(Arena *a, size_t n, size_t size);
void *arena_push_wide_(Arena *a, void **items, size_t *n, size_t *cap, size_t size);
#define ARENA_WIDE(a, n, T) ((T *)arena_wide((a), (n), sizeof(T)))
#define ARENA_PUSH_WIDE(a, list)                                                                   \
    (arena_push_wide_((a), (void **)&(list).items, &(list).n, &(list).cap, sizeof *(list).items),  \
     &(list).items[(list).n - 1])
