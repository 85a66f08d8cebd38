/* libFuzzer: the Cookie header; a value found must lie inside it. */
#include "web/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str header = {(const char *)data, size};
    Str v = cookie_get(header, S("sigap"));
    if (v.len && (v.ptr < header.ptr || v.ptr + v.len > header.ptr + header.len))
        __builtin_trap();
    return 0;
}
