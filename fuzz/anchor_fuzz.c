/* libFuzzer: a file of anchors: read or refused, never past its bytes, and nothing unsigned fits. */
#include "guard/anchor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(1024 * 1024);
    AnchorFile f = {.text = {(const char *)data, size},
                    .public_key =
                        S("5866666666666666666666666666666666666666666666666666666666666666")};
    AnchorCheck check;
    if (anchor_check(&f, a, &check) != ERR_OK || (check.lines && check.fault == ANCHOR_FITS))
        __builtin_trap(); /* nobody signed the seeds with this key */
    arena_free(a);
    return 0;
}
