/* Failures: one enum, three kinds. A function that can fail returns Err; results go to `ret_*`
 * parameters and are untouched on failure. Only the caller at the edge (web, intake, cli) logs. */
#pragma once

typedef enum Err {
    ERR_OK = 0,
#define X(code, kind, http, exit) code,
#include "error.def"
#undef X
    ERR_COUNT
} Err;

typedef enum ErrKind { ERR_KIND_USER, ERR_KIND_WORLD, ERR_KIND_BUG } ErrKind;

#define MUST_CHECK __attribute__((warn_unused_result))

/* Returns early with the error of EXPR, if any. */
#define TRY(EXPR)                                                                                  \
    do {                                                                                           \
        Err try_err_ = (EXPR);                                                                     \
        if (try_err_ != ERR_OK)                                                                    \
            return try_err_;                                                                       \
    } while (0)

ErrKind err_kind(Err e);
int err_http(Err e);
int err_exit(Err e);
/* The code as text, e.g. "E_STALE"; static storage. */
const char *err_name(Err e);

/* Our own mistake: logs file and line and ends the process. Never for input. */
#define BUG(what) err_bug(__FILE__, __LINE__, what)
__attribute__((noreturn, cold)) void err_bug(const char *file, int line, const char *what);
