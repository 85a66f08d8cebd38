/* libFuzzer: form bodies and query strings; what was read must survive writing and reading again.
 */
#include "web/params.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(16 * 1024 * 1024);
    Params p, again;
    if (urlencoded_parse(a, (Str){(const char *)data, size}, &p) == ERR_OK) {
        Buf b = buf_new(a, 64);
        for (size_t i = 0; i < p.names.n; i++)
            query_put(&b, p.names.items[i], p.values.items[i]);
        if (urlencoded_parse(a, buf_str(&b), &again) != ERR_OK || again.names.n > p.names.n)
            __builtin_trap();
    }
    arena_free(a);
    return 0;
}
