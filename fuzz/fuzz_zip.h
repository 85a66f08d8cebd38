/* An archive made in memory, for targets that look behind the zip. */
#pragma once

#include "str.h"

#include <zip.h>

typedef struct FuzzZip {
    zip_source_t *memory;
    zip_t *zip;
} FuzzZip;

static inline FuzzZip fuzz_zip_new(void)
{
    FuzzZip z = {.memory = zip_source_buffer_create(NULL, 0, 0, NULL)};
    zip_source_keep(z.memory);
    z.zip = zip_open_from_source(z.memory, ZIP_TRUNCATE, NULL);
    return z;
}

/* Its bytes, in the arena; ends it. */
static inline Str fuzz_zip_end(FuzzZip *z, Arena *a)
{
    zip_stat_t st;
    if (zip_close(z->zip) != 0 || zip_source_stat(z->memory, &st) != 0)
        __builtin_trap();
    char *bytes = arena_alloc(a, st.size);
    (void)zip_source_open(z->memory);
    (void)zip_source_read(z->memory, bytes, st.size);
    (void)zip_source_close(z->memory);
    zip_source_free(z->memory);
    return (Str){bytes, st.size};
}
