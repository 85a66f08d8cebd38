#include "json_load.h"

#include "err.h"

#include <pthread.h>
#include <stdlib.h>

/* The library does not notice everywhere that it got no memory: its reader of strings then writes
 * beyond what it has. */
static void *take(size_t n)
{
    void *p = malloc(n);
    if (!p)
        BUG("out of memory");
    return p;
}

static void begin(void)
{
    json_set_alloc_funcs(take, free);
}

json_t *json_load_text(Str text, json_error_t *ret_error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
    return json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, ret_error);
}
