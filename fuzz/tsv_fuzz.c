/* libFuzzer: any bytes as a code list. What was read can be looked up again. */
#include "model/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    Problems problems = {.arena = a};
    Model m = {.arena = a};
    Loader l = {.m = &m, .arena = a, .problems = &problems, .file = S("fuzz")};
    CodeList list = {.name = S("fuzz")};
    load_code_rows(&l, (Str){(const char *)data, size}, &list);
    for (size_t i = 0; i < list.n; i++) {
        const Code *c = code_find(&list, list.items[i].code);
        if (!c || !str_eq(c->code, list.items[i].code))
            BUG("a code that is not found");
        code_valid(c, (Date){2026, 1, 1});
    }
    arena_free(a);
    return 0;
}
