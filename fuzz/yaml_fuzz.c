/* libFuzzer: any bytes as a domain file give a tree or exactly one problem.
 * clang -fsanitize=fuzzer,address; tests/meson.build runs it on mutations of known files. */
#include "model/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    Problems problems = {.arena = a};
    Node *root = NULL;
    Err e = yaml_parse(a, (Str){(const char *)data, size}, S("fuzz"), &problems, &root);
    if ((e == ERR_OK) != (problems.n == 0) || (e == ERR_OK) != (root != NULL) || problems.n > 1)
        BUG("a failure without its problem");
    arena_free(a);
    return 0;
}
