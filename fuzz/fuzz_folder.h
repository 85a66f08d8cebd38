/* A folder in memory for a target, which goes when the target ends. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static char fuzz_folder_path[] = "/dev/shm/fuzz-XXXXXX";

static inline int fuzz_folder_remove(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st, (void)flag, (void)at;
    return remove(path);
}

static inline void fuzz_folder_end(void)
{
    (void)nftw(fuzz_folder_path, fuzz_folder_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes it; what registers at exit later runs before it goes. */
static inline const char *fuzz_folder_new(void)
{
    if (!mkdtemp(fuzz_folder_path))
        abort();
    atexit(fuzz_folder_end);
    return fuzz_folder_path;
}
