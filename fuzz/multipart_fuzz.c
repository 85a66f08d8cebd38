/* libFuzzer: multipart bodies with a fixed boundary; every part must lie inside the body. */
#include "web/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(16 * 1024 * 1024);
    Str body = {(const char *)data, size};
    Params p = {0};
    Uploads files = {0};
    (void)multipart_boundary(body);
    if (multipart_parse(a, body, S("X"), &p, &files) == ERR_OK)
        for (size_t i = 0; i < files.n; i++) {
            Str bytes = files.items[i].bytes;
            if (bytes.len && (bytes.ptr < body.ptr || bytes.ptr + bytes.len > body.ptr + body.len))
                __builtin_trap();
        }
    arena_free(a);
    return 0;
}
