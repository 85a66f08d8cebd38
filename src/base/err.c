#include "err.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct ErrRow {
    const char *name;
    ErrKind kind;
    int http;
    int exit;
} ErrRow;

static const ErrRow rows[ERR_COUNT] = {
    [ERR_OK] = {"OK", ERR_KIND_USER, 200, 0},
#define X(code, kind, http, exit) [code] = {#code, ERR_KIND_##kind, http, exit},
#include "error.def"
#undef X
};

ErrKind err_kind(Err e)
{
    return rows[e].kind;
}

int err_http(Err e)
{
    return rows[e].http;
}

int err_exit(Err e)
{
    return rows[e].exit;
}

const char *err_name(Err e)
{
    return rows[e].name;
}

void err_bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "bug: %s:%d: %s\n", file, line, what);
    abort();
}
