/* The small domain that fuzz targets work on, loaded once a process; SIGAP_DOMAIN names another. */
#pragma once

#include "model/model.h"

#include <stdlib.h>

static Model *domain(void)
{
    static Model *m;
    const char *dir = getenv("SIGAP_DOMAIN");
    if (!m) {
        Arena *a = arena_new(16u << 20);
        Problems problems = {.arena = a};
        if (model_load(dir ? dir : "tests/domain_mini", &problems, &m) != ERR_OK)
            BUG("no domain");
        arena_free(a);
    }
    return m;
}
